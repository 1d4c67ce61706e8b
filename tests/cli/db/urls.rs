//! Connection strings, mistyped ones and those of hosting providers: no message shows the password in them.

use crate::harness::{Database, Engine, Output, Place, Role, free_port, in_parallel};

const SECRET: &str = "S3KRET";
const ME: [&str; 2] = ["--as-user", "local-auth-user"];

/// HOST is replaced with an address and a port, PORT with the port alone.
const MALFORMED: [&str; 76] = [
    // ADO.NET, JDBC, Go, PHP, Perl, Oracle.
    "host=localhost;port=PORT;dbname=a;user=u;password=S3KRET",
    "Server=localhost;Port=PORT;Database=a;User Id=u;Password=S3KRET;",
    "Host=localhost;Username=u;Password=S3KRET;Database=a",
    "Data Source=h;pwd=S3KRET",
    "jdbc:postgresql://HOST/a?user=u&password=S3KRET",
    "jdbc:postgresql://u:S3KRET@HOST/a",
    "u:S3KRET@tcp(HOST)/a",
    "pgsql:host=127.0.0.1;dbname=a;password=S3KRET",
    "dbi:Pg:dbname=a;password=S3KRET",
    "u/S3KRET@HOST",
    // No scheme, or one that is broken.
    "u:S3KRET@HOST/a",
    "//u:S3KRET@HOST/a",
    "postgresql//u:S3KRET@HOST/a",
    "postgresql:u:S3KRET@HOST/a",
    "postgresql:/u:S3KRET@HOST/a",
    "postgresqls://u:S3KRET@HOST/a",
    "DATABASE_URL=postgresql://u:S3KRET@HOST/a",
    "psql postgresql://u:S3KRET@HOST/a",
    "psql \"host=h password=S3KRET\"",
    "<postgresql://u:S3KRET@HOST/a>",
    "'postgresql://u:S3KRET@HOST/a'",
    "{\"url\":\"postgresql://u:S3KRET@HOST/a\"}",
    // A ? that was forgotten, and separators of other languages.
    "postgresql://postgres@HOST/a&password=S3KRET",
    "postgresql://postgres@HOST/a;password=S3KRET",
    "postgresql://postgres@HOST/a,password=S3KRET",
    "postgresql://postgres@HOST/a password=S3KRET",
    "postgresql://postgres@HOST/a\tpassword=S3KRET",
    "postgresql://postgres@HOST/a\npassword=S3KRET",
    "postgresql://postgres@HOST/a#S3KRET",
    "postgresql://postgres@HOST/a:S3KRET",
    "postgresql://postgres@HOST/a@S3KRET",
    "postgresql://postgres@HOST/a/S3KRET",
    "postgresql://HOST&user=u&password=S3KRET",
    "postgresql://HOST;Password=S3KRET",
    "postgresql://dbname=a user=u password=S3KRET hostaddr=/cloudsql/p:r:i",
    "postgresql://127.0.0.1:PORT/a?user=u;password=S3KRET",
    "postgresql://postgres@HOST/a?sslmode=disable;password=S3KRET",
    "postgresql://postgres@HOST/a?host=x;password=S3KRET",
    // Names of parameters that are pieces of a password, and misspelt ones.
    "postgresql://postgres@HOST/a?password=abc&S3KRET",
    "postgresql://postgres@HOST/a?password=abc&S3KRET=1",
    "postgresql://postgres@HOST/a?passwrod=S3KRET",
    "postgresql://postgres@HOST/a?PASSWORD=S3KRET",
    "postgresql://postgres@HOST/a?service=x%3Bpassword%3DS3KRET",
    "postgresql://postgres@HOST/a?options=-c%20lock_timeout%3D5s%3Bpassword%3DS3KRET",
    "postgresql://postgres@HOST/a?passfile=S3KRET",
    "postgresql://postgres@HOST/a?sslrootcert=S3KRET",
    // Two @, or none.
    "postgresql://postgres@S3KRET@HOST/a",
    "postgresql://postgres:x@y@S3KRET/z@HOST/a",
    "postgresql://u:S3KRET",
    "postgresql://u:S3KRET/a",
    "postgresql://u@HOST:S3KRET/a",
    "postgresql://[u:S3KRET]@HOST/a",
    "postgresql://u:[S3KRET/a",
    // Encoded.
    "postgresql://postgres@HOST/a%26password%3DS3KRET",
    "postgresql://postgres@HOST/a%20S3KRET",
    "postgresql://postgres@HOST/a%09S3KRET%0A",
    "postgresql://postgres@HOST/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%26S3KRET-and-more-than-is-kept",
    "postgresql://postgres%3AS3KRET@HOST/a",
    "postgresql://postgres%26S3KRET@HOST/a",
    "postgresql://HOST/a?dbname=a%3DS3KRET&user=u%20S3KRET",
    // Unicode.
    "postgresql://postgres@HOST/a\u{ff06}password\u{ff1d}S3KRET",
    "postgresql://postgres@HOST/a\u{a0}S3KRET",
    "postgresql://postgres\u{ff1a}S3KRET@HOST/a",
    // Keywords and values.
    "host=localhost,port=5432,password=S3KRET",
    "host=localhost&user=u&password=S3KRET",
    "host=db.invalid:5432/a?user=u&password=S3KRET",
    "host=127.0.0.1 port=PORT dbname='a password=S3KRET' user=postgres",
    "host=127.0.0.1 port=PORT dbname=a user='u password=S3KRET'",
    "host=127.0.0.1 port=PORT dbname=a;S3KRET user=postgres",
    "host=127.0.0.1 port=PORT dbname=a user=u:S3KRET",
    "host=127.0.0.1 port=PORT dbname=a S3KRET=x",
    "dbname=postgresql://u:S3KRET@HOST/a",
    // Behind the scheme of a file.
    "sqlite://u:S3KRET@HOST/a",
    "sqlite:u:S3KRET@HOST/a",
    "sqlite:///a.db;password=S3KRET",
    "sqlite:///a.db?password=S3KRET",
];

