//! Rows rendered: one [`RowWriter`] for every [`Format`], which takes rows one by one and keeps none of them (the human
//! tables keep the first few, to find their widths).
//!
//! Stored text is untrusted: what a human reads goes through [`escape_for_terminal`]; what a program reads is escaped by its
//! format's own rules and otherwise left as it is.

pub mod agents;
mod cell_text;
pub mod chart;
mod columns;
pub mod compare;
mod coverage;
mod csv;
pub mod destination;
pub mod errors;
mod foreground;
pub mod held;
pub mod highlight;
pub mod html;
pub mod json;
mod key_value;
mod line_draft;
pub mod message_groups;
pub mod nagios;
pub mod pager;
mod paragraphs;
pub mod prometheus;
pub mod report;
mod rows;
pub mod sections;
mod show_time;
mod sse;
pub mod status_screen;
mod stderr;
mod stdout;
pub mod summary;
mod table;
pub mod tasks;
mod terminal;
mod terminal_guard;
mod text;
pub mod timeline;
pub mod verify;
pub mod waiting;
mod width;

pub use self::csv::CsvOptions;
pub use columns::Columns;
pub use coverage::Coverage;
pub use foreground::{is_in_foreground, would_be_stopped};
pub use key_value::write_facts;
pub use prometheus::SeriesLabels;
pub use rows::{PageInfo, RowWriter};
pub use show_time::age;
pub use sse::ping;
pub use stderr::{eprint_json, eprint_raw, eprint_safe, ring, stdout_is_closed};
pub use stdout::stdout_was_closed_at_start;
pub use terminal::{Color, ColorChoice, Terminal};
pub use terminal_guard::{Content, TerminalGuard};
pub use width::{fill, truncate, width};

use crate::escape::escape_for_terminal;
use crate::model::{Timestamp, Zone};
use chart::ChartStyle;
use std::fmt;
use std::io::{self, Write};

/// What `-o` names. A new format is a variant here with its name, its [`Content`] and the lists that it is in, a file beside
/// the others, and an arm of [`RowWriter::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Aligned columns for a human, cut to the terminal.
    Table,
    /// Aligned columns of every field in full.
    Wide,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// RFC 4180.
    Csv,
    /// IANA `text/tab-separated-values`.
    Tsv,
    /// One line a row for a human.
    Text,
    /// Server-sent events, as the API streams them.
    Sse,
    /// The Prometheus text exposition format; for counts, not for rows.
    Prometheus,
    /// Markdown; for a story, not for rows.
    Markdown,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Table,
        Self::Wide,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Tsv,
        Self::Text,
        Self::Sse,
        Self::Prometheus,
        Self::Markdown,
    ];

    /// The formats of every command that prints rows.
    pub const ROWS: [Self; 7] = [Self::Table, Self::Wide, Self::Json, Self::Jsonl, Self::Csv, Self::Tsv, Self::Text];

    /// The formats of commands that print counts, which can be scraped too.
    pub const COUNTS: [Self; 8] =
        [Self::Table, Self::Wide, Self::Json, Self::Jsonl, Self::Csv, Self::Tsv, Self::Text, Self::Prometheus];

    /// The formats of commands whose table is a report.
    pub const REPORT: [Self; 6] = [Self::Table, Self::Wide, Self::Json, Self::Jsonl, Self::Csv, Self::Tsv];

    /// The formats of commands that describe one thing.
    pub const FACTS: [Self; 2] = [Self::Table, Self::Json];

    /// The formats of a stream of rows.
    pub const STREAM: [Self; 7] = [Self::Text, Self::Jsonl, Self::Sse, Self::Csv, Self::Tsv, Self::Table, Self::Wide];

    /// As typed behind `-o`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Wide => "wide",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Text => "text",
            Self::Sse => "sse",
            Self::Prometheus => "prometheus",
            Self::Markdown => "markdown",
        }
    }
}

impl From<Format> for Content {
    fn from(format: Format) -> Self {
        match format {
            Format::Table | Format::Wide | Format::Text | Format::Markdown => Self::Text,
            Format::Json | Format::Jsonl | Format::Sse => Self::Json,
            Format::Csv => Self::Csv,
            Format::Tsv => Self::Tsv,
            Format::Prometheus => Self::Prometheus,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How rows look: the terminal, the zone of the times and the instant that ages count from for people, and CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Where the output goes.
    pub terminal: Terminal,
    /// The zone of the times shown.
    pub zone: Zone,
    /// What "3m ago" is relative to; naive UTC.
    pub now: Timestamp,
    /// What CSV and TSV begin with, and for whom.
    pub csv: CsvOptions,
}

impl Style {
    /// How instants are shown.
    pub fn show_time(&self) -> impl Fn(Timestamp) -> String + use<> {
        let zone = self.zone;
        move |at| zone.show(at)
    }

    /// The same for drawings.
    pub fn look<'a>(&self, show_time: &'a dyn Fn(Timestamp) -> String) -> ChartStyle<'a> {
        let Terminal { width, unicode, color, .. } = self.terminal;
        ChartStyle {
            width,
            unicode,
            color,
            show_time,
            escape_for_terminal: &|text| escape_for_terminal(text).into_owned(),
        }
    }
}

/// That rows of these tables may be hidden; none where there are no such tables.
pub fn row_security(tables: &[String]) -> Option<String> {
    let hidden = if tables.iter().any(|table| table == "activity_events") { "events" } else { "rows" };
    let active = format!("row-level security is active on {}: some {hidden} may be hidden", tables.join(", "));
    (!tables.is_empty()).then_some(active)
}

/// A number with what it counts, in the singular or with an s.
pub fn counted(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// The lines below a report: what was counted, for whom, of which database.
pub fn write_footer(out: &mut impl Write, lines: &[String], style: &Style) -> io::Result<()> {
    writeln!(out)?;
    let fit = |line: &String| fill(&escape_for_terminal(line), style.terminal.width);
    let lines = lines.iter().map(fit).collect::<Vec<_>>().join("\n");
    lines.lines().try_for_each(|line| writeln!(out, "{}", style.terminal.paint(Color::Dim, line)))
}
