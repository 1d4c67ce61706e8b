//! Parse, run, exit code; the rest is the library's.

use clap::Parser;
use mc_activity::cli::{self, Cli};
use mc_activity::command::interrupt;
use mc_activity::{command, error, output};
use std::process::ExitCode;

fn main() -> ExitCode {
    let as_json = cli::asks_for_json(std::env::args_os());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return complain(&told, as_json),
    };
    let done = interrupt::guard(cli.command.grace(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let done = runtime.block_on(command::run(cli));
        // A query that nobody waits for any more must not hold up the end.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(code) => ExitCode::from(code),
        Err(cause) if error::is_closed_pipe(&cause) => ExitCode::SUCCESS,
        Err(cause) => {
            output::talk(error::render(&cause, as_json).trim_end());
            ExitCode::from(error::kind_of(&cause).exit_code())
        }
    }
}

/// Help and version are answers; everything else that clap says is a usage error.
fn complain(told: &clap::Error, as_json: bool) -> ExitCode {
    if told.use_stderr() && as_json {
        output::talk(&cli::complaint_as_json(told));
    } else if told.print().is_err() {
        return ExitCode::SUCCESS;
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2))
}
