use super::*;
use crate::error::{Kind, kind_of, render};
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use serde_json::json;
use sha2::Sha256;

const PRIVATE: &str = include_str!("../../../../tests/fixtures/clerk/private.pem");
const PUBLIC: &str = include_str!("../../../../tests/fixtures/clerk/public.pem");
const OTHER_PRIVATE: &str = include_str!("../../../../tests/fixtures/clerk/other_private.pem");
/// The key of PUBLIC in its older form, PKCS #1.
const PUBLIC_PKCS1: &str = "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAt0PMcUmg0eyTil7ssrZnXc+NfSeSI5sLhC2lcbbl56l/GdzgzVON
M91bXsU60A+ZSIDA8Or6I9sjzvs3+8Kpr+t2F9PZIxPaG8jt4cMJY1I0F/dgW4ce
6EyHlf7oE4hR8aZ+W8XdcahgD77aCAgRjp8qKDLtGZAm+PKK1U6dWNMW9qe74wT6
Ix8MC8JgSvUxqBn3lYppeaeJjlcw3Mkk52CaGY5o8UNPIoh/EVp4j+5VWDy5JpZ8
/JRkY6T3WCyVztTKWUgZnXSLRds//p/h0vXfY+ZSUGFt8vjRrq63sfmjyriJ8QMz
qACSRv0RwfR8lg9p5nIU7DoJ9rySXzeICQIDAQAB
-----END RSA PUBLIC KEY-----";
const PUBLIC_1024_BITS: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDENSRXNSs17gdW7rXEBRTlC4qE
J+j4S7rroMhHVx1P353EOBLtob0qIIo2W+jNKf+MMRvy7tINWK55pPxlcT7wMsQG
M06KASlx7X87djB9sutdEGDfRIBgP3j15hlNQjU31JSscNmkC/paoovT2XXs76A2
inuy4NFecOBMnLx6cwIDAQAB
-----END PUBLIC KEY-----";
const PUBLIC_ELLIPTIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESt4Ix9xxsg+iOelEF8NqIS03AwTq
Ul04GPT30ZFaiJR2698Hvkq6yoY8Ec5flb4UR1EYV4EfO/HBDHIsGlInPA==
-----END PUBLIC KEY-----";
const NOW: i64 = 1_773_577_000;
const USER: &str = "user_2abcdefghijklmnopqrstuvwxyz";

