//! Commands that read, and rows for them: used by the tests of every kind of database.

use super::{Data, Database, Mc, Role, Table, without_cursors};

/// The user whom the backend's local mode makes; reads the boards of the first organization.
pub const ME: [&str; 2] = ["--as-user", "local-auth-user"];

/// Every command that reads, in a form that ends by itself and answers on the recorded data.
pub const READS: [&str; 13] = [
    "list",
    "list --all -o jsonl --reverse",
    "list --count",
    "comments -o json",
    "tail --no-follow --since 2024-01-01",
    "tail --events --no-follow -o jsonl",
    "errors --range 1y -o json",
    "errors --scope all -S 2024-01-01 -U 2027-01-01 -o json --by board",
    "summary -S 2024-01-01 -U 2026-06-01 -o json --by type --by day",
    "compare -S 2026-03-01 -U 2026-04-01 -o json",
    "boards -o json",
    "whoami -o json",
    "list --agent Agent\u{a0}1 -o json",
];

/// The words of a command line; a no-break space stands for a space within a word.
pub fn words(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split(' ').map(|word| word.replace('\u{a0}', " "))
}

/// A command as the local user, connected as the owner: what is put in the way here are often new tables, on which
/// nobody else has privileges.
pub fn ask(database: &Database, line: &str) -> Mc {
    database.mc_as(Role::Owner, ME).args(words(line))
}

/// One event a row: `(type, message, created_at)`, all on the board and by the agent and task of the recorded data.
pub fn events(rows: &[(&str, Option<&str>, &str)]) -> Data {
    let mut table = Table::new("activity_events", "id event_type message agent_id task_id created_at board_id");
    let text = |text: &str| Some(text.to_owned());
    for (n, (kind, message, at)) in rows.iter().enumerate() {
        let id = format!("0bad0000-0000-4000-8000-{n:012}");
        let (agent, board) = ("000000e0-0000-4000-8000-000000000001", "000000c0-0000-4000-8000-000000000001");
        table.rows.push(vec![
            text(&id),
            text(kind),
            message.map(str::to_owned),
            text(agent),
            None,
            text(at),
            text(board),
        ]);
    }
    Data { tables: vec![table] }
}

/// The output of every reading command, to compare two databases.
pub fn answers(database: &Database) -> Vec<(String, i32, String)> {
    let ask = |line: &&str| {
        let output = ask(database, line).run();
        // The place differs, and the clock.
        let places = ["test_", "activity.db", "\"database\"", "any_bytes"];
        let shown = without_cursors(&output.stdout);
        let said: Vec<&str> = shown.lines().filter(|line| places.iter().all(|place| !line.contains(place))).collect();
        ((*line).to_owned(), output.code, said.join("\n"))
    };
    READS.iter().filter(|line| !line.starts_with("whoami") && !line.contains("--range")).map(ask).collect()
}
