//! The values of an SQLite row. SQLite stores any value in any column: what is not of its column's type is unreadable.

use crate::db::row::{RowValues, SqlValue, lossy_text};
use crate::model::Timestamp;
use anyhow::{Result, bail};
use rusqlite::Row;
use rusqlite::types::ValueRef;
use uuid::Uuid;

/// Characters of an unreadable value in a message.
const LONGEST_SHOWN: usize = 64;

impl RowValues for Row<'_> {
    /// 16 bytes, or their text.
    fn id(&self, column: usize) -> Result<SqlValue<Uuid>> {
        let id = match self.get_ref(column)? {
            ValueRef::Null => return Ok(SqlValue::Null),
            ValueRef::Blob(bytes) => Uuid::from_slice(bytes).or_else(|_| Uuid::try_parse_ascii(bytes)).ok(),
            ValueRef::Text(text) => Uuid::try_parse_ascii(text).ok(),
            _ => None,
        };
        Ok(id.map_or(SqlValue::Unreadable, SqlValue::Value))
    }

    /// Microseconds since 2000, as the demo store has them and the views of other files yield them.
    fn time(&self, column: usize) -> Result<SqlValue<Timestamp>> {
        Ok(match self.get_ref(column)? {
            ValueRef::Null => SqlValue::Null,
            ValueRef::Integer(micros) => SqlValue::Value(Timestamp::from_micros(micros)),
            // A cast saturates.
            ValueRef::Real(micros) if !micros.is_nan() => SqlValue::Value(Timestamp::from_micros(micros as i64)),
            _ => SqlValue::Unreadable,
        })
    }

    fn text(&self, column: usize) -> Result<Option<String>> {
        Ok(match self.get_ref(column)? {
            ValueRef::Null => None,
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(lossy_text(bytes)),
            ValueRef::Integer(n) => Some(n.to_string()),
            ValueRef::Real(n) => Some(n.to_string()),
        })
    }

    fn count(&self, column: usize) -> Result<Option<i64>> {
        Ok(self.get(column)?)
    }

    fn small(&self, column: usize) -> Result<Option<i64>> {
        self.count(column)
    }

    fn flag(&self, column: usize) -> Result<Option<bool>> {
        Ok(self.get(column)?)
    }

    /// A JSON array.
    fn texts(&self, column: usize) -> Result<Option<Vec<String>>> {
        let json: Option<String> = self.get(column)?;
        Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
    }

    fn ids(&self, _column: usize) -> Result<Option<Vec<Uuid>>> {
        bail!("no query of SQLite yields a list of ids")
    }

    fn is_loosely_typed(&self) -> bool {
        true
    }

    fn shown(&self, column: usize) -> String {
        let shown = match self.get_ref(column) {
            Err(_) | Ok(ValueRef::Null) => "NULL".to_owned(),
            Ok(ValueRef::Integer(n)) => n.to_string(),
            Ok(ValueRef::Real(n)) => n.to_string(),
            Ok(ValueRef::Text(bytes)) => format!("{:?}", String::from_utf8_lossy(bytes)),
            Ok(ValueRef::Blob(bytes)) => {
                let digits: String = bytes.iter().take(LONGEST_SHOWN).map(|byte| format!("{byte:02x}")).collect();
                format!("x'{digits}'")
            }
        };
        shown.chars().take(LONGEST_SHOWN).collect()
    }

    fn column_name(&self, column: usize) -> Option<&str> {
        self.as_ref().column_name(column).ok()
    }
}
