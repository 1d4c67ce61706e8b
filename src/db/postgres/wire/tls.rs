//! TLS: asking the server for it, the handshake, and what went wrong in plain words.

use super::super::errors::Connecting;
use super::dial::Stream;
use super::login::Bound;
use super::trust::{CertificateCheck, Distrust, Verifier};
use super::{keys, trust};
use crate::db::url::tls::Mode;
use crate::db::url::{Endpoint, Host};
use bytes::BytesMut;
use postgres_protocol::message::frontend;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{AlertDescription, CertificateError, ClientConfig, Error, PeerIncompatible};

/// What the server's port speaks when TLS begins at once.
const ALPN: &[u8] = b"postgresql";

const TRUST_HINT: &str = "sslrootcert names the authority to trust, sslcert and sslkey the certificate to show";
const MODE_HINT: &str = "sslmode in DATABASE_URL sets what is required";

/// Asks a server for TLS; whether it is willing. Nothing but its one byte is read, so that nothing that was sent before
/// TLS can pass for something that came through it.
pub(super) async fn request(stream: &mut Stream) -> Result<bool, Connecting> {
    let mut buffer = BytesMut::new();
    frontend::ssl_request(&mut buffer);
    let lost = |cause: io::Error| {
        Connecting::Unreachable(match cause.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(cause.kind(), "the server closed the connection"),
            _ => cause,
        })
    };
    stream.write_all(&buffer).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    match stream.read_u8().await.map_err(lost)? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        // An error message that anybody on the way could have written is not shown.
        b'E' => Err(Connecting::Foreign("the server answers the request for TLS with an error".to_owned())),
        _ => Err(Connecting::Foreign("what answers does not follow PostgreSQL's protocol".to_owned())),
    }
}

/// How to secure the connections to one host.
pub(super) struct Security {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    name: ServerName<'static>,
    direct: bool,
}

impl Security {
    /// Reads the files that the parameters name.
    pub(super) fn new(host: &Host) -> Result<Self, Connecting> {
        let tls = &host.tls;
        let written = match &host.endpoint {
            Endpoint::Tcp { name, .. } => name.trim_end_matches('.'),
            Endpoint::Unix(_) => "",
        };
        let check = match tls.mode {
            Mode::Disable | Mode::Allow | Mode::Prefer | Mode::Require => CertificateCheck::Nothing,
            Mode::VerifyCa | Mode::VerifyFull => {
                let roots = trust::Roots::load(tls.root.as_deref())?;
                // The system's authorities certify anybody; without the name they would prove nothing.
                let names = tls.mode == Mode::VerifyFull || tls.root.is_none();
                let revoked = tls.revoked.as_deref().map(trust::revocations).transpose()?;
                CertificateCheck::Chain { roots, revoked, name: names.then(|| written.to_owned()) }
            }
        };
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(Verifier::new(check, provider.signature_verification_algorithms));
        let versions = [(tls.tls12, &TLS12), (tls.tls13, &TLS13)];
        let versions: Vec<_> =
            versions.into_iter().filter(|(allowed, _)| *allowed).map(|(_, version)| version).collect();
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)
            .map_err(|error| insecure(error.to_string(), MODE_HINT))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<_>);
        let mut config = match &tls.client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let (chain, key) = keys::client(client)?;
                let (certificate, key_file) = (client.certificate.display(), client.key.display());
                builder.with_client_auth_cert(chain, key).map_err(|error| match error {
                    Error::InconsistentKeys(_) => insecure(
                        format!("the client key {key_file} does not belong to the certificate {certificate}"),
                        "sslcert and sslkey name a certificate and its key",
                    ),
                    error => insecure(
                        format!("the client key {key_file} cannot be used: {error}"),
                        "use an RSA key of 2048 bits or more, P-256, P-384 or Ed25519",
                    ),
                })?
            }
        };
        config.enable_sni = tls.sends_name;
        if tls.direct {
            config.alpn_protocols = vec![ALPN.to_vec()];
        }
        // A name that cannot be sent is not sent, as an address is not.
        let unnamed = || ServerName::from(IpAddr::from(Ipv4Addr::LOCALHOST));
        let name = ServerName::try_from(written.to_owned()).unwrap_or_else(|_| unnamed());
        Ok(Self { config: Arc::new(config), verifier, name, direct: tls.direct })
    }

    pub(super) async fn handshake(&self, stream: Stream) -> Result<(Stream, Bound), Connecting> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(self.name.clone(), stream).await.map_err(|cause| {
            problem(&cause).unwrap_or_else(|| match cause.kind() {
                io::ErrorKind::UnexpectedEof => {
                    insecure("the server closed the connection during the TLS handshake".to_owned(), MODE_HINT)
                }
                _ => Connecting::Unreachable(cause),
            })
        })?;
        let (_, session) = stream.get_ref();
        if self.direct && session.alpn_protocol() != Some(ALPN) {
            return Err(insecure(
                "the server does not know sslnegotiation=direct".to_owned(),
                "leave sslnegotiation out",
            ));
        }
        let certificate = session.peer_certificates().and_then(|chain| chain.first());
        let end_point = certificate.filter(|_| self.verifier.proved()).and_then(trust::end_point);
        Ok((Box::new(stream), Bound { end_point }))
    }
}

