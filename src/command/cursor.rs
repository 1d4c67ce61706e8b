//! The opaque cursor of `next_cursor` and `--after`: where a page ended, bound to who asked what in which order.

use crate::access::Actor;
use crate::error::{Failure, usage};
use crate::event::{Key, Timestamp};
use crate::filter::Filter;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

/// In the upper half of the first byte; in the lower half stands which ends of the range follow the key.
const VERSION: u8 = 0x20;
const SINCE: u8 = 1;
const UNTIL: u8 = 2;
/// First byte, binding and key.
const FIXED: usize = 1 + 8 + 8 + 16;

/// What a cursor is good for: command, actor, order and filter, the resolved range left out. The range is kept in the
/// cursor itself, so that `--since 1h` means the same hour on every page.
pub struct Binding([u8; 8]);

impl Binding {
    /// Of a question.
    pub fn new(command: &str, actor: &Actor, order: &str, filter: &Filter, typed_range: &str) -> Self {
        let filter = Filter { since: None, until: None, ..filter.clone() }.sorted();
        let mut hash = Sha256::new();
        hash.update(format!("{command}\0{}\0{order}\0{filter:?}\0{typed_range}", actor.id));
        let mut binding = [0; 8];
        binding.copy_from_slice(&hash.finalize()[..8]);
        Self(binding)
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where to go on, and with which range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The last row of the page.
    pub key: Key,
    /// Start of the range, included.
    pub since: Option<Timestamp>,
    /// End of the range, excluded.
    pub until: Option<Timestamp>,
}

impl Cursor {
    /// As text, no longer than it must be: people copy it.
    pub fn encode(&self, binding: &Binding) -> String {
        let ends = [(SINCE, self.since), (UNTIL, self.until)];
        let given = || ends.iter().filter_map(|(flag, end)| end.map(|end| (flag, end)));
        let mut bytes = vec![VERSION | given().map(|(flag, _)| flag).sum::<u8>()];
        bytes.extend(binding.0);
        bytes.extend(self.key.created_at.micros().to_be_bytes());
        bytes.extend(self.key.id.as_bytes());
        given().for_each(|(_, end)| bytes.extend(end.micros().to_be_bytes()));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From text.
    ///
    /// # Errors
    /// Exit 2 for a text that is no cursor, or one of another question.
    pub fn decode(text: &str, binding: &Binding) -> Result<Self> {
        let unreadable = || usage("this is no cursor: --after takes the next_cursor of an earlier page");
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| unreadable())?;
        let (fixed, mut rest) = bytes.split_at_checked(FIXED).ok_or_else(unreadable)?;
        let number = |eight: &[u8]| eight.try_into().map(i64::from_be_bytes).map_err(|_| unreadable());
        let mut end = |flag| {
            if fixed[0] & flag == 0 {
                return Ok(None);
            }
            let (eight, after) = rest.split_at_checked(8).ok_or_else(unreadable)?;
            rest = after;
            Ok::<_, Failure>(Some(Timestamp::from_micros(number(eight)?)))
        };
        let (since, until) = (end(SINCE)?, end(UNTIL)?);
        if fixed[0] & !(SINCE | UNTIL) != VERSION || !rest.is_empty() {
            return Err(unreadable().into());
        }
        if fixed[1..9] != binding.0 {
            let failure = usage("this cursor belongs to another question");
            return Err(failure.hint("use it with the same command, actor, filters and order").into());
        }
        let created_at = Timestamp::from_micros(number(&fixed[9..17])?);
        let id = Uuid::from_slice(&fixed[17..]).map_err(|_| unreadable())?;
        Ok(Self { key: Key { created_at, id }, since, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ActorKind;
    use proptest::prelude::*;

    fn actor(id: u128) -> Actor {
        Actor {
            kind: ActorKind::User,
            id: Uuid::from_u128(id),
            name: String::new(),
            how: String::new(),
            organization: None,
            boards: Vec::new(),
            own_board: None,
            proof: None,
        }
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text_and_fits_one_question_only(at: i64, id: u128, since: Option<i64>) {
            let binding = Binding::new("list", &actor(1), "newest", &Filter::default(), "");
            let since = since.map(Timestamp::from_micros);
            let key = Key { created_at: Timestamp::from_micros(at), id: Uuid::from_u128(id) };
            let cursor = Cursor { key, since, until: None };
            let text = cursor.encode(&binding);
            prop_assert_eq!(Cursor::decode(&text, &binding).unwrap(), cursor);
            for other in [
                Binding::new("comments", &actor(1), "newest", &Filter::default(), ""),
                Binding::new("list", &actor(2), "newest", &Filter::default(), ""),
                Binding::new("list", &actor(1), "oldest", &Filter::default(), ""),
                Binding::new("list", &actor(1), "newest", &Filter { ignore_case: true, ..Filter::default() }, ""),
                Binding::new("list", &actor(1), "newest", &Filter::default(), "1h"),
            ] {
                prop_assert!(Cursor::decode(&text, &other).is_err());
            }
        }

        #[test]
        fn any_text_is_a_cursor_or_a_usage_error(text: String) {
            let binding = Binding::new("list", &actor(1), "newest", &Filter::default(), "");
            if let Err(error) = Cursor::decode(&text, &binding) {
                prop_assert_eq!(crate::error::kind_of(&error), crate::error::Kind::Usage);
            }
        }
    }
}
