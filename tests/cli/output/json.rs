//! JSON has the keys that its schema says, and no other.

use crate::harness::Place;
use crate::harness::{root, with_demo};
use serde_json::Value;

/// Of JSON Schema what ours use.
fn check(schema: &Value, value: &Value, at: &str) {
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value} is none of {allowed:?}");
        return;
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    let fits = types.iter().any(|t| t == kind || t == "number" && kind == "integer");
    assert!(fits, "{at}: {kind} instead of {types:?}");
    if let Value::Array(items) = value {
        items.iter().for_each(|item| check(&schema["items"], item, &format!("{at}[]")));
    }
    if let Value::Object(object) = value {
        for key in schema["required"].as_array().into_iter().flatten() {
            assert!(object.contains_key(key.as_str().unwrap()), "{at}: no {key}");
        }
        for (key, value) in object {
            let at = format!("{at}.{key}");
            // The schema allows further keys, for versions to come. Those of this version are all in it.
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Value::Null, Value::Null) if schema["properties"].is_null() => {}
                (Value::Null, Value::Null) => panic!("{at} is not in the schema"),
                (Value::Null, other) => check(other, value, &at),
                (property, _) => check(property, value, &at),
            }
        }
    }
}

/// Every schema in a schema.
fn visit(schema: &Value, at: &str, claim: &dyn Fn(&Value, &str)) {
    claim(schema, at);
    match schema {
        Value::Object(parts) => parts.iter().for_each(|(key, part)| visit(part, &format!("{at}.{key}"), claim)),
        Value::Array(parts) => parts.iter().for_each(|part| visit(part, at, claim)),
        _ => {}
    }
}

#[test]
fn no_schema_forbids_the_keys_of_a_later_version() {
    for file in std::fs::read_dir(root().join("src/output/schemas")).unwrap() {
        let path = file.unwrap().path();
        let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        visit(&schema, &path.display().to_string(), &|schema, at| {
            assert_ne!(schema["additionalProperties"], false, "{at}");
        });
    }
}

#[test]
#[should_panic(expected = "a.extra is not in the schema")]
fn a_key_that_the_schema_does_not_name_is_noticed() {
    let schema = serde_json::json!({"type": "object", "properties": {"id": {"type": "string"}}});
    check(&schema, &serde_json::json!({"id": "x", "extra": 1}), "a");
}

fn conforms(name: &str, value: &Value) {
    let path = root().join("src/output/schemas").join(format!("{name}.json"));
    check(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap(), value, name);
}

#[test]
fn every_document_has_the_keys_of_its_schema_and_no_other() {
    let place = with_demo();
    for (name, line) in [
        ("list", "list --limit 20"),
        ("list", "list --no-total --offset 3"),
        ("comments", "comments --limit 20"),
        ("errors", "errors --range 7d"),
        ("errors", "errors -S 2026-03-01 -U 2026-03-05 --by board,type --by agent --by task --scope dashboard"),
        ("summary", "summary -S 2026-03-01"),
        ("summary", "summary -S 2026-03-01 --by board,agent,task,day"),
        ("summary", "summary -S 2026-03-01 --by type,hour"),
        ("list", "list --around 2026-03-06T11:45Z --within 5m"),
        ("tasks", "tasks --at 2026-03-06T12:00Z"),
        ("tasks", "tasks --all"),
        ("timeline", "timeline --task iDEAL"),
        ("timeline", "timeline -S 2026-03-06T11:00Z -U 2026-03-06T12:00Z"),
        ("compare", "compare --at 2026-03-06T12:00:00Z --span 2h"),
        ("boards", "boards"),
        ("agents", "agents --at 2026-03-06T12:00:00Z"),
        ("whoami", "whoami"),
        ("explain", "explain task.comment"),
        ("explain", "explain nothing.known"),
        ("doctor", "doctor"),
    ] {
        let value = place.mc(line.split(' ')).args(["-o", "json", "-q"]).ok().json();
        conforms(name, &value);
    }
}

#[test]
fn every_line_has_the_keys_of_its_schema_and_no_other() {
    let place = with_demo();
    for (name, line) in [
        ("event", "list --limit 300"),
        ("comment", "comments --limit 100"),
        ("event", "errors -S 2026-02-20 -U 2026-03-06"),
        ("event", "list --around 2026-03-06T11:45Z --within 5m"),
        ("task", "tasks --at 2026-03-06T12:00Z"),
        ("timeline-event", "timeline --task iDEAL"),
        ("timeline-event", "timeline -S 2026-03-06T11:00Z -U 2026-03-06T12:00Z"),
        ("tail-event", "tail --events --no-follow -n 30"),
        ("tail-comment", "tail --no-follow -n 30"),
        ("agent", "agents"),
    ] {
        let lines = place.mc(line.split(' ')).args(["-o", "jsonl", "-q"]).ok().jsonl();
        assert!(!lines.is_empty(), "{line}");
        lines.iter().for_each(|value| conforms(name, value));
    }
}

#[test]
fn an_error_is_json_if_the_output_format_is() {
    for (line, code) in [("list --board nowhere", 4), ("list --limit nonsense", 2), ("list --agent nobody", 3)] {
        let output = with_demo().mc(line.split(' ')).args(["-o", "json", "-q"]).fails(code);
        conforms("error", &serde_json::from_str(&output.stderr).unwrap());
    }
    let output = Place::new().mc(["list", "-o", "jsonl"]).fails(5);
    conforms("error", &serde_json::from_str(&output.stderr).unwrap());
}
