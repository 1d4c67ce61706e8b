//! `demo`: creates the demo database and fills it with two weeks of activity.

use super::Cli;
use crate::cli::time::TimeSpec;
use crate::db::{Target, demo_store};
use crate::demo::{dataset, next_live};
use crate::error::{denied, failed};
use crate::interrupt::{Signals, until_interrupted};
use crate::model::Timestamp;
use crate::session::Context;
use crate::settings::no_home;
use anyhow::{Context as _, Result};
use chrono::Utc;
use clap::{Args, Parser};
use std::fs;
use std::path::{Path, PathBuf};
use tokio::time::sleep;

/// Create a demo database with two weeks of realistic activity
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The database is the file $XDG_DATA_HOME/mc-activity/activity.db; DATABASE_URL is not used.

Examples:
  mc-activity demo
  mc-activity demo --live &     # keeps writing; follow with: mc-activity tail --events")]
pub struct DemoArgs {
    /// Create the data as of this time
    ///
    /// The same time always gives the same data.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<TimeSpec>,
    /// Keep writing an event every few seconds until Ctrl-C
    #[arg(long)]
    live: bool,
    /// Replace a file that demo did not create or that was changed
    #[arg(long)]
    force: bool,
}

impl DemoArgs {
    /// Creates the store, shows it with list and errors, and says what to try next.
    ///
    /// # Errors
    /// Exit 1 for a store that is not to be replaced, or where the disk does not allow it.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let path = until_interrupted(self.create_and_show(context)).await?;
        context.say(NEXT);
        if self.live {
            self.live(context, &path).await?;
        }
        Ok(0)
    }

    async fn create_and_show(&self, context: &Context) -> Result<PathBuf> {
        let path = self.create(context).await?;
        let context = context.for_demo(path.clone());
        for shown in SHOWN {
            context.say(&format!("\n$ {}", shown.join(" ")));
            Box::pin(Cli::try_parse_from(shown)?.command.run(&context)).await?;
        }
        Ok(path)
    }

    /// Creates the store; the result is its path.
    async fn create(&self, context: &Context) -> Result<PathBuf> {
        let url = context.global.database.database_url.as_deref();
        if url.is_some_and(|url| matches!(Target::parse(url, &|_| None), Ok(Target::Sqlite { read_only: true, .. }))) {
            return Err(denied("demo writes, and --database-url says mode=ro").hint("leave --database-url out").into());
        }
        let path = context.settings.embedded_store().ok_or_else(|| no_home("the demo database"))?;
        let now = Timestamp::from_utc(Utc::now());
        let zone = context.global.zone.zone()?;
        let at = self.at.as_ref().map_or(Ok(now), |at| at.resolve(now, zone))?;
        if path.exists() && !self.force {
            may_replace(&path).await?;
        }
        let directory = path.parent().unwrap_or(Path::new("."));
        let said = || failed(format!("cannot create the demo database {}", path.display()));
        fs::create_dir_all(directory).with_context(said)?;
        let building = tempfile::tempdir_in(directory).with_context(said)?;
        let unfinished = building.path().join("activity.db");
        demo_store::create(&unfinished, &dataset(at)?, "demo", at).await?;
        for leftover in ["activity.db-wal", "activity.db-shm"] {
            // Of the store that is replaced; usually there is none.
            let _ = fs::remove_file(directory.join(leftover));
        }
        fs::rename(&unfinished, &path).with_context(said)?;
        context.say(&format!("created the demo database {}", path.display()));
        Ok(path)
    }

    /// Writes until it is stopped.
    async fn live(&self, context: &Context, path: &Path) -> Result<()> {
        context.say("writing an event every few seconds; Ctrl-C ends it");
        let writing = async {
            for n in 0.. {
                sleep(next_live(n, Timestamp::from_utc(Utc::now()))?.delay).await;
                let row = next_live(n, Timestamp::from_utc(Utc::now()))?.row;
                demo_store::add(path, &row).await?;
            }
            Ok(())
        };
        let mut signals = Signals::new(false)?;
        tokio::select! {
            biased;
            _ = signals.first() => Ok(()),
            done = writing => done,
        }
    }
}

async fn may_replace(path: &Path) -> Result<()> {
    let why = match demo_store::origin(path).await {
        // What cannot be read as a store is no store of demo's.
        Err(_) | Ok(None) => "was not made by demo",
        Ok(Some(origin)) if origin.made_by != "demo" => "was not made by demo",
        Ok(Some(origin)) if origin.written_at.is_some() => "holds events written by log",
        Ok(Some(_)) => return Ok(()),
    };
    Err(failed(format!("{} {why}, so it is left alone", path.display())).hint("--force replaces it").into())
}

/// What is shown of the new store.
const SHOWN: [&[&str]; 2] = [
    &["mc-activity", "list", "--exclude-type", "agent.heartbeat", "--limit", "12"],
    &["mc-activity", "errors", "--limit", "5"],
];

/// What to try next.
const NEXT: &str = "
Try next:
  mc-activity list --board payments --exclude-type agent.heartbeat
  mc-activity errors --by board,type
  mc-activity comments --grep refund -i
  mc-activity summary --by agent
  mc-activity demo --live &  mc-activity tail --events";
