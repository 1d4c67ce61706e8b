//! `man`: the manual pages, made from the same texts as `--help`.

use crate::atomic_file;
use crate::error::{Kind, failed, usage};
use crate::output::Content;
use crate::output::destination::Destination;
use crate::session::Context;
use crate::similar_names::{did_you_mean, similar_names};
use anyhow::{Context as _, Result};
use clap::{Args, Command, ValueHint};
use clap_mangen::Man;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Permissions of a new page, less the umask.
const PAGE_MODE: u32 = 0o644;
/// When these pages last changed. A fixed date, so that the same source gives the same pages.
const DATE: &str = "2026-11-28";

const ENVIRONMENT: &[(&str, &str)] = &[
    ("DATABASE_URL", "The database: postgresql://... or sqlite:FILE."),
    (
        "PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, PGPASSFILE, PGSERVICE, PGSSLMODE",
        "What the URL leaves out, as for psql. libpq's other variables work too.",
    ),
    ("MC_TOKEN", "The bearer token of a user."),
    ("MC_AGENT_TOKEN", "The token of an agent."),
    ("MC_AGENT", "The agent that the token must belong to."),
    (
        "AUTH_MODE, LOCAL_AUTH_TOKEN, CLERK_JWT_KEY, CLERK_AUTHORIZED_PARTIES, CLERK_LEEWAY",
        "Authentication, as in Mission Control's backend.",
    ),
    ("MC_AS_USER, MC_AS_AGENT", "Whose view to show, unless a token is given."),
    ("MC_ENV_FILE", "A file to read instead of the nearest .env."),
    ("NO_COLOR, CLICOLOR_FORCE", "No colors; colors even if stdout is not a terminal."),
    ("TZ", "The time zone of --local."),
    ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME, HOME", "Where the files below are."),
    ("COLUMNS, TERM, LANG", "Width and capabilities of the terminal."),
];

const FILES: &[(&str, &str)] = &[
    ("~/.config/mc-activity/NAME.env", "The profile NAME: one setting a line, as in a .env file."),
    (
        ".env",
        "Settings, in this directory or the nearest parent that has the file. It is read only if nobody but you or root \
         can write to it.",
    ),
    ("~/.local/share/mc-activity/activity.db", "The demo database, which is used if no database is set."),
    ("~/.cache/mc-activity/", "Remembers which agent a token belongs to. It holds no token."),
    ("~/.pgpass, ~/.pg_service.conf", "Passwords and connection parameters, as for psql."),
];

/// Print a manual page, or write all pages to a directory
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  mc-activity man errors | man -l -
  mc-activity man --out-dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Command whose page to print [default: the overview]
    #[arg(value_name = "COMMAND", conflicts_with = "out_dir")]
    command: Option<String>,
    /// Write all pages into this directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out_dir: Option<PathBuf>,
}

impl ManArgs {
    pub async fn run(self, _context: &Context) -> Result<u8> {
        let pages = pages()?;
        if let Some(directory) = &self.out_dir {
            let context = || failed(format!("cannot write to {}", directory.display()));
            fs::create_dir_all(directory).with_context(context)?;
            for (name, page) in &pages {
                atomic_file::replace(&directory.join(format!("{name}.1")), PAGE_MODE, page).with_context(context)?;
            }
            return Ok(0);
        }
        let wanted = self.command.as_ref().map_or("mc-activity".to_owned(), |name| format!("mc-activity-{name}"));
        let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
            let commands: Vec<&str> = pages.iter().filter_map(|(name, _)| name.strip_prefix("mc-activity-")).collect();
            let typed = self.command.as_deref().unwrap_or_default();
            let hint = did_you_mean(&similar_names(typed, commands.iter().copied()));
            let hint = hint.unwrap_or_else(|| format!("commands: {}", commands.join(", ")));
            return Err(usage(format!("no command {typed}")).hint(hint).into());
        };
        let mut stdout = Destination::open_for(None, Content::Own)?;
        stdout.write_all(page)?;
        stdout.finish()?;
        Ok(0)
    }
}

