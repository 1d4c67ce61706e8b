//! The flags that select events: filters, time ranges, and the time zone.

use super::time::{TimeSpec, local_zone, parse_zone};
use crate::error::usage;
use crate::model::{Timestamp, Zone};
use anyhow::{Context, Result};
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Args};

pub const FILTERS: &str = "Filters (values of one flag: any; different flags: all)";
const TIME: &str = "Time";

/// An empty value is more likely an unset shell variable than a wish to filter by nothing.
fn non_empty() -> NonEmptyStringValueParser {
    NonEmptyStringValueParser::new()
}

/// Filters of every command that reads events or comments. Names are still to be resolved, values still to be split.
#[derive(Debug, Clone, Default, Args)]
pub struct SelectArgs {
    /// Only this board: id, slug or name
    #[arg(long, value_name = "BOARD", value_parser = non_empty(), help_heading = FILTERS)]
    pub board: Vec<String>,
    /// Exclude this board
    #[arg(long, value_name = "BOARD", value_parser = non_empty(), help_heading = FILTERS)]
    pub exclude_board: Vec<String>,
    /// Only this agent: id or name
    #[arg(long, value_name = "AGENT", value_parser = non_empty(), help_heading = FILTERS)]
    pub agent: Vec<String>,
    /// Exclude this agent
    #[arg(long, value_name = "AGENT", value_parser = non_empty(), help_heading = FILTERS)]
    pub exclude_agent: Vec<String>,
    /// Only this task: id, its start, or part of title
    #[arg(long, value_name = "TASK", value_parser = non_empty(), help_heading = FILTERS)]
    pub task: Vec<String>,
    /// Only messages with this text
    ///
    /// The text is matched literally; it is not a pattern, and commas do not separate values.
    #[arg(short, long, value_name = "TEXT", value_parser = non_empty(), help_heading = FILTERS)]
    pub grep: Vec<String>,
    /// Ignore case in --grep
    #[arg(short, long, help_heading = FILTERS)]
    pub ignore_case: bool,
}

/// Filters by event type, for commands whose events are not all of one.
#[derive(Debug, Clone, Default, Args)]
pub struct TypeArgs {
    /// Only this event type, such as '*failed'
    ///
    /// * matches any characters, ? matches one.
    #[arg(long = "type", value_name = "GLOB", value_parser = non_empty(), help_heading = FILTERS)]
    pub types: Vec<String>,
    /// Exclude this event type
    #[arg(long = "exclude-type", value_name = "GLOB", value_parser = non_empty(), help_heading = FILTERS)]
    pub exclude_types: Vec<String>,
}

/// All filters.
#[derive(Debug, Clone, Default, Args)]
pub struct FilterArgs {
    /// By board, agent, task and text.
    #[command(flatten)]
    pub select: SelectArgs,
    /// By type.
    #[command(flatten)]
    pub types: TypeArgs,
}

impl FilterArgs {
    /// The values as typed, under the names that they have as Prometheus labels.
    pub fn given(&self) -> [(&'static str, &[String]); 8] {
        // Every flag is named: two exports that differ in one without a label would be the same series.
        let SelectArgs { board, exclude_board, agent, exclude_agent, task, grep, ignore_case: _ } = &self.select;
        let TypeArgs { types, exclude_types } = &self.types;
        [
            ("board", board),
            ("exclude_board", exclude_board),
            ("agent", agent),
            ("exclude_agent", exclude_agent),
            ("task", task),
            ("type", types),
            ("exclude_type", exclude_types),
            ("grep", grep),
        ]
    }
}

/// The start of a range that is open at its end.
#[derive(Debug, Clone, Default, Args)]
pub struct SinceArgs {
    /// From this time on, such as 2h (ago) or 14:00
    ///
    /// Forms: 15m, 1h30m, "2 hours", "3h ago" or -1h (that long ago), now, today, yesterday, friday (the last one), 14:00,
    /// "yesterday 14:00", 2026-03-05, "2026-03-05 12:34", 2026-03-05T12:34:56Z or +02:00, @1700000000. A time of day that
    /// lies ahead is yesterday's.
    #[arg(short = 'S', long, value_name = "TIME", action = ArgAction::Set, allow_hyphen_values = true, help_heading = TIME)]
    pub since: Option<TimeSpec>,
}

impl SinceArgs {
    /// The start, given the database's clock and the zone in force.
    pub fn resolve(&self, now: Timestamp, zone: Zone) -> Result<Option<Timestamp>> {
        self.since.as_ref().map(|since| since.resolve(now, zone).context("--since")).transpose()
    }
}

/// A range of time: its start is in it, its end is not.
#[derive(Debug, Clone, Default, Args)]
pub struct RangeArgs {
    /// The start.
    #[command(flatten)]
    pub start: SinceArgs,
    /// Before this time, in the same forms
    #[arg(short = 'U', long, value_name = "TIME", action = ArgAction::Set, allow_hyphen_values = true, help_heading = TIME)]
    pub until: Option<TimeSpec>,
}

impl RangeArgs {
    /// Start and end, given the database's clock and the zone in force.
    pub fn resolve(&self, now: Timestamp, zone: Zone) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
        let since = self.start.resolve(now, zone)?;
        let until =
            self.until.as_ref().map(|until| until.resolve_end(now, zone, since).context("--until")).transpose()?;
        if let (Some(since), Some(until)) = (since, until) {
            in_order(since, until)?;
        }
        Ok((since, until))
    }

