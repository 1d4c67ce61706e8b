//! The flags for the format and the destination of the output.

use crate::error::usage;
use crate::output::CsvOptions;
use anyhow::Result;
use clap::{Args, ValueHint};
use std::path::PathBuf;

const HEADING: &str = "Output";

/// Every format that some command has.
pub const FORMATS: [&str; 9] = ["table", "wide", "json", "jsonl", "csv", "tsv", "text", "sse", "prometheus"];

/// When to use colour.
pub const COLORS: [&str; 3] = ["auto", "always", "never"];

/// Format, columns, colour and destination.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", value_parser = FORMATS, help_heading = HEADING)]
    pub output: Option<String>,
    /// Only these columns, in this order (comma-separated)
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', help_heading = HEADING)]
    pub fields: Vec<String>,
    /// Leave out the header of csv or tsv
    #[arg(hide_short_help = true, long, help_heading = HEADING)]
    pub no_header: bool,
    /// csv or tsv for spreadsheets such as Excel
    ///
    /// Adds a byte order mark, and a ' before each text that a spreadsheet would run as a formula.
    #[arg(hide_short_help = true, long, help_heading = HEADING)]
    pub excel: bool,
    /// Write to this file instead of stdout
    ///
    /// The file appears when it is complete: it is written under a temporary name and renamed. Pipes and devices are written
    /// directly.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = HEADING)]
    pub out_file: Option<PathBuf>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = COLORS, help_heading = HEADING)]
    pub color: String,
}

impl OutputArgs {
    /// For commands without columns to choose from.
    ///
    /// # Errors
    /// A usage error where columns were picked.
    pub fn without_fields(&self) -> Result<()> {
        if self.fields.is_empty() { Ok(()) } else { Err(usage("this command has no columns to choose").into()) }
    }

    /// What CSV and TSV begin with, and for whom.
    pub fn csv(&self) -> CsvOptions {
        CsvOptions { header: !self.no_header, excel: self.excel }
    }

    /// The format of `--output`, or the command's default.
    ///
    /// # Errors
    /// A usage error for a format that the command does not have, and for a flag that the format does not have.
    pub fn format<'a>(&'a self, default: &'a str, offered: &[&str]) -> Result<&'a str> {
        let format = self.output.as_deref().unwrap_or(default);
        let flags = [("--no-header", self.no_header), ("--excel", self.excel)];
        if let Some((flag, _)) = flags.into_iter().find(|(_, given)| *given && !["csv", "tsv"].contains(&format)) {
            return Err(usage(format!("{flag} needs -o csv or -o tsv, not {format}")).into());
        }
        if offered.contains(&format) {
            return Ok(format);
        }
        Err(usage(format!("this command does not support -o {format}"))
            .hint(format!("supported: {}", offered.join(", ")))
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        output: OutputArgs,
    }

    fn parse(args: &[&str]) -> Result<OutputArgs, clap::Error> {
        Cli::try_parse_from([&["mc-activity"], args].concat()).map(|cli| cli.output)
    }

    #[test]
    fn every_format_is_known_and_no_other() {
        for format in FORMATS {
            assert_eq!(parse(&["-o", format]).unwrap().format("table", &FORMATS).unwrap(), format);
        }
        assert_eq!(parse(&["-o", "yaml"]).unwrap_err().exit_code(), 2);
        assert_eq!(parse(&["--color", "sometimes"]).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn a_command_has_its_own_default_and_formats() {
        let offered = ["text", "json"];
        assert_eq!(parse(&[]).unwrap().format("text", &offered).unwrap(), "text");
        let error = parse(&["-o", "sse"]).unwrap();
        assert_eq!(kind_of(&error.format("text", &offered).unwrap_err()), Kind::Usage);
    }

    #[test]
    fn a_header_and_excel_are_matters_of_csv_and_tsv() {
        for flag in ["--no-header", "--excel"] {
            assert!(parse(&["-o", "tsv", flag]).unwrap().format("table", &FORMATS).is_ok());
            for args in [&["-o", "json", flag][..], &[flag]] {
                let error = parse(args).unwrap().format("table", &FORMATS).unwrap_err();
                assert_eq!(kind_of(&error), Kind::Usage, "{args:?}");
            }
        }
    }

    #[test]
    fn fields_are_separated_by_commas() {
        assert_eq!(parse(&["--fields", "id,message", "--fields=type"]).unwrap().fields, ["id", "message", "type"]);
    }
}
