//! What the event types of Mission Control mean, from a catalogue.
//!
//! The catalogue holds the 38 types that the deployed backend (April 2026) stores, and those that exist only in its web
//! page or only in its documentation. Meanings, texts and whose id `agent_id` is follow the backend's published source;
//! what "usually follows" is a summary of it, not a promise.

use crate::similar_names::similar_names;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Where a type exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// In the table: the backend writes it.
    Stored,
    /// Only in the web page, which makes it up from other tables.
    Browser,
    /// Only in the documentation.
    Documentation,
    /// Nowhere in Mission Control.
    Unknown,
}

/// What an event's `agent_id` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AgentRole {
    /// The agent did it.
    Actor,
    /// It was done to the agent.
    Target,
    /// It is always null.
    None,
}

/// Whether events of a type have a task, without which the dashboard's error rate leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HasTask {
    /// All of them.
    Always,
    /// Some of them.
    Sometimes,
    /// None of them.
    Never,
}

/// An event type explained; fields that cannot be known are null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The type as the user wrote it.
    pub event_type: String,
    /// Where it exists.
    pub origin: Origin,
    /// One to three sentences.
    pub meaning: String,
    /// What `agent_id` says.
    pub agent: Option<AgentRole>,
    /// The same in words.
    pub agent_note: Option<String>,
    /// What usually comes next.
    pub follows: Option<String>,
    /// The form of the message, what varies in angle brackets.
    pub text: Option<String>,
    /// Whether it counts in the error rate: the type ends in `failed`, in lower case.
    pub is_failure: bool,
    /// The failure that belongs to this success, or the success that belongs to this failure.
    pub pair: Option<String>,
    /// Whether its events have a task.
    pub task: Option<HasTask>,
    /// Whether the web page's feed shows the stored event.
    pub in_feed: bool,
    /// Stored types that come nearest, for a type that is not stored.
    pub nearest: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Catalogue {
    stored: Vec<Stored>,
    elsewhere: Vec<Elsewhere>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(rename = "type")]
    event_type: String,
    meaning: String,
    agent: AgentRole,
    agent_note: String,
    follows: String,
    task: HasTask,
    text: String,
    pair: Option<String>,
    #[serde(default)]
    feed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    #[serde(rename = "type")]
    event_type: String,
    origin: Origin,
    meaning: String,
    nearest: Vec<String>,
}

// The file is part of the program; a test proves that it can be read and is complete.
static CATALOGUE: LazyLock<Catalogue> =
    LazyLock::new(|| serde_json::from_str(include_str!("catalogue/catalogue.json")).unwrap_or_default());

/// The types that the backend stores, those of one subject together.
pub fn stored_types() -> impl Iterator<Item = &'static str> {
    CATALOGUE.stored.iter().map(|entry| entry.event_type.as_str())
}

/// Whether the backend stores events of this type; letter case counts.
pub fn is_known(event_type: &str) -> bool {
    stored_types().any(|known| known == event_type)
}

/// The failure that belongs to a success that the backend stores, or the success that belongs to a failure.
pub fn pair(event_type: &str) -> Option<&'static str> {
    CATALOGUE.stored.iter().find(|entry| entry.event_type == event_type)?.pair.as_deref()
}

/// Explains a type from the catalogue, or, since types are free text, from its ending.
pub fn explain(event_type: &str) -> Explanation {
    let mut told = Explanation {
        event_type: event_type.to_owned(),
        origin: Origin::Unknown,
        meaning: "The backend does not write this type. Types are free text: another program, `mc-activity log` or a \
                  later release may have written it. The dashboard counts events of any type that have a task on a board."
            .to_owned(),
        agent: None,
        agent_note: None,
        follows: None,
        text: None,
        is_failure: event_type.ends_with("failed"),
        pair: None,
        task: None,
        in_feed: false,
        nearest: Vec::new(),
    };
    if let Some(entry) = CATALOGUE.stored.iter().find(|entry| entry.event_type == event_type) {
        told.origin = Origin::Stored;
        told.meaning.clone_from(&entry.meaning);
        told.agent = Some(entry.agent);
        told.agent_note = Some(entry.agent_note.clone());
        told.follows = Some(entry.follows.clone());
        told.text = Some(entry.text.clone());
        told.pair.clone_from(&entry.pair);
        told.task = Some(entry.task);
        told.in_feed = entry.feed;
    } else if let Some(entry) = CATALOGUE.elsewhere.iter().find(|entry| entry.event_type == event_type) {
        told.origin = entry.origin;
        told.meaning.clone_from(&entry.meaning);
        told.nearest.clone_from(&entry.nearest);
    } else {
        told.nearest = nearest(event_type);
    }
    told
}

