//! libpq's parameters: which are honoured, which do no harm, and which must be refused.

use super::foreign;
use crate::error::{Failure, usage};
use crate::similar_names::similar_names;
use std::collections::BTreeMap;

/// A value, and where it stands, for messages.
#[derive(Clone)]
pub(super) struct Param {
    pub(super) value: String,
    /// Such as `sslmode in the database URL` or `PGSSLMODE`.
    pub(super) source: String,
}

/// Parameters by libpq's names; never an empty value. Without Debug, for the password is one of them.
#[derive(Default)]
pub(super) struct Params(BTreeMap<&'static str, Param>);

enum Support {
    /// Read elsewhere.
    Used,
    /// Changes nothing here: it concerns the driver or the encoding.
    Ignored,
    /// Changes nothing with these values; others cannot be honoured.
    Only(&'static [&'static str]),
    /// Cannot be honoured with any value.
    Never,
}

use Support::{Ignored, Never, Only, Used};

/// Name, libpq's variable, rule. application_name is always `mc-activity <command>`, whatever the URL says.
const RULES: &[(&str, Option<&str>, Support)] = &[
    ("host", Some("PGHOST"), Used),
    ("hostaddr", Some("PGHOSTADDR"), Used),
    ("port", Some("PGPORT"), Used),
    ("user", Some("PGUSER"), Used),
    ("password", Some("PGPASSWORD"), Used),
    ("dbname", Some("PGDATABASE"), Used),
    ("passfile", Some("PGPASSFILE"), Used),
    ("service", Some("PGSERVICE"), Used),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT"), Used),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Used),
    ("options", Some("PGOPTIONS"), Used),
    ("sslmode", Some("PGSSLMODE"), Used),
    ("sslrootcert", Some("PGSSLROOTCERT"), Used),
    ("sslcert", Some("PGSSLCERT"), Used),
    ("sslkey", Some("PGSSLKEY"), Used),
    ("sslpassword", None, Used),
    ("sslcrl", Some("PGSSLCRL"), Used),
    ("sslcrldir", Some("PGSSLCRLDIR"), Never),
    ("sslkeylogfile", None, Never),
    ("sslcertmode", Some("PGSSLCERTMODE"), Used),
    ("sslnegotiation", Some("PGSSLNEGOTIATION"), Used),
    ("sslsni", Some("PGSSLSNI"), Used),
    ("sslcompression", Some("PGSSLCOMPRESSION"), Ignored),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION"), Used),
    ("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), Used),
    ("min_protocol_version", Some("PGMINPROTOCOLVERSION"), Only(&["3.0"])),
    ("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), Ignored),
    ("channel_binding", Some("PGCHANNELBINDING"), Used),
    ("require_auth", Some("PGREQUIREAUTH"), Used),
    ("requirepeer", Some("PGREQUIREPEER"), Never),
    ("gssencmode", Some("PGGSSENCMODE"), Only(&["disable", "prefer"])),
    ("gssdelegation", Some("PGGSSDELEGATION"), Only(&["0"])),
    ("krbsrvname", Some("PGKRBSRVNAME"), Ignored),
    ("gsslib", Some("PGGSSLIB"), Ignored),
    ("replication", None, Only(&["false", "off", "no", "0"])),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Only(&["disable", "random"])),
    ("application_name", None, Ignored),
    ("fallback_application_name", None, Ignored),
    ("client_encoding", None, Ignored),
    ("keepalives", None, Used),
    ("keepalives_idle", None, Used),
    ("keepalives_interval", None, Used),
    ("keepalives_count", None, Used),
    ("tcp_user_timeout", None, Used),
    // Of SQLAlchemy's drivers: how they prepare statements.
    ("prepare_threshold", None, Ignored),
    ("prepared_statement_cache_size", None, Ignored),
    ("statement_cache_size", None, Ignored),
    ("command_timeout", None, Ignored),
];

/// Other drivers' names for the same.
const ALIASES: [(&str, &str); 3] = [("ssl", "sslmode"), ("database", "dbname"), ("timeout", "connect_timeout")];

impl Params {
    /// Takes a parameter; an empty value counts as left out. An unknown name is not shown, because it may be a piece of a
    /// password; `number` says which parameter of `place` it is, where that is of use.
    pub(super) fn set(&mut self, name: &str, value: String, place: &str, number: Option<usize>) -> Result<(), Failure> {
        let known = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, known)| known);
        let Some((known, _, _)) = RULES.iter().find(|(key, _, _)| *key == known) else {
            return Err(unknown(name, place, number));
        };
        // libpq takes JDBC's ssl=true, asyncpg takes both.
        let value = match (name, value.to_ascii_lowercase().as_str()) {
            ("ssl", "true") => "require".to_owned(),
            ("ssl", "false") => "disable".to_owned(),
            _ => value,
        };
        if !value.is_empty() {
            self.0.insert(known, Param { value, source: format!("{name} in {place}") });
        }
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.param(name).map(|param| param.value.as_str())
    }

    pub(super) fn param(&self, name: &str) -> Option<&Param> {
        self.0.get(name)
    }

    /// Takes what is not set here from a service file.
    pub(super) fn fill(&mut self, other: Self) {
        for (name, param) in other.0 {
            self.0.entry(name).or_insert(param);
        }
    }

    /// Takes a parameter away; whether it was there.
    pub(super) fn forget(&mut self, name: &str) -> bool {
        self.0.remove(name).is_some()
    }

    /// Takes what is not set here from libpq's variables.
    pub(super) fn fill_from_env(&mut self, env: &dyn Fn(&str) -> Option<String>) {
        for (name, variable, _) in RULES {
            if let Some(variable) = variable
                && !self.0.contains_key(name)
                && let Some(value) = env(variable).filter(|value| !value.is_empty())
            {
                self.0.insert(name, Param { value, source: (*variable).to_owned() });
            }
        }
    }

    /// Refuses what cannot be honoured, naming it.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (name, _, rule) in RULES {
            let Some(param) = self.0.get(name) else { continue };
            match rule {
                Used | Ignored => {}
                Only(values) if values.iter().any(|value| param.value.eq_ignore_ascii_case(value)) => {}
                Only(values) => {
                    let message = format!("{} asks for something this program cannot do", param.source);
                    return Err(usage(message).hint(format!("leave it out, or: {}", values.join(", "))));
                }
                Never => return Err(usage(format!("{} cannot be honoured", param.source)).hint("leave it out")),
            }
        }
        Ok(())
    }
}

/// A piece of a password resembles a shorter name by chance.
const SHORTEST_PROPOSED: usize = 5;

/// Refuses a name, which is shown only where another program is known to use it.
fn unknown(name: &str, place: &str, number: Option<usize>) -> Failure {
    if let Some((foreign, why)) = foreign::known(name) {
        return usage(format!("{foreign} in {place} means nothing to this program"))
            .hint(format!("leave it out: {why}"));
    }
    let message = match number {
        Some(number) => format!("parameter {number} of {place} has a name that is not known"),
        None => format!("a parameter of {place} has a name that is not known"),
    };
    let known = RULES.iter().map(|(known, _, _)| *known).filter(|known| known.len() >= SHORTEST_PROPOSED);
    match similar_names(name, known).first() {
        Some(known) => usage(message).hint(format!("is {known} meant?")),
        None => usage(message).hint(
            "the name is not shown, as it may be a piece of a password: if the password holds @ / ? & or a blank, \
             percent-encode them in a URL, quote them elsewhere",
        ),
    }
}
