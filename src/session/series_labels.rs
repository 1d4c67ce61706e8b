//! The labels that tell the metrics of one export from those of another.
//!
//! Several exports end in one directory of node_exporter's textfile collector. Two files with the same series make it drop
//! one of them, so whatever decides which events are counted is a label: the database, the profile, the actor, the filters
//! and the range. The values are as typed, so that they stay the same from run to run.

use crate::cli::filter::{FilterArgs, RangeArgs};
use crate::cli::time::TimeSpec;
use crate::db::Target;
use crate::model::Zone;
use crate::output::SeriesLabels;
use crate::session::{Context, Session};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::fs;

/// Characters of a value; a longer one is cut, and the label `filter` tells it from others.
const LONGEST_VALUE: usize = 120;
/// Digits of that label.
const DIGEST_DIGITS: usize = 12;

/// What an export counts, as typed.
pub(crate) struct Export<'a> {
    /// Which events.
    pub(crate) filter: &'a FilterArgs,
    /// When.
    pub(crate) range: &'a RangeArgs,
    /// As of when, if not now.
    pub(crate) at: Option<&'a TimeSpec>,
    /// By which fields.
    pub(crate) by: &'a [&'static str],
}

impl Context {
    /// The labels of every series of an export; those without a value are left out.
    pub(crate) fn series_labels(&self, session: &Session, export: &Export<'_>) -> SeriesLabels {
        let database = match &session.target {
            Target::Sqlite { path, .. } => {
                fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string()
            }
            target => target.label(),
        };
        let profile = self.global.database.profile.clone().unwrap_or_default();
        let actor = format!("{}:{}", session.actor.kind.name(), session.actor.id);
        let time = |time: Option<&TimeSpec>| time.map(ToString::to_string).unwrap_or_default();
        let (since, until, at) = (export.range.start.since.as_ref(), export.range.until.as_ref(), export.at);
        let zone =
            if since.or(until).or(at).is_some() && session.zone != Zone::Utc { session.zone.label() } else { "" };
        let mut labels = vec![
            ("database", database),
            ("profile", profile),
            ("actor", actor),
            ("by", export.by.join(",")),
            ("since", time(since)),
            ("until", time(until)),
            ("at", time(at)),
            ("tz", zone.to_owned()),
        ];
        labels.extend(filter_labels(export.filter));
        labels.retain(|(_, value)| !value.is_empty());
        labels
    }
}

fn filter_labels(filter: &FilterArgs) -> SeriesLabels {
    let select = &filter.select;
    let given = filter.given();
    let mut labels: SeriesLabels = given.iter().map(|(name, values)| (*name, shortened(&values.join(",")))).collect();
    if select.ignore_case && !select.grep.is_empty() {
        labels.push(("ignore_case", "true".to_owned()));
    }
    // Two lists can read the same where a value holds a comma or was cut.
    let is_ambiguous = |(_, values): &(_, &[String])| {
        values.iter().any(|value| value.contains(',')) || values.join(",").chars().count() > LONGEST_VALUE
    };
    if given.iter().any(is_ambiguous) {
        let digest = Sha256::digest(json!(given.map(|(_, values)| values)).to_string());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        labels.push(("filter", hex.chars().take(DIGEST_DIGITS).collect()));
    }
    labels
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        filter: FilterArgs,
    }

    fn labels(args: &[&str]) -> SeriesLabels {
        let mut labels = filter_labels(&Cli::try_parse_from([&["x"], args].concat()).unwrap().filter);
        labels.retain(|(_, value)| !value.is_empty());
        labels
    }

    #[test]
    fn a_filter_is_a_label_as_it_was_typed() {
        assert_eq!(labels(&[]), []);
        let given = labels(&["--board", "a", "--board", "b", "--type", "*failed", "-g", "x", "-i"]);
        let text = |text: &str| text.to_owned();
        let expected =
            [("board", text("a,b")), ("type", text("*failed")), ("grep", text("x")), ("ignore_case", text("true"))];
        assert_eq!(given, expected);
    }

    #[test]
    fn filters_that_differ_have_labels_that_differ() {
        let long = "x".repeat(500);
        let lists: [&[&str]; 8] = [
            &["-g", "a,b"],
            &["-g", "a", "-g", "b"],
            &["-g", &long],
            &["-g", &format!("{long}y")],
            &["--board", "a"],
            &["--agent", "a"],
            &["--exclude-board", "a"],
            &["--task", "a"],
        ];
        let all: std::collections::HashSet<_> = lists.iter().map(|args| labels(args)).collect();
        assert_eq!(all.len(), lists.len(), "{all:?}");
        assert!(all.iter().flatten().all(|(_, value)| value.chars().count() <= LONGEST_VALUE + 1));
    }
}
