//! From parameters to hosts to connect to.

use super::foreign;
use super::name::{Name, is_of_a_host, is_plain_host};
use super::params::{Param, Params};
use super::pgpass::{self, Passwords};
use super::same_host::OwnHost;
use super::tcp::Tcp;
use super::tls::{Binding, Mode, Tls};
use super::{Endpoint, Host, Login, PasswordSources, PostgresTarget, SessionAttrs, methods, service};
use crate::error::{Failure, usage};
use crate::redact::REDACTED;
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// libpq would wait for ever; somebody on call would not.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where servers put their sockets: Debian, the project's default, and macOS.
const SOCKET_DIRS: [&str; 4] = ["/var/run/postgresql", "/run/postgresql", "/tmp", "/private/tmp"];

pub(super) fn target(
    mut params: Params,
    env: &dyn Fn(&str) -> Option<String>,
    sources: PasswordSources,
) -> Result<PostgresTarget, Failure> {
    let own = (sources == PasswordSources::SameHost).then(|| OwnHost::of(&params)).flatten();
    let mut withheld = Vec::new();
    let service = params.get("service").map(str::to_owned).or_else(|| env("PGSERVICE").filter(|name| !name.is_empty()));
    if let Some(name) = service {
        let mut found = service::load(&name, env)?;
        if own.as_ref().is_some_and(|own| !own.is(found.get("host"), found.get("hostaddr"))) && found.forget("password")
        {
            withheld.push("the service's password is not used: the URL is from a .env file and names another host");
        }
        params.fill(found);
    }
    let variable = |name: &str| env(name).filter(|value| !value.is_empty());
    let other =
        own.as_ref().is_some_and(|own| !own.is(variable("PGHOST").as_deref(), variable("PGHOSTADDR").as_deref()));
    if other && variable("PGPASSWORD").is_some() && params.get("password").is_none() {
        withheld.push("PGPASSWORD is not used: the URL is from a .env file, and PGHOST does not name its host");
    }
    params.fill_from_env(&|name| if other && name == "PGPASSWORD" { None } else { env(name) });
    params.check()?;

    // Knows who runs the process.
    let default_user = || PgConnectOptions::new_without_pgpass().get_username().to_owned();
    let user = params.get("user").map_or_else(default_user, str::to_owned);
    let database = params.get("dbname").unwrap_or(&user).to_owned();
    let settings = server_options(&params)?;
    // Even an empty one would be sent, and pgbouncer refuses it.
    let settings = (!settings.is_empty())
        .then(|| settings.iter().map(|(name, value)| format!("-c {name}={value}")).collect::<Vec<_>>().join(" "));
    let tls = Tls::new(&params, env)?;
    let tcp = Tcp::new(&params)?;
    let methods = methods::allowed(params.param("require_auth"))?;
    let mut warnings = Vec::new();
    let passwords = if params.get("password").is_some() { None } else { passwords(&params, env, &mut warnings) };
    let mut hosts = Vec::new();
    let mut has_password = false;
    for address in addresses(&params)? {
        // What is connected to counts, where a URL that is not quite trusted gives both.
        let name = if own.as_ref().is_some_and(OwnHost::has_address) { &address.connect } else { &address.name };
        let mut names = vec![name.as_str()];
        if SOCKET_DIRS.contains(&address.name.as_str()) {
            names.push("localhost");
        }
        let host = if own.is_some() { pgpass::PgpassHost::Named } else { pgpass::PgpassHost::Any };
        let stored = passwords.as_ref().and_then(|file| file.find(&names, host, address.port, &database, &user));
        let password = params.get("password").or(stored);
        has_password |= password.is_some();
        let login = Login {
            user: user.clone(),
            database: database.clone(),
            password: password.map(str::to_owned),
            options: settings.clone(),
            methods: methods.clone(),
        };
        let endpoint = address.endpoint();
        let mut tls = tls.clone();
        if matches!(endpoint, Endpoint::Unix(_)) {
            if tls.binding == Binding::Require {
                return Err(usage("channel_binding=require needs TLS, which a Unix socket does not have")
                    .hint("leave it out, or name a host"));
            }
            tls.mode = Mode::Disable;
        }
        hosts.push(Host { label: address.label(), endpoint, tcp: tcp.clone(), tls, login });
    }
    Ok(PostgresTarget {
        hosts,
        session: session(params.param("target_session_attrs"))?,
        shuffled: params.get("load_balance_hosts").is_some_and(|value| value.eq_ignore_ascii_case("random")),
        connect_timeout: connect_timeout(params.param("connect_timeout"))?,
        database: Name::new(database),
        hidden: hidden(&params),
        no_password: (!has_password).then(|| no_password(&warnings, &withheld)),
        warnings,
    })
}

