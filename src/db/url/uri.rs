//! `user:password@host1:1,host2:2/database?name=value`: libpq's URI, with SQLAlchemy's patience for raw passwords.

use super::decode;
use super::name::Part;
use super::params::Params;
use crate::error::{Failure, usage};

const PLACE: &str = "the database URL";
const ENCODE: &str = "percent-encode the password: @ is %40, / is %2F, ? is %3F, # is %23, % is %25";

/// Reads what follows `//`. `driver`: it is written for SQLAlchemy, where `+` in a parameter's value is a blank.
pub(super) fn parse(rest: &str, driver: bool) -> Result<Params, Failure> {
    let mut params = Params::default();
    let (userinfo, rest) = split_userinfo(rest)?;
    if let Some(userinfo) = userinfo {
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        Part::User.check(user, PLACE)?;
        params.set("user", decode(user, "the user's name")?, PLACE, None)?;
        params.set("password", decode(password, "the password")?, PLACE, None)?;
    }
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (raw_hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (hosts, ports) = host_list(raw_hosts)?;
    Part::Host.check(raw_hosts, PLACE)?;
    Part::Database.check(database, PLACE)?;
    params.set("host", hosts, PLACE, None)?;
    params.set("port", ports, PLACE, None)?;
    params.set("dbname", decode(database, "the database's name")?, PLACE, None)?;
    let mut repeated_hosts: Vec<String> = Vec::new();
    for (number, pair) in (1..).zip(query.split('&').filter(|pair| !pair.is_empty())) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name, "a parameter's name")?;
        if let Some(part) = Part::of(&name) {
            part.check(value, PLACE)?;
        } else if value.contains(';') && name != "password" {
            return Err(usage("a parameter of the database URL holds ';'").hint("parameters are separated by &"));
        }
        let value = decode(&if driver { value.replace('+', " ") } else { value.to_owned() }, "a parameter")?;
        if name == "host" {
            // SQLAlchemy writes several hosts as ?host=a:1&host=b:2.
            repeated_hosts.push(value);
            let (hosts, ports) = param_hosts(&repeated_hosts.join(","));
            params.set("host", hosts, PLACE, None)?;
            params.set("port", ports, PLACE, None)?;
        } else {
            params.set(&name, value, PLACE, Some(number))?;
        }
    }
    Ok(params)
}

/// Where the password ends. libpq: at the `@` before the first `/`. SQLAlchemy: at the first `@`, whatever comes before.
/// Here: at the last `@` before the path or query; without one, at the only `@` there is, unless what is before it
/// reads as hosts and a query. A URL that leaves a choice is refused, since the wrong one would show the password.
fn split_userinfo(rest: &str) -> Result<(Option<&str>, &str), Failure> {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if let Some((userinfo, _)) = authority.rsplit_once('@') {
        let after = rest.get(userinfo.len() + 1..).unwrap_or_default();
        return if after.contains('@') { Err(ambiguous()) } else { Ok((Some(userinfo), after)) };
    }
    let Some((userinfo, after)) = rest.split_once('@') else { return Ok((None, rest)) };
    let in_query = userinfo.contains('?');
    let could_be_password = authority.contains(':') && !authority.starts_with('[');
    if !could_be_password || (in_query && host_list(authority).is_ok()) {
        return Ok((None, rest));
    }
    if after.contains('@') { Err(ambiguous()) } else { Ok((Some(userinfo), after)) }
}

fn ambiguous() -> Failure {
    usage("it is unclear where the password in the database URL ends").hint(ENCODE)
}

/// `a:1,[::1]:2,%2Ftmp` as libpq's lists of hosts and ports; an empty list when all are empty.
fn host_list(text: &str) -> Result<(String, String), Failure> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for item in text.split(',') {
        let (host, port) = match item.strip_prefix('[') {
            Some(inner) => {
                let (host, after) = inner.split_once(']').ok_or_else(|| usage("[ without ] in the database URL"))?;
                let port = if after.is_empty() { Some("") } else { after.strip_prefix(':') };
                (host, port.ok_or_else(|| usage("in the database URL only a :port may follow the ]"))?)
            }
            None => item.split_once(':').unwrap_or((item, "")),
        };
        if port.contains(':') && !item.starts_with('[') {
            let error = usage("the host in the database URL has several colons");
            return Err(error.hint("write an IPv6 address in brackets: [::1]; a password needs an @ behind it"));
        }
        if !port.is_empty() && !port.parse::<u16>().is_ok_and(|port| port > 0) {
            return Err(usage("the port in the database URL is not a number from 1 to 65535")
                .hint("a password needs an @ and a host behind it"));
        }
        let host = decode(host, "the host")?;
        if host.contains(',') {
            return Err(usage("the host in the database URL holds an encoded comma"));
        }
        hosts.push(host);
        ports.push(port);
    }
    Ok((join(&hosts), join(&ports)))
}

/// `?host=a:1,b:2`; a port only behind a single colon, as two are an IPv6 address.
fn param_hosts(text: &str) -> (String, String) {
    let split = |item: &str| match item.split_once(':') {
        Some((host, port)) if !host.starts_with('/') && port.parse::<u16>().is_ok() => {
            (host.to_owned(), port.to_owned())
        }
        _ => (item.to_owned(), String::new()),
    };
    let (hosts, ports): (Vec<String>, Vec<String>) = text.split(',').map(split).unzip();
    (join(&hosts), join(&ports))
}

fn join<T: AsRef<str>>(items: &[T]) -> String {
    if items.iter().all(|item| item.as_ref().is_empty()) {
        return String::new();
    }
    items.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(",")
}
