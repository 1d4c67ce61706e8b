//! TLS parameters, from libpq's meaning to sqlx's.

use super::params::Params;
use crate::error::{Failure, usage};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::path::PathBuf;

/// What goes for every host that is not a Unix socket.
pub(super) struct Tls {
    mode: PgSslMode,
    root: Option<PathBuf>,
    client: Option<(PathBuf, PathBuf)>,
}

const MODES: &str = "sslmode is disable, allow, prefer, require, verify-ca or verify-full";

impl Tls {
    /// As libpq: `sslrootcert=system` means verify-full; a root certificate, given or in `~/.postgresql/root.crt`, makes
    /// require a verify-ca; the client's certificate is by default `~/.postgresql/postgresql.crt` with its key.
    ///
    /// Otherwise than libpq: allow is prefer (sqlx would never use TLS); verify-ca and verify-full without a root
    /// certificate trust the system's, and with one they trust it in addition.
    pub(super) fn new(params: &Params, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let home = env("HOME").filter(|home| !home.is_empty()).map(|home| PathBuf::from(home).join(".postgresql"));
        let default = |name: &str| home.as_ref().map(|dir| dir.join(name)).filter(|path| path.is_file());
        let system = params.get("sslrootcert") == Some("system");
        let root = if system { None } else { file(params, "sslrootcert")?.or_else(|| default("root.crt")) };
        let mode = match params.param("sslmode") {
            None if system => PgSslMode::VerifyFull,
            None => PgSslMode::Prefer,
            Some(param) => match param.value.to_ascii_lowercase().as_str() {
                "verify-full" => PgSslMode::VerifyFull,
                "disable" | "allow" | "prefer" | "require" | "verify-ca" if system => {
                    let message = format!("{} is weaker than sslrootcert=system allows", param.source);
                    return Err(usage(message).hint("use verify-full"));
                }
                "disable" => PgSslMode::Disable,
                "allow" | "prefer" => PgSslMode::Prefer,
                "require" if root.is_some() => PgSslMode::VerifyCa,
                "require" => PgSslMode::Require,
                "verify-ca" => PgSslMode::VerifyCa,
                _ => return Err(usage(format!("{} cannot be read", param.source)).hint(MODES)),
            },
        };
        let cert = file(params, "sslcert")?.or_else(|| default("postgresql.crt"));
        let key = file(params, "sslkey")?.or_else(|| default("postgresql.key"));
        let client = match (cert, key) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (Some(_), None) if params.get("sslcert").is_some() => {
                return Err(usage("sslcert needs an sslkey, or ~/.postgresql/postgresql.key"));
            }
            (None, Some(_)) if params.get("sslkey").is_some() => {
                return Err(usage("sslkey needs an sslcert, or ~/.postgresql/postgresql.crt"));
            }
            _ => None,
        };
        Ok(Self { mode, root, client })
    }

    pub(super) fn apply(&self, options: PgConnectOptions) -> PgConnectOptions {
        let options = options.ssl_mode(self.mode);
        let options = match &self.root {
            Some(path) => options.ssl_root_cert(path),
            // sqlx has put PGSSLROOTCERT there, and "system" is no file.
            None => options.ssl_root_cert_from_pem(Vec::new()),
        };
        match &self.client {
            Some((cert, key)) => options.ssl_client_cert(cert).ssl_client_key(key),
            None => options,
        }
    }
}

/// A file that is named must exist: sqlx's error would not say which one is missing.
fn file(params: &Params, name: &str) -> Result<Option<PathBuf>, Failure> {
    let Some(param) = params.param(name) else { return Ok(None) };
    let path = PathBuf::from(&param.value);
    if path.is_file() {
        return Ok(Some(path));
    }
    Err(usage(format!("{}: there is no such file", param.source)))
}
