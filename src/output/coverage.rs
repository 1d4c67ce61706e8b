//! What an answer rests on, and what it cannot know: for whom it was given, what was read, what was left out.

use crate::model::Timestamp;
use serde_json::{Value, json};
use std::io::{self, Write};

/// What an answer rests on. Nothing is asked of the database for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// `user` or `agent`.
    pub kind: &'static str,
    /// Primary key of the identity.
    pub id: String,
    /// Its name; untrusted.
    pub name: String,
    /// How it was established.
    pub how: String,
    /// How many boards were read, of how many that the user may read; none for an agent, whose events are on any board.
    pub boards: Option<(usize, usize)>,
    /// Start of the range, if it has one.
    pub since: Option<Timestamp>,
    /// End of the range, if it has one.
    pub until: Option<Timestamp>,
    /// The task's board decides, and not the event's own.
    pub by_task: bool,
    /// Tables of which policies may hide rows from the role.
    pub row_security: Vec<String>,
}

/// What nobody can tell from the log: Mission Control keeps no trace of what it deletes.
const DELETED: [&str; 2] = [
    "events of deleted tasks, boards and organizations: they were deleted too",
    "who acted, where the agent was deleted: the event has no agent, like a person's",
];

impl Coverage {
    fn left_out(&self) -> &'static str {
        match (self.boards, self.by_task) {
            (None, false) => "events of other agents",
            (None, true) => "events of other agents, and those without a task on a board",
            (Some(_), false) => "events that belong to no board",
            (Some(_), true) => "events without a task on a board",
        }
    }

    fn left_out_briefly(&self) -> &'static str {
        match (self.boards, self.by_task) {
            (None, _) => "events of other agents",
            (Some(_), false) => "events without a board",
            (Some(_), true) => "events without a task on a board",
        }
    }

    /// The value of the key `coverage`.
    pub fn json(&self) -> Value {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let mut unknown: Vec<String> = DELETED.map(str::to_owned).into();
        unknown.extend(super::row_security(&self.row_security));
        json!({
            "for": {"kind": self.kind, "id": self.id, "name": self.name, "how": self.how},
            "boards": self.boards.map(|(read, readable)| json!({"read": read, "readable": readable})),
            "since": time(self.since),
            "until": time(self.until),
            "left_out": [self.left_out()],
            "history": {"exact": (!self.row_security.is_empty()).then_some(false), "unknown": unknown},
        })
    }

    /// A line for people; the identity and the range stand in other lines.
    pub fn line(&self) -> String {
        let read = match self.boards {
            Some((read, readable)) => format!("{read} of {readable} boards read"),
            None => "one agent's events read".to_owned(),
        };
        format!("{read}; left out: {}; unknown: deleted events", self.left_out_briefly())
    }

    /// Writes a document, an object and a line break, with this as its last key.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn close(&self, out: &mut impl Write, document: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let mut text = Vec::new();
        document(&mut text)?;
        out.write_all(text.strip_suffix(b"}\n").unwrap_or(&text))?;
        writeln!(out, ",\"coverage\":{}}}", self.json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_gets_it_as_its_last_key() {
        let coverage = Coverage { kind: "user", boards: Some((1, 2)), ..Coverage::default() };
        let mut out = Vec::new();
        coverage.close(&mut out, |out| out.write_all(b"{\"a\":1}\n")).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.starts_with("{\"a\":1,\"coverage\":{\"for\":{\"kind\":\"user\"") && text.ends_with("}\n"),
            "{text}"
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["coverage"]["boards"], json!({"read": 1, "readable": 2}));
    }

    #[test]
    fn whether_history_is_exact_is_unknown_and_it_is_not_where_policies_hide_rows() {
        let exact = |coverage: Coverage| coverage.json()["history"]["exact"].clone();
        assert_eq!(exact(Coverage::default()), Value::Null);
        assert_eq!(exact(Coverage { row_security: vec!["tasks".to_owned()], ..Coverage::default() }), json!(false));
    }
}
