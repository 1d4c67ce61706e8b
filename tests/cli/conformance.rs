//! Replays recorded requests of the real backend and compares keys and values with its responses.

mod rules;

use crate::harness::{Data, Database, Engine, Mc, in_parallel};
use rules::complaints;
use serde_json::Value;
use std::collections::HashMap;

/// A recorded question and its answer.
struct Case(Value);

impl Case {
    fn text(&self, path: &str) -> &str {
        self.0.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("a case without {path}"))
    }

    /// The question as a command line.
    fn line(&self) -> Vec<String> {
        let parameter = |name: &str| match &self.0["params"][name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let page = || vec!["--limit".into(), parameter("limit"), "--offset".into(), parameter("offset")];
        let (command, more): (&str, Vec<String>) = match self.text("/endpoint") {
            "activity" => ("list -o json", page()),
            "task-comments" => ("comments -o json", page()),
            "dashboard" => {
                let at = self.text("/body/now").to_owned();
                ("errors --scope dashboard -o json", vec!["--range".into(), parameter("range_key"), "--at".into(), at])
            }
            "stream" => ("tail -o sse --no-follow", vec!["--since".into(), parameter("since")]),
            other => panic!("no command for {other}"),
        };
        let mut line: Vec<String> = command.split(' ').map(str::to_owned).chain(more).collect();
        if self.0["params"]["board_id"].is_string() {
            line.extend(["--board".into(), parameter("board_id")]);
        }
        line
    }

    /// Who asks, as flags.
    fn actor(&self) -> [String; 2] {
        [format!("--as-{}", self.text("/actor/kind")), self.text("/actor/id").to_owned()]
    }

    /// Who asks, and through which endpoint.
    fn view(&self) -> (String, String) {
        (self.text("/actor/id").to_owned(), self.text("/endpoint").to_owned())
    }
}

fn recorded() -> Vec<Case> {
    let text = std::fs::read_to_string(Data::fixtures().join("golden.jsonl")).unwrap();
    text.lines().map(|line| Case(serde_json::from_str(line).unwrap())).collect()
}

fn conforms(database: &Database) {
    answers_conform(database.engine, &|line, actor| database.mc(line).args(actor));
}

/// Whether each recorded question, asked for an actor in some way, has the recorded answer.
pub fn answers_conform(engine: Engine, ask: &(dyn Fn(Vec<String>, [String; 2]) -> Mc + Sync)) {
    let cases = recorded();
    assert_eq!(cases.len(), 195, "the recorded cases are not all there");
    // Rows that change places at a page's border are compared with what another page of the same view shows.
    let mut pools: HashMap<_, HashMap<String, Value>> = HashMap::new();
    for case in &cases {
        for item in case.0["body"]["items"].as_array().into_iter().flatten() {
            pools.entry(case.view()).or_default().insert(item["id"].as_str().unwrap().into(), item.clone());
        }
    }
    let nothing = HashMap::new();
    in_parallel(&cases, |case| {
        let output = ask(case.line(), case.actor()).run();
        let complaints = complaints(&case.0, &output, pools.get(&case.view()).unwrap_or(&nothing));
        let line = &output.line;
        let few = complaints.iter().take(4).map(|complaint| format!("\n    {complaint}")).collect::<String>();
        (!complaints.is_empty()).then(|| format!("{} on {:?}\n  $ mc-activity {line}{few}", case.text("/id"), engine))
    });
}

#[test]
fn answers_on_the_deployed_schema_are_those_of_the_backend() {
    conforms(Database::shared(Engine::Deployed));
}

#[test]
fn answers_on_the_documented_schema_are_those_of_the_backend() {
    conforms(Database::shared(Engine::Documented));
}

#[test]
fn answers_from_a_table_so_small_that_it_is_read_as_a_whole_are_those_of_the_backend() {
    let database = Database::recorded(Engine::Deployed);
    database.sql("VACUUM FULL activity_events");
    conforms(&database);
}

#[test]
fn answers_on_sqlite_are_those_of_the_backend() {
    conforms(Database::shared(Engine::Embedded));
}
