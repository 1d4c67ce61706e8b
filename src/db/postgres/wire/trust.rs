//! Whether a server's certificate is to be trusted.
//!
//! webpki decides. It does not read certificates of X.509 version 1, and takes no authority's certificate for a server's;
//! OpenSSL, and so libpq, does. Of these this module accepts two kinds, and no others: the very certificate that
//! sslrootcert holds, and one that is signed directly by an authority of sslrootcert.

use super::super::errors::Connecting;
use super::tls::insecure;
use super::{keys, names};
use ::ring::digest;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime,
};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, PeerMisbehaved, SignatureScheme,
};
use webpki::{CertRevocationList, EndEntityCert, KeyUsage, OwnedCertRevocationList, RawPublicKeyEntity};
use x509_parser::certificate::BasicExtension;
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage as Usage, ParsedExtension};
use x509_parser::oid_registry::{
    OID_HASH_SHA1, OID_NIST_HASH_SHA256, OID_NIST_HASH_SHA384, OID_NIST_HASH_SHA512, OID_PKCS1_MD5WITHRSAENC,
    OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA,
    OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512,
    OID_SIG_ED25519,
};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::signature_algorithm::RsaSsaPssParams;

const AUTHORITY: &str = "sslrootcert names the authority to trust";
const CHOICES: &str = "the server needs a certificate with an RSA (2048 bits or more), P-256, P-384 or Ed25519 key, signed with \
                       SHA-256 or better; sslmode=require verifies none";

/// Why a certificate is not trusted, for people.
#[derive(Debug)]
pub(super) struct Distrust {
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Distrust {}

fn distrust(message: impl Into<String>, hint: &'static str) -> Error {
    let distrust = Distrust { message: message.into(), hint };
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(distrust))))
}

/// What a certificate must satisfy.
pub(super) enum CertificateCheck {
    /// Any will do.
    Nothing,
    /// It leads to a trusted one, is not revoked, and is for this name.
    Chain { roots: Roots, revoked: Option<Vec<OwnedCertRevocationList>>, name: Option<String> },
}

/// The certificates that are trusted.
pub(super) struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    /// Those that were named one by one; none where the system's are trusted.
    named: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Those of a file, and no others; without one, the system's.
    pub(super) fn load(file: Option<&Path>) -> Result<Self, Connecting> {
        let Some(file) = file else {
            let found = rustls_native_certs::load_native_certs().certs;
            let anchors = found.iter().filter_map(anchor).collect();
            return Ok(Self { anchors, named: Vec::new() });
        };
        let named = keys::certificates(file)?;
        Ok(Self { anchors: named.iter().filter_map(anchor).collect(), named })
    }
}

fn anchor(certificate: &CertificateDer<'_>) -> Option<TrustAnchor<'static>> {
    webpki::anchor_from_trusted_cert(certificate).ok().map(|anchor| anchor.to_owned())
}

/// The revocation lists of a PEM file: at least one.
pub(super) fn revocations(file: &Path) -> Result<Vec<OwnedCertRevocationList>, Connecting> {
    let text = keys::read(file)?;
    let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&text).collect();
    let lists = found.ok().map(|found| found.iter().map(|der| OwnedCertRevocationList::from_der(der)).collect());
    match lists {
        Some(Ok::<Vec<_>, webpki::Error>(lists)) if !lists.is_empty() => Ok(lists),
        _ => Err(insecure(
            format!("there is no revocation list that can be read in {}", file.display()),
            "sslcrl names a PEM file with revocation lists of version 2 (openssl ca makes them where it has a crlnumber)",
        )),
    }
}

/// Checks a server's certificate, and that the server has its key.
#[derive(Debug)]
pub(super) struct Verifier {
    check: CertificateCheck,
    algorithms: WebPkiSupportedAlgorithms,
    /// The server has the key of its certificate.
    proved: AtomicBool,
}

impl fmt::Debug for CertificateCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "Nothing",
            Self::Chain { .. } => "Chain",
        })
    }
}

impl Verifier {
    pub(super) fn new(check: CertificateCheck, algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { check, algorithms, proved: AtomicBool::new(false) }
    }

    /// Whether the server of the last handshake proved that it has the key of the certificate that it showed.
    pub(super) fn proved(&self) -> bool {
        self.proved.load(Ordering::Relaxed)
    }

