//! `comments`: the task comment feed, or one task's whole thread.

use crate::cli::filter::{RangeArgs, SelectArgs};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::paging::PageArgs;
use crate::db::BoardRule;
use crate::model::TaskComment;
use crate::output::{Columns, Format};
use crate::session::Context;
use crate::session::paged_list::{self, ListFormat, Question};
use anyhow::Result;
use clap::Args;

/// List comments on tasks, newest first
///
/// Each comment is shown with its task, board, agent and the agent's role. With --task the whole thread is shown, oldest
/// first.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
Examples:
  mc-activity comments --board payments
  mc-activity comments --task 30d4            # a thread, oldest first
  mc-activity comments --grep refund -i -o wide")]
pub struct CommentsArgs {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl CommentsArgs {
    pub async fn run(mut self, context: &Context) -> Result<u8> {
        let thread = !self.select.task.is_empty();
        self.page.all |= thread && self.page.limit.is_none();
        let mut shape = ListFormat::of(&self.output, Columns::comments())?;
        // A thread is for reading: each comment whole, where it can be wrapped.
        if thread && self.output.is_default() && context.terminal(&self.output).width.is_some() {
            shape.format = Format::Text;
        }
        let mut session = context.session(self.page.all).await?;
        let filter = session.select(&self.select, &self.range).await?;
        context.warn_of_future(&session, &self.range, filter.since);
        let oldest = thread || self.page.reverse;
        let question =
            Question { filter, rule: BoardRule::Comments, range: &self.range, around: None, page: &self.page, oldest };
        paged_list::answer::<TaskComment>(context, session, question, &self.output, shape, None).await?;
        Ok(0)
    }
}
