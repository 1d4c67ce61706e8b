//! Settings and flags become a connection, an identity and resolved filters: the first half of every command.

pub mod agent_states;
mod authenticate;
mod doubts;
pub mod future_start;
pub mod group_by;
pub mod page_cursor;
pub mod paged_list;
pub mod progress;
mod resolve_filters;
pub mod series_labels;
mod verbose;

use authenticate::Tokens;

use crate::output::destination::Destination;
use crate::output::held::Held;

use crate::auth::{Actor, identity};
use crate::cli::format::OutputArgs;
use crate::cli::global::GlobalArgs;
use crate::db::url::PasswordSources;
use crate::db::{BoardRule, Database, EventQuery, Limits, Target, TransactionMode};
use crate::error::{denied, unavailable, usage};
use crate::model::Filter;
use crate::model::Scope;
use crate::model::{Timestamp, Zone};
use crate::output::html::{self, Body, HtmlReport};
use crate::output::{ColorChoice, Style, Terminal};
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
    format!("no DATABASE_URL: reading the embedded store {}", store.display())
}

/// What is common to all commands before a database is opened.
pub struct Context {
    /// The global flags.
    pub global: GlobalArgs,
    /// Environment, profile, `.env`.
    pub settings: Settings,
    /// The command's name, for `application_name`.
    pub command: &'static str,
    /// The store that demo has just made: what it shows is of this one, wherever DATABASE_URL points.
    pub demo: Option<PathBuf>,
    pub(crate) tokens: OnceCell<Tokens>,
    /// Warnings that are not repeated when tail connects again.
    said: RefCell<BTreeSet<String>>,
}

/// Where the events are.
pub struct DatabaseChoice {
    /// What to connect to.
    pub target: Target,
    /// Where that was said, such as `DATABASE_URL in the environment`.
    pub origin: String,
    /// Our own store: its local user is who asks, unless another is named.
    pub embedded: bool,
    /// It is read because no other database was named.
    pub is_default: bool,
}

/// An open database and the actor who asks.
pub struct Session {
    /// In a read-only transaction.
    pub store: Database,
    /// Who asks.
    pub actor: Actor,
    /// What the actor may see.
    pub scope: Scope,
    /// What "now" means: the database's clock, or `--at`.
    pub now: Timestamp,
    /// The zone in force.
    pub zone: Zone,
    /// Host and database, and where they came from.
    pub place: String,
    /// It is our own store.
    pub embedded: bool,
    /// It is read because no other database was named.
    pub is_demo_by_default: bool,
    /// What we are connected to.
    pub target: Target,
}

