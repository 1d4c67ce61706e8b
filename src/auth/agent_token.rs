//! Authentication of an agent: its token against the hashes in `agents.agent_token_hash`.
//!
//! A stored hash reads `pbkdf2_sha256$<iterations>$<salt>$<digest>`, salt and digest in URL-safe base64 without
//! padding, made with PBKDF2 (RFC 8018) over HMAC-SHA256. The backend tries every agent in turn; so does [`find`],
//! but on all cores and the likeliest first.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pbkdf2::pbkdf2_hmac;
use sha2::Sha256;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use subtle::ConstantTimeEq;
use uuid::Uuid;

const SCHEME: &str = "pbkdf2_sha256";
/// Fifty times what the backend writes today; more is garbage that would keep a core busy for minutes.
const MAX_ITERATIONS: u32 = 10_000_000;
const DIGEST_BYTES: usize = 32;

/// A well-formed stored hash.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredHash {
    iterations: u32,
    salt: Vec<u8>,
    digest: [u8; DIGEST_BYTES],
}

impl StoredHash {
    /// Reads the column's text. `None` when nobody can log in with it: it is empty, or it is garbage (another scheme,
    /// 0 or more than 10,000,000 iterations, bad base64, a digest of another length, too few or too many fields).
    /// Garbage is no error, or one bad row would shut out every agent behind it.
    pub fn parse(stored: &str) -> Option<Self> {
        let mut fields = stored.split('$');
        let (scheme, iterations, salt, digest) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        // `parse` alone would let a sign through.
        if scheme != SCHEME || fields.next().is_some() || !iterations.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let iterations = iterations.parse().ok().filter(|n| (1..=MAX_ITERATIONS).contains(n))?;
        let salt = URL_SAFE_NO_PAD.decode(salt).ok().filter(|salt| !salt.is_empty())?;
        let digest = URL_SAFE_NO_PAD.decode(digest).ok()?.try_into().ok()?;
        Some(Self { iterations, salt, digest })
    }

    /// Whether this is the token's hash. Takes time by the hash's iterations, whatever the answer: about
    /// 25 ms for 200,000. An empty token is never right.
    pub fn verify(&self, token: &str) -> bool {
        let mut digest = [0; DIGEST_BYTES];
        pbkdf2_hmac::<Sha256>(token.as_bytes(), &self.salt, self.iterations, &mut digest);
        !token.is_empty() && bool::from(digest.ct_eq(&self.digest))
    }
}

/// Without the salt and the digest: with them a weak token could be guessed.
impl fmt::Debug for StoredHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredHash").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

