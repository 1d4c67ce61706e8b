//! Settings and flags become a connection, an identity and resolved filters: the first half of every command.

pub mod agent_states;
mod authenticate;
pub mod chain_archive;
mod doubts;
pub mod find_event;
pub mod future_start;
pub mod group_by;
pub mod page_cursor;
pub mod paged_list;
pub mod progress;
mod resolve_filters;
pub mod series_labels;
pub(crate) mod story;
mod verbose;
pub(crate) mod waiting_tasks;

use authenticate::Tokens;

use crate::output::destination::Destination;
use crate::output::held::Held;

use crate::auth::{Actor, identity};
use crate::cli::format::OutputArgs;
use crate::cli::global::GlobalArgs;
use crate::db::url::{PasswordSources, holds_password};
use crate::db::{BoardRule, Database, EventQuery, Limits, Schema, Target, TransactionMode};
use crate::error::{denied, unavailable, usage};
use crate::model::Filter;
use crate::model::Scope;
use crate::model::{Timestamp, Zone};
use crate::output::html::{self, Body, HtmlReport};
use crate::output::pager::PagerChoice;
use crate::output::{Content, Coverage, Format, Style, Terminal, waiting};
use crate::redact::{hide, mask};
use crate::settings::{Files, SettingOrigin, Settings};
use anyhow::Result;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn no_database_url(store: &Path) -> String {
    format!("no DATABASE_URL: reading the demo database {}", store.display())
}

/// What is common to all commands before a database is opened.
pub struct Context {
    /// The global flags.
    pub global: GlobalArgs,
    /// Environment, profile, `.env`.
    pub settings: Settings,
    /// The command's name, for `application_name`.
    pub command: String,
    /// The database that demo has just created and now shows, wherever DATABASE_URL points.
    pub demo: Option<PathBuf>,
    pub(crate) tokens: OnceCell<Tokens>,
    /// Warnings that are not repeated when tail connects again.
    said: RefCell<BTreeSet<String>>,
}

/// Where the events are.
pub struct DatabaseChoice {
    /// What to connect to.
    pub target: Target,
    /// Where the setting comes from, such as `DATABASE_URL in the environment`.
    pub origin: String,
    /// The demo database: its local user is the identity, unless another is named.
    pub embedded: bool,
    /// It is read because no other database was named.
    pub is_default: bool,
}

/// An open database and the identity.
pub struct Session {
    /// In a read-only transaction.
    pub store: Database,
    /// The identity.
    pub actor: Actor,
    /// What the actor may see.
    pub scope: Scope,
    /// What "now" means: the database's clock, or `--at`.
    pub now: Timestamp,
    /// The zone in force.
    pub zone: Zone,
    /// Host and database, and where they came from.
    pub place: String,
    /// Whether it is the demo database.
    pub embedded: bool,
    /// It is read because no other database was named.
    pub is_demo_by_default: bool,
    /// What we are connected to.
    pub target: Target,
    /// What the answer rests on.
    pub coverage: Coverage,
}

/// Who asks for something that needs no identity.
pub enum Requester {
    /// Somebody, who sees what the rules allow.
    Identity(Box<Session>),
    /// Whoever has the database URL, and the name of the database.
    Operator(Box<Database>, String),
}

