//! What is sent to the database, told to whoever wants to know. No value that is bound is a secret: tokens never reach the
//! database, and hashes only come from it.

use super::postgres::tables::Tables;
use super::query::{Dialect, Query, Value};
use super::{Database, Engine};
use anyhow::Result;
use std::fmt::Write as _;

/// Something about a statement.
#[derive(Debug, Clone, Copy)]
pub enum SqlTrace<'a> {
    /// Its text as it will be sent, with its bound values as comments.
    Statement(&'a str),
    /// A line of its plan; only where plans are wanted.
    Plan(&'a str),
    /// It is sent now; only where plans are wanted.
    Sent,
    /// All its rows were read, so many; only where plans are wanted.
    Done(u64),
}

/// Hears of every statement.
pub type SqlTraceSink = Box<dyn FnMut(SqlTrace<'_>)>;

/// A tracer and what it wants.
pub(super) struct Trace {
    tracer: SqlTraceSink,
    closely: bool,
}

impl Database {
    /// From now on `tracer` hears of every statement; `closely`: also its plan and its end.
    pub fn trace(&mut self, tracer: SqlTraceSink, closely: bool) {
        self.trace = Some(Trace { tracer, closely });
    }

    /// Whether plans are wanted.
    pub(super) fn is_traced_closely(&self) -> bool {
        self.trace.as_ref().is_some_and(|trace| trace.closely)
    }

    /// Tells, if anybody listens.
    pub(super) fn tell(&mut self, traced: SqlTrace<'_>) {
        if let Some(Trace { tracer, .. }) = &mut self.trace {
            tracer(traced);
        }
    }

    /// Tells of a statement that is about to be sent, with its plan if that is wanted.
    pub(super) async fn tell_statement(&mut self, query: &Query) -> Result<()> {
        if self.trace.is_none() {
            return Ok(());
        }
        let dialect = self.dialect();
        if let Engine::Postgres(pg) = &self.engine
            && let Some(sql) = pg.planning(query)
        {
            self.tell(SqlTrace::Statement(&format!("{sql};")));
        }
        let text = match &self.engine {
            Engine::Postgres(pg) => statement(query, dialect, &pg.tables)?,
            Engine::Sqlite(_) => statement(query, dialect, &Tables::default())?,
        };
        self.tell(SqlTrace::Statement(&text));
        if self.is_traced_closely() && !query.is_simple_protocol() {
            let mut plan = Vec::new();
            let explain = query.clone().explained();
            let each = &mut |row: &super::row::Row| {
                let mut columns = row.columns();
                if dialect == Dialect::Sqlite {
                    columns.small()?;
                    columns.small()?;
                    columns.small()?;
                }
                plan.extend(columns.text()?);
                Ok(())
            };
            match &mut self.engine {
                Engine::Postgres(pg) => pg.fetch(&explain, each).await?,
                Engine::Sqlite(lite) => lite.fetch(&explain, each).await?,
            }
            plan.iter().for_each(|line| self.tell(SqlTrace::Plan(line)));
        }
        if self.is_traced_closely() {
            self.tell(SqlTrace::Sent);
        }
        Ok(())
    }
}

/// The text, and below it what `$1` and the others stand for.
fn statement(query: &Query, dialect: Dialect, tables: &Tables) -> Result<String> {
    let prepared = query.prepare(dialect)?;
    let mut text = format!("-- {}\n{};\n", query.stem(), tables.qualify(prepared.sql.trim_end()));
    for (number, value) in (1..).zip(prepared.values) {
        writeln!(text, "-- ${number} = {}", shown(value))?;
    }
    Ok(text)
}

/// For people to read. Debug makes control characters and the like visible.
fn shown(value: &Value) -> String {
    let null = || "NULL".to_owned();
    match value {
        Value::Id(id) => id.to_string(),
        Value::OptionalId(id) => id.map_or_else(null, |id| id.to_string()),
        Value::Ids(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            format!("{{{}}}", ids.join(","))
        }
        Value::OptionalIds(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| id.map_or_else(null, |id| id.to_string())).collect();
            format!("{{{}}}", ids.join(","))
        }
        Value::Text(text) => format!("{text:?}"),
        Value::OptionalText(text) => text.as_ref().map_or_else(null, |text| format!("{text:?}")),
        Value::Texts(texts) | Value::Regexes(texts) => format!("{texts:?}"),
        Value::OptionalTexts(texts) => {
            let shown = |text: &Option<String>| text.as_ref().map_or_else(null, |text| format!("{text:?}"));
            format!("[{}]", texts.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Value::Time(at) => at.to_string(),
        Value::Times(times) => {
            let times: Vec<String> = times.iter().map(ToString::to_string).collect();
            format!("{{{}}}", times.join(","))
        }
        Value::Count(n) => n.to_string(),
        Value::Counts(counts) => format!("{counts:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_with_what_its_placeholders_stand_for() {
        let query = Query::new("user_with_boards").bind("text", Value::Text("eve\u{1b}[2J".to_owned()));
        let text = statement(&query, Dialect::Postgres, &Tables::default()).unwrap();
        assert!(text.starts_with("-- user_with_boards\nSELECT u.id"), "{text}");
        assert!(text.contains("WHERE u.clerk_user_id = $1 OR u.email = $1"), "{text}");
        assert!(text.ends_with("u.id, b.name, b.id;\n-- $1 = \"eve\\u{1b}[2J\"\n"), "{text}");
    }
}
