//! What errors and summary share: counting by fields.

use crate::db::{Database, Dimension, EventQuery, GroupCount};
use crate::error::usage;
use crate::model::{Bucket, Group, SummaryKey};
use anyhow::Result;

/// The fields to count by.
pub struct GroupBy(pub Vec<Dimension>);

impl GroupBy {
    /// These fields; one that is given twice counts once.
    ///
    /// # Errors
    /// Exit 2 for two of day, hour and minute.
    pub fn new(given: &[Dimension]) -> Result<Self> {
        let by = each_once(given);
        if by.iter().filter(|dimension| dimension.bucket().is_some()).count() > 1 {
            return Err(usage("count by one of day, hour and minute: a shorter period tells the longer").into());
        }
        Ok(Self(by))
    }

    /// The names as in JSON.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|dimension| dimension.name()).collect()
    }

    /// The fields that the rows get.
    pub fn fields(&self) -> Vec<&'static str> {
        self.0.iter().flat_map(|dimension| fields(*dimension)).copied().collect()
    }

    /// How periods are cut, where they are counted by.
    pub fn bucket(&self) -> Option<Bucket> {
        self.0.iter().find_map(|dimension| dimension.bucket())
    }

    /// One row's values, in the order of the fields.
    pub fn keys(&self, row: &GroupCount) -> Vec<SummaryKey> {
        let text = |text: &Option<String>| text.clone().map_or(SummaryKey::Null, SummaryKey::Text);
        let named = |(id, name): &(Option<uuid::Uuid>, Option<String>)| {
            vec![id.map_or(SummaryKey::Null, SummaryKey::Id), text(name)]
        };
        let mut keys = Vec::new();
        for dimension in &self.0 {
            match dimension {
                Dimension::Type => keys.push(text(&row.event_type)),
                Dimension::Board => keys.extend(named(&row.board)),
                Dimension::Agent => keys.extend(named(&row.agent)),
                Dimension::Task => keys.extend(named(&row.task)),
                Dimension::Day | Dimension::Hour | Dimension::Minute => {
                    keys.push(row.period.map_or(SummaryKey::Null, SummaryKey::Time))
                }
            }
        }
        keys
    }
}

/// What `errors --by` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorsBy {
    /// A field of the event.
    Field(Dimension),
    /// The pair of types, success and failure, that the event's type belongs to.
    Route,
}

impl ErrorsBy {
    /// In the order of the help.
    pub const ALL: [Self; 5] = [
        Self::Field(Dimension::Type),
        Self::Field(Dimension::Board),
        Self::Field(Dimension::Agent),
        Self::Field(Dimension::Task),
        Self::Route,
    ];

    /// As in `--by`.
    pub fn name(self) -> &'static str {
        self.dimension().map_or("route", Dimension::name)
    }

    /// The fields that the groups get.
    pub fn fields(self) -> &'static [&'static str] {
        self.dimension().map_or(&["route"], fields)
    }

    /// What to count by; none for a route, which is no field of an event.
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            Self::Field(dimension) => Some(dimension),
            Self::Route => None,
        }
    }
}

/// The values without repeats, in their order.
pub fn each_once<T: Copy + PartialEq>(given: &[T]) -> Vec<T> {
    let mut kept = Vec::new();
    for value in given {
        if !kept.contains(value) {
            kept.push(*value);
        }
    }
    kept
}

fn fields(dimension: Dimension) -> &'static [&'static str] {
    match dimension {
        Dimension::Type => &["event_type"],
        Dimension::Board => &["board_id", "board_name"],
        Dimension::Agent => &["agent_id", "agent_name"],
        Dimension::Task => &["task_id", "task_title"],
        Dimension::Day | Dimension::Hour | Dimension::Minute => &["period"],
    }
}

/// The groups of `errors --by`.
pub struct Groups;

impl Groups {
    /// Most failures first, then most events, then by key.
    pub async fn of(store: &mut Database, asked: EventQuery<'_>, by: &GroupBy) -> Result<Vec<Group>> {
        if by.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows = store.counted(asked, &by.0).await?;
        let by_failures = |row: &GroupCount| (u64::MAX - row.tally.errors, u64::MAX - row.tally.total, by.keys(row));
        rows.sort_by_cached_key(by_failures);
        let fields = by.fields();
        Ok(rows
            .iter()
            .map(|row| {
                let values = by.keys(row).into_iter().map(|key| match key {
                    SummaryKey::Null => None,
                    SummaryKey::Id(id) => Some(id.to_string()),
                    SummaryKey::Time(at) => Some(at.to_string()),
                    SummaryKey::Text(text) => Some(text),
                });
                Group { keys: fields.iter().copied().zip(values).collect(), tally: row.tally, ..Group::default() }
            })
            .collect())
    }
}