impl Context {
    /// Reads the settings if the command needs them, and prints warnings about them.
    ///
    /// # Errors
    /// Exit 2 for settings that cannot be read.
    pub fn new(global: GlobalArgs, command: &str, needs_settings: bool) -> Result<Self> {
        global.check()?;
        let directory = env::current_dir().unwrap_or_default();
        let settings = if needs_settings {
            let named = || env::var_os("MC_ENV_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
            let env_file = global.database.env_file.clone().or_else(named);
            let files = Files { profile: global.database.profile.as_deref(), env_file: env_file.as_deref() };
            Settings::load(files, variable, &directory)?
        } else {
            Settings::of_environment(variable)
        };
        let said = RefCell::default();
        let command = command.to_owned();
        let context = Self { global, settings, command, demo: None, tokens: OnceCell::new(), said };
        for warning in context.settings.warnings(context.global.database.database_url.as_deref()) {
            context.say(&format!("warning: {warning}"));
        }
        Ok(context)
    }

    /// The same for the store that demo has just made.
    pub fn for_demo(&self, store: PathBuf) -> Self {
        Self {
            global: self.global.clone(),
            settings: Settings::of_environment(variable),
            command: self.command.clone(),
            demo: Some(store),
            tokens: OnceCell::new(),
            said: RefCell::default(),
        }
    }

    /// Prints a line on stderr, unless --quiet is set or the write would stop a background job.
    pub fn say(&self, line: &str) {
        if !self.global.quiet && !crate::output::would_be_stopped() {
            crate::output::eprint_safe(line);
        }
    }

    /// The same, if the line has not been printed yet.
    pub(crate) fn say_once(&self, line: String) {
        if !self.said.borrow().contains(&line) {
            self.say(&line);
            self.said.borrow_mut().insert(line);
        }
    }

    /// Says that the demo database is read where even `--quiet` must not hide it: its figures could pass for production's.
    pub fn insist_on_demo(&self, session: &Session) {
        if let Target::Sqlite { path, .. } = &session.target
            && session.is_demo_by_default
            && self.global.quiet
            && !crate::output::would_be_stopped()
        {
            crate::output::eprint_safe(&no_database_url(path));
        }
    }

    /// The database to use: the flag, else DATABASE_URL, else the demo database if it exists.
    ///
    /// # Errors
    /// Exit 2 for a URL that cannot be read, exit 5 where there is neither.
    pub fn place(&self) -> Result<DatabaseChoice> {
        if let Some(path) = self.demo.clone() {
            let target = Target::Sqlite { path, read_only: false };
            return Ok(DatabaseChoice {
                target,
                origin: "the demo database".to_owned(),
                embedded: true,
                is_default: false,
            });
        }
        if let Some(url) = self.settings.database_url(self.global.database.database_url.as_deref())? {
            let passwords = match url.origin {
                SettingOrigin::DotEnv(_) => PasswordSources::SameHost,
                _ => PasswordSources::All,
            };
            let target = Target::parse_from(url.value.expose(), &|name| self.settings.libpq(name), passwords)?;
            target.hidden().iter().for_each(|text| hide(text));
            if let Target::Postgres(postgres) = &target {
                postgres.warnings.iter().for_each(|warning| self.say_once(format!("warning: {warning}")));
            }
            let embedded = self.is_embedded_store(&target);
            return Ok(DatabaseChoice { target, origin: url.to_string(), embedded, is_default: false });
        }
        let store = self.settings.embedded_store();
        match store {
            Some(path) if path.exists() => {
                self.say(&no_database_url(&path));
                Ok(DatabaseChoice {
                    target: Target::Sqlite { path, read_only: false },
                    origin: "the demo database".to_owned(),
                    embedded: true,
                    is_default: true,
                })
            }
            _ => Err(unavailable("no DATABASE_URL, and no demo database")
                .hint("set DATABASE_URL, or create a demo database with `mc-activity demo`")
                .into()),
        }
    }

    /// Whether a URL leads to the file that is read without one.
    fn is_embedded_store(&self, target: &Target) -> bool {
        let (Target::Sqlite { path, .. }, Some(store)) = (target, self.settings.embedded_store()) else { return false };
        fs::canonicalize(path).is_ok_and(|path| fs::canonicalize(store).is_ok_and(|store| path == store))
    }

    /// What the server calls us.
    pub fn application(&self) -> String {
        format!("mc-activity {}", self.command)
    }

    /// How long the database may take; `--all` and the like have no limit unless one is given, since a slow reader
    /// counts against it.
    pub fn limits(&self, streams: bool) -> Limits {
        let default = if streams { Duration::ZERO } else { Limits::default().statement };
        Limits { statement: self.global.database.timeout.unwrap_or(default), ..Limits::default() }
    }

    /// Connects with the limits of the flags, and with --show-sql prints what is sent.
    pub async fn open(&self, target: &Target, begin: TransactionMode, limits: Limits) -> Result<Database> {
        self.show_waiting(&target.label());
        let mut store = Database::open(target, begin, limits, &self.application()).await?;
        store.announce(|query| waiting::awaits(progress::awaited(query)));
        if self.global.database.show_sql {
            store.trace(verbose::tracer(), self.global.verbose > 0);
        }
        Ok(store)
    }

    /// Opens the database in a read-only transaction and establishes the identity.
    ///
    /// # Errors
    /// Exit 5 for the database, exit 2 to 4 for the actor.
    pub async fn session(&self, streams: bool) -> Result<Session> {
        self.begin(TransactionMode::Read, self.limits(streams)).await
    }

    /// The same in a transaction that can write.
    pub async fn session_to_write(&self) -> Result<Session> {
        self.begin(TransactionMode::Write, self.limits(false)).await
    }

    async fn begin(&self, begin: TransactionMode, limits: Limits) -> Result<Session> {
        let place = self.place()?;
        self.check_identity(&place)?;
        self.begin_at(place, begin, limits).await
    }

    /// The same where no identity is needed: without one, the database alone, and what it is called. A bounded role has one.
    ///
    /// # Errors
    /// As for [`Context::session`].
    pub async fn session_or_operator(&self) -> Result<Requester> {
        let place = self.place()?;
        if self.has_identity(&place)? {
            return Ok(Requester::Identity(Box::new(
                self.begin_at(place, TransactionMode::Read, self.limits(false)).await?,
            )));
        }
        let store = self.connect(&place, TransactionMode::Read, self.limits(false)).await?;
        if store.schema().bounded {
            return Ok(Requester::Identity(Box::new(self.identified(store, place).await?)));
        }
        Ok(Requester::Operator(Box::new(store), described(&place)))
    }

    async fn connect(&self, place: &DatabaseChoice, begin: TransactionMode, limits: Limits) -> Result<Database> {
        let mut store = self.open(&place.target, begin, limits).await?;
        store.begin(begin).await?;
        for line in store.damage() {
            self.say(&format!("warning: {line}"));
        }
        self.trace_connection(&store, place);
        Ok(store)
    }

    async fn begin_at(&self, place: DatabaseChoice, begin: TransactionMode, limits: Limits) -> Result<Session> {
        let store = self.connect(&place, begin, limits).await?;
        self.identified(store, place).await
    }

    async fn identified(&self, mut store: Database, place: DatabaseChoice) -> Result<Session> {
        let actor = self.actor(&mut store, &place).await?;
        let scope = actor.scope();
        let now = store.now();
        let coverage = coverage(&actor, &scope, store.schema());
        Ok(Session {
            coverage,
            store,
            actor,
            scope,
            now,
            zone: self.global.zone.zone()?,
            place: described(&place),
            embedded: place.embedded,
            is_demo_by_default: place.is_default,
            target: place.target,
        })
    }
}

/// A database as a footer shows it: host and database, and where they came from.
fn described(place: &DatabaseChoice) -> String {
    format!("{} ({})", place.target.label(), place.origin)
}

impl Context {
    /// How human output looks.
    ///
    /// # Errors
    /// Exit 2 for an unknown choice of colour.
    pub fn style(&self, session: &Session, output: &OutputArgs) -> Result<Style> {
        self.style_at(session.now, output)
    }

