//! When a result counts as equal to the backend's.
//!
//! - Every key of the API's item is in ours with the same type and value; more keys are allowed.
//! - total, limit, offset and the number of items are equal.
//! - created_at is the same at every position; ids may change places only among items that share it, because the backend
//!   has no tie-break. A page may hold another id than the recorded one only where the case says that ties cross its
//!   border, and only one that it names.
//! - A recorded 403 is exit 4 with nothing on stdout.

use crate::harness::Output;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// What is wrong with an answer; nothing if it conforms. `pool`: items of the same view, by id.
pub fn complaints(case: &Value, output: &Output, pool: &HashMap<String, Value>) -> Vec<String> {
    let mut out = Vec::new();
    if case["status"] == 403 {
        if output.code != 4 {
            out.push(format!("exit {} instead of 4; stderr: {}", output.code, output.stderr.trim_end()));
        }
        if !output.stdout.is_empty() {
            out.push(format!("stdout is not empty: {}", short(&output.stdout)));
        }
        return out;
    }
    let (endpoint, body) = (case["endpoint"].as_str().unwrap_or_default(), &case["body"]);
    // The backend answers zeros where a board is named that the user may not read; refusing is right.
    let refused = output.code == 4 && output.stdout.is_empty();
    if endpoint == "dashboard" && case["params"]["board_id"].is_string() && refused && is_all_zero(body) {
        return out;
    }
    if output.code != 0 {
        return vec![format!("exit {}; stderr: {}", output.code, output.stderr.trim_end())];
    }
    if endpoint == "stream" {
        match frames(&output.stdout) {
            Ok(items) => rows(&mut out, list(body), &items, true, &Value::Null, pool),
            Err(why) => out.push(why),
        }
        return out;
    }
    let answer: Value = match serde_json::from_str(&output.stdout) {
        Ok(answer @ Value::Object(_)) => answer,
        Ok(_) => return vec!["stdout is no JSON object".into()],
        Err(why) => return vec![format!("stdout is no JSON: {why}")],
    };
    if endpoint == "dashboard" {
        compare(&mut out, "error_rate_pct", &body["kpis"]["error_rate_pct"], answer.get("error_rate_pct"));
        for name in ["primary", "comparison"] {
            series(&mut out, name, &body["error_rate"][name], &answer["error_rate"][name]);
        }
        return out;
    }
    for key in ["total", "limit", "offset"] {
        compare(&mut out, key, &body[key], answer.get(key));
    }
    match answer["items"].as_array() {
        Some(items) => rows(&mut out, list(&body["items"]), items, false, &case["border_ties"], pool),
        None => out.push("items is no list".into()),
    }
    out
}

fn rows(
    out: &mut Vec<String>,
    wanted: &[Value],
    got: &[Value],
    ascending: bool,
    borders: &Value,
    pool: &HashMap<String, Value>,
) {
    if wanted.len() != got.len() {
        out.push(format!("{} items wanted, got {}", wanted.len(), got.len()));
    }
    // ISO text sorts like the instants: a missing fraction is a shorter prefix. The recorded years have four digits.
    let times: Vec<&str> = got.iter().map(|item| text(item, "created_at")).collect();
    let wrong = |pair: &[&str]| if ascending { pair[0] > pair[1] } else { pair[0] < pair[1] };
    if let Some(at) = times.windows(2).position(wrong) {
        out.push(format!("order: item {at} {}, item {} {}", times[at], at + 1, times[at + 1]));
    }
    if let Some(at) = wanted.iter().zip(&times).position(|(wanted, &time)| text(wanted, "created_at") != time) {
        out.push(format!("position {at}: created_at {} wanted, got {}", wanted[at]["created_at"], times[at]));
    }
    let ids: HashSet<&str> = got.iter().map(|item| text(item, "id")).collect();
    if ids.len() != got.len() {
        out.push("an id occurs twice".into());
    }
    let borders: Vec<&Value> = borders.as_object().into_iter().flat_map(Map::values).collect();
    let by_id: HashMap<&str, &Value> = wanted.iter().map(|item| (text(item, "id"), item)).collect();
    for item in got {
        let (id, time) = (text(item, "id"), text(item, "created_at"));
        let tied = || {
            let of_it = borders.iter().filter(|border| border["created_at"] == time);
            of_it.flat_map(|border| list(&border["tied_not_on_page"])).any(|tied| tied == id)
        };
        match by_id.get(id).copied() {
            Some(wanted) => items(out, wanted, item),
            None if tied() => pool.get(id).into_iter().for_each(|wanted| items(out, wanted, item)),
            None => out.push(format!("id {id} ({time}) is not on the recorded page")),
        }
    }
    for item in wanted {
        let (id, time) = (text(item, "id"), text(item, "created_at"));
        if !ids.contains(id) && !borders.iter().any(|border| border["created_at"] == time) {
            out.push(format!("id {id} ({time}) is missing"));
        }
    }
}

