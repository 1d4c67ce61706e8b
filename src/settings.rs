//! Where settings come from: a flag, else the profile, else the environment, else the nearest `.env`.
//!
//! The process's environment is read and never changed. `.env` is read as Mission Control reads it (see [`dotenv`]), so
//! that the same file means the same database to both; profiles are ours alone. An empty value counts as unset.
//!
//! A `.env` that was found, and not named, is read only where nobody else can have put it (see [`trust`]).

pub mod dotenv;
mod profile;
pub mod secret;
mod trust;

use crate::db::url::holds_password;
use crate::error::{failed, usage};
use secret::{Secret, exposed_file_mode};
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

/// The program's directory below the XDG base directories.
const DIRECTORY: &str = "mc-activity";

/// Variables of ours that are secrets wherever they stand. `DATABASE_URL` is one only with a password in it.
const SECRETS: [&str; 4] = ["PGPASSWORD", "LOCAL_AUTH_TOKEN", "MC_TOKEN", "MC_AGENT_TOKEN"];

/// Whether a variable is a secret, whatever its value.
pub fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// A flag on the command line.
    Flag,
    /// The file of `--profile NAME`.
    Profile(PathBuf),
    /// The profile `default.env`, where no other is named.
    DefaultProfile(PathBuf),
    /// The environment of the process.
    Environment,
    /// The nearest `.env`, from the working directory upward.
    DotEnv(PathBuf),
    /// The file of `--env-file`.
    EnvFile(PathBuf),
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("the command line"),
            Self::Environment => f.write_str("the environment"),
            Self::Profile(path) | Self::DefaultProfile(path) | Self::DotEnv(path) | Self::EnvFile(path) => {
                write!(f, "{}", path.display())
            }
        }
    }
}

/// A value that is set, and where. Displayed it says where, as in `DATABASE_URL in /srv/mc/.env`, and never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The variable's name, or the flag's with its dashes.
    pub name: String,
    /// Never empty.
    pub value: Secret,
    /// Where it was found.
    pub origin: SettingOrigin,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            SettingOrigin::Flag => f.write_str(&self.name),
            _ => write!(f, "{} in {}", self.name, self.origin),
        }
    }
}

/// One file of variables, in its order.
struct File {
    path: PathBuf,
    values: Vec<(String, String)>,
}

impl File {
    /// The last value of a name, as pydantic-settings takes it: without regard to ASCII case.
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Looks up a variable of the environment.
type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// All sources of settings except the flags. Debug shows which there are, and no values.
pub struct Settings {
    profile: Option<File>,
    /// The file of the profile `default`, where no other profile is named.
    default_profile: Option<File>,
    dotenv: Option<File>,
    /// The `.env` was named, not found.
    named: bool,
    /// A line of the `.env` that would have named the database, and could not be read.
    lost_url: Option<String>,
    env: Environment,
    warnings: Vec<String>,
}

/// Which files to read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// The name of a profile.
    pub profile: Option<&'a str>,
    /// A file to read instead of the nearest `.env`. It is trusted, no matter who owns it.
    pub env_file: Option<&'a Path>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = |file: &Option<File>| file.as_ref().map(|file| file.path.clone());
        f.debug_struct("Settings")
            .field("profile", &path(&self.profile))
            .field("dotenv", &path(&self.dotenv))
            .finish_non_exhaustive()
    }
}

impl Settings {
    /// The environment alone, for a command that needs no settings.
    pub fn of_environment(env: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let env: Environment = Box::new(env);
        Self {
            profile: None,
            default_profile: None,
            dotenv: None,
            named: false,
            lost_url: None,
            env,
            warnings: Vec::new(),
        }
    }

    /// Reads the profile, if one is named, and the `.env` that is named, else the nearest one at or above `cwd`.
    ///
    /// A nearest `.env` that may not be read, or that others can have written, is passed over with a warning. The search ends
    /// there: a file further up would be for another project. A line of a `.env` that cannot be read is skipped with a
    /// warning.
    ///
    /// # Errors
    /// Usage: the profile or the named file does not exist, the profile's name is a path, or the profile has a line that
    /// cannot be read. The message names file and line, never the text.
    pub fn load(
        files: Files<'_>,
        env: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        cwd: &Path,
    ) -> anyhow::Result<Self> {
        let mut settings = Self::of_environment(env);
        if let Some(name) = files.profile {
            let file = settings.read_profile(name)?;
            settings.warn_if_exposed(&file);
            settings.profile = Some(file);
        } else if settings.config_dir().is_some_and(|dir| dir.join("default.env").exists()) {
            let file = settings.read_profile("default")?;
            settings.warn_if_exposed(&file);
            settings.default_profile = Some(file);
        }
        if let Some(path) = files.env_file {
            let bytes = fs::read(cwd.join(path)).map_err(|error| {
                let name = if is_path(path) { path.display().to_string() } else { "that is named".to_owned() };
                usage(format!("the file {name} cannot be read: {error}"))
                    .hint("--env-file and MC_ENV_FILE take the name of a file as .env is one")
            })?;
            settings.named = true;
            settings.take_dotenv(path.to_owned(), &bytes);
        } else if let Some(path) = find_dotenv(cwd) {
            match read_trusted(&path) {
                Ok(Ok(bytes)) => settings.take_dotenv(path, &bytes),
                Ok(Err(why)) => settings.warnings.push(format!(
                    "{} is not read: {why}; --env-file names a file that is read all the same",
                    path.display()
                )),
                Err(error) => {
                    settings.warnings.push(format!("{} cannot be read and is left out: {error}", path.display()));
                }
            }
        }
        Ok(settings)
    }