    /// The same without a session; ages count from `now`.
    ///
    /// # Errors
    /// Exit 2 for an unknown choice of colour.
    pub fn style_at(&self, now: Timestamp, output: &OutputArgs) -> Result<Style> {
        Ok(Style { terminal: self.terminal(output), zone: self.global.zone.zone()?, now, csv: output.csv() })
    }

    /// Where the output goes.
    pub fn terminal(&self, output: &OutputArgs) -> Terminal {
        let choice = output.color;
        let variable = |name: &str| env::var(name).ok();
        match output.out_file {
            None => Terminal::detect(choice, output.width, &variable),
            Some(_) => Terminal::file(choice, output.width, &variable),
        }
    }

    /// Where the output of this format goes: stdout or a file. On a terminal, text that is longer than the screen is shown in
    /// a pager.
    ///
    /// # Errors
    /// As for [`Destination::open`].
    pub fn destination(&self, output: &OutputArgs, format: Format) -> Result<Destination> {
        let Terminal { is_terminal, width, height, .. } = self.terminal(output);
        let is_text = Content::from(format) == Content::Text;
        let is_paged = is_terminal && is_text && !self.global.no_pager && self.demo.is_none();
        let choice = width.zip(height).filter(|_| is_paged);
        // The environment alone: a .env that somebody else has written must not name a program to run.
        let choice = choice.and_then(|(columns, lines)| PagerChoice::of(&variable, columns, lines));
        Ok(Destination::open_for(output.out_file.as_deref(), format)?.paged(choice))
    }

