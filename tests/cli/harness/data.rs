//! The rows of all tables as text, in the form that PostgreSQL writes: every engine is loaded from it,
//! and the oracle is built from it.

use chrono::{NaiveDate, NaiveDateTime};
use std::path::{Path, PathBuf};

/// Tables in an order in which foreign keys hold.
#[derive(Debug, Clone, Default)]
pub struct Data {
    /// Parents first.
    pub tables: Vec<Table>,
}

/// One table's rows.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The columns that are given; the others take their defaults.
    pub columns: Vec<String>,
    /// `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

const TABLES: [&str; 10] = [
    "organizations",
    "users",
    "gateways",
    "board_groups",
    "boards",
    "agents",
    "tasks",
    "organization_members",
    "organization_board_access",
    "activity_events",
];

impl Data {
    /// The directory of the recorded data set.
    pub fn fixtures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/conformance")
    }

    /// The recorded data set.
    pub fn recorded() -> Self {
        let read = |name: &str| {
            let path = Self::fixtures().join(name).with_extension("csv");
            Table::parse(name, &std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        };
        Self { tables: TABLES.into_iter().map(read).collect() }
    }

    /// The rows of a table, each as a lookup from column to value; none if the table is not there.
    pub fn rows<'a>(&'a self, table: &'a str) -> impl Iterator<Item = impl Fn(&str) -> Option<String> + 'a> + 'a {
        self.tables.iter().filter(move |t| t.name == table).flat_map(|t| {
            t.rows.iter().map(move |row| {
                move |column: &str| {
                    let at = t.columns.iter().position(|c| c == column);
                    row[at.unwrap_or_else(|| panic!("{} has no column {column}", t.name))].clone()
                }
            })
        })
    }
}

impl Table {
    /// A table without rows; its columns with spaces between them.
    pub fn new(name: &str, columns: &str) -> Self {
        Self { name: name.into(), columns: columns.split_whitespace().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// From CSV with a header line. A field without quotes and without text is NULL, `""` is the empty string, as in
    /// PostgreSQL; the csv crate does not tell them apart.
    fn parse(name: &str, text: &str) -> Self {
        let mut lines = Vec::new();
        let mut line = Vec::new();
        let mut chars = text.chars().peekable();
        while chars.peek().is_some() {
            let mut field = String::new();
            let quoted = chars.next_if_eq(&'"').is_some();
            if quoted {
                while let Some(c) = chars.next() {
                    if c != '"' || chars.next_if_eq(&'"').is_some() {
                        field.push(c);
                    } else {
                        break;
                    }
                }
            } else {
                while let Some(c) = chars.next_if(|c| !",\r\n".contains(*c)) {
                    field.push(c);
                }
            }
            line.push((quoted || !field.is_empty()).then_some(field));
            let _ = chars.next_if_eq(&'\r');
            if chars.next() != Some(',') {
                lines.push(std::mem::take(&mut line));
            }
        }
        let columns = lines.remove(0).into_iter().map(|name| name.expect("a header without a name")).collect();
        Self { name: name.into(), columns, rows: lines }
    }

    /// As CSV without a header, for COPY.
    pub fn csv(&self) -> String {
        let field = |value: &Option<String>| {
            value.as_ref().map_or(String::new(), |text| format!("\"{}\"", text.replace('"', "\"\"")))
        };
        let line = |row: &Vec<Option<String>>| row.iter().map(field).collect::<Vec<_>>().join(",") + "\n";
        self.rows.iter().map(line).collect()
    }
}

/// A time as PostgreSQL writes it (`2026-03-15 12:34:56.789012`, with extremes), in microseconds since 2000.
pub fn micros(text: &str) -> i64 {
    match text {
        "infinity" => return i64::MAX,
        "-infinity" => return i64::MIN,
        _ => {}
    }
    let (digits, bc) = text.strip_suffix(" BC").map_or((text, false), |digits| (digits, true));
    let read = || {
        let (date, time) = digits.split_once([' ', 'T'])?;
        let mut date = date.splitn(3, '-').map(|part| part.parse::<i32>().ok());
        let (year, month, day) = (date.next()??, date.next()??, date.next()??);
        // Before year 1 comes year 1 BC, which chrono calls 0.
        let date = NaiveDate::from_ymd_opt(if bc { 1 - year } else { year }, month as u32, day as u32)?;
        let at = NaiveDateTime::new(date, time.parse().ok()?);
        Some((at - NaiveDate::from_ymd_opt(2000, 1, 1)?.and_hms_opt(0, 0, 0)?).num_microseconds().unwrap())
    };
    read().unwrap_or_else(|| panic!("{text:?} is no time"))
}

#[test]
fn the_reader_of_the_recorded_data_tells_null_from_an_empty_string() {
    let table = Table::parse("t", "a,b,c\n\"x \"\"y\"\",\nz\",,\"\"\n1,\"2\",3\n");
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(table.columns, ["a", "b", "c"]);
    assert_eq!(table.rows, [[text("x \"y\",\nz"), None, text("")], [text("1"), text("2"), text("3")]]);
    assert_eq!(table.csv(), "\"x \"\"y\"\",\nz\",,\"\"\n\"1\",\"2\",\"3\"\n");
}

#[test]
fn times_before_and_after_the_epoch_of_postgresql_are_counted_in_microseconds() {
    assert_eq!(micros("2000-01-01 00:00:01.5"), 1_500_000);
    assert_eq!(micros("1999-12-31 23:59:59.999999"), -1);
    assert_eq!(micros("0001-01-01 00:00:00 BC"), -63_113_904_000_000_000);
}
