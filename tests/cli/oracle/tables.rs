//! The rows of each table that a database role may see which stands for one user or agent.

use super::{Actor, Feed, World};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The tables that mc-activity reads, with what names a row.
pub const GUARDED: [(&str, &str); 8] = [
    ("activity_events", "id"),
    ("boards", "id"),
    ("tasks", "id"),
    ("agents", "id"),
    ("users", "id"),
    ("organizations", "id"),
    ("organization_members", "id"),
    ("organization_board_access", "organization_member_id"),
];

impl World {
    /// What names the rows of a table that an actor may see.
    pub fn rows_of(&self, actor: Actor, table: &str) -> BTreeSet<Uuid> {
        let boards = self.boards(actor);
        let feeds = [Feed::Events, Feed::Comments, Feed::Dashboard].into_iter();
        let mut events: Vec<_> = feeds.flat_map(|feed| self.visible(actor, feed)).collect();
        events.sort_by_key(|event| event.id);
        let own = |member: &&super::Member| Actor::User(member.user) == actor;
        // Comments show the task's board to an agent, also where the event has another.
        let shown: BTreeSet<Uuid> = match actor {
            Actor::User(_) => boards.clone(),
            Actor::Agent(_) => events.iter().filter_map(|event| self.task_board(event)).chain(boards.clone()).collect(),
        };
        match table {
            "activity_events" => events.iter().map(|event| event.id).collect(),
            "boards" => shown,
            "tasks" => {
                let on_boards = self.tasks_on_boards_of(actor).into_iter();
                let of_events =
                    events.iter().filter(|event| matches!(actor, Actor::Agent(_)) && self.task_board(event).is_some());
                on_boards.chain(of_events.filter_map(|event| event.task)).collect()
            }
            "agents" => match actor {
                Actor::User(_) => self.agents_seen(actor, &boards),
                Actor::Agent(me) => [me].into(),
            },
            "users" => match actor {
                Actor::User(me) => [me].into(),
                Actor::Agent(_) => BTreeSet::new(),
            },
            "organizations" => match actor {
                Actor::User(_) => self.members.iter().filter(own).map(|member| member.organization).collect(),
                Actor::Agent(me) => self.agents[&me].map(|board| self.boards[&board]).into_iter().collect(),
            },
            "organization_members" => self.members.iter().filter(own).map(|member| member.id).collect(),
            _ => {
                let members: BTreeSet<Uuid> = self.members.iter().filter(own).map(|member| member.id).collect();
                self.access.iter().map(|access| access.member).filter(|member| members.contains(member)).collect()
            }
        }
    }
}
