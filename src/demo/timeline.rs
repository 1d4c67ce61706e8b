//! The fortnight while it is being written: who there is, what has happened so far, and when.

use super::corpus::{self, BOARDS};
use super::random::{Kind, Random, id};
use super::{Agent, Board, Dataset, Event, Membership, Organization, Task, User};
use crate::event::Timestamp;

/// Microseconds since the fortnight began.
pub(super) type Moment = i64;

pub(super) const SECOND: Moment = 1_000_000;
pub(super) const MINUTE: Moment = 60 * SECOND;
pub(super) const HOUR: Moment = 60 * MINUTE;
pub(super) const DAY: Moment = 24 * HOUR;
/// When the fortnight ends; nothing happens after it.
pub(super) const END: Moment = 14 * DAY;

/// An event before it has a row.
pub(super) struct Draft {
    pub(super) when: Moment,
    pub(super) event_type: &'static str,
    pub(super) message: String,
    pub(super) agent: Option<usize>,
    pub(super) task: Option<usize>,
    pub(super) board: Option<usize>,
}

pub(super) struct Worker {
    pub(super) name: &'static str,
    pub(super) board: Option<usize>,
    pub(super) lead: bool,
    identity: Option<&'static str>,
    pub(super) offline: bool,
}

impl Worker {
    /// Whether the agent can be given a task of that board.
    pub(super) fn works_on(&self, board: usize) -> bool {
        self.board == Some(board) && !self.lead && !self.offline
    }
}

pub(super) struct Job {
    pub(super) title: &'static str,
    pub(super) board: usize,
    status: &'static str,
    pub(super) begun: Moment,
    pub(super) closed: Moment,
}

pub(super) struct Timeline {
    pub(super) random: Random,
    pub(super) agents: Vec<Worker>,
    pub(super) tasks: Vec<Job>,
    drafts: Vec<Draft>,
    turn: usize,
}

impl Timeline {
    pub(super) fn new() -> Self {
        Self { random: Random::new(0x5eed), agents: cast(), tasks: Vec::new(), drafts: Vec::new(), turn: 0 }
    }

    /// The agents of a board, its lead first, by position.
    pub(super) fn team(&self, board: usize) -> Vec<usize> {
        (0..self.agents.len()).filter(|&agent| self.agents[agent].board == Some(board)).collect()
    }