impl Context {
    /// Reads settings, unless the command `needs_settings` not; says what there is to warn of.
    ///
    /// # Errors
    /// Exit 2 for settings that cannot be read.
    pub fn new(global: GlobalArgs, command: &'static str, needs_settings: bool) -> Result<Self> {
        global.check()?;
        let directory = env::current_dir().unwrap_or_default();
        // What is no UTF-8 is set all the same: passed over, it would leave another actor or another database.
        let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let settings = if needs_settings {
            let named = || env::var_os("MC_ENV_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
            let env_file = global.database.env_file.clone().or_else(named);
            let files = Files { profile: global.database.profile.as_deref(), env_file: env_file.as_deref() };
            Settings::load(files, variable, &directory)?
        } else {
            Settings::of_environment(variable)
        };
        let said = RefCell::default();
        let context = Self { global, settings, command, demo: None, tokens: OnceCell::new(), said };
        for warning in context.settings.warnings(context.global.database.database_url.as_deref()) {
            context.say(&format!("warning: {warning}"));
        }
        Ok(context)
    }

    /// A line for people, on stderr, unless they want quiet. A background job that it would stop does without.
    pub fn say(&self, line: &str) {
        if !self.global.quiet && !crate::output::would_be_stopped() {
            crate::output::eprint_safe(line);
        }
    }

    /// The same, if it has not been said yet.
    fn say_once(&self, line: String) {
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

    /// The database that is meant: the flag, else DATABASE_URL, else the embedded store if there is one.
    ///
    /// # Errors
    /// Exit 2 for a URL that cannot be read, exit 5 where there is neither.
    pub fn place(&self) -> Result<DatabaseChoice> {
        if let Some(path) = self.demo.clone() {
            let target = Target::Sqlite { path, read_only: false };
            return Ok(DatabaseChoice {
                target,
                origin: "the embedded store".to_owned(),
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
                    origin: "the embedded store".to_owned(),
                    embedded: true,
                    is_default: true,
                })
            }
            _ => Err(unavailable("no DATABASE_URL, and no embedded store")
                .hint("set DATABASE_URL, or make a store to try with `mc-activity demo`")
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

    /// Connects, as every command does: with limits, and telling what is sent if that is asked for.
    ///
    /// # Errors
    /// Exit 5 where the database cannot be reached.
    pub async fn open(&self, target: &Target, begin: TransactionMode, limits: Limits) -> Result<Database> {
        let mut store = Database::open(target, begin, limits, &self.application()).await?;
        if self.global.database.show_sql {
            store.trace(verbose::tracer(), self.global.verbose > 0);
        }
        Ok(store)
    }

    /// Opens the database in a read-only transaction and finds out who asks.
    ///
    /// # Errors
    /// Exit 5 for the database, exit 2 to 4 for the actor.
    pub async fn session(&self, streams: bool) -> Result<Session> {
        self.begin(TransactionMode::Read, self.limits(streams)).await
    }

    /// The same in a transaction that can write.
    ///
    /// # Errors
    /// As for [`Context::session`].
    pub async fn session_to_write(&self) -> Result<Session> {
        self.begin(TransactionMode::Write, self.limits(false)).await
    }

    async fn begin(&self, begin: TransactionMode, limits: Limits) -> Result<Session> {
        let place = self.place()?;
        self.check_identity(&place)?;
        let mut store = self.open(&place.target, begin, limits).await?;
        store.begin(begin).await?;
        for line in store.damage() {
            self.say(&format!("warning: {line}"));
        }
        self.trace_connection(&store, &place);
        let actor = self.actor(&mut store, &place).await?;
        let scope = actor.scope();
        let described = format!("{} ({})", place.target.label(), place.origin);
        let now = store.now();
        Ok(Session {
            store,
            actor,
            scope,
            now,
            zone: self.global.zone.zone()?,
            place: described,
            embedded: place.embedded,
            is_demo_by_default: place.is_default,
            target: place.target,
        })
    }
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
        let choice: ColorChoice = output.color.parse()?;
        let variable = |name: &str| env::var(name).ok();
        let terminal = match output.out_file {
            None => Terminal::detect(choice, &variable),
            Some(_) => Terminal::file(choice, &variable),
        };
        Ok(Style { terminal, zone: self.global.zone.zone()?, now, csv: output.csv() })
    }

    /// A page with an answer, and where it came from; no transaction may be open.
    ///
    /// # Errors
    /// Those of the file.
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
            return Err(usage("--html wants a file: stdout has the answer").into());
        }
        let hidden = crate::output::row_security(&session.store.schema().row_security);
        let database = [session.place.clone()].into_iter().chain(hidden).collect::<Vec<_>>().join("; ");
        let page = HtmlReport {
            body,
            actor: &session.who(),
            question: &question(env::args_os().map(|arg| arg.to_string_lossy().into_owned())),
            asked_at: session.now,
            database: &database,
            zone: session.zone.label(),
            show_time,
        };
        Ok(html::write_page(out, &page, further)?)
    }

    /// The lines below a table: what was counted, for whom, in which zone, of which database.
    pub fn footer(&self, session: &Session, counted: String) -> Vec<String> {
        let who = format!("{counted}, for {}, times in {}", session.who(), session.zone.label());
        let hidden = crate::output::row_security(&session.store.schema().row_security);
        [who, session.place.clone()].into_iter().chain(hidden).collect()
    }
}

impl Session {
    /// Opens the transaction of the next portion of an answer, and makes sure that the actor may still read all that it is
    /// about. What the actor may read only now is for the next answer.
    ///
    /// # Errors
    /// Those of the database; exit 4 where a board can no longer be read, since what is left is not what was asked for.
    pub async fn go_on(&mut self, filter: &Filter) -> Result<()> {
        self.store.begin_portion().await?;
        identity::refresh(&mut self.store, &mut self.actor).await?;
        let (Scope::Boards(before), Scope::Boards(now)) = (&self.scope, self.actor.scope()) else { return Ok(()) };
        let lost = filter.readable_boards(before).iter().filter(|board| !now.contains(board)).count();
        if lost > 0 {
            let boards = if lost == 1 { "a board".to_owned() } else { format!("{lost} boards") };
            let failure = denied(format!("{boards} can no longer be read, so the answer ends here"));
            return Err(failure
                .hint("access was withdrawn, or the board deleted, while the answer was written")
                .into());
        }
        Ok(())
    }

    /// The question for the store.
    pub fn asked<'a>(scope: &'a Scope, filter: &'a Filter, rule: BoardRule) -> EventQuery<'a> {
        EventQuery { scope, filter, rule, through: None, failures: false }
    }

    /// Who was asked for, in the words of a footer.
    pub fn who(&self) -> String {
        let name = crate::escape::escape_for_terminal(&self.actor.name);
        format!("{} {name} ({})", self.actor.kind.name(), self.actor.how)
    }
}

/// The command line without the URL, which may hold a password.
fn question(args: impl Iterator<Item = String>) -> String {
    let mut shown = Vec::new();
    let mut args = args.skip(1);
    while let Some(arg) = args.next() {
        if arg == "--database-url" {
            args.next();
        } else if !arg.starts_with("--database-url=") {
            shown.push(quoted(mask(&arg).into_owned()));
        }
    }
    format!("mc-activity {}", shown.join(" "))
}

/// As a shell reads it as one word.
fn quoted(arg: String) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:=/+@%".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) { arg } else { format!("'{}'", arg.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_can_be_asked_again_and_holds_no_address() {
        let typed = ["/usr/bin/mc-activity", "--database-url", "postgres://u:p@h/d", "errors", "--board", "Mobile App"];
        assert_eq!(question(typed.map(str::to_owned).into_iter()), "mc-activity errors --board 'Mobile App'");
        let typed = ["mc-activity", "--database-url=x", "list", "--type", "*failed", "-g", "it's", ""];
        assert_eq!(
            question(typed.map(str::to_owned).into_iter()),
            r"mc-activity list --type '*failed' -g 'it'\''s' ''"
        );
    }
}
