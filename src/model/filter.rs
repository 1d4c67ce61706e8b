//! Filters as plain values: names are already resolved to ids, and times to instants.

use super::Timestamp;
use std::fmt::Display;
use uuid::Uuid;

/// What an actor may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A user: events of these boards.
    Boards(Vec<Uuid>),
    /// An agent: the events with its own agent_id, on whatever board.
    Agent(Uuid),
}

impl Scope {
    /// Whether the actor sees nothing at all, so that no query is needed.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Boards(boards) if boards.is_empty())
    }
}

/// Which events to keep. An empty list of a "keep" field keeps all; values of one field are alternatives, different
/// fields all apply. Exclusions keep rows where the field is null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Boards by id, or `None` for all that are readable.
    pub boards: Option<Vec<Uuid>>,
    /// Boards left out.
    pub exclude_boards: Vec<Uuid>,
    /// Agents by id.
    pub agents: Vec<Uuid>,
    /// Agents left out.
    pub exclude_agents: Vec<Uuid>,
    /// Tasks by id.
    pub tasks: Vec<Uuid>,
    /// Globs over the event type: `*` and `?`, case-sensitive.
    pub types: Vec<String>,
    /// Globs of event types left out.
    pub exclude_types: Vec<String>,
    /// Literal texts, any of which the message must hold.
    pub grep: Vec<String>,
    /// Whether letter case counts in `grep`.
    pub ignore_case: bool,
    /// Start, included.
    pub since: Option<Timestamp>,
    /// End, excluded.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// The same filter with the values of each field sorted, so that their order on the command line does not matter.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            boards,
            exclude_boards,
            agents,
            exclude_agents,
            tasks,
            types,
            exclude_types,
            grep,
            ignore_case: _,
            since: _,
            until: _,
        } = &mut self;
        for ids in [exclude_boards, agents, exclude_agents, tasks].into_iter().chain(boards) {
            ids.sort_unstable();
            ids.dedup();
        }
        for texts in [types, exclude_types, grep] {
            texts.sort_unstable();
            texts.dedup();
        }
        self
    }

    /// The boards that are left of the readable ones.
    pub fn readable_boards(&self, readable: &[Uuid]) -> Vec<Uuid> {
        let named = |board: &Uuid| self.boards.as_ref().is_none_or(|named| named.contains(board));
        readable.iter().filter(|board| named(board) && !self.exclude_boards.contains(board)).copied().collect()
    }

    /// The text that stands for the filter in cursors and cursor files.
    ///
    /// One line a value, in a fixed order, under the name of its flag; what is not set has no line. The range is left out.
    ///
    /// Cursor files in the field hold this text. A further filter adds lines where it is set and changes nothing else.
    pub fn canonical(&self) -> String {
        // Every field is named: without one of them a cursor would continue a list with another filter.
        let Self {
            boards,
            exclude_boards,
            agents,
            exclude_agents,
            tasks,
            types,
            exclude_types,
            grep,
            ignore_case,
            since: _,
            until: _,
        } = self.clone().sorted();
        let mut text = String::new();
        let mut put = |name: &str, value: &dyn Display| text.push_str(&format!("{name}={value}\n"));
        let ids: [(&str, Vec<Uuid>); 5] = [
            ("board", boards.unwrap_or_default()),
            ("exclude-board", exclude_boards),
            ("agent", agents),
            ("exclude-agent", exclude_agents),
            ("task", tasks),
        ];
        for (name, ids) in ids {
            ids.iter().for_each(|id| put(name, id));
        }
        for (name, texts) in [("type", types), ("exclude-type", exclude_types), ("grep", grep)] {
            texts.iter().for_each(|text| put(name, &serde_json::Value::from(text.as_str())));
        }
        if ignore_case {
            put("ignore-case", &true);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn the_text_of_a_filter_never_changes() {
        assert_eq!(Filter::default().canonical(), "");
        let id = Uuid::from_u128;
        let filter = Filter {
            boards: Some(vec![id(2), id(1), id(2)]),
            exclude_boards: vec![id(3)],
            agents: vec![id(4)],
            exclude_agents: vec![id(5)],
            tasks: vec![id(6)],
            types: vec!["task.*".into(), "a,b".into()],
            exclude_types: vec!["*failed".into()],
            grep: vec!["two\nlines, \"quoted\" \u{1f600}".into()],
            ignore_case: true,
            since: Some(Timestamp::FIRST),
            until: Some(Timestamp::LAST),
        };
        let expected = r#"board=00000000-0000-0000-0000-000000000001
board=00000000-0000-0000-0000-000000000002
exclude-board=00000000-0000-0000-0000-000000000003
agent=00000000-0000-0000-0000-000000000004
exclude-agent=00000000-0000-0000-0000-000000000005
task=00000000-0000-0000-0000-000000000006
type="a,b"
type="task.*"
exclude-type="*failed"
grep="two\nlines, \"quoted\" 😀"
ignore-case=true
"#;
        assert_eq!(filter.canonical(), expected);
    }
}