    /// Writes an HTML report, with its origin; no transaction may be open.
    pub fn write_page(
        &self,
        path: &Path,
        session: &Session,
        body: Body<'_>,
        show_time: &dyn Fn(Timestamp) -> String,
    ) -> Result<()> {
        let mut page = Held::default();
        self.render_page(&mut page, path, session, body, show_time, |_| Ok(()))?;
        let mut file = Destination::open(Some(path))?;
        page.pass_on(&mut file)?;
        file.finish()
    }

    /// The same, held for now; what `further` writes stands behind the newest failures.
    ///
    /// # Errors
    /// Exit 2 where the page has no file of its own.
    pub fn render_page(
        &self,
        out: &mut Held,
        path: &Path,
        session: &Session,
        body: Body<'_>,
        show_time: &dyn Fn(Timestamp) -> String,
        further: impl FnOnce(&mut Held) -> io::Result<()>,
    ) -> Result<()> {
        if path == Path::new("-") {
            return Err(usage("--html needs a file: stdout has the output").into());
        }
        let hidden = crate::output::row_security(&session.store.schema().row_security);
        let database =
            [session.place.clone(), session.coverage.line()].into_iter().chain(hidden).collect::<Vec<_>>().join("; ");
        let page = HtmlReport {
            body,
            actor: &session.who(),
            question: &question(env::args_os().map(|arg| arg.to_string_lossy().into_owned()), false),
            asked_at: session.now,
            database: &database,
            zone: session.zone.label(),
            show_time,
        };
        Ok(html::write_page(out, &page, further)?)
    }

    /// The command that was typed, for the page behind a cursor; none where it was not typed, as in what demo shows.
    pub fn next_page(&self, cursor: &str) -> Option<String> {
        let args = env::args_os().map(|arg| arg.to_string_lossy().into_owned());
        self.demo.is_none().then(|| format!("{} --after {cursor}", question(without_page(args), true)))
    }

