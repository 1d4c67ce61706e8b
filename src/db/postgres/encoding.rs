//! Text that the database's encoding cannot hold, such as an emoji in a LATIN1 database. PostgreSQL refuses a query with
//! such a value. No row has it either, so the value is bound as one that matches nothing: a text as NULL, a list of texts
//! without it. What is to be stored is refused.
//!
//! Only the server knows exactly what its encodings hold, so it is queried once for each character, and never in a database
//! that holds all of Unicode.

use crate::db::Database;
use crate::db::query::Query;
use crate::db::trace::SqlTrace;
use crate::error::usage;
use anyhow::Result;
use std::collections::HashMap;

/// Encodings that take every character.
const UNIVERSAL: [&str; 2] = ["UTF8", "SQL_ASCII"];

/// What is known so far of what the encoding holds.
#[derive(Debug, Default)]
pub(in crate::db) struct Repertoire {
    /// None: the database holds all of Unicode.
    encoding: Option<String>,
    known: HashMap<char, bool>,
}

impl Repertoire {
    pub(in crate::db) fn new(encoding: Option<String>) -> Self {
        Self { encoding, known: HashMap::new() }
    }

    /// None if the server must be queried.
    fn holds(&self, c: char) -> Option<bool> {
        let Some(encoding) = &self.encoding else { return Some(true) };
        match c {
            // PostgreSQL holds it in no encoding.
            '\0' => Some(false),
            _ if c.is_ascii() || UNIVERSAL.contains(&encoding.as_str()) => Some(true),
            _ => self.known.get(&c).copied(),
        }
    }
}

impl Database {
    /// The query to send instead, where the database cannot hold some of its values.
    pub(in crate::db) async fn encodable(&mut self, query: &Query) -> Result<Option<Query>> {
        if query.texts().all(|text| text.bytes().all(|b| b.is_ascii() && b != 0)) {
            return Ok(None);
        }
        let chars: Vec<char> = query.texts().flat_map(str::chars).collect();
        self.learn(&chars).await?;
        if chars.iter().all(|c| self.holds(*c)) {
            return Ok(None);
        }
        Ok(Some(query.clone().only(&|c| self.holds(c))))
    }

    /// Refuses what is to be stored and cannot be.
    ///
    /// # Errors
    /// Exit 2 for such a text, and those of the database.
    pub async fn check_encodable(&mut self, text: &str) -> Result<()> {
        if text.chars().all(|c| self.holds(c)) {
            return Ok(());
        }
        let chars: Vec<char> = text.chars().collect();
        self.learn(&chars).await?;
        let Some(c) = chars.into_iter().find(|c| !self.holds(*c)) else { return Ok(()) };
        let (number, encoding) = (u32::from(c), self.repertoire.encoding.as_deref().unwrap_or_default());
        let refused = format!("the database's encoding {encoding} cannot hold the character U+{number:04X} ('{c}')");
        Err(usage(refused).hint("leave it out, or write it in another way").into())
    }

    fn holds(&self, c: char) -> bool {
        self.repertoire.holds(c).unwrap_or_default()
    }

    /// Asks for the characters that are not known yet, first for all together, then by halves.
    async fn learn(&mut self, chars: &[char]) -> Result<()> {
        let mut unknown: Vec<char> = chars.iter().copied().filter(|c| self.repertoire.holds(*c).is_none()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let mut groups = vec![unknown];
        while let Some(mut group) = groups.pop() {
            if group.is_empty() {
                continue;
            }
            let holds = self.converts(&group.iter().collect::<String>()).await?;
            if holds || group.len() == 1 {
                self.repertoire.known.extend(group.into_iter().map(|c| (c, holds)));
            } else {
                groups.push(group.split_off(group.len() / 2));
                groups.push(group);
            }
        }
        Ok(())
    }

    /// Whether the server can convert a text to its encoding. A failure leaves the transaction as it was.
    async fn converts(&mut self, text: &str) -> Result<bool> {
        let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let sql = format!(
            "SAVEPOINT mc_activity; SELECT convert_from(decode('{hex}', 'hex'), 'UTF8'); RELEASE SAVEPOINT mc_activity"
        );
        self.tell(SqlTrace::Statement(&format!("{sql};")));
        let converts = self.engine.converts(&sql).await?;
        if !converts {
            self.simple("ROLLBACK TO SAVEPOINT mc_activity; RELEASE SAVEPOINT mc_activity").await?;
        }
        Ok(converts)
    }
}
