//! Prepared SQL from `queries/`, with its values.
//!
//! A file is the whole query with every optional line in it. What a line's last comment says decides whether it is sent:
//!
//! - `-- if a b !c`: only with `a` and `b` and without `c`, each a flag or the name of a value that was given
//! - `-- include name`: the lines of another file stand here
//!
//! `:name` is a value. Values are always bound, never put into the text.

use super::postgres::tables::SAFE_PATH;
use crate::model::Timestamp;
use crate::model::patterns;
use anyhow::{Context, Result};
use uuid::Uuid;

/// A value to bind.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Id(Uuid),
    OptionalId(Option<Uuid>),
    Ids(Vec<Uuid>),
    OptionalIds(Vec<Option<Uuid>>),
    Text(String),
    OptionalText(Option<String>),
    Texts(Vec<String>),
    OptionalTexts(Vec<Option<String>>),
    /// Made by [`patterns::insensitive_regex`].
    Regexes(Vec<String>),
    Time(Timestamp),
    Times(Vec<Timestamp>),
    Count(i64),
    Counts(Vec<i64>),
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
    pub(super) forbid_seqscan: Option<bool>,
    /// Ask for the plan, not for the answer.
    explained: bool,
    /// About the server and not about rows.
    simple_protocol: bool,
    /// Asked outside a transaction that has set the search path.
    alone: bool,
}

/// A question as it is sent.
pub(super) struct Prepared<'a> {
    pub(super) sql: String,
    pub(super) values: Vec<&'a Value>,
    /// Which of the query's values each of them is.
    order: Vec<usize>,
}

impl Prepared<'_> {
    /// The values of another query with the same text, in the same order.
    pub(super) fn values_of<'q>(&self, query: &'q Query) -> Vec<&'q Value> {
        self.order.iter().filter_map(|at| query.values.get(*at)).map(|(_, value)| value).collect()
    }
}

impl Query {
    pub(super) fn new(stem: &'static str) -> Self {
        Self { stem, forbid_seqscan: Some(false), ..Self::default() }
    }

    /// A question about the server itself, without values. It goes by the simple query protocol: in one round trip, which
    /// outside a transaction a pooler cannot hand to two servers in parts. Instants come as text, so they must be clocks.
    pub(super) fn simple_protocol(stem: &'static str) -> Self {
        Self { simple_protocol: true, ..Self::new(stem).small() }
    }

    /// The same outside a transaction: with the search path that transactions have.
    pub(super) fn alone(stem: &'static str) -> Self {
        Self { alone: true, ..Self::simple_protocol(stem) }
    }