    /// The lines below a table: what was counted, for whom, in which zone, of which database.
    pub fn footer(&self, session: &Session, counted: String) -> Vec<String> {
        let who = format!("{counted}, for {}, times in {}", session.who(), session.zone.label());
        let hidden = crate::output::row_security(&session.store.schema().row_security);
        [who, session.coverage.line(), session.place.clone()].into_iter().chain(hidden).collect()
    }
}

/// What an answer without filters rests on.
fn coverage(actor: &Actor, scope: &Scope, schema: &Schema) -> Coverage {
    Coverage {
        kind: actor.kind.name(),
        id: actor.id.to_string(),
        name: actor.name.clone(),
        how: actor.how.clone(),
        boards: boards_read(scope, &Filter::default()),
        row_security: schema.row_security.clone(),
        ..Coverage::default()
    }
}

/// How many boards a filter leaves, of how many that a user may read.
fn boards_read(scope: &Scope, filter: &Filter) -> Option<(usize, usize)> {
    match scope {
        Scope::Boards(readable) => Some((filter.readable_boards(readable).len(), readable.len())),
        Scope::Agent(_) => None,
    }
}

impl Session {
    /// Opens the transaction of the next portion of an answer, and makes sure that the actor may still read all that it is
    /// about. What the actor may read only now is for the next answer.
    ///
    /// # Errors
    /// Those of the database; exit 4 where a board can no longer be read, since the remaining boards are not those that the filter names.
    pub async fn go_on(&mut self, filter: &Filter) -> Result<()> {
        self.store.begin_portion().await?;
        identity::refresh(&mut self.store, &mut self.actor).await?;
        let (Scope::Boards(before), Scope::Boards(now)) = (&self.scope, self.actor.scope()) else { return Ok(()) };
        let lost = filter.readable_boards(before).iter().filter(|board| !now.contains(board)).count();
        if lost > 0 {
            let boards = if lost == 1 { "a board".to_owned() } else { format!("{lost} boards") };
            let failure = denied(format!("{boards} can no longer be read, so the output ends here"));
            return Err(failure
                .hint("access was withdrawn, or the board deleted, while the answer was written")
                .into());
        }
        Ok(())
    }

    /// The query for the database.
    pub fn asked<'a>(scope: &'a Scope, filter: &'a Filter, rule: BoardRule) -> EventQuery<'a> {
        EventQuery { scope, filter, rule, through: None, failures: false }
    }

    /// The identity, as a footer shows it.
    pub fn who(&self) -> String {
        let name = crate::escape::escape_for_terminal(&self.actor.name);
        format!("{} {name} ({})", self.actor.kind.name(), self.actor.how)
    }
}

/// A variable of the environment. A value that is not UTF-8 is converted lossily rather than ignored; ignoring it could
/// silently select another database or actor.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The command line without the page that it was about.
fn without_page(args: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let mut skips = false;
    args.filter(move |arg| {
        let is_value = std::mem::replace(&mut skips, matches!(arg.as_str(), "--after" | "--offset"));
        !(is_value || skips || arg.starts_with("--after=") || arg.starts_with("--offset="))
    })
}

/// The command line without the URL, unless that may be shown: it may hold a password.
fn question(args: impl Iterator<Item = String>, with_url: bool) -> String {
    let mut shown = Vec::new();
    let mut args = args.skip(1);
    while let Some(arg) = args.next() {
        if arg == "--database-url" {
            let url = args.next().filter(|url| with_url && !holds_password(url));
            shown.extend(url.map(|url| format!("--database-url {}", shell_word(url))));
        } else if !arg.starts_with("--database-url=") {
            shown.push(shell_word(mask(&arg).into_owned()));
        }
    }
    format!("mc-activity {}", shown.join(" "))
}

/// As a shell reads it as one word.
pub fn shell_word(arg: String) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:=/+@%".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_can_be_asked_again_and_holds_no_address() {
        let typed = ["/usr/bin/mc-activity", "--database-url", "postgres://u:p@h/d", "errors", "--board", "Mobile App"];
        assert_eq!(question(typed.map(str::to_owned).into_iter(), false), "mc-activity errors --board 'Mobile App'");
        let typed = ["mc-activity", "--database-url=x", "list", "--type", "*failed", "-g", "it's", ""];
        assert_eq!(
            question(typed.map(str::to_owned).into_iter(), false),
            r"mc-activity list --type '*failed' -g 'it'\''s' ''"
        );
    }

    #[test]
    fn the_next_page_is_asked_for_with_the_same_filters() {
        let typed = ["mc", "--database-url", "postgres://u@h/d", "list", "--after", "old", "--board=a b", "--offset=3"];
        assert_eq!(
            question(without_page(typed.map(str::to_owned).into_iter()), true),
            "mc-activity --database-url postgres://u@h/d list '--board=a b'"
        );
        let typed = ["mc", "--database-url", "postgres://u:secret@h/d", "list", "--offset", "3", "-i"];
        assert_eq!(question(without_page(typed.map(str::to_owned).into_iter()), true), "mc-activity list -i");
    }
}