/// Where a password may come from, and why one that is there is not used.
fn no_password(ignored: &[String], withheld: &[&str]) -> String {
    let mut hint = "give one by PGPASSWORD, in ~/.pgpass (mode 0600), in a profile or in DATABASE_URL".to_owned();
    for reason in ignored.iter().map(String::as_str).chain(withheld.iter().copied()) {
        hint = format!("{hint}; {reason}");
    }
    hint
}

/// What the server may quote although it may not be shown.
fn hidden(params: &Params) -> Vec<String> {
    let names = ["dbname", "user"].into_iter().filter_map(|name| params.get(name));
    let names = names.filter(|name| !Name::new(*name).is_plain());
    let hosts = params.get("host").into_iter().filter(|hosts| !hosts.split(',').all(is_plain_host));
    let plain = |value: &str| value.chars().all(|c| c.is_alphanumeric() || "_-.,:/ =$\"'".contains(c));
    let options = params.get("options").into_iter().flat_map(|options| options.split_whitespace());
    let options = options.filter_map(|word| word.split_once('=')).map(|(_, value)| value).filter(|value| !plain(value));
    names.chain(hosts).chain(options).map(str::to_owned).collect()
}

/// One server of the list.
struct Address {
    /// As it was written: for the label and the password file.
    name: String,
    /// Where to connect: hostaddr if there is one.
    connect: String,
    port: u16,
}

impl Address {
    fn endpoint(&self) -> Endpoint {
        if self.connect.starts_with('/') {
            return Endpoint::Unix(Path::new(&self.connect).join(format!(".s.PGSQL.{}", self.port)));
        }
        Endpoint::Tcp { name: self.name.clone(), connect: self.connect.clone(), port: self.port }
    }

    fn label(&self) -> String {
        if !is_plain_host(&self.name) {
            format!("{REDACTED}:{}", self.port)
        } else if self.name.contains(':') && !self.name.starts_with('/') {
            format!("[{}]:{}", self.name, self.port)
        } else {
            format!("{}:{}", self.name, self.port)
        }
    }
}

/// libpq: as many ports as hosts, or one for all; an empty one is the default.
fn addresses(params: &Params) -> Result<Vec<Address>, Failure> {
    let list = |name: &str| -> Vec<&str> { params.get(name).map_or_else(Vec::new, |text| text.split(',').collect()) };
    let (names, addrs, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addrs.len()).max(1);
    if ![0, count].contains(&names.len()) || ![0, count].contains(&addrs.len()) {
        return Err(usage("host and hostaddr do not have the same number of entries"));
    }
    if ![0, 1, count].contains(&ports.len()) {
        return Err(usage("there are neither as many ports as hosts nor one for all"));
    }
    let entry = |text: Option<&&str>| text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let mut addresses = Vec::new();
    for index in 0..count {
        let port = match entry(if ports.len() == 1 { ports.first() } else { ports.get(index) }) {
            None => 5432,
            Some(text) => text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| {
                let source = params.param("port").map_or("the port", |param| param.source.as_str());
                usage(format!("{source} is not a number from 1 to 65535"))
            })?,
        };
        let (name, addr) = (entry(names.get(index)), entry(addrs.get(index)));
        for (parameter, text) in [("host", &name), ("hostaddr", &addr)] {
            // A directory of sockets may have any name.
            if let Some(text) = text
                && !text.starts_with('/')
                && !text.chars().all(is_of_a_host)
            {
                let source = params.param(parameter).map_or(parameter, |param| param.source.as_str());
                return Err(usage(format!("{source} is not a host's name, an IP address or a directory")));
            }
        }
        let name = name.or_else(|| addr.clone()).unwrap_or_else(|| default_host(port));
        if name.starts_with('@') {
            return Err(usage("abstract Unix sockets are not supported"));
        }
        addresses.push(Address { connect: addr.unwrap_or_else(|| name.clone()), name, port });
    }
    Ok(addresses)
}

