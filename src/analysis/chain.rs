//! The hash chain of an archive: each line has the SHA-256 of its event and of the line before, so that no line can be changed,
//! removed or put in later without changing every hash behind it.
//!
//! What is hashed for a line is this text, in UTF-8, each part ended by a line feed:
//!
//! ```text
//! the hash of the line before, in hexadecimal digits; 64 zeros for the first line
//! id
//! created_at
//! archived_at
//! the length of event_type in bytes, a blank, event_type
//! the length of message in bytes, a blank, message; or - where the message is null
//! ```
//!
//! The lengths keep a line feed in a text from being taken for the end of it. Foreign keys are not in it: Mission Control sets
//! agent_id to null when an agent is deleted.

use crate::model::CHAIN_BEGINNING;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;

/// Hexadecimal digits of a hash.
const DIGITS: usize = CHAIN_BEGINNING.len();
/// Lines that tail may print again after it was killed, at most.
const MOST_REPEATED: usize = 16_384;

/// What the chain holds of one event, as it stands in the archive.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// Its id.
    pub id: &'a str,
    /// The event type.
    pub event_type: &'a str,
    /// The message.
    pub message: Option<&'a str>,
    /// When it was made, as in the archive.
    pub created_at: &'a str,
    /// The clock of the database when it was read.
    pub archived_at: &'a str,
}

impl Link<'_> {
    /// The hash of the line.
    pub fn hash(&self, previous: &str) -> String {
        let mut hash = Sha256::new();
        for line in [previous, self.id, self.created_at, self.archived_at] {
            hash.update(line);
            hash.update("\n");
        }
        hash.update(format!("{} ", self.event_type.len()));
        hash.update(self.event_type);
        hash.update("\n");
        match self.message {
            None => hash.update("-"),
            Some(message) => {
                hash.update(format!("{} ", message.len()));
                hash.update(message);
            }
        }
        hash.update("\n");
        let mut digits = String::with_capacity(DIGITS);
        for byte in hash.finalize() {
            // Writing to memory cannot fail.
            _ = write!(digits, "{byte:02x}");
        }
        digits
    }
}

/// Whether a text may be the hash of a line.
pub fn is_hash(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

/// A chain that grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    head: String,
    lines: u64,
}

impl Chain {
    /// Behind a line with this hash, or from the beginning.
    pub fn behind(head: Option<&str>) -> Self {
        Self { head: head.unwrap_or(CHAIN_BEGINNING).to_owned(), lines: 0 }
    }

    /// Adds a line: the hash of the line before, and its own.
    pub fn add(&mut self, link: &Link<'_>) -> [String; 2] {
        let hash = link.hash(&self.head);
        self.lines += 1;
        [std::mem::replace(&mut self.head, hash.clone()), hash]
    }

    /// The hash of the last line.
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Lines added.
    pub fn lines(&self) -> u64 {
        self.lines
    }
}

/// How a line fits behind those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// As it should be.
    Whole,
    /// The chain was taken up again behind an earlier line, as tail does when it was killed before it could note what it had
    /// printed: this many lines are there twice.
    Repeated(u64),
    /// The hash is not that of the line: it was changed.
    Changed,
    /// The line does not follow the one before it: lines were removed, put in or moved.
    Parted,
}

/// A chain that is read.
#[derive(Debug, Default)]
pub struct ChainReader {
    head: Option<String>,
    first: Option<String>,
    lines: u64,
    /// The newest hashes, with the numbers of their lines.
    recent: HashMap<String, u64>,
    order: VecDeque<String>,
}

impl ChainReader {
    /// Reads a line with both hashes that stand in it. After a line that does not fit, the next is held against that line.
    pub fn read(&mut self, link: &Link<'_>, previous: &str, hash: &str) -> Fit {
        let fit = match &self.head {
            _ if link.hash(previous) != hash => Fit::Changed,
            Some(head) if head != previous => match self.recent.get(previous) {
                Some(line) => Fit::Repeated(self.lines - line),
                None => Fit::Parted,
            },
            _ => Fit::Whole,
        };
        self.first.get_or_insert_with(|| previous.to_owned());
        self.lines += 1;
        self.recent.insert(hash.to_owned(), self.lines);
        self.order.push_back(hash.to_owned());
        if self.order.len() > MOST_REPEATED
            && let Some(oldest) = self.order.pop_front()
        {
            self.recent.remove(&oldest);
        }
        self.head = Some(hash.to_owned());
        fit
    }

