//! What a name stands for, among what an actor may see.

use super::{Actor, Feed, World};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A text and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// One thing.
    One(Uuid),
    /// Nothing, or several things: the exit code.
    Refused(i32),
}

fn one(found: impl Iterator<Item = Uuid>) -> Option<Named> {
    let found: BTreeSet<Uuid> = found.collect();
    match found.len() {
        0 => None,
        1 => found.first().copied().map(Named::One),
        _ => Some(Named::Refused(3)),
    }
}

impl World {
    /// Every name, slug and title there is, ids, and beginnings of ids.
    pub fn all_texts(&self) -> Vec<String> {
        let maps = [&self.board_names, &self.board_slugs, &self.agent_names];
        let named =
            maps.into_iter().flat_map(|names| names.iter().flat_map(|(id, name)| [id.to_string(), name.clone()]));
        let tasks = self.tasks.keys().flat_map(|task| [8, 4, 1].map(|length| task.to_string()[..length].to_owned()));
        named.chain(tasks).chain(self.tasks.keys().map(Uuid::to_string)).filter(|text| !text.contains(',')).collect()
    }

    /// `--board`: an id beats a slug beats a name.
    pub fn board_named(&self, actor: Actor, text: &str) -> Named {
        let mine = self.boards(actor);
        let among = |is: &dyn Fn(&Uuid) -> bool| one(mine.iter().filter(|board| is(board)).copied());
        among(&|board| board.to_string() == text)
            .or_else(|| among(&|board| self.board_slugs[board] == text))
            .or_else(|| among(&|board| self.board_names[board] == text))
            .unwrap_or(Named::Refused(4))
    }

    /// `--agent`: any id that exists, or the name of one that the actor may see.
    pub fn agent_named(&self, actor: Actor, text: &str) -> Named {
        if let Actor::Agent(me) = actor {
            let is_me = me.to_string() == text || self.agent_names[&me] == text;
            return if is_me { Named::One(me) } else { Named::Refused(4) };
        }
        if let Some(id) = self.agents.keys().find(|id| id.to_string() == text) {
            return Named::One(*id);
        }
        let seen = self.agents_seen(actor, &self.boards(actor));
        one(seen.into_iter().filter(|agent| self.agent_names[agent] == text)).unwrap_or(Named::Refused(3))
    }

    /// `--task`: the beginning of an id, among the tasks on the boards.
    pub fn task_named(&self, actor: Actor, text: &str) -> Named {
        let is_prefix = |task: &Uuid| task.to_string().starts_with(text);
        one(self.tasks_on_boards_of(actor).into_iter().filter(is_prefix)).unwrap_or(Named::Refused(3))
    }

    pub(super) fn agents_seen(&self, actor: Actor, mine: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
        let on_them = self.agents.iter().filter(|(_, board)| board.is_some_and(|board| mine.contains(&board)));
        let acted = [Feed::Events, Feed::Dashboard].into_iter().flat_map(|feed| self.visible(actor, feed));
        on_them.map(|(agent, _)| *agent).chain(acted.filter_map(|event| event.agent)).collect()
    }

    /// What completes `--board` and `--agent`.
    pub fn completions(&self, actor: Actor) -> [BTreeSet<String>; 2] {
        let mine = self.boards(actor);
        let slugs = mine.iter().map(|board| self.board_slugs[board].clone()).collect();
        let agents: BTreeSet<Uuid> = match actor {
            Actor::Agent(me) => [me].into(),
            Actor::User(_) => {
                let on_them = self.agents.iter().filter(|(_, board)| board.is_some_and(|board| mine.contains(&board)));
                on_them.map(|(agent, _)| *agent).collect()
            }
        };
        let names = agents.iter().map(|agent| self.agent_names[agent].clone());
        [slugs, names.filter(|name| !name.is_empty()).collect()]
    }

    /// Names and ids of boards, agents and tasks that an actor may not come to know. Who writes may know of the boards
    /// that can be written to, and of the tasks there.
    pub fn hidden(&self, actor: Actor, writes: bool) -> Vec<String> {
        let mut mine = self.boards(actor);
        if writes {
            mine.extend(self.writable(actor));
        }
        let seen: Vec<_> = [Feed::Events, Feed::Comments, Feed::Dashboard]
            .into_iter()
            .flat_map(|feed| self.visible(actor, feed).into_iter().map(move |event| (feed, event)))
            .collect();
        let mut known: BTreeSet<String> = BTreeSet::new();
        for (feed, event) in &seen {
            known.extend(self.names(actor, *feed, event).into_iter().flatten().map(str::to_owned));
            known.extend(self.deciding_board(*feed, event).map(|id| id.to_string()));
            known.extend([event.agent, event.task].into_iter().flatten().map(|id| id.to_string()));
        }
        for board in &mine {
            known.extend([board.to_string(), self.board_names[board].clone(), self.board_slugs[board].clone()]);
        }
        for (task, _) in self.tasks.iter().filter(|(_, board)| board.is_some_and(|board| mine.contains(&board))) {
            known.extend([task.to_string(), self.task_titles[task].clone()]);
        }
        let agents = match actor {
            Actor::User(_) => self.agents_seen(actor, &mine),
            Actor::Agent(me) => [me].into(),
        };
        known.extend(agents.iter().flat_map(|agent| [agent.to_string(), self.agent_names[agent].clone()]));
        let maps = [&self.board_names, &self.board_slugs, &self.agent_names, &self.task_titles];
        let all = maps.into_iter().flat_map(|names| names.iter().flat_map(|(id, name)| [id.to_string(), name.clone()]));
        // What is part of something known proves nothing.
        all.filter(|text| !text.trim().is_empty() && !known.iter().any(|known| known.contains(text.as_str()))).collect()
    }
}
