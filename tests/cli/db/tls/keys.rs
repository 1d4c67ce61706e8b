//! The file formats of client keys.

use super::{Secure, openssl};

#[test]
fn a_client_key_may_be_der_or_encrypted_and_is_named_where_it_cannot_be_used() {
    let secure = Secure::start_with("server", |dir| {
        openssl(dir, "pkcs8 -topk8 -nocrypt -in client.key -outform DER -out pkcs8.key");
        openssl(dir, "rsa -in client.key -traditional -out pem1.key");
        openssl(dir, "rsa -in client.key -traditional -outform DER -out pkcs1.key");
        openssl(dir, "pkcs8 -topk8 -v2 aes256 -passout pass:S3KRET -in client.key -out sealed.key");
        openssl(dir, "pkcs8 -topk8 -v2 aes256 -passout pass:S3KRET -in client.key -outform DER -out sealed_der.key");
        openssl(dir, "rsa -traditional -aes256 -passout pass:S3KRET -in client.key -out legacy.key");
        std::fs::write(dir.join("garbage.key"), "nothing").unwrap();
    });
    let with = |key: &str, more: &str| {
        let (ca, cert, key) = (secure.file("ca.crt"), secure.file("client.crt"), secure.file(key));
        format!("sslmode=verify-full&sslrootcert={ca}&sslcert={cert}&sslkey={key}{more}")
    };
    for key in ["client.key", "pkcs8.key", "pem1.key", "pkcs1.key"] {
        secure.works("certified", "localhost", &with(key, ""));
    }
    for key in ["sealed.key", "sealed_der.key"] {
        secure.works("certified", "localhost", &with(key, "&sslpassword=S3KRET"));
        let none = format!("{key} is encrypted, and there is no password");
        secure.refused("certified", "localhost", &with(key, ""), &none);
        let wrong = with(key, "&sslpassword=S3KRETS");
        secure.refused(
            "certified",
            "localhost",
            &wrong,
            &format!("sslpassword does not open the client key {}", secure.file(key)),
        );
        assert!(!secure.list("certified", "localhost", &wrong).stderr.contains("S3KRET"));
    }
    secure.refused(
        "certified",
        "localhost",
        &with("legacy.key", "&sslpassword=S3KRET"),
        "legacy.key is encrypted in a form",
    );
    secure.refused("certified", "localhost", &with("garbage.key", ""), "no private key that can be read in");
    secure.refused(
        "certified",
        "localhost",
        &with("unknown.key", ""),
        "unknown.key does not belong to the certificate",
    );
    secure.refused("certified", "localhost", &with("client.key", "&sslcertmode=disable"), "certificate");
}
