//! The answer of `verify`: as JSON, and as a report for people.

use super::chart::ChartStyle;
use super::chart::grid::Grid;
use super::chart::label::{self, Tone};
use super::columns::Columns;
use super::json;
use super::width::fill;
use crate::model::{CHAIN_BEGINNING, Finding, Verdict, Verification};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// What a chain cannot show, in the words of the report and of the documentation.
pub const LIMITS: &str = "This does not prove that the archive itself is genuine: whoever can write the file can make a new \
                          chain. Keep the head elsewhere, and give it with --head.";

/// Writes the answer as one line of JSON.
pub fn write_json<W: Write>(out: &mut W, answer: &Verification, view: &Columns) -> io::Result<()> {
    let counts: Map<String, Value> =
        Verdict::NAMES.iter().zip(answer.counts).map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    let head = json!({
        "verdict": answer.verdict(),
        "lines": answer.lines,
        "repeated": answer.repeated,
        "counts": counts,
        "previous_hash": answer.first,
        "head": answer.head,
        "is_kept_head": answer.is_kept_head,
        "searched": answer.searched.map(|(since, until)| {
            json!({"since": since.to_string(), "until": until.to_string()})
        }),
        "not_listed": answer.not_listed,
    });
    let head = head.to_string();
    write!(out, "{},\"findings\":[", head.strip_suffix('}').unwrap_or(&head))?;
    json::list(out, view, &answer.findings)?;
    out.write_all(b"]}\n")
}

/// Writes the report: the verdict, the counts, the head, what is not as it was archived.
pub fn write_report<W: Write>(out: &mut W, answer: &Verification, look: &ChartStyle<'_>) -> io::Result<()> {
    let headline = match answer.verdict() {
        "broken" => "the chain is broken",
        "unexplained" => "the chain is whole, and there are changes that Mission Control does not make",
        _ => "the chain is whole, and every change is one that Mission Control makes",
    };
    let tone = if answer.verdict() == "explained" { Tone::Strong } else { Tone::Alarm };
    writeln!(out, "{}", label::paint(look, tone, &fill(headline, look.width)))?;
    let counts = Verdict::NAMES.iter().zip(answer.counts).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect();
    let mut lines = vec![format!(
        "{} lines: {}",
        answer.lines,
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    )];
    if answer.repeated > 0 {
        lines.push(format!("{} lines are there twice, since tail was killed", answer.repeated));
    }
    if let Some((since, until)) = answer.searched {
        let [since, until] = [since, until].map(look.show_time);
        lines.push(format!("searched for events that are not in it: {since} to {until}"));
    }
    match answer.first.as_deref() {
        Some(CHAIN_BEGINNING) | None => {}
        Some(first) => lines.push(format!("follows an archive with the head {first}")),
    }
    if answer.is_kept_head == Some(false) {
        lines.push("it does not end with the head of --head: lines were cut off or added at its end".to_owned());
    }
    for line in lines {
        writeln!(out, "{}", fill(&line, look.width))?;
    }
    if !answer.findings.is_empty() {
        writeln!(out)?;
        let heads = ["verdict", "type", "created at", "id", "where", "detail"].map(|head| (head.to_owned(), false));
        let row = |finding: &Finding| {
            let text = |text: &Option<String>| text.as_deref().map(look.escape_for_terminal).unwrap_or_default();
            let place = finding.line.map_or(String::new(), |line| format!("{}:{line}", text(&finding.file)));
            vec![
                finding.verdict.replace('_', " "),
                text(&finding.event_type),
                text(&finding.created_at),
                finding.id.map_or(String::new(), |id| id.to_string()),
                place,
                text(&finding.detail),
            ]
        };
        let rows = answer.findings.iter().map(row).collect();
        Grid { heads: heads.into(), rows, ..Grid::default() }.write(out, look)?;
        if answer.not_listed > 0 {
            writeln!(out, "and {} more", answer.not_listed)?;
        }
    }
    if let Some(head) = &answer.head {
        // Alone on its line it can be copied, however narrow the terminal.
        writeln!(out, "\nhead:\n{head}")?;
    }
    writeln!(out, "{}", label::paint(look, Tone::Quiet, &fill(LIMITS, look.width)))
}