    fn take_dotenv(&mut self, path: PathBuf, bytes: &[u8]) {
        let dotenv::Parsed { values, skipped } = dotenv::parse(bytes, &self.env);
        let mut lines: Vec<String> = skipped.iter().map(|skipped| skipped.line.to_string()).collect();
        if let Some(last) = lines.pop() {
            let lines = match lines.as_slice() {
                [] => format!("line {last}"),
                some if some.len() < MOST_LINES => format!("lines {} and {last}", some.join(", ")),
                some => format!("lines {} and {} more", some[..MOST_LINES].join(", "), some.len() + 1 - MOST_LINES),
            };
            self.warnings
                .push(format!("{} {lines}: skipped, as it is neither a variable nor a comment", path.display()));
        }
        let lost = skipped.iter().find(|skipped| skipped.names_database);
        self.lost_url = lost.map(|skipped| format!("{} line {}", path.display(), skipped.line));
        let file = File { path, values };
        self.warn_if_exposed(&file);
        self.dotenv = Some(file);
    }

    /// A variable from the profile, the environment, the `.env` or the default profile, in this order.
    pub fn get(&self, name: &str) -> Option<Setting> {
        let setting = |value: &str, origin| Setting { name: name.to_owned(), value: Secret::new(value), origin };
        if let Some(file) = &self.profile
            && let Some(value) = file.get(name)
        {
            return Some(setting(value, SettingOrigin::Profile(file.path.clone())));
        }
        if let Some(value) = self.environment(name) {
            return Some(setting(&value, SettingOrigin::Environment));
        }
        if let Some(file) = &self.dotenv
            && let Some(value) = file.get(name)
        {
            let origin = if self.named { SettingOrigin::EnvFile } else { SettingOrigin::DotEnv };
            return Some(setting(value, origin(file.path.clone())));
        }
        let file = self.default_profile.as_ref()?;
        Some(setting(file.get(name)?, SettingOrigin::DefaultProfile(file.path.clone())))
    }

    /// A variable of libpq, from the profile or the environment, for `Target::parse`. Not from the `.env`: Mission
    /// Control hands libpq nothing of it.
    pub fn libpq(&self, name: &str) -> Option<String> {
        let profile = self.profile.as_ref().and_then(|file| file.get(name));
        let default = || self.default_profile.as_ref().and_then(|file| file.get(name)).map(str::to_owned);
        profile.map(str::to_owned).or_else(|| (self.env)(name)).or_else(default)
    }

    /// The user or agent to look at the database as. One of the default profile is not for the database of a `.env`,
    /// whose users are others.
    ///
    /// # Errors
    /// Usage: both are set.
    pub fn identity(&self) -> anyhow::Result<Option<Setting>> {
        let foreign = matches!(self.get("DATABASE_URL").map(|url| url.origin), Some(SettingOrigin::DotEnv(_)));
        let get = |name| {
            self.get(name).filter(|named| !(foreign && matches!(named.origin, SettingOrigin::DefaultProfile(_))))
        };
        match (get("MC_AS_USER"), get("MC_AS_AGENT")) {
            (Some(user), Some(agent)) => {
                Err(usage(format!("{user} and {agent} contradict each other")).hint("set one of them").into())
            }
            (user, agent) => Ok(user.or(agent)),
        }
    }

    /// The names of the profiles that there are, in order, and their directory.
    pub fn profiles(&self) -> (Option<PathBuf>, Vec<String>) {
        let dir = self.config_dir();
        let names = dir.as_deref().map(profiles).unwrap_or_default();
        (dir, names)
    }

    /// The value alone.
    pub fn value(&self, name: &str) -> Option<String> {
        self.get(name).map(|setting| setting.value.expose().to_owned())
    }

    /// The database's URL: the flag's, else `DATABASE_URL`.
    ///
    /// # Errors
    /// Usage: the flag is there and empty. It usually is `"$URL"` with URL unset, and reading another database instead
    /// would mislead. The same where the line of the `.env` that sets it could not be read.
    pub fn database_url(&self, flag: Option<&str>) -> anyhow::Result<Option<Setting>> {
        match flag.map(str::trim) {
            Some("") => Err(usage("--database-url is empty").into()),
            Some(url) => Ok(Some(Setting {
                name: "--database-url".to_owned(),
                value: Secret::new(url),
                origin: SettingOrigin::Flag,
            })),
            None => match (self.get("DATABASE_URL"), &self.lost_url) {
                (None, Some(place)) => Err(usage(format!("{place}, which sets DATABASE_URL, cannot be read"))
                    .hint("write NAME=value; the text is not shown as it may be secret")
                    .into()),
                (found, _) => Ok(found),
            },
        }
    }

