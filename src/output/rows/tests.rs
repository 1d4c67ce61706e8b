//! Claims about whole documents, through the one door that commands use.

mod programs;
mod table;

use super::*;
use crate::escape::tests::dangerous;
use crate::model::{ActivityEvent, Board, Summary, SummaryKey, SummaryRow, TaskComment, Zone};
use crate::output::{Terminal, width};
use uuid::Uuid;

const HUMAN: [Format; 3] = [Format::Table, Format::Wide, Format::Text];

fn at(text: &str) -> Timestamp {
    Timestamp::from_naive(text.parse().unwrap())
}

fn style(columns: Option<usize>, color: bool) -> Style {
    let terminal = Terminal {
        width: columns,
        height: None,
        is_terminal: columns.is_some(),
        is_resizable: false,
        color,
        unicode: true,
    };
    Style { terminal, zone: Zone::Utc, now: at("2026-03-15T12:37:56"), csv: CsvOptions::default() }
}

fn piped() -> Style {
    style(None, false)
}

fn event(number: u128, message: &str) -> ActivityEvent {
    ActivityEvent {
        // Differs in its first group, as version 4 ids do.
        id: Uuid::from_u128(number << 96 | 0x0b16_0000_4000_8000_0000_0000),
        message: Some(message.to_owned()),
        agent_id: Some(Uuid::from_u128(0xa)),
        task_id: Some(Uuid::from_u128(0xb)),
        board_id: Some(Uuid::from_u128(0xc)),
        agent_name: Some("Scout".to_owned()),
        task_title: Some("Ship it".to_owned()),
        board_name: Some("Payments".to_owned()),
        ..ActivityEvent::example("task.updated", at("2026-03-15T12:34:56"))
    }
}

fn failure(number: u128, message: &str) -> ActivityEvent {
    ActivityEvent { event_type: "agent.nudge.failed".to_owned(), ..event(number, message) }
}

fn comment(message: &str) -> TaskComment {
    TaskComment {
        id: Uuid::from_u128(1),
        created_at: at("2026-03-15T12:34:56.5"),
        message: message.to_owned(),
        agent_id: None,
        agent_name: None,
        agent_role: None,
        task_id: Uuid::from_u128(2),
        task_title: "Ship it".to_owned(),
        board_id: Uuid::from_u128(3),
        board_name: "Payments".to_owned(),
    }
}

fn board(name: &str) -> Board {
    let last = Some(at("2026-03-15T12:00:00"));
    Board {
        id: Uuid::from_u128(3),
        name: name.to_owned(),
        slug: "pay".to_owned(),
        last_activity_at: last,
        ..Board::default()
    }
}

fn written<R: Record>(format: Format, view: Columns, style: Style, rows: &[R], ending: &PageInfo) -> String {
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, format, view, style);
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish(ending).unwrap();
    String::from_utf8(out).unwrap()
}

fn events(format: Format, style: Style, rows: &[ActivityEvent]) -> String {
    written(format, Columns::events(), style, rows, &PageInfo::default())
}

fn chosen(view: Columns, fields: &[&str]) -> Columns {
    view.choose(&fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>()).unwrap()
}

#[test]
fn no_dangerous_character_reaches_a_human_in_any_field_of_any_view() {
    let dangerous: std::collections::HashSet<_> = dangerous().into_iter().collect();
    for c in &dangerous {
        let text = format!("a{c}b");
        let event = ActivityEvent {
            event_type: text.clone(),
            message: Some(text.clone()),
            action: Some(text.clone()),
            agent_name: Some(text.clone()),
            task_title: Some(text.clone()),
            board_name: Some(text.clone()),
            board_id: None,
            ..event(1, "")
        };
        let comment = TaskComment {
            message: text.clone(),
            agent_name: Some(text.clone()),
            agent_role: Some(text.clone()),
            task_title: text.clone(),
            board_name: text.clone(),
            ..comment("")
        };
        let board = Board { slug: text.clone(), ..board(&text) };
        let (summary, row) = (summary(), SummaryRow { keys: vec![SummaryKey::Text(text.clone())], count: 1 });
        let escape = crate::output::paragraphs::on_one_line(&text, true);
        for format in HUMAN {
            for style in [piped(), style(Some(200), false), style(Some(30), false)] {
                let footer = PageInfo { footer: vec![text.clone()], ..PageInfo::default() };
                let documents = [
                    written(format, Columns::events(), style, &[&event], &footer),
                    written(format, chosen(Columns::events(), &["message", "route_params"]), style, &[&event], &footer),
                    written(format, Columns::comments(), style, &[&comment], &footer),
                    written(format, Columns::boards(), style, &[&board], &footer),
                    written(format, Columns::summary(&summary), style, &[&row], &footer),
                ];
                for document in documents {
                    let leaked = document.chars().find(|leaked| *leaked != '\n' && dangerous.contains(leaked));
                    assert_eq!(leaked, None, "{format}: {document:?}");
                    // One line a row: a line break in a text makes no other line that looks like a row.
                    assert!(!document.lines().any(|line| line.starts_with('b')), "{format}: {document:?}");
                    if style.terminal.width.is_none() {
                        assert!(document.contains(&escape), "{format} hides {escape}: {document}");
                    }
                }
            }
        }
    }
}

impl<R: Record> Record for &R {
    fn cell(&self, field: usize) -> Cell<'_> {
        (**self).cell(field)
    }
}

