//! The flags that select a page of the result.

use crate::error::usage;
use anyhow::Result;
use clap::Args;

const HEADING: &str = "Paging";

/// A whole number from a least one on. Databases count in 64 bits with a sign.
pub fn at_least(least: u64) -> impl Fn(&str) -> Result<u64> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (least..=i64::MAX.unsigned_abs()).contains(number));
        Ok(number.ok_or_else(|| usage(format!("use a whole number, {least} or more")))?)
    }
}

/// As documented for `GET /api/v1/activity`.
const DEFAULT_LIMIT: u64 = 50;

/// Paging of `list` and `comments`.
///
/// `--all` has no limit and so refuses one; it may start at an offset or behind a cursor. `--count` answers with the
/// total of all pages, whichever page it is.
#[derive(Debug, Clone, Args)]
pub struct PageArgs {
    /// Maximum number of rows [default: 50]
    #[arg(short = 'n', long, value_name = "N", allow_negative_numbers = true, value_parser = at_least(1))]
    pub limit: Option<u64>,
    /// Skip this many rows
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true, value_parser = at_least(0), help_heading = HEADING)]
    pub offset: u64,
    /// Continue after a page: its next_cursor
    ///
    /// Use the same filters and the same order as for that page.
    #[arg(long, value_name = "CURSOR", conflicts_with = "offset", help_heading = HEADING)]
    pub after: Option<String>,
    /// Return all rows, as a stream
    #[arg(long, conflicts_with = "limit", help_heading = HEADING)]
    pub all: bool,
    /// Oldest first
    #[arg(long, help_heading = HEADING)]
    pub reverse: bool,
    /// Print only the number of matching rows
    #[arg(long, conflicts_with = "no_total", help_heading = HEADING)]
    pub count: bool,
    /// Do not count the matching rows
    ///
    /// The total of a page needs a count of all matching rows, which takes time on large tables.
    #[arg(long, help_heading = HEADING)]
    pub no_total: bool,
}

impl PageArgs {
    /// How many at most; none for all.
    pub fn limit(&self) -> Option<u64> {
        (!self.all).then_some(self.limit.unwrap_or(DEFAULT_LIMIT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use clap::error::ErrorKind;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        page: PageArgs,
    }

    fn parse(args: &[&str]) -> Result<PageArgs, clap::Error> {
        Cli::try_parse_from([&["mc-activity"], args].concat()).map(|cli| cli.page)
    }

    #[test]
    fn a_page_is_the_first_fifty_unless_told() {
        let page = parse(&[]).unwrap();
        assert_eq!((page.limit().unwrap_or(0), page.offset, page.after, page.all), (50, 0, None, false));
    }

    #[test]
    fn contradictions_are_usage_errors() {
        for args in [
            &["--after", "x", "--offset", "0"][..],
            &["--offset=3", "--after=x"],
            &["--all", "--limit", "50"],
            &["--count", "--no-total"],
        ] {
            let error = parse(args).unwrap_err();
            assert_eq!((error.kind(), error.exit_code()), (ErrorKind::ArgumentConflict, 2), "{args:?}");
        }
    }

    #[test]
    fn numbers_must_fit_the_database() {
        for args in [["--limit", "0"], ["--limit", "-1"], ["--limit", "9223372036854775808"], ["--offset", "x"]] {
            let error = parse(&args).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{args:?}");
            let message = error.to_string();
            assert!(args[1].starts_with('-') || message.contains("use a whole number, "), "{message}");
        }
        assert_eq!(parse(&["--limit", "9223372036854775807"]).unwrap().limit(), Some(i64::MAX as u64));
    }

    #[test]
    fn a_stream_may_start_anywhere() {
        assert!(parse(&["--all", "--offset", "7"]).is_ok());
        assert!(parse(&["--all", "--after", "x", "--reverse"]).is_ok());
    }
}