/// Name and text of every page.
pub fn pages() -> Result<Vec<(String, Vec<u8>)>> {
    let program = super::command_line();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help");
    let commands: Vec<(String, &Command)> =
        commands.map(|command| (format!("mc-activity-{}", command.get_name()), command)).collect();
    let names: Vec<&str> = commands.iter().map(|(name, _)| name.as_str()).collect();
    let overview = ("mc-activity".to_owned(), page("mc-activity", &program, &names)?);
    let pages = commands.iter().map(|(name, command)| Ok((name.clone(), page(name, command, &["mc-activity"])?)));
    std::iter::once(Ok(overview)).chain(pages).collect()
}

fn page(name: &str, command: &Command, see_also: &[&str]) -> Result<Vec<u8>> {
    let after_help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (notes, examples) = after_help.split_once("Examples").unwrap_or((&after_help, ""));
    let usage = command.clone().render_usage().to_string();
    let source = format!("mc-activity {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(name.to_uppercase()).date(DATE).source(source).manual("User Commands");

    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    writeln!(page, ".SH SYNOPSIS\n{}", escaped(usage.trim_start_matches("Usage: ")))?;
    man.render_description_section(&mut page)?;
    for part in notes.split("\n\n").filter(|part| !part.trim().is_empty()) {
        page.write_all(paragraph(part).as_bytes())?;
    }
    man.render_options_section(&mut page)?;
    if name == "mc-activity" {
        man.render_subcommands_section(&mut page)?;
    }

    let mut text = String::new();
    let uses_database = !super::needs_no_database(command.get_name());
    list(&mut text, "EXIT STATUS", &exit_statuses(uses_database));
    if command.get_name() == "errors" {
        text += &paragraph("With --nagios the exit status is that of a plugin: 0, 1 and 2, and 3 for every error.");
    }
    if uses_database {
        list(&mut text, "ENVIRONMENT", ENVIRONMENT);
        list(&mut text, "FILES", FILES);
    } else if command.get_name() == "demo" {
        list(&mut text, "FILES", &FILES[2..3]);
    }
    text += ".SH EXAMPLES\n.nf\n";
    for line in examples.lines().skip(1) {
        text += &escaped(line.trim_start());
        text.push('\n');
    }
    text += ".fi\n.SH SEE ALSO\n";
    let pages: Vec<String> = see_also.iter().map(|page| format!("\\fB{}\\fR(1)", escaped(page))).collect();
    text += &pages.join(",\n");
    text.push('\n');
    page.write_all(text.as_bytes())?;
    Ok(page)
}

fn exit_statuses(uses_database: bool) -> Vec<(&'static str, &'static str)> {
    let of_every_command = [("0", "Success, also if nothing matched.")].into_iter();
    let of_errors = Kind::ALL.into_iter().filter(|kind| uses_database || matches!(kind, Kind::Failed | Kind::Usage));
    of_every_command.chain(of_errors.map(exit_status)).collect()
}

fn exit_status(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Failed => ("1", "The operation failed. For doctor: a check found a problem."),
        Kind::Usage => ("2", "The command line or the input is not valid."),
        Kind::NotFound => ("3", "No such agent, task, user or event, or the name is ambiguous."),
        Kind::Denied => ("4", "The board is unknown or not readable, access is denied, or no identity was given."),
        Kind::Unavailable => ("5", "There is no database, it cannot be reached, or it lacks what is needed."),
        Kind::Threshold => ("6", "The error rate is above errors --fail-over."),
        Kind::TimedOut => ("7", "tail --for ended before --until-count was reached."),
        Kind::Interrupted => ("130", "Interrupted by Ctrl-C; tail exits with 0 instead."),
    }
}

fn list(text: &mut String, heading: &str, items: &[(&str, &str)]) {
    *text += &format!(".SH {heading}\n");
    for (term, meaning) in items {
        *text += &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(meaning));
    }
}

fn paragraph(text: &str) -> String {
    format!(".PP\n{}\n", text.trim().lines().map(escaped).collect::<Vec<_>>().join("\n"))
}

/// Text as roff takes it: no escapes, no request at the start of a line.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if text.starts_with('.') { format!("\\&{text}") } else { text }
}
