//! What was found: checks for people, facts for programs.

use crate::error::{Kind, render};
use crate::output::{self, Color, Style};
use anyhow::{Error, Result};
use serde_json::{Map, Value, json};
use std::io::Write;

/// How a check came out, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CheckState {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Results may be wrong, incomplete or slow.
    Wrong,
    /// No command works.
    Unusable,
}

impl CheckState {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Wrong => "wrong",
            Self::Unusable => "unusable",
        }
    }
}

struct Check {
    name: &'static str,
    state: CheckState,
    message: String,
    hint: Option<String>,
}

/// Everything that was found, in order.
#[derive(Default)]
pub(super) struct Report {
    checks: Vec<Check>,
    facts: Map<String, Value>,
}

impl Report {
    pub(super) fn add(&mut self, name: &'static str, state: CheckState, message: String) {
        self.checks.push(Check { name, state, message, hint: None });
    }

    pub(super) fn add_hint(&mut self, name: &'static str, state: CheckState, message: String, hint: &str) {
        self.checks.push(Check { name, state, message, hint: Some(hint.to_owned()) });
    }

    /// A value for programs.
    pub(super) fn fact(&mut self, key: &str, value: Value) {
        self.facts.insert(key.to_owned(), value);
    }

    /// The text of an error, with its hint.
    pub(super) fn add_error(&mut self, name: &'static str, state: CheckState, error: &Error) {
        let text = render(error, false);
        let (message, hint) = text.split_once("\nhint: ").map_or((text.as_str(), None), |(m, hint)| (m, Some(hint)));
        let message = message.trim_start_matches("error: ").trim().to_owned();
        // Drop the hint to run doctor: this is doctor.
        let hint = hint.map(|hint| hint.trim().replace("; `mc-activity doctor` tells more", ""));
        self.checks.push(Check { name, state, message, hint });
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self.checks.iter().map(|check| check.state).max() {
            Some(CheckState::Unusable) => Kind::Unavailable.exit_code(),
            Some(CheckState::Wrong) => Kind::Failed.exit_code(),
            _ => 0,
        }
    }

    pub(super) fn write_json(&self, out: &mut impl Write) -> Result<()> {
        let check = |check: &Check| json!({"check": check.name, "state": check.state.name(), "message": check.message, "hint": check.hint});
        let mut document = Map::new();
        document.insert("exit_code".to_owned(), json!(self.exit_code()));
        document.insert("checks".to_owned(), self.checks.iter().map(check).collect());
        document.insert("facts".to_owned(), Value::Object(self.facts.clone()));
        writeln!(out, "{}", Value::Object(document))?;
        Ok(())
    }

    pub(super) fn write_text(&self, out: &mut impl Write, style: &Style) -> Result<()> {
        let mut rows = Vec::new();
        for check in &self.checks {
            let state = if check.state == CheckState::Ok { "" } else { check.state.name() };
            let message = check.message.lines().map(crate::escape::escape_for_terminal).collect::<Vec<_>>().join("\n");
            rows.push(vec![check.name.to_owned(), state.to_owned(), message]);
            if let Some(hint) = &check.hint {
                rows.push(vec![
                    String::new(),
                    String::new(),
                    format!("→ {}", crate::escape::escape_for_terminal(hint)),
                ]);
            }
        }
        if !style.terminal.unicode {
            rows.iter_mut().flatten().for_each(|cell| *cell = cell.replace('→', "->"));
        }
        output::write_facts(out, &rows, style)?;
        let worst = self.checks.iter().map(|check| check.state).max();
        let (ink, said) = match worst {
            Some(CheckState::Unusable) => (Color::Failure, "unusable"),
            Some(CheckState::Wrong) => (Color::Failure, "something is wrong"),
            _ => (Color::Bold, "fine"),
        };
        writeln!(out, "\n{}", style.terminal.paint(ink, said))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_decides_the_exit_code() {
        let mut report = Report::default();
        assert_eq!(report.exit_code(), 0);
        report.add("a", CheckState::Note, "x".to_owned());
        assert_eq!(report.exit_code(), 0);
        report.add("b", CheckState::Wrong, "x".to_owned());
        assert_eq!(report.exit_code(), 1);
        report.add_error(
            "connection",
            CheckState::Unusable,
            &crate::error::unavailable("gone").hint("come back").into(),
        );
        assert_eq!(report.exit_code(), 5);
        let mut out = Vec::new();
        report.write_json(&mut out).unwrap();
        let last = serde_json::from_slice::<Value>(&out).unwrap()["checks"][2].clone();
        assert_eq!(last, json!({"check": "connection", "state": "unusable", "message": "gone", "hint": "come back"}));
    }
}
