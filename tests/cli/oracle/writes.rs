//! Who may write what.

use super::{Actor, World};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What `log` is asked to write, by ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Write {
    /// `--board`
    pub board: Option<Uuid>,
    /// `--task`
    pub task: Option<Uuid>,
    /// `--agent`
    pub agent: Option<Uuid>,
}

impl World {
    /// The boards that an actor may write to. An access row onto another organization's board gives nothing.
    pub fn writable(&self, actor: Actor) -> BTreeSet<Uuid> {
        let user = match actor {
            Actor::Agent(agent) => return self.agents[&agent].into_iter().collect(),
            Actor::User(user) => user,
        };
        let may = |(board, organization): &(&Uuid, &Uuid)| {
            self.members.iter().filter(|member| member.user == user && member.organization == **organization).any(
                |member| {
                    let row = |board| self.access.iter().any(|a| a.member == member.id && a.board == board && a.writes);
                    member.writes_all || row(**board)
                },
            )
        };
        self.boards.iter().filter(may).map(|(board, _)| *board).collect()
    }

    /// The event's board and agent, or the exit code with which it is refused.
    pub fn written(&self, actor: Actor, write: Write) -> Result<(Uuid, Option<Uuid>), i32> {
        let writable = self.writable(actor);
        if write.board.is_none() && write.task.is_none() {
            return Err(2);
        }
        if matches!(actor, Actor::Agent(agent) if self.agents[&agent].is_none()) {
            return Err(4);
        }
        let nameable: BTreeSet<Uuid> = self.boards(actor).union(&writable).copied().collect();
        let of_task = match write.task {
            None => None,
            Some(task) => Some(self.tasks[&task].filter(|board| nameable.contains(board)).ok_or(3)?),
        };
        if write.board.is_some_and(|board| !nameable.contains(&board)) {
            return Err(4);
        }
        if write.board.is_some() && of_task.is_some() && write.board != of_task {
            return Err(2);
        }
        let board = write.board.or(of_task).ok_or(2)?;
        if !writable.contains(&board) {
            return Err(4);
        }
        let agent = match (actor, write.agent) {
            (Actor::Agent(me), None) => Some(me),
            (Actor::Agent(me), Some(named)) => Some(me).filter(|me| *me == named).ok_or(4).map(Some)?,
            (Actor::User(_), None) => None,
            (Actor::User(_), Some(named)) => {
                let board = self.agents[&named];
                board.filter(|board| writable.contains(board)).ok_or(4)?;
                Some(named)
            }
        };
        Ok((board, agent))
    }
}
