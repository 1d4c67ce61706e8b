//! The oracle: Mission Control's access rules, written a second time as plain loops over the rows, without SQL and
//! without the code of the binary, so that the results can be compared.

mod liveness;
mod names;
mod random;
mod tables;
mod writes;

use crate::harness::{Data, micros};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub use names::Named;
pub use random::random;
pub use tables::GUARDED;
pub use writes::Write;

/// Everything that the rules look at.
pub struct World {
    users: BTreeMap<Uuid, Option<Uuid>>,
    members: Vec<Member>,
    access: Vec<Access>,
    /// Board → organization.
    boards: BTreeMap<Uuid, Uuid>,
    board_names: BTreeMap<Uuid, String>,
    board_slugs: BTreeMap<Uuid, String>,
    organization_names: BTreeMap<Uuid, String>,
    /// Agent → its own board.
    agents: BTreeMap<Uuid, Option<Uuid>>,
    agent_names: BTreeMap<Uuid, String>,
    /// Task → board.
    tasks: BTreeMap<Uuid, Option<Uuid>>,
    task_titles: BTreeMap<Uuid, String>,
    /// Oldest first, ties by id.
    events: Vec<Event>,
}

struct Member {
    id: Uuid,
    organization: Uuid,
    user: Uuid,
    all_boards: bool,
    writes_all: bool,
    created_at: i64,
}

struct Access {
    member: Uuid,
    board: Uuid,
    granted: bool,
    writes: bool,
}

/// A row of activity_events.
#[derive(Debug, Clone)]
pub struct Event {
    /// Microseconds since 2000.
    pub created_at: i64,
    /// The same as text, in PostgreSQL's form.
    written_at: String,
    /// Its id.
    pub id: Uuid,
    /// Free text.
    pub event_type: String,
    /// Text or NULL.
    pub message: Option<String>,
    /// Who acted.
    pub agent: Option<Uuid>,
    /// The task.
    pub task: Option<Uuid>,
    /// The event's own board.
    pub own_board: Option<Uuid>,
}

impl Event {
    /// created_at in the API's JSON: no fraction or six digits.
    pub fn shown_at(&self) -> String {
        let (at, bc) = self.written_at.strip_suffix(" BC").map_or((&*self.written_at, ""), |at| (at, " BC"));
        let at = at.replacen(' ', "T", 1);
        match at.split_once('.') {
            Some((_, fraction)) if fraction.chars().all(|digit| digit == '0') => {
                at.replace(&format!(".{fraction}"), "") + bc
            }
            Some((second, fraction)) => format!("{second}.{fraction:0<6}{bc}"),
            None => at + bc,
        }
    }

    /// `event_type LIKE '%failed'`.
    pub fn is_failure(&self) -> bool {
        self.event_type.ends_with("failed")
    }
}

/// An identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// By users.id.
    User(Uuid),
    /// By agents.id.
    Agent(Uuid),
}

impl Actor {
    /// The flags with which an operator looks through the actor's eyes.
    pub fn flags(self) -> [String; 2] {
        match self {
            Self::User(id) => ["--as-user".into(), id.to_string()],
            Self::Agent(id) => ["--as-agent".into(), id.to_string()],
        }
    }
}

/// Which events a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feed {
    /// list, summary, errors --scope all, tail --events: by the resolved board.
    Events,
    /// comments and the default tail: by the task's board.
    Comments,
    /// errors --scope dashboard: all kinds of events, by the task's board.
    Dashboard,
}