    /// ring knows no P-521. Where certificates are verified such a server is refused; where they are not, anybody in between
    /// could show one of his own, so that a proof would add nothing, except to channel binding, which is left out then.
    fn unprovable(&self) -> Result<HandshakeSignatureValid, Error> {
        self.proved.store(false, Ordering::Relaxed);
        match self.check {
            CertificateCheck::Nothing => Ok(HandshakeSignatureValid::assertion()),
            CertificateCheck::Chain { .. } => {
                Err(distrust("the server's certificate has a P-521 key, which this program cannot verify", CHOICES))
            }
        }
    }

    fn prove(&self, proof: Result<HandshakeSignatureValid, Error>) -> Result<HandshakeSignatureValid, Error> {
        self.proved.store(proof.is_ok(), Ordering::Relaxed);
        proof
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let CertificateCheck::Chain { roots, revoked, name } = &self.check else {
            return Ok(ServerCertVerified::assertion());
        };
        let lists: Option<Vec<CertRevocationList<'_>>> =
            revoked.as_ref().map(|lists| lists.iter().cloned().map(CertRevocationList::from).collect());
        let found = chain(certificate, intermediates, roots, lists.as_deref(), now, self.algorithms.all);
        if let Err(error) = found {
            let own_kind = matches!(error, webpki::Error::CaUsedAsEndEntity | webpki::Error::UnsupportedCertVersion);
            if !own_kind || lists.is_some() || !is_trusted_itself(certificate, roots, now)? {
                return Err(untrusted(&error));
            }
        }
        if let Some(name) = name {
            for_name(certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if dss.scheme == SignatureScheme::ECDSA_NISTP521_SHA512 {
            return self.unprovable();
        }
        let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
            return self.prove(verify_tls12_signature(message, certificate, dss, &self.algorithms));
        };
        let key = SubjectPublicKeyInfoDer::from(parsed.public_key().raw);
        self.prove(verify_with_key(message, &key, dss, &self.algorithms))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if dss.scheme == SignatureScheme::ECDSA_NISTP521_SHA512 {
            return self.unprovable();
        }
        let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
            return self.prove(verify_tls13_signature(message, certificate, dss, &self.algorithms));
        };
        let key = SubjectPublicKeyInfoDer::from(parsed.public_key().raw);
        self.prove(verify_tls13_signature_with_raw_key(message, &key, dss, &self.algorithms))
    }

