//! The life of each task: created, assigned, worked on, reviewed, perhaps sent back, done.

use super::corpus::{ACCEPTED, BOARDS, ERRORS, HUMAN, Story, TRIAGE};
use super::incident;
use super::random::{Kind, Random, id};
use super::timeline::{DAY, END, HOUR, MINUTE, Moment, Timeline};

/// Farah joins on the third day.
pub(super) const FARAH_JOINS: Moment = 3 * DAY;
/// Odile is switched off here.
pub(super) const ODILE_LEAVES: Moment = 12 * DAY;

/// Who is not there yet, or begins nothing new because she leaves soon.
pub(super) fn absent(agent: &str, when: Moment) -> bool {
    agent == "Farah" && when < FARAH_JOINS || agent == "Odile" && when > ODILE_LEAVES - 4 * DAY
}

/// Between the newest tasks of two boards.
const STAGGER: usize = 52 * 60_000_000;

/// Tells every story of every board.
pub(super) fn tell(line: &mut Timeline) {
    for ((board, team), recently) in BOARDS.iter().enumerate().zip((38 * MINUTE..).step_by(STAGGER)) {
        let count = i64::try_from(team.stories.len()).unwrap_or(1).max(1);
        for (index, story) in (0_i64..).zip(team.stories) {
            let share = END / count;
            let begin = index * share + line.random.between(share / 2, share * 9 / 10);
            let begin = match count - 1 - index {
                // The last ones have only just begun, so that the newest page of the list is about work on every board.
                0 => END - (recently + line.random.between(0, 20 * MINUTE)),
                // The incident interrupts several tasks, not one.
                left @ 1..=3 if board == incident::PAYMENTS => incident::START - left * 7 * HOUR,
                _ => begin,
            };
            tell_one(line, begin, board, story);
        }
    }
}

fn tell_one(line: &mut Timeline, begin: Moment, board: usize, story: &'static Story) {
    let team = line.team(board);
    let lead = team.first().copied().unwrap_or_default();
    let mut worker = line.random.pick(team.get(1..).unwrap_or_default()).unwrap_or(lead);
    if absent(line.agents[worker].name, begin) {
        worker = team.get(1).copied().unwrap_or(lead);
    }
    let task = line.begin_task(begin, board, story.title);
    let mut telling = Telling { line, story, task, lead, worker, now: begin };
    telling.assign();
    telling.work();
    telling.review();
}

struct Telling<'a> {
    line: &'a mut Timeline,
    story: &'static Story,
    task: usize,
    lead: usize,
    worker: usize,
    now: Moment,
}

