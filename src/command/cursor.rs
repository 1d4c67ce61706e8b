//! The opaque cursor of `next_cursor` and `--after`: where a page ended, bound to who asked what in which order.

use crate::access::Actor;
use crate::error::usage;
use crate::event::{Key, Timestamp};
use crate::filter::Filter;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;
use uuid::Uuid;

const VERSION: u8 = 1;
/// Version, binding, key, and the two ends of the range as they were when the first page was asked for.
const LENGTH: usize = 1 + 8 + 8 + 16 + 8 + 8;
/// Stands for "no end": no event can be there, finite instants stop short of it.
const NONE: i64 = i64::MIN + 1;

/// What a cursor is good for: command, actor, order and filter, the resolved range left out. The range is kept in the
/// cursor itself, so that `--since 1h` means the same hour on every page.
pub struct Binding([u8; 8]);

impl Binding {
    /// Of a question.
    pub fn new(command: &str, actor: &Actor, order: &str, filter: &Filter, typed_range: &str) -> Self {
        let filter = Filter { since: None, until: None, ..filter.clone() };
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
    /// As text.
    pub fn encode(&self, binding: &Binding) -> String {
        let end = |end: Option<Timestamp>| end.map_or(NONE, Timestamp::micros).to_be_bytes();
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend(binding.0);
        bytes.extend(self.key.created_at.micros().to_be_bytes());
        bytes.extend(self.key.id.as_bytes());
        bytes.extend(end(self.since));
        bytes.extend(end(self.until));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From text.
    ///
    /// # Errors
    /// Exit 2 for a text that is no cursor, or one of another question.
    pub fn decode(text: &str, binding: &Binding) -> Result<Self> {
        let unreadable = || usage("this is no cursor: --after takes the next_cursor of an earlier page");
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| unreadable())?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| unreadable())?;
        if bytes[0] != VERSION {
            return Err(unreadable().into());
        }
        if bytes[1..9] != binding.0 {
            let failure = usage("this cursor belongs to another question");
            return Err(failure.hint("use it with the same command, actor, filters and order").into());
        }
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            i64::from_be_bytes(eight)
        };
        let end = |at| Some(number(at)).filter(|micros| *micros != NONE).map(Timestamp::from_micros);
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[17..33]);
        let key = Key { created_at: Timestamp::from_micros(number(9)), id: Uuid::from_bytes(id) };
        Ok(Self { key, since: end(33), until: end(41) })
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
            let since = since.filter(|s| *s != NONE).map(Timestamp::from_micros);
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
