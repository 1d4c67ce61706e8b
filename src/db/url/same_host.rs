//! Where the passwords for a URL from a `.env` file may come from.
//!
//! Such a file is found in a directory above, and it says where to connect. A password that was meant for another host, in
//! PGPASSWORD, in a service file or behind a `*` in `~/.pgpass`, is not sent there.

use super::params::Params;

/// The hosts that a URL names itself.
pub(super) struct OwnHost {
    hosts: Option<String>,
    addresses: Option<String>,
}

impl OwnHost {
    /// None where the URL names no host: then the host comes from where the password comes from.
    pub(super) fn of(params: &Params) -> Option<Self> {
        let value = |name: &str| params.get(name).map(str::to_owned);
        let own = Self { hosts: value("host"), addresses: value("hostaddr") };
        (own.hosts.is_some() || own.addresses.is_some()).then_some(own)
    }

    /// Whether the URL gives the address to connect to beside, or instead of, the host's name.
    pub(super) fn has_address(&self) -> bool {
        self.addresses.is_some()
    }

    /// Whether all hosts of the URL are among these, and are reached at the same addresses.
    pub(super) fn is(&self, hosts: Option<&str>, addresses: Option<&str>) -> bool {
        among(self.hosts.as_deref(), hosts) && among(self.addresses.as_deref(), addresses)
    }
}

fn among(own: Option<&str>, others: Option<&str>) -> bool {
    let Some(own) = own else { return true };
    let is_other =
        |host: &str| others.is_some_and(|others| others.split(',').any(|o| o.trim().eq_ignore_ascii_case(host)));
    own.split(',').all(|host| is_other(host.trim()))
}