/// Up to three known types that are spelled alike, most alike first.
fn nearest(event_type: &str) -> Vec<String> {
    let elsewhere = CATALOGUE.elsewhere.iter().map(|entry| entry.event_type.as_str());
    similar_names(event_type, stored_types().chain(elsewhere)).into_iter().map(str::to_owned).collect()
}

/// What there is to say, each under its label. Nothing in it is stored text: the type stands only in
/// [`Explanation::event_type`].
pub fn facts(told: &Explanation) -> Vec<(&'static str, String)> {
    let mut facts = vec![("meaning", told.meaning.clone()), ("stored", stored(told.origin).to_owned())];
    if let Some(note) = &told.agent_note {
        let role = match told.agent {
            Some(AgentRole::Actor) => "the actor: ",
            Some(AgentRole::Target) => "the one acted upon: ",
            _ => "",
        };
        facts.push(("agent_id", format!("{role}{note}")));
    }
    if let Some(form) = &told.text {
        facts.push(("message", form.clone()));
    }
    facts.push(("failure", failure(told)));
    if let Some(pair) = &told.pair {
        facts.push((if told.is_failure { "success" } else { "if not" }, pair.clone()));
    }
    if let Some(follows) = &told.follows {
        facts.push(("then", follows.clone()));
    }
    if told.origin == Origin::Stored {
        facts.push(("web page", feed(told).to_owned()));
    }
    if !told.nearest.is_empty() {
        facts.push(("nearest", told.nearest.join(", ")));
    }
    facts
}

fn stored(origin: Origin) -> &'static str {
    match origin {
        Origin::Stored => "yes, the backend writes it",
        Origin::Browser => "never: the web page makes it up, so no event has this type",
        Origin::Documentation => "never by the backend: only the documentation names it",
        Origin::Unknown => "not by the backend",
    }
}

fn failure(told: &Explanation) -> String {
    if !told.is_failure {
        let near = told.event_type.to_lowercase().contains("failed");
        let why = if near { ": only types that end in lower-case `failed` are" } else { "" };
        let counted = match (told.task, told.origin) {
            (Some(HasTask::Always), _) => "; the dashboard counts it among all events",
            (None, Origin::Unknown) => "; the dashboard counts it among all events where it has a task",
            _ => "",
        };
        return format!("no{why}{counted}");
    }
    let counted = match told.task {
        Some(HasTask::Always) => "; the dashboard's error rate counts it, too",
        Some(HasTask::Sometimes) => "; the dashboard's error rate counts it only where it has a task",
        Some(HasTask::Never) => {
            "; it has no task, so the dashboard's error rate leaves it out (`errors --scope all` does not)"
        }
        None => "; the dashboard's error rate counts it only where it has a task",
    };
    format!("yes, it ends in `failed`{counted}")
}