fn clerk() -> Clerk {
    Clerk::new(PUBLIC, None, None).unwrap()
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn rsa(pem: &str, encoding: &'static dyn RsaEncoding, message: &str) -> String {
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    URL_SAFE_NO_PAD.encode(signature)
}

fn signed(header: &Value, claims: &Value, pem: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = rsa(pem, &RSA_PKCS1_SHA256, &message);
    format!("{message}.{signature}")
}

fn header() -> Value {
    json!({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_2a", "typ": "JWT"})
}

/// As Clerk's are: good for a minute.
fn claims() -> Value {
    json!({"azp": "https://mc.example", "exp": NOW + 30, "fva": [9, -1], "iat": NOW - 30, "nbf": NOW - 40,
        "iss": "https://clerk.mc.example", "sid": "sess_2a", "sub": USER})
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn token(claims: &Value) -> String {
    signed(&header(), claims, PRIVATE)
}

/// The message, after making sure that it is a refusal which does not quote the token.
fn refusal(result: Result<String>, token: &str) -> String {
    let error = result.unwrap_err();
    assert_eq!(kind_of(&error), Kind::Denied, "{error:#}");
    let shown = format!("{}{error:?}", render(&error, true));
    for part in token.split(['.', ' ']).filter(|part| part.len() > 4) {
        assert!(!shown.contains(part) && !shown.contains(&part[..5]), "{shown} quotes {part}");
    }
    assert!(!shown.contains(USER), "{shown}");
    error.to_string()
}

fn refused_because(token: &str) -> String {
    let message = refusal(clerk().verify(token, NOW), token);
    message.strip_prefix("the session token is refused: ").unwrap().to_owned()
}

#[test]
fn a_session_token_names_its_user() {
    let token = token(&claims());
    assert_eq!(clerk().verify(&token, NOW).unwrap(), USER);
    assert_eq!(clerk().verify(&format!("{token}\n"), NOW).unwrap(), USER);
}

#[test]
fn a_token_is_judged_by_the_time_passed_in() {
    let token = token(&claims());
    for (now, valid) in [
        (NOW - 40 - 11, false),
        (NOW - 30 - 11, false),
        (NOW - 30 - 10, true),
        (NOW + 30 + 9, true),
        (NOW + 30 + 10, false),
        (i64::MAX, false),
        (i64::MIN, false),
    ] {
        assert_eq!(clerk().verify(&token, now).is_ok(), valid, "{} s from issue", now.saturating_sub(NOW - 30));
    }
}

#[test]
fn the_leeway_is_settable_down_to_none() {
    let token = token(&claims_with("exp", json!(NOW)));
    assert!(Clerk::new(PUBLIC, None, Some("0")).unwrap().verify(&token, NOW).is_err());
    assert!(Clerk::new(PUBLIC, None, Some(" 0.5 ")).unwrap().verify(&token, NOW).is_ok());
    assert!(Clerk::new(PUBLIC, None, Some("")).unwrap().verify(&token, NOW + 9).is_ok());
    for bad in ["soon", "-1", "inf", "NaN", "1e999"] {
        let error = Clerk::new(PUBLIC, None, Some(bad)).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage, "{bad}");
        assert!(render(&error, false).contains("CLERK_LEEWAY"), "{error:#}");
    }
}

#[test]
fn the_signature_of_a_reserialized_token_still_counts_for_its_own_bytes_only() {
    let genuine = token(&claims());
    let parts: Vec<_> = genuine.split('.').collect();
    let altered = encode(&claims_with("sub", json!("user_somebody_else")));
    let forged = format!("{}.{altered}.{}", parts[0], parts[2]);
    assert_eq!(refused_because(&forged), "its signature was not made with the key of CLERK_JWT_KEY");
}

#[test]
fn every_kind_of_bad_token_is_refused_for_a_reason_of_its_own() {
    let good = token(&claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let with_header = |header: Value| signed(&header, &claims(), PRIVATE);
    let none = |alg: &str| format!("{}.{}.", encode(&json!({"alg": alg, "typ": "JWT"})), encode(&claims()));
    // The classic confusion: the public key's text taken as an HMAC secret.
    let hmac = {
        let message = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims()));
        let mut mac = Hmac::<Sha256>::new_from_slice(PUBLIC.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let rs512 = {
        let message = format!("{}.{}", encode(&json!({"alg": "RS512", "typ": "JWT"})), encode(&claims()));
        format!("{message}.{}", rsa(PRIVATE, &RSA_PKCS1_SHA512, &message))
    };
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        token(&claims)
    };
    let not_json = {
        let message = format!("{}.{}", encode(&header()), URL_SAFE_NO_PAD.encode("not JSON"));
        format!("{message}.{}", rsa(PRIVATE, &RSA_PKCS1_SHA256, &message))
    };
    let cases = [
        (String::new(), "it is empty"),
        ("x".repeat(MAX_TOKEN_BYTES + 1), "it is far too long for a session token"),
        (format!("{good}{}", "A".repeat(1_000_000)), "it is far too long for a session token"),
        ("oracle-agent-token-01-abcdefghijklmnopqrstuvwxyz".to_owned(), "it is not a JWT"),
        ("..".to_owned(), "it is not a JWT"),
        (none("none"), "it is not signed (alg none)"),
        (none("NONE"), "it is not signed (alg none)"),
        (format!("{}{signature}", none("none")), "it is not signed (alg none)"),
        (hmac, "it is signed with a shared secret (HMAC); Clerk signs with RS256"),
        (rs512, "it is not signed with RS256, as Clerk's are"),
        (with_header(json!({"typ": "JWT"})), "it is not signed with RS256, as Clerk's are"),
        (with_header(json!({"alg": "RS256", "typ": "at+jwt"})), "its type is not JWT (typ)"),
        (with_header(json!({"alg": "RS256", "typ": 1})), "its type is not JWT (typ)"),
        (
            with_header(json!({"alg": "RS256", "crit": ["b64"], "b64": false})),
            "it demands an extension that is unknown here (crit)",
        ),
        (message.to_owned(), "it is cut off"),
        (message.split_once('.').unwrap().0.to_owned(), "it is cut off"),
        (format!("{good}.x"), "it has more than the three parts of a JWT"),
        (format!("{message}."), "its signature is cut off or damaged"),
        (good[..good.len() - 4].to_owned(), "its signature is cut off or damaged"),
        (format!("{message}.{}", "A".repeat(342)), "its signature was not made with the key of CLERK_JWT_KEY"),
        (signed(&header(), &claims(), OTHER_PRIVATE), "its signature was not made with the key of CLERK_JWT_KEY"),
        (format!("{message}.{}", "!".repeat(342)), "its signature is cut off or damaged"),
        (good[..good.len() - 1].to_owned(), "its signature is cut off or damaged"),
        (not_json, "what it claims cannot be read"),
        (token(&json!("a string")), "what it claims cannot be read"),
        (token(&claims_with("exp", json!(NOW - 10))), "it has expired"),
        (token(&claims_with("exp", json!(NOW - 1_000_000))), "it has expired"),
        (token(&claims_with("exp", json!(-1.5))), "it has expired"),
        (without("exp"), "it never expires (no exp)"),
        (token(&claims_with("exp", Value::Null)), "it never expires (no exp)"),
        (token(&claims_with("exp", json!("9999999999"))), "its exp is not a time"),
        (token(&claims_with("nbf", json!(NOW + 11))), "it is not valid yet (nbf)"),
        (token(&claims_with("nbf", json!("0"))), "its nbf is not a time"),
        (token(&claims_with("iat", json!(NOW + 11))), "it is not valid yet (iat)"),
        (token(&claims_with("iat", json!([]))), "its iat is not a time"),
        (without("sub"), "it names no user (no sub)"),
        (token(&claims_with("sub", json!(""))), "it names no user (no sub)"),
        (token(&claims_with("sub", json!(7))), "it names no user (no sub)"),
    ];
    for (token, why) in cases {
        assert_eq!(refused_because(&token), why, "{token:.60}");
    }
}

#[test]
fn a_token_cut_off_anywhere_is_refused() {
    let good = token(&claims());
    for end in 0..good.len() {
        assert!(clerk().verify(&good[..end], NOW).is_err(), "{end} of {}", good.len());
    }
}

#[test]
fn what_clerk_may_leave_out_may_be_left_out() {
    let sparse = json!({"sub": USER, "exp": NOW as f64 + 0.5, "aud": "anybody"});
    assert_eq!(clerk().verify(&signed(&json!({"alg": "RS256"}), &sparse, PRIVATE), NOW).unwrap(), USER);
}

#[test]
fn a_claim_that_stands_twice_is_refused() {
    let message = format!(
        "{}.{}",
        encode(&header()),
        URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"a","exp":{0},"sub":"b"}}"#, NOW + 30))
    );
    let token = format!("{message}.{}", rsa(PRIVATE, &RSA_PKCS1_SHA256, &message));
    assert_eq!(refused_because(&token), "what it claims cannot be read");
}

#[test]
fn only_authorized_parties_pass_where_some_are_configured() {
    let verify = |parties: &str, claims: &Value| {
        let token = token(claims);
        Clerk::new(PUBLIC, Some(parties), None).unwrap().verify(&token, NOW).map_err(|e| refusal(Err(e), &token))
    };
    let refused = "the session token is refused: it was issued for another application (azp)";
    for parties in ["", " , ", "https://mc.example", "http://localhost:3000, https://mc.example"] {
        assert_eq!(verify(parties, &claims()).unwrap(), USER, "{parties}");
    }
    for parties in ["https://mc.example.evil", "https://mc", "https://MC.example"] {
        assert_eq!(verify(parties, &claims()).unwrap_err(), refused, "{parties}");
    }
    for azp in [Value::Null, json!(["https://mc.example"]), json!("")] {
        assert_eq!(verify("https://mc.example", &claims_with("azp", azp)).unwrap_err(), refused);
    }
}

#[test]
fn the_key_is_read_as_env_files_write_it() {
    let token = token(&claims());
    let in_one_line = PUBLIC.trim().replace('\n', "\\n");
    for key in [PUBLIC, &in_one_line, &PUBLIC.replace('\n', "\r\n"), &format!("\n  {PUBLIC}"), PUBLIC_PKCS1] {
        assert_eq!(Clerk::new(key, None, None).unwrap().verify(&token, NOW).unwrap(), USER, "{key}");
    }
}

#[test]
fn a_key_that_cannot_verify_is_denied_and_not_shown() {
    for (key, why) in [
        ("", "is not a public key in PEM form"),
        ("sk_test_something", "is not a public key in PEM form"),
        (PRIVATE, "is a private key"),
        (PUBLIC_ELLIPTIC, "is not an RSA public key"),
        (PUBLIC_1024_BITS, "is shorter than 2048 bits"),
        (&PUBLIC[..200], "is not an RSA public key"),
    ] {
        let error = Clerk::new(key, None, None).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Denied);
        assert!(error.to_string().starts_with(&format!("CLERK_JWT_KEY {why}")), "{error}");
        let shown = format!("{error:?}{}", render(&error, true));
        assert!(key.lines().filter(|line| line.len() > 8).all(|line| !shown.contains(line)), "{shown}");
    }
}

#[test]
fn the_settings_show_no_key() {
    // How a DER sequence of that length begins, as bytes.
    assert!(!format!("{:?}", clerk()).contains("48, 130"), "{:?}", clerk());
}
