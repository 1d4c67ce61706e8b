//! `boards`: what the actor may read.

use crate::analysis::liveness;
use crate::auth::identity;
use crate::cli::format::{OutputArgs, offers};
use crate::cli::time::TimeSpec;
use crate::model::{Deliveries, Filter};
use crate::output::{Columns, Format, PageInfo, RowWriter};
use crate::session::Context;
use crate::session::agent_states::AgentQuery;
use anyhow::Result;
use clap::Args;
use std::collections::HashMap;
use uuid::Uuid;

const DAY: i64 = 86_400;

/// List the boards that you can read, and which of them need attention
///
/// The last activity is the newest event that is not a heartbeat; -o wide also shows the newest event of any kind. Failed
/// deliveries are those of the last 24 hours. Silent agents missed more than one sign of life, or never gave one:
/// `mc-activity agents` names them.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("output", offers(&Format::ROWS)), after_help = "\
Examples:
  mc-activity boards
  mc-activity boards -o csv --fields slug,last_activity_at   # which board went quiet?")]
pub struct BoardsArgs {
    /// Evaluate as of this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<TimeSpec>,
    #[command(flatten)]
    output: OutputArgs,
}

impl BoardsArgs {
    pub async fn run(self, context: &Context) -> Result<u8> {
        let format = self.output.format()?;
        let mut session = context.session(false).await?;
        let mut boards = identity::boards(&mut session.store, &session.actor).await?;
        let through = self.at.as_ref().map(|at| at.resolve(session.now, session.zone)).transpose()?;
        session.now = through.unwrap_or(session.now);
        let (scope, since) = (session.scope.clone(), session.now.plus_seconds(-DAY));
        let activity = session.store.last_activity(&scope, through, false).await?;
        let events = session.store.last_activity(&scope, through, true).await?;
        let window = Filter { since: Some(since), ..Filter::default() };
        let deliveries = session.deliveries_by(&window, session.now, true, |event| event.board).await?;
        let deliveries: HashMap<Uuid, Deliveries> = deliveries.into_iter().collect();
        let agents = AgentQuery {
            filter: &Filter::default(),
            at: session.now,
            since: None,
            grace_micros: liveness::GRACE_MICROS,
        };
        let mut silent: HashMap<Uuid, u64> = HashMap::new();
        for agent in session.agent_states(&agents).await?.agents.iter().filter(|agent| agent.state.is_silent()) {
            if let Some(board) = agent.board_id {
                *silent.entry(board).or_default() += 1;
            }
        }
        for board in &mut boards {
            board.last_activity_at = activity.get(&board.id).copied();
            board.last_event_at = events.get(&board.id).copied();
            board.failed_deliveries = deliveries.get(&board.id).map_or(0, |deliveries| deliveries.tally.errors);
            board.silent_agents = silent.get(&board.id).copied().unwrap_or_default();
        }
        session.store.commit().await?;
        let style = context.style(&session, &self.output)?;
        let mut sink = context.destination(&self.output, format)?;
        let mut writer = RowWriter::new(&mut sink, format, Columns::boards().choose(&self.output.fields)?, style);
        boards.iter().try_for_each(|board| writer.row(board))?;
        let mut footer = context.footer(&session, format!("{} boards", boards.len()));
        footer.insert(1, format!("deliveries since {}; heartbeats are no activity", session.zone.show(since)));
        writer.finish(&PageInfo { footer, coverage: Some(session.coverage.clone()), ..PageInfo::default() })?;
        // A pager may stay open for hours.
        session.store.close().await;
        sink.finish()?;
        Ok(0)
    }
}
