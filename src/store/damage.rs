//! What an SQLite file holds where something else belongs: SQLite keeps any value in any column. One such value must not
//! hide the other rows, nor may it be passed over in silence.

use super::row::{Columns, Row};
use uuid::Uuid;

/// Rows and values that could not be read since it was last asked.
#[derive(Debug, Default)]
pub(super) struct Damage {
    rows: u64,
    first_row: String,
    values: u64,
    first_value: String,
}

impl Damage {
    /// A row that cannot be shown, since it has no usable id or lacks something else that every row of its kind has.
    pub(super) fn row(&mut self, row: &Row<'_>) {
        if self.rows == 0 {
            self.first_row = row.first_value();
        }
        self.rows += 1;
    }

    /// The values of a row that are shown as null.
    pub(super) fn values(&mut self, columns: &Columns<'_>, id: Uuid) {
        let Some(name) = columns.first_unreadable() else { return };
        if self.values == 0 {
            self.first_value = format!("{name} of {id}");
        }
        self.values += columns.unreadable();
    }

    /// A sentence about each kind; none where there was none. Asked again, it tells what has been met since.
    pub(super) fn take(&mut self) -> Vec<String> {
        let Self { rows, first_row, values, first_value } = std::mem::take(self);
        let mut told = Vec::new();
        if rows > 0 {
            told.push(format!(
                "{} of this SQLite file cannot be read and {} not shown (the first has the id {first_row})",
                if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") },
                if rows == 1 { "is" } else { "are" },
            ));
        }
        if values > 0 {
            told.push(format!(
                "{} of this SQLite file cannot be read and {} shown as null (the first is {first_value})",
                if values == 1 { "1 value".to_owned() } else { format!("{values} values") },
                if values == 1 { "is" } else { "are" },
            ));
        }
        told
    }
}
