//! A row, read strictly from left to right, whichever engine it comes from.

use crate::model::{Timestamp, is_white};
use anyhow::{Context, Result};
use std::borrow::Cow;
use uuid::Uuid;

/// A value of a column.
pub(super) enum SqlValue<T> {
    Null,
    Value(T),
    /// Of another type than its column, where an engine allows that.
    Unreadable,
}

/// The values of a row, by the numbers of their columns.
pub(super) trait RowValues {
    fn id(&self, column: usize) -> Result<SqlValue<Uuid>>;
    fn time(&self, column: usize) -> Result<SqlValue<Timestamp>>;
    fn text(&self, column: usize) -> Result<Option<String>>;
    /// An integer of 64 bits.
    fn count(&self, column: usize) -> Result<Option<i64>>;
    /// An integer of 32 bits, where an engine has them.
    fn small(&self, column: usize) -> Result<Option<i64>>;
    fn flag(&self, column: usize) -> Result<Option<bool>>;
    fn texts(&self, column: usize) -> Result<Option<Vec<String>>>;
    fn ids(&self, column: usize) -> Result<Option<Vec<Uuid>>>;

    /// Whether a column may hold values that are not of its type.
    fn is_loosely_typed(&self) -> bool {
        false
    }

    /// A value as SQL writes it, truncated if it is long.
    fn shown(&self, _column: usize) -> String {
        String::new()
    }

    fn column_name(&self, _column: usize) -> Option<&str> {
        None
    }
}

/// A row as a query yields it.
pub(super) struct Row<'r>(pub(super) &'r dyn RowValues);

/// Reads a row's columns in the order of the query's SELECT list.
pub(super) struct RowReader<'r> {
    row: &'r dyn RowValues,
    next: usize,
    /// Values that are not of their column's type, and where the first of them is.
    unreadable: u64,
    first_unreadable: usize,
}

impl Row<'_> {
    pub(super) fn columns(&self) -> RowReader<'_> {
        RowReader { row: self.0, next: 0, unreadable: 0, first_unreadable: 0 }
    }

    /// Whether a column may hold values that are not of its type.
    pub(super) fn is_loosely_typed(&self) -> bool {
        self.0.is_loosely_typed()
    }

    /// A value as SQL writes it, truncated if it is long.
    pub(super) fn shown(&self, column: usize) -> String {
        self.0.shown(column)
    }
}

impl RowReader<'_> {
    /// How many values so far were not of their column's type; they were read as null.
    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The column of the first of them.
    pub(super) fn first_unreadable(&self) -> Option<&str> {
        if self.unreadable > 0 { self.row.column_name(self.first_unreadable) } else { None }
    }

    /// Reads the next column.
    fn get<T>(&mut self, read: impl Fn(&dyn RowValues, usize) -> Result<T>) -> Result<T> {
        let at = self.next;
        self.next += 1;
        read(self.row, at).with_context(|| format!("column {} of the answer", at + 1))
    }

    /// A value, or null and a note where it is not of its column's type.
    fn readable<T>(&mut self, field: SqlValue<T>) -> Option<T> {
        match field {
            SqlValue::Null => None,
            SqlValue::Value(value) => Some(value),
            SqlValue::Unreadable => {
                if self.unreadable == 0 {
                    self.first_unreadable = self.next - 1;
                }
                self.unreadable += 1;
                None
            }
        }
    }

    pub(super) fn id(&mut self) -> Result<Option<Uuid>> {
        let field = self.get(|row, at| row.id(at))?;
        Ok(self.readable(field))
    }

    pub(super) fn text(&mut self) -> Result<Option<String>> {
        self.get(|row, at| row.text(at))
    }

    pub(super) fn time(&mut self) -> Result<Option<Timestamp>> {
        let field = self.get(|row, at| row.time(at))?;
        Ok(self.readable(field))
    }

    pub(super) fn count(&mut self) -> Result<i64> {
        self.get(|row, at| row.count(at))?.context("a count is null")
    }

    pub(super) fn optional_count(&mut self) -> Result<Option<i64>> {
        self.get(|row, at| row.count(at))
    }

    pub(super) fn small(&mut self) -> Result<i64> {
        self.get(|row, at| row.small(at))?.context("a number is null")
    }

    pub(super) fn flag(&mut self) -> Result<Option<bool>> {
        self.get(|row, at| row.flag(at))
    }

    pub(super) fn texts(&mut self) -> Result<Vec<String>> {
        Ok(self.get(|row, at| row.texts(at))?.unwrap_or_default())
    }

    pub(super) fn ids(&mut self) -> Result<Vec<Uuid>> {
        Ok(self.get(|row, at| row.ids(at))?.unwrap_or_default())
    }
}

/// Text whatever its encoding: bytes that are not UTF-8 are shown as U+FFFD.
pub(super) fn lossy_text(bytes: &[u8]) -> String {
    // Several times as fast as the lossy way alone, and nearly always enough.
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
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
