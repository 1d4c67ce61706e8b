//! Finds out what the report says.

use super::newest::Newest;
use super::{ErrorsArgs, Window};
use crate::analysis::deliveries::Fold;
use crate::analysis::delivery_window::DeliveryWindow;
use crate::analysis::regimes::{self, Edge, Regime};
use crate::analysis::trend::Stretches;
use crate::db::{BoardRule, DeliveryEvent, Dimension, EventQuery, Order, PageRequest, Rates};
use crate::model::{
    ActivityEvent, Bucket, Deliveries, ErrorRate, Filter, Group, Period, RateScope, Scope, Series, Tally, Timestamp,
};
use crate::output::Format;
use crate::output::message_groups::MessageGroups;
use crate::output::report::ErrorsReport;
use crate::session::group_by::{ErrorsBy, GroupBy, Groups, each_once};
use crate::session::{Context, Session};
use anyhow::Result;
use std::collections::{BTreeSet, HashMap};

/// Failures that are looked at to fold equal messages.
const FOLDED: u64 = 10_000;
/// The backend changes a row of its own database here, so this is no delivery that failed.
const NO_DELIVERY: &str = "task.assignee_wake_failed";

/// The failures of the window, to be read again.
pub(super) struct Failures {
    filter: Filter,
    rule: BoardRule,
    through: Option<Timestamp>,
}

impl Failures {
    pub(super) fn query<'a>(&'a self, scope: &'a Scope) -> EventQuery<'a> {
        EventQuery { scope, filter: &self.filter, rule: self.rule, through: self.through, failures: true }
    }
}

