//! Users authenticate with bearer tokens.

use super::tokens::{OTHER_PRIVATE, PRIVATE, PUBLIC, unsigned};
use super::{LOCAL_TOKEN, message, session_token, told, user, whoami};
use crate::harness::{Database, Engine, Mc, for_each_engine};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeSet;

#[test]
fn the_local_token_stands_for_the_local_user_from_the_environment_a_file_and_stdin() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let mc = || whoami(database).env("LOCAL_AUTH_TOKEN", LOCAL_TOKEN);
        let output = mc().env("MC_TOKEN", LOCAL_TOKEN).ok();
        assert_eq!(told(&output), ("user".into(), user(0), "MC_TOKEN in the environment".into()));
        database.place.write("work/local", &format!("{LOCAL_TOKEN}\r\n"));
        for file in ["local", "-"] {
            let output = mc().args(["--token-file", file]).stdin(LOCAL_TOKEN).ok();
            assert_eq!(told(&output), ("user".into(), user(0), "--token-file".into()));
        }
    });
}

#[test]
fn in_local_mode_every_refusal_says_why() {
    let database = Database::shared(Engine::Deployed);
    let short = &LOCAL_TOKEN[..49];
    for (settings, code, why) in [
        (&[("LOCAL_AUTH_TOKEN", LOCAL_TOKEN), ("MC_TOKEN", short)][..], 4, "the token is not LOCAL_AUTH_TOKEN"),
        (&[("LOCAL_AUTH_TOKEN", short), ("MC_TOKEN", short)], 4, "49 characters; it must have 50 or more"),
        (&[("LOCAL_AUTH_TOKEN", short), ("AUTH_MODE", "local")], 4, "49 characters; it must have 50 or more"),
        (&[("MC_TOKEN", LOCAL_TOKEN)], 4, "nothing to check a user's token against"),
        (&[("MC_TOKEN", LOCAL_TOKEN), ("AUTH_MODE", "local")], 4, "LOCAL_AUTH_TOKEN is not set"),
        (
            &[("MC_TOKEN", LOCAL_TOKEN), ("AUTH_MODE", "clerk"), ("LOCAL_AUTH_TOKEN", LOCAL_TOKEN)],
            4,
            "CLERK_JWT_KEY is not set",
        ),
        (&[("MC_TOKEN", LOCAL_TOKEN), ("AUTH_MODE", "none")], 2, "not a mode"),
        (&[("AUTH_MODE", "local")], 4, "no identity"),
        (&[("LOCAL_AUTH_TOKEN", LOCAL_TOKEN)], 4, "no identity"),
    ] {
        let mc = settings.iter().fold(whoami(database), |mc, (name, value)| mc.env(name, value));
        let output = mc.fails(code);
        assert!(message(&output).contains(why), "{why}: {output}");
    }
}

#[test]
fn a_self_hosted_backend_s_dotenv_makes_the_local_user_ask() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        database.place.write("work/.env", &format!("AUTH_MODE=local\nLOCAL_AUTH_TOKEN={LOCAL_TOKEN}\n"));
        let (kind, id, how) = told(&whoami(&database).ok());
        assert_eq!((kind.as_str(), id), ("user", user(0)));
        assert!(how.starts_with("LOCAL_AUTH_TOKEN in /") && how.ends_with("/work/.env"), "{how}");
        database.sql("UPDATE users SET clerk_user_id = 'somebody-else' WHERE clerk_user_id = 'local-auth-user'");
        let output = whoami(&database).fails(4);
        assert!(message(&output).contains("local-auth-user, who is not in this database"), "{output}");
    });
}

fn clerk(database: &Database, token: &str) -> Mc {
    whoami(database).env("CLERK_JWT_KEY", PUBLIC).env("MC_TOKEN", token)
}

fn claims(sub: &str, from: i64, until: i64) -> Value {
    let now = chrono::Utc::now().timestamp();
    json!({"sub": sub, "iat": now + from, "nbf": now + from, "exp": now + until, "azp": "https://mc.example.com"})
}

#[test]
fn a_session_token_of_clerk_stands_for_the_user_of_its_sub() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let token = session_token(&claims("oracle-user-3", -5, 60), PRIVATE);
        assert_eq!(told(&clerk(database, &token).ok()).1, user(3));
        // As .env files have it, in one line.
        let key = PUBLIC.trim().replace('\n', "\\n");
        assert_eq!(told(&clerk(database, &token).env("CLERK_JWT_KEY", key).env("AUTH_MODE", "clerk").ok()).1, user(3));
        for party in ["https://mc.example.com", "https://other.example, https://mc.example.com"] {
            assert_eq!(told(&clerk(database, &token).env("CLERK_AUTHORIZED_PARTIES", party).ok()).1, user(3));
        }
    });
}

#[test]
fn every_session_token_that_is_refused_is_refused_in_its_own_words() {
    let database = Database::shared(Engine::Deployed);
    let good = claims("oracle-user-3", -5, 60);
    let token = session_token(&good, PRIVATE);
    let with_hmac = {
        let message = unsigned(r#"{"alg":"HS256","typ":"JWT"}"#, &good);
        let mut mac = Hmac::<Sha256>::new_from_slice(PUBLIC.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let mut said = BTreeSet::new();
    let cases = [
        (format!("{}.", unsigned(r#"{"alg":"none","typ":"JWT"}"#, &good)), "alg none"),
        (with_hmac, "HMAC"),
        (session_token(&claims("oracle-user-3", -120, -60), PRIVATE), "expired"),
        (session_token(&claims("oracle-user-3", 60, 120), PRIVATE), "not valid yet"),
        (session_token(&good, OTHER_PRIVATE), "not made with the key"),
        (token[..token.len() - 40].to_owned(), "signature is cut off"),
        (token[..token.rfind('.').unwrap()].to_owned(), "it is cut off"),
        ("not a token".to_owned(), "not a JWT"),
        (session_token(&json!({"exp": i64::from(u32::MAX)}), PRIVATE), "names no user"),
        (session_token(&json!({"sub": "oracle-user-3"}), PRIVATE), "never expires"),
        (session_token(&claims("oracle-user-99", -5, 60), PRIVATE), "who is not in this database"),
        // What a token proves is a Clerk id and nothing else.
        (session_token(&claims("u3@example.test", -5, 60), PRIVATE), "u3@example.test, who is not"),
        (session_token(&claims(&user(3), -5, 60), PRIVATE), "4000-8000-000000000003, who is not"),
    ];
    for (token, why) in &cases {
        let output = clerk(database, token).fails(4);
        assert!(message(&output).contains(why), "{why}: {output}");
        assert!(!output.stderr.contains(token.as_str()), "{output}");
        said.insert(message(&output));
    }
    assert_eq!(said.len(), cases.len(), "{said:#?}");
    let output = clerk(database, &token).env("CLERK_AUTHORIZED_PARTIES", "https://other.example").fails(4);
    assert!(message(&output).contains("another application (azp)"), "{output}");
}

#[test]
fn clocks_may_differ_by_the_leeway() {
    let database = Database::shared(Engine::Embedded);
    let late = session_token(&claims("oracle-user-3", -120, -60), PRIVATE);
    clerk(database, &late).fails(4);
    clerk(database, &late).env("CLERK_LEEWAY", "90").ok();
    clerk(database, &late).env("CLERK_LEEWAY", "soon").fails(2);
}
