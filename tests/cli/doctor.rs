//! `doctor`: what it reports about a database and a role.

use crate::harness::{Database, Engine, Place, with_demo};

#[test]
fn doctor_exits_with_0_for_a_good_database_and_with_5_for_an_unusable_one() {
    let fine = with_demo().mc(["doctor", "-o", "json", "-q"]).ok().json();
    assert_eq!((&fine["exit_code"], &fine["facts"]["schema"]), (&0.into(), &"documented".into()), "{fine}");
    let place = Place::new();
    let none = place.mc(["doctor", "-o", "json"]).run();
    none.expect(5);
    assert_eq!(none.json()["checks"][0]["state"], "unusable");
    place.write("work/other.db", "");
    place.mc(["doctor", "--database-url", "sqlite:other.db"]).run().expect(5);
}

#[test]
fn doctor_names_missing_columns_and_an_unknown_identity() {
    let database = Database::recorded(Engine::Deployed);
    database.mc(["doctor", "--as-user", "nobody"]).run().expect(1);
    for (column, table, code) in [("identity_profile", "agents", 1), ("all_boards_write", "organization_members", 5)] {
        database.sql(&format!("ALTER TABLE {table} RENAME {column} TO elsewhere"));
        let output = database.mc(["doctor", "-o", "json"]).run();
        output.expect(code);
        let missing = output.json()["facts"]["missing_columns"].to_string();
        assert!(missing.contains(&format!("{table}.{column}")), "{output}");
    }
    let zoned = Database::recorded(Engine::Deployed);
    zoned.sql("ALTER TABLE activity_events ALTER created_at TYPE timestamptz");
    for line in ["doctor", "list --as-user local-auth-user"] {
        let output = zoned.mc(line.split(' ')).run();
        output.expect(5);
        assert!(format!("{output}").contains("created_at is timestamp with time zone"), "{output}");
    }
    let place = with_demo();
    assert_eq!(place.mc(["doctor", "-o", "json", "-q"]).ok().json()["facts"]["missing_columns"], serde_json::json!([]));
}

#[test]
fn doctor_reports_privileges_indexes_and_the_clock_of_a_server() {
    let output = Database::shared(Engine::Deployed).mc(["doctor", "-o", "json"]).run();
    let told = output.json();
    let facts = &told["facts"];
    assert_eq!(facts["schema"], "deployed", "{output}");
    assert_eq!(facts["privileges"].as_array().unwrap().len(), 8, "{output}");
    assert!(facts["clock_skew_seconds"].as_f64().unwrap().abs() < 2.0, "{output}");
    let missing: Vec<&str> =
        facts["missing_indexes"].as_array().unwrap().iter().map(|m| m["statement"].as_str().unwrap()).collect();
    assert!(
        missing.iter().any(|m| m.starts_with("CREATE INDEX CONCURRENTLY") && m.ends_with("(created_at, id);")),
        "{output}"
    );
    assert!(facts["unseen_events"].as_i64().unwrap() > 0, "{output}");
    assert_eq!(facts["actor"], serde_json::Value::Null, "{output}");
    let actor = told["checks"].as_array().unwrap().iter().find(|check| check["check"] == "actor").unwrap();
    assert!(actor["hint"].as_str().unwrap().contains("--as-user"), "{output}");
    output.expect(0);
}
