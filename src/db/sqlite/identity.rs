//! Which store a file holds: its own id, or else what tells the file from others.

use super::SqliteConnection;
use super::errors;
use crate::db::query::Query;
use crate::error::unavailable;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::UNIX_EPOCH;

impl SqliteConnection {
    /// The id that `demo` gave the store, which stays when the file is moved or copied. A file without one, made by another
    /// program or an earlier version, is known by its inode and the time of its birth, so that a link or another spelling
    /// of its path leads to the same, and by its oldest organization, so that other content does not.
    pub(super) async fn file_identity(&self, path: &Path) -> Result<String> {
        if let Some(id) = self.own_id().await? {
            return Ok(format!("sqlite:{id}"));
        }
        let said = || unavailable(format!("{}: cannot tell which file this is", path.display()));
        let file = fs::metadata(path).with_context(said)?;
        let born = file.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let organization = self.text("first_organization").await?.unwrap_or_default();
        Ok(format!("sqlite:file {} {} {organization}", file.ino(), born.as_nanos()))
    }

    async fn own_id(&self) -> Result<Option<String>> {
        let there = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'store_identity')";
        let there: bool = self.conn.query_row(there, [], |row| row.get(0)).map_err(errors::running)?;
        if there { self.text("store_identity").await } else { Ok(None) }
    }

    async fn text(&self, stem: &'static str) -> Result<Option<String>> {
        let mut text = None;
        self.fetch(&Query::new(stem), &mut |row| {
            text = row.columns().text()?;
            Ok(())
        })
        .await?;
        Ok(text)
    }
}
