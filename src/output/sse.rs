//! Server-sent events, byte for byte as the API streams them: sse-starlette's frames with CRLF, and `json.dumps` with its
//! defaults, which are ASCII only, `, ` and `: `.

use super::columns::Columns;
use crate::model::{Cell, Record, Timestamp};
use std::io::{self, Write};

/// `event: comment`, `data: {"comment": {…}}`; for other rows than comments with the view's own name.
pub(super) fn frame(out: &mut Vec<u8>, view: &Columns, own: usize, record: &dyn Record) -> io::Result<()> {
    let event = view.event();
    write!(out, "event: {event}\r\ndata: {{\"{event}\": {{")?;
    let mut before = "";
    for (position, name) in view.chosen().filter(|(position, _)| *position < own) {
        write!(out, "{before}\"{name}\": ")?;
        cell(out, &record.cell(position))?;
        before = ", ";
    }
    out.write_all(b"}}\r\n\r\n")
}

/// The comment that keeps a connection alive; `now` in UTC, in the form of Python's `str(datetime)`.
pub fn ping(now: Timestamp) -> String {
    format!(": ping - {}+00:00\r\n\r\n", now.to_string().replacen('T', " ", 1))
}

fn cell(out: &mut Vec<u8>, cell: &Cell<'_>) -> io::Result<()> {
    match cell {
        Cell::Text(text) => string(out, text),
        Cell::Map(entries) => {
            let mut before = "{";
            for (key, text) in entries {
                write!(out, "{before}\"{key}\": ")?;
                string(out, text)?;
                before = ", ";
            }
            out.write_all(if entries.is_empty() { b"{}" } else { b"}" })
        }
        other => super::json::cell(out, other),
    }
}

/// As `json.dumps(text)`: everything but `' '` to `'~'` escaped (DEL too), beyond the first plane as surrogate pairs.
fn string(out: &mut Vec<u8>, text: &str) -> io::Result<()> {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            // ASCII, so the cast loses nothing.
            ' '..='~' => out.push(c as u8),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
        }
    }
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ActivityEvent, TaskComment};
    use uuid::Uuid;

    fn comment(message: &str) -> TaskComment {
        TaskComment {
            id: Uuid::from_u128(1),
            created_at: Timestamp::from_naive("2026-03-15T12:34:56.5".parse().unwrap()),
            message: message.to_owned(),
            agent_id: None,
            agent_name: None,
            agent_role: Some("Lead".to_owned()),
            task_id: Uuid::from_u128(2),
            task_title: "完了 ✅".to_owned(),
            board_id: Uuid::from_u128(3),
            board_name: "B".to_owned(),
        }
    }

    fn framed(view: &Columns, record: &dyn Record) -> String {
        let mut out = Vec::new();
        frame(&mut out, view, TaskComment::FIELDS.len(), record).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_comment_is_framed_as_the_api_frames_it() {
        let expected = concat!(
            "event: comment\r\ndata: {\"comment\": {\"id\": \"00000000-0000-0000-0000-000000000001\", ",
            "\"created_at\": \"2026-03-15T12:34:56.500000\", \"message\": \"hi\", \"agent_id\": null, ",
            "\"agent_name\": null, \"agent_role\": \"Lead\", ",
            "\"task_id\": \"00000000-0000-0000-0000-000000000002\", \"task_title\": \"\\u5b8c\\u4e86 \\u2705\", ",
            "\"board_id\": \"00000000-0000-0000-0000-000000000003\", \"board_name\": \"B\"}}\r\n\r\n",
        );
        assert_eq!(framed(&Columns::comments(), &comment("hi")), expected);
    }

    #[test]
    fn strings_are_escaped_as_python_escapes_them() {
        let mut out = Vec::new();
        string(&mut out, "\u{0}\u{8}\u{c}\n\r\t\u{1b}\"\\/~\u{7f}\u{80}é\u{2028}日😀").unwrap();
        let expected = r#""\u0000\b\f\n\r\t\u001b\"\\/~\u007f\u0080\u00e9\u2028\u65e5\ud83d\ude00""#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_message_cannot_break_out_of_its_frame() {
        let frame = framed(&Columns::comments(), &comment("\r\n\r\nevent: comment\r\ndata: {\"evil\":1}\n\n"));
        assert_eq!(frame.matches("\r\n").count(), 3);
        assert_eq!(frame.matches(['\r', '\n']).count(), 6);
        assert!(frame.is_ascii());
    }

    #[test]
    fn an_event_is_an_activity_with_its_route() {
        let event = ActivityEvent {
            board_id: Some(Uuid::from_u128(3)),
            ..ActivityEvent::example("board.lead_notified", Timestamp::INFINITY)
        };
        let frame = framed(&Columns::events(), &event);
        assert!(frame.starts_with("event: activity\r\ndata: {\"activity\": {\"id\": "));
        let route = "\"route_params\": {\"boardId\": \"00000000-0000-0000-0000-000000000003\", \"panel\": \"chat\"}, ";
        assert!(frame.contains(route) && frame.contains("\"created_at\": \"infinity\""), "{frame}");
    }

    #[test]
    fn a_ping_holds_the_time_as_python_writes_it() {
        let at = |text: &str| Timestamp::from_naive(text.parse().unwrap());
        assert_eq!(ping(at("2026-11-22T22:09:18.643587")), ": ping - 2026-11-22 22:09:18.643587+00:00\r\n\r\n");
        assert_eq!(ping(at("2026-11-22T22:09:18")), ": ping - 2026-11-22 22:09:18+00:00\r\n\r\n");
    }
}
