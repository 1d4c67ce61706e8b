//! One event by the first characters of its id, among those that the actor may see.

use crate::db::BoardRule;
use crate::error::not_found;
use crate::escape::escape_for_terminal;
use crate::model::names::{IdPrefix, only_one};
use crate::model::{ActivityEvent, Filter};
use crate::session::Session;
use anyhow::Result;

/// So many characters are taken for the beginning of an id, as tables show it.
const SHORTEST: usize = 4;
/// Events listed at most where the beginning of an id is that of several.
const SEVERAL: u64 = 10;

/// The beginning of an event's id, where a text can be one.
pub fn event_prefix(text: &str) -> Option<IdPrefix> {
    IdPrefix::parse(text).filter(|_| text.len() >= SHORTEST)
}

impl Session {
    /// The event whose id begins with a text.
    ///
    /// # Errors
    /// Exit 3 for an event that does not exist for the actor, and for the beginning of several ids.
    pub async fn find_event(&mut self, text: &str, prefix: IdPrefix) -> Result<ActivityEvent> {
        let (scope, filter) = (self.scope.clone(), Filter::default());
        let mut found = Vec::new();
        // A comment is seen by its task's board too, whatever its own.
        for rule in [BoardRule::EventBoard, BoardRule::Comments] {
            if found.is_empty() {
                let asked = Session::asked(&scope, &filter, rule);
                found = self.store.by_ids(asked, (prefix.first, prefix.last), SEVERAL).await?;
            }
        }
        let found = only_one("event", text, found, |event| (event.id, &event.event_type))?;
        found.ok_or_else(|| {
            let who = escape_for_terminal(&self.actor.name);
            let failure = not_found(format!("no event '{text}' that {who} may see"));
            failure.hint("`mc-activity list -o wide` shows ids in full").into()
        })
    }
}
