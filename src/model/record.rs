//! A row as every output format sees it: fields by position, each holding one [`Cell`].

use super::Timestamp;
use uuid::Uuid;

/// One value of one field, before a format gives it its form.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// Stored text; untrusted.
    Text(&'a str),
    /// An id.
    Id(Uuid),
    /// An instant, naive UTC.
    Time(Timestamp),
    /// A count.
    Count(u64),
    /// A percentage or a number of seconds.
    Number(f64),
    /// A JSON object of strings, in order.
    Map(Vec<(&'static str, String)>),
    /// A JSON object of other values, in order.
    Object(Vec<(&'static str, Cell<'a>)>),
}

impl<'a> From<Option<&'a str>> for Cell<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Cell::Null, Cell::Text)
    }
}

impl From<Option<Uuid>> for Cell<'_> {
    fn from(value: Option<Uuid>) -> Self {
        value.map_or(Cell::Null, Cell::Id)
    }
}

/// A row with a fixed list of fields, the type's `FIELDS`. A format can keep some of them (`--fields`) by their positions.
pub trait Record {
    /// The value at a position of the type's list of fields.
    fn cell(&self, field: usize) -> Cell<'_>;
}

/// The fields of a row in the order of its JSON keys. Each name stands here once, beside the cell that it holds; JSON, CSV
/// and tables take both from this list.
macro_rules! fields {
    ($record:ty { $($name:literal => |$row:ident| $cell:expr,)+ }) => {
        impl $record {
            /// Names in their JSON order.
            pub const FIELDS: &'static [&'static str] = &[$($name),+];
        }

        impl Record for $record {
            fn cell(&self, field: usize) -> Cell<'_> {
                const CELLS: &[for<'a> fn(&'a $record) -> Cell<'a>] = &[$(|$row| $cell),+];
                CELLS.get(field).map_or(Cell::Null, |cell| cell(self))
            }
        }
    };
}
pub(crate) use fields;
