//! One event as the caller gives it: names still to be looked up.

use crate::error::usage;
use crate::model::is_white;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

/// An event as given by flags or by a JSON line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InputEvent {
    #[serde(alias = "type")]
    pub(super) event_type: String,
    #[serde(default)]
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) action: Option<String>,
    #[serde(default, alias = "board_id")]
    pub(super) board: Option<String>,
    #[serde(default, alias = "task_id")]
    pub(super) task: Option<String>,
    #[serde(default, alias = "agent_id")]
    pub(super) agent: Option<String>,
    #[serde(default, alias = "user_id")]
    pub(super) user: Option<String>,
    #[serde(default, alias = "actor_id")]
    pub(super) actor: Option<String>,
    #[serde(default)]
    pub(super) id: Option<String>,
    /// Set by the database; named here so that it can be refused.
    #[serde(default)]
    pub(super) created_at: Option<IgnoredAny>,
}

impl InputEvent {
    /// A line of JSON, checked; none for a blank one.
    pub(super) fn parse(line: &[u8]) -> Result<Option<Self>> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return Ok(None);
        }
        let unreadable = |why: &str| {
            let hint =
                "one JSON object a line, such as {\"event_type\":\"task.comment\",\"task_id\":\"…\",\"message\":\"…\"}";
            usage(format!("cannot be understood: {why}")).hint(hint)
        };
        if !line.starts_with(b"{") {
            // serde would take an array for the fields in their order.
            return Err(unreadable("no JSON object").into());
        }
        let entry: Self = serde_json::from_slice(line).map_err(|error| unreadable(&error.to_string()))?;
        entry.check()?;
        Ok(Some(entry))
    }

    /// What needs no database to be checked.
    pub(super) fn check(&self) -> Result<()> {
        if self.created_at.is_some() {
            return Err(usage("created_at is set by the database and cannot be given").into());
        }
        if self.event_type.trim().is_empty() {
            return Err(usage("an event needs a type").into());
        }
        let texts =
            [&self.message, &self.action, &self.board, &self.task, &self.agent, &self.user, &self.actor, &self.id];
        if texts.into_iter().flatten().chain([&self.event_type]).any(|text| text.contains('\0')) {
            return Err(usage("PostgreSQL cannot hold the character U+0000").into());
        }
        let is_blank = |text: &str| text.chars().all(is_white);
        if self.event_type == "task.comment" && self.message.as_deref().is_none_or(is_blank) {
            return Err(usage("a comment needs a message of more than white space").into());
        }
        if self.board.is_none() && self.task.is_none() {
            return Err(usage("an event needs a board or a task: without either no user could ever see it")
                .hint("name one with --board or --task")
                .into());
        }
        Ok(())
    }
}

/// An id that the caller chose.
pub(super) fn id(text: &str, flag: &str) -> Result<Uuid> {
    Uuid::try_parse(text).with_context(|| usage(format!("{flag}: '{text}' is not an id")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use proptest::prelude::*;

    #[test]
    fn a_line_has_the_keys_of_the_event_structure_and_no_others() {
        let line = br#"{"event_type":"x","message":null,"board_id":"b","id":"i"}"#;
        let entry = InputEvent::parse(line).unwrap().unwrap();
        assert_eq!((entry.board.as_deref(), entry.id.as_deref()), (Some("b"), Some("i")));
        for bad in [&br#"{"event_type":"x","colour":1}"#[..], br#"{"message":"x"}"#, b"[]", b"{", b"\xff"] {
            assert_eq!(kind_of(&InputEvent::parse(bad).unwrap_err()), Kind::Usage);
        }
        assert!(InputEvent::parse(b" \n").unwrap().is_none());
        assert!(InputEvent::parse(b"\xef\xbb\xbf{\"event_type\":\"x\",\"board\":\"b\"}\r\n").unwrap().is_some());
    }

    #[test]
    fn what_nobody_could_see_or_hold_is_refused() {
        let entry = |json: &str| InputEvent::parse(json.as_bytes()).map(drop).map_err(|e| kind_of(&e));
        assert_eq!(entry(r#"{"event_type":"x","board":"b","message":" "}"#), Ok(()));
        assert_eq!(entry(r#"{"event_type":"task.comment","task":"t","message":"\t."}"#), Ok(()));
        for bad in [
            r#"["task.comment","by position",null,null,"t"]"#,
            r#"{"event_type":"x"}"#,
            r#"{"event_type":" ","board":"b"}"#,
            r#"{"event_type":"task.comment","task":"t"}"#,
            r#"{"event_type":"task.comment","task":"t","message":""}"#,
            r#"{"event_type":"task.comment","task":"t","message":"\t"}"#,
            r#"{"event_type":"task.comment","task":"t","message":" \t\n\u00a0\u2003\u3000"}"#,
            r#"{"event_type":"task.comment","task":"t","message":"\u001c\u001d\u001e\u001f\u0085"}"#,
            r#"{"event_type":"x","board":"b","message":"a\u0000b"}"#,
            r#"{"event_type":"x","board":"b","agent":"a\u0000b"}"#,
            r#"{"event_type":"x","board":"b","user":"a\u0000b"}"#,
            r#"{"event_type":"x","board":"b","created_at":"2026-01-01"}"#,
        ] {
            assert_eq!(entry(bad), Err(Kind::Usage), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_entry_or_a_usage_error(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Err(error) = InputEvent::parse(&line) {
                prop_assert_eq!(kind_of(&error), Kind::Usage);
            }
        }

        #[test]
        fn any_object_is_an_entry_as_it_says_or_a_usage_error(
            members in proptest::collection::vec((proptest::sample::select(&KEYS[..]), value()), 0..8), truncate in 0_usize..400,
        ) {
            let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
            let mut line = format!("{{{}}}", members.join(", ")).into_bytes();
            // Most are whole.
            line.truncate(if truncate < line.len() && truncate % 3 == 0 { truncate } else { usize::MAX });
            match InputEvent::parse(&line).and_then(|entry| entry.as_ref().map(InputEvent::check).transpose()) {
                Ok(None) => prop_assert!(line.is_empty()),
                Ok(Some(())) => prop_assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok()),
                Err(error) => prop_assert_eq!(kind_of(&error), Kind::Usage),
            }
        }
    }

    const KEYS: [&str; 13] = [
        "event_type",
        "message",
        "action",
        "board",
        "board_id",
        "task",
        "task_id",
        "agent",
        "agent_id",
        "user_id",
        "id",
        "created_at",
        "colour",
    ];

    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            6 => any::<String>().prop_map(|text| serde_json::json!(text).to_string()),
            2 => "\"(task\\.comment|[a-z ]{0,4}|\\\\u(0000|d800|dfff|00e9))\"",
            2 => Just("null".to_owned()),
            1 => "-?[0-9]{1,40}(\\.[0-9]+)?(e[0-9]{1,5})?|true|\\[{1,200}|\\{\\}",
        ]
    }
}