impl World {
    /// From the rows.
    pub fn new(data: &Data) -> Self {
        let id = |text: Option<String>| text.map(|text| Uuid::parse_str(&text).unwrap());
        let flag = |text: Option<String>| text.as_deref() == Some("t");
        let mut events: Vec<Event> = data
            .rows("activity_events")
            .map(|row| Event {
                created_at: micros(&row("created_at").unwrap()),
                written_at: row("created_at").unwrap(),
                id: id(row("id")).unwrap(),
                event_type: row("event_type").unwrap(),
                message: row("message"),
                agent: id(row("agent_id")),
                task: id(row("task_id")),
                own_board: id(row("board_id")),
            })
            .collect();
        events.sort_by_key(|event| (event.created_at, event.id));
        let members = data.rows("organization_members").map(|row| Member {
            id: id(row("id")).unwrap(),
            organization: id(row("organization_id")).unwrap(),
            user: id(row("user_id")).unwrap(),
            all_boards: flag(row("all_boards_read")) || flag(row("all_boards_write")),
            writes_all: flag(row("all_boards_write")),
            created_at: micros(&row("created_at").unwrap()),
        });
        let access = data.rows("organization_board_access").map(|row| Access {
            member: id(row("organization_member_id")).unwrap(),
            board: id(row("board_id")).unwrap(),
            granted: flag(row("can_read")) || flag(row("can_write")),
            writes: flag(row("can_write")),
        });
        let names = |table: &str, column: &str| -> BTreeMap<Uuid, String> {
            data.rows(table).map(|row| (id(row("id")).unwrap(), row(column).unwrap())).collect()
        };
        let boards_of = |table: &str| -> BTreeMap<Uuid, Option<Uuid>> {
            data.rows(table).map(|row| (id(row("id")).unwrap(), id(row("board_id")))).collect()
        };
        let organization = |row: &dyn Fn(&str) -> Option<String>| id(row("organization_id")).unwrap();
        Self {
            users: data.rows("users").map(|row| (id(row("id")).unwrap(), id(row("active_organization_id")))).collect(),
            members: members.collect(),
            access: access.collect(),
            boards: data.rows("boards").map(|row| (id(row("id")).unwrap(), organization(&row))).collect(),
            board_names: names("boards", "name"),
            board_slugs: names("boards", "slug"),
            organization_names: names("organizations", "name"),
            agents: boards_of("agents"),
            agent_names: names("agents", "name"),
            tasks: boards_of("tasks"),
            task_titles: names("tasks", "title"),
            events,
        }
    }

    /// Every user and every agent.
    pub fn actors(&self) -> Vec<Actor> {
        let users = self.users.keys().map(|&id| Actor::User(id));
        users.chain(self.agents.keys().map(|&id| Actor::Agent(id))).collect()
    }

    /// Every board there is.
    pub fn all_boards(&self) -> Vec<Uuid> {
        self.boards.keys().copied().collect()
    }

    /// Every agent there is.
    pub fn all_agents(&self) -> Vec<Uuid> {
        self.agents.keys().copied().collect()
    }

    /// Every task there is.
    pub fn all_tasks(&self) -> Vec<Uuid> {
        self.tasks.keys().copied().collect()
    }

    /// Every event there is, oldest first.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The board of a task.
    pub fn board_of(&self, task: Uuid) -> Option<Uuid> {
        self.tasks[&task]
    }

    /// A board's id, name and slug.
    pub fn board_told(&self, board: Uuid) -> [String; 3] {
        [board.to_string(), self.board_names[&board].clone(), self.board_slugs[&board].clone()]
    }

    /// The tasks that an actor may name.
    pub fn tasks_on_boards_of(&self, actor: Actor) -> Vec<Uuid> {
        let boards = self.boards(actor);
        let named = self.tasks.iter().filter(|(_, board)| board.is_some_and(|board| boards.contains(&board)));
        named.map(|(task, _)| *task).collect()
    }

    /// The boards that an actor may name.
    pub fn boards(&self, actor: Actor) -> BTreeSet<Uuid> {
        match actor {
            Actor::User(user) => self.readable(user),
            Actor::Agent(agent) => {
                let own = self.agents[&agent];
                let acted_on = self.events.iter().filter(|event| event.agent == Some(agent));
                own.into_iter().chain(acted_on.filter_map(|event| self.resolved_board(event))).collect()
            }
        }
    }

    /// The active membership.
    fn membership(&self, user: Uuid) -> Option<&Member> {
        let mine = || self.members.iter().filter(|member| member.user == user);
        let active = self.users[&user].and_then(|active| mine().find(|member| member.organization == active));
        active.or_else(|| mine().min_by_key(|member| (member.created_at, member.id)))
    }

