//! From filters as typed to a [`Filter`]: names are looked up among what the actor may see, and nowhere else.

use crate::auth::ActorKind;
use crate::auth::identity;
use crate::cli::filter::{FilterArgs, RangeArgs, SelectArgs};
use crate::cli::split::{split_types, split_values};
use crate::db::{AgentName, BoardRule, PageRequest};
use crate::error::{Failure, denied, not_found};
use crate::escape::escape_for_terminal;
use crate::model::Filter;
use crate::model::names::{Candidate, IdPrefix, Resolution, ambiguous, is_same_name, only_one, resolve_name};
use crate::model::{ActivityEvent, Board};
use crate::session::{Session, boards_read};
use crate::similar_names::did_you_mean;
use anyhow::Result;
use std::collections::HashMap;
use uuid::Uuid;

impl Session {
    /// All filters.
    ///
    /// # Errors
    /// Exit 4 for a board, exit 3 for an agent or task that is unknown or out of sight, exit 2 for times.
    pub async fn filter(&mut self, args: &FilterArgs, range: &RangeArgs) -> Result<Filter> {
        let mut filter = self.select(&args.select, range).await?;
        filter.types = self.types(&args.types.types).await?;
        filter.exclude_types = self.types(&args.types.exclude_types).await?;
        Ok(filter)
    }

    /// The filters of commands whose events are all comments.
    pub async fn select(&mut self, args: &SelectArgs, range: &RangeArgs) -> Result<Filter> {
        let (since, until) = range.resolve(self.now, self.zone)?;
        let names_boards = !(args.board.is_empty() && args.exclude_board.is_empty());
        let boards = match self.actor.kind {
            ActorKind::Agent if !names_boards && args.task.is_empty() => Vec::new(),
            _ => identity::boards(&mut self.store, &self.actor).await?,
        };
        let named = self.named_boards(&args.board, &boards)?;
        let filter = Filter {
            boards: (!args.board.is_empty()).then_some(named),
            exclude_boards: self.named_boards(&args.exclude_board, &boards)?,
            agents: self.named_agents(&args.agent, &boards).await?,
            exclude_agents: self.named_agents(&args.exclude_agent, &boards).await?,
            tasks: self.named_tasks(&args.task, &boards).await?,
            grep: args.grep.clone(),
            ignore_case: args.ignore_case,
            since,
            until,
            ..Filter::default()
        };
        self.coverage.boards = boards_read(&self.scope, &filter);
        (self.coverage.since, self.coverage.until) = (since, until);
        Ok(filter)
    }

    /// Globs of event types. One with a comma stays whole where it matches an event that the actor may see.
    ///
    /// # Errors
    /// Exit 2 for nothing between two commas.
    pub(crate) async fn types(&mut self, given: &[String]) -> Result<Vec<String>> {
        let mut wholes = Vec::new();
        for value in given.iter().filter(|value| value.contains(',')) {
            let filter = Filter { types: vec![value.clone()], ..Filter::default() };
            let asked = Self::asked(&self.scope, &filter, BoardRule::EventBoard);
            let page = PageRequest { limit: Some(1), ..PageRequest::default() };
            let found = &mut |_: ActivityEvent| {
                wholes.push(value);
                Ok(())
            };
            self.store.feed(asked, page, found).await?;
        }
        split_types(given, |value| Ok(wholes.iter().any(|whole| *whole == value)))
    }

    pub(crate) fn named_boards(&self, given: &[String], boards: &[Board]) -> Result<Vec<Uuid>> {
        let candidates: Vec<Candidate> = boards
            .iter()
            .map(|board| Candidate { id: board.id, slug: Some(board.slug.clone()), name: board.name.clone() })
            .collect();
        let resolve = |text: &str| match resolve_name(text, &candidates) {
            Resolution::One(id) => Ok(Some(id)),
            Resolution::None { .. } => Ok(None),
            Resolution::Many(many) => Err(ambiguous("board", text, many.iter().map(|c| (c.id, c.name.as_str())))),
        };
        let unknown = |text: &str| {
            let hint = match resolve_name(text, &candidates) {
                Resolution::None { nearest } => did_you_mean(&nearest),
                _ => None,
            };
            let all = || "`mc-activity boards` lists the boards that the actor may read".to_owned();
            self.unknown_board(text).hint(hint.unwrap_or_else(all)).into()
        };
        split_values(given, resolve, unknown)
    }

