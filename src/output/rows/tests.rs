//! Claims about whole documents, through the one door that commands use.

use super::*;
use crate::event::{ActivityEvent, Board, Summary, SummaryKey, SummaryRow, TaskComment, Zone};
use crate::output::escape::tests::dangerous;
use crate::output::{Terminal, width};
use uuid::Uuid;

const HUMAN: [Format; 3] = [Format::Table, Format::Wide, Format::Text];

fn at(text: &str) -> Timestamp {
    Timestamp::from_naive(text.parse().unwrap())
}

fn style(columns: Option<usize>, color: bool) -> Style {
    let terminal = Terminal { width: columns, color, unicode: true };
    Style { terminal, zone: Zone::Utc, now: at("2026-03-15T12:37:56") }
}

fn piped() -> Style {
    style(None, false)
}

fn event(number: u128, message: &str) -> ActivityEvent {
    ActivityEvent {
        // Differs in its first group, as version 4 ids do.
        id: Uuid::from_u128(number << 96 | 0x0b16_0000_4000_8000_0000_0000),
        event_type: "task.updated".to_owned(),
        message: Some(message.to_owned()),
        agent_id: Some(Uuid::from_u128(0xa)),
        task_id: Some(Uuid::from_u128(0xb)),
        board_id: Some(Uuid::from_u128(0xc)),
        created_at: at("2026-03-15T12:34:56"),
        action: None,
        user_id: None,
        actor_id: None,
        agent_name: Some("Scout".to_owned()),
        task_title: Some("Ship it".to_owned()),
        board_name: Some("Payments".to_owned()),
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
    Board { id: Uuid::from_u128(3), name: name.to_owned(), slug: "pay".to_owned(), last_activity_at: last }
}

fn written<R: Record>(format: Format, view: View, style: Style, rows: &[R], ending: &Ending) -> String {
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, format, view, style);
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish(ending).unwrap();
    String::from_utf8(out).unwrap()
}

fn events(format: Format, style: Style, rows: &[ActivityEvent]) -> String {
    written(format, View::events(), style, rows, &Ending::default())
}

