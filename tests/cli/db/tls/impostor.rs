//! Servers with a certificate of another server, and servers that start with TLS directly.

use super::{authority, certificate, directory};
use crate::harness::{ME, Output, Place};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, Stream};

/// Shows a certificate and signs with a key, whether they belong together or not.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn config(dir: &Path, shown: &str, key: &str) -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(dir.join(format!("{shown}.crt"))).unwrap().map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(dir.join(format!("{key}.key"))).unwrap();
    let key = ring::default_provider().key_provider.load_private_key(key).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(builder.with_cert_resolver(Arc::new(Shown(Arc::new(CertifiedKey::new(chain, key))))))
}

/// Every connection is answered in TLS, after the request for it or at once; a login is refused with these words.
fn serve(config: Arc<ServerConfig>, direct: bool, words: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // The program may leave at any moment.
            let _ = answer(stream.unwrap(), Arc::clone(&config), direct, words);
        }
    });
    port
}

fn answer(mut stream: TcpStream, config: Arc<ServerConfig>, direct: bool, words: &str) -> std::io::Result<()> {
    if !direct {
        stream.read_exact(&mut [0; 8])?;
        stream.write_all(b"S")?;
    }
    let mut session = ServerConnection::new(config).unwrap();
    let mut tls = Stream::new(&mut session, &mut stream);
    let mut length = [0; 4];
    tls.read_exact(&mut length)?;
    tls.read_exact(&mut vec![0; u32::from_be_bytes(length) as usize - 4])?;
    let body = format!("SFATAL\0C28000\0M{words}\0\0");
    let length = u32::try_from(body.len() + 4).unwrap();
    tls.write_all(&[b"E", &length.to_be_bytes()[..], body.as_bytes()].concat())?;
    tls.conn.send_close_notify();
    tls.flush()
}

fn list(place: &Place, port: u16, parameters: &str) -> Output {
    let url = format!("postgres://me@localhost:{port}/mc?{parameters}");
    place.mc(["list"]).args(ME).env("DATABASE_URL", url).run()
}

#[test]
fn a_server_without_the_key_of_its_certificate_is_refused() {
    let dir = directory();
    let path = dir.path();
    authority(path, "ca");
    certificate(path, "ca", "server", "localhost", 30);
    certificate(path, "ca", "other", "localhost", 30);
    let place = Place::new();
    let ca = path.join("ca.crt").display().to_string();
    let verified = format!("sslmode=verify-full&sslrootcert={ca}");
    // The right key first: the login goes through TLS.
    let right = list(&place, serve(config(path, "server", "server"), false, "inside"), &verified);
    assert!(right.code == 5 && right.stderr.contains("refused the connection: inside"), "{right}");
    for shown in ["server", "ca"] {
        for parameters in [&verified[..], "sslmode=require"] {
            let wrong = list(&place, serve(config(path, shown, "other"), false, "inside"), parameters);
            assert!(wrong.code == 5 && !wrong.stderr.contains("inside"), "{shown}: {wrong}");
            assert!(wrong.stderr.contains("no secure connection"), "{shown}: {wrong}");
        }
    }
}

#[test]
fn sslnegotiation_direct_begins_with_tls_and_names_its_protocol() {
    let dir = directory();
    let path = dir.path();
    authority(path, "ca");
    certificate(path, "ca", "server", "localhost", 30);
    let place = Place::new();
    let mut knowing = Arc::unwrap_or_clone(config(path, "server", "server"));
    knowing.alpn_protocols = vec![b"postgresql".to_vec()];
    let direct = "sslmode=require&sslnegotiation=direct";
    let output = list(&place, serve(Arc::new(knowing), true, "inside"), direct);
    assert!(output.code == 5 && output.stderr.contains("refused the connection: inside"), "{output}");
    let output = list(&place, serve(config(path, "server", "server"), true, "inside"), direct);
    assert!(output.code == 5 && output.stderr.contains("does not know sslnegotiation=direct"), "{output}");
}
