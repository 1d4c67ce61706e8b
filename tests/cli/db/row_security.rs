//! Row-level security: policies hide rows from every result, so the program says that rows may be missing.

use crate::auth::user;
use crate::harness::{Database, Engine, Role};
use serde_json::json;

/// Hides all failures from all roles but the superuser, and hides no boards.
const POLICIES: &str = "
    ALTER TABLE activity_events ENABLE ROW LEVEL SECURITY;
    CREATE POLICY calm ON activity_events USING (event_type NOT LIKE '%failed');
    ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
    CREATE POLICY all_tasks ON tasks USING (true);";

const WARNING: &str = "row-level security is active on activity_events, tasks: some events may be hidden";

#[test]
fn doctor_whoami_and_footers_say_that_policies_may_hide_rows() {
    for engine in [Engine::Deployed, Engine::Documented] {
        let database = Database::recorded(engine);
        let me = user(0);
        let ask = |role, line: &str| database.mc_as(role, line.split(' ')).args(["--as-user", &me]);
        let said = |role| {
            let lines =
                ["whoami", "list", "comments", "errors --range 1y", "summary -S 2024-01-01", "boards", "agents"];
            lines.map(|line| ask(role, line).ok().stdout)
        };
        assert!(said(Role::Reader).iter().all(|out| !out.contains("row-level")), "{engine:?}");
        assert_eq!(ask(Role::Reader, "whoami -o json").ok().json()["row_security"], json!([]));
        assert!(!ask(Role::Reader, "doctor").run().stdout.contains("row-level"));

        database.sql(POLICIES);
        assert_eq!(ask(Role::Reader, "list --count --type *failed").ok().stdout, "0\n");
        for out in said(Role::Reader) {
            assert!(out.contains(WARNING), "{engine:?}: {out}");
        }
        let tables = json!(["activity_events", "tasks"]);
        assert_eq!(ask(Role::Reader, "whoami -o json").ok().json()["row_security"], tables);
        let doctor = ask(Role::Reader, "doctor").run();
        doctor.expect(1);
        assert!(doctor.stdout.contains(WARNING) && doctor.stdout.ends_with("something is wrong\n"), "{doctor}");
        assert_eq!(ask(Role::Reader, "doctor -o json").run().json()["facts"]["row_security"], tables);

        // No policy holds for a superuser.
        assert!(said(Role::Owner).iter().all(|out| !out.contains("row-level")), "{engine:?}");
        assert_eq!(ask(Role::Owner, "whoami -o json").ok().json()["row_security"], json!([]));
        assert!(!ask(Role::Owner, "doctor").run().stdout.contains("row-level"));
    }
}

#[test]
fn views_that_enforce_policies_in_their_own_way_can_be_read() {
    let database = Database::recorded(Engine::Deployed);
    let before = database.mc(["list", "--all", "-o", "jsonl", "--as-user", &user(0)]).ok().stdout;
    for options in ["security_barrier", "security_invoker", "security_barrier, security_invoker"] {
        database.sql(&format!(
            "ALTER TABLE activity_events RENAME TO real_events;
             CREATE VIEW activity_events WITH ({options}) AS SELECT * FROM real_events;
             GRANT SELECT ON activity_events TO mc_activity_reader"
        ));
        let after = database.mc(["list", "--all", "-o", "jsonl", "--as-user", &user(0)]).ok().stdout;
        assert_eq!(after, before, "{options}");
        database.mc(["whoami", "--as-user", &user(0)]).ok();
        let doctor = database.mc(["doctor"]).run();
        assert!([0, 1].contains(&doctor.code), "{doctor}");
        database.sql("DROP VIEW activity_events; ALTER TABLE real_events RENAME TO activity_events");
    }
}

#[test]
fn a_role_with_row_security_off_gets_an_error_with_the_reason() {
    let database = Database::recorded(Engine::Deployed);
    database.sql(POLICIES);
    database.sql(
        "DO $$ BEGIN EXECUTE format('ALTER ROLE oncall IN DATABASE %I SET row_security = off', current_database()); END $$",
    );
    let output = database.mc(["list", "--as-user", &user(0)]).fails(5);
    assert!(output.stderr.contains("row_security is off for this role"), "{output}");
}