/// Fields of a group with their values.
type GroupKeys = Vec<(&'static str, Option<String>)>;
/// Ids and the like of a group, without the names beside them.
type GroupIds = Vec<Option<String>>;

impl ErrorsArgs {
    /// All of it in the open transaction.
    pub(super) async fn gather(
        &self,
        context: &Context,
        session: &mut Session,
        mut filter: Filter,
        window: Window,
        by: &[ErrorsBy],
    ) -> Result<(ErrorsReport, Newest, Failures)> {
        let Window { range, period, bucket } = window;
        (filter.since, filter.until) = (None, None);
        let scale = self.scope.unwrap_or(RateScope::All);
        let rule = if scale == RateScope::Dashboard { BoardRule::TaskBoard } else { BoardRule::EventBoard };
        let scope = session.scope.clone();
        let rates = session.store.rates(Session::asked(&scope, &filter, rule), period, bucket).await?;
        let delivered = self.deliveries(session, &filter, rule, (period, bucket), by).await?;

        let through = period.closed.then_some(period.until);
        let mut inside = Filter { since: Some(period.since), ..filter.clone() };
        inside.until = (!period.closed).then_some(period.until);
        let asked = EventQuery { through, ..Session::asked(&scope, &inside, rule) };
        let exists = self.existing(session, &delivered, period).await?;
        let exists = |event_type: &str| exists.contains(event_type);
        let groups = self.groups(session, asked, (scale, by), &delivered, &exists).await?;
        let delivery_regimes = regimes::of_slots(&delivered.slots.slots(), period);
        let regimes = match scale {
            RateScope::Deliveries => delivery_regimes.clone(),
            _ => self.regimes(session, &filter, rule, &rates, period).await?,
        };
        let by_deliveries = self.scope.is_none();
        let mut stretches = delivered.stretches;
        let mut burn = delivered.burn;
        if !by_deliveries && scale != RateScope::Deliveries {
            stretches = Stretches::new(period, session.now);
            stretches.add_slots(&rates.slots);
            if let Some(burn) = &mut burn {
                let until = Filter { until: inside.until, ..filter.clone() };
                let asked = EventQuery { through, ..Session::asked(&scope, &until, rule) };
                burn.tallies = session.store.burn(asked, period.until).await?;
            }
        }
        let whole = delivered.routes.whole;
        let failures_at = match scale {
            RateScope::Deliveries => whole.first_failure.zip(whole.last_failure),
            _ => rates.failures,
        };
        let series = |points| Series { range: range.clone(), bucket, points };
        let delivery_series = delivered.points().map(series);
        let [primary, comparison] = match scale {
            RateScope::Deliveries => delivery_series.clone(),
            _ => [rates.primary, rates.comparison].map(series),
        };
        let rate = ErrorRate {
            scale,
            range: range.clone(),
            period,
            tally: if scale == RateScope::Deliveries { whole.tally } else { rates.tally },
            primary,
            comparison,
            groups,
        };

        let mut failures = Failures { filter: inside, rule, through };
        if scale == RateScope::Deliveries {
            failures.filter.exclude_types.push(NO_DELIVERY.to_owned());
        }
        let listed = self.listed();
        let page = PageRequest {
            limit: Some(listed.max(FOLDED)),
            order: Order::Newest,
            matches: Some(rate.tally.errors),
            ..PageRequest::default()
        };
        let (mut patterns, mut newest) = (MessageGroups::default(), Newest::of(listed));
        session
            .store
            .feed::<ActivityEvent>(failures.query(&scope), page, &mut |event| {
                patterns.add_event(&event);
                newest.add(event);
                Ok(())
            })
            .await?;
        let mut report = ErrorsReport {
            routes: groups_of(&delivered.routes, &exists, &|route, ()| vec![("route", route)]),
            rate,
            by_deliveries,
            group_fields: each_once(&self.by).iter().flat_map(|by| by.fields()).copied().collect(),
            deliveries: whole,
            deliveries_before: delivered.before,
            delivery_series,
            unread_broadcasts: delivered.routes.unread,
            failures: failures_at,
            regimes,
            delivery_regimes,
            stretches,
            burn,
            heartbeats: rates.heartbeats,
            patterns,
            as_of: session.now.min(period.until),
            warnings: Vec::new(),
            unknown: None,
            database: session.place.clone(),
            is_demo: session.is_demo_by_default,
        };
        let doubts = session.doubts(&filter, rule, &report).await?;
        let unread = report.unread_words();
        // The report and JSON hold it.
        let is_held = matches!(self.output.format()?, Format::Table | Format::Wide | Format::Json);
        let told = unread.iter().filter(|_| !is_held).chain(&doubts.warnings);
        told.for_each(|warning| context.say(&format!("warning: {warning}")));
        report.warnings.extend(unread.into_iter().chain(doubts.warnings));
        doubts.hints.iter().for_each(|hint| context.say(&format!("hint: {hint}")));
        context.insist_on_demo(session);
        if let Some(note) = session.demo_note() {
            report.warnings.push(note);
        }
        report.unknown = doubts.unknown;
        Ok((report, newest, failures))
    }

    async fn deliveries(
        &self,
        session: &mut Session,
        filter: &Filter,
        rule: BoardRule,
        (period, bucket): (Period, Bucket),
        by: &[ErrorsBy],
    ) -> Result<DeliveryWindow<GroupIds>> {
        let groups = (!by.is_empty()).then(|| Fold::new(by.contains(&ErrorsBy::Route)));
        let mut delivered = DeliveryWindow::new(period, bucket, groups, self.slo, session.now);
        let filter = Filter {
            since: Some(delivered.since()),
            until: (!period.closed).then_some(period.until),
            ..filter.clone()
        };
        let through = period.closed.then_some(period.until);
        let scope = session.scope.clone();
        let asked = EventQuery { through, ..Session::asked(&scope, &filter, rule) };
        let dimensions = by.iter().filter_map(|by| by.dimension());
        let has_boards = by.contains(&ErrorsBy::Field(Dimension::Board));
        session
            .store
            .deliveries(asked, has_boards, &mut |event| {
                let DeliveryEvent { event_type, message, created_at, board, agent, task } = event;
                let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string());
                let key = dimensions.clone().map(|dimension| match dimension {
                    Dimension::Type => Some(event_type.clone()),
                    Dimension::Board => id(board),
                    Dimension::Agent => id(agent),
                    _ => id(task),
                });
                delivered.add(&event_type, message.as_deref(), created_at, key.collect());
            })
            .await?;
        Ok(delivered)
    }

    /// Which of the uncertain types of success exist, as far as the actor may see.
    async fn existing(
        &self,
        session: &mut Session,
        delivered: &DeliveryWindow<GroupIds>,
        period: Period,
    ) -> Result<BTreeSet<String>> {
        let mut existing = BTreeSet::new();
        for event_type in delivered.routes.uncertain() {
            let filter =
                Filter { types: vec![event_type.clone()], until: Some(period.until.next()), ..Filter::default() };
            if session.sees_any(&filter, BoardRule::EventBoard, false).await? {
                existing.insert(event_type);
            }
        }
        Ok(existing)
    }

    async fn groups(
        &self,
        session: &mut Session,
        asked: EventQuery<'_>,
        (scale, by): (RateScope, &[ErrorsBy]),
        delivered: &DeliveryWindow<GroupIds>,
        exists: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<Group>> {
        let Some(fold) = &delivered.groups else { return Ok(Vec::new()) };
        let dimensions: Vec<Dimension> = by.iter().filter_map(|by| by.dimension()).collect();
        let mut groups = Groups::of(&mut session.store, asked, &GroupBy::new(&dimensions)?).await?;
        let is_name = |field: &str| field.ends_with("_name") || field.ends_with("_title");
        let key = |group: &Group| -> GroupIds {
            group.keys.iter().filter(|(field, _)| !is_name(field)).map(|(_, value)| value.clone()).collect()
        };
        if scale != RateScope::Deliveries && !by.contains(&ErrorsBy::Route) {
            let found: HashMap<GroupIds, Deliveries> =
                fold.groups(exists).into_iter().map(|(_, key, deliveries)| (key, deliveries)).collect();
            for group in &mut groups {
                group.deliveries = found.get(&key(group)).copied().unwrap_or_default();
            }
            return Ok(groups);
        }
        let named: HashMap<GroupIds, GroupKeys> = groups.into_iter().map(|group| (key(&group), group.keys)).collect();
        Ok(groups_of(fold, exists, &|route, key| {
            let mut known = named.get(key).into_iter().flatten().cloned();
            let mut keys = Vec::new();
            for by in by {
                match by {
                    ErrorsBy::Route => keys.push(("route", route.clone())),
                    ErrorsBy::Field(_) => keys.extend(known.by_ref().take(by.fields().len())),
                }
            }
            keys
        }))
    }

    /// The regimes of all events, counted exactly to the instant where a regime begins.
    async fn regimes(
        &self,
        session: &mut Session,
        filter: &Filter,
        rule: BoardRule,
        rates: &Rates,
        period: Period,
    ) -> Result<Vec<Regime>> {
        let edges = regimes::edges(&rates.slots);
        let mut before = Vec::new();
        let scope = session.scope.clone();
        for Edge { slot, at } in &edges {
            let start = rates.slots[*slot].start.max(period.since);
            let mut tally = Tally::default();
            if start < *at {
                let part = Filter { since: Some(start), until: Some(*at), ..filter.clone() };
                let counted = session.store.counted(Session::asked(&scope, &part, rule), &[]).await?;
                counted.iter().for_each(|row| tally += row.tally);
            }
            before.push(tally);
        }
        Ok(regimes::regimes(&rates.slots, &edges, &before, period.since, period.until))
    }
}

/// Groups of deliveries: most failures first, then most attempts, then by key.
fn groups_of<K: Ord + Clone>(
    fold: &Fold<K>,
    exists: &dyn Fn(&str) -> bool,
    keys: &dyn Fn(Option<String>, &K) -> GroupKeys,
) -> Vec<Group> {
    let group = |(route, key, deliveries): (Option<String>, K, Deliveries)| Group {
        keys: keys(route, &key),
        tally: deliveries.tally,
        deliveries,
    };
    let mut groups: Vec<Group> = fold.groups(exists).into_iter().map(group).collect();
    groups.sort_by_key(|group| (u64::MAX - group.tally.errors, u64::MAX - group.tally.total));
    groups
}
