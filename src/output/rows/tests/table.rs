//! Tables, on terminals of any width and piped.

use super::*;

#[test]
fn a_piped_table_shows_everything_aligned_and_the_footer_below() {
    let rows = [event(0x7f58_a95a, "first\nsecond"), failure(0x1234_5678, "gateway is down")];
    let ending = PageInfo { footer: vec!["2 of 2".to_owned(), "db at host".to_owned()], ..PageInfo::default() };
    let shown = written(Format::Table, Columns::events(), piped(), &rows, &ending);
    let expected = "  \
TIME (UTC)           AGE     BOARD     AGENT  TYPE                TASK     TASK ID   ID        MESSAGE
  2026-03-15 12:34:56  3m ago  Payments  Scout  task.updated        Ship it  00000000  7f58a95a  first ↵ second
✗ 2026-03-15 12:34:56  3m ago  Payments  Scout  agent.nudge.failed  Ship it  00000000  12345678  gateway is down

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
    assert_eq!(header(160), "TIME (UTC) AGE BOARD AGENT TYPE TASK TASK ID ID MESSAGE");
    assert_eq!(header(100), "TIME (UTC) BOARD AGENT TYPE TASK TASK ID MESSAGE");
    assert_eq!(header(80), "TIME (UTC) BOARD AGENT TYPE MESSAGE");
    assert_eq!(header(40), "TIME (UTC) TYPE MESSAGE");
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
    let mut writer = RowWriter::new(&mut out, Format::Table, Columns::events(), style(Some(120), false));
    rows.iter().take(100).for_each(|row| writer.row(row).unwrap());
    writer.row(&event(1, &"later and longer ".repeat(20))).unwrap();
    writer.finish(&PageInfo::default()).unwrap();
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.lines().all(|line| width(line) <= 120));
    assert_eq!(shown.lines().count(), 102);
}

#[test]
fn a_flushed_table_shows_its_rows_at_once() {
    let mut out = Vec::new();
    let mut writer = RowWriter::new(&mut out, Format::Table, Columns::events(), piped());
    writer.flush().unwrap();
    writer.row(&event(1, "one")).unwrap();
    writer.flush().unwrap();
    let RowFormat::Plain(so_far, _) = &writer.form else { panic!("a table is plain") };
    assert_eq!(String::from_utf8_lossy(so_far).lines().count(), 2);
    writer.row(&event(2, "two")).unwrap();
    writer.finish(&PageInfo::default()).unwrap();
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
    let view = chosen(Columns::events(), &["agent_name", "id"]);
    let shown = written(Format::Table, view, piped(), &[failure(1, "m")], &PageInfo::default());
    assert_eq!(shown, "AGENT_NAME  ID\nScout       00000001-0b16-0000-4000-800000000000\n");
}

#[test]
fn names_that_are_missing_give_way_to_short_ids_and_null_to_a_dash() {
    let rows = [ActivityEvent { board_name: None, agent_name: None, agent_id: None, message: None, ..event(1, "") }];
    let shown = events(Format::Table, piped(), &rows);
    let row = shown.lines().nth(1).unwrap();
    assert_eq!(row, "  2026-03-15 12:34:56  3m ago  00000000  -      task.updated  Ship it  00000000  00000001  -");
}

#[test]
fn a_summary_aligns_its_counts_to_the_right() {
    let summary = summary();
    let shown = written(Format::Table, Columns::summary(&summary), piped(), &summary.rows, &PageInfo::default());
    let expected = "  TYPE                COUNT\n  task.updated         1234\n✗ agent.nudge.failed      7\n";
    assert_eq!(shown, expected);
}
