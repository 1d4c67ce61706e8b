//! The one text that stands for a filter in cursors and cursor files.

use super::Filter;
use std::fmt::Display;
use uuid::Uuid;

impl Filter {
    /// One line a value, in a fixed order, under the name of its flag; what is not set has no line. The range is left out.
    ///
    /// Cursor files in the field hold this text. A further filter adds lines where it is set and changes nothing else.
    pub fn canonical(&self) -> String {
        let Self {
            boards, exclude_boards, agents, exclude_agents, tasks, types, exclude_types, grep, ignore_case, ..
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
