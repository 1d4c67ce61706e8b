//! Checks events against the write rules and writes them, in a transaction that the caller ends.

use super::entry::{self, Entry};
use crate::access::ActorKind;
use crate::command::session::Session;
use crate::error::{denied, failed, unavailable, usage};
use crate::event::{ActivityEvent, Board, NewEvent};
use crate::explain;
use crate::store::{AgentName, BoardsOf, UserName};
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// The rules, and what was written so far.
pub(super) struct Writer<'s> {
    session: &'s mut Session,
    /// Boards that can be named: readable or writable.
    boards: Vec<Board>,
    writable: Vec<Uuid>,
    /// Names that were looked up.
    tasks: HashMap<String, Named>,
    agents: HashMap<String, Named>,
    /// As they are in the table now.
    pub(super) items: Vec<ActivityEvent>,
    /// Each once.
    pub(super) warnings: BTreeSet<String>,
}

/// An event that may be written.
pub(super) struct Checked {
    event: NewEvent,
    /// Its id was.
    given: bool,
    agent_name: Option<String>,
    task_title: Option<String>,
    board_name: String,
}

/// A task or an agent, and the board that it is on.
#[derive(Clone)]
struct Named {
    id: Uuid,
    name: String,
    board: Option<Uuid>,
}

impl<'s> Writer<'s> {
    pub(super) async fn new(session: &'s mut Session) -> Result<Self> {
        let actor = &session.actor;
        let (mut boards, writable) = match actor.kind {
            ActorKind::User => {
                let writable = session.store.boards(BoardsOf::Writer(actor.id)).await?;
                (session.actor.boards.clone(), writable)
            }
            ActorKind::Agent => {
                let Some(own) = actor.own_board else {
                    return Err(denied(format!("agent {} has no board, so it cannot write", actor.id)).into());
                };
                let boards = session.store.boards(BoardsOf::Agent(actor.id)).await?;
                let writable = boards.iter().filter(|board| board.id == own).cloned().collect();
                (boards, writable)
            }
        };
        boards.extend(
            writable
                .iter()
                .filter(|board| !boards.iter().any(|known| known.id == board.id))
                .cloned()
                .collect::<Vec<_>>(),
        );
        Ok(Self {
            session,
            boards,
            writable: writable.iter().map(|board| board.id).collect(),
            tasks: HashMap::new(),
            agents: HashMap::new(),
            items: Vec::new(),
            warnings: BTreeSet::new(),
        })
    }

    /// Checks one event against the rules, and looks up what it names; writes nothing.
    pub(super) async fn check(&mut self, entry: Entry) -> Result<Checked> {
        self.columns_exist(&entry)?;
        if !explain::is_known(&entry.event_type) {
            let shown = crate::output::visible(&entry.event_type).into_owned();
            self.warnings.insert(format!("nothing in Mission Control reads events of type {shown}"));
        }
        let task = match &entry.task {
            Some(text) => Some(self.task(text).await?),
            None => None,
        };
        let board = self.board(entry.board.as_deref(), task.as_ref())?;
        if entry.event_type == "task.comment" && task.is_none() {
            self.warnings
                .insert("a comment without a task stands in no thread, and comments does not list it".to_owned());
        }
        let agent = self.agent(entry.agent.as_deref()).await?;
        let user_id = self.user(entry.user.as_deref()).await?;
        let actor_id = entry.actor.as_deref().map(|text| entry::id(text, "actor")).transpose()?;
        let given = entry.id.as_deref().map(|text| entry::id(text, "id")).transpose()?;
        let event = NewEvent {
            id: given.unwrap_or_else(Uuid::new_v4),
            event_type: entry.event_type,
            message: entry.message,
            agent_id: agent.as_ref().map(|agent| agent.id),
            task_id: task.as_ref().map(|task| task.id),
            board_id: Some(board.id),
            action: entry.action,
            user_id,
            actor_id,
        };
        Ok(Checked {
            event,
            given: given.is_some(),
            agent_name: agent.map(|agent| agent.name),
            task_title: task.map(|task| task.name),
            board_name: board.name,
        })
    }

    /// Writes an event that was checked. One that is there already under an id that was given is not written again.
    pub(super) async fn write(&mut self, checked: Checked) -> Result<()> {
        let Checked { event, given, agent_name, task_title, board_name } = checked;
        let store = &mut self.session.store;
        // Asked first, since the id alone is no key of a partitioned table; and again where somebody has just been faster.
        let mut there = if given { store.existing(event.id).await? } else { None };
        let mut written = None;
        if there.is_none() {
            written = store.insert(&event, self.items.len(), given).await?;
            if written.is_none() {
                there = store.existing(event.id).await?;
            }
        }
        let created_at = match (written, there) {
            (Some(created_at), _) => created_at,
            (None, Some((same, created_at))) if same == event => created_at,
            _ => return Err(failed(format!("another event already has the id {}", event.id)).into()),
        };
        self.items.push(ActivityEvent {
            id: event.id,
            event_type: event.event_type,
            message: event.message,
            agent_id: event.agent_id,
            task_id: event.task_id,
            board_id: event.board_id,
            created_at,
            action: event.action,
            user_id: event.user_id,
            actor_id: event.actor_id,
            agent_name,
            task_title,
            board_name: Some(board_name),
        });
        Ok(())
    }

