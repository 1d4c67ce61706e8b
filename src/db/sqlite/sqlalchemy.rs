//! Files that SQLAlchemy made from Mission Control's models: ids as 32 (or 36) characters, times as text.
//!
//! Temporary views stand in front of the tables and turn both into what the demo database holds. No index serves the
//! turned columns, so that this is right rather than fast.

use rusqlite::{Connection, Result};
use std::collections::BTreeMap;

/// The columns of the tables that the queries read; of tables that are missing, which is reported later, none.
const COLUMNS: &str = "
SELECT t.value, c.name, upper(c.type)
FROM json_each('[\"activity_events\",\"agents\",\"boards\",\"organization_board_access\",\"organization_members\",
  \"organizations\",\"tasks\",\"users\"]') t
JOIN pragma_table_info(t.value) c";

/// Puts views in front of the tables if ids are kept as text; says whether they are. With `numbered`, events have row numbers.
pub(super) fn adapt(conn: &Connection, numbered: bool) -> Result<bool> {
    let mut columns: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut asked = conn.prepare(COLUMNS)?;
    let mut rows = asked.query([])?;
    while let Some(row) = rows.next()? {
        columns.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    let mut views = String::new();
    for (table, columns) in columns {
        if columns.iter().any(|(name, kind)| name == "id" && kind == "BLOB") {
            continue;
        }
        let mut selected: Vec<String> = columns.iter().map(|(name, kind)| turned(name, kind)).collect();
        if numbered && table == "activity_events" {
            selected.push("rowid".to_owned());
        }
        views.push_str(&format!("CREATE TEMP VIEW {table} AS SELECT {} FROM main.{table};\n", selected.join(", ")));
    }
    if views.is_empty() {
        return Ok(false);
    }
    // A temporary view must not become a file: there may be no place for one.
    conn.execute_batch(&format!("PRAGMA temp_store = memory;\n{views}"))?;
    Ok(true)
}

/// A column as the demo database would hold it.
pub(super) fn turned(name: &str, kind: &str) -> String {
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let is_id = name == "id" || name.ends_with("_id") && name != "clerk_user_id";
    let is_time = name.ends_with("_at") || kind.starts_with("DATETIME") || kind.starts_with("TIMESTAMP");
    if is_id {
        format!("CASE typeof({quoted}) WHEN 'text' THEN unhex({quoted}, '-{{}}') ELSE {quoted} END AS {quoted}")
    } else if is_time {
        // Seconds to the unit by SQLite's own reading, then up to six digits behind the point. What cannot be read is
        // shown as -infinity rather than not at all.
        format!(
            "CASE typeof({quoted}) WHEN 'text' THEN coalesce(\
             (CAST(strftime('%s', substr({quoted}, 1, 19)) AS INTEGER) - 946684800) * 1000000 \
             + CASE substr({quoted}, 20, 1) WHEN '.' THEN CAST(substr(substr({quoted}, 21) || '000000', 1, 6) AS INTEGER) \
               ELSE 0 END, -9223372036854775807 - 1) \
             ELSE CAST({quoted} AS INTEGER) END AS {quoted}"
        )
    } else {
        quoted
    }
}
