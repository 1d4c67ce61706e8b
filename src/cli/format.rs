//! The flags for the format and the destination of the output.

use super::one_of;
use crate::error::usage;
use crate::output::{ColorChoice, CsvOptions, Format};
use crate::redact::SWITCHES;
use anyhow::Result;
use clap::{Arg, Args, ValueHint};
use std::path::PathBuf;

const HEADING: &str = "Output";

/// Gives `-o` the formats of a command; the first is its default:
/// `#[command(mut_arg("output", offers(&Format::ROWS)))]`.
pub fn offers(formats: &'static [Format]) -> impl FnOnce(Arg) -> Arg {
    move |arg| {
        let default = formats.first().map(|format| format.name());
        arg.required(false).default_value(default).value_parser(one_of(formats, Format::name))
    }
}

/// Format, columns, colour and destination.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Output format
    // Required, so that a command without `offers` does not work at all.
    #[arg(short, long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::name), help_heading = HEADING)]
    output: Format,
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
    /// Fit the output to N columns, also in a pipe or a file [env: COLUMNS]
    #[arg(long, value_name = "N", value_parser = columns, help_heading = HEADING)]
    pub width: Option<usize>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = one_of(&ColorChoice::ALL, ColorChoice::name), help_heading = HEADING)]
    pub color: ColorChoice,
}

fn columns(text: &str) -> Result<usize> {
    let columns = text.parse().ok().filter(|columns| (1..=10_000).contains(columns));
    Ok(columns.ok_or_else(|| usage("not a number of columns: use a whole number from 1 to 10000"))?)
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

    /// Whether neither format nor columns were chosen.
    pub fn is_default(&self) -> bool {
        let is_format = |arg: std::ffi::OsString| {
            let arg = arg.to_string_lossy().into_owned();
            arg.starts_with("--output")
                || arg.strip_prefix('-').is_some_and(|flags| flags.trim_start_matches(SWITCHES).starts_with('o'))
        };
        self.fields.is_empty() && !std::env::args_os().any(is_format)
    }

    /// The format.
    ///
    /// # Errors
    /// A usage error for a flag that the format does not have.
    pub fn format(&self) -> Result<Format> {
        let format = self.output;
        let flags = [("--no-header", self.no_header), ("--excel", self.excel)];
        match flags.into_iter().find(|(_, given)| *given && !matches!(format, Format::Csv | Format::Tsv)) {
            Some((flag, _)) => Err(usage(format!("{flag} needs -o csv or -o tsv, not {format}")).into()),
            None => Ok(format),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use clap::Parser;

    #[derive(Debug, Parser)]
    #[command(mut_arg("output", offers(&[Format::Text, Format::Tsv, Format::Json])))]
    struct Cli {
        #[command(flatten)]
        output: OutputArgs,
    }

    fn parse(args: &[&str]) -> Result<OutputArgs, clap::Error> {
        Cli::try_parse_from([&["mc-activity"], args].concat()).map(|cli| cli.output)
    }

    #[test]
    fn a_command_has_its_own_formats_and_the_first_is_its_default() {
        assert_eq!(parse(&[]).unwrap().format().unwrap(), Format::Text);
        assert_eq!(parse(&["-o", "json"]).unwrap().format().unwrap(), Format::Json);
        for args in [["-o", "sse"], ["-o", "yaml"], ["--color", "sometimes"]] {
            assert_eq!(parse(&args).unwrap_err().exit_code(), 2, "{args:?}");
        }
        assert!(parse(&["-o", "sse"]).unwrap_err().to_string().contains("[possible values: text, tsv, json]"));
    }

    #[test]
    fn a_header_and_excel_are_matters_of_csv_and_tsv() {
        for flag in ["--no-header", "--excel"] {
            assert!(parse(&["-o", "tsv", flag]).unwrap().format().is_ok());
            for args in [&["-o", "json", flag][..], &[flag]] {
                let error = parse(args).unwrap().format().unwrap_err();
                assert_eq!(kind_of(&error), Kind::Usage, "{args:?}");
            }
        }
    }

    #[test]
    fn fields_are_separated_by_commas() {
        assert_eq!(parse(&["--fields", "id,message", "--fields=type"]).unwrap().fields, ["id", "message", "type"]);
    }
}