    /// Whether it is one about the server itself.
    pub(super) fn is_simple_protocol(&self) -> bool {
        self.simple_protocol
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
    pub(super) fn forbid_seqscan(mut self, forbid_seqscan: bool) -> Self {
        self.forbid_seqscan = Some(forbid_seqscan);
        self
    }

    /// About so little that the planner finds it either way.
    pub(super) fn small(mut self) -> Self {
        self.forbid_seqscan = None;
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

    /// Takes a list of texts back.
    pub(super) fn take_texts(&mut self, name: &str) -> Vec<Option<String>> {
        let found = self.values.iter_mut().find(|(known, _)| *known == name);
        match found {
            Some((_, Value::OptionalTexts(texts))) => std::mem::take(texts),
            _ => Vec::new(),
        }
    }

    /// Keeps those texts of a list that a condition holds for.
    pub(super) fn retain_texts(&mut self, name: &str, keep: &dyn Fn(&str) -> bool) {
        if let Some((_, Value::Texts(texts))) = self.values.iter_mut().find(|(known, _)| *known == name) {
            texts.retain(|text| keep(text));
        }
    }

    /// The texts among its values.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values.iter().flat_map(|(_, value)| {
            match value {
                Value::Text(text) | Value::OptionalText(Some(text)) => std::slice::from_ref(text),
                Value::Texts(texts) | Value::Regexes(texts) => texts.as_slice(),
                _ => &[],
            }
            .iter()
            .map(String::as_str)
        })
    }

    /// With texts of these characters only: one that has another is left out of its list, or becomes NULL, either of which
    /// matches nothing.
    pub(super) fn only(mut self, characters: &dyn Fn(char) -> bool) -> Self {
        let whole = |text: &String| text.chars().all(characters);
        for (_, value) in &mut self.values {
            match value {
                Value::Text(text) if !whole(text) => *value = Value::OptionalText(None),
                Value::OptionalText(text) => *text = text.take().filter(whole),
                Value::Texts(texts) => texts.retain(whole),
                Value::Regexes(regexes) => {
                    *regexes = regexes.iter().filter_map(|regex| patterns::regex_of(regex, characters)).collect();
                }
                _ => {}
            }
        }
        self
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
            (false, Dialect::Postgres) if self.alone => format!("{SAFE_PATH};\n"),
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
        let order = order
            .into_iter()
            .map(|name| {
                let found = self.values.iter().rposition(|(known, _)| *known == name);
                found.with_context(|| format!("query {}: no value for :{name}", self.stem))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut prepared = Prepared { sql, values: Vec::new(), order };
        prepared.values = prepared.values_of(self);
        Ok(prepared)
    }

    /// Whether another query has the same text, and names for its values in the same order.
    pub(super) fn has_same_text(&self, other: &Self) -> bool {
        let same_names = self.values.iter().map(|(name, _)| name).eq(other.values.iter().map(|(name, _)| name));
        (self.stem, &self.flags, self.explained) == (other.stem, &other.flags, other.explained) && same_names
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
    "agent_signs" "agent_states" "agents" "boards" "burn" "comments" "deliveries" "session_info" "count" "doctor_clock" "doctor_columns" "doctor_indexes" "doctor_orphaned_events" "time_bounds" "poll_keys" "keys_since"
    "last_activity" "list" "insert_event" "event_by_id" "filters" "poll_snapshot" "last_activity_by_board" "error_rate" "readable_columns" "summary" "tasks_by_id_range" "token_hashes" "types_in_use" "user_with_boards";
    postgres "doctor_plan_cost" "doctor_commit_delays" "doctor_path" "doctor_privileges" "doctor_table" "has_foreign_partitions" "lock_event_ids" "required_columns" "has_notify_trigger" "oldest_write_transaction" "missing_privileges" "match_estimate"
        "count_on_boards" "event_types";
    sqlite "first_organization" "mark_modified" "insert_agent" "insert_board" "insert_membership" "insert_organization" "insert_store_identity" "insert_store_origin" "insert_task" "insert_user"
        "is_sparse"
        "migrations/0001_init" "migrations/0002_type_time_id" "migrations/0003_agent_state" "store_identity" "store_origin"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::postgres::tables::{TABLES, Tables};

    #[test]
    fn lines_are_kept_by_their_conditions_and_values_numbered_by_first_use() {
        let query = Query::new("tasks_by_id_range")
            .bind("boards", Value::Ids(vec![Uuid::nil()]))
            .bind("last", Value::Id(Uuid::max()))
            .bind("first", Value::Id(Uuid::nil()));
        let prepared = query.prepare(Dialect::Postgres).unwrap();
        assert!(prepared.sql.contains("t.id BETWEEN $1 AND $2"), "{}", prepared.sql);
        assert!(prepared.sql.contains("t.board_id = ANY($3)"), "{}", prepared.sql);
        assert_eq!(prepared.values.len(), 3);
        assert_eq!(*prepared.values[1], Value::Id(Uuid::max()));
        let without = Query::new("tasks_by_id_range").bind("last", Value::Count(1)).bind("first", Value::Count(2));
        assert!(!without.prepare(Dialect::Postgres).unwrap().sql.contains("board_id = ANY"));
    }

    #[test]
    fn a_value_that_is_missing_is_an_error_and_not_a_null() {
        assert!(Query::new("tasks_by_id_range").prepare(Dialect::Sqlite).is_err());
    }

    #[test]
    fn casts_are_not_values() {
        let prepared = Query::new("poll_snapshot").prepare(Dialect::Postgres).map(|p| (p.sql, p.values.len())).unwrap();
        assert!(prepared.0.contains("pg_current_snapshot()::text"));
        assert_eq!(prepared.1, 0);
    }

    /// Only where [`Tables::qualify`] looks for them; `session_info` is what finds them.
    #[test]
    fn every_table_in_a_query_of_postgresql_gets_its_schema() {
        let tables = Tables::new(vec!["mc".to_owned(); TABLES.len()]);
        let postgres =
            STEMS.iter().filter(|(stem, dialects)| dialects.contains(&Dialect::Postgres) && *stem != "session_info");
        for (stem, _) in postgres {
            let text = text(stem, Dialect::Postgres).unwrap();
            let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
            let full = tables.qualify(&code.join("\n"));
            for (at, table) in TABLES.iter().flat_map(|table| full.match_indices(table)) {
                let (before, after) = (&full[..at], &full[at + table.len()..]);
                let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let whole = !before.ends_with(of_word) && !after.starts_with(of_word);
                // A value, a name in the result, or one that already has its schema.
                let harmless = before.ends_with([':', '\'']) && !before.ends_with("to_regclass('");
                assert!(!whole || harmless || before.ends_with("mc."), "{stem}: {table} in\n{full}");
            }
        }
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