    /// P-521 is among them, so that a server with such a certificate presents it and the error can name the problem.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}

/// What rustls' function does for a certificate that webpki can read.
fn verify_with_key(
    message: &[u8],
    key: &SubjectPublicKeyInfoDer<'_>,
    dss: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let unadvertised = || Error::from(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme);
    let (_, candidates) =
        algorithms.mapping.iter().find(|(scheme, _)| *scheme == dss.scheme).ok_or_else(unadvertised)?;
    let key = RawPublicKeyEntity::try_from(key).map_err(|_| Error::from(CertificateError::BadEncoding))?;
    for algorithm in *candidates {
        match key.verify_signature(*algorithm, message, dss.signature()) {
            Ok(()) => return Ok(HandshakeSignatureValid::assertion()),
            Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
            Err(_) => break,
        }
    }
    Err(CertificateError::BadSignature.into())
}

/// webpki's verdict.
fn chain(
    certificate: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    roots: &Roots,
    lists: Option<&[CertRevocationList<'_>]>,
    now: UnixTime,
    algorithms: &[&dyn tokio_rustls::rustls::pki_types::SignatureVerificationAlgorithm],
) -> Result<(), webpki::Error> {
    let references: Vec<&CertRevocationList<'_>> = lists.unwrap_or_default().iter().collect();
    let revocation = webpki::RevocationOptionsBuilder::new(&references)
        .ok()
        .map(|options| options.with_expiration_policy(webpki::ExpirationPolicy::Enforce).build());
    EndEntityCert::try_from(certificate)?
        .verify_for_usage(
            algorithms,
            &roots.anchors,
            intermediates,
            now,
            KeyUsage::server_auth(),
            revocation,
            // webpki does not look at the dates of what is trusted, and OpenSSL does.
            Some(&|path| {
                let root = roots.named.iter().find(|root| anchor(root).as_ref() == Some(path.anchor()));
                match root.and_then(|root| X509Certificate::from_der(root).ok()) {
                    Some((_, root)) => in_time(&root, now),
                    None => Ok(()),
                }
            }),
        )
        .map(|_| ())
}

fn in_time(certificate: &X509Certificate<'_>, now: UnixTime) -> Result<(), webpki::Error> {
    let time = |at: i64| UnixTime::since_unix_epoch(std::time::Duration::from_secs(at.try_into().unwrap_or(0)));
    let validity = certificate.validity();
    let (from, until) = (time(validity.not_before.timestamp()), time(validity.not_after.timestamp()));
    match () {
        () if now < from => Err(webpki::Error::CertNotValidYet { time: now, not_before: from }),
        () if now > until => Err(webpki::Error::CertExpired { time: now, not_after: until }),
        () => Ok(()),
    }
}

/// Whether a certificate that webpki does not read as a server's is one that was named as trusted, or is signed by one
/// that was, without anything between them. It must be in its time, and for servers.
fn is_trusted_itself(certificate: &CertificateDer<'_>, roots: &Roots, now: UnixTime) -> Result<bool, Error> {
    let Ok((rest, leaf)) = X509Certificate::from_der(certificate) else { return Ok(false) };
    if !rest.is_empty() || leaf.signature_algorithm != leaf.tbs_certificate.signature || !is_for_servers(&leaf) {
        return Ok(false);
    }
    let identical = roots.named.contains(certificate);
    if !identical && !roots.named.iter().any(|root| has_signed(root, &leaf, now)) {
        return Ok(false);
    }
    in_time(&leaf, now).map_err(|error| untrusted(&error))?;
    Ok(true)
}

/// As OpenSSL judges a server's certificate; an unknown critical extension makes it unfit.
fn is_for_servers(leaf: &X509Certificate<'_>) -> bool {
    let known = leaf.extensions().iter().all(|extension| {
        !extension.critical
            || matches!(
                extension.parsed_extension(),
                ParsedExtension::BasicConstraints(_)
                    | ParsedExtension::KeyUsage(_)
                    | ParsedExtension::ExtendedKeyUsage(_)
                    | ParsedExtension::SubjectAlternativeName(_)
            )
    });
    let usage = match leaf.key_usage() {
        Ok(None) => true,
        Ok(Some(BasicExtension { value, .. })) => {
            value.digital_signature() || value.key_encipherment() || value.key_agreement()
        }
        Err(_) => false,
    };
    let purpose = match leaf.extended_key_usage() {
        Ok(None) => true,
        Ok(Some(BasicExtension { value: ExtendedKeyUsage { any, server_auth, .. }, .. })) => *any || *server_auth,
        Err(_) => false,
    };
    known && usage && purpose
}

/// Whether a trusted certificate is one of an authority and has signed this one.
fn has_signed(root: &CertificateDer<'_>, leaf: &X509Certificate<'_>, now: UnixTime) -> bool {
    let Ok((_, root)) = X509Certificate::from_der(root) else { return false };
    let signs = |usage: &Usage| usage.key_cert_sign();
    let authority = match root.basic_constraints() {
        Ok(Some(constraints)) => constraints.value.ca,
        // Version 1 cannot say it; being named as trusted does.
        Ok(None) => root.version().0 == 0 && root.subject() == root.issuer(),
        Err(_) => false,
    };
    let may_sign = match root.key_usage() {
        Ok(usage) => usage.is_none_or(|usage| signs(usage.value)),
        Err(_) => false,
    };
    // Constraints on names are webpki's to check, which it could not here.
    let constrained = !matches!(root.name_constraints(), Ok(None));
    let strong = [
        OID_PKCS1_SHA256WITHRSA,
        OID_PKCS1_SHA384WITHRSA,
        OID_PKCS1_SHA512WITHRSA,
        OID_PKCS1_RSASSAPSS,
        OID_SIG_ECDSA_WITH_SHA256,
        OID_SIG_ECDSA_WITH_SHA384,
        OID_SIG_ED25519,
    ];
    authority
        && may_sign
        && !constrained
        && in_time(&root, now).is_ok()
        && root.subject().as_raw() == leaf.issuer().as_raw()
        && strong.contains(&leaf.signature_algorithm.algorithm)
        && leaf.verify_signature(Some(root.public_key())).is_ok()
}

fn for_name(certificate: &CertificateDer<'_>, name: &str) -> Result<(), Error> {
    let by_webpki = ServerName::try_from(name)
        .ok()
        .zip(EndEntityCert::try_from(certificate).ok())
        .is_some_and(|(name, certificate)| certificate.verify_is_valid_for_subject_name(&name).is_ok());
    if by_webpki {
        return Ok(());
    }
    let presented = match X509Certificate::from_der(certificate) {
        Ok((_, parsed)) => match names::check(&parsed, name) {
            Ok(()) => return Ok(()),
            Err(presented) => presented,
        },
        Err(_) => Vec::new(),
    };
    let message = match &presented[..] {
        [] => "the server's certificate is for another name: it names none".to_owned(),
        names => format!("the server's certificate is for another name: {}", names.join(", ")),
    };
    let hint = "connect by a name that the certificate has (hostaddr says where it is), or use sslmode=verify-ca with \
                sslrootcert, which does not look at the name";
    Err(distrust(message, hint))
}

fn untrusted(error: &webpki::Error) -> Error {
    use webpki::Error as Webpki;
    let (message, hint) = match error {
        Webpki::UnknownIssuer => ("the server's certificate is signed by nobody that is trusted".to_owned(), AUTHORITY),
        Webpki::CertExpired { .. } | Webpki::InvalidCertValidity => (
            "a certificate has expired: the server's or its authority's".to_owned(),
            "renew it; is this machine's clock right?",
        ),
        Webpki::CertNotValidYet { .. } => {
            ("the server's certificate is not valid yet".to_owned(), "is this machine's clock right?")
        }
        Webpki::CertRevoked => ("the server's certificate was revoked".to_owned(), "sslcrl names the revocation list"),
        Webpki::UnknownRevocationStatus | Webpki::CrlExpired { .. } => (
            "sslcrl does not say whether the server's certificate was revoked: no list of its authority is valid now"
                .to_owned(),
            "renew the revocation list, or leave sslcrl out",
        ),
        Webpki::CaUsedAsEndEntity => (
            "the server's certificate is one of a certificate authority, and not one that is trusted".to_owned(),
            AUTHORITY,
        ),
        Webpki::RequiredEkuNotFoundContext(_) => {
            ("the server's certificate is not for servers (extended key usage)".to_owned(), AUTHORITY)
        }
        Webpki::UnsupportedCertVersion => {
            ("the server's certificate is of an old version and not signed by one that is trusted".to_owned(), AUTHORITY)
        }
        Webpki::UnsupportedSignatureAlgorithmContext(_)
        | Webpki::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => (
            "the server's certificate, or its authority's, is signed in a way that this program cannot verify, such as \
             with P-521 or SHA-1"
                .to_owned(),
            CHOICES,
        ),
        other => (format!("the server's certificate cannot be verified ({other:?})"), AUTHORITY),
    };
    distrust(message, hint)
}

/// The hash that tls-server-end-point channel binding uses (RFC 5929): that of the certificate's signature, with SHA-256 in
/// place of what is weaker. None where it is not defined.
pub(super) fn end_point(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let signature = &parsed.signature_algorithm;
    let oid = &signature.algorithm;
    let algorithm = if *oid == OID_PKCS1_RSASSAPSS {
        let parameters = RsaSsaPssParams::try_from(signature.parameters.as_ref()?).ok()?;
        let hash = parameters.hash_algorithm_oid();
        match () {
            () if *hash == OID_HASH_SHA1 || *hash == OID_NIST_HASH_SHA256 => &digest::SHA256,
            () if *hash == OID_NIST_HASH_SHA384 => &digest::SHA384,
            () if *hash == OID_NIST_HASH_SHA512 => &digest::SHA512,
            () => return None,
        }
    } else if [OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_SIG_ECDSA_WITH_SHA256]
        .contains(oid)
    {
        &digest::SHA256
    } else if [OID_PKCS1_SHA384WITHRSA, OID_SIG_ECDSA_WITH_SHA384].contains(oid) {
        &digest::SHA384
    } else if [OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA512].contains(oid) {
        &digest::SHA512
    } else {
        return None;
    };
    Some(digest::digest(algorithm, certificate).as_ref().to_vec())
}
