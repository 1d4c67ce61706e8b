//! Failures that say the same are counted as one, whatever ids and numbers their messages name.

use crate::model::{ActivityEvent, Timestamp};
use std::collections::HashMap;

/// Kinds of message that are kept apart. Where there are more, the rarest so far make room, and what they had is counted
/// among the others: a frequent kind stays, however late it is met (the rule of Misra and Gries).
pub const KINDS: usize = 1000;
const LONGEST: usize = 300;
/// From this length on a word of letters and digits is an id (ULIDs, tokens, digests), not a word with a number.
const ID_LENGTH: usize = 12;
const SHORTEST_HEX: usize = 7;

/// Messages of one event type that differ only in ids and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageGroup {
    /// The event type.
    pub event_type: String,
    /// The message with `<id>` and `<n>` in place of ids and numbers, white space run together, cut after 300 characters.
    pub pattern: String,
    /// The newest message itself, cut after 300 characters; untrusted.
    pub sample: String,
    /// How many.
    pub count: u64,
    /// The oldest.
    pub first: Timestamp,
    /// The newest.
    pub last: Timestamp,
}

impl MessageGroup {
    /// What to show for the group: the message where it is the only one, else what they have in common.
    pub fn text(&self) -> &str {
        if self.count == 1 { &self.sample } else { &self.pattern }
    }
}

/// Counts failures by type and message, in bounded memory.
#[derive(Debug, Clone)]
pub struct MessageGroups {
    groups: HashMap<(String, String), MessageGroup>,
    kinds: usize,
    others: u64,
    span: Option<(Timestamp, Timestamp)>,
}

impl Default for MessageGroups {
    fn default() -> Self {
        Self::with_kinds(KINDS)
    }
}

impl MessageGroups {
    /// Keeps at most `kinds` kinds of message apart.
    pub fn with_kinds(kinds: usize) -> Self {
        Self { groups: HashMap::new(), kinds, others: 0, span: None }
    }

    /// Counts one event by its type and message.
    pub fn add_event(&mut self, event: &ActivityEvent) {
        self.add(&event.event_type, event.message.as_deref().unwrap_or_default(), event.created_at);
    }

    /// Counts one message.
    pub fn add(&mut self, event_type: &str, message: &str, at: Timestamp) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let key = (start(event_type), pattern(message));
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += 1;
            group.first = group.first.min(at);
            if at > group.last {
                group.last = at;
                group.sample = start(message);
            }
            return;
        }
        if self.groups.len() >= self.kinds {
            let rarest = self.groups.values().map(|group| group.count).min().unwrap_or_default();
            let others = &mut self.others;
            self.groups.retain(|_, group| {
                let stays = group.count > rarest;
                *others += if stays { 0 } else { group.count };
                stays
            });
        }
        let (event_type, pattern) = key.clone();
        let group = MessageGroup { event_type, pattern, sample: start(message), count: 1, first: at, last: at };
        self.groups.insert(key, group);
    }

    /// The groups: most frequent first, then the most recent, then by type and text.
    pub fn groups(&self) -> Vec<&MessageGroup> {
        let mut groups: Vec<_> = self.groups.values().collect();
        groups.sort_by(|a, b| {
            let by_weight = (b.count, b.last).cmp(&(a.count, a.last));
            by_weight.then_with(|| (&a.event_type, &a.pattern).cmp(&(&b.event_type, &b.pattern)))
        });
        groups
    }

    /// Messages of kinds that had to make room.
    pub fn others(&self) -> u64 {
        self.others
    }

    /// All that was added.
    pub fn total(&self) -> u64 {
        self.groups.values().map(|group| group.count).sum::<u64>() + self.others
    }

    /// The times of the oldest and the newest message.
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span
    }
}

fn start(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// The message without what is particular to one occurrence: UUIDs, hexadecimal and other long ids become `<id>`,
/// numbers (also `1.5`, `12:30`, `10.0.0.7:5432`) become `<n>`, white space becomes one blank.
pub fn pattern(message: &str) -> String {
    let mut pattern = String::new();
    let mut kept = 0;
    let mut rest = message.trim();
    while let Some(next) = rest.chars().next().filter(|_| kept < LONGEST) {
        let before = pattern.len();
        if next.is_whitespace() {
            pattern.push(' ');
            rest = rest.trim_start();
        } else if let Some(after) = after_uuid(rest) {
            pattern.push_str("<id>");
            rest = after;
        } else if next.is_ascii_alphanumeric() {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            rest = push_word(&mut pattern, rest, end);
        } else {
            pattern.push(next);
            rest = &rest[next.len_utf8()..];
        }
        kept += pattern[before..].chars().count();
    }
    start(&pattern)
}

/// What follows a UUID in its usual form at the start of the text.
fn after_uuid(text: &str) -> Option<&str> {
    let (id, after) = text.split_at_checked(36)?;
    let shape = |(at, c): (usize, u8)| if matches!(at, 8 | 13 | 18 | 23) { c == b'-' } else { c.is_ascii_hexdigit() };
    let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    (ends && id.bytes().enumerate().all(shape)).then_some(after)
}

/// Adds the word at the start of `text`, or what stands for it; answers what is left of the text.
fn push_word<'t>(pattern: &mut String, text: &'t str, end: usize) -> &'t str {
    let word = &text[..end];
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
    let is_hex = hex.bytes().all(|c| c.is_ascii_hexdigit());
    if digits == word.len() {
        pattern.push_str("<n>");
        return after_number(&text[end..]);
    }
    let has_prefix = hex.len() < word.len();
    let is_id = is_hex && (has_prefix || word.len() >= SHORTEST_HEX) || word.len() >= ID_LENGTH;
    if digits > 0 && is_id {
        pattern.push_str("<id>");
        return &text[end..];
    }
    let mut left = text;
    let mut in_number = false;
    for c in word.bytes() {
        if !c.is_ascii_digit() {
            pattern.push(char::from(c));
        } else if !in_number {
            pattern.push_str("<n>");
        }
        in_number = c.is_ascii_digit();
        left = &left[1..];
    }
    if in_number { after_number(left) } else { left }
}

