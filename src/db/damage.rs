//! What an SQLite file holds where something else belongs: SQLite keeps any value in any column. One such value must not
//! hide the other rows, nor may it be passed over in silence.

use super::row::{Row, RowReader};
use uuid::Uuid;

/// Rows and values that could not be read since the last report.
#[derive(Debug, Default)]
pub(super) struct Damage {
    rows: u64,
    first_row: String,
    values: u64,
    first_value: String,
    /// Whether each kind was reported: a tail reports it once.
    told_rows: bool,
    told_values: bool,
}

impl Damage {
    /// A row that cannot be shown, since it has no usable id or lacks something else that every row of its kind has.
    /// `id` is the column of its id.
    pub(super) fn row(&mut self, row: &Row<'_>, id: usize) {
        if self.rows == 0 {
            self.first_row = row.shown(id);
        }
        self.rows += 1;
    }

    /// The values of a row that are shown as null.
    pub(super) fn values(&mut self, columns: &RowReader<'_>, id: Uuid) {
        let Some(name) = columns.first_unreadable() else { return };
        if self.values == 0 {
            self.first_value = format!("{name} of {id}");
        }
        self.values += columns.unreadable();
    }

    /// A sentence for each kind that occurred and was not reported before.
    pub(super) fn take(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        if self.rows > 0 && !std::mem::replace(&mut self.told_rows, true) {
            told.push(format!(
                "{} of this SQLite file cannot be read and {} not shown (the first has the id {})",
                if self.rows == 1 { "1 row".to_owned() } else { format!("{} rows", self.rows) },
                if self.rows == 1 { "is" } else { "are" },
                self.first_row,
            ));
        }
        if self.values > 0 && !std::mem::replace(&mut self.told_values, true) {
            told.push(format!(
                "{} of this SQLite file cannot be read and {} shown as null (the first is {})",
                if self.values == 1 { "1 value".to_owned() } else { format!("{} values", self.values) },
                if self.values == 1 { "is" } else { "are" },
                self.first_value,
            ));
        }
        told
    }
}
