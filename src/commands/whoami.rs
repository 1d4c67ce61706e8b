//! `whoami`: the identity, how it was authenticated, and the database.

use crate::auth::identity;
use crate::cli::format::{OutputArgs, offers};
use crate::output::destination::Destination;
use crate::output::{self, Format};
use crate::session::Context;
use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};
use std::io::Write;

/// Show the current identity, how it was authenticated, and the database
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::FACTS)), after_help = "\
Examples:
  mc-activity whoami
  mc-activity whoami --as-agent Chidi -o json")]
pub struct WhoamiArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl WhoamiArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        self.output.without_fields()?;
        let mut session = context.session(false).await?;
        let boards = identity::boards(&mut session.store, &session.actor).await?.len();
        session.store.commit().await?;
        let actor = &session.actor;
        let document = json!({
            "kind": actor.kind.name(),
            "id": actor.id.to_string(),
            "name": actor.name,
            "how": actor.how,
            "organization": actor.organization,
            "boards": boards,
            "database": session.place,
            "row_security": session.store.schema().row_security,
        });
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        if format == Format::Json {
            writeln!(sink, "{document}")?;
        } else if let Some(fields) = document.as_object() {
            let row = |(field, value): (&String, &Value)| {
                let text = match value {
                    Value::Null => "-".to_owned(),
                    Value::Array(_) => output::row_security(&session.store.schema().row_security)?,
                    Value::String(text) => crate::escape::escape_for_terminal(text).into_owned(),
                    other => other.to_string(),
                };
                Some(vec![field.replace('_', " "), text])
            };
            let rows: Vec<Vec<String>> = fields.iter().filter_map(row).collect();
            output::write_facts(&mut sink, &rows, &context.style(&session, &self.output)?)?;
        }
        sink.finish()?;
        session.store.close().await;
        Ok(0)
    }
}
