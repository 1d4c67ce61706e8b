//! Prepared SQL from `queries/`, with its values.
//!
//! A file is the whole query with every optional line in it. What a line's last comment says decides whether it is sent:
//!
//! - `-- if a b !c`: only with `a` and `b` and without `c`, each a flag or the name of a value that was given
//! - `-- include name`: the lines of another file stand here
//!
//! `:name` is a value. Values are always bound, never put into the text.

use crate::event::Timestamp;
use anyhow::{Context, Result};
use uuid::Uuid;

/// A value to bind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Id(Uuid),
    OptionalId(Option<Uuid>),
    Ids(Vec<Uuid>),
    Text(String),
    OptionalText(Option<String>),
    Texts(Vec<String>),
    Time(Timestamp),
    Times(Vec<Timestamp>),
    Count(i64),
}

/// Which dialect to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    Sqlite,
}

/// A question: the stem of its files, the flags and the values.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    stem: &'static str,
    flags: Vec<&'static str>,
    values: Vec<(&'static str, Value)>,
    /// Whether the planner may not scan whole tables, as where a plan relies on an index; none: it does not matter.
    pub(super) indexed: Option<bool>,
    /// Ask for the plan, not for the answer.
    explained: bool,
    /// About the server and not about rows.
    of_server: bool,
}

/// A question as it is sent.
pub(super) struct Prepared<'a> {
    pub(super) sql: String,
    pub(super) values: Vec<&'a Value>,
}

impl Query {
    pub(super) fn new(stem: &'static str) -> Self {
        Self { stem, indexed: Some(false), ..Self::default() }
    }

    /// A question about the server itself, without values. It goes by the simple query protocol: in one round trip, which
    /// outside a transaction a pooler cannot hand to two servers in parts. Instants come as text, so they must be clocks.
    pub(super) fn of_server(stem: &'static str) -> Self {
        Self { of_server: true, ..Self::new(stem).small() }
    }

    /// Whether it is one about the server itself.
    pub(super) fn is_of_server(&self) -> bool {
        self.of_server
    }

    /// With a flag, if a condition holds.
    pub(super) fn when(mut self, flag: &'static str, on: bool) -> Self {
        if on {
            self.flags.push(flag);
        }
        self
    }

    /// Without a flag.
    pub(super) fn without(mut self, flag: &str) -> Self {
        self.flags.retain(|known| *known != flag);
        self
    }

    /// With a value, whose name is then a flag too.
    pub(super) fn bind(mut self, name: &'static str, value: Value) -> Self {
        self.values.push((name, value));
        self
    }

    /// With a value, if there is one.
    pub(super) fn bind_some(self, name: &'static str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.bind(name, value),
            None => self,
        }
    }

    /// Relying on indexes: the planner may not scan whole tables.
    pub(super) fn indexed(mut self, indexed: bool) -> Self {
        self.indexed = Some(indexed);
        self
    }

    /// About so little that the planner finds it either way.
    pub(super) fn small(mut self) -> Self {
        self.indexed = None;
        self
    }

    /// The question how this one would be answered.
    pub(super) fn explained(mut self) -> Self {
        self.explained = true;
        self
    }

    /// The stem of its files.
    pub(super) fn stem(&self) -> &'static str {
        self.stem
    }

    /// Whether a value was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(value, _)| *value == name)
    }

    fn holds(&self, condition: &str) -> bool {
        condition.split_whitespace().all(|word| {
            let (wanted, name) = word.strip_prefix('!').map_or((true, word), |name| (false, name));
            let given = self.flags.contains(&name) || self.has(name);
            given == wanted
        })
    }

    fn lines(&self, stem: &str, dialect: Dialect, sql: &mut String) -> Result<()> {
        for line in text(stem, dialect).with_context(|| format!("there is no query {stem}"))?.lines() {
            let (code, comment) = line.split_once("--").unwrap_or((line, ""));
            let comment = comment.trim();
            if let Some(included) = comment.strip_prefix("include ") {
                self.lines(included, dialect, sql)?;
            } else if !code.trim().is_empty() && comment.strip_prefix("if ").is_none_or(|c| self.holds(c)) {
                sql.push_str(code.trim_end());
                sql.push('\n');
            }
        }
        Ok(())
    }

    /// The text to send and the values in the order of their placeholders.
    pub(super) fn prepare(&self, dialect: Dialect) -> Result<Prepared<'_>> {
        let mut named = match (self.explained, dialect) {
            (false, _) => String::new(),
            (true, Dialect::Postgres) => "EXPLAIN\n".to_owned(),
            (true, Dialect::Sqlite) => "EXPLAIN QUERY PLAN\n".to_owned(),
        };
        self.lines(self.stem, dialect, &mut named)?;
        let mut sql = String::with_capacity(named.len());
        let mut order: Vec<&str> = Vec::new();
        let mut rest = named.as_str();
        while let Some(at) = rest.find(':') {
            let (before, after) = rest.split_at(at);
            sql.push_str(before);
            let name = &after[1..];
            let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(name.len());
            if end == 0 || sql.ends_with(':') {
                sql.push(':');
                rest = name;
                continue;
            }
            let (name, tail) = name.split_at(end);
            let number = order.iter().position(|known| *known == name).unwrap_or_else(|| {
                order.push(name);
                order.len() - 1
            });
            sql.push_str(&format!("${}", number + 1));
            rest = tail;
        }
        sql.push_str(rest);
        let values = order
            .into_iter()
            .map(|name| {
                let found = self.values.iter().rev().find(|(known, _)| *known == name);
                found.map(|(_, value)| value).with_context(|| format!("query {}: no value for :{name}", self.stem))
            })
            .collect::<Result<_>>()?;
        Ok(Prepared { sql, values })
    }
}

