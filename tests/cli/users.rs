//! `users`: who can be named with --as-user, and who is in one's organization.

use crate::harness::{Data, Database, Engine, Role, for_each_engine, with_demo};
use std::collections::BTreeSet;

fn ids(items: &serde_json::Value) -> BTreeSet<String> {
    items["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// A table of the recorded data as maps of column and value.
fn column(name: &str, wanted: &str) -> Vec<Option<String>> {
    let data = Data::recorded();
    let table = data.tables.iter().find(|table| table.name == name).unwrap();
    let at = table.columns.iter().position(|column| column == wanted).unwrap();
    table.rows.iter().map(|row| row[at].clone()).collect()
}

#[test]
fn an_operator_without_an_identity_lists_every_user_with_each_organization_and_role() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let output = database.mc(["users", "-o", "json"]).ok();
        assert!(output.stderr.contains("no identity: listing all users"), "{output}");
        let all: BTreeSet<String> = column("users", "id").into_iter().flatten().collect();
        let answer = output.json();
        assert_eq!(ids(&answer), all);
        let items = answer["items"].as_array().unwrap();
        let members = column("organization_members", "user_id");
        let belongs = |id: &str| members.iter().any(|member| member.as_deref() == Some(id));
        assert_eq!(items.len(), members.len() + all.iter().filter(|id| !belongs(id)).count());
        for item in items {
            let id = item["id"].as_str().unwrap();
            assert_eq!(item["organization"].is_string(), belongs(id), "{item}");
            assert_eq!(item["role"].is_string(), belongs(id), "{item}");
        }
        // Every id and every address that is listed can be named.
        let named = items.iter().find(|item| item["email"].is_string()).unwrap();
        database.mc(["whoami", "--as-user", named["id"].as_str().unwrap()]).ok();
        let table = database.mc(["users"]).ok().stdout;
        assert!(table.contains("E-MAIL") && table.contains(" of all organizations"), "{table}");
        for format in ["wide", "jsonl", "csv", "tsv", "text"] {
            let listed = database.mc(["users", "-q", "-o", format]).ok();
            assert!(all.iter().all(|id| listed.stdout.contains(id.as_str())), "{listed}");
        }
    });
}

#[test]
fn a_user_lists_the_members_of_the_active_organization_and_nobody_else() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let (users, organizations) =
            (column("organization_members", "user_id"), column("organization_members", "organization_id"));
        let names = column("organizations", "name");
        let organization_ids = column("organizations", "id");
        for user in column("users", "id").into_iter().flatten() {
            let active = database.mc(["whoami", "-o", "json", "--as-user", &user]).ok().json()["organization"].clone();
            let output = database.mc(["users", "-o", "json", "--as-user", &user]).ok();
            let wanted: BTreeSet<String> = match active.as_str() {
                None => BTreeSet::from([user.clone()]),
                Some(name) => {
                    let at = names.iter().position(|known| known.as_deref() == Some(name)).unwrap();
                    let is_there =
                        |(_, organization): &(&Option<String>, &Option<String>)| **organization == organization_ids[at];
                    users.iter().zip(&organizations).filter(is_there).filter_map(|(user, _)| user.clone()).collect()
                }
            };
            assert_eq!(ids(&output.json()), wanted, "{user}: {output}");
            assert!(!output.stderr.contains("no identity"), "{output}");
        }
    });
}

#[test]
fn an_agent_is_refused_and_an_unknown_user_gets_no_list() {
    for_each_engine(|engine| {
        let database = Database::recorded(engine);
        let output = database.mc(["users", "--as-agent", "000000e0-0000-4000-8000-000000000001"]).fails(4);
        assert!(output.stderr.contains("an agent cannot list users"), "{output}");
        let output = database.mc(["users", "--as-user", "nobody@example.test"]).fails(3);
        assert!(output.stderr.contains("without an identity, `mc-activity users` lists all users"), "{output}");
        let output = database.mc(["list"]).fails(4);
        assert!(output.stderr.contains("`mc-activity users` lists the users"), "{output}");
    });
}

#[test]
fn a_role_that_may_not_read_the_roles_lists_users_without_them() {
    let database = Database::recorded(Engine::Deployed);
    database.sql("REVOKE SELECT (role) ON organization_members FROM mc_activity_reader");
    let output = database.mc_as(Role::Reader, ["users", "--fields", "email,organization"]).ok();
    assert!(output.stdout.contains("left out: organization_members.role"), "{output}");
    let item = database.mc_as(Role::Reader, ["users", "-o", "json"]).ok().json()["items"][0].clone();
    assert!(item.get("role").is_none_or(serde_json::Value::is_null) && item["id"].is_string(), "{item}");
}

#[test]
fn the_demo_database_lists_its_own_organization() {
    let output = with_demo().mc(["users", "-o", "csv", "-q"]).ok();
    assert_eq!(output.stdout.lines().next(), Some("id,name,email,organization,role"));
    assert!(output.stdout.contains("Local User") && output.stdout.contains(",owner"), "{output}");
}