fn items(out: &mut Vec<String>, wanted: &Value, got: &Value) {
    for (key, value) in wanted.as_object().into_iter().flatten() {
        compare(out, &format!("item {} {key}", text(wanted, "id")), value, got.get(key));
    }
}

fn series(out: &mut Vec<String>, name: &str, wanted: &Value, got: &Value) {
    for key in ["range", "bucket"] {
        compare(out, &format!("{name}.{key}"), &wanted[key], got.get(key));
    }
    let (wanted, got) = (list(&wanted["points"]), list(&got["points"]));
    if wanted.len() != got.len() {
        out.push(format!("{name}: {} points wanted, got {}", wanted.len(), got.len()));
    }
    for (at, (wanted, got)) in wanted.iter().zip(got).enumerate() {
        for key in ["period", "value"] {
            compare(out, &format!("{name}.points[{at}].{key}"), &wanted[key], got.get(key));
        }
    }
}

fn compare(out: &mut Vec<String>, what: &str, wanted: &Value, got: Option<&Value>) {
    match got {
        Some(got) if same(wanted, got) => {}
        Some(got) => out.push(format!("{what}: {} wanted, got {}", short(wanted), short(got))),
        None => out.push(format!("{what}: {} wanted, there is none", short(wanted))),
    }
}

/// Equal in type and value; 0 and 0.0 are one number, as in JSON.
fn same(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => wanted == got,
    }
}

fn is_all_zero(body: &Value) -> bool {
    let series = ["primary", "comparison"].into_iter().flat_map(|name| list(&body["error_rate"][name]["points"]));
    series
        .map(|point| &point["value"])
        .chain([&body["kpis"]["error_rate_pct"]])
        .all(|value| value.as_f64() == Some(0.0))
}

/// The comments of a stream of server-sent events.
fn frames(stream: &str) -> Result<Vec<Value>, String> {
    if !stream.is_empty() && !stream.ends_with("\r\n\r\n") {
        return Err("the stream does not end with a whole frame".into());
    }
    let mut comments = Vec::new();
    for frame in stream.split_terminator("\r\n\r\n").filter(|frame| !frame.starts_with(':')) {
        let data = frame.strip_prefix("event: comment\r\ndata: ");
        let data = data.filter(|data| data.is_ascii() && !data.contains(['\r', '\n']));
        let data = data.ok_or_else(|| format!("no frame as the API sends it: {}", short(frame)))?;
        let value: Value = serde_json::from_str(data).map_err(|why| format!("{why}: {}", short(data)))?;
        comments.push(value["comment"].clone());
    }
    Ok(comments)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item[key].as_str().unwrap_or("(none)")
}

fn short(value: impl ToString) -> String {
    let text = value.to_string();
    if text.chars().count() > 160 { text.chars().take(150).collect::<String>() + " …" } else { text }
}

/// The rules must be able to fail: each of these answers differs from the recorded one in one way.
#[test]
fn the_comparison_finds_every_kind_of_difference() {
    let item = |id: &str, time: &str| serde_json::json!({"id": id, "created_at": time, "message": null});
    let page =
        |items: Vec<Value>, total: u32| serde_json::json!({"items": items, "total": total, "limit": 50, "offset": 0});
    let case = |body: &Value| serde_json::json!({"status": 200, "endpoint": "activity", "params": {}, "body": body});
    let verdict = |wanted: &Value, got: &Value| {
        let (line, took) = (String::new(), std::time::Duration::ZERO);
        let output = Output { line, code: 0, stdout: got.to_string(), stderr: String::new(), took };
        complaints(&case(wanted), &output, &HashMap::new())
    };
    let wanted = page(vec![item("a", "2026-03-02"), item("b", "2026-03-01"), item("c", "2026-03-01")], 3);
    assert_eq!(verdict(&wanted, &wanted), Vec::<String>::new());
    let swapped = page(vec![item("a", "2026-03-02"), item("c", "2026-03-01"), item("b", "2026-03-01")], 3);
    assert_eq!(verdict(&wanted, &swapped), Vec::<String>::new());
    for got in [
        page(vec![item("a", "2026-03-02"), item("b", "2026-03-01")], 3),
        page(vec![item("a", "2026-03-02"), item("b", "2026-03-01"), item("c", "2026-03-01")], 4),
        page(vec![item("b", "2026-03-01"), item("c", "2026-03-01"), item("a", "2026-03-02")], 3),
        page(vec![item("a", "2026-03-02"), item("b", "2026-03-01"), item("d", "2026-03-01")], 3),
        page(vec![item("a", "2026-03-02"), item("b", "2026-03-01"), item("b", "2026-03-01")], 3),
        page(
            vec![
                item("a", "2026-03-02"),
                item("b", "2026-03-01"),
                serde_json::json!({"id": "c", "created_at": "2026-03-01"}),
            ],
            3,
        ),
    ] {
        assert_ne!(verdict(&wanted, &got), Vec::<String>::new(), "{got}");
    }
}
