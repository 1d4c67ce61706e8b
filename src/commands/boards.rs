//! `boards`: what the actor may read.

use crate::auth::identity;
use crate::cli::format::{OutputArgs, offers};
use crate::output::destination::Destination;
use crate::output::{Columns, Format, PageInfo, RowWriter};
use crate::session::Context;
use anyhow::Result;
use clap::Args;

/// List the boards that you can read, with their last activity
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
Examples:
  mc-activity boards
  mc-activity boards -o csv --fields slug,last_activity_at   # which board went quiet?")]
pub struct BoardsArgs {
    #[command(flatten)]
    output: OutputArgs,
}

impl BoardsArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let mut session = context.session(false).await?;
        let mut boards = identity::boards(&mut session.store, &session.actor).await?;
        let last = session.store.last_activity(&session.scope).await?;
        for board in &mut boards {
            board.last_activity_at = last.get(&board.id).copied();
        }
        session.store.commit().await?;
        let style = context.style(&session, &self.output)?;
        let mut sink = Destination::open_for(self.output.out_file.as_deref(), format)?;
        let mut writer = RowWriter::new(&mut sink, format, Columns::boards().choose(&self.output.fields)?, style);
        boards.iter().try_for_each(|board| writer.row(board))?;
        let footer = context.footer(&session, format!("{} boards", boards.len()));
        writer.finish(&PageInfo { footer, ..PageInfo::default() })?;
        sink.finish()?;
        session.store.close().await;
        Ok(0)
    }
}
