//! Mission Control's tables by their full names. Every transaction sets `search_path` to `pg_catalog` (see [`SAFE_PATH`]),
//! so that no operator, function or type that somebody has created in another schema can be chosen in place of
//! PostgreSQL's own. The files in `queries/` name tables without a schema, so that they can be read and tried in psql;
//! here each gets the schema in which it was found on the role's own search path.

/// In the order in which `session_info.sql` reports their schemas; the first is the one that it looks at closely.
pub(in crate::db) const TABLES: [&str; 8] = [
    "activity_events",
    "agents",
    "boards",
    "organization_board_access",
    "organization_members",
    "organizations",
    "tasks",
    "users",
];

/// For the transaction alone, since a pooler gives the connection to others. Temporary tables come last.
pub(in crate::db) const SAFE_PATH: &str = "SET LOCAL search_path = pg_catalog, pg_temp";

/// Keeps what the role's own search path says before [`SAFE_PATH`] replaces it: the tables, for `session_info.sql`, and the
/// schemas, for `doctor`. Every name in it is qualified, because here anybody's function could still be chosen.
pub(in crate::db) fn keep_path() -> String {
    let lookups = TABLES.map(|table| format!("pg_catalog.to_regclass('{table}')"));
    format!(
        "SELECT pg_catalog.set_config('mc_activity.tables', ARRAY[{}]::pg_catalog.oid[]::pg_catalog.text, true), \
         pg_catalog.set_config('mc_activity.schemas', pg_catalog.current_schemas(false)::pg_catalog.text, true)",
        lookups.join(", ")
    )
}

/// Words behind which the queries name a table.
const BEFORE_TABLE: [&str; 3] = ["FROM", "JOIN", "INTO"];
/// What looks a table up by a text.
const LOOKUP: &str = "to_regclass(";

/// The schemas of the tables.
#[derive(Debug, Clone, Default)]
pub(in crate::db) struct Tables {
    /// One for each of [`TABLES`], quoted as an identifier where it must be; empty if there is no such table.
    schemas: Vec<String>,
}

impl Tables {
    pub(in crate::db) fn new(schemas: Vec<String>) -> Self {
        Self { schemas }
    }

    /// Those that do not exist.
    pub(in crate::db) fn missing(&self) -> Vec<String> {
        let none = |(_, schema): &(&str, &String)| schema.is_empty();
        TABLES.into_iter().zip(&self.schemas).filter(none).map(|(table, _)| table.to_owned()).collect()
    }

    fn schema(&self, table: &str) -> Option<&str> {
        let at = TABLES.iter().position(|known| *known == table)?;
        self.schemas.get(at).map(String::as_str).filter(|schema| !schema.is_empty())
    }

    /// A query with the full name of each table.
    pub(in crate::db) fn qualify(&self, sql: &str) -> String {
        let mut full = String::with_capacity(sql.len() + 256);
        let mut before = "";
        let mut rest = sql;
        while let Some(first) = rest.chars().next() {
            let end = match first {
                '\'' => rest[1..].find('\'').map_or(rest.len(), |at| at + 2),
                _ if is_of_word(first) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
                _ => first.len_utf8(),
            };
            let (token, tail) = rest.split_at(end);
            rest = tail;
            if first == '\'' {
                match self.schema(token.trim_matches('\'')).filter(|_| full.ends_with(LOOKUP)) {
                    Some(schema) => full.push_str(&literal(&format!("{schema}.{}", token.trim_matches('\'')))),
                    None => full.push_str(token),
                }
                before = "";
            } else if is_of_word(first) {
                if let Some(schema) = self.schema(token).filter(|_| BEFORE_TABLE.contains(&before)) {
                    full.push_str(schema);
                    full.push('.');
                }
                full.push_str(token);
                before = token;
            } else {
                full.push_str(token);
                if !first.is_whitespace() {
                    before = "";
                }
            }
        }
        full
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A text as SQL writes it, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if text.contains('\\') { format!(" E'{}'", quoted.replace('\\', r"\\")) } else { format!("'{quoted}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(schema: &str) -> Tables {
        Tables::new(vec![schema.to_owned(); TABLES.len()])
    }

    #[test]
    fn tables_get_their_schema_and_nothing_else_does() {
        let full = |sql| of("mc").qualify(sql);
        assert_eq!(full("FROM tasks t\nJOIN  boards b ON true"), "FROM mc.tasks t\nJOIN  mc.boards b ON true");
        assert_eq!(full("INSERT INTO activity_events ("), "INSERT INTO mc.activity_events (");
        assert_eq!(full("FROM unnest($1) AS tasks (id)"), "FROM unnest($1) AS tasks (id)");
        assert_eq!(full("FROM (SELECT tasks)"), "FROM (SELECT tasks)");
        assert_eq!(full("SELECT 'FROM tasks', 'tasks'"), "SELECT 'FROM tasks', 'tasks'");
        assert_eq!(full("to_regclass('tasks'), 'tasks'"), "to_regclass('mc.tasks'), 'tasks'");
        assert_eq!(Tables::default().qualify("FROM tasks, to_regclass('tasks')"), "FROM tasks, to_regclass('tasks')");
    }

    #[test]
    fn a_schema_of_any_name_stays_a_name() {
        let full = of(r#""a'b\ :x; --""c""#).qualify("FROM tasks t WHERE to_regclass('tasks')");
        assert_eq!(full, r#"FROM "a'b\ :x; --""c".tasks t WHERE to_regclass( E'"a''b\\ :x; --""c".tasks')"#);
    }

    #[test]
    fn a_table_that_is_in_no_schema_of_the_path_is_missing() {
        let mut schemas = vec!["public".to_owned(); TABLES.len()];
        schemas[6].clear();
        let tables = Tables::new(schemas);
        assert_eq!(tables.missing(), ["tasks"]);
        assert_eq!(tables.qualify("FROM tasks, JOIN boards b"), "FROM tasks, JOIN public.boards b");
    }
}
