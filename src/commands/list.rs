//! `list`: events, newest first.

use crate::cli::filter::{FilterArgs, RangeArgs};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::paging::PageArgs;
use crate::db::BoardRule;
use crate::model::{ActivityEvent, CHAIN_BEGINNING};
use crate::output::{Columns, Format};
use crate::session::Context;
use crate::session::chain_archive::ChainArchive;
use crate::session::paged_list::{self, ExtraFields, ListFormat, Question};
use anyhow::Result;
use clap::Args;

/// List the events that you can see, newest first
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
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
    /// Add a hash chain, so that verify finds later changes
    ///
    /// Each line gets `archived_at`, `previous_hash` and `hash`. With a hash, the chain continues behind the line that has it.
    #[arg(long, value_name = "HASH", num_args = 0..=1, require_equals = true, default_missing_value = CHAIN_BEGINNING,
          value_parser = ChainArchive::hash, requires = "all", conflicts_with = "count", help_heading = "Archive")]
    chain: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

impl ListArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let mut columns = Columns::events();
        let mut chain = self.chain.as_deref().map(|head| ChainArchive::start(head, &self.output)).transpose()?;
        if chain.is_some() {
            columns = ChainArchive::columns(columns);
        }
        let shape = ListFormat::of(&self.output, columns)?;
        let mut session = context.session(self.page.all).await?;
        let filter = session.filter(&self.filter, &self.range).await?;
        context.warn_of_future(&session, &self.range, filter.since);
        let question = Question {
            filter,
            rule: BoardRule::EventBoard,
            range: &self.range,
            page: &self.page,
            oldest: self.page.reverse,
        };
        let archived_at = session.now;
        let mut add = chain.as_mut().map(|chain| move |event: &ActivityEvent| chain.add(event, archived_at));
        let extra = add.as_mut().map(|add| add as ExtraFields<'_, ActivityEvent>);
        paged_list::answer(context, session, question, &self.output, shape, extra).await?;
        if let Some(chain) = chain {
            chain.report(context);
        }
        Ok(0)
    }
}
