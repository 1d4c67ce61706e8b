//! Compares mc-activity with the alternatives: psql and the sqlite3 shell with the backend's SQL.
//!
//! `cargo bench --bench side_by_side -- --events 1000000,5000000` starts a PostgreSQL server of its own, loads big.sql,
//! runs ours and theirs in turn, each a whole process, and prints a table in Markdown.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![allow(unreachable_pub)]

mod cases;
mod load;
mod measure;
mod poll;
#[path = "../../tests/cli/harness/server.rs"]
#[allow(dead_code, unreachable_pub)]
mod server;

use cases::Case;
use clap::Parser;
use measure::{Pair, Side, side_by_side};

/// Measures mc-activity against psql and the sqlite3 shell
#[derive(Debug, Parser)]
struct Args {
    /// Sizes of the table
    #[arg(long, value_delimiter = ',', default_value = "1000000")]
    events: Vec<u64>,
    /// Which schemas: deployed, documented, sqlite
    #[arg(long, value_delimiter = ',', default_value = "deployed,documented,sqlite")]
    on: Vec<String>,
    /// Measure this database, which big.sql was loaded into, and no other
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Runs of each side
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// Only cases whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    /// Stop after this many seconds of runs of one side
    #[arg(long, default_value_t = 40)]
    patience: u64,
    /// cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let mut measured: Vec<(String, u64, Vec<Row>)> = Vec::new();
    let places = match &args.url {
        Some(url) => vec![load::Place::given(url)],
        None => load::places(&args.events, &args.on),
    };
    println!(
        "whole processes in turn, medians of up to {} runs, quartiles in brackets; ratio = theirs ÷ ours\n",
        args.runs
    );
    for place in &places {
        println!("## {}, {} events\n", place.name, place.events);
        println!("| case | ours ms | theirs ms | ratio | at least | aim | peak MB |");
        println!("|---|---|---|---|---|---|---|");
        let mut rows = Vec::new();
        for case in cases::all(place).into_iter().filter(|case| case.name.contains(&args.only)) {
            let pair = side_by_side(&case.ours, &case.theirs, args.runs, args.patience);
            rows.push(Row::print(&case, pair));
        }
        for (case, ours, theirs) in poll::cases(place).into_iter().filter(|(case, ..)| case.name.contains(&args.only)) {
            rows.push(Row::print(&case, Pair { ours, theirs }));
        }
        println!();
        measured.push((place.name.clone(), place.events, rows));
    }
    comparisons(&measured);
}

/// One line of the table.
struct Row {
    name: String,
    grows: bool,
    ours: f64,
}

impl Row {
    fn print(case: &Case, Pair { ours, theirs }: Pair) -> Self {
        let ratio = theirs.median() / ours.median();
        let short = if ratio < case.at_least { " (short)" } else { "" };
        println!(
            "| {} | {} | {} | {ratio:.1}{short} | {:.2} | {} | {} |",
            case.name,
            shown(&ours),
            shown(&theirs),
            case.at_least,
            case.aim,
            ours.peak.map_or_else(|| "–".to_owned(), |kb| format!("{:.1}", kb as f64 / 1024.0)),
        );
        Self { name: case.name.clone(), grows: case.grows, ours: ours.median() }
    }
}

fn shown(side: &Side) -> String {
    let (low, middle, high) = (side.quantile(0.25), side.median(), side.quantile(0.75));
    let digits = if middle < 10.0 { 2 } else { 0 };
    format!("{middle:.digits$} [{low:.digits$}–{high:.digits$}]")
}

/// What was measured at more than one size must hardly grow; with an index on created_at nothing must be slower.
fn comparisons(measured: &[(String, u64, Vec<Row>)]) {
    for (name, events, rows) in measured {
        let small = measured.iter().filter(|(n, e, _)| n == name && e < events).min_by_key(|m| m.1);
        if let Some((_, least, base)) = small {
            compare(&format!("Growth, {name}: {least} to {events} events"), base, rows, |row| row.grows);
        }
        let deployed = measured.iter().find(|(n, e, _)| n.starts_with("deployed") && e == events);
        if let Some((_, _, base)) = deployed.filter(|_| name.starts_with("documented")) {
            compare(&format!("The documented schema against the deployed, {events} events"), base, rows, |_| true);
        }
    }
}

fn compare(what: &str, base: &[Row], rows: &[Row], is_meant: impl Fn(&Row) -> bool) {
    println!("## {what}\n\n| case | times |\n|---|---|");
    for row in rows.iter().filter(|row| is_meant(row)) {
        if let Some(before) = base.iter().find(|before| before.name == row.name) {
            println!("| {} | {:.2} |", row.name, row.ours / before.ours);
        }
    }
    println!();
}
