//! What a poll of tail asks, in one short transaction: the moment, the keys from an instant on, and then the rows that
//! are new.

use super::aggregates::with_little;
use super::query::{Query, Value};
use super::{BoardRule, Database, EventQuery, TransactionMode};
use crate::error::{Failure, is_transient, unavailable};
use crate::model::{Key, Timestamp};
use anyhow::{Context, Result};
use uuid::Uuid;

/// What a poll's transaction says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollSnapshot {
    /// The database's clock, no later than the snapshot.
    pub now: Timestamp,
    /// Up to when the server knows what was written; earlier than now on a standby.
    pub as_of: Timestamp,
    /// Names the line of transaction ids.
    pub server: String,
    /// `pg_current_snapshot()` and `age('3')`, where they cover all writers.
    pub snapshot: Option<(String, i32)>,
    /// A number that rises with every write and that rows carry, if they do: one above those of all rows in SQLite, where
    /// there is no snapshot.
    pub row_number: Option<u64>,
    /// Process id of the server's end; zero for SQLite.
    pub backend: i64,
}

/// Along what the keys of new events are found.
pub struct PollPath {
    /// Type by type.
    types: Option<Vec<String>>,
    /// A bounded role may see little: what the indexes on the columns of its policies yield.
    little: bool,
    board_tasks: Option<Vec<Uuid>>,
}

impl Database {
    /// Opens the transaction of a poll: like [`Database::begin`], without looking at the schema again.
    pub async fn begin_poll(&mut self) -> Result<PollSnapshot> {
        let (dialect, schema) = (self.dialect(), self.schema.clone());
        let query = Query::simple_protocol("poll_snapshot").when("numbered", schema.numbered);
        let mut found = None;
        self.open_transaction(TransactionMode::Read, &query, &mut |row| {
            found = Some((dialect.read_snapshot)(row, &schema)?);
            Ok(())
        })
        .await?;
        found.context("the database did not tell the time")
    }

    /// When the oldest open transaction that has written began, where the server knows it; queried outside a transaction.
    pub async fn oldest_writer(&mut self) -> Result<Option<Timestamp>> {
        let mut began = None;
        let query = match &self.schema {
            schema if schema.distributed => Query::alone("oldest_write_transaction_citus"),
            schema if schema.sharded => return Ok(None),
            _ => Query::alone("oldest_write_transaction"),
        };
        let done = self
            .fetch_if_supported(&query, &mut |row| {
                began = row.columns().time()?;
                Ok(())
            })
            .await;
        match done {
            // Older versions of Citus do not have what tells it.
            Err(error) if self.schema.distributed && !is_transient(&error) => Ok(None),
            done => done.map(|_| began),
        }
    }

    /// Along what the keys are found. Asked once a poll.
    pub async fn poll_path(&mut self, asked: EventQuery<'_>) -> Result<PollPath> {
        if let Some(found) = self.little(&asked).await? {
            return Ok(PollPath { types: None, little: true, board_tasks: found.board_tasks });
        }
        let by_type = self.schema.indexed_by_type && !self.schema.indexed_by_time && asked.rule != BoardRule::Comments;
        let types = if by_type { self.types(&asked).await? } else { None };
        Ok(PollPath { types, little: false, board_tasks: None })
    }

    /// A query for keys, along an index.
    fn along(&self, query: Query, path: &PollPath, rule: BoardRule) -> Query {
        if path.little {
            return with_little(query, path.board_tasks.as_deref());
        }
        let forbid_seqscan = path.types.is_some() || self.schema.indexed_by_time || rule == BoardRule::Comments;
        query.bind_some("types", path.types.clone().map(Value::Texts)).forbid_seqscan(forbid_seqscan)
    }

    /// A page of keys, oldest first: from an instant on, or behind the last key of the page before.
    pub async fn keys(
        &mut self,
        asked: EventQuery<'_>,
        path: &PollPath,
        from: Timestamp,
        after: Option<Key>,
        limit: usize,
    ) -> Result<Vec<Key>> {
        if asked.scope.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = self.with_filters(Query::new("poll_keys"), &asked);
        query = query.bind("limit", Value::Count(i64::try_from(limit).unwrap_or(i64::MAX)));
        query = match after {
            None => query.bind("from", Value::Time(from)),
            Some(key) => query.bind("after_at", Value::Time(key.created_at)).bind("after_id", Value::Id(key.id)),
        };
        self.all_keys(&self.along(query, path, asked.rule)).await
    }

    /// The keys in a range of time of the events whose number is `mark` or above: a transaction's id, of which the next one
    /// is `next`, or in SQLite a row's number.
    pub async fn keys_since(
        &mut self,
        asked: EventQuery<'_>,
        path: &PollPath,
        (from, before): (Timestamp, Key),
        (mark, next): (u64, u64),
    ) -> Result<Vec<Key>> {
        if asked.scope.is_empty() {
            return Ok(Vec::new());
        }
        let number = |number| Value::Count(i64::try_from(number).unwrap_or(i64::MAX));
        let query = self.with_filters(Query::new("keys_since"), &asked);
        let query = query.bind("from", Value::Time(from)).bind("before_at", Value::Time(before.created_at));
        let query = query.bind("before_id", Value::Id(before.id)).bind("mark", number(mark)).bind("next", number(next));
        self.all_keys(&self.along(query, path, asked.rule)).await
    }

    async fn all_keys(&mut self, query: &Query) -> Result<Vec<Key>> {
        let mut keys = Vec::new();
        let mut damage = std::mem::take(&mut self.damage);
        let read = self
            .fetch(query, &mut |row| {
                let mut columns = row.columns();
                match (columns.time()?, columns.id()?) {
                    (Some(created_at), Some(id)) => keys.push(Key { created_at, id }),
                    _ => damage.row(row, 1),
                }
                Ok(())
            })
            .await;
        self.damage = damage;
        read.map(|()| keys)
    }
}

/// One transaction lists events and does not have their rows. What lists them and what reads them is not the same server then,
/// and an event that is passed over now would be lost.
pub fn without_row(missing: usize) -> Failure {
    let events = if missing == 1 { "1 event".to_owned() } else { format!("{missing} events") };
    unavailable(format!("the database lists {events} without a row"))
        .hint("is there a pooler that sends one transaction to several servers?")
        .transient(true)
}
