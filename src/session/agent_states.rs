//! Which agents are alive, and what became of the deliveries to them.

use crate::analysis::deliveries::Fold;
use crate::analysis::liveness::{self, AgentSigns, MEASURED_HOURS};
use crate::db::{AgentNow, BoardRule, DeliveryEvent, EventQuery};
use crate::model::{AgentState, Deliveries, Filter, Timestamp};
use crate::session::Session;
use anyhow::Result;
use std::collections::HashMap;
use uuid::Uuid;

const DAY: i64 = 86_400;
/// The signs of agents are looked for in the last day, then further back for those that gave none.
const LOOKED_AT_DAYS: [i64; 3] = [1, 4, 16];

/// Which agents to judge, and when.
pub(crate) struct AgentQuery<'a> {
    /// Which agents: by board and by agent.
    pub(crate) filter: &'a Filter,
    /// As of when; events of this instant count.
    pub(crate) at: Timestamp,
    /// Where the deliveries that are counted begin; without it none are.
    pub(crate) since: Option<Timestamp>,
    /// How much later than usual a sign may be.
    pub(crate) grace_micros: i64,
}

/// The agents that the actor may see.
pub(crate) struct AgentsFound {
    /// The worst first.
    pub(crate) agents: Vec<AgentState>,
    /// Columns that do not exist or that the role may not read, such as `agents.status`.
    pub(crate) missing_columns: Vec<&'static str>,
}

impl Session {
    /// The state of each agent.
    pub(crate) async fn agent_states(&mut self, query: &AgentQuery<'_>) -> Result<AgentsFound> {
        let scope = self.scope.clone();
        let (table, missing_columns) = self.store.agent_table(&scope, query.filter).await?;
        let mut signs = self.agent_signs(query, &table).await?;
        let mut deliveries = self.agent_deliveries(query, &table).await?;
        let measured_from = query.at.plus_seconds(-MEASURED_HOURS * 3_600);
        let state = |agent: AgentNow| {
            let signs = signs.remove(&agent.id).unwrap_or_default();
            let usual =
                liveness::usual_interval(agent.heartbeat_config.as_deref(), signs.measured_interval(measured_from));
            let age = signs.last_own.as_ref().map(|sign| query.at.micros_since(sign.at));
            AgentState {
                agent_id: agent.id,
                agent_name: agent.name,
                board_id: agent.board_id,
                board_name: agent.board_name,
                state: liveness::liveness(age, usual, query.grace_micros),
                missed: age.map(|age| liveness::missed(age, usual)),
                last_own: signs.last_own,
                last_heartbeat_at: signs.last_heartbeat_at,
                usual,
                status: agent.status,
                last_seen_at: agent.last_seen_at,
                last_provision_error: agent.last_provision_error,
                wake_attempts: agent.wake_attempts.and_then(|attempts| u64::try_from(attempts).ok()),
                deliveries: deliveries.remove(&agent.id).unwrap_or_default(),
            }
        };
        let mut agents: Vec<AgentState> = table.into_iter().map(state).collect();
        agents.sort_by(|a, b| {
            let key = |agent: &AgentState| (agent.state, agent.last_own.as_ref().map(|sign| sign.at));
            let name = |agent: &AgentState| (agent.board_name.clone(), agent.agent_name.clone(), agent.agent_id);
            key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
        });
        Ok(AgentsFound { agents, missing_columns })
    }

    async fn agent_signs(&mut self, query: &AgentQuery<'_>, table: &[AgentNow]) -> Result<HashMap<Uuid, AgentSigns>> {
        let scope = self.scope.clone();
        let mut signs: HashMap<Uuid, AgentSigns> =
            table.iter().map(|agent| (agent.id, AgentSigns::default())).collect();
        let mut until = None;
        for days in LOOKED_AT_DAYS.map(Some).into_iter().chain([None]) {
            let since = days.map_or(Timestamp::NEG_INFINITY, |days| query.at.plus_seconds(-days * DAY));
            let is_unseen = |signs: &AgentSigns| signs.last_own.is_none() || signs.last_heartbeat_at.is_none();
            let unseen: Vec<Uuid> = signs.iter().filter(|(_, signs)| is_unseen(signs)).map(|(id, _)| *id).collect();
            if unseen.is_empty() {
                break;
            }
            let all = until.is_none() && is_unfiltered(query.filter);
            let agents = if all { Vec::new() } else { unseen };
            let window = Filter { agents, since: Some(since), until, ..Filter::default() };
            let through = until.is_none().then_some(query.at);
            self.store
                .agent_signs(&scope, &window, through, &mut |agent, event_type, at| {
                    if let Some(signs) = signs.get_mut(&agent) {
                        signs.add(event_type, at);
                    }
                })
                .await?;
            until = Some(since);
        }
        Ok(signs)
    }

    async fn agent_deliveries(
        &mut self,
        query: &AgentQuery<'_>,
        table: &[AgentNow],
    ) -> Result<HashMap<Uuid, Deliveries>> {
        let Some(since) = query.since.filter(|_| !table.is_empty()) else { return Ok(HashMap::new()) };
        let all = is_unfiltered(query.filter);
        let agents = if all { Vec::new() } else { table.iter().map(|agent| agent.id).collect() };
        let window = Filter { agents, since: Some(since), ..Filter::default() };
        let by_agent = self.deliveries_by(&window, query.at, false, |event| event.agent).await?;
        Ok(by_agent.into_iter().collect())
    }

    /// The deliveries of a window by a key; events without one are left out.
    pub(crate) async fn deliveries_by(
        &mut self,
        window: &Filter,
        through: Timestamp,
        by_board: bool,
        key: impl Fn(&DeliveryEvent) -> Option<Uuid>,
    ) -> Result<Vec<(Uuid, Deliveries)>> {
        let scope = self.scope.clone();
        let asked = EventQuery { through: Some(through), ..Session::asked(&scope, window, BoardRule::EventBoard) };
        let mut fold = Fold::new(false);
        self.store
            .deliveries(asked, by_board, &mut |event| {
                if let Some(key) = key(&event) {
                    fold.add(&event.event_type, event.message.as_deref(), event.created_at, key);
                }
            })
            .await?;
        Ok(fold.groups(&|_| false).into_iter().map(|(_, key, deliveries)| (key, deliveries)).collect())
    }
}

/// Whether no filter limits the agents.
fn is_unfiltered(filter: &Filter) -> bool {
    filter.boards.is_none() && filter.agents.is_empty()
}
