//! Server certificates that psql accepts, and certificates that must be refused.

use super::{Secure, openssl, signed};
use std::path::Path;

const NOBODY: &str = "signed by nobody that is trusted";
const ANOTHER: &str = "for another name";

fn root(mode: &str, file: &str) -> String {
    format!("sslmode={mode}&sslrootcert={file}")
}

/// Signed by its own key.
fn self_signed(dir: &Path, file: &str, name: &str, days: i32) {
    std::fs::write(dir.join("extensions"), "basicConstraints=critical,CA:TRUE\n").unwrap();
    openssl(dir, &format!("req -newkey rsa:2048 -nodes -keyout {file}.key -out {file}.csr -subj /CN={name}"));
    openssl(
        dir,
        &format!("x509 -req -in {file}.csr -signkey {file}.key -days {days} -extfile extensions -out {file}.crt"),
    );
}

/// X.509 version 1: without extensions.
fn version_1(dir: &Path, authority: &str, file: &str, days: i32) {
    openssl(dir, &format!("req -newkey rsa:2048 -nodes -keyout {file}.key -out {file}.csr -subj /CN=localhost"));
    openssl(
        dir,
        &format!(
            "x509 -req -in {file}.csr -CA {authority}.crt -CAkey {authority}.key -CAcreateserial -days {days} -out {file}.crt"
        ),
    );
}

#[test]
fn verify_full_alone_looks_at_the_name() {
    let secure = Secure::start_with("server", |dir| {
        signed(dir, "ca", "cloud", "proj:inst", "subjectAltName=DNS:x.sql.goog", 30);
        signed(dir, "ca", "common", "localhost", "basicConstraints=CA:FALSE", 30);
        signed(dir, "ca", "address", "localhost", "subjectAltName=IP:127.0.0.1", 30);
        signed(dir, "ca", "wildcard", "x", "subjectAltName=DNS:*.0.0.1,DNS:*.localhost", 30);
    });
    let (ca, stranger) = (secure.file("ca.crt"), secure.file("stranger.crt"));
    secure.serve("cloud");
    for mode in ["require", "verify-ca"] {
        secure.works("postgres", "localhost", &root(mode, &ca));
        secure.refused("postgres", "localhost", &root(mode, &stranger), NOBODY);
    }
    secure.refused("postgres", "localhost", &root("verify-full", &ca), "for another name: x.sql.goog");
    // The name is the host's where hostaddr says where it is.
    let url = format!("host=x.sql.goog hostaddr=127.0.0.1 port={} user=postgres dbname=postgres", secure.server.port);
    let verified = |text: &str| {
        let text = format!("{text} sslmode=verify-full sslrootcert={ca}");
        crate::harness::ask(&secure.database, "list -o json").env("DATABASE_URL", text).run()
    };
    verified(&url).expect(0);
    let wrong = verified(&url.replace("x.sql.goog", "y.sql.goog"));
    assert!(wrong.code == 5 && wrong.stderr.contains(ANOTHER), "{wrong}");
    // A root certificate in its usual place makes require a verification.
    let place = &secure.database.place;
    place.write(".postgresql/root.crt", &std::fs::read_to_string(&ca).unwrap());
    secure.works("postgres", "localhost", "sslmode=require");
    place.write(".postgresql/root.crt", &std::fs::read_to_string(&stranger).unwrap());
    secure.refused("postgres", "localhost", "sslmode=require", NOBODY);
    std::fs::remove_file(place.path().join(".postgresql/root.crt")).unwrap();

    // The common name counts where there is no alternative name of the host's kind.
    secure.serve("common");
    secure.works("postgres", "localhost", &root("verify-full", &ca));
    secure.refused("postgres", "127.0.0.1", &root("verify-full", &ca), ANOTHER);
    secure.serve("address");
    secure.works("postgres", "localhost", &root("verify-full", &ca));
    secure.works("postgres", "127.0.0.1", &root("verify-full", &ca));
    secure.serve("wildcard");
    secure.refused("postgres", "localhost", &root("verify-full", &ca), ANOTHER);
    secure.refused("postgres", "127.0.0.1", &root("verify-full", &ca), ANOTHER);
}

#[test]
fn the_cas_of_the_system_are_trusted_and_ssl_cert_file_replaces_them() {
    let secure = Secure::start("server");
    let (ca, stranger) = (secure.file("ca.crt"), secure.file("stranger.crt"));
    let list = |host: &str, parameters: &str| {
        let url = format!("postgres://postgres@{host}:{}/postgres?{parameters}", secure.server.port);
        crate::harness::ask(&secure.database, "list -o json").env("DATABASE_URL", url).env("SSL_CERT_FILE", &ca).run()
    };
    for parameters in ["sslmode=verify-ca", "sslmode=verify-full", "sslrootcert=system"] {
        list("localhost", parameters).expect(0);
        let wrong = list("127.0.0.1", parameters);
        assert!(wrong.code == 5 && wrong.stderr.contains(ANOTHER), "{wrong}");
    }
    // What the system trusts does not count where an authority is named.
    let wrong = list("localhost", &root("verify-ca", &stranger));
    assert!(wrong.code == 5 && wrong.stderr.contains(NOBODY), "{wrong}");
}

