//! What comes from the surroundings: variables, services, password files.

use super::*;

#[test]
fn variables_fill_what_the_url_leaves_out() {
    let env = Env::from([
        ("PGHOST", "envhost".to_owned()),
        ("PGPORT", "6000".to_owned()),
        ("PGUSER", "envuser".to_owned()),
        ("PGPASSWORD", "envpass".to_owned()),
        ("PGDATABASE", "envdb".to_owned()),
        ("PGSSLMODE", "require".to_owned()),
        ("PGCONNECT_TIMEOUT", "4".to_owned()),
        ("PGTARGETSESSIONATTRS", "standby".to_owned()),
        ("PGAPPNAME", "other".to_owned()),
    ]);
    let target = postgres_with("postgresql://", &env);
    assert_eq!(target.label(), "envhost:6000/envdb");
    assert_eq!((target.hosts[0].login.user.as_str(), password(&target).as_str()), ("envuser", "envpass"));
    assert!(matches!(target.hosts[0].tls.mode, Mode::Require));
    assert_eq!((target.connect_timeout, target.session), (Duration::from_secs(4), SessionAttrs::Standby));
    let target = postgres_with("postgresql://u:p@h:1/d?sslmode=disable", &env);
    assert_eq!((target.label().as_str(), password(&target).as_str()), ("h:1/d", "p"));
    assert!(matches!(target.hosts[0].tls.mode, Mode::Disable));
}

#[test]
fn a_bad_variable_is_named() {
    for (name, value) in [
        ("PGSSLMODE", "on"),
        ("PGPORT", "0"),
        ("PGPORT", "x"),
        ("PGCONNECT_TIMEOUT", "soon"),
        ("PGTARGETSESSIONATTRS", "x"),
        ("PGCHANNELBINDING", "required"),
        ("PGSSLROOTCERT", "/nonexistent"),
    ] {
        assert!(refused_with("postgres://h/d", &Env::from([(name, value.to_owned())])).contains(name), "{name}");
    }
}

#[test]
fn the_database_is_named_after_the_user_by_default() {
    assert_eq!(postgres("postgres://mc@h").label(), "h:5432/mc");
}

#[test]
fn connection_strings_are_read_with_quotes_and_escapes() {
    let target = postgres(r"host = h port=1 dbname='my db' user='' password='it\'s \\ a://b=c' user=mc");
    assert_eq!((target.label().as_str(), target.hosts[0].login.user.as_str()), ("h:1/<redacted>", "mc"));
    assert_eq!(password(&target), r"it's \ a://b=c");
    for text in
        ["host=h password=HUN TER2", "host=h password='HUNTER2", "host=h password=HUN TER=2 x=y", "host HUNTER=2"]
    {
        assert!(!refused(text).contains("TER"), "{text}");
    }
    assert!(refused("host=h sslmod=require").contains("is sslmode meant?"));
}

#[test]
fn a_service_goes_before_the_variables_and_after_the_url() {
    let dir = dir();
    fs::write(
        dir.path().join(".pg_service.conf"),
        "# x\n[other]\nhost=no\n[mc]\nhost=svc\nport=7\nport=8\ndbname=svcdb\npassword=hunter2\n[last]\nbad\n",
    )
    .unwrap();
    let env = Env::from([
        ("HOME", dir.path().display().to_string()),
        ("PGPORT", "9".to_owned()),
        ("PGUSER", "envuser".to_owned()),
        ("PGSYSCONFDIR", "/nonexistent".to_owned()),
    ]);
    let target = postgres_with("postgresql:///urldb?service=mc", &env);
    assert_eq!((target.label().as_str(), target.hosts[0].login.user.as_str()), ("svc:7/urldb", "envuser"));
    assert_eq!(password(&target), "hunter2");
    assert!(refused_with("service=nix", &env).contains("no service \"nix\""));
    let text = refused_with("service=last", &env);
    assert!(text.contains(".pg_service.conf line 11") && !text.contains("bad"), "{text}");
    let by_variable =
        Env::from([("PGSERVICE", "mc".to_owned()), ("PGSERVICEFILE", format!("{}/.pg_service.conf", env["HOME"]))]);
    assert_eq!(postgres_with("postgres://u@/", &by_variable).label(), "svc:7/svcdb");
}

