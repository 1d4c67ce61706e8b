//! Parse, run, exit code; the rest is the library's.

use clap::Parser;
use mc_activity::cli::{self, Cli};
use mc_activity::command::interrupt;
use mc_activity::{command, error, output, redact};
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let as_json = cli::asks_for_json(std::env::args_os());
    // A plugin's failures are all UNKNOWN: 2 would page somebody.
    let as_plugin = std::env::args_os().any(|arg| arg.to_string_lossy().starts_with("--nagios"));
    redact::hide_arguments(std::env::args_os());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) if as_plugin && told.use_stderr() => return ExitCode::from(unknown(&told.to_string())),
        Err(told) => return complain(&told, as_json),
    };
    let ending = Ending { as_json, as_plugin };
    let left_behind = move |cause| leave(ending.report(&cause));
    let done = interrupt::watch(cli.command.grace(), cli.command.outlives_hangup(), left_behind).and_then(|()| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let done = runtime.block_on(command::run(cli));
        // A query that nobody waits for any more must not hold up the end.
        runtime.shutdown_background();
        done
    });
    ExitCode::from(done.unwrap_or_else(|cause| ending.report(&cause)))
}

/// Ends the program from beside the work, which hears of nothing.
#[allow(clippy::exit)]
fn leave(code: u8) {
    std::process::exit(code.into())
}

/// How a failure is told.
#[derive(Clone, Copy)]
struct Ending {
    as_json: bool,
    as_plugin: bool,
}

impl Ending {
    /// Says what went wrong; the exit code.
    fn report(self, cause: &anyhow::Error) -> u8 {
        if error::is_closed_pipe(cause) {
            return 0;
        }
        if self.as_plugin {
            return unknown(&error::render(cause, false));
        }
        let talk = if self.as_json { output::talk_json } else { output::talk };
        talk(error::render(cause, self.as_json).trim_end());
        error::kind_of(cause).exit_code()
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn complain(told: &clap::Error, as_json: bool) -> ExitCode {
    if !told.use_stderr() {
        if output::stdout_was_closed_at_start() {
            output::talk("error: cannot write to stdout: it is closed");
            return ExitCode::FAILURE;
        }
        return match told.print() {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                output::talk(&format!("error: cannot write to stdout: {error}"));
                ExitCode::FAILURE
            }
            _ => ExitCode::SUCCESS,
        };
    }
    if as_json {
        output::talk_json(&cli::complaint_as_json(told));
    } else {
        output::talk(told.render().to_string().trim_end());
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2))
}

/// The plugin protocol's answer where there is none: its first line on stdout.
fn unknown(message: &str) -> u8 {
    let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let (code, text) = output::nagios::unknown(&output::visible(&redact::mask(message)));
    // Whoever reads the exit code alone is told too.
    let _ = std::io::stdout().write_all(text.as_bytes());
    code
}
