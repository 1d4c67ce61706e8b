//! What list and tail share with `--chain`: the fields that each line gets, and the head at the end.

use crate::analysis::chain::{Chain, Link, is_hash};
use crate::cli::format::OutputArgs;
use crate::error::usage;
use crate::model::{ActivityEvent, CHAIN_BEGINNING, Cell, Record, Timestamp};
use crate::output::{Columns, Format};
use crate::session::Context;
use anyhow::Result;

/// An archive that is being written.
#[derive(Debug, Clone)]
pub struct ChainArchive {
    chain: Chain,
}

impl ChainArchive {
    /// The value of `--chain`.
    pub fn hash(text: &str) -> Result<String, String> {
        if is_hash(text) {
            Ok(text.to_owned())
        } else {
            Err("a hash has 64 hexadecimal digits in lower case".to_owned())
        }
    }

    /// Behind the line with this hash.
    ///
    /// # Errors
    /// Exit 2 for a format or fields that do not hold what `verify` needs.
    pub fn start(head: &str, output: &OutputArgs) -> Result<Self> {
        if output.format()? != Format::Jsonl {
            return Err(usage("--chain needs -o jsonl").hint("an archive has one JSON object a line").into());
        }
        if !output.fields.is_empty() {
            return Err(usage("--chain needs every field: leave out --fields").into());
        }
        Ok(Self { chain: Chain::behind(Some(head)) })
    }

    /// With the fields of the chain behind those that there are.
    #[must_use]
    pub fn columns(columns: Columns) -> Columns {
        columns.also("archived_at").also("previous_hash").also("hash")
    }

    /// Adds an event, which has the fields of [`ActivityEvent`]: the values of the chain's fields.
    pub fn add(&mut self, event: &dyn Record, archived_at: Timestamp) -> [String; 3] {
        let text = |field: &str| {
            let position = ActivityEvent::FIELDS.iter().position(|name| *name == field);
            match event.cell(position.unwrap_or_default()) {
                Cell::Text(text) => Some(text.to_owned()),
                Cell::Id(id) => Some(id.to_string()),
                Cell::Time(at) => Some(at.to_string()),
                _ => None,
            }
        };
        let [id, event_type, created_at] =
            ["id", "event_type", "created_at"].map(|field| text(field).unwrap_or_default());
        let (message, archived_at) = (text("message"), archived_at.to_string());
        let link = Link {
            id: &id,
            event_type: &event_type,
            message: message.as_deref(),
            created_at: &created_at,
            archived_at: &archived_at,
        };
        let [previous, hash] = self.chain.add(&link);
        [archived_at, previous, hash]
    }

    /// The hash of the last line; none before the first.
    pub fn head(&self) -> Option<&str> {
        Some(self.chain.head()).filter(|head| *head != CHAIN_BEGINNING)
    }

    /// Says what to keep elsewhere.
    pub fn report(&self, context: &Context) {
        let lines = self.chain.lines();
        let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        context
            .say(&format!("chain: {lines}; keep the head where nobody who can change the archive can change it too:"));
        context.say(self.chain.head());
    }
}
