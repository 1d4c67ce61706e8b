//! Prometheus metrics.

use crate::harness::{Database, Engine};
use crate::harness::{root, with_demo};
use std::io::Write;
use std::process::{Command, Stdio};

/// promtool's lints and parser, on a text.
fn promtool(text: &str) -> String {
    let program = root().join("target/tools/promtool");
    let mut child = Command::new(&program)
        .args(["check", "metrics", "--extended"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{}: {e}: tests/run puts it there", program.display()));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}\n{text}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn promtool_accepts_the_metrics() {
    let place = with_demo();
    let nasty = Database::shared(Engine::Deployed);
    for line in [
        "errors",
        "errors -S 2026-03-01 --by board,type,agent",
        "summary -S 2026-03-01",
        "summary -S 2026-03-01 --by board,agent,task,day",
    ] {
        let text = place.mc(line.split(' ')).args(["-o", "prometheus", "-q"]).ok().stdout;
        let told = promtool(&text);
        assert!(told.contains("mc_activity_events"), "{told}");
    }
    for line in ["errors -S 2020-01-01 --by board,type,agent,task", "summary -S 2020-01-01 --by type,task"] {
        let text = nasty.mc(line.split(' ')).args(["-o", "prometheus", "--as-user", "local-auth-user"]).ok().stdout;
        promtool(&text);
    }
}

#[test]
#[should_panic(expected = "should have")]
fn promtool_finds_a_wrong_metric() {
    promtool("# TYPE x_total gauge\nx_total 1\n# HELP y should have a TYPE\ny_total{a=\"\n\"} 1\n");
}

#[test]
fn a_file_for_the_collector_appears_whole_and_readable_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let place = with_demo();
    place.write("work/mc.prom", "old\n");
    place.mc(["errors", "-o", "prometheus", "--out-file", "mc.prom", "-q"]).ok();
    promtool(&place.read("work/mc.prom"));
    let path = place.path().join("work/mc.prom");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    let names = std::fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(names, 1, "something unfinished was left");
}

/// Name and labels of every sample.
fn series(text: &str) -> Vec<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}")).0.to_owned()).collect()
}

#[test]
fn two_exports_that_count_differently_share_no_series() {
    let place = with_demo();
    place.write(
        "config/mc-activity/a.env",
        &format!("DATABASE_URL=sqlite:{}/data/mc-activity/activity.db\n", place.path().display()),
    );
    std::fs::copy(place.path().join("config/mc-activity/a.env"), place.path().join("config/mc-activity/b.env"))
        .unwrap();
    std::fs::copy(place.path().join("data/mc-activity/activity.db"), place.path().join("work/copy.db")).unwrap();
    let local = "--as-user local-auth-user";
    let boards = place.mc(["boards", "-o", "csv", "--no-header", "--fields", "slug", "-q"]).ok().stdout;
    let (one, other) = boards.split_once("\r\n").unwrap();
    let other = other.lines().next().unwrap();
    let exports = [
        "errors".to_owned(),
        "errors --range 7d".to_owned(),
        "errors --scope dashboard".to_owned(),
        format!("errors --board {one}"),
        format!("errors --board {other}"),
        format!("errors --board {one},{other}"),
        format!("errors --exclude-board {one}"),
        "errors --type *failed".to_owned(),
        "errors --exclude-type *failed".to_owned(),
        "errors --grep a,b".to_owned(),
        "errors --grep a --grep b".to_owned(),
        "errors --grep a,b -i".to_owned(),
        "errors --by type".to_owned(),
        "errors --by board".to_owned(),
        "errors --by board,type".to_owned(),
        "errors -S 7d".to_owned(),
        "errors -S 2d -U 1d".to_owned(),
        "errors -S 3d -U 2d".to_owned(),
        "errors -S yesterday -U today".to_owned(),
        "errors -S yesterday -U today --tz Asia/Tokyo".to_owned(),
        "errors --at 2026-03-05".to_owned(),
        format!("errors --profile a {local}"),
        format!("errors --profile b {local}"),
        format!("errors --database-url sqlite:copy.db {local}"),
        "summary".to_owned(),
        "summary -S 7d".to_owned(),
        "summary --by type,day".to_owned(),
        "summary --by board".to_owned(),
        "summary --by agent".to_owned(),
        format!("summary --board {one}"),
        format!("summary --board {other}"),
    ];
    let mut seen = std::collections::HashMap::new();
    for line in &exports {
        let text = place.mc(line.split(' ')).args(["-o", "prometheus", "-q"]).ok().stdout;
        promtool(&text);
        for series in series(&text) {
            if let Some(before) = seen.insert(series.clone(), line) {
                panic!("{series} is in two exports:\n{before}\n{line}");
            }
        }
    }
    // From run to run they stay the same.
    let again = place.mc(["errors", "-o", "prometheus", "-q"]).ok().stdout;
    assert!(series(&again).iter().all(|series| seen.get(series).is_some_and(|line| *line == "errors")), "{again}");
}

#[test]
fn two_users_of_one_database_share_no_series() {
    let database = Database::shared(Engine::Deployed);
    let of = |n| {
        let user = crate::auth::user(n);
        let args = ["summary", "-S", "2020-01-01", "-o", "prometheus", "--as-user", &user];
        series(&database.mc(args).ok().stdout)
    };
    let (one, other) = (of(0), of(1));
    assert!(!one.is_empty() && one.iter().all(|series| !other.contains(series)), "{one:?}\n{other:?}");
}
