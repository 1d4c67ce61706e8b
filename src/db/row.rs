//! A row of either engine, read strictly from left to right.

use crate::model::{Timestamp, is_white};
use anyhow::{Context, Result, bail};
use chrono::NaiveDateTime;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgRow, PgTypeInfo, PgValueFormat};
use sqlx::{Decode, Postgres, Row as _, Type};
use std::borrow::Cow;
use uuid::Uuid;

/// One row as the driver hands it over.
pub(super) enum Row<'r> {
    Postgres(PgRow),
    Sqlite(&'r rusqlite::Row<'r>),
}

/// Reads a row's columns in the order of the query's SELECT list.
pub(super) struct RowReader<'r> {
    row: &'r Row<'r>,
    next: usize,
    /// Values that are none of their column's type, and where the first of them is.
    unreadable: u64,
    first_unreadable: usize,
}

impl Row<'_> {
    pub(super) fn columns(&self) -> RowReader<'_> {
        RowReader { row: self, next: 0, unreadable: 0, first_unreadable: 0 }
    }

    /// Whether a column may hold values that are not of its type: SQLite looks at neither.
    pub(super) fn is_loosely_typed(&self) -> bool {
        matches!(self, Row::Sqlite(_))
    }

    /// A value as SQL writes it, cut if it is long.
    pub(super) fn shown(&self, column: usize) -> String {
        let shown = match self {
            Row::Postgres(_) => String::new(),
            Row::Sqlite(row) => match row.get_ref(column) {
                Err(_) | Ok(ValueRef::Null) => "NULL".to_owned(),
                Ok(ValueRef::Integer(n)) => n.to_string(),
                Ok(ValueRef::Real(n)) => n.to_string(),
                Ok(ValueRef::Text(bytes)) => format!("{:?}", String::from_utf8_lossy(bytes)),
                Ok(ValueRef::Blob(bytes)) => {
                    let digits: String = bytes.iter().take(LONGEST_SHOWN).map(|byte| format!("{byte:02x}")).collect();
                    format!("x'{digits}'")
                }
            },
        };
        shown.chars().take(LONGEST_SHOWN).collect()
    }
}

/// Characters of an unreadable value in a message.
const LONGEST_SHOWN: usize = 64;

/// PostgreSQL's `timestamp`, by number: by name sqlx would have to ask the server.
pub(super) const TIMESTAMP: PgTypeInfo = PgTypeInfo::with_oid(Oid(1114));

/// PostgreSQL's `timestamp` in its own representation, which chrono cannot hold at the extremes. As text come
/// clocks alone, which stay clear of the extremes: see [`super::query::Query::simple_protocol`].
struct PgTimestamp(Timestamp);

impl Type<Postgres> for PgTimestamp {
    fn type_info() -> PgTypeInfo {
        TIMESTAMP
    }
}

impl<'r> Decode<'r, Postgres> for PgTimestamp {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        if value.format() == PgValueFormat::Text {
            // sqlx asks for DateStyle ISO.
            let at = NaiveDateTime::parse_from_str(value.as_str()?, "%Y-%m-%d %H:%M:%S%.f")?;
            return Ok(Self(Timestamp::from_naive(at)));
        }
        let bytes: [u8; 8] = value.as_bytes()?.try_into()?;
        Ok(Self(Timestamp::from_micros(i64::from_be_bytes(bytes))))
    }
}

/// Text whatever its encoding: a SQL_ASCII database may hold bytes that are no UTF-8, which are then shown as U+FFFD.
struct TextValue(String);

impl TextValue {
    fn from_bytes(bytes: &[u8]) -> Self {
        // Several times as fast as the lossy way alone, and nearly always enough.
        Self(match str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        })
    }
}

impl Type<Postgres> for TextValue {
    fn type_info() -> PgTypeInfo {
        <String as Type<Postgres>>::type_info()
    }
    fn compatible(ty: &PgTypeInfo) -> bool {
        <String as Type<Postgres>>::compatible(ty)
    }
}

impl<'r> Decode<'r, Postgres> for TextValue {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self::from_bytes(value.as_bytes()?))
    }
}

