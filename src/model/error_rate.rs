//! Counts: the dashboard's error rate and the activity summary.

use super::{Cell, Deliveries, Record, Timestamp};
use chrono::{Datelike, Days, Months, NaiveDateTime, Timelike};
use uuid::Uuid;

/// Failures among events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events whose type ends in `failed`.
    pub errors: u64,
    /// All events.
    pub total: u64,
}

impl Tally {
    /// `(errors ÷ total) × 100` in IEEE doubles, in that order, never rounded; 0 when there is nothing.
    #[allow(clippy::cast_precision_loss)]
    pub fn pct(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.errors as f64 / self.total as f64 * 100.0 }
    }
}

/// The width of a bucket; cut in UTC, weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// From hh:mm:00.
    Minute,
    /// From a minute that 5 divides.
    FiveMinutes,
    /// From hh:00.
    Hour,
    /// From midnight.
    Day,
    /// From Monday, midnight.
    Week,
    /// From the first of the month.
    Month,
}

/// A range of the backend's charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedRange {
    name: &'static str,
    /// Its length.
    pub days: u32,
    /// How its chart is cut.
    pub bucket: Bucket,
}

impl NamedRange {
    /// The range of a chart that does not name one.
    pub const USUAL: Self = Self::new("24h", 1, Bucket::Hour);
    /// Every range, the shortest first.
    pub const ALL: [Self; 8] = [
        Self::USUAL,
        Self::new("3d", 3, Bucket::Day),
        Self::new("7d", 7, Bucket::Day),
        Self::new("14d", 14, Bucket::Day),
        Self::new("1m", 30, Bucket::Day),
        Self::new("3m", 90, Bucket::Week),
        Self::new("6m", 180, Bucket::Week),
        Self::new("1y", 365, Bucket::Month),
    ];

    const fn new(name: &'static str, days: u32, bucket: Bucket) -> Self {
        Self { name, days, bucket }
    }

    /// As in `--range` and in the API.
    pub fn name(self) -> &'static str {
        self.name
    }
}

impl Bucket {
    /// As in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::FiveMinutes => "5 minutes",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The bucket's start for an instant; infinite instants and those past chrono's years have none.
    pub fn start(self, at: Timestamp) -> Option<Timestamp> {
        let at = at.to_naive()?;
        let day = at.date();
        let start = match self {
            Self::Minute => day.and_hms_opt(at.hour(), at.minute(), 0),
            Self::FiveMinutes => day.and_hms_opt(at.hour(), at.minute() / 5 * 5, 0),
            Self::Hour => day.and_hms_opt(at.hour(), 0, 0),
            Self::Day => day.and_hms_opt(0, 0, 0),
            Self::Week => day
                .checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))
                .and_then(|monday| monday.and_hms_opt(0, 0, 0)),
            Self::Month => day.with_day(1).and_then(|first| first.and_hms_opt(0, 0, 0)),
        };
        start.map(Timestamp::from_naive)
    }

    fn next(self, start: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Minute => start.checked_add_signed(chrono::TimeDelta::minutes(1)),
            Self::FiveMinutes => start.checked_add_signed(chrono::TimeDelta::minutes(5)),
            Self::Hour => start.checked_add_signed(chrono::TimeDelta::hours(1)),
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
        }
    }

    /// Starts of all buckets that a period touches, first to last.
    pub fn starts(self, period: Period) -> Vec<Timestamp> {
        let mut starts = Vec::new();
        let mut next = self.start(period.since).and_then(Timestamp::to_naive);
        while let Some(start) = next.filter(|start| {
            let start = Timestamp::from_naive(*start);
            start < period.until || (period.closed && start == period.until)
        }) {
            starts.push(Timestamp::from_naive(start));
            next = self.next(start);
        }
        starts
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.errors += other.errors;
        self.total += other.total;
    }
}

/// A stretch of time, naive UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Included.
    pub since: Timestamp,
    /// Included if `closed`, else excluded.
    pub until: Timestamp,
    /// The backend's ranges include their end.
    pub closed: bool,
}

impl Period {
    /// The period of the same length that ends where this one begins.
    #[must_use]
    pub fn before(self) -> Self {
        let length = self.until.micros_since(self.since);
        Self { since: self.since.plus_micros(-length), until: self.since, closed: self.closed }
    }

    /// Whether an instant lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        at >= self.since && (at < self.until || self.closed && at == self.until)
    }
}

/// Which events an error rate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateScope {
    /// All that the actor may see, by the resolved board.
    All,
    /// The dashboard's: only events that have a task on a readable board, by the task's board.
    Dashboard,
    /// Only deliveries, by the resolved board.
    Deliveries,
}

impl RateScope {
    /// Every scope, in the order of the help.
    pub const ALL: [Self; 3] = [Self::All, Self::Dashboard, Self::Deliveries];

    /// As in `--scope` and in the answer.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Dashboard => "dashboard",
            Self::Deliveries => "deliveries",
        }
    }
}

/// One bucket of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// Start of the bucket.
    pub period: Timestamp,
    /// What fell into it.
    pub tally: Tally,
}

/// The rate over time: every bucket of the window, empty ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// `24h` and the like, or null for a window of `--since`, `--until`.
    pub range: Option<String>,
    /// Width of the buckets.
    pub bucket: Bucket,
    /// Oldest first.
    pub points: Vec<Point>,
}

/// The error rate of a window, with its series and that of the window before.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorRate {
    /// What was counted.
    pub scale: RateScope,
    /// `24h` and the like, or null for a window of `--since`, `--until`.
    pub range: Option<String>,
    /// The window.
    pub period: Period,
    /// Failures and all events in it.
    pub tally: Tally,
    /// The window's series.
    pub primary: Series,
    /// The series of the window before.
    pub comparison: Series,
    /// `--by`: the keys, in the order given, with the counts of each combination, most failures first.
    pub groups: Vec<Group>,
}

/// The counts of one value (or combination of values) of `errors --by`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// Field names and values, such as `board_id`, `board_name`.
    pub keys: Vec<(&'static str, Option<String>)>,
    /// Failures and all events.
    pub tally: Tally,
    /// The deliveries among them.
    pub deliveries: Deliveries,
}

/// The answer of `summary`.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Start, included.
    pub since: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
    /// The dimensions counted by: `type`, `board`, `agent`, `task`, `day`, `hour`.
    pub by: Vec<&'static str>,
    /// Names of the rows' fields, `count` last.
    pub fields: Vec<&'static str>,
    /// All events of the window in scope.
    pub total: u64,
    /// By count descending, then by key.
    pub rows: Vec<SummaryRow>,
}

/// One line of a summary.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// Values in the order of the summary's fields, without the count.
    pub keys: Vec<SummaryKey>,
    /// Events counted.
    pub count: u64,
}

/// One value that a summary counts by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SummaryKey {
    /// No board, agent or task.
    Null,
    /// An id.
    Id(Uuid),
    /// Start of a day or an hour.
    Time(Timestamp),
    /// An event type or a name.
    Text(String),
}

impl Record for SummaryRow {
    fn cell(&self, field: usize) -> Cell<'_> {
        match self.keys.get(field) {
            None => Cell::Count(self.count),
            Some(SummaryKey::Null) => Cell::Null,
            Some(SummaryKey::Id(id)) => Cell::Id(*id),
            Some(SummaryKey::Time(at)) => Cell::Time(*at),
            Some(SummaryKey::Text(text)) => Cell::Text(text),
        }
    }
}