#[test]
fn a_self_signed_certificate_is_trusted_where_it_is_its_own_root() {
    let secure = Secure::start_with("server", |dir| {
        self_signed(dir, "own", "localhost", 30);
        self_signed(dir, "twin", "localhost", 30);
        self_signed(dir, "elsewhere", "elsewhere", 30);
        self_signed(dir, "late", "localhost", -1);
        signed(dir, "own", "sub", "localhost", "basicConstraints=critical,CA:TRUE", 30);
        signed(dir, "own", "client", "localhost", "basicConstraints=CA:TRUE\nextendedKeyUsage=clientAuth", 30);
        signed(dir, "own", "signer", "localhost", "basicConstraints=CA:TRUE\nkeyUsage=keyCertSign", 30);
    });
    let own = secure.file("own.crt");
    secure.serve("own");
    for mode in ["require", "verify-ca", "verify-full"] {
        secure.works("postgres", "localhost", &root(mode, &own));
        // The same name, another key.
        secure.refused("postgres", "localhost", &root(mode, &secure.file("twin.crt")), "certificate");
    }
    secure.refused("postgres", "127.0.0.1", &root("verify-full", &own), ANOTHER);
    secure.serve("elsewhere");
    secure.works("postgres", "localhost", &root("verify-ca", &secure.file("elsewhere.crt")));
    secure.refused("postgres", "localhost", &root("verify-full", &secure.file("elsewhere.crt")), ANOTHER);
    secure.serve("late");
    for mode in ["require", "verify-ca", "verify-full"] {
        secure.refused("postgres", "localhost", &root(mode, &secure.file("late.crt")), "expired");
    }
    // An authority's certificate, signed by one that is trusted.
    secure.serve("sub");
    secure.works("postgres", "localhost", &root("verify-full", &own));
    secure.refused("postgres", "localhost", &root("verify-full", &secure.file("twin.crt")), "certificate authority");
    for unfit in ["client", "signer"] {
        secure.serve(unfit);
        secure.refused("postgres", "localhost", &root("verify-ca", &own), "certificate");
    }
}

#[test]
fn a_certificate_of_version_1_is_trusted_where_a_trusted_authority_signed_it() {
    let secure = Secure::start_with("server", |dir| {
        version_1(dir, "ca", "old", 30);
        version_1(dir, "ca", "late", -1);
        // A server that signs for others, with a certificate that does not allow it.
        version_1(dir, "server", "rogue_old", 30);
        signed(dir, "server", "rogue", "localhost", "subjectAltName=DNS:localhost", 30);
        for file in ["rogue", "rogue_old"] {
            let path = dir.join(format!("{file}.crt"));
            let chain =
                std::fs::read_to_string(&path).unwrap() + &std::fs::read_to_string(dir.join("server.crt")).unwrap();
            std::fs::write(path, chain).unwrap();
        }
    });
    let (ca, stranger) = (secure.file("ca.crt"), secure.file("stranger.crt"));
    secure.serve("old");
    for mode in ["require", "verify-ca", "verify-full"] {
        secure.works("postgres", "localhost", &root(mode, &ca));
        secure.refused("postgres", "localhost", &root(mode, &stranger), "certificate");
    }
    secure.refused("postgres", "127.0.0.1", &root("verify-full", &ca), ANOTHER);
    secure.serve("late");
    secure.refused("postgres", "localhost", &root("verify-ca", &ca), "expired");
    for rogue in ["rogue", "rogue_old"] {
        secure.serve(rogue);
        secure.refused("postgres", "localhost", &root("verify-ca", &ca), "certificate");
        secure.works("postgres", "localhost", "sslmode=require");
    }
}

#[test]
fn a_certificate_that_sslcrl_lists_is_refused() {
    let secure = Secure::start_with("server", |dir| {
        let settings = "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n";
        std::fs::write(dir.join("ca.conf"), settings).unwrap();
        std::fs::write(dir.join("index.txt"), "").unwrap();
        std::fs::write(dir.join("number"), "01\n").unwrap();
        let ca = "ca -config ca.conf -keyfile ca.key -cert ca.crt";
        openssl(dir, &format!("{ca} -gencrl -out none.crl"));
        openssl(dir, &format!("{ca} -revoke server.crt"));
        openssl(dir, &format!("{ca} -gencrl -out server.crl"));
    });
    let verified = root("verify-full", &secure.file("ca.crt"));
    secure.works("postgres", "localhost", &format!("{verified}&sslcrl={}", secure.file("none.crl")));
    secure.refused("postgres", "localhost", &format!("{verified}&sslcrl={}", secure.file("server.crl")), "revoked");
    let no_list = format!("{verified}&sslcrl={}", secure.file("ca.crt"));
    secure.refused("postgres", "localhost", &no_list, "no revocation list");
}