impl FromSql for TextValue {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(Self::from_bytes(bytes)),
            ValueRef::Integer(n) => Ok(Self(n.to_string())),
            ValueRef::Real(n) => Ok(Self(n.to_string())),
            ValueRef::Null => Err(FromSqlError::InvalidType),
        }
    }
}

/// An id in SQLite: 16 bytes, or the text that they have elsewhere; anything else is none.
struct LooseId(Option<Uuid>);

impl FromSql for LooseId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value {
            ValueRef::Blob(bytes) => Uuid::from_slice(bytes).or_else(|_| Uuid::try_parse_ascii(bytes)).ok(),
            ValueRef::Text(text) => Uuid::try_parse_ascii(text).ok(),
            _ => None,
        }))
    }
}

/// An instant in SQLite: microseconds since 2000, as the embedded store keeps them and other files are read; anything else
/// is none.
struct LooseTime(Option<Timestamp>);

impl FromSql for LooseTime {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value {
            ValueRef::Integer(micros) => Some(Timestamp::from_micros(micros)),
            // A cast saturates.
            ValueRef::Real(micros) if !micros.is_nan() => Some(Timestamp::from_micros(micros as i64)),
            _ => None,
        }))
    }
}

impl RowReader<'_> {
    /// How many values so far are none of their column's type; they were read as null.
    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The column of the first of them.
    pub(super) fn first_unreadable(&self) -> Option<&str> {
        match self.row {
            Row::Sqlite(row) if self.unreadable > 0 => row.as_ref().column_name(self.first_unreadable).ok(),
            _ => None,
        }
    }

    /// A value, or null and a note where it is none of its column's type.
    fn readable<T>(&mut self, value: Option<T>) -> Option<T> {
        if value.is_none() {
            if self.unreadable == 0 {
                self.first_unreadable = self.next - 1;
            }
            self.unreadable += 1;
        }
        value
    }

    fn get<P, S>(&mut self) -> Result<Option<Either<P, S>>>
    where
        P: for<'r> Decode<'r, Postgres> + Type<Postgres>,
        S: FromSql,
    {
        let at = self.next;
        self.next += 1;
        let said = || format!("column {} of the answer", at + 1);
        Ok(match self.row {
            Row::Postgres(row) => row.try_get::<Option<P>, _>(at).with_context(said)?.map(Either::Postgres),
            Row::Sqlite(row) => row.get::<_, Option<S>>(at).with_context(said)?.map(Either::Sqlite),
        })
    }

    pub(super) fn id(&mut self) -> Result<Option<Uuid>> {
        Ok(match self.get::<Uuid, LooseId>()? {
            None => None,
            Some(Either::Postgres(id)) => Some(id),
            Some(Either::Sqlite(LooseId(id))) => self.readable(id),
        })
    }

    pub(super) fn text(&mut self) -> Result<Option<String>> {
        Ok(self.get::<TextValue, TextValue>()?.map(|text| text.same().0))
    }

    pub(super) fn time(&mut self) -> Result<Option<Timestamp>> {
        Ok(match self.get::<PgTimestamp, LooseTime>()? {
            None => None,
            Some(Either::Postgres(PgTimestamp(at))) => Some(at),
            Some(Either::Sqlite(LooseTime(at))) => self.readable(at),
        })
    }

    pub(super) fn count(&mut self) -> Result<i64> {
        self.get::<i64, i64>()?.map(Either::same).context("a count is null")
    }

    pub(super) fn optional_count(&mut self) -> Result<Option<i64>> {
        Ok(self.get::<i64, i64>()?.map(Either::same))
    }

    pub(super) fn small(&mut self) -> Result<i64> {
        Ok(match self.get::<i32, i64>()?.context("a number is null")? {
            Either::Postgres(n) => n.into(),
            Either::Sqlite(n) => n,
        })
    }

    pub(super) fn flag(&mut self) -> Result<Option<bool>> {
        Ok(self.get::<bool, bool>()?.map(Either::same))
    }

    pub(super) fn texts(&mut self) -> Result<Vec<String>> {
        match self.get::<Vec<String>, String>()? {
            None => Ok(Vec::new()),
            Some(Either::Postgres(texts)) => Ok(texts),
            Some(Either::Sqlite(json)) => Ok(serde_json::from_str(&json)?),
        }
    }

    pub(super) fn ids(&mut self) -> Result<Vec<Uuid>> {
        match self.get::<Vec<Uuid>, String>()? {
            None => Ok(Vec::new()),
            Some(Either::Postgres(ids)) => Ok(ids),
            Some(Either::Sqlite(_)) => bail!("lists of ids are PostgreSQL's"),
        }
    }
}