/// Skips what continues a number: `.5`, `,000`, `:30`, and further ones.
fn after_number(mut text: &str) -> &str {
    while let Some(tail) = text.strip_prefix(['.', ',', ':']) {
        let after = tail.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() == tail.len() {
            break;
        }
        text = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    #[test]
    fn ids_and_numbers_are_put_aside() {
        for (message, expected) in [
            ("Agent 3f2504e0-4f89-41d3-9a0c-0305e82c3301 gone", "Agent <id> gone"),
            ("id=3F2504E0-4F89-41D3-9A0C-0305E82C3301,", "id=<id>,"),
            ("commit 9fceb02 on main", "commit <id> on main"),
            ("at 0x7ffe", "at <id>"),
            ("task_01HZX3J5W8Q9ABCDEF failed", "task_<id> failed"),
            ("timeout after 30s, 1,234.5 ms", "timeout after <n>s, <n> ms"),
            ("10.0.0.7:5432 refused", "<n> refused"),
            ("HTTP 502.", "HTTP <n>."),
            ("agent42 and agent7", "agent<n> and agent<n>"),
            ("v1.2 at 12:30:01.5Z", "v<n> at <n>Z"),
            ("  line one\n\tline  two ", "line one line two"),
            ("deadbeef cafe facade effaced", "deadbeef cafe facade effaced"),
            ("Überlauf 5 日本語", "Überlauf <n> 日本語"),
            ("", ""),
        ] {
            assert_eq!(pattern(message), expected, "{message}");
        }
    }

    #[test]
    fn a_uuid_inside_a_longer_word_is_not_cut_in_two() {
        assert_eq!(pattern("3f2504e0-4f89-41d3-9a0c-0305e82c3301ff"), "<id>-<n>f<n>-<n>d<n>-<n>a<n>c-<id>");
    }

    #[test]
    fn the_same_message_of_another_type_is_another_group() {
        let mut fold = MessageGroups::default();
        fold.add("agent.nudge.failed", "timeout after 3 s", at(30));
        fold.add("agent.nudge.failed", "timeout after 40 s", at(50));
        fold.add("agent.nudge.failed", "timeout after 5 s", at(10));
        fold.add("task.lead_notify_failed", "timeout after 3 s", at(20));
        let groups = fold.groups();
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[0].text(), "timeout after <n> s");
        assert_eq!(groups[0].sample, "timeout after 40 s");
        assert_eq!((groups[0].count, groups[0].first, groups[0].last), (3, at(10), at(50)));
        assert_eq!(groups[1].text(), "timeout after 3 s");
        assert_eq!((fold.total(), fold.span()), (4, Some((at(10), at(50)))));
    }

    #[test]
    fn memory_stays_bounded_and_the_rest_is_counted() {
        let mut fold = MessageGroups::with_kinds(2);
        for word in ["one", "two", "three", "four", "one"] {
            fold.add("x.failed", &format!("{word} {}", "long ".repeat(10_000)), at(0));
        }
        assert_eq!((fold.groups().len(), fold.others(), fold.total()), (1, 4, 5));
        assert!(fold.groups().iter().all(|g| g.sample.len() <= LONGEST && g.pattern.len() <= LONGEST));
    }

    #[test]
    fn what_is_frequent_is_found_behind_any_number_of_rare_messages() {
        let mut fold = MessageGroups::with_kinds(3);
        for n in 0..100 {
            let rare: String = (0..=n).map(|_| 'x').collect();
            fold.add("x.failed", &rare, at(n));
        }
        (0..50).for_each(|n| fold.add("x.failed", "gateway down", at(n)));
        assert_eq!((fold.groups()[0].pattern.as_str(), fold.groups()[0].count), ("gateway down", 50));
        assert_eq!(fold.total(), 150);
    }

    #[test]
    fn any_text_has_a_pattern() {
        proptest::proptest!(|(text in "\\PC*")| {
            let once = pattern(&text);
            assert!(once.chars().count() <= LONGEST);
            assert!(!once.contains(|c: char| c.is_ascii_digit()));
        });
    }
}