macro_rules! queries {
    ($($stem:literal)*; postgres $($only_postgres:literal)*; sqlite $($only_sqlite:literal)*) => {
        fn text(stem: &str, dialect: Dialect) -> Option<&'static str> {
            match (dialect, stem) {
                $((Dialect::Postgres, $stem) => Some(include_str!(concat!("../../queries/postgres/", $stem, ".sql"))),
                  (Dialect::Sqlite, $stem) => Some(include_str!(concat!("../../queries/sqlite/", $stem, ".sql"))),)*
                $((Dialect::Postgres, $only_postgres) =>
                    Some(include_str!(concat!("../../queries/postgres/", $only_postgres, ".sql"))),)*
                $((Dialect::Sqlite, $only_sqlite) =>
                    Some(include_str!(concat!("../../queries/sqlite/", $only_sqlite, ".sql"))),)*
                _ => None,
            }
        }

        /// Every question and the dialects that have it, for the tests.
        #[cfg(test)]
        const STEMS: &[(&str, &[Dialect])] = &[
            $(($stem, &[Dialect::Postgres, Dialect::Sqlite]),)*
            $(($only_postgres, &[Dialect::Postgres]),)*
            $(($only_sqlite, &[Dialect::Sqlite]),)*
        ];
    };
}

queries! {
    "agents" "boards" "comments" "connect" "count" "doctor_clock" "doctor_columns" "doctor_indexes" "doctor_unseen" "extent" "keys" "keys_since"
    "last_activity" "list" "log" "log_same" "matching" "moment" "quiet_boards" "rate" "summary" "tasks" "token_hashes" "user";
    postgres "doctor_cost" "doctor_delays" "doctor_privileges" "doctor_table" "foreign_parts" "log_turn" "needed_columns" "notifies" "oldest_writer" "privileges" "reach"
        "total" "types";
    sqlite "first_organization" "mark_written" "put_agent" "put_board" "put_membership" "put_organization" "put_store_identity" "put_store_origin" "put_task" "put_user"
        "quiet"
        "schema" "schema_2" "store_identity" "store_origin"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_by_their_conditions_and_values_numbered_by_first_use() {
        let query = Query::new("tasks")
            .bind("boards", Value::Ids(vec![Uuid::nil()]))
            .bind("last", Value::Id(Uuid::max()))
            .bind("first", Value::Id(Uuid::nil()));
        let prepared = query.prepare(Dialect::Postgres).unwrap();
        assert!(prepared.sql.contains("t.id BETWEEN $1 AND $2"), "{}", prepared.sql);
        assert!(prepared.sql.contains("t.board_id = ANY($3)"), "{}", prepared.sql);
        assert_eq!(prepared.values.len(), 3);
        assert_eq!(*prepared.values[1], Value::Id(Uuid::max()));
        let without = Query::new("tasks").bind("last", Value::Count(1)).bind("first", Value::Count(2));
        assert!(!without.prepare(Dialect::Postgres).unwrap().sql.contains("board_id = ANY"));
    }

    #[test]
    fn a_value_that_is_missing_is_an_error_and_not_a_null() {
        assert!(Query::new("tasks").prepare(Dialect::Sqlite).is_err());
    }

    #[test]
    fn casts_are_not_values() {
        let prepared = Query::new("moment").prepare(Dialect::Postgres).map(|p| (p.sql, p.values.len())).unwrap();
        assert!(prepared.0.contains("pg_current_snapshot()::text"));
        assert_eq!(prepared.1, 0);
    }

    #[test]
    fn every_query_has_a_header_that_says_what_it_answers() {
        for (stem, dialects) in STEMS {
            for dialect in *dialects {
                let text = text(stem, *dialect).unwrap();
                assert!(text.starts_with("-- "), "{dialect:?} {stem}");
            }
        }
    }
}