    /// The hash of the last line.
    pub fn head(&self) -> Option<&str> {
        self.head.as_deref()
    }

    /// What the first line says of the line before it.
    pub fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link<'a>(id: &'a str, message: Option<&'a str>) -> Link<'a> {
        Link { id, event_type: "t", message, created_at: "2026-03-01T00:00:00", archived_at: "2026-03-02T00:00:00" }
    }

    /// Made by `printf '%s\na\n2026-03-01T00:00:00\n2026-03-02T00:00:00\n1 t\n2 hi\n' 000… | sha256sum`.
    #[test]
    fn the_hash_is_that_of_the_documented_text() {
        let text = format!("{CHAIN_BEGINNING}\na\n2026-03-01T00:00:00\n2026-03-02T00:00:00\n1 t\n2 hi\n");
        let expected: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(link("a", Some("hi")).hash(CHAIN_BEGINNING), expected);
        assert!(is_hash(&expected) && is_hash(CHAIN_BEGINNING) && !is_hash("0") && !is_hash(&expected.to_uppercase()));
    }

    #[test]
    fn texts_that_only_look_alike_have_other_hashes() {
        let hashes: std::collections::HashSet<String> = [
            link("a", None),
            link("a", Some("")),
            link("a", Some("-")),
            Link { event_type: "t\n1 x", ..link("a", Some("y")) },
            Link { event_type: "t", ..link("a", Some("x\n1 y")) },
        ]
        .iter()
        .map(|link| link.hash(CHAIN_BEGINNING))
        .collect();
        assert_eq!(hashes.len(), 5);
    }

    fn lines(count: usize) -> Vec<(String, String, String)> {
        let mut chain = Chain::behind(None);
        let line = |n: usize| {
            let id = n.to_string();
            let [previous, hash] = chain.add(&link(&id, None));
            (id, previous, hash)
        };
        (0..count).map(line).collect()
    }

    fn read(lines: &[(String, String, String)]) -> Vec<Fit> {
        let mut reader = ChainReader::default();
        lines.iter().map(|(id, previous, hash)| reader.read(&link(id, None), previous, hash)).collect()
    }

    #[test]
    fn every_change_removal_and_insertion_is_found_where_it_is() {
        let whole = lines(9);
        assert_eq!(read(&whole), vec![Fit::Whole; 9]);
        let mut changed = whole.clone();
        changed[4].0 = "other".to_owned();
        assert_eq!(read(&changed)[4], Fit::Changed);
        assert_eq!(read(&changed).iter().filter(|fit| **fit != Fit::Whole).count(), 1);
        let removed = [&whole[..4], &whole[5..]].concat();
        assert_eq!(read(&removed)[4], Fit::Parted);
        let mut swapped = whole.clone();
        swapped.swap(3, 4);
        assert!(read(&swapped).contains(&Fit::Parted));
        // Its hashes are right, so only the next line can tell.
        let mut forged = whole.clone();
        forged[4].0 = "other".to_owned();
        forged[4].2 = link("other", None).hash(&forged[4].1);
        assert_eq!(read(&forged)[5], Fit::Parted);
    }

    #[test]
    fn lines_that_are_there_twice_after_a_restart_do_not_part_the_chain() {
        let whole = lines(9);
        let again = [&whole[..6], &whole[4..]].concat();
        let fits = read(&again);
        assert_eq!(fits[6], Fit::Repeated(2));
        assert_eq!(fits.iter().filter(|fit| **fit != Fit::Whole).count(), 1);
    }

    #[test]
    fn a_chain_goes_on_behind_the_head_of_another() {
        let first = lines(3);
        let mut chain = Chain::behind(Some(&first[2].2));
        let [previous, hash] = chain.add(&link("x", None));
        assert_eq!((previous.as_str(), chain.head(), chain.lines()), (first[2].2.as_str(), hash.as_str(), 1));
    }
}
