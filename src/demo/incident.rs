//! Twenty hours before the end the gateway of the Payments board stops answering, for ninety minutes.

use super::corpus::BOARDS;
use super::random::{Kind, id};
use super::timeline::{self, Draft, HOUR, MINUTE, Moment, SECOND, Timeline};

/// When the gateway stopped answering.
pub(super) const START: Moment = timeline::END - 20 * HOUR;
/// When it answered again.
pub(super) const END: Moment = START + 90 * MINUTE;

pub(super) const PAYMENTS: usize = 0;
const INFRA: usize = BOARDS.len() - 1;

/// Who says what on the incident's task, by minutes from its start: the lead, the engineer, the lead of Payments or a
/// person.
const THREAD: [(i64, Speaker, &str); 14] = [
    (18, Speaker::Mads, "On it. Only the gateway of Payments is affected, the other three answer within 40 ms."),
    (
        24,
        Speaker::Ada,
        "Seen from here: every message to Bruno and Chidi times out after 30 s, since 20 minutes or so.",
    ),
    (
        31,
        Speaker::Mads,
        "The process runs and accepts connections, then nothing. 1,019 of 1,024 file descriptors are in use. That is it.",
    ),
    (36, Speaker::Person, "Is money affected?"),
    (39, Speaker::Ada, "No. Payouts and refunds do not need the agents. Only the work on this board stands still."),
    (47, Speaker::Lena, "A restart loses nine running sessions. Can we avoid it?"),
    (
        52,
        Speaker::Mads,
        "I think so: raise the limit of the running process, then close the sockets that nobody reads from.",
    ),
    (
        66,
        Speaker::Mads,
        "Limit is 65,536 now. 870 sockets belong to sessions that were refused and never closed. Closing them in small steps.",
    ),
    (81, Speaker::Mads, "Half of them are closed, the first messages go through."),
    (91, Speaker::Mads, "All closed, the gateway answers within 40 ms again. Watching it for a while."),
    (97, Speaker::Ada, "Bruno and Chidi are back, and what had waited is delivered. Thank you!"),
    (
        104,
        Speaker::Lena,
        "90 minutes, no session lost. Please write it down while it is fresh, and who else has a limit of 1,024.",
    ),
    (
        232,
        Speaker::Mads,
        "Post-mortem\n\nWhat: the gateway of Payments did not deliver messages for 90 minutes; no data lost.\nWhy: sockets of \
         refused sessions stay open, and the limit was 1,024.\nWhy so late: nothing watched it, the web page shows no \
         failed notifications.\nNext: the same limit everywhere, an alarm at half of it, a patch for the leak.",
    ),
    (318, Speaker::Lena, "Clear and short, thank you. The follow-up is a task of its own. Closing."),
];

#[derive(Clone, Copy)]
enum Speaker {
    Ada,
    Lena,
    Mads,
    Person,
}

/// Whether a message to a board cannot be delivered at that moment.
pub(super) fn hits(when: Moment, board: usize) -> bool {
    board == PAYMENTS && (START..END).contains(&when)
}

/// The type of the failure that belongs to a type of success.
pub(super) fn failed(event_type: &str) -> &'static str {
    match event_type {
        "task.assignee_woken" => "task.assignee_wake_failed",
        "task.assignee_notified" => "task.assignee_notify_failed",
        "task.rework_notified" => "task.rework_notify_failed",
        "task.lead_notified" => "task.lead_notify_failed",
        "task.lead_unassigned_notified" => "task.lead_unassigned_notify_failed",
        "approval.lead_notified" => "approval.lead_notify_failed",
        "board.lead_notified" => "board.lead_notify_failed",
        "board.group.join.notified" => "board.group.join.notify_failed",
        "board.group.leave.notified" => "board.group.leave.notify_failed",
        "gateway.lead.ask_user.sent" => "gateway.lead.ask_user.failed",
        "gateway.main.lead_message.sent" => "gateway.main.lead_message.failed",
        _ => "agent.nudge.failed",
    }
}

/// The text of that failure.
pub(super) fn failure(event_type: &str, agent: &str, error: &str) -> String {
    match event_type {
        "task.assignee_woken" => format!("Assignee wake failed (assignment): {agent}. Error: {error}"),
        "task.assignee_notified" => format!("Assignee notify failed: {error}"),
        "task.rework_notified" => format!("Rework notify failed: {error}"),
        "agent.nudge.sent" => format!("Nudge failed for {agent}: {error}"),
        _ => format!("Lead notify failed: {error}"),
    }
}

/// Three attempts at one message, none of which arrives.
pub(super) fn undelivered(
    line: &mut Timeline,
    when: Moment,
    event_type: &'static str,
    agent: usize,
    task: usize,
) -> Moment {
    let mut now = when;
    for attempt in 1..=3 {
        now = line.after(now, 30, 34);
        let error = format!("gateway timeout after 30s (attempt {attempt})");
        let message = failure(event_type, line.agents[agent].name, &error);
        if event_type == "agent.nudge.sent" {
            // The lead nudges, so the failure is the lead's.
            let lead = line.team(PAYMENTS).first().copied().unwrap_or(agent);
            line.on_agent(now, failed(event_type), lead, message);
        } else {
            line.on_task(now, failed(event_type), Some(agent), task, message);
        }
    }
    now
}

