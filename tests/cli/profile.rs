//! `profile`: which settings are in force, and where each comes from.

use crate::harness::{Database, Engine};

const USER: [&str; 2] = ["--as-user", "000000b0-0000-4000-8000-000000000000"];

#[test]
fn who_asks_can_be_set_once_and_profile_says_where() {
    let database = Database::recorded(Engine::Deployed);
    let who = |mc: crate::harness::Mc| mc.ok().json();
    let by_flag = who(database.mc(["whoami", "-o", "json"]).args(USER));
    let by_variable = who(database.mc(["whoami", "-o", "json"]).env("MC_AS_USER", USER[1]));
    assert_eq!((&by_variable["id"], &by_variable["how"]), (&by_flag["id"], &"MC_AS_USER in the environment".into()));
    database.mc(["whoami"]).env("MC_AS_USER", USER[1]).env("MC_AS_AGENT", "Scout").fails(2);
    database
        .place
        .write("config/mc-activity/default.env", &format!("MC_AS_USER={}\nMC_TOKEN=\nPGPASSWORD=hidden\n", USER[1]));
    assert_eq!(who(database.mc(["whoami", "-o", "json"]))["id"], by_flag["id"]);
    let output = database.mc(["profile"]).ok();
    assert!(output.stdout.contains("MC_AS_USER") && output.stdout.contains("default.env"), "{output}");
    assert!(output.stdout.contains("(secret)") && !output.stdout.contains("hidden"), "{output}");
    let profile = database.mc(["profile", "-o", "json"]).ok().json();
    assert_eq!(profile["profiles"][0], "default", "{profile}");
}
