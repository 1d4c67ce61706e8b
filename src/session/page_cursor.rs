//! The opaque cursor of `next_cursor` and `--after`: where a page ended, bound to the identity, the filters and the order.

use crate::auth::Actor;
use crate::error::{Failure, usage};
use crate::model::Filter;
use crate::model::{Key, Timestamp};
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// In the upper half of the first byte; in the lower half stands which ends of the range follow the key.
const VERSION: u8 = 0x30;
/// The version before, which was bound to no database.
const WITHOUT_DATABASE: u8 = 0x20;
const SINCE: u8 = 1;
const UNTIL: u8 = 2;
/// Length of the hashes of the database and of the query.
const DATABASE: usize = 4;
const QUESTION: usize = 6;
/// First byte, binding and key.
const FIXED: usize = 1 + DATABASE + QUESTION + 8 + 16;
/// Bytes at the end that tell a mistyped cursor.
const CHECKSUM: usize = 4;

/// What a cursor is good for: the database, and of the question the command, actor, order and filter. The range is bound
/// as it was typed; resolved it is kept in the cursor itself, so that `--since 1h` means the same hour on every page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryFingerprint {
    database: [u8; DATABASE],
    question: [u8; QUESTION],
}

impl QueryFingerprint {
    /// Of a question to a database: see [`crate::db::Database::identity`] and [`question`].
    pub fn new(database: &str, question: &str) -> Self {
        Self { database: digest(database.as_bytes()), question: digest(question.as_bytes()) }
    }
}

/// The canonical text of a query: one line for each value that is set.
pub fn question(command: &str, actor: &Actor, order: &str, filter: &Filter, range: &str) -> String {
    format!("command={command}\nactor={}\norder={order}\n{}{range}", actor.id, filter.canonical())
}

