//! Why an answer may say nothing: a filter that no event can match, an actor who can see nothing, the demo database. An
//! alarm on it would be silent for ever.

use crate::analysis::deliveries;
use crate::db::{BoardRule, EventQuery, Order, PageRequest};
use crate::escape::escape_for_terminal;
use crate::model::{ActivityEvent, Filter, Scope, catalogue, patterns};
use crate::output::report::ErrorsReport;
use crate::session::{Context, Session};
use crate::similar_names::did_you_mean;
use anyhow::Result;

/// What there is to say of an answer.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    /// For people.
    pub(crate) warnings: Vec<String>,
    /// What to do about them.
    pub(crate) hints: Vec<String>,
    /// Why the figures say nothing.
    pub(crate) unknown: Option<String>,
}

impl Doubts {
    fn add(&mut self, warning: String, hint: Option<String>) {
        self.unknown.get_or_insert_with(|| warning.clone());
        self.warnings.push(warning);
        self.hints.extend(hint);
    }
}

impl Session {
    /// Whether the actor can see any event that passes a filter.
    pub(crate) async fn sees_any(&mut self, filter: &Filter, rule: BoardRule, failures: bool) -> Result<bool> {
        let scope = self.scope.clone();
        let mut found = false;
        let page = PageRequest { limit: Some(1), order: Order::Newest, ..PageRequest::default() };
        let asked = EventQuery { failures, ..Session::asked(&scope, filter, rule) };
        self.store
            .feed::<ActivityEvent>(asked, page, &mut |_| {
                found = true;
                Ok(())
            })
            .await?;
        Ok(found)
    }

    /// Why no board or no agent is left: the actor's rights, or a filter.
    fn left_nothing(&self, filter: &Filter) -> Vec<String> {
        let mut reasons = Vec::new();
        if let Scope::Boards(readable) = &self.scope {
            if readable.is_empty() {
                reasons.push(format!("{} can read no board", escape_for_terminal(&self.actor.name)));
            } else if filter.readable_boards(readable).is_empty() {
                reasons.push("the filters leave no board".to_owned());
            }
        }
        let agents_left = filter.agents.iter().any(|agent| !filter.exclude_agents.contains(agent));
        if !filter.agents.is_empty() && !agents_left {
            reasons.push("the filters leave no agent".to_owned());
        }
        reasons
    }

    /// Why a result without findings says nothing: no board or agent is left, or the actor can see no event at all.
    pub(crate) async fn nothing_to_judge(&mut self, filter: &Filter) -> Result<Option<String>> {
        if let Some(reason) = self.left_nothing(filter).into_iter().next() {
            return Ok(Some(reason));
        }
        let sees_any = self.sees_any(&Filter::default(), BoardRule::EventBoard, false).await?;
        Ok((!sees_any).then(|| format!("{} can see no event at all", escape_for_terminal(&self.actor.name))))
    }

    /// Types that were named, and that nobody writes: neither the backend nor, as far as the actor can see, another program.
    pub(crate) async fn unknown_types(&mut self, filter: &Filter) -> Result<Vec<String>> {
        let mut unknown = Vec::new();
        for glob in &filter.types {
            let is_known = catalogue::stored_types().any(|known| patterns::matches(glob, known));
            let named = Filter { types: vec![glob.clone()], ..Filter::default() };
            if !is_known && !self.sees_any(&named, BoardRule::EventBoard, false).await? {
                unknown.push(glob.clone());
            }
        }
        Ok(unknown)
    }

    /// That the demo database is read because no other was named.
    pub(crate) fn demo_note(&self) -> Option<String> {
        self.is_demo_by_default.then(|| "no DATABASE_URL is set, so the demo database was read".to_owned())
    }

    /// What makes the figures of a report say nothing. `filter` is that of the report without its window.
    pub(crate) async fn doubts(&mut self, filter: &Filter, rule: BoardRule, report: &ErrorsReport) -> Result<Doubts> {
        let mut doubts = Doubts::default();
        for glob in self.unknown_types(filter).await? {
            let (warning, hint) = about_type(&glob);
            doubts.add(warning, hint);
        }
        self.left_nothing(filter).into_iter().for_each(|warning| doubts.add(warning, None));
        if doubts.unknown.is_none() && report.tally().total == 0 {
            self.doubt_emptiness(filter, rule, report, &mut doubts).await?;
        }
        doubts.unknown = self.demo_note().or(doubts.unknown);
        Ok(doubts)
    }

    /// Nothing was counted: because nothing happened, or because nothing can.
    async fn doubt_emptiness(
        &mut self,
        filter: &Filter,
        rule: BoardRule,
        report: &ErrorsReport,
        doubts: &mut Doubts,
    ) -> Result<()> {
        let passes = |event_type: &&str| {
            let matches = |globs: &[String]| globs.iter().any(|glob| patterns::matches(glob, event_type));
            (filter.types.is_empty() || matches(&filter.types)) && !matches(&filter.exclude_types)
        };
        if let Some(reason) = self.nothing_to_judge(filter).await? {
            doubts.add(reason, None);
        } else if !catalogue::stored_types().any(|known| passes(&known)) && !self.sees_any(filter, rule, false).await? {
            doubts.add("no event can pass the filters".to_owned(), None);
        } else if report.by_deliveries {
            let delivers = |known: &&str| known.ends_with("failed") && deliveries::route(known).is_some();
            let can_fail = catalogue::stored_types().filter(|known| delivers(known)).any(|known| passes(&known));
            if !can_fail && !self.sees_any(filter, rule, true).await? {
                let hint = "--scope all counts all events".to_owned();
                doubts.add("no delivery that fails can pass the filters".to_owned(), Some(hint));
            }
        }
        Ok(())
    }
}

/// What to say of a type that nobody writes.
fn about_type(glob: &str) -> (String, Option<String>) {
    let explained = catalogue::explain(glob);
    (format!("no event has the type '{}'", escape_for_terminal(glob)), did_you_mean(&explained.nearest))
}

impl Context {
    /// Says which types of a filter nobody writes.
    pub(crate) async fn warn_of_types(&self, session: &mut Session, filter: &Filter) -> Result<()> {
        for glob in session.unknown_types(filter).await? {
            let (warning, hint) = about_type(&glob);
            self.say(&format!("warning: {warning}"));
            if let Some(hint) = hint {
                self.say(&format!("hint: {hint}"));
            }
        }
        Ok(())
    }
}
