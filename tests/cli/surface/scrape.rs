//! What Prometheus reads.

use super::{root, with_demo};
use crate::harness::{Database, Engine};
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
fn promtool_has_nothing_against_the_metrics() {
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
fn promtool_would_complain() {
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
