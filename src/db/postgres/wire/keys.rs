//! The client's certificate and key, in the forms that libpq takes: PEM, and for the key DER, encrypted or not.

use super::super::errors::Connecting;
use super::tls::insecure;
use crate::db::url::tls::ClientCertificate;
use pkcs8::der::Decode as _;
use pkcs8::{EncryptedPrivateKeyInfo, SecretDocument};
use std::fs;
use std::path::Path;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

const BEGIN_ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END_ENCRYPTED: &str = "-----END ENCRYPTED PRIVATE KEY-----";

pub(super) type Client = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

pub(super) fn client(files: &ClientCertificate) -> Result<Client, Connecting> {
    let chain = certificates(&files.certificate)?;
    Ok((chain, key(&files.key, files.password.as_deref())?))
}

/// The certificates of a PEM file: at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Connecting> {
    let text = read(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(insecure(
            format!("there is no PEM certificate in {}", path.display()),
            "openssl x509 -inform DER -in FILE -out FILE.pem turns DER into PEM",
        )),
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, Connecting> {
    fs::read(path).map_err(|cause| {
        insecure(format!("{} cannot be read: {cause}", path.display()), "the file must be readable to you")
    })
}

fn key(path: &Path, password: Option<&str>) -> Result<PrivateKeyDer<'static>, Connecting> {
    let bytes = read(path)?;
    let shown = path.display();
    let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| text.contains("-----BEGIN ")) else {
        if let Ok(sealed) = EncryptedPrivateKeyInfo::from_der(&bytes) {
            return open(&sealed, path, password);
        }
        return PrivateKeyDer::try_from(bytes).map_err(|_| no_key(path));
    };
    if let Some((_, rest)) = text.split_once(BEGIN_ENCRYPTED) {
        let body = rest.split_once(END_ENCRYPTED).map(|(body, _)| body).ok_or_else(|| no_key(path))?;
        let pem = format!("{BEGIN_ENCRYPTED}\n{}\n{END_ENCRYPTED}\n", body.trim());
        let (_, sealed) = SecretDocument::from_pem(&pem).map_err(|_| no_key(path))?;
        let sealed = EncryptedPrivateKeyInfo::from_der(sealed.as_bytes()).map_err(|_| no_key(path))?;
        return open(&sealed, path, password);
    }
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(insecure(
            format!("the client key {shown} is encrypted in a form that is out of date"),
            "openssl pkcs8 -topk8 -in FILE -out NEW writes it in today's form; then sslkey=NEW and sslpassword",
        ));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| no_key(path))
}

fn open(
    sealed: &EncryptedPrivateKeyInfo<'_>,
    path: &Path,
    password: Option<&str>,
) -> Result<PrivateKeyDer<'static>, Connecting> {
    let shown = path.display();
    let Some(password) = password else {
        return Err(insecure(
            format!("the client key {shown} is encrypted, and there is no password for it"),
            "give sslpassword, or write it without a password: openssl pkey -in FILE -out NEW",
        ));
    };
    match sealed.decrypt(password) {
        Ok(opened) => Ok(PrivatePkcs8KeyDer::from(opened.as_bytes().to_vec()).into()),
        Err(_) => Err(insecure(
            format!("sslpassword does not open the client key {shown}"),
            "check sslpassword; keys encrypted by openssl pkcs8 -topk8 -v2 aes256 can be opened",
        )),
    }
}

fn no_key(path: &Path) -> Connecting {
    insecure(
        format!("there is no private key that can be read in {}", path.display()),
        "it must be PEM or DER: PKCS #8, PKCS #1 or SEC 1",
    )
}
