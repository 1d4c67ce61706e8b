//! Checks events against the write rules and writes them in batches, in a transaction that the caller ends.

use super::input::{self, InputEvent};
use crate::auth::{ActorKind, identity};
use crate::db::{AgentName, BoardsOf, UserName};
use crate::error::{denied, failed, unavailable, usage};
use crate::model::catalogue;
use crate::model::{ActivityEvent, Board, NewEvent, Timestamp, is_white};
use crate::session::Session;
use anyhow::{Context, Result};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Names that are remembered once they were looked up.
const MOST_NAMES: usize = 10_000;
/// The maximum number of warnings that are printed; a batch may cause any number.
const MOST_WARNINGS: usize = 10;

/// The rules, and what was written so far.
pub(super) struct EventWriter<'s> {
    session: &'s mut Session,
    /// Boards that can be named: readable or writable.
    boards: Vec<Board>,
    writable: Vec<Uuid>,
    /// Names that were looked up.
    tasks: HashMap<String, Named>,
    agents: HashMap<String, Named>,
    named_boards: HashMap<String, Uuid>,
    /// Users whom the actor may name: itself.
    users: BTreeSet<String>,
    /// Events written so far, or found to be there.
    pub(super) done: usize,
    /// Each once.
    pub(super) warnings: BTreeSet<String>,
}

/// An event that may be written.
pub(super) struct Checked {
    /// Of the input, where it has several.
    pub(super) line: Option<u64>,
    event: NewEvent,
    /// Its id was.
    given: bool,
    agent_name: Option<String>,
    task_title: Option<String>,
    board_name: String,
}

impl Checked {
    /// Bytes of its texts.
    pub(super) fn length(&self) -> usize {
        let NewEvent { event_type, message, action, .. } = &self.event;
        event_type.len() + [message, action].into_iter().flatten().map(String::len).sum::<usize>()
    }
}

/// A task or an agent, and the board that it is on.
#[derive(Clone)]
struct Named {
    id: Uuid,
    name: String,
    board: Option<Uuid>,
}

