//! `errors`: failures and the error rate.

use crate::harness::{Database, ME, Place, for_each_engine};

#[test]
fn the_error_rate_is_the_share_of_failures_among_the_events_of_the_range() {
    for_each_engine(|engine| {
        let database = Database::shared(engine);
        let range = ["-S", "2024-01-01", "-U", "2026-06-01"];
        let report = database.mc(["errors", "--scope", "all", "-o", "json"]).args(range).args(ME).ok().json();
        let events = database.mc(["list", "--count"]).args(range).args(ME).ok().stdout;
        let (failed, total) = (report["error_count"].as_f64().unwrap(), report["total_count"].as_f64().unwrap());
        assert_eq!(events.trim(), report["total_count"].to_string(), "{report}");
        assert!(failed > 0.0 && failed < total, "{report}");
        assert!((report["error_rate_pct"].as_f64().unwrap() - 100.0 * failed / total).abs() < 1e-9, "{report}");
    });
}

#[test]
fn a_nagios_plugin_that_cannot_answer_exits_with_unknown_and_never_with_critical() {
    let place = Place::new();
    for args in ["errors --nagios --warn abc", "errors --nagios --range 2h", "errors --nagios"] {
        let output = place.mc(args.split(' ')).run();
        assert_eq!(output.code, 3, "{args}");
        assert!(output.stdout.starts_with("ACTIVITY UNKNOWN - "), "{args}: {}", output.stdout);
    }
}
