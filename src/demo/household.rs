//! What happens beside the tasks: heartbeats, agents that come and go, boards that change, messages of the gateway.

use super::corpus::{BOARDS, ERRORS, SOUL};
use super::incident;
use super::story::{FARAH_JOINS, ODILE_LEAVES, absent, fill_in};
use super::timeline::{DAY, Draft, END, HOUR, MINUTE, Moment, SECOND, Timeline};

/// Tells it; the boards' stories and the incident do not depend on it.
pub(super) fn tell(line: &mut Timeline) {
    for agent in 0..line.agents.len() {
        heartbeats(line, agent);
    }
    newcomer(line);
    departure(line);
    updates(line);
    nudges(line);
    board_changes(line);
    group(line, 6 * DAY + 3 * HOUR, "join", 4, &[0, 1, 4]);
    group(line, 11 * DAY + 7 * HOUR, "leave", 3, &[1, 3]);
    gateway(line);
}

/// A real agent reports every ten minutes; here it is a few times a day, so that a page of the list shows work.
fn heartbeats(line: &mut Timeline, agent: usize) {
    let (name, board) = (line.agents[agent].name, line.agents[agent].board);
    let mut now = if name == "Farah" { FARAH_JOINS } else { 0 } + line.random.between(MINUTE, 6 * HOUR);
    let until = if name == "Odile" { ODILE_LEAVES } else { END };
    while now <= until {
        if !board.is_some_and(|board| incident::hits(now, board)) {
            line.on_agent(now, "agent.heartbeat", agent, format!("Heartbeat received from {name}."));
        }
        now += line.random.between(330 * MINUTE, 420 * MINUTE);
    }
}

fn named(line: &Timeline, name: &str) -> usize {
    line.agents.iter().position(|agent| agent.name == name).unwrap_or_default()
}

/// Farah joins, at the second attempt.
fn newcomer(line: &mut Timeline) {
    let farah = named(line, "Farah");
    let now = FARAH_JOINS - 9 * MINUTE + 731_402;
    let failed = "Provision message failed: pairing required: device 1184 is not approved".to_owned();
    line.on_agent(now, "agent.provision.failed", farah, failed);
    let now = FARAH_JOINS - 2 * MINUTE + 88_215;
    line.on_agent(now, "agent.provision.direct", farah, "Provisioned directly for Farah.".to_owned());
    line.on_agent(now + 193, "agent.wakeup.sent", farah, "Wakeup message sent to Farah.".to_owned());
}

/// Nils is deleted, at the second attempt; his events keep no agent.
fn departure(line: &mut Timeline) {
    let mobile = Some(2);
    let at = 8 * DAY + 2 * HOUR + 17 * MINUTE;
    let texts = [
        (at + 512_077, "agent.delete.failed", "Delete message failed: session agent:nils:main is busy compacting"),
        (at + 6 * MINUTE + 40_861, "agent.delete.direct", "Deleted agent Nils."),
    ];
    for (when, event_type, text) in texts {
        line.push(Draft { when, event_type, message: text.to_owned(), agent: None, task: None, board: mobile });
    }
}

/// Agents get new instructions, and now and then a new character.
fn updates(line: &mut Timeline) {
    for (place, name) in ["Bruno", "Emil", "Hana", "Kofi", "Mads", "Ivo"].into_iter().enumerate() {
        let agent = named(line, name);
        let day = i64::try_from(place).unwrap_or_default() * 2;
        let now = line.after(day * DAY + DAY, 0, 12 * 3_600);
        line.on_agent(now, "agent.update.direct", agent, format!("Updated directly for {name}."));
        line.on_agent(now + 214, "agent.wakeup.sent", agent, format!("Wakeup message sent to {name}."));
    }
    for (place, reason) in SOUL.into_iter().enumerate() {
        let team = line.team(place);
        if let [lead, worker, ..] = team[..] {
            let now = line.random.between(DAY, 13 * DAY);
            let message = format!("SOUL.md updated for {}. {reason}", line.agents[worker].name);
            line.on_agent(now, "agent.soul.updated", lead, message);
        }
    }
}

