//! An event type as it is used in a database.

use super::{Cell, Record, Timestamp, catalogue};

/// A type with the number of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInUse {
    /// Free text.
    pub event_type: String,
    /// How many events have it.
    pub count: u64,
    /// When the newest of them was.
    pub last_at: Option<Timestamp>,
    /// What it means.
    pub meaning: String,
}

impl TypeInUse {
    /// Keys in their JSON order.
    pub const FIELDS: &'static [&'static str] = &["event_type", "count", "last_at", "meaning"];

    /// With the meaning that the catalogue knows.
    pub fn new(event_type: String, count: u64, last_at: Option<Timestamp>) -> Self {
        let meaning = catalogue::explain(&event_type).meaning;
        Self { event_type, count, last_at, meaning }
    }
}

impl Record for TypeInUse {
    fn cell(&self, field: usize) -> Cell<'_> {
        match field {
            0 => Cell::Text(&self.event_type),
            1 => Cell::Count(self.count),
            2 => self.last_at.map_or(Cell::Null, Cell::Time),
            _ => Cell::Text(&self.meaning),
        }
    }
}