#[test]
fn what_the_program_cannot_speak_is_a_problem_of_tls_and_named() {
    let secure = Secure::start_with("server", |dir| {
        openssl(dir, "ecparam -name secp521r1 -genkey -noout -out p521.key");
        openssl(dir, "req -new -key p521.key -out p521.csr -subj /CN=localhost");
        std::fs::write(dir.join("extensions"), "subjectAltName=DNS:localhost\n").unwrap();
        openssl(
            dir,
            "x509 -req -in p521.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile extensions -out p521.crt",
        );
    });
    let ca = secure.file("ca.crt");
    secure.serve("p521");
    for mode in ["verify-ca", "verify-full"] {
        secure.refused("postgres", "localhost", &root(mode, &ca), "P-521 key, which this program cannot verify");
    }
    secure.works("postgres", "localhost", "sslmode=require");
    // Nothing proves that the certificate is the server's own.
    let bound = "sslmode=require&channel_binding=require";
    secure.refused("scrambled:plain", "localhost", bound, "certificate cannot be used");
    secure.works("scrambled:plain", "localhost", "sslmode=require");
    secure.serve("ca");
    secure.set("ssl_max_protocol_version", "TLSv1.2");
    secure.refused(
        "postgres",
        "localhost",
        "sslmode=require&ssl_min_protocol_version=TLSv1.3",
        "no common version of TLS",
    );
    secure.works("postgres", "localhost", "sslmode=require&ssl_max_protocol_version=TLSv1.2");
    secure.set("ssl_ciphers", "ECDHE-RSA-AES256-SHA384");
    secure.refused("postgres", "localhost", "sslmode=require", "no TLS cipher suite in common");
    let output = secure.list("postgres", "localhost", "sslmode=require");
    assert!(!output.stderr.contains("cannot reach") && output.stderr.contains("ssl_ciphers"), "{output}");
    secure.works("postgres", "localhost", "sslmode=prefer");
}

#[test]
fn prefer_and_allow_go_the_other_way_where_the_server_wants_it() {
    let secure = Secure::start("server");
    for parameters in ["", "sslmode=prefer", "sslmode=allow", "sslmode=disable"] {
        secure.works("plain", "127.0.0.1", parameters);
    }
    secure.refused("plain", "127.0.0.1", "sslmode=require", "pg_hba.conf rejects connection");
    for parameters in ["", "sslmode=prefer", "sslmode=allow", "sslmode=require"] {
        secure.works("secret", "127.0.0.1", parameters);
    }
    secure.refused("secret", "127.0.0.1", "sslmode=disable", "pg_hba.conf rejects connection");
    // Channel binding cannot be had without TLS.
    secure.refused("plain", "127.0.0.1", "channel_binding=require", "pg_hba.conf rejects connection");
    // A password that is wrong over TLS is not sent again without it.
    let output = secure.list("scrambled:wrong", "127.0.0.1", "");
    assert_eq!(output.stderr.matches("password authentication failed").count(), 1, "{output}");
}

#[test]
fn channel_binding_and_require_auth_hold() {
    let secure = Secure::start("server");
    let (bound, scram) = ("sslmode=require&channel_binding=require", "require_auth=scram-sha-256");
    secure.works("scrambled:plain", "localhost", bound);
    secure.works("scrambled:plain", "localhost", &format!("{bound}&{scram}"));
    secure.works("scrambled:plain", "localhost", "channel_binding=disable");
    secure.works("scrambled:plain", "localhost", "sslmode=disable&channel_binding=prefer");
    secure.refused("postgres", "localhost", bound, "channel_binding=require cannot be met");
    secure.refused("postgres", "localhost", scram, "asks for no proof at all, which require_auth forbids");
    secure.works("postgres", "localhost", "require_auth=none");
    secure.works("postgres", "localhost", "require_auth=!scram-sha-256");
    secure.refused("scrambled:plain", "localhost", "require_auth=!scram-sha-256", "asks for SCRAM-SHA-256, which");
    secure.refused("scrambled", "localhost", "", "asks for a password, and none was given");
    // The other server on this machine has no TLS.
    let url = crate::harness::SERVER.url("postgres") + "?channel_binding=require";
    let output = crate::harness::ask(&secure.database, "list").env("DATABASE_URL", url).fails(5);
    assert!(output.stderr.contains("channel_binding=require needs TLS"), "{output}");
}
