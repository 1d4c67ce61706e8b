//! How long a task was in each status, from the texts of its events.

use super::task_status::TaskStatus;
use crate::model::Timestamp;
use uuid::Uuid;

/// An event of the task.
#[derive(Debug, Clone, Copy)]
pub struct HistoryEvent<'a> {
    pub event_type: &'a str,
    pub message: &'a str,
    pub agent: Option<Uuid>,
    pub at: Timestamp,
}

/// The status before and after an event; none where it is not known.
pub type StatusChange = (Option<TaskStatus>, Option<TaskStatus>);

/// All visits to one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dwell {
    /// None: the status was not known.
    pub status: Option<TaskStatus>,
    pub micros: i64,
    pub visits: u64,
}

/// How far the history can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    Exact,
    Approximate,
    Unavailable,
}

impl Quality {
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
            Self::Unavailable => "unavailable",
        }
    }
}

/// A task's life: from its first event to the moment that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// For each event.
    pub changes: Vec<StatusChange>,
    /// In the order of the first visits. The times add up to the life of the task.
    pub dwells: Vec<Dwell>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// When the task was done, if it is.
    pub done_at: Option<Timestamp>,
    /// The longest time without an event while the task was not done: its start and its end.
    pub silence: Option<(Timestamp, Timestamp)>,
    pub quality: Quality,
    /// Why the history is not exact.
    pub reasons: Vec<&'static str>,
}

/// What is known beside the events.
#[derive(Debug, Clone, Copy, Default)]
pub struct DwellContext<'a> {
    /// The status that the table names, if it may be read and the history ends now.
    pub table_status: Option<&'a str>,
    /// Only one agent's events are visible.
    pub own_events_only: bool,
}