impl Telling<'_> {
    fn assign(&mut self) {
        let title = self.story.title;
        if self.line.random.chance(45) {
            self.line.on_task(self.now, "task.created", None, self.task, format!("Task created: {title}."));
            self.wait(1, 6);
            self.tell_lead();
            self.pause(120, 2_400);
        } else {
            let by_lead = format!("Task created by lead: {title}.");
            self.line.on_task(self.now, "task.created", Some(self.lead), self.task, by_lead);
            self.wait(40, 600);
        }
        if self.line.random.chance(70) {
            self.remark(Some(self.lead), &TRIAGE);
            self.wait(5, 60);
        }
        self.line.on_task(self.now, "task.updated", Some(self.lead), self.task, format!("Task updated: {title}."));
        self.tell_worker("assignment");
        self.pause(90, 2_400);
        self.line.move_task(self.now, Some(self.worker), self.task, "in_progress");
    }

    fn work(&mut self) {
        for (index, note) in self.story.notes.iter().enumerate() {
            if index > 0 {
                self.pause(2_400, 27_000);
            } else {
                self.wait(120, 1_500);
            }
            if index == 2 && self.line.random.chance(10) {
                self.give_back();
            }
            self.comment(Some(self.worker), (*note).to_owned());
            if index + 1 < self.story.notes.len() {
                self.interlude();
            }
        }
        self.wait(5, 90);
        self.line.move_task(self.now, Some(self.worker), self.task, "review");
    }

    /// What else is said while the work goes on.
    fn interlude(&mut self) {
        if self.line.random.chance(75) {
            self.pause(900, 9_000);
            let board = self.line.tasks[self.task].board;
            self.remark(Some(self.worker), BOARDS[board].remarks);
        }
        if self.line.random.chance(28) {
            self.pause(300, 7_200);
            self.remark(None, &HUMAN);
        }
        if self.line.random.chance(14) {
            self.wait(60, 1_800);
            let message = format!("Task updated: {}.", self.story.title);
            self.line.on_task(self.now, "task.updated", Some(self.lead), self.task, message);
        }
        if self.line.random.chance(12) {
            self.pause(1_800, 10_000);
            self.nudge();
        }
    }

    fn nudge(&mut self) {
        let name = self.line.agents[self.worker].name;
        if incident::hits(self.now, self.line.tasks[self.task].board) {
            return;
        }
        self.line.on_agent(self.now, "agent.nudge.sent", self.lead, format!("Nudge sent to {name}."));
        self.wait(60, 900);
    }

    /// The worker puts the task back, the lead is told and gives it out again.
    fn give_back(&mut self) {
        self.line.move_task(self.now, Some(self.worker), self.task, "inbox");
        self.wait(1, 4);
        let told = format!("Lead notified task returned to inbox: {}.", self.story.title);
        self.notify("task.lead_unassigned_notified", self.lead, told);
        self.pause(600, 7_200);
        self.tell_worker("assignment");
        self.pause(120, 1_800);
        self.line.move_task(self.now, Some(self.worker), self.task, "in_progress");
        self.wait(300, 3_000);
    }

    fn review(&mut self) {
        self.pause(1_200, 14_400);
        self.comment(Some(self.lead), self.story.review.to_owned());
        if self.line.random.chance(45) {
            self.wait(5, 40);
            self.line.move_task(self.now, Some(self.lead), self.task, "inbox");
            self.wait(1, 4);
            let name = self.line.agents[self.worker].name;
            let told = format!("Assignee notified about requested changes: {name}.");
            self.notify("task.rework_notified", self.worker, told);
            self.pause(120, 1_800);
            self.line.move_task(self.now, Some(self.worker), self.task, "in_progress");
            self.pause(1_800, 12_000);
            self.comment(Some(self.worker), self.story.answer.to_owned());
            self.wait(5, 60);
            self.line.move_task(self.now, Some(self.worker), self.task, "review");
        } else {
            self.pause(300, 3_600);
            self.comment(Some(self.worker), self.story.answer.to_owned());
        }
        self.pause(600, 9_000);
        if self.line.random.chance(40) {
            self.approve();
        }
        if self.line.random.chance(80) {
            self.remark(Some(self.lead), &ACCEPTED);
            self.wait(3, 30);
        }
        self.line.move_task(self.now, Some(self.lead), self.task, "done");
    }

    /// A person decides on an approval, now and then against it at first.
    fn approve(&mut self) {
        let decisions: &[&str] = if self.line.random.chance(15) { &["rejected", "approved"] } else { &["approved"] };
        for (place, decision) in decisions.iter().enumerate() {
            let approval = id(Kind::Approval, self.task * 2 + place);
            let told = format!("Lead agent notified for {decision} approval {approval}.");
            self.notify("approval.lead_notified", self.lead, told);
            self.pause(600, 5_400);
        }
    }

    fn tell_lead(&mut self) {
        let told = format!("Lead agent notified for task: {}.", self.story.title);
        self.notify("task.lead_notified", self.lead, told);
    }

    fn tell_worker(&mut self, reason: &str) {
        let name = self.line.agents[self.worker].name;
        self.wait(1, 2);
        self.notify("task.assignee_woken", self.worker, format!("Assignee heartbeat set online ({reason}): {name}."));
        self.wait(1, 4);
        self.notify("task.assignee_notified", self.worker, format!("Agent notified for assignment: {name}."));
    }

    /// Delivers a message through the gateway: in the incident it cannot be delivered, otherwise it rarely fails and
    /// then goes through at the next attempt.
    fn notify(&mut self, event_type: &'static str, agent: usize, told: String) {
        let board = self.line.tasks[self.task].board;
        if incident::hits(self.now, board) {
            incident::undelivered(self.line, self.now, event_type, agent, self.task);
            self.now = incident::END + self.line.random.between(MINUTE, 12 * MINUTE);
        } else if self.line.random.chance(3) {
            let error = self.line.random.pick(&ERRORS).unwrap_or_default();
            let error = fill(self.line, error, "", agent);
            let message = incident::failure(event_type, self.line.agents[agent].name, &error);
            self.line.on_task(self.now, incident::failed(event_type), Some(agent), self.task, message);
            self.wait(60, 400);
        }
        self.line.on_task(self.now, event_type, Some(agent), self.task, told);
    }

    fn remark(&mut self, agent: Option<usize>, from: &[&'static str]) {
        let text = self.line.in_turn(from);
        let text = fill(self.line, text, self.story.about, self.worker);
        self.comment(agent, text);
    }

    fn comment(&mut self, agent: Option<usize>, text: String) {
        self.line.on_task(self.now, "task.comment", agent, self.task, text);
    }

    fn wait(&mut self, low_s: i64, high_s: i64) {
        self.now = self.line.after(self.now, low_s, high_s);
    }

    fn pause(&mut self, low_s: i64, high_s: i64) {
        self.now = self.line.later(self.now, low_s, high_s);
    }
}

fn fill(line: &mut Timeline, text: &str, about: &str, agent: usize) -> String {
    fill_in(&mut line.random, text, about, line.agents[agent].name)
}

/// A remark with its gaps filled: `{about}`, `{agent}`, `{n}` a number of a pull request, `{k}` a small number. What
/// stands at the beginning of a sentence is capitalized.
pub(super) fn fill_in(random: &mut Random, text: &str, about: &str, agent: &str) -> String {
    let number = random.between(1_020, 1_480).to_string();
    let small = random.between(2, 6).to_string();
    // In an error an agent is named by its lower-case session.
    let session = format!("agent:{}:", agent.to_lowercase());
    let text = text.replace("agent:{agent}:", &session).replace("{n}", &number).replace("{k}", &small);
    let text = text.replace("{agent}", agent);
    let capital = capitalized(about);
    let text = text.strip_prefix("{about}").map_or_else(|| text.clone(), |rest| format!("{capital}{rest}"));
    text.replace(". {about}", &format!(". {capital}")).replace("{about}", about)
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
