//! `list`: events, newest first.

use crate::cli::duration::parse_duration;
use crate::cli::filter::{FilterArgs, RangeArgs};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::paging::PageArgs;
use crate::cli::time::TimeSpec;
use crate::db::BoardRule;
use crate::error::usage;
use crate::model::{ActivityEvent, CHAIN_BEGINNING, Timestamp};
use crate::output::{Columns, Format};
use crate::session::chain_archive::ChainArchive;
use crate::session::find_event::event_prefix;
use crate::session::paged_list::{self, ExtraFields, ListFormat, Question};
use crate::session::{Context, Session};
use anyhow::Result;
use clap::Args;
use std::time::Duration;
use uuid::Uuid;

/// List the events that you can see, newest first
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
Examples:
  mc-activity list --board payments --since 1h
  mc-activity list --type '*failed' --agent Chidi -o wide
  mc-activity list --all --type '*failed' -S 1d -o csv > failures.csv
  mc-activity list --around 447dfac7 --within 2m       # what happened just before and after
  mc-activity list --all -o jsonl | jq -r .event_type | sort | uniq -c
  mc-activity list -o json --limit 20 | jq -r .next_cursor    # then --after CURSOR")]
pub struct ListArgs {
    /// List what happened around this event or time
    ///
    /// An event is named by its id or the first characters of it. Each row has its distance in time. All rows are listed
    /// unless there is a --limit.
    #[arg(long, value_name = "EVENT|TIME", conflicts_with_all = ["since", "until"], help_heading = "Time")]
    around: Option<String>,
    /// How long before and after --around
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = parse_duration, requires = "around", help_heading = "Time")]
    within: Duration,
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
    pub async fn run(mut self, context: &Context) -> Result<u8> {
        let mut columns = Columns::events();
        if self.around.is_some() {
            columns = columns.with_offset();
        }
        let mut chain = self.chain.as_deref().map(|head| ChainArchive::start(head, &self.output)).transpose()?;
        if chain.is_some() {
            columns = ChainArchive::columns(columns);
        }
        let shape = ListFormat::of(&self.output, columns)?;
        // What happened around a time is shown in full unless a limit is given.
        self.page.all |= self.around.is_some() && self.page.limit.is_none();
        let mut session = context.session(self.page.all).await?;
        let mut filter = session.filter(&self.filter, &self.range).await?;
        context.warn_of_types(&mut session, &filter).await?;
        context.warn_of_future(&session, &self.range, filter.since);
        let mut around = None;
        if let Some(text) = &self.around {
            let at = instant(&mut session, text).await?;
            let within = i64::try_from(self.within.as_micros()).unwrap_or(i64::MAX);
            (filter.since, filter.until) = (Some(at.plus_micros(-within)), Some(at.plus_micros(within).next()));
            around = Some(at);
        }
        let question = Question {
            filter,
            rule: BoardRule::EventBoard,
            range: &self.range,
            around,
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

/// The time of an event, or a time. A whole id is never a time; the first characters of one are, where they read as one.
async fn instant(session: &mut Session, text: &str) -> Result<Timestamp> {
    let time = TimeSpec::parse(text);
    match (event_prefix(text), time) {
        (Some(prefix), time) if Uuid::try_parse(text).is_ok() || time.is_err() => {
            Ok(session.find_event(text, prefix).await?.created_at)
        }
        (_, Ok(time)) => time.resolve(session.now, session.zone),
        _ => Err(usage(format!("--around '{text}' is neither an event nor a time"))
            .hint("name an event by its id or the first 4 characters of it, or a time such as 5m or 2026-03-05T14:05")
            .into()),
    }
}