/// The first bytes of a SHA-256.
fn digest<const BYTES: usize>(bytes: &[u8]) -> [u8; BYTES] {
    let mut first = [0; BYTES];
    first.iter_mut().zip(Sha256::digest(bytes)).for_each(|(to, from)| *to = from);
    first
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
    pub fn encode(&self, binding: &QueryFingerprint) -> String {
        let ends = [(SINCE, self.since), (UNTIL, self.until)];
        let given = || ends.iter().filter_map(|(flag, end)| end.map(|end| (flag, end)));
        let mut bytes = vec![VERSION | given().map(|(flag, _)| flag).sum::<u8>()];
        bytes.extend(binding.database);
        bytes.extend(binding.question);
        bytes.extend(self.key.created_at.micros().to_be_bytes());
        bytes.extend(self.key.id.as_bytes());
        given().for_each(|(_, end)| bytes.extend(end.micros().to_be_bytes()));
        bytes.extend(digest::<CHECKSUM>(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// From text.
    ///
    /// # Errors
    /// Exit 2 for text that is not a cursor, and for a cursor of another database or query.
    pub fn decode(text: &str, binding: &QueryFingerprint) -> Result<Self> {
        let unreadable = || {
            usage("this is not a cursor, or not a whole one")
                .hint("--after needs the next_cursor of an earlier page, copied unchanged")
        };
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| unreadable())?;
        let ends = [SINCE, UNTIL];
        if bytes.first().is_some_and(|first| first & !(SINCE | UNTIL) == WITHOUT_DATABASE) {
            let failure = usage("this cursor is of an earlier version of mc-activity");
            return Err(failure.hint("begin again with the first page").into());
        }
        let (said, checksum) = bytes.split_last_chunk::<CHECKSUM>().ok_or_else(unreadable)?;
        let (fixed, mut rest) = said.split_first_chunk::<FIXED>().ok_or_else(unreadable)?;
        if digest(said) != *checksum || fixed[0] & !(SINCE | UNTIL) != VERSION {
            return Err(unreadable().into());
        }
        let mut end = |flag| {
            if fixed[0] & flag == 0 {
                return Ok(None);
            }
            let (eight, after) = rest.split_first_chunk().ok_or_else(unreadable)?;
            rest = after;
            Ok::<_, Failure>(Some(Timestamp::from_micros(i64::from_be_bytes(*eight))))
        };
        let [since, until] = ends.map(&mut end);
        let (since, until) = (since?, until?);
        if !rest.is_empty() {
            return Err(unreadable().into());
        }
        let (bound, key) = fixed[1..].split_at(DATABASE + QUESTION);
        let (database, question) = bound.split_at(DATABASE);
        if database != binding.database {
            let failure = usage("this cursor belongs to another database");
            return Err(failure.hint("use it with the database that the page before came from").into());
        }
        if question != binding.question {
            let failure = usage("this cursor belongs to another query");
            return Err(failure.hint("use it with the same command, actor, filters and order").into());
        }
        let (at, id) = key.split_first_chunk().ok_or_else(unreadable)?;
        let created_at = Timestamp::from_micros(i64::from_be_bytes(*at));
        let id = Uuid::from_slice(id).map_err(|_| unreadable())?;
        Ok(Self { key: Key { created_at, id }, since, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::ActorKind;
    use crate::error::{Kind, kind_of};
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

    fn binding() -> QueryFingerprint {
        QueryFingerprint::new("d", &question("list", &actor(1), "newest", &Filter::default(), ""))
    }

    #[test]
    fn the_text_of_a_question_never_changes() {
        let filter = Filter { ignore_case: true, ..Filter::default() };
        assert_eq!(
            question("list", &actor(1), "newest", &filter, "since=now\nzone=UTC\n"),
            "command=list\nactor=00000000-0000-0000-0000-000000000001\norder=newest\nignore-case=true\nsince=now\n\
             zone=UTC\n"
        );
    }

    #[test]
    fn a_cursor_with_any_character_mistyped_is_none() {
        let key = Key { created_at: Timestamp::FIRST, id: Uuid::from_u128(7) };
        let text = Cursor { key, since: Some(Timestamp::FIRST), until: None }.encode(&binding());
        for at in 0..text.len() {
            for typed in ["A", "B", "z", "_", "", "AA"].into_iter().filter(|typed| *typed != &text[at..=at]) {
                let mut other = text.clone();
                other.replace_range(at..=at, typed);
                let error = Cursor::decode(&other, &binding()).unwrap_err();
                assert_eq!(kind_of(&error), Kind::Usage, "{other}");
            }
        }
        assert!(Cursor::decode(&text, &binding()).is_ok());
    }

    #[test]
    fn a_cursor_of_the_version_before_is_told_as_such() {
        let old = URL_SAFE_NO_PAD.encode([&[WITHOUT_DATABASE][..], &[7; 32]].concat());
        let error = Cursor::decode(&old, &binding()).unwrap_err();
        assert_eq!(error.to_string(), "this cursor is of an earlier version of mc-activity");
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text_and_fits_one_question_to_one_database_only(at: i64, id: u128, since: Option<i64>) {
            let since = since.map(Timestamp::from_micros);
            let key = Key { created_at: Timestamp::from_micros(at), id: Uuid::from_u128(id) };
            let cursor = Cursor { key, since, until: None };
            let text = cursor.encode(&binding());
            prop_assert_eq!(Cursor::decode(&text, &binding()).unwrap(), cursor);
            let plain = question("list", &actor(1), "newest", &Filter::default(), "");
            for (database, question) in [
                ("e", plain),
                ("d", question("comments", &actor(1), "newest", &Filter::default(), "")),
                ("d", question("list", &actor(2), "newest", &Filter::default(), "")),
                ("d", question("list", &actor(1), "oldest", &Filter::default(), "")),
                ("d", question("list", &actor(1), "newest", &Filter { ignore_case: true, ..Filter::default() }, "")),
                ("d", question("list", &actor(1), "newest", &Filter::default(), "since=now\n")),
            ] {
                let error = Cursor::decode(&text, &QueryFingerprint::new(database, &question)).unwrap_err();
                prop_assert_eq!(error.to_string().contains("another database"), database == "e");
            }
        }

        #[test]
        fn any_text_is_a_cursor_or_a_usage_error(text: String) {
            if let Err(error) = Cursor::decode(&text, &binding()) {
                prop_assert_eq!(kind_of(&error), Kind::Usage);
            }
        }
    }
}