fn chosen(view: View, fields: &[&str]) -> View {
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
        let escape = crate::output::escape::visible(&text).into_owned();
        for format in HUMAN {
            for style in [piped(), style(Some(200), false), style(Some(30), false)] {
                let footer = Ending { footer: vec![text.clone()], ..Ending::default() };
                let documents = [
                    written(format, View::events(), style, &[&event], &footer),
                    written(format, chosen(View::events(), &["message", "route_params"]), style, &[&event], &footer),
                    written(format, View::comments(), style, &[&comment], &footer),
                    written(format, View::boards(), style, &[&board], &footer),
                    written(format, View::summary(&summary), style, &[&row], &footer),
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
fn a_json_page_has_the_apis_envelope_and_a_cursor() {
    let view = chosen(View::comments(), &["message", "agent_id"]);
    let ending = Ending {
        total: Some(7),
        limit: Some(2),
        offset: 4,
        next_cursor: Some("abc".to_owned()),
        footer: vec!["unseen".to_owned()],
    };
    let shown = written(Format::Json, view.clone(), piped(), &[comment("a"), comment("日")], &ending);
    let items = r#"{"items":[{"message":"a","agent_id":null},{"message":"日","agent_id":null}],"#;
    assert_eq!(shown, format!("{items}{}\n", r#""total":7,"limit":2,"offset":4,"next_cursor":"abc"}"#));
    let empty = written::<TaskComment>(Format::Json, view, piped(), &[], &Ending::default());
    assert_eq!(empty, "{\"items\":[],\"total\":null,\"limit\":null,\"offset\":0,\"next_cursor\":null}\n");
}

#[test]
fn boards_in_json_are_items_alone() {
    let shown = written(Format::Json, View::boards(), piped(), &[board("B")], &Ending::default());
    let item = r#"{"id":"00000000-0000-0000-0000-000000000003","name":"B","slug":"pay","last_activity_at":"2026-03-15T12:00:00"}"#;
    assert_eq!(shown, format!("{{\"items\":[{item}]}}\n"));
}

#[test]
fn jsonl_is_one_object_a_line_with_the_added_field_last() {
    let mut out = Vec::new();
    let view = chosen(View::comments(), &["message"]).also("late_seconds");
    let mut writer = RowWriter::new(&mut out, Format::Jsonl, view, piped());
    writer.row_with(&comment("a\nb"), &[Cell::Number(12.5)]).unwrap();
    writer.row(&comment("c")).unwrap();
    writer.finish(&Ending::default()).unwrap();
    let expected = "{\"message\":\"a\\nb\",\"late_seconds\":12.5}\n{\"message\":\"c\",\"late_seconds\":null}\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn csv_is_rfc_4180() {
    let view = chosen(View::events(), &["message", "agent_name", "created_at", "action", "route_params"]);
    let rows = [event(1, "a,\"b\"\r\nc"), ActivityEvent { message: None, ..event(2, "") }];
    let shown = written(Format::Csv, view, piped(), &rows, &Ending::default());
    let route = "00000000-0000-0000-0000-00000000000";
    let route = format!("\"{{\"\"boardId\"\":\"\"{route}c\"\",\"\"taskId\"\":\"\"{route}b\"\"}}\"");
    let expected = format!(
        "message,agent_name,created_at,action,route_params\r\n\
         \"a,\"\"b\"\"\r\nc\",Scout,2026-03-15T12:34:56,,{route}\r\n\
         ,Scout,2026-03-15T12:34:56,,{route}\r\n"
    );
    assert_eq!(shown, expected);
}

#[test]
fn csv_reads_back_as_it_was_stored() {
    let messages = ["", " ", "\"", "a\nb", "日本", "=1+1", "\u{1b}[2J"];
    let rows: Vec<_> = messages.iter().map(|message| event(1, message)).collect();
    let shown = written(Format::Csv, chosen(View::events(), &["message"]), piped(), &rows, &Ending::default());
    let mut reader = ::csv::Reader::from_reader(shown.as_bytes());
    let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(read, messages);
}

#[test]
fn tsv_has_no_quotes_and_no_stray_line_ends() {
    let view = chosen(View::events(), &["message", "action", "agent_name"]);
    let shown = written(Format::Tsv, view, piped(), &[event(1, "a\tb\nc\rd\\n\"")], &Ending::default());
    assert_eq!(shown, "message\taction\tagent_name\na\\tb\\nc\\rd\\\\n\"\t\tScout\n");
}

#[test]
fn csv_and_tsv_have_a_header_without_rows_and_jsonl_is_empty() {
    let empty = |format| written::<Board>(format, View::boards(), piped(), &[], &Ending::default());
    assert_eq!(empty(Format::Csv), "id,name,slug,last_activity_at\r\n");
    assert_eq!(empty(Format::Tsv), "id\tname\tslug\tlast_activity_at\n");
    assert_eq!(empty(Format::Jsonl), "");
    assert_eq!(empty(Format::Text), "");
    assert_eq!(empty(Format::Sse), "");
    assert_eq!(empty(Format::Table), "NAME  SLUG  ID  LAST ACTIVITY (UTC)  AGE\n");
}

#[test]
fn prometheus_refuses_rows() {
    let writer = RowWriter::new(Vec::new(), Format::Prometheus, View::boards(), piped());
    assert_eq!(writer.finish(&Ending::default()).unwrap_err().kind(), io::ErrorKind::Unsupported);
}

#[test]
fn a_piped_table_shows_everything_aligned_and_the_footer_below() {
    let rows = [event(0x7f58_a95a, "first\nsecond"), failure(0x1234_5678, "gateway is down")];
    let ending = Ending { footer: vec!["2 of 2".to_owned(), "db at host".to_owned()], ..Ending::default() };
    let shown = written(Format::Table, View::events(), piped(), &rows, &ending);
    let expected = "  \
TIME (UTC)           AGE     BOARD     AGENT  TYPE                TASK     ID        MESSAGE
  2026-03-15 12:34:56  3m ago  Payments  Scout  task.updated        Ship it  7f58a95a  first\\nsecond
✗ 2026-03-15 12:34:56  3m ago  Payments  Scout  agent.nudge.failed  Ship it  12345678  gateway is down

2 of 2
db at host
";
    assert_eq!(shown, expected);
}

#[test]
fn a_piped_table_never_cuts() {
    let long = "x".repeat(5000);
    let rows = [ActivityEvent { task_title: Some(long.clone()), ..event(1, &long) }];
    for format in HUMAN {
        assert_eq!(events(format, piped(), &rows).matches(&long).count(), 2, "{format}");
    }
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let rows = [event(1, &"日本 語 👩\u{200d}💻 ".repeat(60)), failure(2, &"long words ".repeat(90)), event(3, "")];
    for columns in 1..200 {
        let shown = events(Format::Table, style(Some(columns), false), &rows);
        if columns >= 4 {
            let widest = shown.lines().map(width).max();
            assert!(widest <= Some(columns), "{columns}: {shown}");
        }
        assert_eq!(shown.lines().count(), 4);
        if columns >= 100 {
            let text = events(Format::Text, style(Some(columns), false), &rows);
            assert!(text.lines().all(|line| width(line) <= columns), "{columns}: {text}");
        }
    }
}

#[test]
fn type_and_message_outlive_the_other_columns() {
    let header = |columns| {
        let shown =
            events(Format::Table, style(Some(columns), false), &[event(1, "a message of some length to be kept")]);
        shown.lines().next().unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(header(160), "TIME (UTC) AGE BOARD AGENT TYPE TASK ID MESSAGE");
    assert_eq!(header(100), "TIME (UTC) BOARD AGENT TYPE ID MESSAGE");
    assert_eq!(header(80), "TIME (UTC) AGENT TYPE MESSAGE");
    assert_eq!(header(40), "TYPE MESSAGE");
}

#[test]
fn columns_stay_aligned_behind_wide_characters() {
    let row = |agent: &str| ActivityEvent { agent_name: Some(agent.to_owned()), ..event(1, "message") };
    let rows = [row("日本語"), row("👩\u{200d}💻"), row("e\u{301}"), row("plain")];
    for format in HUMAN {
        // Wide has the agent's name behind the type and before the title, the others before the type.
        let behind = if format == Format::Wide { "Ship it" } else { "task.updated" };
        for style in [piped(), style(Some(150), false)] {
            let shown = events(format, style, &rows);
            let column = |line: &str| line.find(behind).map(|at| width(&line[..at]));
            let columns: Vec<_> = shown.lines().filter_map(column).collect();
            assert_eq!(columns.len(), 4);
            assert!(columns.windows(2).all(|pair| pair[0] == pair[1]), "{shown}");
        }
    }
}

#[test]
fn ids_in_a_table_are_short_but_tell_its_rows_apart() {
    let ids = |style, rows: &[ActivityEvent]| {
        let shown = events(Format::Table, style, rows);
        shown.lines().skip(1).map(|line| line.split_whitespace().nth_back(1).unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(piped(), &[event(1, "m"), event(2, "m")]), ["00000001", "00000002"]);
    let mut twin = event(1, "m");
    twin.id = Uuid::from_u128(twin.id.as_u128() ^ 1 << 80);
    assert_eq!(ids(piped(), &[event(1, "m"), twin]), ["00000001-0b16", "00000001-0b17"]);
    assert!(events(Format::Wide, piped(), &[event(1, "m")]).contains("00000001-0b16-0000-4000-800000000000"));
}

#[test]
fn a_table_too_long_to_be_kept_shows_whole_ids_and_holds_its_widths() {
    let rows: Vec<_> = (1..=250).map(|number| event(number, "m")).collect();
    let shown = events(Format::Table, piped(), &rows);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 251);
    for (row, line) in rows.iter().zip(&lines[1..]) {
        assert!(line.contains(&row.id.to_string()));
        assert_eq!(line.len(), lines[1].len());
    }
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, Format::Table, View::events(), style(Some(120), false));
    rows.iter().take(100).for_each(|row| writer.row(row).unwrap());
    writer.row(&event(1, &"later and longer ".repeat(20))).unwrap();
    writer.finish(&Ending::default()).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.lines().all(|line| width(line) <= 120));
    assert_eq!(shown.lines().count(), 102);
}

#[test]
fn a_flushed_table_shows_its_rows_at_once() {
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, Format::Table, View::events(), piped());
    writer.flush().unwrap();
    writer.row(&event(1, "one")).unwrap();
    writer.flush().unwrap();
    let Form::Plain(so_far, _) = &writer.form else { panic!("a table is plain") };
    assert_eq!(String::from_utf8_lossy(so_far).lines().count(), 2);
    writer.row(&event(2, "two")).unwrap();
    writer.finish(&Ending::default()).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert_eq!(shown.lines().filter(|line| line.contains("TIME")).count(), 1);
    assert_eq!(shown.lines().count(), 3);
}

#[test]
fn failures_stand_out_with_and_without_color() {
    let rows = [event(1, "fine"), failure(2, "broken")];
    for format in HUMAN {
        let plain = events(format, piped(), &rows);
        assert_eq!(plain.lines().filter(|line| line.contains('✗')).count(), 1, "{format}: {plain}");
        assert!(!plain.contains('\u{1b}'));
        let ascii = Style { terminal: Terminal { unicode: false, ..piped().terminal }, ..piped() };
        let plain = events(format, ascii, &rows);
        assert!(plain.is_ascii() && plain.contains('!'), "{format}: {plain}");
        let colored = events(format, style(None, true), &rows);
        let red: Vec<_> = colored.lines().filter(|line| line.contains("\u{1b}[1;31m")).collect();
        assert_eq!(red.len(), 1, "{format}: {colored}");
        assert!(red[0].contains("agent.nudge.failed"));
    }
}

#[test]
fn chosen_fields_are_the_columns_and_their_ids_are_whole() {
    let view = chosen(View::events(), &["agent_name", "id"]);
    let shown = written(Format::Table, view, piped(), &[failure(1, "m")], &Ending::default());
    assert_eq!(shown, "AGENT_NAME  ID\nScout       00000001-0b16-0000-4000-800000000000\n");
}

#[test]
fn names_that_are_missing_give_way_to_short_ids_and_null_to_a_dash() {
    let rows = [ActivityEvent { board_name: None, agent_name: None, agent_id: None, message: None, ..event(1, "") }];
    let shown = events(Format::Table, piped(), &rows);
    let row = shown.lines().nth(1).unwrap();
    assert_eq!(row, "  2026-03-15 12:34:56  3m ago  00000000  -      task.updated  Ship it  00000001  -");
}

#[test]
fn a_summary_aligns_its_counts_to_the_right() {
    let summary = summary();
    let shown = written(Format::Table, View::summary(&summary), piped(), &summary.rows, &Ending::default());
    let expected = "  TYPE                COUNT\n  task.updated         1234\n✗ agent.nudge.failed      7\n";
    assert_eq!(shown, expected);
}

#[test]
fn text_is_one_line_a_row_when_piped() {
    let shown = events(Format::Text, piped(), &[event(1, "first\nsecond"), failure(2, "down")]);
    let expected = "\
2026-03-15 12:34:56  Payments  Scout    task.updated  Ship it: first\\nsecond
2026-03-15 12:34:56  Payments  Scout  ✗ agent.nudge.failed  Ship it: down
";
    assert_eq!(shown, expected);
    let shown = written(Format::Text, View::comments(), piped(), &[comment("hi")], &Ending::default());
    assert_eq!(shown, "2026-03-15 12:34:56  Payments  -  Ship it: hi\n");
    let shown = written(Format::Text, View::boards(), piped(), &[board("B")], &Ending::default());
    assert_eq!(shown, "00000000-0000-0000-0000-000000000003  B  pay  2026-03-15 12:00:00\n");
}

#[test]
fn text_on_a_terminal_wraps_the_first_line_of_the_message() {
    let message = format!("{}\nsecond", "several words ".repeat(5).trim_end());
    let shown = events(Format::Text, style(Some(80), false), &[event(1, &message)]);
    let expected = "\
2026-03-15 12:34:56  Payments  Scout    task.updated  Ship it:
    several words several words several words several words several words …
";
    assert_eq!(shown, expected);
    let shown = events(Format::Text, style(Some(60), false), &[event(1, &"word ".repeat(200))]);
    assert!(shown.lines().count() <= 3 && shown.ends_with("…\n"), "{shown}");
}

#[test]
fn text_tells_which_rows_are_late() {
    let mut out = Vec::new();
    let view = View::comments().also("late_seconds");
    let mut writer = RowWriter::new(&mut out, Format::Text, view, piped());
    writer.row_with(&comment("one"), &[Cell::Number(12.3)]).unwrap();
    writer.row_with(&comment("two"), &[Cell::Null]).unwrap();
    writer.finish(&Ending::default()).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert_eq!(shown.lines().map(|line| line.contains("late 12s")).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn server_sent_events_leave_the_added_field_out() {
    let view = View::comments().also("late_seconds");
    let shown = written(Format::Sse, view, piped(), &[comment("hi")], &Ending::default());
    assert!(shown.starts_with("event: comment\r\ndata: {\"comment\": {\"id\": "), "{shown}");
    assert!(shown.ends_with("\"board_name\": \"Payments\"}}\r\n\r\n"), "{shown}");
}

#[test]
fn the_zone_moves_human_times_only() {
    let berlin = Style { zone: Zone::Named(chrono_tz::Tz::Europe__Berlin), ..piped() };
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
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Prometheus) {
            let row = ActivityEvent { created_at: extreme, ..event(1, "m") };
            assert!(events(format, piped(), &[row]).contains(&extreme.to_string()), "{format}");
        }
    }
}