    /// What the schema cannot hold is refused, not dropped.
    fn columns_exist(&self, entry: &Entry) -> Result<()> {
        let given = [("action", &entry.action), ("user_id", &entry.user), ("actor_id", &entry.actor)];
        for (column, value) in given {
            if value.is_some() && !self.session.store.schema().has(column) {
                let failure = unavailable(format!("this database's activity_events has no column {column}"));
                return Err(failure.hint("leave it out: the deployed schema cannot hold it").into());
            }
        }
        Ok(())
    }

    fn board(&self, named: Option<&str>, task: Option<&Named>) -> Result<Board> {
        let named = match named {
            Some(text) => Some(one(self.session.named_boards(&[text.to_owned()], &self.boards)?, "board")?),
            None => None,
        };
        let of_task = match task {
            Some(Named { board: None, .. }) => {
                return Err(denied("the task is on no board, so nobody may write about it").into());
            }
            Some(Named { board, .. }) => *board,
            None => None,
        };
        if let (Some(named), Some(of_task)) = (named, of_task)
            && named != of_task
        {
            return Err(usage("the task is on another board than the one named").into());
        }
        let id = named.or(of_task).ok_or_else(|| usage("an event needs a board or a task"))?;
        let board = self.boards.iter().find(|board| board.id == id);
        match board {
            Some(board) if self.writable.contains(&id) => Ok(board.clone()),
            _ => Err(denied(format!("the actor may not write to the board {id}")).into()),
        }
    }

    async fn task(&mut self, text: &str) -> Result<Named> {
        if let Some(known) = self.tasks.get(text) {
            return Ok(known.clone());
        }
        let id = one(self.session.named_tasks(&[text.to_owned()], &self.boards).await?, "task")?;
        let row = self.session.store.tasks(id, id, None).await?.pop();
        let row = row.ok_or_else(|| failed(format!("the task {id} has just been deleted")))?;
        let named = Named { id, name: row.title, board: row.board_id };
        self.tasks.insert(text.to_owned(), named.clone());
        Ok(named)
    }

    /// A user may name an agent of a writable board, an agent only itself, which is also what it is if none is named.
    async fn agent(&mut self, text: Option<&str>) -> Result<Option<Named>> {
        let actor = &self.session.actor;
        let itself = Named { id: actor.id, name: actor.name.clone(), board: actor.own_board };
        let is_agent = actor.kind == ActorKind::Agent;
        let Some(text) = text else { return Ok(is_agent.then_some(itself)) };
        if let Some(known) = self.agents.get(text) {
            return Ok(Some(known.clone()));
        }
        let id = one(self.session.named_agents(&[text.to_owned()], &self.boards).await?, "agent")?;
        let named = if is_agent {
            itself
        } else {
            let row = self.session.store.agents(AgentName::Id(id)).await?.pop();
            let row = row.ok_or_else(|| failed(format!("the agent {id} has just been deleted")))?;
            Named { id, name: row.name, board: row.board_id }
        };
        if !named.board.is_some_and(|board| self.writable.contains(&board)) {
            return Err(denied(format!("the agent {id} is not on a board that the actor may write to")).into());
        }
        self.agents.insert(text.to_owned(), named.clone());
        Ok(Some(named))
    }

    /// The writing user, where the column exists; nobody else can be named.
    async fn user(&mut self, text: Option<&str>) -> Result<Option<Uuid>> {
        let actor = &self.session.actor;
        let writing = (actor.kind == ActorKind::User).then_some(actor.id);
        if let Some(text) = text {
            let users = match Uuid::try_parse(text) {
                Ok(id) => self.session.store.users(UserName::Id(id)).await?,
                Err(_) => self.session.store.users(UserName::Text(text)).await?,
            };
            if writing.is_none() || !users.iter().any(|user| Some(user.id) == writing) {
                return Err(
                    denied(format!("an event is written in the writer's own name, not in that of '{text}'")).into()
                );
            }
        }
        Ok(writing.filter(|_| self.session.store.schema().has("user_id")))
    }
}

fn one(ids: Vec<Uuid>, kind: &str) -> Result<Uuid> {
    match ids.as_slice() {
        [id] => Ok(*id),
        _ => Err(usage(format!("an event has one {kind}")).into()),
    }
}
