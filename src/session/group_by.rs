//! What errors and summary share: counting by fields.

use crate::db::{Database, Dimension, EventQuery, GroupCount};
use crate::error::usage;
use crate::model::{Bucket, Group, SummaryKey};
use anyhow::Result;

/// The fields to count by.
pub struct GroupBy(pub Vec<Dimension>);

impl GroupBy {
    /// As typed; a field given twice counts once.
    ///
    /// # Errors
    /// Exit 2 for two of day, hour and minute.
    pub fn parse(typed: &[String]) -> Result<Self> {
        let mut by = Vec::new();
        for name in typed {
            let dimension = match name.as_str() {
                "type" => Dimension::Type,
                "board" => Dimension::Board,
                "agent" => Dimension::Agent,
                "task" => Dimension::Task,
                "day" => Dimension::Day,
                "hour" => Dimension::Hour,
                _ => Dimension::Minute,
            };
            if !by.contains(&dimension) {
                by.push(dimension);
            }
        }
        if by.iter().filter(|dimension| dimension.bucket().is_some()).count() > 1 {
            return Err(usage("count by one of day, hour and minute: a shorter period tells the longer").into());
        }
        Ok(Self(by))
    }

    /// The names as in JSON.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|dimension| name(*dimension)).collect()
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

/// The names of `errors --by`, each once; a route is no field of an event.
pub fn names(typed: &[String]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for typed in typed {
        let known = ["type", "board", "agent", "task", "route"].into_iter().find(|name| name == typed);
        names.extend(known.filter(|name| !names.contains(name)));
    }
    names
}

/// The fields of the groups of `errors --by`.
pub fn fields_of(typed: &[String]) -> Vec<&'static str> {
    let of = |name: &&str| match *name {
        "type" => fields(Dimension::Type),
        "board" => fields(Dimension::Board),
        "agent" => fields(Dimension::Agent),
        "task" => fields(Dimension::Task),
        _ => &["route"],
    };
    names(typed).iter().flat_map(of).copied().collect()
}

/// The name of a dimension, as in `--by`.
fn name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Type => "type",
        Dimension::Board => "board",
        Dimension::Agent => "agent",
        Dimension::Task => "task",
        Dimension::Day => "day",
        Dimension::Hour => "hour",
        Dimension::Minute => "minute",
    }
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
