//! `timeline` as JSON.

use super::{Entry, TimelineTask};
use crate::analysis::dwell::History;
use crate::analysis::participants::{Participants, Person};
use crate::analysis::task_status::TaskStatus;
use crate::model::{Deliveries, Timestamp};
use crate::output::columns::Columns;
use crate::output::json;
use serde_json::{Value, json as value};
use std::io::{self, Write};

#[allow(clippy::cast_precision_loss)]
fn seconds(micros: i64) -> Value {
    value!(micros as f64 / 1e6)
}

fn people_json(participants: &Participants) -> Value {
    let person = |person: &Person| {
        value!({
            "agent_id": person.agent_id.map(|id| id.to_string()),
            "agent_name": person.agent_name,
            "acted": person.acted,
            "notified": person.notified,
            "first_at": person.first_at.to_string(),
            "last_at": person.last_at.to_string(),
        })
    };
    participants.people.iter().map(person).collect()
}

fn deliveries_json(deliveries: &Deliveries) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    value!({
        "tried": deliveries.tally.total,
        "failed": deliveries.tally.errors,
        "last_success_at": time(deliveries.last_success),
        "failing_since": time(deliveries.failing_since),
        "consecutive_failures": deliveries.in_a_row,
    })
}

/// Writes the beginning of the JSON document, up to its items. Who took part in a range is known behind the items only.
pub fn begin_json(out: &mut impl Write, task: Option<&TimelineTask>, participants: &Participants) -> io::Result<()> {
    let Some(task) = task else {
        return out.write_all(b"{\"task\":null,\"statuses\":[],\"items\":[");
    };
    let History { dwells, since, until, done_at, silence, quality, reasons, .. } = &task.history;
    let time = |at: &Option<Timestamp>| at.map(|at| at.to_string());
    let life = since.zip(*until).map(|(since, until)| seconds(until.micros_since(since)));
    let silence = silence.map(|(from, to)| {
        value!({"since": from.to_string(), "until": to.to_string(), "seconds": seconds(to.micros_since(from))})
    });
    let statuses: Vec<Value> = dwells
        .iter()
        .map(|dwell| {
            value!({
                "status": dwell.status.map(TaskStatus::name),
                "seconds": seconds(dwell.micros),
                "visits": dwell.visits,
            })
        })
        .collect();
    out.write_all(b"{\"task\":")?;
    json::value(
        out,
        &value!({
            "task_id": task.id.to_string(),
            "task_title": task.title,
            "board_id": task.board_id.map(|id| id.to_string()),
            "board_name": task.board_name,
            "status": task.status,
            "since": time(since),
            "until": time(until),
            "seconds": life,
            "done_at": time(done_at),
            "longest_silence": silence,
        }),
    )?;
    out.write_all(b",\"statuses\":")?;
    json::value(out, &statuses)?;
    write_participants(out, participants)?;
    out.write_all(b",\"history\":")?;
    json::value(out, quality.name())?;
    out.write_all(b",\"history_reasons\":")?;
    json::value(out, reasons)?;
    out.write_all(b",\"items\":[")
}

fn write_participants(out: &mut impl Write, participants: &Participants) -> io::Result<()> {
    out.write_all(b",\"people\":")?;
    json::value(out, &people_json(participants))?;
    out.write_all(b",\"deliveries\":")?;
    json::value(out, &deliveries_json(&participants.deliveries))
}

/// Writes one item.
pub fn item_json(out: &mut impl Write, view: &Columns, entry: &Entry, first: bool) -> io::Result<()> {
    if !first {
        out.write_all(b",")?;
    }
    json::record_with(out, view, &entry.event, &entry.extra())
}

/// Writes the end of the JSON document.
pub fn end_json(out: &mut impl Write, task: Option<&TimelineTask>, participants: &Participants) -> io::Result<()> {
    out.write_all(b"]")?;
    if task.is_none() {
        write_participants(out, participants)?;
        out.write_all(b",\"history\":\"unavailable\",\"history_reasons\":[\"only a task has a history\"]")?;
    }
    out.write_all(b"}\n")
}