/// Filled in for a server, and for a port where none listens.
fn filled(port: &str) -> Vec<String> {
    MALFORMED.map(|url| url.replace("HOST", &format!("127.0.0.1:{port}")).replace("PORT", port)).to_vec()
}

fn port_of(database: &Database) -> String {
    database.url.rsplit_once(':').unwrap().1.split_once('/').unwrap().0.to_owned()
}

fn shows(output: &Output) -> Option<String> {
    let text = format!("{}{}", output.stdout, output.stderr);
    let good = !text.contains(SECRET) && !text.contains("panic");
    (!good || output.code == 0).then(|| format!("{output}"))
}

#[test]
fn a_password_in_a_malformed_url_is_in_no_message() {
    let place = Place::new();
    let ports = [port_of(Database::shared(Engine::Deployed)), free_port().unwrap().to_string()];
    let lines = ["list", "list -o json -v --show-sql", "errors --nagios", "doctor", "doctor -o json", "whoami -v"];
    let urls: Vec<String> = ports.iter().flat_map(|port| filled(port)).collect();
    in_parallel(&urls, |url| {
        let failures = lines.into_iter().filter_map(|line| {
            let output = place.mc(line.split(' ')).args(ME).env("DATABASE_URL", url).run();
            shows(&output).map(|shown| format!("{url}\n{shown}"))
        });
        let given = place.mc(["list", "--database-url", url]).args(ME).run();
        failures.chain(shows(&given)).reduce(|all, one| all + &one)
    });
}

#[test]
fn a_url_in_the_place_of_another_argument_is_not_repeated() {
    let database = Database::shared(Engine::Deployed);
    let mut urls = filled(&port_of(database));
    urls.push(format!("postgresql://u:p,{SECRET}@h/d"));
    in_parallel(&urls, |url| {
        let glued = [format!("--databse-url={url}"), format!("-S{url}")];
        let lines: [&[&str]; 20] = [
            &["list", url],
            &["list", url, "-o", "json"],
            &["errors", "--nagios", url],
            &["list", &glued[0]],
            &["list", &glued[0], "-o", "json"],
            &["list", &glued[1]],
            &[url],
            &["list", "--board", url],
            &["list", "--board", url, "-o", "json"],
            &["errors", "--nagios", "--board", url],
            &["list", "--agent", url],
            &["list", "--task", url],
            &["list", "--since", url],
            &["list", "--profile", url],
            &["list", "--token-file", url],
            &["list", "--agent-token-file", url],
            &["list", "--env-file", url],
            &["list", "--limit", url],
            &["list", "--fields", url],
            &["errors", "--range", url],
        ];
        let failures = lines.into_iter().filter_map(|args| {
            let output = database.mc(args).args(ME).run();
            shows(&output).map(|shown| format!("{args:?}\n{shown}"))
        });
        failures.reduce(|all, one| all + &one)
    });
    let output = database.mc(["explain", &format!("postgresql://u:{SECRET}@h/d")]).ok();
    assert!(!output.stdout.contains(SECRET), "{output}");
}

