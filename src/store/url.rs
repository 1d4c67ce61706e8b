//! temporary
use sqlx::postgres::PgConnectOptions;
#[derive(Clone)]
pub enum Target { Postgres(PostgresTarget), Sqlite { path: std::path::PathBuf } }
#[derive(Clone)]
pub struct PostgresTarget { pub hosts: Vec<PgConnectOptions> }
impl Target {
    pub fn parse(url: &str, _env: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        use std::str::FromStr;
        if let Some(path) = url.strip_prefix("sqlite:") { return Ok(Target::Sqlite { path: path.into() }); }
        Ok(Target::Postgres(PostgresTarget { hosts: vec![PgConnectOptions::from_str(&url.replace("+psycopg", ""))?.extra_float_digits(None)] }))
    }
}
pub fn holds_password(_: &str) -> bool { false }
impl Target { pub fn label(&self) -> String { "db".into() } }
