//! `tail`: the live stream, in the terminal or for a script.

mod binding;
mod runner;
mod status;
mod stop;

use crate::cli::duration::{parse_duration, parse_positive_duration};
use crate::cli::filter::{RangeArgs, SelectArgs, SinceArgs, TypeArgs};
use crate::cli::format::{OutputArgs, offers};
use crate::cli::paging::at_least;
use crate::db::BoardRule;
use crate::error::usage;
use crate::model::{ActivityEvent, CHAIN_BEGINNING, TaskComment};
use crate::output::{Columns, Format};
use crate::session::Context;
use crate::session::chain_archive::ChainArchive;
use anyhow::Result;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use runner::TailRunner;
use std::path::PathBuf;
use std::time::Duration;

/// Follow comments as they are written, or all events with --events
///
/// With --events or --type, tail follows events of every kind; without them, only comments.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::STREAM)), after_help = "\
Every event is shown once, also one whose transaction commits minutes after newer ones were shown; it is then marked as \
late. Ctrl-C ends with exit code 0.

Examples:
  mc-activity tail --board payments
  mc-activity tail --events --type '*failed'
  mc-activity tail --events -o jsonl --cursor-file ~/.mc-cursor | ./ship-to-siem
  mc-activity tail --since 1h --no-follow")]
pub struct TailArgs {
    /// Follow all events, not only comments
    #[arg(long)]
    events: bool,
    /// Start with the newest N events [default: 10]
    ///
    /// With --since the default is all of them.
    #[arg(short = 'n', long, value_name = "N", value_parser = at_least(0))]
    lines: Option<u64>,
    /// Print the existing events, oldest first, and exit
    #[arg(long, conflicts_with_all = ["until_count", "run_for"])]
    no_follow: bool,
    /// Show repeats within this time as one line
    #[arg(long, value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Output")]
    fold: Option<Duration>,
    /// Mark this text in the messages, as --grep does
    #[arg(short = 'H', long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new(), help_heading = "Output")]
    highlight: Vec<String>,
    /// Ring the terminal's bell when a failure arrives
    #[arg(long, help_heading = "Output")]
    bell: bool,
    /// Follow, as is the default
    #[arg(short, long, hide = true, conflicts_with = "no_follow")]
    follow: bool,
    /// Polling interval
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = parse_positive_duration, help_heading = "Following")]
    poll: Duration,
    /// Remember at least this many printed events
    ///
    /// Printed events are remembered so that none is printed twice, also those older than --lookback.
    #[arg(hide_short_help = true, long, value_name = "N", default_value_t = 2_000, help_heading = "Following")]
    seen_max: usize,
    /// Catch events dated up to this long before their write
    ///
    /// An event whose created_at is older than that when its transaction first writes is not shown.
    #[arg(hide_short_help = true, long, value_name = "DURATION", default_value = "2m", value_parser = parse_duration, help_heading = "Following")]
    lookback: Duration,
    /// Save the position in this file, and resume from it
    #[arg(long, value_name = "FILE", help_heading = "Following")]
    cursor_file: Option<PathBuf>,
    /// Exit after this many events
    #[arg(long, value_name = "N", value_parser = at_least(1), help_heading = "Following")]
    until_count: Option<u64>,
    /// Exit after this time
    ///
    /// The exit code is 0, or 7 if --until-count was not reached.
    #[arg(long = "for", id = "run_for", value_name = "DURATION", value_parser = parse_positive_duration, help_heading = "Following")]
    run_for: Option<Duration>,
    /// Add a hash chain, so that verify finds later changes
    ///
    /// Each line gets `archived_at`, `previous_hash` and `hash`. With a hash, the chain continues behind the line that has it.
    #[arg(long, value_name = "HASH", num_args = 0..=1, require_equals = true, default_missing_value = CHAIN_BEGINNING,
          value_parser = ChainArchive::hash, conflicts_with = "fold", help_heading = "Archive")]
    chain: Option<String>,
    /// Give up after this many reconnection attempts
    ///
    /// By default tail never gives up once it has been connected, and a first connection that fails is not tried again.
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Following")]
    max_retries: Option<u32>,
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,
    #[command(flatten)]
    since: SinceArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl TailArgs {
    /// Follows; the number is the exit code.
    ///
    /// # Errors
    /// Those of the session, the filters, the cursor file, stdout; those of the database that will not pass.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let typed = !(self.types.types.is_empty() && self.types.exclude_types.is_empty());
        if typed && !self.events && self.types.types.is_empty() {
            return Err(usage("--exclude-type goes with --events or --type: all comments are of one type").into());
        }
        if self.chain.is_some() && !self.events && !typed {
            return Err(usage("--chain goes with --events or --type")
                .hint("--type task.comment has the comments")
                .into());
        }
        if self.events || typed {
            TailRunner::<ActivityEvent>::run(self, context, BoardRule::EventBoard, Columns::events()).await
        } else {
            TailRunner::<TaskComment>::run(self, context, BoardRule::Comments, Columns::comments()).await
        }
    }

    fn range(&self) -> RangeArgs {
        RangeArgs { start: self.since.clone(), until: None }
    }
}
