//! Prepared SQL from `queries/`, with its values. A file is a psql script, and of psql's commands this reads:
//!
//! - `\if :{?name}`, `\else`, `\endif`: lines that are sent only if a flag is set or a value is given (in psql: `-v name=…`)
//! - `:name` at the start of a line: the file `parts/name.sql` stands here
//! - `:'name'`: a value. Values are always bound, never put into the text.
//!
//! Other commands, such as the `\ir parts.psql` that gives psql the parts, are for psql alone.

use super::engine::Dialect;
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

/// A query: its file, flags and values.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    file: &'static str,
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

/// A query as it is sent.
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
        Self { file: stem, forbid_seqscan: Some(false), ..Self::default() }
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
        self.file
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

    fn holds(&self, name: &str) -> bool {
        self.flags.contains(&name) || self.has(name)
    }

    /// Writes a file's text as it is to be sent, but for the names of values.
    fn expand(&self, file: &str, dialect: &Dialect, sql: &mut String) -> Result<()> {
        // Whether the lines of each open block are sent.
        let mut blocks: Vec<bool> = Vec::new();
        for line in dialect.file(file).with_context(|| format!("there is no query {file}"))?.lines() {
            let code = line.split_once("--").map_or(line, |(code, _)| code).trim_end();
            let word = code.trim_start();
            if let Some(command) = word.strip_prefix('\\') {
                // In a part, `\\` ends a command.
                let command = command.trim_end_matches('\\').trim_end();
                let condition = command.strip_prefix("if :{?").and_then(|rest| rest.strip_suffix('}'));
                match (command, condition) {
                    (_, Some(name)) => blocks.push(self.holds(name)),
                    ("else", _) => blocks.iter_mut().last().into_iter().for_each(|sent| *sent = !*sent),
                    ("endif", _) => drop(blocks.pop()),
                    _ => {}
                }
            } else if word.is_empty() || blocks.contains(&false) {
                // Not sent.
            } else if let Some((part, rest)) = included(word) {
                self.expand(&format!("parts/{part}"), dialect, sql)?;
                sql.truncate(sql.trim_end().len());
                sql.push_str(rest);
                sql.push('\n');
            } else {
                sql.push_str(code);
                sql.push('\n');
            }
        }
        Ok(())
    }

    /// The text to send and the values in the order of their placeholders.
    pub(super) fn prepare(&self, dialect: &Dialect) -> Result<Prepared<'_>> {
        let mut named = match (self.explained, self.alone) {
            (true, _) => dialect.explain.to_owned(),
            (false, true) => format!("{};\n", dialect.outside_transaction),
            (false, false) => String::new(),
        };
        self.expand(self.file, dialect, &mut named)?;
        let mut sql = String::with_capacity(named.len());
        let mut order: Vec<&str> = Vec::new();
        let mut rest = named.as_str();
        while let Some((before, after)) = rest.split_once(":'") {
            let (name, tail) = after.split_once('\'').context("the name of a value has no end")?;
            let number = order.iter().position(|known| *known == name).unwrap_or_else(|| {
                order.push(name);
                order.len() - 1
            });
            sql.push_str(before);
            sql.push_str(&format!("${}", number + 1));
            rest = tail;
        }
        sql.push_str(rest);
        let order = order
            .into_iter()
            .map(|name| {
                let found = self.values.iter().rposition(|(known, _)| *known == name);
                found.with_context(|| format!("query {}: no value for :{name}", self.file))
            })
            .collect::<Result<Vec<_>>>()?;
        let mut prepared = Prepared { sql, values: Vec::new(), order };
        prepared.values = prepared.values_of(self);
        Ok(prepared)
    }

    /// Whether another query has the same text, and names for its values in the same order.
    pub(super) fn has_same_text(&self, other: &Self) -> bool {
        let same_names = self.values.iter().map(|(name, _)| name).eq(other.values.iter().map(|(name, _)| name));
        (self.file, &self.flags, self.explained) == (other.file, &other.flags, other.explained) && same_names
    }
}

/// A line that begins with `:name`, and what follows that.
fn included(line: &str) -> Option<(&str, &str)> {
    let name = line.strip_prefix(':')?;
    let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(name.len());
    (end > 0).then(|| name.split_at(end))
}

