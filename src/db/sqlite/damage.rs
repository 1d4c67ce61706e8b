//! Events of a demo database whose id or time is of another type than the store keeps: another program wrote them, or
//! somebody by hand. Order, pages and polls rest on both, so that a temporary view turns them into what they should be, as
//! for files of other programs. No index serves the turned columns, so there is a view only where there is such an event.

use super::sqlalchemy::turned;
use rusqlite::{Connection, OptionalExtension, Result};

/// Columns of a demo database, unless it is none: then `sqlalchemy` has turned them already, or something is missing, which
/// is reported later.
const COLUMNS: &str = "
SELECT c.name, upper(c.type)
FROM pragma_table_info('activity_events') c
WHERE (SELECT upper(id.type) FROM main.pragma_table_info('activity_events') id WHERE id.name = 'id') = 'BLOB'";

/// By the ends of the indexes: in SQLite's order null stands before numbers, those before text, and that before blobs.
const IS_DAMAGED: &str = "
SELECT EXISTS (SELECT 1 FROM main.activity_events WHERE created_at >= '')
    OR EXISTS (SELECT 1 FROM main.activity_events WHERE created_at IS NULL)
    OR EXISTS (SELECT 1 FROM main.activity_events WHERE id < x'')";

/// Puts a view in front of the events if it takes one; what there is to say of them.
pub(super) fn adapt(conn: &Connection) -> Result<Vec<String>> {
    let columns: Vec<(String, String)> =
        conn.prepare(COLUMNS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_>>()?;
    let has = |wanted: &str| columns.iter().any(|(name, _)| name == wanted);
    if !has("id") || !has("created_at") || !conn.query_row(IS_DAMAGED, [], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let mut selected: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match name.as_str() {
            "created_at" => format!("{} AS created_at", time(kind)),
            name => turned(name, kind),
        })
        .collect();
    selected.push("rowid".to_owned());
    // A temporary view must not become a file: there may be no place for one.
    conn.execute_batch(&format!(
        "PRAGMA temp_store = memory;
         CREATE TEMP VIEW activity_events AS SELECT {} FROM main.activity_events;",
        selected.join(", ")
    ))?;
    let (count, first) = conn
        .query_row(
            &format!(
                "SELECT count(*), min(rowid) FROM main.activity_events
                 WHERE (created_at >= '' OR created_at IS NULL) AND {} = {NEVER}",
                time("INTEGER")
            ),
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)),
        )
        .optional()?
        .unwrap_or_default();
    Ok(match (count, first) {
        (1, Some(rowid)) => vec![format!(
            "1 event of this SQLite file has a created_at that is no time and is shown as of -infinity (rowid {rowid})"
        )],
        (2.., Some(rowid)) => vec![format!(
            "{count} events of this SQLite file have a created_at that is no time and are shown as of -infinity \
             (the first has the rowid {rowid})"
        )],
        _ => Vec::new(),
    })
}

/// The least integer, which stands for -infinity.
const NEVER: &str = "(-9223372036854775807 - 1)";

/// An event's time, whatever stands in its place.
fn time(kind: &str) -> String {
    let turned = turned("created_at", kind);
    let expression = turned.rsplit_once(" AS ").map_or(turned.as_str(), |(expression, _)| expression);
    format!("CASE WHEN typeof(created_at) IN ('null', 'blob') THEN {NEVER} ELSE {expression} END")
}
