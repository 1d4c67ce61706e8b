//! URLs in, targets out; and no password anywhere else.

mod surroundings;

use super::*;
use crate::error::{Kind, kind_of, render};
use proptest::prelude::*;
use std::collections::HashMap;
use std::fs;
use tcp::Keepalive;
use tls::Mode;

type Env = HashMap<&'static str, String>;

fn read_with(url: &str, env: &Env) -> anyhow::Result<Target> {
    Target::parse(url, &|name| env.get(name).cloned())
}

fn postgres_with(url: &str, env: &Env) -> PostgresTarget {
    match read_with(url, env) {
        Ok(Target::Postgres(target)) => target,
        other => panic!("{url}: {other:?}"),
    }
}

fn postgres(url: &str) -> PostgresTarget {
    postgres_with(url, &Env::new())
}

/// The rendered error.
fn refused(url: &str) -> String {
    refused_with(url, &Env::new())
}

fn refused_with(url: &str, env: &Env) -> String {
    let error = read_with(url, env).expect_err(url);
    assert_eq!(kind_of(&error), Kind::Usage, "{url}");
    render(&error, false)
}

/// sqlx shows its password in Debug, which is the only way to read it back.
fn password(target: &PostgresTarget) -> String {
    target.hosts[0].login.password.clone().unwrap_or_default()
}