fn summary() -> Summary {
    Summary {
        since: at("2026-03-08T00:00:00"),
        until: at("2026-03-15T00:00:00"),
        by: vec!["type"],
        fields: vec!["event_type", "count"],
        total: 12,
        rows: vec![
            SummaryRow { keys: vec![SummaryKey::Text("task.updated".to_owned())], count: 1234 },
            SummaryRow { keys: vec![SummaryKey::Text("agent.nudge.failed".to_owned())], count: 7 },
        ],
    }
}

#[test]
fn text_is_one_line_a_row_when_piped() {
    let shown = events(Format::Text, piped(), &[event(1, "first\nsecond"), failure(2, "down")]);
    let expected = "\
2026-03-15 12:34:56  Payments  Scout    task.updated  Ship it: first ↵ second
2026-03-15 12:34:56  Payments  Scout  ✗ agent.nudge.failed  Ship it: down
";
    assert_eq!(shown, expected);
    let shown = written(Format::Text, Columns::comments(), piped(), &[comment("hi")], &PageInfo::default());
    assert_eq!(shown, "2026-03-15 12:34:56  Payments  -  Ship it: hi\n");
    let shown = written(Format::Text, Columns::boards(), piped(), &[board("B")], &PageInfo::default());
    assert_eq!(shown, "00000000-0000-0000-0000-000000000003  B  pay  2026-03-15 12:00:00  -  0  0\n");
}

#[test]
fn text_on_a_terminal_shows_a_message_whole_and_wrapped_below_its_head() {
    let message = format!(
        "{}\n\n- second, which is as long as needs be to fill more than one row of eighty\n",
        "several words ".repeat(5).trim_end()
    );
    let shown = events(Format::Text, style(Some(80), false), &[event(1, &message), event(2, "short")]);
    let expected = "\
Sun 2026-03-15 (UTC)
12:34:56  Payments  Scout    task.updated  Ship it:
    several words several words several words several words several words

    - second, which is as long as needs be to fill more than one row of eighty
12:34:56  Payments  Scout    task.updated  Ship it: short
";
    assert_eq!(shown, expected);
    let shown = events(Format::Text, style(Some(60), false), &[event(1, &"word ".repeat(200))]);
    assert_eq!(shown.matches("word").count(), 200, "{shown}");
    assert!(shown.lines().all(|line| width(line) <= 60), "{shown}");
}

#[test]
fn a_table_on_a_terminal_says_how_many_lines_of_a_message_it_leaves_out() {
    let shown =
        events(Format::Table, style(Some(120), false), &[event(1, "first\n\nsecond\nthird"), event(2, "one\ntwo")]);
    assert!(shown.contains("first (+2 lines)") && shown.contains("one (+1 line)"), "{shown}");
    assert!(!shown.contains("second"), "{shown}");
}

#[test]
fn no_human_format_shows_a_line_break_as_an_escape() {
    for format in HUMAN {
        for style in [piped(), style(Some(80), false), style(Some(140), true)] {
            let shown = events(format, style, &[event(1, "first\r\nsecond\n")]);
            assert!(shown.contains("first") && !shown.contains("\\n") && !shown.contains("\\r"), "{format}: {shown}");
        }
    }
}

#[test]
fn a_title_that_the_message_holds_is_not_said_twice() {
    let shown = events(Format::Text, style(Some(120), false), &[event(1, "Task moved to done: Ship it.")]);
    assert_eq!(shown.matches("Ship it").count(), 1, "{shown}");
}

#[test]
fn text_tells_which_rows_are_late() {
    let mut out = Vec::new();
    let view = Columns::comments().also("late_seconds");
    let mut writer = RowWriter::new(&mut out, Format::Text, view, piped());
    writer.row_with(&comment("one"), &[Cell::Number(12.3)]).unwrap();
    writer.row_with(&comment("two"), &[Cell::Null]).unwrap();
    writer.finish(&PageInfo::default()).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert_eq!(shown.lines().map(|line| line.contains("late 12s")).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn server_sent_events_leave_the_added_field_out() {
    let view = Columns::comments().also("late_seconds");
    let shown = written(Format::Sse, view, piped(), &[comment("hi")], &PageInfo::default());
    assert!(shown.starts_with("event: comment\r\ndata: {\"comment\": {\"id\": "), "{shown}");
    assert!(shown.ends_with("\"board_name\": \"Payments\"}}\r\n\r\n"), "{shown}");
}

#[test]
fn the_zone_moves_human_times_only() {
    let berlin = Style { zone: Zone::named("Europe/Berlin").unwrap(), ..piped() };
    for format in HUMAN {
        assert!(events(format, berlin, &[event(1, "m")]).contains("2026-03-15 13:34:56"), "{format}");
    }
    for format in [Format::Json, Format::Jsonl, Format::Csv, Format::Tsv, Format::Sse] {
        assert!(events(format, berlin, &[event(1, "m")]).contains("2026-03-15T12:34:56"), "{format}");
    }
}

#[test]
fn every_format_of_rows_shows_the_extremes_of_time() {
    for extreme in [Timestamp::INFINITY, Timestamp::NEG_INFINITY, Timestamp::FIRST, Timestamp::LAST] {
        for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Prometheus | Format::Markdown))
        {
            let row = ActivityEvent { created_at: extreme, ..event(1, "m") };
            assert!(events(format, piped(), &[row]).contains(&extreme.to_string()), "{format}");
        }
    }
}
