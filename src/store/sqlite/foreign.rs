//! Files that SQLAlchemy made from Mission Control's models: ids as 32 (or 36) characters, times as text.
//!
//! Temporary views stand in front of the tables and turn both into what the embedded store holds. No index serves the
//! turned columns, so that this is right rather than fast.

use sqlx::{Row as _, SqliteConnection};

/// The tables that the queries read.
const TABLES: [&str; 8] = [
    "activity_events",
    "agents",
    "boards",
    "organization_board_access",
    "organization_members",
    "organizations",
    "tasks",
    "users",
];

/// Puts views in front of the tables if ids are kept as text; says whether they are.
pub(super) async fn adapt(conn: &mut SqliteConnection) -> sqlx::Result<bool> {
    let mut views = String::new();
    for table in TABLES {
        let sql = "SELECT name, upper(type) FROM pragma_table_info($1)";
        let columns: Vec<(String, String)> = sqlx::query(sql)
            .bind(table)
            .fetch_all(&mut *conn)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<sqlx::Result<_>>()?;
        // Ours, or missing, which is told later.
        if columns.iter().any(|(name, kind)| name == "id" && kind == "BLOB") || columns.is_empty() {
            continue;
        }
        let selected: Vec<String> = columns.iter().map(|(name, kind)| turned(name, kind)).collect();
        views.push_str(&format!("CREATE TEMP VIEW {table} AS SELECT {} FROM main.{table};\n", selected.join(", ")));
    }
    if views.is_empty() {
        return Ok(false);
    }
    // A temporary view must not become a file: there may be no place for one.
    sqlx::raw_sql(&format!("PRAGMA temp_store = memory;\n{views}")).execute(conn).await?;
    Ok(true)
}

/// A column as the embedded store would hold it.
fn turned(name: &str, kind: &str) -> String {
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
             ELSE {quoted} END AS {quoted}"
        )
    } else {
        quoted
    }
}