fn parts(url: &str) -> (String, String, String) {
    let target = postgres(url);
    (target.hosts[0].login.user.as_str().to_owned(), password(&target), target.label())
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[cfg(unix)]
fn private(path: &std::path::Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn every_accepted_scheme_leads_to_the_same_place() {
    for scheme in
        ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "PostgreSQL"]
    {
        let url = format!("{scheme}://mc:pw@db.example:6432/mission_control");
        assert_eq!(parts(&url), ("mc".into(), "pw".into(), "db.example:6432/mission_control".into()));
    }
}

#[test]
fn another_scheme_is_refused_and_the_accepted_ones_named() {
    for (url, named) in [
        ("mysql://u:hunter2@h/d", "unsupported database: mysql"),
        ("mysql+pymysql://u:hunter2@h/d", "unsupported database: mysql"),
        ("hunter2://u:hunter2@h/d", "unknown scheme"),
        ("hunter2", "not a database URL"),
        ("\"postgres://u:hunter2@h/d\"", "in quotes"),
        ("postgres:u:hunter2@h/d", "followed by //"),
        ("", "empty"),
    ] {
        let text = refused(url);
        assert!(text.contains(named) && !text.contains("hunter"), "{url}: {text}");
    }
    assert!(refused("mysql://h/d").contains("postgresql+psycopg://"));
}

#[test]
fn passwords_are_read_encoded_and_raw() {
    for (raw, expected) in [
        ("pw", "pw"),
        ("p%40%3A%2F%3F%23%25%20w", "p@:/?#% w"),
        ("p@w", "p@w"),
        ("p@@w@", "p@@w@"),
        ("p#w", "p#w"),
        ("p:w", "p:w"),
        ("p/w", "p/w"),
        ("p?w", "p?w"),
        ("12/34", "12/34"),
        ("p/w?x=y&z#", "p/w?x=y&z#"),
        ("100%", "100%"),
        ("p%zzw", "p%zzw"),
        ("p$ss+w", "p$ss+w"),
        ("[x]", "[x]"),
        ("p\"w'\\", "p\"w'\\"),
        ("pä%C3%A4", "pää"),
    ] {
        let (user, password, label) = parts(&format!("postgresql+psycopg://mc:{raw}@db:5432/mc"));
        assert_eq!((user.as_str(), label.as_str()), ("mc", "db:5432/mc"), "{raw}");
        assert_eq!(password, expected, "{raw}");
    }
}

#[test]
fn a_password_that_could_end_at_several_places_is_refused() {
    for url in ["postgres://u:hun@ter/2@h/d", "postgres://u:hun/ter@2@h/d", "postgres://u:hun@t?er=2@h/d"] {
        let text = refused(url);
        assert!(text.contains("unclear") && text.contains("%40") && !text.contains("ter"), "{text}");
    }
}

#[test]
fn a_user_may_be_a_mail_address_in_front_and_in_the_query() {
    assert_eq!(parts("postgres://mc@corp:pw@h/d").0, "mc@corp");
    assert_eq!(parts("postgres://mc@corp@h/d").0, "mc@corp");
    assert_eq!(parts("postgres://h:5432/d?user=mc@corp&password=p").0, "mc@corp");
    assert_eq!(postgres("postgres://h/d?user=mc@corp").label(), "h:5432/d");
}

#[test]
fn a_password_without_a_host_is_not_shown() {
    for url in ["postgres://u:hunter2/d", "postgres://u:hunter2", "postgres://u:a:hunter2/d", "postgres://[hunter2/d"] {
        assert!(!refused(url).contains("hunter"), "{url}");
    }
}

#[test]
fn several_hosts_are_tried_in_their_order() {
    let target = postgres("postgres://mc@a:1,b,[::1]:3,[fe80::1]/d?target_session_attrs=read-write");
    assert_eq!(target.label(), "a:1,b:5432,[::1]:3,[fe80::1]:5432/d");
    assert!(matches!(&target.hosts[2].endpoint, Endpoint::Tcp { connect, port: 3, .. } if connect == "::1"));
    assert_eq!(target.session, SessionAttrs::ReadWrite);
    assert_eq!(postgres("postgres:///d?host=a,b&port=1,2").label(), "a:1,b:2/d");
    assert_eq!(postgres("postgres:///d?host=a,b&port=7").label(), "a:7,b:7/d");
    assert_eq!(postgres("postgresql+psycopg:///d?host=a:1&host=b:2").label(), "a:1,b:2/d");
    assert_eq!(postgres("postgres:///d?host=::1&port=7").label(), "[::1]:7/d");
    assert!(refused("postgres:///d?host=a,b,c&port=1,2").contains("as many ports"));
    assert!(refused("postgres://::1:5432/d").contains("brackets"));
}

#[test]
fn every_session_attribute_is_known_and_no_other() {
    for (text, attrs) in [
        ("any", SessionAttrs::Any),
        ("read-write", SessionAttrs::ReadWrite),
        ("read-only", SessionAttrs::ReadOnly),
        ("primary", SessionAttrs::Primary),
        ("standby", SessionAttrs::Standby),
        ("prefer-standby", SessionAttrs::PreferStandby),
    ] {
        assert_eq!(postgres(&format!("postgres://h/d?target_session_attrs={text}")).session, attrs);
    }
    assert!(refused("postgres://h/d?target_session_attrs=master").contains("target_session_attrs in the database URL"));
}

#[test]
fn a_socket_is_used_without_tls() {
    for url in [
        "postgres://mc@%2Ftmp%2Fpg:5433/d?sslmode=require",
        "postgres://mc@/d?host=/tmp/pg&port=5433",
        "host=/tmp/pg port=5433 user=mc dbname=d",
    ] {
        let target = postgres(url);
        assert_eq!(target.label(), "/tmp/pg:5433/d");
        assert!(matches!(target.hosts[0].tls.mode, Mode::Disable));
        assert_eq!(target.hosts[0].endpoint, Endpoint::Unix(PathBuf::from("/tmp/pg/.s.PGSQL.5433")));
    }
    assert!(refused("postgres://mc@/d?host=/tmp&channel_binding=require").contains("needs TLS"));
}

#[test]
fn the_host_address_is_connected_to_under_the_name_of_the_host() {
    let target = postgres("host=db hostaddr=10.0.0.7 dbname=d");
    assert_eq!(target.label(), "db:5432/d");
    let endpoint = Endpoint::Tcp { name: "db".to_owned(), connect: "10.0.0.7".to_owned(), port: 5432 };
    assert_eq!(target.hosts[0].endpoint, endpoint);
    assert_eq!(postgres("host=db hostaddr=10.0.0.7 sslmode=verify-full").hosts[0].endpoint, endpoint);
    assert!(refused("host=a,b hostaddr=10.0.0.7").contains("hostaddr"));
}

#[test]
fn a_parameter_overrides_its_part_of_the_url() {
    let target = postgres("postgres://a:b@c:1/d?user=u&password=p&host=h&port=2&dbname=n");
    assert_eq!((target.hosts[0].login.user.as_str(), password(&target).as_str()), ("u", "p"));
    assert_eq!(target.label(), "h:2/n");
}

#[test]
fn a_parameter_that_cannot_be_honoured_is_refused_by_name() {
    for parameter in [
        "sslcrl=x",
        "sslcrldir=x",
        "channel_binding=required",
        "gssencmode=require",
        "require_auth=peer",
        "require_auth=md5,!none",
        "requirepeer=postgres",
        "sslnegotiation=tls",
        "load_balance_hosts=always",
        "ssl_min_protocol_version=TLSv2",
        "keepalives=yes",
        "keepalives_idle=40000",
        "tcp_user_timeout=soon",
        "replication=database",
        "pgbouncer=true",
        "connection_limit=1",
        "currentSchema=x",
        "options=endpoint%3Dep-x",
    ] {
        let text = refused(&format!("postgres://u:hunter2@h/d?{parameter}"));
        let name = parameter.split('=').next().unwrap();
        assert!(text.contains(&format!("{name} in the database URL")), "{parameter}: {text}");
    }
}

#[test]
fn a_name_that_is_not_known_is_not_shown_and_a_typing_error_is_corrected() {
    let text = refused("postgres://u:hunter2@h/d?connect_timeout=3&sslmod=require");
    assert!(text.contains("parameter 2 of the database URL") && text.contains("is sslmode meant?"), "{text}");
    for url in ["postgres://h/d?password=abc&hunter2", "postgres://h/d?hunter2=x", "host=h hunter2=x", "hunter2=x"] {
        let text = refused(url);
        assert!(text.contains("not known") && !text.contains("hunter"), "{url}: {text}");
    }
}

#[test]
fn a_parameter_of_another_program_is_to_be_left_out() {
    for parameter in [
        "pgbouncer=true",
        "connection_limit=1",
        "POOL_TIMEOUT=1",
        "schema=public",
        "uselibpqcompat=true",
        "sslaccept=strict",
        "prepareThreshold=0",
        "options=endpoint%3Dep-x",
        "options=project%3Dx",
        "options=-c%20geqo%3Doff%20-c%20endpoint%3Dx",
        "options=--endpoint%3Dx",
    ] {
        let text = refused(&format!("postgres://u:hunter2@h/d?{parameter}"));
        assert!(text.contains("means nothing to this program") && text.contains("leave it out: "), "{text}");
    }
    assert!(refused("postgres://h/d?options=endpoint%3Dx").contains("SNI"));
}

#[test]
fn what_is_not_plainly_a_name_is_taken_if_it_is_encoded_or_quoted_and_never_shown() {
    for (url, label) in [
        ("postgres://u%3Bhunter2@h/a%26hunter2", "h:5432/<redacted>"),
        ("postgres://h/a?user=u%20hunter2&dbname=a%3Dhunter2", "h:5432/<redacted>"),
        ("host=h dbname='a hunter2' user='u=hunter2'", "h:5432/<redacted>"),
        (r"host=h dbname=a\ hunter2", "h:5432/<redacted>"),
        ("postgres:///d?host=/tmp/a%20hunter2", "<redacted>:5432/d"),
        ("sqlite:u:hunter2@h/d", "<redacted>"),
        ("sqlite:a.db;password=hunter2", "<redacted>"),
    ] {
        let target = read_with(url, &Env::new()).unwrap();
        assert_eq!(target.label(), label, "{url}");
        assert!(target.hidden().iter().any(|text| text.contains("hunter2")), "{url}");
    }
    assert_eq!(read_with("postgres://mc:pw@db.example:6432/mc", &Env::new()).unwrap().hidden(), [""; 0]);
}

#[test]
fn what_is_not_plainly_a_name_is_refused_as_it_is() {
    for url in [
        "postgres://h/a&password=hunter2",
        "postgres://h/a;password=hunter2",
        "postgres://h/a hunter2",
        "postgres://h/a@hunter2",
        "postgres://h/a/hunter2",
        "postgres://h/a\u{ff1d}hunter2",
        "postgres://h;hunter2/a",
        "postgres://h%3Bhunter2/a",
        "postgres://u;hunter2@h/a",
        "postgres://h/a?user=u;password=hunter2",
        "postgres://h/a?host=h;hunter2",
        "postgres://h/a?sslmode=require;password=hunter2",
        "host=h;password=hunter2",
        "host=h dbname=a;password=hunter2",
        "host=h user=u,hunter2",
        "dbname=postgres://u:hunter2@h/d",
    ] {
        assert!(!refused(url).contains("hunter"), "{url}");
    }
}

#[test]
fn a_parameter_that_does_no_harm_is_accepted() {
    let target = postgres(
        "postgresql+asyncpg://h/d?client_encoding=utf8&gssencmode=disable&keepalives=1&keepalives_idle=5\
         &application_name=x&fallback_application_name=y&channel_binding=prefer&prepared_statement_cache_size=0",
    );
    assert_eq!(target.label(), "h:5432/d");
}

#[test]
fn the_socket_parameters_are_libpqs_and_end_a_silent_connection_by_default() {
    let tcp = |parameters: &str| postgres(&format!("postgres://h/d?{parameters}")).hosts[0].tcp.clone();
    let seconds = |n| Some(Duration::from_secs(n));
    let by_default = Keepalive { idle: seconds(30), interval: seconds(10), count: Some(3) };
    assert_eq!(tcp(""), Tcp { keepalive: Some(by_default), user_timeout: seconds(60) });
    let given = tcp("keepalives_idle=5&keepalives_interval=2&keepalives_count=4&tcp_user_timeout=9000");
    let keepalive = Keepalive { idle: seconds(5), interval: seconds(2), count: Some(4) };
    assert_eq!(given, Tcp { keepalive: Some(keepalive), user_timeout: seconds(9) });
    assert_eq!(tcp("keepalives=0&tcp_user_timeout=0"), Tcp { keepalive: None, user_timeout: None });
    let system = Keepalive { idle: None, interval: seconds(10), count: Some(3) };
    assert_eq!(tcp("keepalives_idle=0").keepalive, Some(system));
}

#[test]
fn require_auth_lists_what_is_allowed_or_what_is_not() {
    use methods::Method::{Md5, Nothing, Password, Scram};
    let methods = |list: &str| postgres(&format!("postgres://h/d?require_auth={list}")).hosts[0].login.methods.clone();
    assert_eq!(methods(""), [Password, Md5, Scram, Nothing]);
    assert_eq!(methods("scram-sha-256"), [Scram]);
    assert_eq!(methods("none,scram-sha-256,gss"), [Scram, Nothing]);
    assert_eq!(methods("!password,!md5"), [Scram, Nothing]);
    assert_eq!(methods("gss"), []);
}

#[test]
fn parameters_of_tls_that_cannot_go_together_are_refused() {
    for (parameters, why) in [
        ("sslmode=disable&channel_binding=require", "needs TLS"),
        ("sslnegotiation=direct", "needs sslmode=require"),
        ("sslmode=prefer&sslnegotiation=direct", "needs sslmode=require"),
        ("ssl_max_protocol_version=TLSv1.1", "too low"),
        ("ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2", "higher than"),
    ] {
        assert!(refused(&format!("postgres://h/d?{parameters}")).contains(why), "{parameters}");
    }
    let versions = |parameters: &str| {
        let tls = postgres(&format!("postgres://h/d?{parameters}")).hosts[0].tls.clone();
        (tls.tls12, tls.tls13)
    };
    assert_eq!(versions(""), (true, true));
    assert_eq!(versions("ssl_min_protocol_version=TLSv1"), (true, true));
    assert_eq!(versions("ssl_min_protocol_version=tlsv1.3"), (false, true));
    assert_eq!(versions("ssl_max_protocol_version=TLSv1.2"), (true, false));
}

#[test]
fn ssl_modes_mean_what_libpq_means_by_them() {
    let mode = |parameters: &str| postgres(&format!("postgres://h/d?{parameters}")).hosts[0].tls.mode;
    assert!(matches!(mode(""), Mode::Prefer));
    assert!(matches!(mode("sslmode=disable"), Mode::Disable));
    assert!(matches!(mode("sslmode=allow"), Mode::Allow));
    assert!(matches!(mode("sslmode=require"), Mode::Require));
    assert!(matches!(mode("sslmode=verify-ca"), Mode::VerifyCa));
    assert!(matches!(mode("ssl=verify-full"), Mode::VerifyFull));
    assert!(matches!(mode("ssl=true"), Mode::Require));
    assert!(matches!(mode("ssl=False"), Mode::Disable));
    assert!(matches!(mode("sslrootcert=system"), Mode::VerifyFull));
    assert!(refused("postgres://h/d?sslmode=required").contains("verify-full"));
    assert!(refused("postgres://h/d?sslrootcert=system&sslmode=require").contains("weaker"));
}

#[test]
fn a_root_certificate_makes_require_a_verification() {
    let dir = dir();
    let root = dir.path().join("ca.pem");
    fs::write(&root, "").unwrap();
    let mode = |url: &str, env: &Env| postgres_with(url, env).hosts[0].tls.mode;
    let url = format!("postgres://h/d?sslmode=require&sslrootcert={}", root.display());
    assert!(matches!(mode(&url, &Env::new()), Mode::VerifyCa));
    let home = Env::from([("HOME", dir.path().display().to_string())]);
    assert!(matches!(mode("postgres://h/d?sslmode=require", &home), Mode::Require));
    fs::create_dir(dir.path().join(".postgresql")).unwrap();
    fs::write(dir.path().join(".postgresql/root.crt"), "").unwrap();
    assert!(matches!(mode("postgres://h/d?sslmode=require", &home), Mode::VerifyCa));
}

#[test]
fn a_certificate_that_is_missing_is_named() {
    for name in ["sslrootcert", "sslcert", "sslkey"] {
        assert!(refused(&format!("postgres://h/d?{name}=/nonexistent/x")).contains(name));
    }
    let dir = dir();
    let cert = dir.path().join("c.pem");
    fs::write(&cert, "").unwrap();
    assert!(refused(&format!("postgres://h/d?sslcert={}", cert.display())).contains("needs an sslkey"));
    let both = format!("postgres://h/d?sslcert={0}&sslkey={0}", cert.display());
    let client = postgres(&both).hosts[0].tls.client.clone().unwrap();
    assert_eq!((client.certificate, client.key), (cert.clone(), cert));
}

#[test]
fn the_connect_timeout_is_ten_seconds_unless_told_otherwise() {
    let timeout = |parameters: &str| postgres(&format!("postgres://h/d?{parameters}")).connect_timeout;
    assert_eq!(timeout(""), Duration::from_secs(10));
    assert_eq!(timeout("connect_timeout=3"), Duration::from_secs(3));
    assert_eq!(timeout("connect_timeout=0"), Duration::MAX);
    assert_eq!(timeout("connect_timeout=-1"), Duration::MAX);
    assert!(refused("postgres://h/d?connect_timeout=3s").contains("connect_timeout in the database URL"));
}

#[test]
fn server_options_reach_the_server_and_none_are_sent_unasked() {
    let options = |url: &str| postgres(url).hosts[0].login.options.clone();
    assert_eq!(options("postgres://h/d"), None);
    assert_eq!(
        options("postgres://h/d?options=-c%20geqo%3Doff%20-csearch_path=a\\%20b%20--lock-timeout=5s").as_deref(),
        Some("-c geqo=off -c search_path=a\\ b -c lock_timeout=5s")
    );
    assert_eq!(options("postgresql+psycopg2://h/d?options=-c+geqo%3Doff").as_deref(), Some("-c geqo=off"));
    assert!(refused("postgres://h/d?options=-f%20x").contains("options in the database URL"));
}

#[test]
fn sqlite_paths_are_read_as_sqlalchemy_reads_them() {
    for (url, path, only) in [
        ("sqlite:///rel/a.db", "rel/a.db", false),
        ("sqlite:////abs/a.db", "/abs/a.db", false),
        ("sqlite+aiosqlite:///a.db", "a.db", false),
        ("sqlite:a.db", "a.db", false),
        ("sqlite:/abs/a%20b.db?mode=ro", "/abs/a b.db", true),
        ("sqlite:a.db?mode=rw&timeout=5&check_same_thread=false", "a.db", false),
    ] {
        let target = read_with(url, &Env::new()).unwrap();
        assert_eq!(target.label(), path);
        assert!(matches!(target, Target::Sqlite { read_only, .. } if read_only == only), "{url}");
    }
    for url in
        ["sqlite:", "sqlite://", "sqlite:///:memory:", "sqlite::memory:", "sqlite://a/b.db", "sqlite:a?cache=shared"]
    {
        refused(url);
    }
}

#[test]
fn a_password_in_a_url_is_noticed() {
    for (url, expected) in [
        ("postgres://u:p@h/d", true),
        ("postgres://u@h/d?password=p", true),
        ("postgres://u@h/d?sslpassword=p", true),
        ("host=h password=p", true),
        ("postgres://u@h/d", false),
        ("postgres://u:@h/d", false),
        ("sqlite:a.db", false),
        ("nonsense", false),
    ] {
        assert_eq!(holds_password(url), expected, "{url}");
    }
}

/// All that may be shown of a URL's reading.
fn shown(url: &str) -> String {
    match read_with(url, &Env::new()) {
        Ok(target) => format!("{target:?} {}", target.label()),
        Err(error) => format!("{error:?} {error:#} {} {}", render(&error, false), render(&error, true)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2_000), ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}") {
        shown(&text);
    }

    #[test]
    fn any_text_after_a_scheme_is_read_or_refused(text in "(postgres://|postgresql\\+psycopg://|sqlite:|host=)[a-z0-9:/?#@,&=%'\\[\\]\\\\ .+-]{0,50}") {
        shown(&text);
    }

    #[test]
    fn a_raw_password_is_never_shown(before in "[a-z0-9:/?#@,&=%'\\[\\]\\\\ .+$-]{0,8}", after in "[a-z0-9:/?#@,&=%'\\[\\]\\\\ .+$-]{0,8}", tail in "(/mc)?(\\?sslmode=(require|nonsense)|\\?nonsense=1)?") {
        for scheme in ["postgres://", "postgresql+psycopg://", "mysql://", ""] {
            let url = format!("{scheme}mc:{before}HUNTER{after}@db{tail}");
            let text = shown(&url);
            prop_assert!(!text.contains("HUNTER"), "{}: {}", url, text);
        }
    }

    #[test]
    fn an_encoded_password_arrives_as_it_was(password_text in "[ !#-&(-\\[\\]-~é]{1,20}") {
        let encoded = percent_encoding::utf8_percent_encode(&password_text, percent_encoding::NON_ALPHANUMERIC);
        let target = postgres(&format!("postgresql+psycopg://mc:{encoded}@db:5432/mc"));
        prop_assert_eq!(password(&target), password_text);
        prop_assert_eq!(target.label(), "db:5432/mc");
    }

    #[test]
    fn a_password_in_a_connection_string_is_never_shown(before in "[a-z '=\\\\]{0,6}", after in "[a-z '=\\\\]{0,6}") {
        let text = shown(&format!("host=db dbname=mc password={before}HUNTER{after} sslmode=require"));
        prop_assert!(!text.contains("HUNTER"), "{}", text);
    }
}