impl<'s> EventWriter<'s> {
    pub(super) async fn new(session: &'s mut Session) -> Result<Self> {
        let actor = &session.actor;
        if actor.kind == ActorKind::Agent && actor.own_board.is_none() {
            return Err(denied(format!("agent {} has no board, so it cannot write", actor.id)).into());
        }
        let mut boards = identity::boards(&mut session.store, actor).await?;
        let writable: Vec<Board> = match actor.kind {
            ActorKind::User => session.store.boards(BoardsOf::Writer(actor.id)).await?,
            ActorKind::Agent => boards.iter().filter(|board| actor.own_board == Some(board.id)).cloned().collect(),
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
            named_boards: HashMap::new(),
            users: BTreeSet::new(),
            done: 0,
            warnings: BTreeSet::new(),
        })
    }

    /// Checks one event against the rules, and looks up what it names; writes nothing.
    ///
    /// # Errors
    /// Exit 2 to 5; they name the line.
    pub(super) async fn check(&mut self, line: Option<u64>, entry: InputEvent) -> Result<Checked> {
        at(line, self.check_one(line, entry).await)
    }

    async fn check_one(&mut self, line: Option<u64>, mut entry: InputEvent) -> Result<Checked> {
        self.columns_exist(&entry)?;
        for text in [Some(&entry.event_type), entry.message.as_ref(), entry.action.as_ref()].into_iter().flatten() {
            self.session.store.check_encodable(text).await?;
        }
        // The dashboard counts every event that has a task, and failures are looked for by the end of their type.
        let is_read = entry.task.is_some() || entry.event_type.ends_with("failed");
        if !is_read && !catalogue::is_known(&entry.event_type) {
            let shown = crate::escape::escape_for_terminal(&entry.event_type).into_owned();
            self.warn(format!("nothing in Mission Control reads events of type {shown}"));
        }
        if entry.event_type == "task.comment" {
            entry.message = entry.message.map(stripped);
        }
        let task = match &entry.task {
            Some(text) => Some(self.task(text).await?),
            None => None,
        };
        let board = self.board(entry.board.as_deref(), task.as_ref())?;
        if entry.event_type == "task.comment" && task.is_none() {
            self.warn("a comment without a task stands in no thread, and comments does not list it".to_owned());
        }
        let agent = self.agent(entry.agent.as_deref()).await?;
        let user_id = self.user(entry.user.as_deref()).await?;
        let actor_id = entry.actor.as_deref().map(|text| input::id(text, "actor")).transpose()?;
        let given = entry.id.as_deref().map(|text| input::id(text, "id")).transpose()?;
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
            line,
            event,
            given: given.is_some(),
            agent_name: agent.map(|agent| agent.name),
            task_title: task.map(|task| task.name),
            board_name: board.name,
        })
    }

    /// Writes events that were checked, and answers with them as they are in the table now. One that is there already under
    /// an id that was given is not written again.
    ///
    /// # Errors
    /// Those of the database, and exit 1 for an id that another event has; they name the line.
    pub(super) async fn write(&mut self, mut batch: Vec<Checked>) -> Result<Vec<ActivityEvent>> {
        let given: Vec<Uuid> = batch.iter().filter(|checked| checked.given).map(|checked| checked.event.id).collect();
        let store = &mut self.session.store;
        // Check before inserting (a partitioned table has no unique key on id alone), and again if another writer was faster.
        let mut there = if given.is_empty() { HashMap::new() } else { store.existing(&given).await? };
        let mut firsts: HashMap<Uuid, usize> = HashMap::new();
        let mut new = Vec::new();
        for (at, checked) in batch.iter().enumerate() {
            let id = checked.event.id;
            if !checked.given || !there.contains_key(&id) && *firsts.entry(id).or_insert(at) == at {
                new.push(at);
            }
        }
        let written = self.insert(&mut batch, &new).await?;
        let faster: Vec<Uuid> =
            given.into_iter().filter(|id| !written.contains_key(id) && !there.contains_key(id)).collect();
        if !faster.is_empty() {
            there.extend(self.session.store.existing(&faster).await?);
        }
        for checked in &batch {
            let id = checked.event.id;
            let first = firsts.get(&id).map(|first| &batch[*first].event);
            let same = there.get(&id).map(|(event, _)| event).or(first);
            if same.is_some_and(|same| *same != checked.event) {
                return at(checked.line, Err(failed(format!("another event already has the id {id}")).into()));
            }
        }
        let mut items = Vec::with_capacity(batch.len());
        for Checked { line, event, agent_name, task_title, board_name, .. } in batch {
            let found = written.get(&event.id).or_else(|| there.get(&event.id).map(|(_, created_at)| created_at));
            let created_at = at(line, found.copied().context("the database did not say when it wrote the event"))?;
            items.push(ActivityEvent {
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
        }
        self.done += items.len();
        Ok(items)
    }

    /// Inserts those of a batch that are new. Where the database refuses them, each is tried by itself, to name the line.
    async fn insert(&mut self, batch: &mut [Checked], new: &[usize]) -> Result<HashMap<Uuid, Timestamp>> {
        if let [one] = new {
            let (checked, place) = (&mut batch[*one], [self.done + one]);
            let event = std::slice::from_mut(&mut checked.event);
            return at(checked.line, self.session.store.insert(event, &place, checked.given).await);
        }
        if new.is_empty() {
            return Ok(HashMap::new());
        }
        let once = new.iter().any(|at| batch[*at].given);
        let places: Vec<usize> = new.iter().map(|at| self.done + at).collect();
        let mut events: Vec<NewEvent> = new.iter().map(|at| std::mem::take(&mut batch[*at].event)).collect();
        let store = &mut self.session.store;
        store.mark().await?;
        let written = store.insert(&mut events, &places, once).await;
        for (at, event) in new.iter().zip(events) {
            batch[*at].event = event;
        }
        match written {
            Ok(written) => {
                store.unmark().await?;
                Ok(written)
            }
            Err(error) => {
                // If the connection is lost there is nothing to roll back.
                if store.undo().await.is_err() {
                    return Err(error);
                }
                let mut written = HashMap::new();
                for (index, place) in new.iter().zip(places) {
                    let checked = &mut batch[*index];
                    let one = std::slice::from_mut(&mut checked.event);
                    written.extend(at(checked.line, store.insert(one, &[place], checked.given).await)?);
                }
                Ok(written)
            }
        }
    }

    fn warn(&mut self, warning: String) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.insert(warning);
        }
    }

    /// What the schema cannot hold is refused, not dropped.
    fn columns_exist(&self, entry: &InputEvent) -> Result<()> {
        let given = [("action", &entry.action), ("user_id", &entry.user), ("actor_id", &entry.actor)];
        for (column, value) in given {
            if value.is_some() && !self.session.store.schema().has(column) {
                let failure = unavailable(format!("this database's activity_events has no column {column}"));
                return Err(failure.hint("leave it out: the deployed schema cannot hold it").into());
            }
        }
        Ok(())
    }

    fn board(&mut self, named: Option<&str>, task: Option<&Named>) -> Result<Board> {
        let named = match named.map(|text| (text, self.named_boards.get(text).copied())) {
            Some((_, Some(known))) => Some(known),
            Some((text, None)) => {
                let id = one(self.session.named_boards(&[text.to_owned()], &self.boards)?, "board")?;
                remember(&mut self.named_boards, text, id);
                Some(id)
            }
            None => None,
        };
        let of_task = match task {
            Some(Named { board: None, .. }) => {
                return Err(denied("the task is on no board, so no event about it can be written").into());
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
        remember(&mut self.tasks, text, named.clone());
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
        remember(&mut self.agents, text, named.clone());
        Ok(Some(named))
    }

    /// The writing user, if the column exists; no other user can be named.
    async fn user(&mut self, text: Option<&str>) -> Result<Option<Uuid>> {
        let actor = &self.session.actor;
        let writing = (actor.kind == ActorKind::User).then_some(actor.id);
        if let Some(text) = text.filter(|text| !self.users.contains(*text)) {
            let users = match Uuid::try_parse(text) {
                Ok(id) => self.session.store.users(UserName::Id(id)).await?,
                Err(_) => self.session.store.users(UserName::Text(text)).await?,
            };
            if writing.is_none() || !users.iter().any(|user| Some(user.id) == writing) {
                return Err(
                    denied(format!("an event is written in the writer's own name, not in that of '{text}'")).into()
                );
            }
            self.users.insert(text.to_owned());
        }
        Ok(writing.filter(|_| self.session.store.schema().has("user_id")))
    }
}

/// What was done, or an error that names the line, of many.
fn at<T>(line: Option<u64>, done: Result<T>) -> Result<T> {
    match line {
        Some(number) => done.with_context(|| format!("line {number}")),
        None => done,
    }
}

/// Without the white space around it, as Mission Control stores comments.
fn stripped(message: String) -> String {
    let text = message.trim_matches(is_white);
    if text.len() == message.len() { message } else { text.to_owned() }
}

/// In memory that does not grow with the input.
fn remember<T>(known: &mut HashMap<String, T>, text: &str, found: T) {
    if known.len() >= MOST_NAMES {
        known.clear();
    }
    known.insert(text.to_owned(), found);
}

fn one(ids: Vec<Uuid>, kind: &str) -> Result<Uuid> {
    match ids.as_slice() {
        [id] => Ok(*id),
        _ => Err(usage(format!("an event has one {kind}")).into()),
    }
}
