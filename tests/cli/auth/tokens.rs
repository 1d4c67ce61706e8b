//! Creates token hashes as Mission Control does, and session tokens as Clerk does.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::Value;
use sha2::Sha256;

pub const PUBLIC: &str = include_str!("../../fixtures/clerk/public.pem");
pub const PRIVATE: &str = include_str!("../../fixtures/clerk/private.pem");
pub const OTHER_PRIVATE: &str = include_str!("../../fixtures/clerk/other_private.pem");

/// As `agents.agent_token_hash` has it.
pub fn hash(token: &str, iterations: u32) -> String {
    let mut digest = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(token.as_bytes(), b"some salt", iterations, &mut digest);
    let [salt, digest] = [&b"some salt"[..], &digest].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    format!("pbkdf2_sha256${iterations}${salt}${digest}")
}

/// A session token as Clerk signs it.
pub fn session_token(claims: &Value, key: &str) -> String {
    let base64: String = key.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap();
    let message = unsigned(r#"{"alg":"RS256","typ":"JWT"}"#, claims);
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The same without its last part.
pub fn unsigned(header: &str, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims.to_string()))
}