    /// What stderr should say before the work begins: files with secrets that others can read, a `.env` that was left
    /// out, a password on the command line (where `ps` and the shell's history show it).
    pub fn warnings(&self, database_url_flag: Option<&str>) -> Vec<String> {
        let mut warnings = self.warnings.clone();
        if database_url_flag.is_some_and(holds_password) {
            warnings.push(
                "--database-url holds a password, which other users can see in the list of processes; \
                 use DATABASE_URL, a profile or ~/.pgpass"
                    .to_owned(),
            );
        }
        warnings
    }

    /// `$XDG_CONFIG_HOME/mc-activity`, by default `~/.config/mc-activity`; none without HOME.
    pub fn config_dir(&self) -> Option<PathBuf> {
        self.base_dir("XDG_CONFIG_HOME", ".config")
    }

    /// `$XDG_DATA_HOME/mc-activity`, by default `~/.local/share/mc-activity`; none without HOME.
    pub fn data_dir(&self) -> Option<PathBuf> {
        self.base_dir("XDG_DATA_HOME", ".local/share")
    }

    /// `$XDG_CACHE_HOME/mc-activity`, by default `~/.cache/mc-activity`; none without HOME.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        self.base_dir("XDG_CACHE_HOME", ".cache")
    }

    /// The path of the demo database, whether it exists or not; none without HOME.
    pub fn embedded_store(&self) -> Option<PathBuf> {
        self.data_dir().map(|dir| dir.join("activity.db"))
    }

    fn environment(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// By the XDG Base Directory Specification, which has relative paths ignored.
    fn base_dir(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        let absolute = |name: &str| self.environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = absolute(variable).or_else(|| absolute("HOME").map(|home| home.join(below_home)))?;
        Some(base.join(DIRECTORY))
    }

    fn read_profile(&self, name: &str) -> anyhow::Result<File> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(usage("--profile takes the name of a profile, not a path").into());
        }
        let Some(dir) = self.config_dir() else {
            return Err(usage("profiles need a directory, and neither XDG_CONFIG_HOME nor HOME is set").into());
        };
        let path = dir.join(format!("{name}.env"));
        let bytes = fs::read(&path).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                let known = profiles(&dir);
                let hint = if known.is_empty() {
                    format!("there are no profiles in {}", dir.display())
                } else {
                    format!("profiles: {}", known.join(", "))
                };
                // The name is not shown: it may be a password or a token that was typed in the wrong place.
                usage(format!("there is no profile of that name in {}", dir.display())).hint(hint)
            } else {
                usage(format!("the profile {} cannot be read: {error}", path.display()))
            }
        })?;
        let damaged = |line: usize, what: &str| {
            usage(format!("{} line {line}: {what}", path.display()))
                .hint("write NAME=value; the text is not shown as it may be secret")
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            damaged(1 + before.iter().filter(|byte| **byte == b'\n').count(), "not UTF-8")
        })?;
        let values = profile::parse(text).map_err(|line| damaged(line, "not a variable or a comment"))?;
        Ok(File { path, values })
    }

    fn warn_if_exposed(&mut self, file: &File) {
        let secret = SECRETS.into_iter().find(|name| file.get(name).is_some());
        let secret = secret.or_else(|| file.get("DATABASE_URL").is_some_and(holds_password).then_some("DATABASE_URL"));
        if let (Some(secret), Some(mode)) = (secret, exposed_file_mode(&file.path)) {
            self.warnings.push(format!(
                "{} holds a secret ({secret}) and other users may read it (mode {mode:04o}); chmod 600 it",
                file.path.display()
            ));
        }
    }
}

/// Lines that a warning names at most.
const MOST_LINES: usize = 5;

/// A file that was found, or why it is not trusted. What is judged is what is read: the open file, not its path.
fn read_trusted(path: &Path) -> io::Result<Result<Vec<u8>, String>> {
    let mut file = fs::File::open(path)?;
    if let Some(why) = trust::distrust(&file, path)? {
        return Ok(Err(why));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Ok(bytes))
}

/// Whether a text that should name a file can be shown although there may be no such file: it is one, or its directory is
/// there and the text is no token. A token may be typed in place of the file that holds it.
pub(crate) fn is_path(path: &Path) -> bool {
    let directory = path.parent().filter(|dir| dir.components().any(|part| !matches!(part, Component::RootDir)));
    path.exists() || directory.is_some_and(Path::is_dir)
}

/// The nearest regular file `.env`; a directory of that name is often a Python environment.
fn find_dotenv(cwd: &Path) -> Option<PathBuf> {
    cwd.ancestors().map(|dir| dir.join(".env")).find(|path| path.is_file())
}

/// The names of the profiles in a directory, in order.
fn profiles(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".env").map(str::to_owned));
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    names.sort();
    names
}

/// The error for a command that needs one of the program's directories when HOME is not set.
pub fn no_home(what: &str) -> anyhow::Error {
    failed(format!("there is no directory for {what}")).hint("set HOME or the XDG base directories").into()
}

#[cfg(test)]
mod tests;
