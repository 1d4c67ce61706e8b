//! Who is asking, of which database: the first half of what every command says.

use super::login::Tokens;
use super::sink::Sink;
use super::trace;
use crate::access::{Actor, Scope};
use crate::cli::format::OutputArgs;
use crate::cli::global::GlobalArgs;
use crate::error::{unavailable, usage};
use crate::event::{Timestamp, Zone};
use crate::filter::Filter;
use crate::output::html::{self, Body, Page};
use crate::output::{ColorChoice, Style, Terminal};
use crate::settings::Settings;
use crate::store::{Asked, Begin, Limits, Rule, Store, Target};
use anyhow::Result;
use std::cell::OnceCell;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    pub(super) tokens: OnceCell<Tokens>,
}

/// Where the events are.
pub struct Place {
    /// What to connect to.
    pub target: Target,
    /// Where that was said, such as `DATABASE_URL in the environment`.
    pub origin: String,
    /// Our own store: its local user is who asks, unless another is named.
    pub embedded: bool,
}

/// An open database and the actor who asks.
pub struct Session {
    /// In a read-only transaction.
    pub store: Store,
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
    /// What we are connected to.
    pub target: Target,
}

impl Context {
    /// Reads settings; says what there is to warn of.
    ///
    /// # Errors
    /// Exit 2 for settings that cannot be read.
    pub fn new(global: GlobalArgs, command: &'static str) -> Result<Self> {
        global.check()?;
        let directory = env::current_dir().unwrap_or_default();
        // What is no UTF-8 is set all the same: passed over, it would leave another actor or another database.
        let variable = |name: &str| env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let settings = Settings::load(global.database.profile.as_deref(), variable, &directory)?;
        let context = Self { global, settings, command, demo: None, tokens: OnceCell::new() };
        for warning in context.settings.warnings(context.global.database.database_url.as_deref()) {
            context.say(&format!("warning: {warning}"));
        }
        Ok(context)
    }

    /// A line for people, on stderr, unless they want quiet. A background job that it would stop does without.
    pub fn say(&self, line: &str) {
        if !self.global.quiet && !crate::output::would_be_stopped() {
            crate::output::talk(line);
        }
    }

    /// The database that is meant: the flag, else DATABASE_URL, else the embedded store if there is one.
    ///
    /// # Errors
    /// Exit 2 for a URL that cannot be read, exit 5 where there is neither.
    pub fn place(&self) -> Result<Place> {
        if let Some(path) = self.demo.clone() {
            let target = Target::Sqlite { path, read_only: false };
            return Ok(Place { target, origin: "the embedded store".to_owned(), embedded: true });
        }
        if let Some(url) = self.settings.database_url(self.global.database.database_url.as_deref())? {
            let target = Target::parse(url.value.expose(), &|name| self.settings.libpq(name))?;
            return Ok(Place { target, origin: url.to_string(), embedded: false });
        }
        let store = self.settings.embedded_store();
        match store {
            Some(path) if path.exists() => {
                self.say(&format!("no DATABASE_URL: reading the embedded store {}", path.display()));
                Ok(Place {
                    target: Target::Sqlite { path, read_only: false },
                    origin: "the embedded store".to_owned(),
                    embedded: true,
                })
            }
            _ => Err(unavailable("no DATABASE_URL, and no embedded store")
                .hint("set DATABASE_URL, or make a store to try with `mc-activity demo`")
                .into()),
        }
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
    pub async fn open(&self, target: &Target, begin: Begin, limits: Limits) -> Result<Store> {
        let mut store = Store::open(target, begin, limits, &self.application()).await?;
        if self.global.database.show_sql {
            store.trace(trace::tracer(), self.global.verbose > 0);
        }
        Ok(store)
    }

    /// Opens the database in a read-only transaction and finds out who asks.
    ///
    /// # Errors
    /// Exit 5 for the database, exit 2 to 4 for the actor.
    pub async fn session(&self, streams: bool) -> Result<Session> {
        self.begin(Begin::Read, self.limits(streams)).await
    }

    /// The same in a transaction that can write.
    ///
    /// # Errors
    /// As for [`Context::session`].
    pub async fn session_to_write(&self) -> Result<Session> {
        self.begin(Begin::Write, self.limits(false)).await
    }

    async fn begin(&self, begin: Begin, limits: Limits) -> Result<Session> {
        let place = self.place()?;
        self.check_identity(&place)?;
        let mut store = self.open(&place.target, begin, limits).await?;
        store.begin(begin).await?;
        self.tell_connected(&store, &place);
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

    /// A page with an answer, and where it came from.
    pub fn write_page(
        &self,
        path: &Path,
        session: &Session,
        body: Body<'_>,
        show_time: &dyn Fn(Timestamp) -> String,
    ) -> Result<()> {
        if path == Path::new("-") {
            return Err(usage("--html wants a file: stdout has the answer").into());
        }
        let mut file = Sink::open(Some(path))?;
        let page = Page {
            body,
            actor: &session.who(),
            question: &question(env::args_os().map(|arg| arg.to_string_lossy().into_owned())),
            asked_at: session.now,
            database: &session.place,
            zone: session.zone.label(),
            show_time,
        };
        html::write_page(&mut file, &page)?;
        file.finish()
    }

    /// The lines below a table: what was counted, for whom, in which zone, of which database.
    pub fn footer(&self, session: &Session, counted: String) -> Vec<String> {
        vec![format!("{counted}, for {}, times in {}", session.who(), session.zone.label()), session.place.clone()]
    }
}

impl Session {
    /// The question for the store.
    pub fn asked<'a>(scope: &'a Scope, filter: &'a Filter, rule: Rule) -> Asked<'a> {
        Asked { scope, filter, rule, through: None, failures: false }
    }

    /// Who was asked for, in the words of a footer.
    pub fn who(&self) -> String {
        let name = crate::output::visible(&self.actor.name);
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
            shown.push(quoted(arg));
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
