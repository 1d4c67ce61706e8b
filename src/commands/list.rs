//! `list`: events, newest first.

use crate::cli::filter::{FilterArgs, RangeArgs};
use crate::cli::format::OutputArgs;
use crate::cli::paging::PageArgs;
use crate::db::BoardRule;
use crate::model::ActivityEvent;
use crate::output::Columns;
use crate::session::Context;
use crate::session::paged_list::{self, ListFormat, Question};
use anyhow::Result;
use clap::Args;

/// List the events that you can see, newest first
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  mc-activity list --board payments --since 1h
  mc-activity list --type '*failed' --agent Chidi -o wide
  mc-activity list --all --type '*failed' -S 1d -o csv > failures.csv
  mc-activity list --all -o jsonl | jq -r .event_type | sort | uniq -c
  mc-activity list -o json --limit 20 | jq -r .next_cursor    # then --after CURSOR")]
pub struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    range: RangeArgs,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl ListArgs {
    /// Answers.
    ///
    /// # Errors
    /// Those of the session, the filters, the database and stdout.
    pub async fn run(self, context: &Context) -> Result<()> {
        let shape = ListFormat::of(&self.output, Columns::events())?;
        let mut session = context.session(self.page.all).await?;
        let filter = session.filter(&self.filter, &self.range).await?;
        context.warn_of_types(&mut session, &filter).await?;
        context.warn_of_future(&session, &self.range, filter.since);
        let question = Question {
            filter,
            rule: BoardRule::EventBoard,
            range: &self.range,
            page: &self.page,
            oldest: self.page.reverse,
        };
        paged_list::answer::<ActivityEvent>(context, session, question, &self.output, shape).await
    }
}