/// The names and texts of files in a folder of `queries/`.
macro_rules! query_files {
    ($engine:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/", $engine, "/", $name, ".sql")))),*]
    };
}
pub(super) use query_files;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::postgres::POSTGRES;
    use crate::db::postgres::tables::{TABLES, Tables};
    use crate::db::sqlite::SQLITE;
    use std::fs;
    use std::path::Path;

    #[test]
    fn lines_are_kept_by_their_conditions_and_values_numbered_by_first_use() {
        let query = Query::new("tasks_by_id_range")
            .bind("boards", Value::Ids(vec![Uuid::nil()]))
            .bind("last", Value::Id(Uuid::max()))
            .bind("first", Value::Id(Uuid::nil()));
        let prepared = query.prepare(&POSTGRES).unwrap();
        assert!(prepared.sql.contains("t.id BETWEEN $1 AND $2"), "{}", prepared.sql);
        assert!(prepared.sql.contains("t.board_id = ANY($3)"), "{}", prepared.sql);
        assert_eq!(prepared.values.len(), 3);
        assert_eq!(*prepared.values[1], Value::Id(Uuid::max()));
        let without = Query::new("tasks_by_id_range").bind("last", Value::Count(1)).bind("first", Value::Count(2));
        assert!(!without.prepare(&POSTGRES).unwrap().sql.contains("board_id = ANY"));
    }

    #[test]
    fn a_value_that_is_missing_is_an_error_and_not_a_null() {
        assert!(Query::new("tasks_by_id_range").prepare(&SQLITE).is_err());
    }

    #[test]
    fn casts_are_not_values() {
        let prepared = Query::new("poll_snapshot").prepare(&POSTGRES).map(|p| (p.sql, p.values.len())).unwrap();
        assert!(prepared.0.contains("pg_current_snapshot()::text"));
        assert_eq!(prepared.1, 0);
    }

    #[test]
    fn a_block_is_sent_if_its_flag_is_set_and_otherwise_what_follows_else() {
        let sql = |query: Query| query.prepare(&POSTGRES).unwrap().sql;
        assert!(sql(Query::new("poll_snapshot")).contains("NULL::text,\n"));
        let system = sql(Query::new("poll_snapshot").when("system", true));
        assert!(system.contains("pg_control_system()") && !system.contains("NULL"), "{system}");
    }

    #[test]
    fn a_part_stands_where_its_name_does() {
        let counted = Query::new("count").bind("since", Value::Time(Timestamp::FIRST));
        let sql = counted.prepare(&POSTGRES).unwrap().sql;
        assert_eq!(sql, "SELECT count(*)\nFROM activity_events e\nWHERE true\n  AND e.created_at >= $1\n");
    }

    /// Only where [`Tables::qualify`] looks for them.
    #[test]
    fn every_table_in_a_query_of_postgresql_gets_its_schema() {
        let tables = Tables::new(vec!["mc".to_owned(); TABLES.len()]);
        for (file, text) in POSTGRES.files {
            let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
            let full = tables.qualify(&code.join("\n"));
            for (at, table) in TABLES.iter().flat_map(|table| full.match_indices(table)) {
                let (before, after) = (&full[..at], &full[at + table.len()..]);
                let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let whole = !before.ends_with(of_word) && !after.starts_with(of_word);
                // A value, a condition on it, a name in the result, or one that already has its schema.
                let harmless = before.ends_with(['\'', '?']) && !before.ends_with("to_regclass('");
                assert!(!whole || harmless || before.ends_with("mc."), "{file}: {table} in\n{full}");
            }
        }
    }

    #[test]
    fn every_file_of_an_engine_is_a_query_or_a_part_of_one_and_says_what_it_answers() {
        for (engine, dialect) in [("postgres", &POSTGRES), ("sqlite", &SQLITE)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries").join(engine);
            for sub in ["", "parts/", "migrations/"] {
                let Ok(files) = fs::read_dir(folder.join(sub)) else { continue };
                for file in files.map(|file| file.unwrap().file_name().into_string().unwrap()) {
                    let Some(stem) = file.strip_suffix(".sql") else { continue };
                    let is_script = ["grants", "boundary", "boundary-undo", "install_notify_trigger"].contains(&stem);
                    let text = dialect.file(&format!("{sub}{stem}"));
                    assert!(text.is_some() || is_script, "{engine}: {file} is not listed in the dialect");
                    let headed = text.is_none_or(|text| text.starts_with("-- "));
                    assert!(headed || sub == "parts/", "{engine}: {file} has no header");
                }
            }
        }
    }

    /// Every name that stands in a condition, for a query with all of them.
    fn names(file: &str, dialect: &Dialect) -> Vec<String> {
        let text = dialect.file(file).unwrap();
        let mut found = Vec::new();
        for line in text.lines() {
            let line = line.trim();
            if let Some((_, rest)) = line.split_once("\\if :{?") {
                found.extend(rest.split('}').next().map(str::to_owned));
            } else if let Some((part, _)) = included(line) {
                found.extend(names(&format!("parts/{part}"), dialect));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// PostgreSQL's run in psql: see `tests/cli/queries.rs`.
    #[test]
    fn sqlite_takes_every_query_without_conditions_with_each_and_with_all() {
        let store = rusqlite::Connection::open_in_memory().unwrap();
        for (_, schema) in SQLITE.files.iter().filter(|(file, _)| file.starts_with("migrations/")) {
            store.execute_batch(schema).unwrap();
        }
        let (_, identity) = SQLITE.files.iter().find(|(file, _)| *file == "insert_store_identity").unwrap();
        store.execute_batch(identity).unwrap();
        let mut variants = 0;
        let queries = SQLITE.files.iter().filter(|(file, _)| !file.contains('/') && *file != "insert_store_identity");
        for (file, _) in queries {
            let names: Vec<&'static str> =
                names(file, &SQLITE).into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
            let each = names.iter().map(|name| vec![*name]);
            for flags in each.chain([Vec::new(), names.clone()]) {
                let mut sql = String::new();
                // What finds a user is always given.
                let flags = if **file == *"user_with_boards" && flags.len() > 1 { vec!["text"] } else { flags };
                let query = Query { file, flags: flags.clone(), ..Query::default() };
                query.expand(file, &SQLITE, &mut sql).unwrap();
                let unnamed = |(at, piece): (usize, &str)| match piece.split_once('\'') {
                    Some((_, rest)) if at > 0 => format!("?{rest}"),
                    _ => piece.to_owned(),
                };
                let sql: String = sql.split(":'").enumerate().map(unnamed).collect();
                store.prepare(&sql).unwrap_or_else(|error| panic!("{file} with {flags:?}: {error}\n{sql}"));
                variants += 1;
            }
        }
        assert!(variants > 200, "only {variants} variants");
    }
}