/// Leads ask silent agents for news; the worker is named in the text, the lead by the id.
fn nudges(line: &mut Timeline) {
    for board in 0..BOARDS.len() {
        let team = line.team(board);
        let Some((&lead, workers)) = team.split_first() else { continue };
        for round in 0..9 {
            let now = round * 36 * HOUR + line.random.between(0, 36 * HOUR);
            let worker = line.random.pick(workers).unwrap_or(lead);
            let name = line.agents[worker].name;
            if incident::hits(now, board) || absent(name, now) {
                continue;
            }
            if line.random.chance(9) {
                let error = line.random.pick(&ERRORS).unwrap_or_default();
                let error = fill_in(&mut line.random, error, "", name);
                line.on_agent(now, "agent.nudge.failed", lead, format!("Nudge failed for {name}: {error}"));
            } else {
                line.on_agent(now, "agent.nudge.sent", lead, format!("Nudge sent to {name}."));
            }
        }
    }
}

/// People change boards, and the lead is told.
fn board_changes(line: &mut Timeline) {
    for (board, team) in BOARDS.iter().enumerate() {
        let Some(&lead) = line.team(board).first() else { continue };
        for _ in 0..2 {
            let now = line.random.between(DAY, 13 * DAY);
            let message = format!("Lead agent notified for board update: {}.", team.name);
            line.on_agent(now, "board.lead_notified", lead, message);
        }
    }
    let Some(&juno) = line.team(3).first() else { return };
    let message = "Lead board update notify failed for Docs: gateway closed the connection (code 1006)".to_owned();
    line.on_agent(9 * DAY + 5 * HOUR + 260_433, "board.lead_notify_failed", juno, message);
}

/// A board joins or leaves the group "Core Services", and every agent of the group's boards is told; one cannot be.
fn group(line: &mut Timeline, begin: Moment, action: &str, changed: usize, boards: &[usize]) {
    let changed = BOARDS[changed].name;
    let (notified, failed) = match action {
        "join" => ("board.group.join.notified", "board.group.join.notify_failed"),
        _ => ("board.group.leave.notified", "board.group.leave.notify_failed"),
    };
    let mut now = begin;
    for &board in boards {
        for (place, agent) in line.team(board).into_iter().enumerate() {
            now += line.random.between(40_000, 2 * SECOND);
            let (name, own) = (line.agents[agent].name, BOARDS[board].name);
            if place == 1 && board == 1 {
                let error = format!("unknown session agent:{}:main", name.to_lowercase());
                let message = format!("Board-group {action} notify failed for {name} on board {own}: {error}");
                line.on_agent(now, failed, agent, message);
            } else {
                let about = format!("for board {own} related to {changed} and Core Services.");
                line.on_agent(now, notified, agent, format!("Board-group {action} notice sent to {name} {about}"));
            }
        }
    }
}

/// Leads ask the user through the gateway; its own agent writes to leads, to one or to all. A message to all has no
/// board and no task, so no user sees it.
fn gateway(line: &mut Timeline) {
    let main = line.agents.len() - 1;
    for (board, team) in BOARDS.iter().enumerate() {
        let Some(&lead) = line.team(board).first() else { continue };
        for event_type in ["gateway.lead.ask_user.sent", "gateway.main.lead_message.sent"] {
            let when = line.random.between(HOUR, 13 * DAY);
            let (agent, message) = if event_type == "gateway.lead.ask_user.sent" {
                (lead, format!("Lead requested user info via gateway main for board: {}.", team.name))
            } else {
                (main, format!("Sent question to lead for board: {}.", team.name))
            };
            line.push(Draft { when, event_type, message, agent: Some(agent), task: None, board: Some(board) });
        }
    }
    for (day, failed) in [(2, 0), (7, 1), (13, 0)] {
        let now = line.after(day * DAY, 3_600, 9 * 3_600);
        let message = format!("Broadcast handoff to {} board leads (failed: {failed}).", 5 - failed);
        line.on_agent(now, "gateway.main.lead_broadcast.sent", main, message);
    }
}
