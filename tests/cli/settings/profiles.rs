//! Profiles: named files with settings.

use crate::harness::{Place, with_demo};

#[test]
fn a_profile_sets_the_database_and_an_unknown_profile_lists_the_known_ones() {
    let place = with_demo();
    place.write("config/mc-activity/production.env", "DATABASE_URL='sqlite:../data/mc-activity/activity.db'\n");
    let boards = ["boards", "--profile", "production", "--as-user", "local-auth-user"];
    assert!(place.mc(boards).ok().stdout.contains("mc-activity/production.env)"));
    let output = place.mc(["boards", "--profile", "prod"]).fails(2);
    assert!(output.stderr.contains("hint: profiles: production"), "{output}");
}

#[test]
fn a_profile_holds_libpq_s_variables_too_and_an_env_file_does_not() {
    let place = Place::new();
    let url = "DATABASE_URL=postgresql://127.0.0.1/nothing\n";
    place.write("config/mc-activity/production.env", &format!("{url}PGPORT=1\n"));
    let output = place.mc(["doctor", "--profile", "production"]).run();
    assert!(output.stdout.contains("127.0.0.1:1: cannot reach"), "{output}");
    place.write("work/.env", &format!("{url}PGPORT=1\n"));
    let output = place.mc(["doctor"]).run();
    assert!(!output.stdout.contains("127.0.0.1:1:"), "{output}");
    let output = place.mc(["doctor", "--profile", "production"]).env("PGPORT", "2").run();
    assert!(output.stdout.contains("127.0.0.1:1: cannot reach"), "{output}");
}
