//! A database for a test, on any engine.

use super::data::{Data, Table, micros};
use super::mc::{Mc, Place};
use super::server::{SERVER, Server};
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use std::future::Future;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use uuid::Uuid;

/// The kinds of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Engine {
    /// PostgreSQL with the tables of the running system.
    Deployed,
    /// PostgreSQL with the tables that the documentation describes.
    Documented,
    /// SQLite, with the tables of the demo database.
    Embedded,
}

impl Engine {
    /// All engines; a test must not leave one out silently.
    pub const ALL: [Self; 3] = [Self::Deployed, Self::Documented, Self::Embedded];

    /// The database that new ones are copied from.
    fn empty_template(self) -> &'static str {
        match self {
            Self::Deployed => "empty_deployed",
            Self::Documented => "empty_documented",
            Self::Embedded => unreachable!("SQLite is a file"),
        }
    }

    fn recorded_template(self) -> &'static str {
        match self {
            Self::Deployed => "mc_deployed",
            Self::Documented => "mc_documented",
            Self::Embedded => unreachable!("SQLite is a file"),
        }
    }
}

/// Whose privileges a run has on the server: roles that can log in, with what queries/postgres/grants.sql gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `mc_activity_reader`, and pg_read_all_stats.
    Reader,
    /// `mc_activity_reader` and nothing else.
    BareReader,
    /// `mc_activity_login`: agents' token hashes too.
    Login,
    /// `mc_activity_writer`.
    Writer,
    /// No privileges at all.
    Nobody,
    /// All of them: the superuser who owns the tables.
    Owner,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Reader => "oncall",
            Self::BareReader => "oncall_bare",
            Self::Login => "agents_oncall",
            Self::Writer => "deployer",
            Self::Nobody => "nobody",
            Self::Owner => "postgres",
        }
    }
}

const ROLES: &str = "
    CREATE ROLE oncall LOGIN IN ROLE mc_activity_reader, pg_read_all_stats;
    CREATE ROLE oncall_bare LOGIN IN ROLE mc_activity_reader;
    CREATE ROLE agents_oncall LOGIN IN ROLE mc_activity_login;
    CREATE ROLE deployer LOGIN IN ROLE mc_activity_writer;
    CREATE ROLE nobody LOGIN;";

/// Runs a test on every engine, and prints the engine on which it fails.
pub fn for_each_engine(claim: impl Fn(Engine)) {
    for engine in Engine::ALL {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| claim(engine)));
        if let Err(panic) = result {
            eprintln!("… on the {engine:?} engine");
            std::panic::resume_unwind(panic);
        }
    }
}

/// A database with Mission Control's tables, and a place to run the binary in.
pub struct Database {
    /// What it is.
    pub engine: Engine,
    /// As DATABASE_URL takes it.
    pub url: String,
    /// Home and working directory of the runs on it.
    pub place: Place,
    /// It is a copy of a template, where the roles of the tests have their privileges.
    granted: bool,
}

