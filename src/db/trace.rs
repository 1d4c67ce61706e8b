//! Traces what is sent to the database, for --show-sql and -v. No value that is bound is a secret: tokens never reach the
//! database, and hashes only come from it.

use super::Database;
use super::engine::Engine;
use super::query::{Query, Value};
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
    /// All its rows were read: their number; only with plans.
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

    /// From now on `announce` is given the name of every query before it is sent.
    pub fn announce(&mut self, announce: fn(&str)) {
        self.announce = Some(announce);
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
        if let Some(announce) = &self.announce {
            announce(query.stem());
        }
        if self.trace.is_none() {
            return Ok(());
        }
        if let Some(sql) = self.engine.planning(query) {
            self.tell(SqlTrace::Statement(&format!("{sql};")));
        }
        let text = statement(query, &*self.engine)?;
        self.tell(SqlTrace::Statement(&text));
        if self.is_traced_closely() && !query.is_simple_protocol() {
            let mut plan = Vec::new();
            let (dialect, explain) = (self.dialect(), query.clone().explained());
            let each = &mut |row: &super::row::Row| {
                plan.extend((dialect.read_plan)(row)?);
                Ok(())
            };
            self.engine.fetch(&explain, each).await?;
            plan.iter().for_each(|line| self.tell(SqlTrace::Plan(line)));
        }
        if self.is_traced_closely() {
            self.tell(SqlTrace::Sent);
        }
        Ok(())
    }
}

/// The text, and below it what `$1` and the others stand for.
fn statement(query: &Query, engine: &dyn Engine) -> Result<String> {
    let prepared = query.prepare(engine.dialect())?;
    let mut text = format!("-- {}\n{};\n", query.stem(), engine.qualify(prepared.sql.trim_end()));
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
