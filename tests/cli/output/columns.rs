//! `--fields`: which columns are printed, in which order.

use crate::harness::with_demo;
use serde_json::Value;

/// Commands whose answer is rows, with two of their fields in another order than their own.
pub const TABULAR: [(&str, [&str; 2]); 6] = [
    ("list --limit 3", ["message", "id"]),
    ("comments --limit 3", ["agent_name", "created_at"]),
    ("tail --no-follow -n 3 --events", ["event_type", "id"]),
    ("errors -S 2026-03-01 -U 2026-03-06 --limit 3", ["event_type", "created_at"]),
    ("summary -S 2026-03-01 -U 2026-03-06", ["count", "event_type"]),
    ("boards", ["slug", "name"]),
];

/// The keys of a JSON object in their order.
fn keys(row: &Value) -> Vec<&str> {
    row.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn fields_selects_columns_in_the_given_order_in_every_command_and_format() {
    let place = with_demo();
    for (line, fields) in TABULAR {
        let ask = |format: &str| {
            let fields = format!("--fields={}", fields.join(","));
            place.mc(line.split(' ')).args([&fields, "-q", "-o", format]).ok()
        };
        assert!(ask("csv").stdout.starts_with(&format!("{}\r\n", fields.join(","))), "{line}");
        assert!(ask("tsv").stdout.starts_with(&format!("{}\n", fields.join("\t"))), "{line}");
        ask("jsonl").jsonl().iter().for_each(|row| assert_eq!(keys(row), fields, "{line}"));
        if !line.starts_with("tail") {
            let document = ask("json").json();
            let rows = document.get("items").or(document.get("rows")).unwrap().as_array().unwrap().clone();
            assert!(!rows.is_empty(), "{line}");
            rows.iter().for_each(|row| assert_eq!(keys(row), fields, "{line}"));
        }
        for format in ["table", "wide"] {
            let heads = fields.map(str::to_uppercase);
            let shown = ask(format).stdout;
            let is_head = |line: &str| line.split_whitespace().eq(heads.iter().map(String::as_str));
            assert!(shown.lines().any(is_head), "{line} -o {format}\n{shown}");
        }
        let unknown = place.mc(line.split(' ')).args(["--fields", "nonsense", "-q"]).fails(2);
        assert!(unknown.stderr.contains("hint: fields: ") && unknown.stderr.contains(fields[0]), "{unknown}");
    }
    for line in ["whoami", "doctor", "explain task.comment"] {
        place.mc(line.split(' ')).args(["--fields", "id"]).fails(2);
    }
}
