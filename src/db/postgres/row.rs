//! The values of a PostgreSQL row.

use crate::db::row::{RowValues, SqlValue, lossy_text};
use crate::model::Timestamp;
use anyhow::Result;
use chrono::NaiveDateTime;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgRow, PgTypeInfo, PgValueFormat};
use sqlx::{Decode, Postgres, Row as _, Type};
use uuid::Uuid;

/// PostgreSQL's `timestamp`, by number: by name sqlx would have to ask the server.
pub(super) const TIMESTAMP: PgTypeInfo = PgTypeInfo::with_oid(Oid(1114));

/// PostgreSQL's `timestamp` in its own representation, which chrono cannot hold at the extremes. Only clocks come as text,
/// and they stay clear of the extremes: see [`crate::db::query::Query::simple_protocol`].
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

/// A SQL_ASCII database may hold bytes that are not UTF-8.
struct TextValue(String);

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
        Ok(Self(lossy_text(value.as_bytes()?)))
    }
}

impl RowValues for PgRow {
    fn id(&self, column: usize) -> Result<SqlValue<Uuid>> {
        Ok(self.try_get::<Option<Uuid>, _>(column)?.map_or(SqlValue::Null, SqlValue::Value))
    }

    fn time(&self, column: usize) -> Result<SqlValue<Timestamp>> {
        Ok(self.try_get::<Option<PgTimestamp>, _>(column)?.map_or(SqlValue::Null, |at| SqlValue::Value(at.0)))
    }

    fn text(&self, column: usize) -> Result<Option<String>> {
        Ok(self.try_get::<Option<TextValue>, _>(column)?.map(|text| text.0))
    }

    fn count(&self, column: usize) -> Result<Option<i64>> {
        Ok(self.try_get(column)?)
    }

    fn small(&self, column: usize) -> Result<Option<i64>> {
        Ok(self.try_get::<Option<i32>, _>(column)?.map(i64::from))
    }

    fn flag(&self, column: usize) -> Result<Option<bool>> {
        Ok(self.try_get(column)?)
    }

    fn texts(&self, column: usize) -> Result<Option<Vec<String>>> {
        Ok(self.try_get(column)?)
    }

    fn ids(&self, column: usize) -> Result<Option<Vec<Uuid>>> {
        Ok(self.try_get(column)?)
    }
}
