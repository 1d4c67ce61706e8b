use super::*;
use crate::model::{Bucket, ErrorRate, Group, Period, Point, RateScope, Series, SummaryKey, SummaryRow, Tally};
use crate::output::chart::sum;
use uuid::Uuid;

const EVIL: &str = "</script></td><img src=x onerror=alert(1)>\" onmouseover='alert(2)' &lt; \u{202e}gnp\u{1b}[2J";

fn at(text: &str) -> Timestamp {
    Timestamp::from_naive(text.parse().unwrap())
}

fn failure(at: Timestamp, event_type: &str, message: &str) -> ActivityEvent {
    ActivityEvent {
        id: Uuid::from_u128(7),
        message: Some(message.into()),
        agent_id: Some(Uuid::from_u128(1)),
        board_id: Some(Uuid::from_u128(3)),
        agent_name: Some("Scout <b>".into()),
        ..ActivityEvent::example(event_type, at)
    }
}

fn series(start: Timestamp, shift: u64, hours: u64) -> Series {
    let points = (0..hours).map(|hour| {
        let total = if hour % 11 == 7 { 0 } else { 20 + hour * 7 % 13 };
        let errors = if hour == 18 { 9 } else { (hour * (5 + shift)) % 9 / 4 };
        let period = start.plus_seconds(3600 * i64::try_from(hour).unwrap());
        Point { period, tally: Tally { errors: errors.min(total), total } }
    });
    Series { range: Some("24h".into()), bucket: Bucket::Hour, points: points.collect() }
}

fn rate() -> ErrorRate {
    let primary = series(at("2026-03-04T14:00:00"), 0, 25);
    let group = |id: &str, name: Option<&str>, errors, total| Group {
        keys: vec![("board_id", Some(id.into())), ("board_name", name.map(str::to_owned))],
        tally: Tally { errors, total },
        ..Group::default()
    };
    ErrorRate {
        scale: RateScope::All,
        range: Some("24h".into()),
        period: Period { since: at("2026-03-04T14:12:09"), until: at("2026-03-05T14:12:09"), closed: true },
        tally: sum(&primary.points),
        comparison: series(at("2026-03-03T14:00:00"), 3, 25),
        primary,
        groups: vec![
            group("11111111-0", Some("Payments platform"), 19, 240),
            group("22222222-0", Some(EVIL), 7, 180),
            group("33333333-0", None, 2, 160),
        ],
    }
}

fn failures() -> Vec<ActivityEvent> {
    let minute = |minute: i64| at("2026-03-05T14:03:10").plus_seconds(-60 * minute);
    let mut all: Vec<_> = (0..9)
        .map(|n| {
            let message = format!("Gateway timed out after {} ms (request 9fceb0{n}1)", 3000 + n * 17);
            failure(minute(n * 7), "task.assignee_notify_failed", &message)
        })
        .collect();
    all.push(failure(minute(70), "agent.nudge.failed", EVIL));
    all.push(failure(minute(95), "gateway.lead.ask_user.failed", &"Traceback: no route to host\n".repeat(60)));
    all
}

fn page(body: Body<'_>) -> String {
    let show_time = |at: Timestamp| at.to_string().replace('T', " ");
    let page = HtmlReport {
        body,
        actor: "on-call <ops@example.com>",
        question: "mc-activity errors --range 24h --by board --html incident.html",
        asked_at: at("2026-03-05T14:12:09"),
        database: "mission_control on db.example.com (DATABASE_URL)",
        zone: "UTC",
        show_time: &show_time,
    };
    let mut out = Vec::new();
    write_page(&mut out, &page, |_| Ok(())).unwrap();
    String::from_utf8(out).unwrap()
}

fn errors_page() -> String {
    let newest = failures();
    let mut report = ErrorsReport::of_rate(rate());
    newest.iter().for_each(|event| report.patterns.add_event(event));
    page(Body::Errors { report: &report, newest: &newest })
}

fn summary_page(by: Vec<&'static str>, rows: Vec<(Vec<SummaryKey>, u64)>) -> String {
    let mut fields: Vec<_> = by.iter().map(|by| if *by == "type" { "event_type" } else { "period" }).collect();
    fields.push("count");
    page(Body::Summary(&Summary {
        since: at("2026-03-01T00:00:00"),
        until: at("2026-03-08T00:00:00"),
        by,
        fields,
        total: rows.iter().map(|(_, count)| count).sum(),
        rows: rows.into_iter().map(|(keys, count)| SummaryRow { keys, count }).collect(),
    }))
}

