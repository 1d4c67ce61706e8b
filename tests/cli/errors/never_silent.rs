//! An alarm that can never go off says so: a type that nobody writes, filters that leave nothing, an actor who sees nothing,
//! the demo database.

use super::{NOW, USER, event, world};
use crate::harness::{Place, for_each_engine};

#[test]
fn a_type_that_nobody_writes_is_unknown_and_the_nearest_is_named() {
    for_each_engine(|engine| {
        let database = world(engine, &[event(60, "task.assignee_notify_failed"), event(50, "fork.mail.failed")]);
        let check =
            |args: &[&str]| database.mc(["errors", "--nagios", "--warn=1", USER, "--at", NOW].iter().chain(args)).run();
        let unknown = check(&["--type=task.assigne_notify_failed"]);
        unknown.expect(3);
        assert!(unknown.stdout.starts_with("ACTIVITY UNKNOWN - no event has the type 'task.assigne_notify_failed'"));
        assert!(unknown.stderr.contains("did you mean 'task.assignee_notify_failed'"), "{}", unknown.stderr);
        check(&["--type=approval.approved"]).expect(3);
        check(&["--type=task.assignee_notify_failed,task.asignee_notified"]).expect(3);
        // One of the catalogue that was never written here, and one that only this table has.
        check(&["--type=agent.nudge.failed"]).expect(0);
        check(&["--type=fork.*"]).expect(1);
        let listed = database.mc(["list", "--type=task.commment", USER]).ok();
        assert!(listed.stderr.contains("no event has the type 'task.commment'"), "{}", listed.stderr);
        assert!(listed.stderr.contains("did you mean 'task.comment'"), "{}", listed.stderr);
        assert_eq!(database.mc(["list", "--type=task.comment", USER]).ok().stderr, "");
        let followed = database.mc(["tail", "--no-follow", "--type=task.commment", USER]).ok();
        assert!(followed.stderr.contains("no event has the type 'task.commment'"), "{}", followed.stderr);
        let json = database.mc(["errors", "-o", "json", "--type=nobody.wrote", USER, "--at", NOW]).ok().json();
        assert_eq!(json["warnings"][0], "no event has the type 'nobody.wrote'");
        let scraped = database.mc(["errors", "-o", "prometheus", "--type=nobody.wrote", USER, "--at", NOW]).ok().stdout;
        assert!(
            scraped.lines().any(|line| line.starts_with("mc_activity_unknown{") && line.ends_with(" 1")),
            "{scraped}"
        );
    });
}

#[test]
fn a_type_of_another_actors_events_is_answered_as_if_it_did_not_exist() {
    for_each_engine(|engine| {
        let hidden = super::Event { board: None, agent: Some(2), ..event(60, "secret.mail.failed") };
        let database = world(engine, &[hidden, event(50, "task.assignee_notified")]);
        let line = ["errors", "--nagios", "--type=secret.*", "--at", NOW];
        let other = database.mc(line.iter().chain(&[USER])).run();
        other.expect(3);
        assert!(other.stdout.contains("no event has the type 'secret.*'"), "{}", other.stdout);
        database.mc(line.iter().chain(&["--as-agent=00000000-0000-4000-8000-000000000002"])).run().expect(0);
    });
}

#[test]
fn filters_that_leave_nothing_are_unknown() {
    for_each_engine(|engine| {
        let database = world(engine, &[event(60, "task.assignee_notified"), event(50, "agent.heartbeat")]);
        for (args, why) in [
            (&["--exclude-type=*"][..], "no event can pass the filters"),
            (&["--board=payments", "--exclude-board=payments"], "the filters leave no board"),
            (&["--exclude-board=payments,infra"], "the filters leave no board"),
            (&["--agent=Agent 1", "--exclude-agent=Agent 1"], "the filters leave no agent"),
            (&["--type=agent.heartbeat"], "no delivery that fails can pass the filters"),
        ] {
            let output = database.mc(["errors", "--nagios", "--warn=1", USER, "--at", NOW].iter().chain(args)).run();
            output.expect(3);
            assert!(output.stdout.contains(why), "{args:?}: {}", output.stdout);
            database.mc(["errors", "--fail-empty", "-q", USER, "--at", NOW].iter().chain(args)).run().expect(6);
        }
        // There are deliveries, and none failed: what was asked for.
        database.mc(["errors", "--nagios", "--exclude-type=*failed", USER, "--at", NOW]).ok();
        database.mc(["errors", "--fail-empty", USER, "--at", NOW]).ok();
        database.mc(["errors", "--nagios", "--type=agent.heartbeat", "--scope=all", USER, "--at", NOW]).ok();
    });
}

#[test]
fn an_actor_who_can_see_nothing_is_unknown() {
    for_each_engine(|engine| {
        let database = world(engine, &[event(60, "task.assignee_notified")]);
        let nobody = "--as-user=00000000-0000-4000-8000-0000000000b2";
        let output = database.mc(["errors", "--nagios", "--warn=1", nobody, "--at", NOW]).run();
        output.expect(3);
        assert!(output.stdout.contains("can read no board"), "{}", output.stdout);
        let empty = world(engine, &[]);
        let output = empty.mc(["errors", "--nagios", "--warn=1", USER]).run();
        output.expect(3);
        assert!(output.stdout.contains("can see no event at all"), "{}", output.stdout);
    });
}

#[test]
fn agents_and_tasks_that_could_not_be_looked_at_are_not_healthy() {
    for_each_engine(|engine| {
        let database = world(engine, &[event(60, "task.comment")]);
        let nobody = "--as-user=00000000-0000-4000-8000-0000000000b2";
        for command in ["agents", "tasks"] {
            let output = database.mc([command, "--nagios", nobody, "--at", NOW]).run();
            output.expect(3);
            assert!(output.stdout.starts_with("ACTIVITY UNKNOWN - "), "{output}");
            database.mc([command, "--fail", nobody, "--at", NOW]).run().expect(6);
        }
        // No task waits, and that was looked at.
        database.mc(["tasks", "--nagios", USER, "--at", NOW]).run().expect(0);
        database.mc(["tasks", "--fail", USER, "--at", NOW]).ok();
        let empty = world(engine, &[]);
        empty.mc(["tasks", "--nagios", USER]).run().expect(3);
        empty.mc(["tasks", "--fail", USER]).run().expect(6);
    });
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    for command in ["agents", "tasks"] {
        place.mc([command, "--nagios"]).run().expect(3);
    }
}

#[test]
fn the_demo_database_that_no_url_named_is_said_everywhere() {
    let place = Place::new();
    place.mc(["demo", "-q"]).ok();
    let quiet = place.mc(["errors", "-q", "-o", "json"]).ok();
    assert!(quiet.stderr.contains("no DATABASE_URL: reading the demo database"), "{}", quiet.stderr);
    let json = quiet.json();
    assert_eq!(json["warnings"][0], "no DATABASE_URL is set, so the demo database was read");
    assert!(json["demo_database"].as_str().unwrap().ends_with("activity.db (the demo database)"), "{json}");
    let scraped = place.mc(["errors", "-q", "-o", "prometheus"]).ok().stdout;
    assert!(scraped.lines().filter(|line| !line.starts_with('#')).all(|line| line.contains("demo_database=\"true\"")));
    let check = place.mc(["errors", "--nagios", "--warn=1"]).run();
    check.expect(3);
    assert!(check.stdout.contains("the demo database was read"), "{}", check.stdout);
}