#[test]
fn a_token_in_place_of_the_name_of_its_file_is_not_repeated() {
    let place = Place::new();
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{SECRET}.x/y");
    for flag in ["--token-file", "--agent-token-file", "--profile", "--env-file"] {
        for token in [SECRET, &format!("{SECRET}/x+=="), &format!("/{SECRET}"), &jwt] {
            for format in ["table", "json"] {
                let output = place.mc(["list", flag, token, "-o", format]).env("DATABASE_URL", "sqlite:a.db").fails(2);
                assert_eq!(shows(&output), None);
            }
        }
    }
    let output = place.mc(["list", "--token-file", "./missing"]).env("DATABASE_URL", "sqlite:a.db").fails(2);
    assert!(output.stderr.contains("./missing") && output.stderr.contains("not the token"), "{output}");
    for (name, value) in [("AUTH_MODE", "clerk"), ("AUTH_MODE", SECRET), ("CLERK_LEEWAY", SECRET)] {
        let mc = place.mc(["list"]).env("DATABASE_URL", "sqlite:a.db").env("MC_TOKEN", "x");
        let output = mc.env("CLERK_JWT_KEY", SECRET).env(name, value).run();
        assert_eq!(shows(&output), None);
    }
    let (database, url) = (Database::shared(Engine::Deployed), format!("postgresql://u:{SECRET}@h/d"));
    let output = database.mc_as(Role::Login, ["list"]).env("MC_AGENT_TOKEN", "x").env("MC_AGENT", url).fails(3);
    assert_eq!(shows(&output), None);
}

/// PostgreSQL takes any name for a database or a role.
#[test]
fn a_database_with_an_unusual_name_is_read_and_its_name_shown_nowhere() {
    let database = Database::recorded(Engine::Deployed);
    let (start, name) = database.url.rsplit_once('/').unwrap();
    let other = Database::shared(Engine::Deployed);
    let unusual = format!("{name}&password={SECRET}");
    other.sql(&format!("ALTER DATABASE {name} RENAME TO \"{unusual}\""));
    let url = format!("{start}/{}", unusual.replace('&', "%26").replace('=', "%3D"));
    let mc = |line: &str| database.place.mc(line.split(' ')).args(ME).env("DATABASE_URL", &url);
    for line in [
        "list --limit 3 -v --show-sql",
        "whoami",
        "whoami -o json",
        "doctor",
        "doctor -o json",
        "errors --html page.html",
        "errors --nagios",
        "tail --no-follow --events -v",
    ] {
        let output = mc(line).run();
        let text = format!("{}{}", output.stdout, output.stderr);
        assert!([0, 1, 2].contains(&output.code) && !text.contains(SECRET), "{output}");
    }
    assert!(mc("list --limit 3").ok().stdout.contains("/<redacted> (DATABASE_URL in the environment)"));
    assert!(!database.place.read("work/page.html").contains(SECRET));
    other.sql(&format!("ALTER DATABASE \"{unusual}\" RENAME TO {name}"));
}

#[test]
fn a_malformed_url_gets_an_error_that_says_what_is_wrong() {
    let place = Place::new();
    for (url, said) in [
        ("postgresql://h/a&password=x", "the database's name in the database URL holds '&'"),
        ("postgresql://h/a&password=x", "parameters start with ?"),
        ("host=h;password=x", "separated by blanks, not by ;"),
        ("postgresql://h/a?sslmod=require", "is sslmode meant?"),
        ("jdbc:postgresql://h/a", "take jdbc: away"),
    ] {
        let output = place.mc(["list"]).args(ME).env("DATABASE_URL", url).fails(2);
        assert!(output.stderr.contains(said), "{said}\n{output}");
    }
}

#[test]
fn a_parameter_that_a_host_puts_into_its_urls_is_refused_with_the_advice_to_leave_it_out() {
    let database = Database::shared(Engine::Deployed);
    for parameter in [
        "options=endpoint%3Dep-cool-123",
        "options=project%3Dep-cool-123",
        "options=-c%20endpoint%3Dep-cool-123",
        "pgbouncer=true",
        "connection_limit=1",
        "pool_timeout=0",
        "schema=public",
        "uselibpqcompat=true",
        "sslaccept=strict",
        "supa=base-pooler.x",
        "currentSchema=public",
        "prepareThreshold=0",
        "pool_max_conns=3",
    ] {
        let url = format!("{}?{parameter}", database.url_as(Role::Reader));
        let output = database.place.mc(["boards"]).args(ME).env("DATABASE_URL", url).fails(2);
        let name = parameter.split('=').next().unwrap();
        assert!(output.stderr.contains(&format!("{name} in the database URL")), "{output}");
        assert!(output.stderr.contains("hint: leave it out: "), "{output}");
    }
}