pub(super) fn insecure(message: String, hint: &str) -> Connecting {
    Connecting::Insecure { message, hint: hint.to_owned() }
}

/// What an error of rustls means; none if it is none.
pub(super) fn problem(cause: &io::Error) -> Option<Connecting> {
    let error = cause.get_ref()?.downcast_ref::<Error>()?;
    let (message, hint) = match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => match other.0.downcast_ref::<Distrust>() {
            Some(distrust) => (distrust.message.clone(), distrust.hint),
            None => (format!("the server's certificate cannot be verified ({error})"), TRUST_HINT),
        },
        Error::InvalidCertificate(_) => {
            (format!("the server does not prove that its certificate is its own ({error})"), TRUST_HINT)
        }
        Error::AlertReceived(alert) => return Some(alerted(*alert)),
        Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => return Some(no_common_version()),
        Error::InvalidMessage(_) => ("what answers does not speak TLS".to_owned(), MODE_HINT),
        other => (other.to_string(), MODE_HINT),
    };
    Some(insecure(message, hint))
}

fn no_common_version() -> Connecting {
    insecure(
        "the server and this program speak no common version of TLS; this program speaks TLS 1.2 and 1.3".to_owned(),
        "raise ssl_max_protocol_version in the server to TLSv1.2 or TLSv1.3; see ssl_min_protocol_version and \
         ssl_max_protocol_version in DATABASE_URL too",
    )
}

fn alerted(alert: AlertDescription) -> Connecting {
    let (message, hint) = match alert {
        AlertDescription::CertificateRequired => ("the server wants a client certificate", TRUST_HINT),
        AlertDescription::UnknownCA => ("the server does not trust the client certificate", TRUST_HINT),
        AlertDescription::CertificateExpired => ("the server says that the client certificate has expired", TRUST_HINT),
        AlertDescription::CertificateRevoked => ("the server says that the client certificate was revoked", TRUST_HINT),
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError => ("the server does not accept the client certificate", TRUST_HINT),
        AlertDescription::ProtocolVersion => return no_common_version(),
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => (
            "the server and this program have no TLS cipher suite in common; this program knows those of TLS 1.3 and, \
             in TLS 1.2, ECDHE with AES-GCM or ChaCha20, and certificates with RSA, P-256, P-384 or Ed25519 keys",
            "let the server use TLS 1.3 (ssl_max_protocol_version) or an ECDHE suite with GCM (ssl_ciphers, \
             ssl_ecdh_curve), or give it an RSA or P-256 certificate",
        ),
        other => return insecure(format!("the server ended the TLS handshake: {other:?}"), MODE_HINT),
    };
    insecure(message.to_owned(), hint)
}