    /// Whether neither end was given.
    pub fn is_open(&self) -> bool {
        self.start.since.is_none() && self.until.is_none()
    }
}

/// For a range whose ends are both known, a default included.
///
/// # Errors
/// Exit 2 where it ends before it begins.
pub fn in_order(since: Timestamp, until: Timestamp) -> Result<()> {
    if until < since {
        return Err(usage(format!("the range ends ({until} UTC) before it begins ({since} UTC)")).into());
    }
    Ok(())
}

/// The zone that times are typed and shown in.
#[derive(Debug, Clone, Default, Args)]
pub struct ZoneArgs {
    /// Read and show times in local time, not UTC
    #[arg(long, conflicts_with = "tz", help_heading = TIME, global = true)]
    pub local: bool,
    /// Use this time zone, such as Europe/Berlin
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, help_heading = TIME, global = true)]
    pub tz: Option<Zone>,
}

impl ZoneArgs {
    /// The zone in force: UTC unless another was given.
    pub fn zone(&self) -> Result<Zone> {
        if self.local { local_zone() } else { Ok(self.tz.unwrap_or_default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use clap::Parser;
    use clap::error::ErrorKind;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        range: RangeArgs,
        #[command(flatten)]
        zone: ZoneArgs,
    }

    fn parse(args: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from([&["mc-activity"], args].concat())
    }

    #[test]
    fn filters_repeat_and_are_not_split_here() {
        let cli = parse(&["--board", "a,b", "--board=c", "--type", "task.*", "-g", "x,y", "-g", "z", "-i"]).unwrap();
        assert_eq!(cli.filter.select.board, ["a,b", "c"]);
        assert_eq!(cli.filter.types.types, ["task.*"]);
        assert_eq!(cli.filter.select.grep, ["x,y", "z"]);
        assert!(cli.filter.select.ignore_case);
    }

    #[test]
    fn a_filter_without_a_value_is_not_understood() {
        for flag in ["--board", "--agent", "--task", "--type", "--grep", "--exclude-board", "--exclude-type"] {
            assert_eq!(parse(&[flag, ""]).unwrap_err().exit_code(), 2, "{flag}");
            assert_eq!(parse(&[flag]).unwrap_err().exit_code(), 2, "{flag}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_read_names_its_flag() {
        let error = parse(&["-S", "tomorrow"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let text = error.to_string();
        assert!(text.contains("'tomorrow' for '--since <TIME>': not a time"), "{text}");
    }

    #[test]
    fn ranges_run_forwards() {
        let now = Timestamp::from_naive("2026-03-06T12:00:00".parse().unwrap());
        let resolve = |args: &[&str]| parse(args).unwrap().range.resolve(now, Zone::Utc);
        let (since, until) = resolve(&["-S", "2h", "-U", "now"]).unwrap();
        assert_eq!((since, until), (Some(now.plus_seconds(-7200)), Some(now)));
        assert_eq!(resolve(&[]).unwrap(), (None, None));
        assert!(resolve(&["--since", "now", "--until", "now"]).is_ok());
        assert_eq!(kind_of(&resolve(&["-S", "1h", "-U", "2h"]).unwrap_err()), Kind::Usage);
    }

    #[test]
    fn a_time_that_clocks_skip_is_a_usage_error_that_names_its_flag() {
        let cli = parse(&["-U", "2026-03-29 02:30", "--tz", "Europe/Berlin"]).unwrap();
        let error = cli.range.resolve(Timestamp::LAST, cli.zone.zone().unwrap()).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage);
        assert!(crate::error::render(&error, false).starts_with("error: --until: "));
    }

    #[test]
    fn one_zone_is_in_force() {
        assert_eq!(parse(&[]).unwrap().zone.zone().unwrap(), Zone::Utc);
        let error = parse(&["--local", "--tz", "Asia/Tokyo"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict);
        assert!(parse(&["--tz", "Asia/Tokio"]).unwrap_err().to_string().contains("Asia/Tokyo"));
    }
}
