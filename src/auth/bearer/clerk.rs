//! Clerk's session tokens, verified offline with the instance's public key.
//!
//! The rules are those of Clerk's own "manual JWT verification" and of the backend's Clerk library: RS256 alone, `exp`
//! required, `nbf` and `iat` heeded, `azp` compared where authorized parties are configured. The backend asks Clerk's
//! service in addition; a session revoked there is found out here only when its token expires, after a minute.

use super::rs256;
use crate::error::{Failure, denied, usage};
use anyhow::{Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::Value;

/// A session token is below 4 KB, a cookie's limit.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// No key that is accepted is shorter than 2048 bits, and a signature is as long as its key.
const MIN_SIGNATURE_BYTES: usize = 256;
/// The backend's `CLERK_LEEWAY`, unless set.
const DEFAULT_LEEWAY_SECONDS: f64 = 10.0;

/// What session tokens are verified with.
#[derive(Debug, Clone)]
pub struct Clerk {
    key: DecodingKey,
    authorized_parties: Vec<String>,
    leeway: f64,
}

#[derive(Deserialize)]
struct JwtHeader {
    alg: Option<Value>,
    typ: Option<Value>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<Value>,
    exp: Option<Value>,
    nbf: Option<Value>,
    iat: Option<Value>,
    azp: Option<Value>,
}

impl Clerk {
    /// From the settings: `CLERK_JWT_KEY`, a PEM public key in which `\n` may stand for a line's end as `.env` files
    /// have it; `CLERK_AUTHORIZED_PARTIES`, origins separated by commas, none for any; `CLERK_LEEWAY`, the seconds that
    /// clocks may differ, 10 unless set.
    ///
    /// # Errors
    /// Denied for a key that nothing can be verified with, usage for a leeway that is no number of seconds.
    pub fn new(jwt_key: &str, authorized_parties: Option<&str>, leeway: Option<&str>) -> Result<Self> {
        let parties =
            authorized_parties.unwrap_or_default().split(',').map(str::trim).filter(|party| !party.is_empty());
        let leeway = match leeway.map(str::trim).filter(|leeway| !leeway.is_empty()) {
            None => DEFAULT_LEEWAY_SECONDS,
            Some(text) => text
                .parse()
                .ok()
                .filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
                .ok_or_else(|| usage("CLERK_LEEWAY is not a number of seconds"))?,
        };
        Ok(Self { key: public_key(jwt_key)?, authorized_parties: parties.map(str::to_owned).collect(), leeway })
    }

    /// The Clerk user id, the claim `sub`, of a session token that is valid at `now`, in Unix seconds.
    ///
    /// # Errors
    /// Denied, each reason in its own words, none of which quotes the token.
    pub fn verify(&self, token: &str, now: i64) -> Result<String> {
        let token = token.trim();
        check_form(token)?;
        let claims = self.signed_claims(token)?;
        self.check_times(&claims, now)?;
        self.check_party(&claims)?;
        match claims.sub {
            Some(Value::String(sub)) if !sub.is_empty() => Ok(sub),
            _ => Err(refused("it names no user (no sub)").into()),
        }
    }

    fn signed_claims(&self, token: &str) -> Result<Claims> {
        rs256::install();
        // The library checks times against the system's clock; here the time is passed in.
        let mut signature_alone = Validation::new(Algorithm::RS256);
        signature_alone.required_spec_claims.clear();
        signature_alone.validate_exp = false;
        signature_alone.validate_nbf = false;
        signature_alone.validate_aud = false;
        match decode::<Claims>(token, &self.key, &signature_alone) {
            Ok(data) => Ok(data.claims),
            // The library's words are not passed on: they may quote the token.
            Err(error) => Err(match error.kind() {
                ErrorKind::InvalidSignature => refused("its signature was not made with the key of CLERK_JWT_KEY")
                    .hint("the token is of another Clerk instance, or was altered or cut off"),
                ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => {
                    refused("what it claims cannot be read")
                }
                _ => refused("it cannot be verified"),
            }
            .into()),
        }
    }

    /// Valid from `nbf` and `iat` until before `exp`, give or take the leeway (RFC 7519, section 4.1).
    #[allow(clippy::cast_precision_loss)]
    fn check_times(&self, claims: &Claims, now: i64) -> Result<()> {
        let now = now as f64;
        let exp = seconds(claims.exp.as_ref(), "exp")?.ok_or_else(|| refused("it never expires (no exp)"))?;
        if exp <= now - self.leeway {
            bail!(refused("it has expired").hint("session tokens live for about a minute: get a fresh one"));
        }
        for (name, from) in [("nbf", &claims.nbf), ("iat", &claims.iat)] {
            if seconds(from.as_ref(), name)?.is_some_and(|from| from > now + self.leeway) {
                bail!(
                    refused(&format!("it is not valid yet ({name})"))
                        .hint("compare this machine's clock; CLERK_LEEWAY is how many seconds it may differ")
                );
            }
        }
        Ok(())
    }

    fn check_party(&self, claims: &Claims) -> Result<()> {
        let party = claims.azp.as_ref().and_then(Value::as_str);
        let authorized = self.authorized_parties.is_empty()
            || party.is_some_and(|party| self.authorized_parties.iter().any(|authorized| authorized == party));
        ensure!(
            authorized,
            refused("it was issued for another application (azp)")
                .hint("CLERK_AUTHORIZED_PARTIES lists those accepted")
        );
        Ok(())
    }
}

/// Checks that need no arithmetic. They give clearer errors than a failed signature.
fn check_form(token: &str) -> Result<()> {
    ensure!(!token.is_empty(), refused("it is empty"));
    ensure!(token.len() <= MAX_TOKEN_BYTES, refused("it is far too long for a session token"));
    let parts: Vec<_> = token.split('.').collect();
    let header = URL_SAFE_NO_PAD.decode(parts[0]).ok().and_then(|json| serde_json::from_slice::<JwtHeader>(&json).ok());
    let header = header
        .ok_or_else(|| refused("it is not a JWT").hint("in Clerk mode a user's token is a Clerk session token"))?;
    match header.alg.as_ref().and_then(Value::as_str) {
        Some("RS256") => {}
        Some(alg) if alg.eq_ignore_ascii_case("none") => bail!(refused("it is not signed (alg none)")),
        Some(alg) if alg.starts_with("HS") => {
            bail!(refused("it is signed with a shared secret (HMAC); Clerk signs with RS256"))
        }
        _ => bail!(refused("it is not signed with RS256, as Clerk's are")),
    }
    // Comparing regardless of case is RFC 7515, section 4.1.9; so is leaving it out.
    let is_jwt = |typ: &Value| typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"));
    ensure!(header.typ.as_ref().is_none_or(is_jwt), refused("its type is not JWT (typ)"));
    ensure!(header.crit.is_none(), refused("it demands an extension that is unknown here (crit)"));
    let [_, _, signature] = parts[..] else {
        let reason = if parts.len() < 3 { "it is cut off" } else { "it has more than the three parts of a JWT" };
        bail!(refused(reason));
    };
    let whole = URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| signature.len() >= MIN_SIGNATURE_BYTES);
    ensure!(whole, refused("its signature is cut off or damaged"));
    Ok(())
}

