//! Whether a certificate is for a host, by libpq's rules (PostgreSQL manual, "Client Verification of Server
//! Certificates"): its alternative names, or its common name where it has no alternative name of the host's kind.

use std::net::IpAddr;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

/// `Err` has the names that the certificate is for.
pub(super) fn check(certificate: &X509Certificate<'_>, host: &str) -> Result<(), Vec<String>> {
    let address: Option<IpAddr> = host.parse().ok();
    let mut presented = Vec::new();
    let mut of_the_kind = false;
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    for alternative in alternatives.iter().flat_map(|extension| &extension.value.general_names) {
        match alternative {
            GeneralName::DNSName(name) => {
                of_the_kind |= address.is_none();
                presented.push((*name).to_owned());
            }
            GeneralName::IPAddress(octets) => {
                of_the_kind |= address.is_some();
                let found = match *octets {
                    [a, b, c, d] => Some(IpAddr::from([*a, *b, *c, *d])),
                    octets => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
                };
                if found.is_some() && found == address {
                    return Ok(());
                }
                presented.extend(found.map(|found| found.to_string()));
            }
            _ => {}
        }
    }
    // Two extensions of alternative names are no valid certificate; then nothing of it counts.
    let twice = certificate.subject_alternative_name().is_err();
    if !of_the_kind && !twice {
        let common = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        presented.extend(common.map(str::to_owned));
    }
    // An address in a textual name counts as well, as it does for libpq.
    if presented.iter().any(|name| fits(name, host, address.is_some())) { Ok(()) } else { Err(presented) }
}

/// `*.` stands for one label, the leftmost.
fn fits(name: &str, host: &str, is_address: bool) -> bool {
    if name.is_empty() || host.is_empty() || name.contains('\0') {
        return false;
    }
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    let Some(rest) = name.strip_prefix("*.").filter(|_| !is_address) else { return false };
    // A wildcard over a whole top-level domain is for nobody.
    let own = host.split_once('.').filter(|(label, own)| !label.is_empty() && own.contains('.'));
    own.is_some_and(|(_, own)| own.eq_ignore_ascii_case(rest))
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_wildcard_stands_for_one_label_of_a_name_and_never_for_a_part_of_an_address() {
        assert!(fits("DB.example.org", "db.Example.org", false));
        assert!(fits("*.example.org", "db.example.org", false));
        for (name, host) in [
            ("*.example.org", "a.db.example.org"),
            ("*.example.org", "example.org"),
            ("*.example.org", ".example.org"),
            ("d*.example.org", "db.example.org"),
            ("*", "db"),
            ("*.org", "example.org"),
            ("*.", "db."),
            ("db.example.org\0.evil.org", "db.example.org"),
            ("", ""),
        ] {
            assert!(!fits(name, host, false), "{name} {host}");
        }
        assert!(!fits("*.0.0.1", "127.0.0.1", true));
        assert!(fits("127.0.0.1", "127.0.0.1", true));
    }
}