/// libpq takes the socket directory that it was built with; the same machine may hold another build's.
fn default_host(port: u16) -> String {
    let found = SOCKET_DIRS.into_iter().find(|dir| Path::new(dir).join(format!(".s.PGSQL.{port}")).exists());
    found.unwrap_or("localhost").to_owned()
}

/// libpq reads one password file: passfile, else PGPASSFILE, else `~/.pgpass`.
fn passwords(params: &Params, env: &dyn Fn(&str) -> Option<String>, warnings: &mut Vec<String>) -> Option<Passwords> {
    let named = params.get("passfile").map(PathBuf::from);
    let home = || env("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".pgpass"));
    match pgpass::load(&named.or_else(home)?) {
        Ok(passwords) => passwords,
        Err(warning) => {
            warnings.push(warning);
            None
        }
    }
}

fn session(param: Option<&Param>) -> Result<SessionAttrs, Failure> {
    let Some(param) = param else { return Ok(SessionAttrs::Any) };
    match param.value.as_str() {
        "any" => Ok(SessionAttrs::Any),
        "read-write" => Ok(SessionAttrs::ReadWrite),
        "read-only" => Ok(SessionAttrs::ReadOnly),
        "primary" => Ok(SessionAttrs::Primary),
        "standby" => Ok(SessionAttrs::Standby),
        "prefer-standby" => Ok(SessionAttrs::PreferStandby),
        _ => Err(usage(format!("{} cannot be read", param.source))
            .hint("any, read-write, read-only, primary, standby or prefer-standby")),
    }
}

fn connect_timeout(param: Option<&Param>) -> Result<Duration, Failure> {
    let Some(param) = param else { return Ok(CONNECT_TIMEOUT) };
    match param.value.trim().parse::<i32>() {
        Ok(seconds) => Ok(u64::try_from(seconds).ok().filter(|s| *s > 0).map_or(Duration::MAX, Duration::from_secs)),
        Err(_) => Err(usage(format!("{} is not a whole number of seconds", param.source))),
    }
}

/// `options`, which libpq passes on as text and sqlx wants as pairs: `-c name=value`, `-cname=value`, `--name=value`,
/// blanks escaped by a backslash.
fn server_options(params: &Params) -> Result<Vec<(String, String)>, Failure> {
    let Some(param) = params.param("options") else { return Ok(Vec::new()) };
    let mut words = vec![String::new()];
    let mut chars = param.value.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_ascii_whitespace() => words.push(String::new()),
            // The escape is kept, as the server is to undo it.
            '\\' => words.last_mut().into_iter().for_each(|word| word.extend([c].into_iter().chain(chars.next()))),
            c => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    let mut pairs = Vec::new();
    let mut words = words.iter().filter(|word| !word.is_empty());
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("-c") {
            Some("") => words.next().map(String::as_str),
            Some(setting) => Some(setting),
            None => word.strip_prefix("--"),
        };
        if let Some(why) = foreign::known_option(setting.unwrap_or(word)) {
            let message = format!("{} names an endpoint, which means nothing to this program", param.source);
            return Err(usage(message).hint(format!("leave it out: {why}")));
        }
        let Some((name, value)) = setting.and_then(|setting| setting.split_once('=')) else {
            return Err(usage(format!("{} cannot be read", param.source)).hint("write -c name=value or --name=value"));
        };
        pairs.push((name.replace('-', "_"), value.to_owned()));
    }
    Ok(pairs)
}