fn by_type_and_day() -> String {
    let types = ["agent.heartbeat", "task.comment", "task.status_changed", EVIL];
    let rows = types.iter().enumerate().flat_map(|(n, name)| {
        (1..=6).map(move |day| {
            let keys =
                vec![SummaryKey::Text((*name).to_owned()), SummaryKey::Time(at(&format!("2026-03-0{day}T00:00:00")))];
            (keys, 400 / (n as u64 + 1) + day * 37 % 50)
        })
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    summary_page(vec!["type", "day"], rows)
}

/// Every `<name` outside the style.
fn tags(page: &str) -> Vec<String> {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let name = |part: &str| part.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    format!("{head}{rest}").split('<').skip(1).map(name).collect()
}

#[test]
fn stored_text_makes_no_tags_and_no_attributes() {
    let known = [
        "",
        "html",
        "head",
        "meta",
        "title",
        "body",
        "header",
        "h1",
        "p",
        "code",
        "time",
        "dl",
        "dt",
        "dd",
        "main",
        "ul",
        "li",
        "span",
        "strong",
        "h2",
        "figure",
        "figcaption",
        "svg",
        "wbr",
        "rect",
        "path",
        "desc",
        "text",
        "details",
        "summary",
        "div",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "footer",
    ];
    for page in [errors_page(), by_type_and_day()] {
        let unknown: Vec<_> = tags(&page).into_iter().filter(|tag| !known.contains(&tag.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(page.contains("&lt;/script&gt;&lt;/td&gt;&lt;img src=x onerror=alert(1)&gt;&quot; onmouseover=&#39;"));
        assert!(page.contains("&amp;lt; &lt;U+202E&gt;gnp&lt;U+001B&gt;[2J"));
        assert!(!page.contains(['\u{202e}', '\u{1b}']));
    }
}

#[test]
fn page_loads_and_runs_nothing() {
    for page in [errors_page(), by_type_and_day()] {
        assert!(page.contains("default-src 'none'; style-src 'sha256-"));
        assert!(!page.contains("unsafe-inline"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
        assert!(!page.contains(" style="), "the policy would refuse it");
        let style = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).unwrap().0;
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(page.contains(&format!("'sha256-{digest}'")), "the style is the one allowed");
    }
}

#[test]
fn header_says_who_asked_what_when_and_where() {
    let page = errors_page();
    for fact in [
        "<dd>on-call &lt;ops@example.com&gt;</dd>",
        "<code>mc-activity errors --range 24h --by board --html incident.html</code>",
        "<dd><time datetime=\"2026-03-05T14:12:09Z\">2026-03-05 14:12:09</time></dd>",
        "<dd>mission_control on db.example.com (DATABASE_URL)</dd>",
        "<dt>Time zone</dt><dd>UTC</dd>",
    ] {
        assert!(page.contains(fact), "{fact}");
    }
}

#[test]
fn chart_has_a_title_and_a_column_for_each_bucket_with_failures() {
    let page = errors_page();
    assert!(page.contains("<title id=\"chart-title\">Error rate per hour, against the window before</title>"));
    let failing = rate().primary.points.iter().filter(|point| point.tally.errors > 0).count();
    assert_eq!(page.matches("<rect class=\"alarm-fill\" x=").count(), failing);
    assert_eq!(page.matches("<rect class=\"hit\"").count(), 25);
    assert!(page.contains("2026-03-05 05:00 UTC\n0 of 21 events failed (0.00 %)\nbefore: "));
}

#[test]
fn event_types_break_at_their_dots_not_within_words() {
    assert!(errors_page().contains("<code>task.<wbr>assignee_<wbr>notify_<wbr>failed</code>"));
}

#[test]
fn tables_hold_groups_folded_messages_and_failures() {
    let page = errors_page();
    assert!(page.contains("<td class=\"key\">Payments platform</td><td class=\"number\">19</td>"));
    assert!(
        page.contains("<td class=\"message run-on\">Gateway timed out after &lt;n&gt; ms (request &lt;id&gt;)</td>")
    );
    assert!(page.contains("First failure of the newest 11: <time"));
    assert!(page.contains("Gateway timed out after 3017 ms (request 9fceb011)"));
    assert!(page.contains("<details><summary>Traceback"), "a long message is folded up");
}

#[test]
fn summary_has_shares_bars_and_counts_over_time() {
    let page = by_type_and_day();
    assert!(page.contains("<h2>Events per day</h2>"));
    assert_eq!(page.matches("<rect class=\"hit\"").count(), 7, "empty days too");
    assert!(
        page.contains("<td class=\"type\"><code>agent.<wbr>heartbeat</code></td><td class=\"when\">2026-03-01</td>")
    );
    let by_type = summary_page(vec!["type"], vec![(vec![SummaryKey::Text("task.comment".into())], 3)]);
    assert!(by_type.contains("<td class=\"number\">3</td><td class=\"number\">100.00 %</td>"));
    assert!(!by_type.contains("Events per"));
}

#[test]
fn empty_answers_are_pages_too() {
    assert!(summary_page(vec!["type"], vec![]).contains("None in this window."));
    let mut rate = rate();
    rate.tally = Tally::default();
    rate.groups.clear();
    rate.primary.points.clear();
    rate.comparison.points.clear();
    let page = page(Body::Errors { report: &ErrorsReport::of_rate(rate), newest: &[] });
    assert!(page.contains("<h1>no events</h1>") && page.contains("The window has no buckets."));
    assert!(!page.contains("NaN"));
}

#[test]
fn time_is_machine_readable_only_where_html_can_say_it() {
    let show = |at: Timestamp| at.to_string();
    let time = |at: Timestamp| Time(at, &show).to_string();
    assert!(time(at("2026-03-05T14:12:09.123456")).starts_with("<time datetime=\"2026-03-05T14:12:09.123Z\">"));
    assert_eq!(time(Timestamp::INFINITY), "<time>infinity</time>");
    assert!(time(Timestamp::LAST).starts_with("<time>294276-"));
    assert!(time(Timestamp::FIRST).starts_with("<time>4714-11-24"));
}