    /// Of the active membership, or of the agent's board; by name.
    pub fn organization(&self, actor: Actor) -> Option<&str> {
        let organization = match actor {
            Actor::User(user) => self.membership(user)?.organization,
            Actor::Agent(agent) => self.boards[&self.agents[&agent]?],
        };
        Some(&self.organization_names[&organization])
    }

    fn readable(&self, user: Uuid) -> BTreeSet<Uuid> {
        let Some(member) = self.membership(user) else { return BTreeSet::new() };
        if member.all_boards {
            let of_it = self.boards.iter().filter(|(_, organization)| **organization == member.organization);
            return of_it.map(|(board, _)| *board).collect();
        }
        let rows = self.access.iter().filter(|access| access.member == member.id && access.granted);
        rows.map(|access| access.board).collect()
    }

    /// The board of the event's task.
    pub fn task_board(&self, event: &Event) -> Option<Uuid> {
        event.task.and_then(|task| self.tasks[&task])
    }

    /// The event's own board, else its task's.
    pub fn resolved_board(&self, event: &Event) -> Option<Uuid> {
        event.own_board.or_else(|| self.task_board(event))
    }

    /// The board that decides in a feed.
    pub fn deciding_board(&self, feed: Feed, event: &Event) -> Option<Uuid> {
        if feed == Feed::Events { self.resolved_board(event) } else { self.task_board(event) }
    }

    /// What the actor may see of a feed, oldest first, ties by id.
    pub fn visible(&self, actor: Actor, feed: Feed) -> Vec<&Event> {
        let boards = self.boards(actor);
        let may = |event: &&Event| {
            let board = self.deciding_board(feed, event);
            let theirs = match actor {
                Actor::User(_) => board.is_some_and(|board| boards.contains(&board)),
                Actor::Agent(agent) => event.agent == Some(agent) && (feed == Feed::Events || board.is_some()),
            };
            theirs && (feed != Feed::Comments || is_comment(event))
        };
        self.events.iter().filter(may).collect()
    }

    /// The agent's name, the task's title where its board may be read, and the deciding board's name. A user may read the
    /// task's board or not; an agent reads it where it is also the board that decides.
    pub fn names(&self, actor: Actor, feed: Feed, event: &Event) -> [Option<&str>; 3] {
        let task_board = self.task_board(event);
        let readable = match actor {
            Actor::User(_) => task_board.is_some_and(|board| self.boards(actor).contains(&board)),
            Actor::Agent(_) => feed != Feed::Events || task_board.is_some() && task_board == self.resolved_board(event),
        };
        let title = event.task.filter(|_| readable).map(|task| self.task_titles[&task].as_str());
        let board = self.deciding_board(feed, event).map(|board| self.board_names[&board].as_str());
        [event.agent.map(|agent| self.agent_names[&agent].as_str()), title, board]
    }
}

/// Exactly the type, and something other than spaces (U+0020, nothing else) in the message.
fn is_comment(event: &Event) -> bool {
    let text = event.message.as_deref().unwrap_or_default();
    event.event_type == "task.comment" && text.chars().any(|c| c != ' ')
}

/// The ids of events, in order.
pub fn ids<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<String> {
    events.into_iter().map(|event| event.id.to_string()).collect()
}

/// What is wrong with a list of ids, in a few words; `None` if it is as wanted.
pub fn difference(wanted: &[String], got: &[String]) -> Option<String> {
    if wanted == got {
        return None;
    }
    let missing: Vec<_> = wanted.iter().filter(|id| !got.contains(id)).take(3).collect();
    let extra: Vec<_> = got.iter().filter(|id| !wanted.contains(id)).take(3).collect();
    let unique: BTreeSet<_> = got.iter().collect();
    let (wants, has, repeated) = (wanted.len(), got.len(), got.len() - unique.len());
    let order = if missing.is_empty() && extra.is_empty() && repeated == 0 { "; the order is wrong" } else { "" };
    Some(format!(
        "{wants} wanted, {has} got, {repeated} of them repeated; missing {missing:?}, not to be shown {extra:?}{order}"
    ))
}
