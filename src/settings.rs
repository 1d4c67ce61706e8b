//! Where settings come from: a flag, else the profile, else the environment, else the nearest `.env`.
//!
//! The process's environment is read and never changed. `.env` is read as Mission Control reads it (see [`dotenv`]), so
//! that the same file means the same database to both; profiles are ours alone. An empty value counts as unset.

pub mod dotenv;
mod profile;
pub mod secret;

use crate::error::{failed, usage};
use crate::store::url::holds_password;
use secret::{Secret, exposed_mode};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The directory below the XDG base directories that is ours.
const DIRECTORY: &str = "mc-activity";

/// Variables of ours that are secrets wherever they stand. `DATABASE_URL` is one only with a password in it.
const SECRETS: [&str; 4] = ["PGPASSWORD", "LOCAL_AUTH_TOKEN", "MC_TOKEN", "MC_AGENT_TOKEN"];

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag on the command line.
    Flag,
    /// The file of `--profile NAME`.
    Profile(PathBuf),
    /// The environment of the process.
    Environment,
    /// The nearest `.env`, from the working directory upward.
    DotEnv(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("the command line"),
            Self::Environment => f.write_str("the environment"),
            Self::Profile(path) | Self::DotEnv(path) => write!(f, "{}", path.display()),
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
    pub origin: Origin,
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Flag => f.write_str(&self.name),
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

/// How a variable of the environment is asked for.
type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// All sources of settings except the flags. Debug shows which there are, and no values.
pub struct Settings {
    profile: Option<File>,
    dotenv: Option<File>,
    env: Environment,
    warnings: Vec<String>,
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
    /// Reads the profile, if one is named, and the nearest `.env` at or above `cwd`.
    ///
    /// A `.env` that may not be read is passed over with a warning, and the search ends there.
    ///
    /// # Errors
    /// Usage: the profile does not exist, its name is a path, or a file has a line that cannot be read. The message
    /// names file and line, never the text: a skipped line might have been the one that names the database.
    pub fn load(
        profile: Option<&str>,
        env: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        cwd: &Path,
    ) -> anyhow::Result<Self> {
        let mut settings = Self { profile: None, dotenv: None, env: Box::new(env), warnings: Vec::new() };
        if let Some(name) = profile {
            let file = settings.read_profile(name)?;
            settings.warn_if_exposed(&file);
            settings.profile = Some(file);
        }
        if let Some(path) = find_dotenv(cwd) {
            match settings.read(&path, &|text| dotenv::parse(text, &settings.env)) {
                Ok(file) => {
                    settings.warn_if_exposed(&file);
                    settings.dotenv = Some(file);
                }
                Err(ReadError::Io(error)) => {
                    settings.warnings.push(format!("{} cannot be read and is left out: {error}", path.display()));
                }
                Err(ReadError::Damaged(error)) => return Err(error),
            }
        }
        Ok(settings)
    }

    /// A variable from the profile, the environment or the `.env`, in this order.
    pub fn get(&self, name: &str) -> Option<Setting> {
        let setting = |value: &str, origin| Setting { name: name.to_owned(), value: Secret::new(value), origin };
        if let Some(file) = &self.profile
            && let Some(value) = file.get(name)
        {
            return Some(setting(value, Origin::Profile(file.path.clone())));
        }
        if let Some(value) = self.environment(name) {
            return Some(setting(&value, Origin::Environment));
        }
        let file = self.dotenv.as_ref()?;
        Some(setting(file.get(name)?, Origin::DotEnv(file.path.clone())))
    }

    /// A variable of libpq, from the profile or the environment, for `Target::parse`. Not from the `.env`: Mission
    /// Control hands libpq nothing of it.
    pub fn libpq(&self, name: &str) -> Option<String> {
        let profile = self.profile.as_ref().and_then(|file| file.get(name));
        profile.map(str::to_owned).or_else(|| (self.env)(name))
    }

    /// The value alone.
    pub fn value(&self, name: &str) -> Option<String> {
        self.get(name).map(|setting| setting.value.expose().to_owned())
    }

    /// The database's URL: the flag's, else `DATABASE_URL`.
    ///
    /// # Errors
    /// Usage: the flag is there and empty. It usually is `"$URL"` with URL unset, and reading another database instead
    /// would mislead.
    pub fn database_url(&self, flag: Option<&str>) -> anyhow::Result<Option<Setting>> {
        match flag.map(str::trim) {
            Some("") => Err(usage("--database-url is empty").into()),
            Some(url) => {
                Ok(Some(Setting { name: "--database-url".to_owned(), value: Secret::new(url), origin: Origin::Flag }))
            }
            None => Ok(self.get("DATABASE_URL")),
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

    /// Where the embedded store is or would be; none without HOME.
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
        match self.read(&path, &profile::parse) {
            Ok(file) => Ok(file),
            Err(ReadError::Damaged(error)) => Err(error),
            Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                let known = profiles(&dir);
                let hint = if known.is_empty() {
                    format!("there are no profiles in {}", dir.display())
                } else {
                    format!("profiles: {}", known.join(", "))
                };
                Err(usage(format!("no profile {name}: {} does not exist", path.display())).hint(hint).into())
            }
            Err(ReadError::Io(error)) => {
                Err(usage(format!("the profile {} cannot be read: {error}", path.display())).into())
            }
        }
    }

    fn read(&self, path: &Path, parse: Parser<'_>) -> Result<File, ReadError> {
        let bytes = fs::read(path).map_err(ReadError::Io)?;
        let damaged = |line: usize, what: &str| {
            let message = format!("{} line {line}: {what}", path.display());
            ReadError::Damaged(
                usage(message).hint("write NAME=value; the text is not shown as it may be secret").into(),
            )
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            damaged(1 + before.iter().filter(|byte| **byte == b'\n').count(), "not UTF-8")
        })?;
        let values = parse(text).map_err(|line| damaged(line, "not a variable or a comment"))?;
        Ok(File { path: path.to_owned(), values })
    }

    fn warn_if_exposed(&mut self, file: &File) {
        let secret = SECRETS.into_iter().find(|name| file.get(name).is_some());
        let secret = secret.or_else(|| file.get("DATABASE_URL").is_some_and(holds_password).then_some("DATABASE_URL"));
        if let (Some(secret), Some(mode)) = (secret, exposed_mode(&file.path)) {
            self.warnings.push(format!(
                "{} holds a secret ({secret}) and other users may read it (mode {mode:04o}); chmod 600 it",
                file.path.display()
            ));
        }
    }
}

/// From text to variables, or the number of the damaged line.
type Parser<'a> = &'a dyn Fn(&str) -> Result<Vec<(String, String)>, usize>;

enum ReadError {
    Io(io::Error),
    Damaged(anyhow::Error),
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

/// The error for a command that needs a directory of ours when there is no home.
pub fn no_home(what: &str) -> anyhow::Error {
    failed(format!("there is no place for {what}")).hint("set HOME or the XDG base directories").into()
}

#[cfg(test)]
mod tests;
