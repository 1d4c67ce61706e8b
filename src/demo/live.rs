//! The time after the fortnight, event by event and without end.

use super::corpus::{ACCEPTED, BOARDS, Story, TRIAGE};
use super::random::{Kind, Random, id_at};
use super::story::fill_in;
use super::timeline::cast;
use super::{Event, incident};
use crate::event::Timestamp;
use std::time::Duration;

/// An event, and how long to wait before the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The row to write.
    pub event: Event,
    /// One to three seconds, now and then up to nine.
    pub delay: Duration,
}

/// Tasks that are worked on at the same time.
const LANES: u64 = 3;
/// Moves in the life of a task.
const STEPS: u64 = 12;
/// Every so many events one is a sign of life instead.
const BEAT: u64 = 11;

/// The `n`th event after the fortnight, written at `at`, on the boards, tasks and agents of [`super::dataset`].
///
/// The text depends on `n` alone, the id on both, so that a later run may begin again at 0.
pub fn next_live(n: u64, at: Timestamp) -> Live {
    let mut random = Random::new(n ^ 0x11fe);
    let beat = n % BEAT == BEAT - 1;
    let (mut event, place) = if beat { (sign_of_life(n / BEAT, at), 0) } else { step(n - n / BEAT, &mut random, at) };
    event.id = id_at(Kind::Live, n, at.micros());
    let slow = place == 0 && random.chance(40);
    let millis = if slow { random.between(3_500, 9_000) } else { random.between(1_000, 3_000) };
    Live { event, delay: Duration::from_millis(millis.unsigned_abs()) }
}

fn sign_of_life(n: u64, at: Timestamp) -> Event {
    let cast = cast();
    let present: Vec<usize> =
        (0..cast.len()).filter(|&agent| cast[agent].board.is_some() && !cast[agent].offline).collect();
    let agent = present[usize::try_from(n.wrapping_mul(5)).unwrap_or_default() % present.len()];
    let board = cast[agent].board;
    let message = format!("Heartbeat received from {}.", cast[agent].name);
    blank(at, "agent.heartbeat", message, Some(agent), None, board)
}

/// The next move of one of the tasks in work, and its place in the task's life.
fn step(n: u64, random: &mut Random, at: Timestamp) -> (Event, u64) {
    let lane = n % LANES;
    // The lanes are at different places, or else three tasks would always be moved at once.
    let moves = n / LANES + lane * (STEPS / LANES);
    let (place, episode) = (moves % STEPS, moves / STEPS);
    let board = usize::try_from((episode * 2 + lane) % BOARDS.len() as u64).unwrap_or_default();
    let stories = BOARDS[board].stories;
    let index = usize::try_from((episode * 5 + lane) % stories.len() as u64).unwrap_or_default();
    let task = BOARDS[..board].iter().map(|board| board.stories.len()).sum::<usize>() + index;
    let lead = BOARDS[..board].iter().map(|board| board.agents.len()).sum::<usize>();
    let cast = cast();
    let workers: Vec<usize> = (0..cast.len()).filter(|&agent| cast[agent].works_on(board)).collect();
    let worker = workers[usize::try_from(episode).unwrap_or_default() % workers.len()];
    let name = cast[worker].name;
    let unreachable = place == 1 && (episode + lane) % 5 == 4;
    let (event_type, by_lead, message) =
        moved(&stories[index], BOARDS[board].remarks, place, name, unreachable, random);
    let agent = if by_lead { lead } else { worker };
    (blank(at, event_type, message, Some(agent), Some(task), Some(board)), place)
}

/// Type, whether the lead acts, and text.
fn moved(
    story: &Story,
    remarks: &[&'static str],
    place: u64,
    name: &str,
    unreachable: bool,
    random: &mut Random,
) -> (&'static str, bool, String) {
    let title = story.title;
    let remark = |random: &mut Random, from: &[&'static str]| {
        let text = random.pick(from).unwrap_or_default();
        fill_in(random, text, story.about, name)
    };
    let note = |index: usize| story.notes.get(index).or(story.notes.last()).copied().unwrap_or_default().to_owned();
    match place {
        0 => ("task.comment", true, remark(random, &TRIAGE)),
        1 if unreachable => {
            let told = "task.assignee_notified";
            let error = "gateway timeout after 30s (attempt 1)";
            (incident::failed(told), false, incident::failure(told, name, error))
        }
        1 => ("task.assignee_notified", false, format!("Agent notified for assignment: {name}.")),
        2 => ("task.status_changed", false, format!("Task moved to in_progress: {title}.")),
        3 => ("task.comment", false, note(0)),
        4 => ("task.comment", false, note(1)),
        5 => ("task.comment", false, remark(random, remarks)),
        6 => ("task.comment", false, note(usize::MAX)),
        7 => ("task.status_changed", false, format!("Task moved to review: {title}.")),
        8 => ("task.comment", true, story.review.to_owned()),
        9 => ("task.comment", false, story.answer.to_owned()),
        10 => ("task.comment", true, remark(random, &ACCEPTED)),
        _ => ("task.status_changed", true, format!("Task moved to done: {title}.")),
    }
}

fn blank(
    at: Timestamp,
    event_type: &'static str,
    message: String,
    agent: Option<usize>,
    task: Option<usize>,
    board: Option<usize>,
) -> Event {
    let draft = super::timeline::Draft { when: 0, event_type, message, agent, task, board };
    super::timeline::row(0, at, draft, false)
}