    /// The error for a board that does not exist for the actor.
    pub(crate) fn unknown_board(&self, text: &str) -> Failure {
        let who = escape_for_terminal(&self.actor.name);
        denied(format!("board '{text}' is unknown or not readable by {who}"))
    }

    pub(crate) async fn named_agents(&mut self, given: &[String], boards: &[Board]) -> Result<Vec<Uuid>> {
        let mut known: HashMap<String, Vec<(Uuid, String)>> = HashMap::new();
        let sight: Vec<Uuid> = boards.iter().map(|board| board.id).collect();
        for text in whole_values_and_parts(given) {
            let found = match self.actor.kind {
                ActorKind::Agent => {
                    let own = Uuid::try_parse(&text) == Ok(self.actor.id) || is_same_name(&text, &self.actor.name);
                    if own { vec![(self.actor.id, self.actor.name.clone())] } else { Vec::new() }
                }
                ActorKind::User => {
                    let by_name = AgentName::Visible(&text, &sight);
                    let mut agents = identity::agents_named(&mut self.store, &text, by_name).await?;
                    if agents.is_empty() && !text.is_ascii() {
                        // A database may know the letter case of ASCII alone.
                        agents = self.store.agents(AgentName::Near(&sight)).await?;
                        agents.retain(|agent| is_same_name(&agent.name, &text));
                    }
                    agents.into_iter().map(|a| (a.id, a.name)).collect()
                }
            };
            known.insert(text, found);
        }
        let nearest = if known.values().all(|found| !found.is_empty()) || self.actor.kind == ActorKind::Agent {
            Vec::new()
        } else {
            self.store.agents(AgentName::Near(&sight)).await?
        };
        let near: Vec<Candidate> =
            nearest.into_iter().map(|a| Candidate { id: a.id, slug: None, name: a.name }).collect();
        let resolve = |text: &str| known_id("agent", text, &known);
        let unknown = |text: &str| -> anyhow::Error {
            if self.actor.kind == ActorKind::Agent {
                return denied(format!("an agent sees its own events only, not those of '{text}'")).into();
            }
            let failure = not_found(format!("no agent '{text}' that the actor may see"));
            let hint = match resolve_name(text, &near) {
                Resolution::None { nearest } => did_you_mean(&nearest),
                _ => None,
            };
            let all = || "name an agent by id or name; `mc-activity summary --by agent` lists them".to_owned();
            failure.hint(hint.unwrap_or_else(all)).into()
        };
        split_values(given, resolve, unknown)
    }

    pub(crate) async fn named_tasks(&mut self, given: &[String], boards: &[Board]) -> Result<Vec<Uuid>> {
        let mut known: HashMap<String, Vec<(Uuid, String)>> = HashMap::new();
        let sight: Vec<Uuid> = boards.iter().map(|board| board.id).collect();
        for text in whole_values_and_parts(given) {
            let mut tasks = match IdPrefix::parse(&text) {
                Some(prefix) => self.store.tasks(prefix.first, prefix.last, Some(&sight)).await?,
                None => Vec::new(),
            };
            if tasks.is_empty() && !text.is_empty() {
                tasks = self.store.tasks_by_title(&text, &sight).await?;
                // A whole title beats a part of a longer one.
                if tasks.iter().filter(|task| is_same_name(&task.title, &text)).count() == 1 {
                    tasks.retain(|task| is_same_name(&task.title, &text));
                }
            }
            known.insert(text, tasks.into_iter().map(|task| (task.id, task.title)).collect());
        }
        let resolve = |text: &str| known_id("task", text, &known);
        let unknown = |text: &str| -> anyhow::Error {
            let failure = not_found(format!("no task '{text}' on the boards that the actor may read"));
            failure.hint("name a task by its id, the first characters of it, or a part of its title").into()
        };
        split_values(given, resolve, unknown)
    }
}

/// The id of what a text stands for, if anything; `known` has what was found by each text.
fn known_id(kind: &str, text: &str, known: &HashMap<String, Vec<(Uuid, String)>>) -> Result<Option<Uuid>> {
    let found = known.get(text).map(|found| found.iter().collect()).unwrap_or_default();
    Ok(only_one(kind, text, found, |(id, name)| (*id, name))?.map(|(id, _)| *id))
}

/// What may have to be looked up: values as they are, and what stands between their commas.
fn whole_values_and_parts(given: &[String]) -> Vec<String> {
    let parts = |value: &String| value.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    given.iter().flat_map(|value| std::iter::once(value.clone()).chain(parts(value))).collect()
}
