//! RS256 (RFC 7518, section 3.3) for the crate `jsonwebtoken`, by way of ring, which TLS brings along anyway; its own
//! choices are two further implementations of everything. It verifies, and does nothing else.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

/// Makes `jsonwebtoken` verify RS256, for the whole process. May be called again.
pub(super) fn install() {
    static RS256_ONLY: CryptoProvider = CryptoProvider {
        signer_factory: no_signer,
        verifier_factory: rs256_verifier,
        key_utils: KeyUtils::new_unimplemented(),
    };
    // The only error is that it is installed already.
    let _ = RS256_ONLY.install_default();
}

struct Rs256(UnparsedPublicKey<Vec<u8>>);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        self.0.verify(message, signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

fn rs256_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::UnsupportedAlgorithm.into());
    }
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.try_get_as_bytes()?.to_vec());
    Ok(Box::new(Rs256(key)))
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}