/// Tells the incident; the stories must have been told.
pub(super) fn tell(line: &mut Timeline) {
    let open: Vec<usize> = (0..line.tasks.len()).filter(|&task| is_open(line, task)).collect();
    let team = line.team(PAYMENTS);
    let (ada, workers) = (team.first().copied().unwrap_or_default(), team.get(1..).unwrap_or_default());
    let mut now = START + MINUTE;
    while now < END - 3 * MINUTE {
        let kinds = ["task.assignee_notified", "task.assignee_woken", "task.rework_notified", "agent.nudge.sent"];
        let kind = line.random.pick(&kinds).unwrap_or_default();
        let worker = line.random.pick(workers).unwrap_or(ada);
        if let Some(task) = line.random.pick(&open) {
            let to_lead = ["task.lead_notified", "task.lead_notified", "task.lead_unassigned_notified"];
            let to_lead = line.random.pick(&to_lead).unwrap_or_default();
            let (kind, agent) = if line.random.chance(25) { (to_lead, ada) } else { (kind, worker) };
            now = undelivered(line, now, kind, agent, task);
        }
        now = line.after(now, 100, 360);
    }
    elsewhere(line, ada, workers, &open);
    recovery(line, &open, workers);
    thread(line, ada);
}

fn is_open(line: &Timeline, task: usize) -> bool {
    let job = &line.tasks[task];
    job.board == PAYMENTS && job.begun < START && job.closed > START
}

/// Single messages that could not be delivered either.
fn elsewhere(line: &mut Timeline, ada: usize, workers: &[usize], open: &[usize]) {
    let error = "gateway timeout after 30s (attempt 1)";
    let main = line.agents.len() - 1;
    let ask = format!("Lead user question failed for Payments: {error}");
    line.on_agent(START + 11 * MINUTE + 417_208, "gateway.lead.ask_user.failed", ada, ask);
    for minute in [26, 43] {
        line.push(Draft {
            when: START + minute * MINUTE + 903_771,
            event_type: "gateway.main.lead_message.failed",
            message: format!("Lead message failed for Payments: {error}"),
            agent: Some(main),
            task: None,
            board: Some(PAYMENTS),
        });
    }
    if let Some(&task) = open.first() {
        let approval = id(Kind::Approval, 2 * line.tasks.len());
        let message = format!("Lead notify failed for approval {approval}: {error}");
        line.on_task(START + 37 * MINUTE + 641_090, "approval.lead_notify_failed", Some(ada), task, message);
    }
    if let Some(&chidi) = workers.last() {
        let message = format!("Update message failed: {error}");
        line.on_agent(START + 58 * MINUTE + 122_954, "agent.update.failed", chidi, message);
    }
}

/// What had waited is delivered within a few minutes.
fn recovery(line: &mut Timeline, open: &[usize], workers: &[usize]) {
    let mut now = END + 40 * SECOND;
    for (place, &task) in open.iter().enumerate() {
        let worker = workers.get(place % workers.len().max(1)).copied().unwrap_or_default();
        let name = line.agents[worker].name;
        now = line.after(now, 4, 50);
        let woken = format!("Assignee heartbeat set online (recovery): {name}.");
        line.on_task(now, "task.assignee_woken", Some(worker), task, woken);
        now = line.after(now, 1, 5);
        let told = format!("Agent notified for assignment: {name}.");
        line.on_task(now, "task.assignee_notified", Some(worker), task, told);
    }
}

/// The incident's own task, on Infra.
fn thread(line: &mut Timeline, ada: usize) {
    let title = "Payments agents do not answer: gateway timeouts";
    let team = line.team(INFRA);
    let (lena, mads) = (team.first().copied().unwrap_or(ada), team.get(1).copied().unwrap_or(ada));
    let mut now = START + 14 * MINUTE + 350_118;
    let task = line.begin_task(now, INFRA, title);
    line.on_task(now, "task.created", Some(lena), task, format!("Task created by lead: {title}."));
    now = line.after(now, 3, 9);
    line.on_task(
        now,
        "task.assignee_woken",
        Some(mads),
        task,
        "Assignee heartbeat set online (assignment): Mads.".into(),
    );
    now = line.after(now, 1, 3);
    line.on_task(now, "task.assignee_notified", Some(mads), task, "Agent notified for assignment: Mads.".into());
    now = line.after(now, 30, 60);
    line.move_task(now, Some(mads), task, "in_progress");
    for (minute, speaker, text) in THREAD {
        let agent = match speaker {
            Speaker::Ada => Some(ada),
            Speaker::Lena => Some(lena),
            Speaker::Mads => Some(mads),
            Speaker::Person => None,
        };
        now = line.after(START + minute * MINUTE, 1, 50);
        line.on_task(now, "task.comment", agent, task, text.to_owned());
        if text.starts_with("Post-mortem") {
            now = line.after(now, 5, 20);
            line.move_task(now, Some(mads), task, "review");
        }
    }
    now = line.after(now, 5, 20);
    line.move_task(now, Some(lena), task, "done");
}
