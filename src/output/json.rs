//! JSON as the API writes it: compact, raw UTF-8, keys in the order of the fields, times naive UTC.
//!
//! Written straight, without a tree in between: a full export is millions of rows.

use super::columns::{Columns, Extended};
use crate::model::{Cell, Record, Timestamp};
use chrono::{Datelike, Timelike};
use serde::Serialize;
use std::io::{self, Write};
use uuid::Uuid;

/// One row as an object of the view's chosen fields.
pub fn record(out: &mut impl Write, view: &Columns, record: &dyn Record) -> io::Result<()> {
    let mut before: &[u8] = b"{\"";
    for (position, name) in view.chosen() {
        out.write_all(before)?;
        out.write_all(name.as_bytes())?;
        out.write_all(b"\":")?;
        cell(out, &record.cell(position))?;
        before = b",\"";
    }
    out.write_all(b"}")
}

/// The same with the values of the fields that [`Columns::also`] added.
pub fn record_with(out: &mut impl Write, view: &Columns, row: &dyn Record, extra: &[Cell<'_>]) -> io::Result<()> {
    record(out, view, &Extended { record: row, own: view.own(), extra })
}

/// Rows as objects with commas between them, for a document that holds them in an array of its own.
pub fn list<'a, R: Record + 'a>(
    out: &mut impl Write,
    view: &Columns,
    rows: impl IntoIterator<Item = &'a R>,
) -> io::Result<()> {
    let mut before: &[u8] = b"";
    for row in rows {
        out.write_all(before)?;
        record(out, view, row)?;
        before = b",";
    }
    Ok(())
}

/// Any other value, in the same form.
pub fn value(out: &mut impl Write, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

/// One cell: an id and a time as strings, a number that is none as null.
pub(super) fn cell(out: &mut impl Write, shown: &Cell<'_>) -> io::Result<()> {
    match shown {
        Cell::Null => out.write_all(b"null"),
        Cell::Text(text) => value(out, text),
        Cell::Id(id) => {
            out.write_all(b"\"")?;
            out.write_all(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes())?;
            out.write_all(b"\"")
        }
        Cell::Time(at) => {
            out.write_all(b"\"")?;
            instant(out, *at)?;
            out.write_all(b"\"")
        }
        Cell::Count(count) => value(out, count),
        Cell::Number(number) => value(out, number),
        Cell::Map(entries) => {
            let mut before: &[u8] = b"{";
            for (key, text) in entries {
                out.write_all(before)?;
                value(out, key)?;
                out.write_all(b":")?;
                value(out, text)?;
                before = b",";
            }
            out.write_all(if entries.is_empty() { b"{}" } else { b"}" })
        }
        Cell::Object(entries) => {
            let mut before: &[u8] = b"{";
            for (key, entry) in entries {
                out.write_all(before)?;
                value(out, key)?;
                out.write_all(b":")?;
                cell(out, entry)?;
                before = b",";
            }
            out.write_all(if entries.is_empty() { b"{}" } else { b"}" })
        }
    }
}

/// The form of `Timestamp`'s `Display`, several times as fast in the years 1 to 9999.
pub(super) fn instant(out: &mut impl Write, at: Timestamp) -> io::Result<()> {
    let Some(naive) = at.to_naive().filter(|naive| (1..=9999).contains(&naive.year())) else {
        return write!(out, "{at}");
    };
    let mut text = *b"0000-00-00T00:00:00.000000";
    let micros = naive.nanosecond() / 1_000;
    let parts = [
        (0..4, naive.year().unsigned_abs()),
        (5..7, naive.month()),
        (8..10, naive.day()),
        (11..13, naive.hour()),
        (14..16, naive.minute()),
        (17..19, naive.second()),
        (20..26, micros),
    ];
    for (digits, mut number) in parts {
        for digit in text[digits].iter_mut().rev() {
            // The remainder is below ten.
            *digit += (number % 10) as u8;
            number /= 10;
        }
    }
    out.write_all(if micros == 0 { &text[..19] } else { &text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActivityEvent, Board};
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_event_has_the_keys_and_values_of_the_api_then_ours() {
        let event = ActivityEvent {
            id: Uuid::from_u128(0x7f58a95a_6b2a_599a_98f8_89d8a9c0ad13),
            message: Some("日本 \"x\"\n\u{1b}\u{7f}/".to_owned()),
            task_id: Some(Uuid::from_u128(5)),
            board_id: Some(Uuid::from_u128(3)),
            task_title: Some("T".to_owned()),
            board_name: Some("B".to_owned()),
            ..ActivityEvent::example("task.updated", Timestamp::from_naive("2026-03-15T12:00:00".parse().unwrap()))
        };
        let shown = written(|out| record(out, &Columns::events(), &event));
        let expected = concat!(
            r#"{"id":"7f58a95a-6b2a-599a-98f8-89d8a9c0ad13","event_type":"task.updated","#,
            "\"message\":\"日本 \\\"x\\\"\\n\\u001b\u{7f}/\",\"agent_id\":null,",
            r#""task_id":"00000000-0000-0000-0000-000000000005","board_id":"00000000-0000-0000-0000-000000000003","#,
            r#""route_name":"board","route_params":{"boardId":"00000000-0000-0000-0000-000000000003","#,
            r#""taskId":"00000000-0000-0000-0000-000000000005"},"created_at":"2026-03-15T12:00:00","#,
            r#""action":null,"user_id":null,"actor_id":null,"agent_name":null,"task_title":"T","board_name":"B"}"#,
        );
        assert_eq!(shown, expected);
    }

    #[test]
    fn numbers_have_the_shortest_form_that_reads_back() {
        let shown = |number| written(|out| cell(out, &Cell::Number(number)));
        assert_eq!(shown(14.285714285714285), "14.285714285714285");
        assert_eq!(shown(0.0), "0.0");
        assert_eq!(shown(f64::NAN), "null");
        assert_eq!(written(|out| cell(out, &Cell::Count(u64::MAX))), "18446744073709551615");
    }

    #[test]
    fn a_list_has_commas_between_its_rows_and_no_brackets() {
        assert_eq!(written(|out| list::<Board>(out, &Columns::boards(), &[])), "");
        let board = Board { name: "n".to_owned(), slug: "s".to_owned(), ..Board::default() };
        let view = Columns::boards().choose(&["slug".to_owned()]).unwrap();
        let shown = written(|out| list(out, &view, [&board, &board]));
        assert_eq!(shown, r#"{"slug":"s"},{"slug":"s"}"#);
    }

    #[test]
    fn a_map_without_entries_is_an_object() {
        assert_eq!(written(|out| cell(out, &Cell::Map(Vec::new()))), "{}");
    }

    proptest! {
        #[test]
        fn instants_have_the_form_of_display(micros in any::<i64>(), second in -63_000_000_000i64..253_000_000_000) {
            for at in [Timestamp::from_micros(micros), Timestamp::from_micros(second.saturating_mul(1_000_000)), Timestamp::from_micros(second * 1_000_000 + 7)] {
                prop_assert_eq!(written(|out| instant(out, at)), at.to_string());
            }
        }
    }
}
