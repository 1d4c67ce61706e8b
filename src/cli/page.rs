//! The flags that say which page of an answer.

use clap::Args;

/// Paging of `list` and `comments`.
///
/// `--all` has no limit and so refuses one; it may start at an offset or behind a cursor. `--count` answers with the
/// total of all pages, whichever was asked for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Paging")]
pub struct PageArgs {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=i64::MAX as u64))]
    pub limit: u64,
    /// Leave out so many first
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    pub offset: u64,
    /// Go on behind a page: its next_cursor, with the same filters and order
    #[arg(long, value_name = "CURSOR", conflicts_with = "offset")]
    pub after: Option<String>,
    /// All that there are, as a stream
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
    /// Oldest first
    #[arg(long)]
    pub reverse: bool,
    /// Only the total
    #[arg(long, conflicts_with = "no_total")]
    pub count: bool,
    /// Leave out the total, which takes a count of all that matches
    #[arg(long)]
    pub no_total: bool,
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
        assert_eq!((page.limit, page.offset, page.after, page.all), (50, 0, None, false));
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
            assert_eq!(parse(&args).unwrap_err().exit_code(), 2, "{args:?}");
        }
        assert_eq!(parse(&["--limit", "9223372036854775807"]).unwrap().limit, i64::MAX as u64);
    }

    #[test]
    fn a_stream_may_start_anywhere() {
        assert!(parse(&["--all", "--offset", "7"]).is_ok());
        assert!(parse(&["--all", "--after", "x", "--reverse"]).is_ok());
    }
}