fn feed(told: &Explanation) -> &'static str {
    match (told.in_feed, told.is_failure) {
        (true, _) => "in the feed",
        (false, true) => "nowhere: the feed shows no failures",
        (false, false) => "not in the feed, which shows only comments and the making, changing and moving of tasks",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn said(event_type: &str, label: &str) -> String {
        let facts = facts(&explain(event_type));
        facts.into_iter().find(|(known, _)| *known == label).unwrap().1
    }

    #[test]
    fn all_38_stored_types_are_explained_once() {
        let types: Vec<&str> = stored_types().collect();
        assert_eq!(types.len(), 38);
        assert_eq!(types.iter().collect::<HashSet<_>>().len(), 38);
        assert!(types.iter().all(|known| is_known(known) && explain(known).origin == Origin::Stored));
    }

    #[test]
    fn pairs_point_at_each_other_and_one_side_is_a_failure() {
        for known in stored_types() {
            let told = explain(known);
            assert_eq!(told.is_failure, known.ends_with("failed"), "{known}");
            let Some(pair) = &told.pair else {
                assert!(!told.is_failure, "{known} fails without a success");
                continue;
            };
            let other = explain(pair);
            assert_eq!(other.pair.as_deref(), Some(known));
            assert_ne!(other.is_failure, told.is_failure, "{known}");
            assert_eq!(other.task, told.task, "{known}");
        }
    }

    #[test]
    fn fifteen_of_the_stored_types_are_failures() {
        assert_eq!(stored_types().filter(|known| explain(known).is_failure).count(), 15);
    }

    #[test]
    fn the_feed_shows_four_types_and_no_failure() {
        let shown: Vec<&str> = stored_types().filter(|known| explain(known).in_feed).collect();
        assert_eq!(shown, ["task.created", "task.updated", "task.status_changed", "task.comment"]);
    }

    #[test]
    fn only_what_concerns_tasks_and_approvals_has_a_task() {
        for known in stored_types() {
            let expected = match known.split('.').next() {
                Some("task") => HasTask::Always,
                Some("approval") => HasTask::Sometimes,
                _ => HasTask::Never,
            };
            assert_eq!(explain(known).task, Some(expected), "{known}");
        }
    }

    #[test]
    fn types_that_are_never_stored_name_stored_ones() {
        assert_eq!(CATALOGUE.elsewhere.len(), 14);
        for entry in &CATALOGUE.elsewhere {
            assert!(!is_known(&entry.event_type), "{}", entry.event_type);
            assert!(
                !entry.nearest.is_empty() && entry.nearest.iter().all(|near| is_known(near)),
                "{}",
                entry.event_type
            );
        }
        for (asked, origin) in [
            ("approval.approved", Origin::Browser),
            ("agent.online", Origin::Browser),
            ("board.chat", Origin::Browser),
            ("agent.provisioned", Origin::Documentation),
            ("approval.requested", Origin::Documentation),
            ("approval.reviewed", Origin::Documentation),
            ("task.execution.failed", Origin::Documentation),
        ] {
            assert_eq!(explain(asked).origin, origin, "{asked}");
        }
    }

    #[test]
    fn an_unknown_type_is_said_to_be_unknown_with_what_is_spelled_alike() {
        let told = explain("task.coment");
        assert_eq!(told.origin, Origin::Unknown);
        assert_eq!(told.nearest.first().map(String::as_str), Some("task.comment"));
        assert!(explain("zzz").nearest.is_empty());
        assert!(explain("").nearest.is_empty());
    }

    #[test]
    fn any_type_that_ends_in_lower_case_failed_is_a_failure() {
        for (asked, expected) in [("x_failed", true), ("unfailed", true), ("failed", true), ("task.Failed", false)] {
            assert_eq!(explain(asked).is_failure, expected, "{asked}");
        }
        assert!(said("task.Failed", "failure").contains("lower-case `failed`"));
    }

    #[test]
    fn the_text_says_what_matters_about_a_failure() {
        let said = |label| said("agent.nudge.failed", label);
        assert!(said("meaning").starts_with("A lead's nudge"));
        assert!(said("agent_id").starts_with("the actor: the lead"));
        assert!(said("failure").contains("leaves it out"));
        assert_eq!(said("success"), "agent.nudge.sent");
        assert!(said("web page").starts_with("nowhere"));
    }

    #[test]
    fn the_json_has_lower_case_names_and_null_for_the_unknown() {
        let told = serde_json::to_value(explain("agent.delete.direct")).unwrap();
        assert_eq!(told["origin"], "stored");
        assert_eq!(told["agent"], "none");
        assert_eq!(told["task"], "never");
        assert!(serde_json::to_value(explain("x")).unwrap()["agent"].is_null());
    }
}
