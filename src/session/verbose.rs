//! What `--show-sql` and `-v` tell on stderr.

use crate::db::{Database, Schema, SqlTrace, SqlTraceSink};
use crate::escape::escape_for_terminal;
use crate::output::{eprint_raw, eprint_safe, row_security};
use crate::session::{Context, DatabaseChoice};
use std::time::Instant;

/// Prints statements as a script that psql and sqlite3 can read: what is not SQL stands behind `--`.
pub(crate) fn tracer() -> SqlTraceSink {
    let mut sent = Instant::now();
    Box::new(move |traced| match traced {
        // No line is broken: that could be inside of a text.
        SqlTrace::Statement(text) => {
            eprint_raw(&text.trim_end().split('\n').map(escape_for_terminal).collect::<Vec<_>>().join("\n"))
        }
        SqlTrace::Plan(line) => eprint_raw(&format!("-- {}", escape_for_terminal(line))),
        SqlTrace::Sent => sent = Instant::now(),
        SqlTrace::Done(rows) => {
            let took = sent.elapsed().as_secs_f64() * 1000.0;
            eprint_safe(&format!("-- {rows} rows in {took:.1} ms"));
        }
    })
}

impl Context {
    /// With `-v`: what is connected, as whom.
    pub(crate) fn trace_connection(&self, store: &Database, place: &DatabaseChoice) {
        if self.global.verbose == 0 {
            return;
        }
        let schema = store.schema();
        let documented = ["action", "user_id", "actor_id"].into_iter().filter(|column| schema.has(column)).count();
        let variant = match documented {
            3 => "the documented schema",
            0 => "the deployed schema",
            _ => "a schema of its own",
        };
        let server = server(schema);
        let label = place.target.label();
        self.say(&format!("connected to {} ({}), {server}, {variant}", escape_for_terminal(&label), place.origin));
        if let Some(hidden) = row_security(&schema.row_security) {
            self.say(&hidden);
        }
    }
}

fn server(schema: &Schema) -> String {
    let Some(role) = &schema.role else { return "SQLite".to_owned() };
    // From version 10 on: major * 10000 + minor (libpq, PQserverVersion).
    let (major, minor) = (schema.version / 10_000, schema.version % 10_000);
    let standby = if schema.in_recovery { ", a standby" } else { "" };
    format!("PostgreSQL {major}.{minor}{standby} as role {}", escape_for_terminal(role))
}
