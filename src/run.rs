//! Parses the command line, runs the command, and turns the result into an exit code.

use crate::commands::{self, Cli};
use crate::{cli, error, interrupt, output, redact};
use clap::FromArgMatches;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Runs the program. Nothing else ends it, but for a signal's second thoughts in [`leave`].
pub fn main() -> ExitCode {
    let as_json = cli::asks_for_json(std::env::args_os());
    // A plugin's failures are all UNKNOWN: 2 would page somebody.
    let as_plugin = std::env::args_os().any(|arg| arg.to_string_lossy().starts_with("--nagios"));
    redact::hide_arguments(std::env::args_os());
    let (cli, command) = match parse() {
        Ok(parsed) => parsed,
        Err(failure) if as_plugin && failure.use_stderr() => return ExitCode::from(unknown(&failure.to_string())),
        Err(failure) => return report_usage(&cli::hints::with_hint(failure, std::env::args_os()), as_json),
    };
    let reporter = ErrorReporter { as_json, as_plugin };
    let left_behind = move |cause| leave(reporter.report(&cause));
    let done = interrupt::watch(cli.command.grace(), cli.command.outlives_hangup(), left_behind).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let done = runtime.block_on(commands::run(cli, &command));
        output::waiting::end();
        // A query that nobody waits for any more must not hold up the end.
        runtime.shutdown_background();
        done
    });
    ExitCode::from(done.unwrap_or_else(|cause| reporter.report(&cause)))
}

/// The command line, and the name of its command.
fn parse() -> Result<(Cli, String), clap::Error> {
    let mut program = commands::command_line();
    let matches = program.try_get_matches_from_mut(std::env::args_os())?;
    let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut program))?;
    Ok((cli, matches.subcommand_name().unwrap_or_default().to_owned()))
}

/// Ends the program from beside the work, which hears of nothing.
#[allow(clippy::exit)]
fn leave(code: u8) {
    std::process::exit(code.into())
}

/// How a failure is failure.
#[derive(Clone, Copy)]
struct ErrorReporter {
    as_json: bool,
    as_plugin: bool,
}

impl ErrorReporter {
    /// Says what went wrong; the exit code.
    fn report(self, cause: &anyhow::Error) -> u8 {
        output::waiting::end();
        if error::is_closed_pipe(cause) {
            return 0;
        }
        if self.as_plugin {
            return unknown(&error::render(cause, false));
        }
        let print = if self.as_json { output::eprint_json } else { output::eprint_safe };
        print(error::render(cause, self.as_json).trim_end());
        error::kind_of(cause).exit_code()
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn report_usage(failure: &clap::Error, as_json: bool) -> ExitCode {
    if !failure.use_stderr() {
        if output::stdout_was_closed_at_start() {
            output::eprint_safe("error: cannot write to stdout: it is closed");
            return ExitCode::FAILURE;
        }
        return match failure.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                output::eprint_safe(&format!("error: cannot write to stdout: {error}"));
                ExitCode::FAILURE
            }
            _ => ExitCode::SUCCESS,
        };
    }
    if as_json {
        output::eprint_json(&cli::complaint_as_json(failure));
    } else {
        output::eprint_safe(failure.render().to_string().trim_end());
    }
    ExitCode::from(u8::try_from(failure.exit_code()).unwrap_or(2))
}

/// The plugin protocol's answer where there is none: its first line on stdout.
fn unknown(message: &str) -> u8 {
    let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let (code, text) = output::nagios::unknown(&crate::escape::escape_for_terminal(&redact::mask(message)));
    // For scripts that read only the exit code.
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}