/// The first of `candidates` that the token belongs to, or `None`.
///
/// They are tried in the order given, on `threads` threads; give the most recently seen agent first. Once one matches
/// no later one is begun, and among several that match the earliest is answered, however the threads ran. `progress`
/// hears how many of how many are done, from any of the threads.
pub fn find(
    token: &str,
    candidates: &[(Uuid, StoredHash)],
    threads: NonZeroUsize,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Option<Uuid> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let found = AtomicUsize::new(usize::MAX);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((_, hash)) = candidates.get(index).filter(|_| index < found.load(Ordering::Relaxed)) else {
                break;
            };
            if hash.verify(token) {
                found.fetch_min(index, Ordering::Relaxed);
            }
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, candidates.len());
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.get().min(candidates.len()) {
            scope.spawn(work);
        }
        work();
    });
    candidates.get(found.into_inner()).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Hashes that a Mission Control backend wrote, with their tokens.
    const RECORDED: [(&str, &str); 3] = [
        (
            "oracle-agent-token-01-abcdefghijklmnopqrstuvwxyz",
            "pbkdf2_sha256$200000$AQEBAQEBAQEBAQEBAQEBAQ$115ZkZ_ngvXbeA6hOe51-9GY7pqOlapS3gDS6cYIqnk",
        ),
        (
            "oracle-agent-token-02-abcdefghijklmnopqrstuvwxyz",
            "pbkdf2_sha256$200000$AgICAgICAgICAgICAgICAg$efTmzMiyQIB5NIt_8awuQlbZNqnH1jjOeBZfBQG143A",
        ),
        (
            "oracle-agent-token-15-abcdefghijklmnopqrstuvwxyz",
            "pbkdf2_sha256$200000$Dw8PDw8PDw8PDw8PDw8PDw$aw-iuREkhaFWBMb8uG7BRBEmytTDJGSeGJgKhxk9yDA",
        ),
    ];

    fn hash_of(token: &str, iterations: u32) -> StoredHash {
        let mut digest = [0; DIGEST_BYTES];
        pbkdf2_hmac::<Sha256>(token.as_bytes(), b"salt", iterations, &mut digest);
        StoredHash { iterations, salt: b"salt".to_vec(), digest }
    }

    fn agents(tokens: &[&str], iterations: u32) -> Vec<(Uuid, StoredHash)> {
        (1..).zip(tokens).map(|(n, token)| (Uuid::from_u128(n), hash_of(token, iterations))).collect()
    }

    fn threads(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    #[test]
    fn tokens_match_the_hashes_that_the_backend_wrote_and_no_others() {
        let mut previous = "not a token";
        for (token, hash) in RECORDED {
            let hash = StoredHash::parse(hash).unwrap();
            assert!(hash.verify(token), "{token}");
            assert!(!hash.verify(previous), "{previous} passes for {token}");
            previous = token;
        }
    }

    #[test]
    fn a_published_test_vector_is_reproduced() {
        // RFC 7914, section 11: PBKDF2-HMAC-SHA256 of "Password" and "NaCl", 80,000 iterations, the first 32 bytes.
        let hash = StoredHash::parse("pbkdf2_sha256$80000$TmFDbA$TdzY9guYviGDDO5e8icB-WQaRBjQTAQUrv8Ih2s0q1Y").unwrap();
        assert!(hash.verify("Password"));
    }

    #[test]
    fn an_almost_right_token_is_wrong() {
        let hash = hash_of("a token", 2);
        assert!(hash.verify("a token"));
        for wrong in ["", "a toke", "a token ", "A token", "a token\n"] {
            assert!(!hash.verify(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn an_empty_token_is_wrong_even_for_its_own_hash() {
        assert!(!hash_of("", 2).verify(""));
    }

    #[test]
    fn garbage_in_the_column_is_skipped() {
        let salt = "AQEBAQEBAQEBAQEBAQEBAQ";
        let digest = "115ZkZ_ngvXbeA6hOe51-9GY7pqOlapS3gDS6cYIqnk";
        assert!(StoredHash::parse(&format!("pbkdf2_sha256$1${salt}${digest}")).is_some());
        assert!(StoredHash::parse(&format!("pbkdf2_sha256$10000000${salt}${digest}")).is_some());
        for garbage in [
            String::new(),
            "garbage".to_owned(),
            "$$$".to_owned(),
            "pbkdf2_sha256$200000".to_owned(),
            format!("pbkdf2_sha256$200000${salt}"),
            format!("pbkdf2_sha256$200000${salt}${digest}$"),
            format!("pbkdf2_sha256$200000${salt}${digest}$more"),
            format!("pbkdf2_sha512$200000${salt}${digest}"),
            format!("PBKDF2_SHA256$200000${salt}${digest}"),
            format!(" pbkdf2_sha256$200000${salt}${digest}"),
            format!("pbkdf2_sha256$0${salt}${digest}"),
            format!("pbkdf2_sha256$10000001${salt}${digest}"),
            format!("pbkdf2_sha256$99999999999999999999${salt}${digest}"),
            format!("pbkdf2_sha256$-1${salt}${digest}"),
            format!("pbkdf2_sha256$+1${salt}${digest}"),
            format!("pbkdf2_sha256$2e5${salt}${digest}"),
            format!("pbkdf2_sha256$${salt}${digest}"),
            format!("pbkdf2_sha256$200000$$${digest}"),
            format!("pbkdf2_sha256$200000$$${salt}"),
            format!("pbkdf2_sha256$200000$é${digest}"),
            format!("pbkdf2_sha256$200000${salt}$"),
            format!("pbkdf2_sha256$200000${salt}${digest}="),
            format!("pbkdf2_sha256$200000${salt}${}", digest.replace('_', "/")),
            format!("pbkdf2_sha256$200000${salt}${}", &digest[1..]),
            format!("pbkdf2_sha256$200000${salt}$AAAA{digest}"),
            format!("pbkdf2_sha256$200000${salt}${digest}\n"),
        ] {
            assert_eq!(StoredHash::parse(&garbage), None, "{garbage:?}");
        }
    }

    #[test]
    fn a_hash_does_not_show_its_digest() {
        assert_eq!(format!("{:?}", hash_of("a token", 2)), "StoredHash { iterations: 2, .. }");
    }

    #[test]
    fn the_owner_of_a_token_is_found_wherever_it_stands() {
        let tokens: Vec<_> = (0..20).map(|n| format!("token {n}")).collect();
        let agents = agents(&tokens.iter().map(String::as_str).collect::<Vec<_>>(), 2);
        for n in [1, 2, 3, 64] {
            for (token, (id, _)) in tokens.iter().zip(&agents) {
                assert_eq!(find(token, &agents, threads(n), &|_, _| ()), Some(*id), "{n} threads, {token}");
            }
        }
    }

    #[test]
    fn nobody_is_found_for_a_strange_token_nor_among_nobody() {
        assert_eq!(find("x", &agents(&["a", "b"], 2), threads(2), &|_, _| ()), None);
        assert_eq!(find("x", &[], threads(2), &|_, _| ()), None);
    }

    #[test]
    fn of_two_that_match_the_earlier_is_answered_even_if_it_takes_longer() {
        let slow = (Uuid::from_u128(1), hash_of("same", 20_000));
        let fast = (Uuid::from_u128(2), hash_of("same", 1));
        assert_eq!(find("same", &[slow, fast], threads(2), &|_, _| ()), Some(Uuid::from_u128(1)));
    }

    #[test]
    fn a_search_stops_early_once_it_found_somebody() {
        let seen = Mutex::new(Vec::new());
        let agents = agents(&["a", "b", "c", "d", "e"], 2);
        find("b", &agents, threads(1), &|done, total| seen.lock().unwrap().push((done, total)));
        assert_eq!(*seen.lock().unwrap(), [(1, 5), (2, 5)]);
    }

    #[test]
    fn progress_hears_of_every_candidate_of_a_search_in_vain() {
        let seen = Mutex::new(Vec::new());
        let agents = agents(&["a", "b", "c", "d", "e"], 2);
        find("x", &agents, threads(3), &|done, total| seen.lock().unwrap().push((done, total)));
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]);
    }
}