impl Database {
    /// The recorded data, shared by all tests: only for reading.
    pub fn shared(engine: Engine) -> &'static Self {
        static DEPLOYED: LazyLock<Database> = LazyLock::new(|| Database::recorded(Engine::Deployed));
        static DOCUMENTED: LazyLock<Database> = LazyLock::new(|| Database::recorded(Engine::Documented));
        static EMBEDDED: LazyLock<Database> = LazyLock::new(|| Database::recorded(Engine::Embedded));
        match engine {
            Engine::Deployed => &DEPLOYED,
            Engine::Documented => &DOCUMENTED,
            Engine::Embedded => &EMBEDDED,
        }
    }

    /// The recorded data in a private database.
    pub fn recorded(engine: Engine) -> Self {
        match engine {
            Engine::Embedded => Self::with(engine, &Data::recorded()),
            _ => Self::copy_of(engine, engine.recorded_template()),
        }
    }

    /// A private database that holds the given rows.
    pub fn with(engine: Engine, data: &Data) -> Self {
        let database = Self::empty(engine);
        database.load(data);
        database
    }

    /// Creates the deployed schema with the given rows on another server; returns the URL.
    pub fn on(server: &Server, data: &Data) -> String {
        let url = server.url("postgres");
        block_on(async {
            let mut postgres = PgConnection::connect(&url).await.unwrap();
            let schema = include_str!("../../fixtures/conformance/schema.sql");
            sqlx::raw_sql(schema).execute(&mut postgres).await.unwrap();
            postgres.close().await.unwrap();
            fill_postgres(&url, data).await;
        });
        url
    }

    /// The tables without rows, in a private database.
    pub fn empty(engine: Engine) -> Self {
        if engine != Engine::Embedded {
            return Self::copy_of(engine, engine.empty_template());
        }
        let place = Place::new();
        let path = place.path().join("activity.db");
        let database = Self { engine, url: format!("sqlite:{}", path.display()), place, granted: false };
        block_on(async {
            let mut sqlite = database.sqlite().await;
            // Nothing here outlives the run, so nothing need reach the disk.
            run(&mut sqlite, "PRAGMA journal_mode = wal; PRAGMA synchronous = off;").await;
            run(&mut sqlite, include_str!("../../../queries/sqlite/migrations/0001_init.sql")).await;
            run(&mut sqlite, include_str!("../../../queries/sqlite/migrations/0002_type_time_id.sql")).await;
            run(&mut sqlite, include_str!("../../../queries/sqlite/migrations/0003_agent_state.sql")).await;
            sqlite.close().await.unwrap();
        });
        database
    }

    /// Whatever is at an address of another server; it is not removed.
    pub fn at(url: &str) -> Self {
        Self { engine: Engine::Deployed, url: url.to_owned(), place: Place::new(), granted: false }
    }

    /// The recorded data with the deployed schema in a database of another server, which is not removed.
    pub fn elsewhere(url: &str) -> Self {
        let database = Self::at(url);
        database.sql(include_str!("../../fixtures/conformance/schema.sql"));
        block_on(fill_postgres(url, &Data::recorded()));
        database
    }

    /// The recorded data in a database that takes any bytes for text.
    pub fn of_any_bytes() -> Self {
        LazyLock::force(&TEMPLATES);
        let name = "any_bytes";
        let ascii = "TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'";
        server_sql("postgres", &format!("CREATE DATABASE {name} {ascii}"));
        Self::elsewhere(&SERVER.url(name))
    }

    /// The tables of the deployed schema without rows, in a database of another encoding than UTF8.
    pub fn in_encoding(encoding: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        LazyLock::force(&TEMPLATES);
        let name = format!("in_{}_{}", encoding.to_lowercase(), NEXT.fetch_add(1, Ordering::Relaxed));
        let options = format!("TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
        server_sql("postgres", &format!("CREATE DATABASE {name} {options}"));
        let database = Self::at(&SERVER.url(&name));
        database.sql(include_str!("../../fixtures/conformance/schema.sql"));
        database
    }

    fn copy_of(engine: Engine, template: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        LazyLock::force(&TEMPLATES);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server_sql("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { engine, url: SERVER.url(&name), place: Place::new(), granted: true }
    }

    /// Whether the roles have their privileges here.
    pub fn is_granted(&self) -> bool {
        self.granted
    }

    /// The URL over the server's Unix socket; none for SQLite.
    pub fn socket_url(&self) -> Option<String> {
        let (_, name) = self.url.rsplit_once('/').filter(|_| self.engine != Engine::Embedded)?;
        Some(SERVER.socket_url(name))
    }

    /// The binary on this database: DATABASE_URL is set, but no identity. It connects with no more privileges than
    /// the command needs, so that every test proves that they suffice.
    pub fn mc<S: AsRef<str>>(&self, args: impl IntoIterator<Item = S>) -> Mc {
        let args: Vec<S> = args.into_iter().collect();
        let writes = args.first().is_some_and(|command| command.as_ref() == "log");
        let role = match self.granted {
            false => Role::Owner,
            true if writes => Role::Writer,
            true => Role::Reader,
        };
        self.mc_as(role, args)
    }

    /// The same with the privileges of a role.
    pub fn mc_as<S: AsRef<str>>(&self, role: Role, args: impl IntoIterator<Item = S>) -> Mc {
        self.place.mc(args).env("DATABASE_URL", self.url_as(role))
    }

    /// The URL for a role; SQLite has no roles.
    pub fn url_as(&self, role: Role) -> String {
        self.url.replacen("//postgres@", &format!("//{}@", role.name()), 1)
    }

    /// The URL for a role that a test has made.
    pub fn url_named(&self, role: &str) -> String {
        self.url.replacen("//postgres@", &format!("//{role}@"), 1)
    }

    /// Installs queries/postgres/boundary.sql. Roles are the whole server's, so one test at a time makes them.
    pub fn bound(self) -> Self {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.sql(include_str!("../../../queries/postgres/boundary.sql"));
        self
    }

    /// The rows of a query of one text column, asked as a role.
    pub fn texts_as(&self, role: &str, query: &str) -> Result<Vec<String>, String> {
        block_on(async {
            let mut postgres = PgConnection::connect(&self.url_named(role)).await.unwrap();
            let rows = sqlx::query(query).fetch_all(&mut postgres).await;
            postgres.close().await.unwrap();
            rows.map(|rows| rows.iter().map(|row| row.get(0)).collect()).map_err(|error| error.to_string())
        })
    }

    /// Runs statements as a role; what the server has against them.
    pub fn refuses(&self, role: Role, statements: &str) -> Option<String> {
        block_on(async {
            let mut postgres = PgConnection::connect(&self.url_as(role)).await.unwrap();
            let refused = sqlx::raw_sql(statements).execute(&mut postgres).await.err().map(|error| error.to_string());
            postgres.close().await.unwrap();
            refused
        })
    }

    /// Runs statements as the owner.
    pub fn sql(&self, statements: &str) {
        block_on(async {
            if self.engine == Engine::Embedded {
                let mut sqlite = self.sqlite().await;
                run(&mut sqlite, statements).await;
                sqlite.close().await.unwrap();
            } else {
                let mut postgres = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(statements).execute(&mut postgres).await.unwrap_or_else(|e| panic!("{statements}: {e}"));
                postgres.close().await.unwrap();
            }
        });
    }

    /// A number that a query on the server answers with.
    pub fn number(&self, query: &str) -> i64 {
        block_on(async {
            let mut postgres = PgConnection::connect(&self.url).await.unwrap();
            let row = sqlx::query(query).fetch_one(&mut postgres).await.unwrap_or_else(|e| panic!("{query}: {e}"));
            postgres.close().await.unwrap();
            row.get(0)
        })
    }

    /// Adds rows, all of them in one transaction.
    pub fn load(&self, data: &Data) {
        block_on(async {
            if self.engine == Engine::Embedded {
                let mut sqlite = self.sqlite().await;
                run(&mut sqlite, "BEGIN").await;
                for table in &data.tables {
                    fill_sqlite(&mut sqlite, table).await;
                }
                run(&mut sqlite, "COMMIT").await;
                sqlite.close().await.unwrap();
            } else {
                fill_postgres(&self.url, data).await;
            }
        });
    }

    async fn sqlite(&self) -> SqliteConnection {
        let url = format!("{}?mode=rwc", self.url);
        SqliteConnection::connect(&url).await.unwrap_or_else(|e| panic!("{url}: {e}"))
    }
}

impl Drop for Database {
    /// Files go with the place; on the server the copies would pile up.
    fn drop(&mut self) {
        let here = SERVER_PREFIX.as_str();
        if let Some(name) = self.url.strip_prefix(here).filter(|_| self.engine != Engine::Embedded) {
            server_sql("postgres", &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

static SERVER_PREFIX: LazyLock<String> = LazyLock::new(|| SERVER.url(""));

/// Made once a run, from the schemas as recorded.
static TEMPLATES: LazyLock<()> = LazyLock::new(|| {
    let schema = include_str!("../../fixtures/conformance/schema.sql");
    let documented = include_str!("../../fixtures/conformance/schema-documented.sql");
    let recorded = Data::recorded();
    for engine in [Engine::Deployed, Engine::Documented] {
        let (empty, full) = (engine.empty_template(), engine.recorded_template());
        server_sql("postgres", &format!("CREATE DATABASE {empty}"));
        server_sql(empty, schema);
        if engine == Engine::Documented {
            server_sql(empty, documented);
        }
        // Where the roles exist already, the script still grants.
        server_sql(empty, include_str!("../../../queries/postgres/grants.sql"));
        server_sql("postgres", &format!("CREATE DATABASE {full} TEMPLATE {empty}"));
        block_on(fill_postgres(&SERVER.url(full), &recorded));
    }
    server_sql("postgres", ROLES);
    let version = block_on(async {
        let mut postgres = PgConnection::connect(&SERVER.url("postgres")).await.unwrap();
        let row = sqlx::query("SHOW server_version").fetch_one(&mut postgres).await.unwrap();
        row.get::<String, _>(0)
    });
    // Written directly, so that cargo does not capture it: the log shows which engines were used.
    let line = format!("engines: deployed and documented schema on PostgreSQL {version}, SQLite\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
});

fn server_sql(database: &str, statements: &str) {
    block_on(async {
        let mut postgres = PgConnection::connect(&SERVER.url(database)).await.unwrap();
        sqlx::raw_sql(statements).execute(&mut postgres).await.unwrap_or_else(|e| panic!("{statements}: {e}"));
        postgres.close().await.unwrap();
    });
}

async fn run(sqlite: &mut SqliteConnection, statements: &str) {
    sqlx::raw_sql(statements).execute(sqlite).await.unwrap_or_else(|e| panic!("{statements}: {e}"));
}

/// Makes the table too large to be read as a whole, so that the ways around that are tried; `VACUUM FULL` undoes it.
const FILLER: &str = "
INSERT INTO activity_events (id, event_type, message, created_at)
  SELECT gen_random_uuid(), 'filler', repeat('x', 400), now() AT TIME ZONE 'utc' FROM generate_series(1, 3000);
DELETE FROM activity_events WHERE event_type = 'filler';";

async fn fill_postgres(url: &str, data: &Data) {
    let mut postgres = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(FILLER).execute(&mut postgres).await.unwrap();
    let mut transaction = postgres.begin().await.unwrap();
    for table in &data.tables {
        let copy = format!("COPY {} ({}) FROM STDIN WITH (FORMAT csv)", table.name, table.columns.join(", "));
        let mut sink = transaction.copy_in_raw(&copy).await.unwrap();
        sink.send(table.csv().into_bytes()).await.unwrap();
        sink.finish().await.unwrap_or_else(|e| panic!("{}: {e}", table.name));
    }
    transaction.commit().await.unwrap();
    sqlx::raw_sql("VACUUM ANALYZE").execute(&mut postgres).await.unwrap();
    postgres.close().await.unwrap();
}

/// Fills only the tables and columns that the SQLite database has, in its own types.
async fn fill_sqlite(sqlite: &mut SqliteConnection, table: &Table) {
    let info = sqlx::query("SELECT name, type FROM pragma_table_info($1)").bind(&table.name);
    let types: Vec<(String, String)> =
        info.fetch_all(&mut *sqlite).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect();
    let kept: Vec<(usize, &(String, String))> = (table.columns.iter().enumerate())
        .filter_map(|(at, column)| types.iter().find(|(name, _)| name == column).map(|kept| (at, kept)))
        .collect();
    if kept.is_empty() {
        return;
    }
    let names: Vec<&str> = kept.iter().map(|(_, (name, _))| name.as_str()).collect();
    let places = vec!["?"; kept.len()].join(", ");
    let insert = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, names.join(", "));
    for row in &table.rows {
        let mut query = sqlx::query(&insert);
        for (at, (name, sql_type)) in &kept {
            let value = row[*at].as_deref();
            query = match sql_type.as_str() {
                "BLOB" => query.bind(value.map(|id| Uuid::parse_str(id).unwrap().as_bytes().to_vec())),
                "INTEGER" if name.ends_with("_at") => query.bind(value.map(micros)),
                "INTEGER" => query.bind(value.map(|flag| ["t", "true", "1"].contains(&flag))),
                _ => query.bind(value.map(str::to_owned)),
            };
        }
        query.execute(&mut *sqlite).await.unwrap_or_else(|e| panic!("{insert}: {row:?}: {e}"));
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