fn public_key(pem: &str) -> Result<DecodingKey> {
    let unusable = |why: &str| {
        denied(format!("CLERK_JWT_KEY {why}"))
            .hint("it is the instance's JWKS public key in PEM form, from Clerk's dashboard under API keys")
    };
    let pem = pem.replace("\\r", "").replace("\\n", "\n");
    let pem = pem.trim();
    ensure!(!pem.contains("PRIVATE KEY-----"), unusable("is a private key, which belongs nowhere but with Clerk"));
    ensure!(pem.contains("PUBLIC KEY-----"), unusable("is not a public key in PEM form"));
    let key = DecodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| unusable("is not an RSA public key"))?;
    let long_enough = key.try_get_as_bytes().is_ok_and(|der| der.len() > MIN_SIGNATURE_BYTES);
    ensure!(long_enough, unusable("is shorter than 2048 bits"));
    Ok(key)
}

/// A NumericDate (RFC 7519, section 2), which may have a fraction.
fn seconds(claim: Option<&Value>, name: &str) -> Result<Option<f64>> {
    match claim {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(seconds) => Ok(Some(seconds)),
            None => Err(refused(&format!("its {name} is not a time")).into()),
        },
    }
}

fn refused(why: &str) -> Failure {
    denied(format!("the session token is refused: {why}"))
}

#[cfg(test)]
mod tests;
