//! Which database it is, wherever it is reached: what a cursor is bound to.

use super::{Database, Engine, Target};
use anyhow::Result;

impl Database {
    /// Names the database, in a transaction; the same by whatever address it is reached.
    ///
    /// For PostgreSQL that is the system identifier of the server, which its physical copies share, and the database's
    /// name. Where the role may not read it, the address has to do, with the number of the database in its server.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn identity(&self, target: &Target) -> Result<String> {
        match (&self.engine, target) {
            (Engine::Sqlite(lite), Target::Sqlite { path, .. }) => lite.identity(path).await,
            _ => Ok(match (&self.schema.system, &self.schema.number) {
                (Some(system), _) => format!("postgresql:{system}/{}", self.schema.database),
                (None, number) => format!("postgresql:?{}@{}", number.as_deref().unwrap_or_default(), target.label()),
            }),
        }
    }
}

/// Whether the server does not tell its system identifier: the role may not ask, or there is no such function.
pub(super) fn is_withheld(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("pg_control_system"))
}