#[cfg(unix)]
#[test]
fn the_password_file_is_asked_for_each_host_and_only_without_a_password() {
    let dir = dir();
    private(&dir.path().join(".pgpass"), "a:5432:d:u:pa\nb:*:*:*:pb\\:\nlocalhost:*:*:*:local\n");
    let env = Env::from([("HOME", dir.path().display().to_string())]);
    let target = postgres_with("postgres://u@b,a/d", &env);
    assert_eq!(password(&target), "pb:");
    assert_eq!(target.hosts[1].login.password.as_deref(), Some("pa"));
    assert_eq!(password(&postgres_with("postgres://u:given@a/d", &env)), "given");
    assert_eq!(password(&postgres_with("postgres://u@/d?host=/tmp", &env)), "local");
    private(&dir.path().join("other"), "a:*:*:*:other");
    let url = format!("postgres://u@a/d?passfile={}/other", dir.path().display());
    assert_eq!(password(&postgres_with(&url, &env)), "other");
}

#[cfg(unix)]
#[test]
fn a_password_file_that_others_may_read_is_ignored_with_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = dir();
    let path = dir.path().join(".pgpass");
    fs::write(&path, "*:*:*:*:hunter2").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let target = postgres_with("postgres://u@h/d", &Env::from([("HOME", dir.path().display().to_string())]));
    assert_eq!(password(&target), "");
    assert!(target.warnings.len() == 1 && target.warnings[0].contains("0640"), "{:?}", target.warnings);
}

#[cfg(unix)]
#[test]
fn a_url_of_a_dotenv_gets_a_password_only_where_that_names_its_host() {
    let dir = dir();
    private(&dir.path().join(".pgpass"), "*:*:*:*:any\nnamed:*:*:*:own\n");
    let home = ("HOME", dir.path().display().to_string());
    let from = |url: &str, env: &[(&'static str, &str)]| {
        let env: Env = env.iter().map(|(name, value)| (*name, (*value).to_owned())).chain([home.clone()]).collect();
        match Target::parse_from(url, &|name| env.get(name).cloned(), PasswordSources::SameHost) {
            Ok(Target::Postgres(target)) => password(&target),
            other => panic!("{url}: {other:?}"),
        }
    };
    let given = ("PGPASSWORD", "env");
    assert_eq!(from("postgres://u@other/d", &[given]), "");
    assert_eq!(from("postgres://u@other/d", &[given, ("PGHOST", "db")]), "");
    assert_eq!(from("postgres://u@db/d", &[given, ("PGHOST", "db")]), "env");
    assert_eq!(from("postgres://u@DB/d", &[given, ("PGHOST", "other,db")]), "env");
    assert_eq!(from("postgres://u@db,other/d", &[given, ("PGHOST", "db")]), "");
    assert_eq!(from("postgres://u@db/d?hostaddr=10.0.0.7", &[given, ("PGHOST", "db")]), "");
    assert_eq!(from("postgres://u@db/d", &[given, ("PGHOST", "db"), ("PGHOSTADDR", "10.0.0.7")]), "env");
    assert_eq!(from("postgres://u@/d", &[given]), "env");
    assert_eq!(from("postgres://u@named/d", &[given]), "own");
    assert_eq!(from("postgres://u@named/d?hostaddr=10.0.0.7", &[]), "");
    assert_eq!(from("postgres://u:url@other/d", &[given]), "url");
    fs::write(dir.path().join("service"), "[mc]\nhost=db\npassword=svc\n").unwrap();
    let file = dir.path().join("service").display().to_string();
    let service = [("PGSERVICE", "mc"), ("PGSERVICEFILE", file.as_str())];
    assert_eq!(from("postgres://u@other/d", &service), "");
    assert_eq!(from("postgres://u@/d", &service), "svc");
}