/// The history of a task from its events, oldest first, up to `now`.
pub fn history(events: &[HistoryEvent<'_>], now: Timestamp, context: DwellContext<'_>) -> History {
    let finite = |event: &&HistoryEvent<'_>| event.at.is_finite();
    let since = events.iter().find(finite).map(|event| event.at);
    // An event that is dated ahead still belongs to the life of the task.
    let until = events.iter().rfind(finite).map(|event| event.at.max(now));
    let moves: Vec<Option<TaskStatus>> = events.iter().map(moved_to).collect();
    let initial = initial_status(events, &moves, context);

    let mut changes = Vec::with_capacity(events.len());
    let mut status = initial;
    for (event, moved) in events.iter().zip(&moves) {
        let after = if event.event_type == "task.status_changed" { *moved } else { status };
        changes.push((status, after));
        status = after;
    }

    let mut life = Life { dwells: Vec::new(), done_at: None, silence: None };
    if let (Some(since), Some(until)) = (since, until) {
        life.enter(initial, since);
        let (mut entered, mut before, mut status) = (since, since, initial);
        for (event, (_, after)) in events.iter().zip(&changes).filter(|(event, _)| event.at.is_finite()) {
            life.listen(status, before, event.at);
            before = event.at;
            if event.event_type == "task.status_changed" {
                life.leave(status, entered, event.at);
                life.enter(*after, event.at);
                (entered, status) = (event.at, *after);
            }
        }
        life.leave(status, entered, until);
        life.listen(status, before, until);
    }
    let (quality, reasons) = judge(events, &changes, initial, context);
    let Life { dwells, done_at, silence } = life;
    History { changes, dwells, since, until, done_at, silence, quality, reasons }
}

struct Life {
    dwells: Vec<Dwell>,
    done_at: Option<Timestamp>,
    silence: Option<(Timestamp, Timestamp)>,
}

impl Life {
    fn dwell(&mut self, status: Option<TaskStatus>) -> Option<&mut Dwell> {
        if !self.dwells.iter().any(|dwell| dwell.status == status) {
            self.dwells.push(Dwell { status, micros: 0, visits: 0 });
        }
        self.dwells.iter_mut().find(|dwell| dwell.status == status)
    }

    fn enter(&mut self, status: Option<TaskStatus>, at: Timestamp) {
        self.done_at = (status == Some(TaskStatus::Done)).then_some(at);
        if let Some(dwell) = self.dwell(status) {
            dwell.visits += 1;
        }
    }

    fn leave(&mut self, status: Option<TaskStatus>, entered: Timestamp, at: Timestamp) {
        if let Some(dwell) = self.dwell(status) {
            dwell.micros += at.micros_since(entered);
        }
    }

    /// Keeps the longest time without an event.
    fn listen(&mut self, status: Option<TaskStatus>, from: Timestamp, to: Timestamp) {
        let longest = self.silence.map_or(0, |(from, to)| to.micros_since(from));
        if status != Some(TaskStatus::Done) && to.micros_since(from) > longest {
            self.silence = Some((from, to));
        }
    }
}

fn moved_to(event: &HistoryEvent<'_>) -> Option<TaskStatus> {
    (event.event_type == "task.status_changed").then(|| TaskStatus::from_message(event.message)).flatten()
}

fn is_move(event: &HistoryEvent<'_>) -> bool {
    event.event_type == "task.status_changed"
}

fn starts_with_creation(events: &[HistoryEvent<'_>]) -> bool {
    // What the backend writes for one request can bear one time.
    let Some(first) = events.first() else { return false };
    events.iter().take_while(|event| event.at == first.at).any(|event| event.event_type == "task.created")
}

/// The log does not say with which status a task was created. Without a move it has the one that the table names; else it
/// was the inbox, the default, unless the first move led there.
fn initial_status(
    events: &[HistoryEvent<'_>],
    moves: &[Option<TaskStatus>],
    context: DwellContext<'_>,
) -> Option<TaskStatus> {
    if !starts_with_creation(events) {
        return None;
    }
    match events.iter().position(is_move) {
        None => context.table_status.map_or(Some(TaskStatus::Inbox), TaskStatus::from_name),
        Some(first) => Some(TaskStatus::Inbox).filter(|inbox| moves.get(first).copied().flatten() != Some(*inbox)),
    }
}

fn judge(
    events: &[HistoryEvent<'_>],
    changes: &[StatusChange],
    initial: Option<TaskStatus>,
    context: DwellContext<'_>,
) -> (Quality, Vec<&'static str>) {
    let moves: Vec<StatusChange> =
        events.iter().zip(changes).filter(|(event, _)| is_move(event)).map(|(_, change)| *change).collect();
    let created = starts_with_creation(events);
    if moves.is_empty() && !created {
        return (Quality::Unavailable, vec!["no event names a status and none creates the task"]);
    }
    let first_move = moves.first().and_then(|(_, after)| *after);
    let last = changes.last().and_then(|(_, after)| *after);
    let mut reasons = Vec::new();
    let mut because = |holds: bool, reason| {
        if holds {
            reasons.push(reason);
        }
    };
    because(context.own_events_only, "an agent sees only its own events");
    because(!created, "the history does not begin with the task's creation");
    let assumed = match moves.first() {
        None => context.table_status.is_none(),
        // The ordinary way is from the inbox to in_progress; another first move makes another first status likely.
        Some(_) => first_move != Some(TaskStatus::InProgress),
    };
    because(
        created && assumed && initial.is_some(),
        "the status at creation is assumed to be inbox: the log does not say it",
    );
    because(created && initial.is_none(), "the status at creation is not known: the log does not say it");
    because(moves.iter().any(|(_, after)| after.is_none()), "a change of status does not say to which");
    because(
        moves.iter().any(|(before, after)| before.is_some() && before == after),
        "the task was moved to the status that it had, so a move between is not in the log",
    );
    because(
        events.iter().any(|event| names_its_agent(event.event_type) && event.agent.is_none()),
        "an event has no agent: a person, or an agent that was deleted, whose tasks move to the inbox without an event",
    );
    because(events.iter().any(|event| !event.at.is_finite()), "an event has no finite time");
    because(
        context.table_status.is_some_and(|table| last.is_some_and(|last| last.name() != table)),
        "the table names another status than the log",
    );
    let quality = if reasons.is_empty() { Quality::Exact } else { Quality::Approximate };
    (quality, reasons)
}

/// Of these types an event without an agent may stem from a deleted agent. People create, update and comment all the time.
fn names_its_agent(event_type: &str) -> bool {
    event_type.starts_with("task.") && !matches!(event_type, "task.created" | "task.updated" | "task.comment")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANN: Option<Uuid> = Some(Uuid::from_u128(10));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// Events from `created` or a status, at seconds.
    fn events<'a>(steps: &[(i64, &'a str)]) -> Vec<HistoryEvent<'a>> {
        let event = |(seconds, what): &(i64, &'a str)| {
            let (event_type, message) = match *what {
                "created" => ("task.created", ""),
                "comment" => ("task.comment", "Task moved to done: no."),
                "in_progress" => ("task.status_changed", "Task moved to in_progress: x."),
                "inbox" => ("task.status_changed", "Task moved to inbox: x."),
                "review" => ("task.status_changed", "Task moved to review: x."),
                "done" => ("task.status_changed", "Task moved to done: x."),
                other => ("task.status_changed", other),
            };
            HistoryEvent { event_type, message, agent: ANN, at: at(*seconds) }
        };
        steps.iter().map(event).collect()
    }

    fn dwells(history: &History) -> Vec<(&'static str, i64, u64)> {
        let dwell = |d: &Dwell| (d.status.map_or("?", TaskStatus::name), d.micros / 1_000_000, d.visits);
        history.dwells.iter().map(dwell).collect()
    }

    #[test]
    fn each_status_has_its_time_and_its_visits() {
        let steps = [
            (0, "created"),
            (10, "in_progress"),
            (30, "review"),
            (35, "comment"),
            (40, "in_progress"),
            (90, "review"),
            (100, "done"),
        ];
        let history = history(&events(&steps), at(200), DwellContext::default());
        assert_eq!(dwells(&history), [("inbox", 10, 1), ("in_progress", 70, 2), ("review", 20, 2), ("done", 100, 1)]);
        assert_eq!((history.quality, &history.reasons[..]), (Quality::Exact, &[][..]));
        assert_eq!(history.done_at, Some(at(100)));
        assert_eq!(history.silence, Some((at(40), at(90))));
        assert_eq!(history.changes[1], (Some(TaskStatus::Inbox), Some(TaskStatus::InProgress)));
        assert_eq!(history.changes[3], (Some(TaskStatus::Review), Some(TaskStatus::Review)));
    }

    #[test]
    fn silence_lasts_until_now_unless_the_task_is_done() {
        let open = history(&events(&[(0, "created"), (10, "in_progress")]), at(500), DwellContext::default());
        assert_eq!(open.silence, Some((at(10), at(500))));
        let done = history(&events(&[(0, "created"), (10, "done")]), at(500), DwellContext::default());
        assert_eq!(done.silence, Some((at(0), at(10))));
    }

    #[test]
    fn a_history_is_approximate_for_a_reason() {
        let judged = |steps: &[(i64, &str)], context: DwellContext<'_>| {
            let history = history(&events(steps), at(100), context);
            (history.quality, history.reasons.join("; "))
        };
        let none = DwellContext::default();
        let says = |table| DwellContext { table_status: Some(table), ..none };
        for (steps, context, reason) in [
            (vec![(0, "in_progress")], none, "does not begin with the task's creation"),
            (vec![(0, "created")], none, "assumed to be inbox"),
            (vec![(0, "created"), (1, "review")], none, "assumed to be inbox"),
            (vec![(0, "created"), (1, "inbox")], none, "status at creation is not known"),
            (vec![(0, "created"), (1, "Task moved to blocked: x.")], none, "does not say to which"),
            (vec![(0, "created"), (1, "in_progress"), (2, "in_progress")], none, "a move between is not in the log"),
            (vec![(0, "created"), (1, "in_progress")], says("inbox"), "another status than the log"),
            (
                vec![(0, "created"), (1, "in_progress")],
                DwellContext { own_events_only: true, ..none },
                "its own events",
            ),
        ] {
            let (quality, reasons) = judged(&steps, context);
            assert_eq!(quality, Quality::Approximate, "{steps:?}");
            assert!(reasons.contains(reason), "{steps:?}: {reasons}");
        }
        assert_eq!(judged(&[(0, "created")], says("review")).0, Quality::Exact);
        assert_eq!(judged(&[(0, "created"), (1, "in_progress")], says("in_progress")).0, Quality::Exact);
    }

    #[test]
    fn an_event_without_an_agent_makes_the_history_approximate_unless_people_do_it_anyway() {
        let mut steps = events(&[(0, "created"), (1, "in_progress"), (2, "comment")]);
        steps[0].agent = None;
        steps[2].agent = None;
        assert_eq!(history(&steps, at(9), DwellContext::default()).quality, Quality::Exact);
        steps[1].agent = None;
        assert_eq!(history(&steps, at(9), DwellContext::default()).quality, Quality::Approximate);
    }

    #[test]
    fn without_a_creation_and_a_move_there_is_no_history() {
        for steps in [vec![], vec![(0, "comment"), (5, "comment")]] {
            let history = history(&events(&steps), at(9), DwellContext::default());
            assert_eq!(history.quality, Quality::Unavailable);
            assert_eq!(history.reasons.len(), 1);
        }
    }

    #[test]
    fn the_status_before_the_first_move_is_unknown_where_the_creation_is_missing() {
        let history = history(&events(&[(0, "comment"), (7, "review")]), at(9), DwellContext::default());
        assert_eq!(dwells(&history), [("?", 7, 1), ("review", 2, 1)]);
        assert_eq!(history.changes, [(None, None), (None, Some(TaskStatus::Review))]);
    }

    #[test]
    fn without_a_move_the_table_says_the_status() {
        let says = DwellContext { table_status: Some("review"), ..DwellContext::default() };
        assert_eq!(dwells(&history(&events(&[(0, "created")]), at(5), says)), [("review", 5, 1)]);
    }

    #[test]
    fn an_infinite_time_is_left_out_of_the_sums() {
        let mut steps = events(&[(0, "created"), (5, "in_progress"), (6, "done")]);
        steps[2].at = Timestamp::INFINITY;
        let history = history(&steps, at(9), DwellContext::default());
        assert_eq!(dwells(&history), [("inbox", 5, 1), ("in_progress", 4, 1)]);
        assert_eq!(history.until, Some(at(9)));
        assert_eq!(history.quality, Quality::Approximate);
    }

    proptest! {
        #[test]
        fn the_times_add_up_to_the_life_of_the_task_to_the_microsecond(
            gaps in proptest::collection::vec((0..10_000_000_000_i64, 0..7_usize), 1..40),
            rest in 0..1_000_000_i64,
        ) {
            let kinds = ["created", "comment", "inbox", "in_progress", "review", "done", "Task moved to blocked: x."];
            let steps: Vec<_> = gaps.iter().map(|(_, kind)| (0, kinds[*kind])).collect();
            let mut steps = events(&steps);
            let mut micros = 0;
            for (step, (gap, _)) in steps.iter_mut().zip(&gaps) {
                micros += gap;
                step.at = Timestamp::from_micros(micros);
            }
            let history = history(&steps, Timestamp::from_micros(micros + rest), DwellContext::default());
            let life = history.until.unwrap().micros_since(history.since.unwrap());
            prop_assert_eq!(history.dwells.iter().map(|dwell| dwell.micros).sum::<i64>(), life);
            let moves = steps.iter().filter(|step| is_move(step)).count();
            prop_assert_eq!(history.dwells.iter().map(|dwell| dwell.visits).sum::<u64>(), 1 + moves as u64);
            prop_assert_eq!(history.changes.len(), steps.len());
        }
    }
}