/// The two engines' value for one column.
enum Either<P, S> {
    Postgres(P),
    Sqlite(S),
}

impl<T> Either<T, T> {
    fn same(self) -> T {
        match self {
            Self::Postgres(value) | Self::Sqlite(value) => value,
        }
    }
}

/// `role` of an agent's identity profile: a string of a JSON object, stripped as Python's `str.strip()` does; anything
/// else is null. For a duplicated key the last wins. Lone surrogates and other keys' values do no harm.
pub(super) fn role_of(profile: Option<&str>) -> Option<String> {
    use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

    /// The bytes of a JSON string, lone surrogates included; anything else is none.
    struct Loose;
    impl<'de> DeserializeSeed<'de> for Loose {
        type Value = Option<Vec<u8>>;
        fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
            d.deserialize_bytes(self)
        }
    }
    impl<'de> Visitor<'de> for Loose {
        type Value = Option<Vec<u8>>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string")
        }
        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            Ok(Some(bytes.to_vec()))
        }
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.as_bytes().to_vec()))
        }
    }

    struct Role;
    impl<'de> Visitor<'de> for Role {
        type Value = Option<Vec<u8>>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut role = None;
            while let Some(key) = map.next_key_seed(Loose)? {
                if key.as_deref() == Some(b"role") {
                    let raw: &serde_json::value::RawValue = map.next_value()?;
                    role = serde_json::Deserializer::from_str(raw.get()).deserialize_bytes(Loose).unwrap_or(None);
                    if !raw.get().starts_with('"') {
                        role = None;
                    }
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(role)
        }
    }

    let mut json = serde_json::Deserializer::from_str(profile?);
    let role = json.deserialize_map(Role).ok()??;
    let role = String::from_utf8_lossy(&role);
    let stripped: Cow<'_, str> = role.trim_matches(is_white).into();
    (!stripped.is_empty()).then(|| stripped.into_owned())
}

#[cfg(test)]
mod tests {
    use super::role_of;

    #[test]
    fn a_role_is_a_string_of_an_object_and_stripped_as_python_does() {
        for (profile, role) in [
            (r#"{"role": "Lead", "emoji": "👑"}"#, Some("Lead")),
            (r#"{"role": "   "}"#, None),
            (r#"{"role": 42}"#, None),
            (r#"{"role": null}"#, None),
            (r#"{"role": {"name": "x"}}"#, None),
            (r#"{"role": ["x"]}"#, None),
            ("null", None),
            ("{}", None),
            (r#"["role"]"#, None),
            (r#""role""#, None),
            (r#"{"role": "\u001c\u00a0\u3000 Sp\u00e4her \u30ea\n\u001f"}"#, Some("Späher リ")),
            (r#"{"role": "First", "role": "Last"}"#, Some("Last")),
            (r#"{"role": "First", "role": 1}"#, None),
            (r#"{"r\u006fle": "Escaped key"}"#, Some("Escaped key")),
            (r#"{"role": "a\u0000b"}"#, Some("a\0b")),
            (r#"{"note": "\ud800", "\udfff": 1, "role": "Kept"}"#, Some("Kept")),
        ] {
            assert_eq!(role_of(Some(profile)).as_deref(), role, "{profile}");
        }
        assert_eq!(role_of(None), None);
    }

    #[test]
    fn a_lone_surrogate_in_the_role_is_shown_and_not_an_error() {
        assert!(role_of(Some(r#"{"role": "x\ud800y"}"#)).is_some_and(|r| r.starts_with('x') && r.ends_with('y')));
    }
}