    /// The next of the common remarks, so that none comes again soon.
    pub(super) fn in_turn(&mut self, from: &[&'static str]) -> &'static str {
        self.turn += 1;
        from.get(self.turn % from.len().max(1)).copied().unwrap_or_default()
    }

    pub(super) fn begin_task(&mut self, when: Moment, board: usize, title: &'static str) -> usize {
        self.tasks.push(Job { title, board, status: "inbox", begun: when, closed: END + 1 });
        self.tasks.len() - 1
    }

    /// A later moment, so many seconds on, with a fraction that no two events share by design.
    pub(super) fn after(&mut self, when: Moment, low_s: i64, high_s: i64) -> Moment {
        when + self.random.between(low_s * SECOND, high_s * SECOND)
    }

    /// The same, but most of what would fall into quiet hours waits for the next busy ones. Hours are counted back
    /// from the end, so that the rhythm does not depend on the time of day at which it is looked at.
    pub(super) fn later(&mut self, when: Moment, low_s: i64, high_s: i64) -> Moment {
        let then = self.after(when, low_s, high_s);
        let (days_left, hours_left) = ((END - then) / DAY, (END - then) % DAY / HOUR);
        let quiet = (9..17).contains(&hours_left) || matches!(days_left, 4 | 5 | 11 | 12);
        if then < END && quiet && self.random.chance(60) { self.after(then, 6 * 3_600, 11 * 3_600) } else { then }
    }

    /// Writes an event down, unless the fortnight is over by then.
    pub(super) fn push(&mut self, draft: Draft) {
        if (0..=END).contains(&draft.when) {
            self.drafts.push(draft);
        }
    }

    /// An event under a task, on the task's board.
    pub(super) fn on_task(
        &mut self,
        when: Moment,
        event_type: &'static str,
        agent: Option<usize>,
        task: usize,
        message: String,
    ) {
        let board = Some(self.tasks[task].board);
        self.push(Draft { when, event_type, message, agent, task: Some(task), board });
    }

    /// An event of an agent, on the agent's board.
    pub(super) fn on_agent(&mut self, when: Moment, event_type: &'static str, agent: usize, message: String) {
        let board = self.agents[agent].board;
        self.push(Draft { when, event_type, message, agent: Some(agent), task: None, board });
    }

    /// Moves a task, if there is still time.
    pub(super) fn move_task(&mut self, when: Moment, agent: Option<usize>, task: usize, status: &'static str) {
        let job = &mut self.tasks[task];
        if when <= END {
            job.status = status;
            job.closed = if status == "done" { when } else { END + 1 };
        }
        let message = format!("Task moved to {status}: {}.", job.title);
        self.on_task(when, "task.status_changed", agent, task, message);
    }

    /// The fortnight as rows, ending at `at`.
    pub(super) fn into_dataset(mut self, at: Timestamp) -> Dataset {
        let instant = |when: Moment| at.plus_micros(when - END);
        let (organization, user) = (id(Kind::Organization, 0), id(Kind::User, 0));
        // Stable, so that what was written first comes first even in the same microsecond.
        self.drafts.sort_by_key(|draft| draft.when);
        let last_seen = |agent: usize| {
            let beat = |draft: &&Draft| draft.agent == Some(agent) && draft.event_type == "agent.heartbeat";
            self.drafts.iter().rfind(beat).map(|draft| instant(draft.when))
        };
        let agents = self.agents.iter().enumerate().map(|(index, agent)| Agent {
            id: id(Kind::Agent, index),
            board_id: agent.board.map(|board| id(Kind::Board, board)),
            name: agent.name,
            status: if agent.offline { "offline" } else { "online" },
            is_board_lead: agent.lead,
            identity_profile: agent.identity,
            last_seen_at: last_seen(index),
        });
        let agents = agents.collect();
        let board = |(index, board): (usize, &corpus::Board)| Board {
            id: id(Kind::Board, index),
            organization_id: organization,
            name: board.name,
            slug: board.slug,
        };
        let task = |(index, job): (usize, &Job)| Task {
            id: id(Kind::Task, index),
            board_id: id(Kind::Board, job.board),
            title: job.title,
            status: job.status,
        };
        let boards = BOARDS.iter().enumerate().map(board).collect();
        let tasks = self.tasks.iter().enumerate().map(task).collect();
        let random = &mut self.random;
        let events = self.drafts.into_iter().enumerate().map(|(index, draft)| {
            // Earlier releases wrote no board beside a task; some such rows are always left.
            let bare = draft.task.is_some() && draft.when < 12 * DAY && random.chance(4);
            row(index, instant(draft.when), draft, bare)
        });
        let events = events.collect();
        Dataset {
            organization: Organization { id: organization, name: "Northwind Labs", created_at: instant(-60 * DAY) },
            user: User {
                id: user,
                clerk_user_id: "local-auth-user",
                email: "admin@home.local",
                name: "Local User",
                active_organization_id: organization,
            },
            membership: Membership {
                id: id(Kind::Membership, 0),
                organization_id: organization,
                user_id: user,
                role: "owner",
                all_boards_read: true,
                all_boards_write: true,
                created_at: instant(-60 * DAY),
            },
            boards,
            agents,
            tasks,
            events,
        }
    }
}

/// The row of the `index`th event; `bare` leaves its own board out.
pub(super) fn row(index: usize, created_at: Timestamp, draft: Draft, bare: bool) -> Event {
    let action = match draft.event_type {
        "task.created" | "task.comment" => Some("created"),
        "task.updated" | "task.status_changed" => Some("updated"),
        _ => None,
    };
    Event {
        id: id(Kind::Event, index),
        event_type: draft.event_type,
        message: Some(draft.message),
        agent_id: draft.agent.map(|agent| id(Kind::Agent, agent)),
        task_id: draft.task.map(|task| id(Kind::Task, task)),
        created_at,
        board_id: draft.board.filter(|_| !bare).map(|board| id(Kind::Board, board)),
        action,
        user_id: (draft.agent.is_none() && action.is_some()).then(|| id(Kind::User, 0)),
        actor_id: None,
    }
}

/// Everybody, board by board, the gateway's agent last.
pub(super) fn cast() -> Vec<Worker> {
    let mut cast = Vec::new();
    for (board, team) in BOARDS.iter().enumerate() {
        for (place, agent) in team.agents.iter().enumerate() {
            let (name, identity) = (agent.name, agent.identity);
            cast.push(Worker { name, board: Some(board), lead: place == 0, identity, offline: name == "Odile" });
        }
    }
    let main = corpus::MAIN;
    cast.push(Worker { name: main.name, board: None, lead: false, identity: main.identity, offline: false });
    cast
}
