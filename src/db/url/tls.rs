//! TLS parameters, as libpq understands them.

use super::params::Params;
use crate::error::{Failure, usage};
use std::path::PathBuf;

/// How a connection is secured; it holds for every host that is not a Unix socket. Without Debug, for it may hold a password.
#[derive(Clone)]
pub(in crate::db) struct Tls {
    pub(in crate::db) mode: Mode,
    /// The certificates to trust; none for the system's.
    pub(in crate::db) root: Option<PathBuf>,
    /// Certificates that were revoked.
    pub(in crate::db) revoked: Option<PathBuf>,
    pub(in crate::db) client: Option<ClientCertificate>,
    /// TLS begins at once, without PostgreSQL's request for it.
    pub(in crate::db) direct: bool,
    /// The host name is sent to the server (SNI).
    pub(in crate::db) sends_name: bool,
    pub(in crate::db) tls12: bool,
    pub(in crate::db) tls13: bool,
    pub(in crate::db) binding: Binding,
}

#[derive(Clone)]
pub(in crate::db) struct ClientCertificate {
    pub(in crate::db) certificate: PathBuf,
    pub(in crate::db) key: PathBuf,
    /// `sslpassword`, which opens the key.
    pub(in crate::db) password: Option<String>,
}

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// libpq's `channel_binding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Binding {
    Disable,
    Prefer,
    Require,
}

const MODES: &str = "sslmode is disable, allow, prefer, require, verify-ca or verify-full";
const VERSIONS: [&str; 4] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

impl Tls {
    /// As libpq: `sslrootcert=system` means verify-full; a root certificate, given or in `~/.postgresql/root.crt`, makes
    /// require a verify-ca; the client's certificate is by default `~/.postgresql/postgresql.crt` with its key.
    ///
    /// Unlike libpq, verify-ca and verify-full without a root certificate trust the system's.
    pub(super) fn new(params: &Params, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let home = env("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".postgresql"));
        let default = |name: &str| home.as_ref().map(|dir| dir.join(name)).filter(|path| path.is_file());
        let system = params.get("sslrootcert") == Some("system");
        let root = if system { None } else { file(params, "sslrootcert")?.or_else(|| default("root.crt")) };
        let mode = match params.param("sslmode") {
            None if system => Mode::VerifyFull,
            None => Mode::Prefer,
            Some(param) => match param.value.to_ascii_lowercase().as_str() {
                "verify-full" => Mode::VerifyFull,
                "disable" | "allow" | "prefer" | "require" | "verify-ca" if system => {
                    let message = format!("{} is weaker than sslrootcert=system allows", param.source);
                    return Err(usage(message).hint("use verify-full"));
                }
                "disable" => Mode::Disable,
                "allow" => Mode::Allow,
                "prefer" => Mode::Prefer,
                "require" if root.is_some() => Mode::VerifyCa,
                "require" => Mode::Require,
                "verify-ca" => Mode::VerifyCa,
                _ => return Err(usage(format!("{} cannot be read", param.source)).hint(MODES)),
            },
        };
        let (tls12, tls13) = versions(params)?;
        let direct = choice(params, "sslnegotiation", &["postgres", "direct"])? == Some("direct");
        if direct && matches!(mode, Mode::Disable | Mode::Allow | Mode::Prefer) {
            return Err(usage("sslnegotiation=direct needs sslmode=require, verify-ca or verify-full"));
        }
        let binding = match choice(params, "channel_binding", &["disable", "prefer", "require"])? {
            Some("disable") => Binding::Disable,
            Some("require") if mode == Mode::Disable => {
                return Err(usage("channel_binding=require needs TLS, which sslmode=disable switches off")
                    .hint("use sslmode=require or stronger"));
            }
            Some("require") => Binding::Require,
            _ => Binding::Prefer,
        };
        Ok(Self {
            mode,
            root,
            revoked: file(params, "sslcrl")?.or_else(|| default("root.crl")),
            client: client(params, &default)?,
            direct,
            sends_name: choice(params, "sslsni", &["1", "0"])? != Some("0"),
            tls12,
            tls13,
            binding,
        })
    }
}

fn client(params: &Params, default: &dyn Fn(&str) -> Option<PathBuf>) -> Result<Option<ClientCertificate>, Failure> {
    if choice(params, "sslcertmode", &["allow", "disable"])? == Some("disable") {
        return Ok(None);
    }
    let certificate = file(params, "sslcert")?.or_else(|| default("postgresql.crt"));
    let key = file(params, "sslkey")?.or_else(|| default("postgresql.key"));
    match (certificate, key) {
        (Some(certificate), Some(key)) => {
            Ok(Some(ClientCertificate { certificate, key, password: params.get("sslpassword").map(str::to_owned) }))
        }
        (Some(_), None) if params.get("sslcert").is_some() => {
            Err(usage("sslcert needs an sslkey, or ~/.postgresql/postgresql.key"))
        }
        (None, Some(_)) if params.get("sslkey").is_some() => {
            Err(usage("sslkey needs an sslcert, or ~/.postgresql/postgresql.crt"))
        }
        _ => Ok(None),
    }
}

/// Whether TLS 1.2 and TLS 1.3 are allowed; older versions are not spoken at all.
fn versions(params: &Params) -> Result<(bool, bool), Failure> {
    let place = |name: &str| -> Result<Option<usize>, Failure> {
        let found = choice(params, name, &VERSIONS)?;
        Ok(found.and_then(|found| VERSIONS.iter().position(|version| *version == found)))
    };
    let (least, most) =
        (place("ssl_min_protocol_version")?.unwrap_or(0), place("ssl_max_protocol_version")?.unwrap_or(3));
    if least > most {
        return Err(usage("ssl_min_protocol_version is higher than ssl_max_protocol_version"));
    }
    if most < 2 {
        return Err(usage("ssl_max_protocol_version is too low: this program speaks TLSv1.2 and TLSv1.3")
            .hint("leave it out, or: TLSv1.2, TLSv1.3"));
    }
    Ok((least <= 2, most >= 3))
}

/// One of a few values, whatever its case.
fn choice(params: &Params, name: &str, values: &[&'static str]) -> Result<Option<&'static str>, Failure> {
    let Some(param) = params.param(name) else { return Ok(None) };
    match values.iter().find(|value| param.value.eq_ignore_ascii_case(value)) {
        Some(value) => Ok(Some(value)),
        None => {
            let message = format!("{} asks for something this program cannot do", param.source);
            Err(usage(message).hint(format!("leave it out, or: {}", values.join(", "))))
        }
    }
}

/// A file that is named must exist; one that cannot be read is named when it is needed.
fn file(params: &Params, name: &str) -> Result<Option<PathBuf>, Failure> {
    let Some(param) = params.param(name) else { return Ok(None) };
    let path = PathBuf::from(&param.value);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(usage(format!("{}: there is no such file", param.source)))
}
