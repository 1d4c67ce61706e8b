//! CSV and TSV for scripts and for spreadsheets.

use crate::harness::with_demo;
use crate::harness::{Data, Database, Table, for_each_engine};

const MARK: &str = "\u{feff}";
/// Messages with the form that they have in CSV, plain and for a spreadsheet.
const MESSAGES: [(&str, &str, &str); 9] = [
    ("=1+1", "'=1+1", "'=1+1"),
    (
        "=HYPERLINK(\"http://x.test\",\"see\")",
        "'=HYPERLINK(\"http://x.test\",\"see\")",
        "'=HYPERLINK(\"http://x.test\",\"see\")",
    ),
    ("+1 for this", "+1 for this", "'+1 for this"),
    ("- an item", "- an item", "'- an item"),
    ("@Chidi: look", "@Chidi: look", "'@Chidi: look"),
    ("\t=1", "\t=1", "'\t=1"),
    ("\r=1", "\r=1", "'\r=1"),
    ("a=1, b", "a=1, b", "a=1, b"),
    ("'quoted'", "'quoted'", "'quoted'"),
];

fn messages() -> Data {
    let mut data = Data::recorded();
    data.tables.retain(|table| table.name != "activity_events");
    let mut table = Table::new("activity_events", "id event_type message task_id board_id created_at");
    for (n, (message, ..)) in MESSAGES.into_iter().enumerate() {
        let row = [
            &format!("00000000-0000-4000-8000-{n:012x}"),
            "task.comment",
            message,
            "000000f0-0000-4000-8000-000000000001",
            "000000c0-0000-4000-8000-000000000001",
            &format!("2026-03-01 00:00:{n:02}"),
        ];
        table.rows.push(row.map(|value| Some(value.to_owned())).to_vec());
    }
    data.tables.push(table);
    data
}

fn read(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap()[0].to_owned()).collect()
}

#[test]
fn a_formula_is_only_text_and_excel_adds_a_byte_order_mark() {
    for_each_engine(|engine| {
        let database = Database::with(engine, &messages());
        let ask = |line: &str| {
            database.mc(line.split(' ')).args(["--fields", "message", "--as-user", "local-auth-user", "-q"]).ok().stdout
        };
        let plain: Vec<&str> = MESSAGES.iter().map(|(_, plain, _)| *plain).collect();
        let excel: Vec<&str> = MESSAGES.iter().map(|(_, _, excel)| *excel).collect();
        for command in ["list --all --reverse", "comments --all --reverse", "tail --no-follow --events"] {
            assert_eq!(read(&ask(&format!("{command} -o csv --no-header"))), plain, "{command}");
            let text = ask(&format!("{command} -o csv --excel"));
            let rows = text.strip_prefix(MARK).unwrap_or_else(|| panic!("{text:?}"));
            assert_eq!(read(rows.strip_prefix("message\r\n").unwrap()), excel, "{command}");
            let text = ask(&format!("{command} -o csv --excel --no-header"));
            assert_eq!(read(text.strip_prefix(MARK).unwrap()), excel, "{command}");
            // TSV is exact unless it is for a spreadsheet.
            let text = ask(&format!("{command} -o tsv --no-header"));
            let exact: Vec<String> =
                MESSAGES.iter().map(|(message, ..)| message.replace('\t', "\\t").replace('\r', "\\r")).collect();
            assert_eq!(text.lines().collect::<Vec<_>>(), exact, "{command}");
            assert!(
                ask(&format!("{command} -o tsv --excel")).starts_with(&format!("{MARK}message\n'=1+1\n")),
                "{command}"
            );
            // JSON is exact.
            assert!(!ask(&format!("{command} -o jsonl")).contains("'="), "{command}");
        }
    });
}

#[test]
fn the_header_can_be_left_out_of_csv_and_tsv() {
    let place = with_demo();
    for line in
        ["list --limit 3", "comments --limit 3", "errors -S 2026-03-01 --limit 3", "summary -S 2026-03-01", "boards"]
    {
        for format in ["csv", "tsv"] {
            let ask = |more: &[&str]| place.mc(line.split(' ')).args(["-o", format, "-q"]).args(more).ok().stdout;
            let (with, without) = (ask(&[]), ask(&["--no-header"]));
            let (header, rows) = with.split_once('\n').unwrap();
            assert!(header.contains("id") || header.contains("count"), "{header}");
            assert_eq!(rows, without, "{line} {format}");
        }
    }
    let none = place.mc("list --grep nothing-like-this -o csv --no-header -q".split(' ')).ok();
    assert_eq!(none.stdout, "");
}

#[test]
fn flags_of_csv_are_refused_where_no_csv_is_written_and_the_help_names_spreadsheets() {
    let place = with_demo();
    for line in
        ["list", "list -o json", "errors", "summary -o prometheus", "tail --no-follow", "boards -o text", "whoami"]
    {
        for flag in ["--no-header", "--excel"] {
            let output = place.mc(line.split(' ')).args([flag, "-q"]).fails(2);
            assert!(output.stderr.contains(flag) && output.stderr.contains("csv"), "{output}");
        }
    }
    for command in ["list", "comments", "tail", "summary", "boards"] {
        let help = place.mc([command, "--help"]).ok().stdout;
        assert!(help.contains("spreadsheet") && help.contains("Excel") && help.contains("--no-header"), "{help}");
    }
}
