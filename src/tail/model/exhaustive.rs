//! Every short history, one after the other, where the model otherwise leaves it to chance.
//!
//! `MC_MODEL_STEPS` sets how long they are (five steps unless set); each step more takes nine times as long.

use super::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Writer(fn() -> Writer),
    Poll { fault: Fault, glances: bool },
}

const STEPS: [Step; 9] = [
    // As old as it may be, and held back; of now, in a transaction beside it.
    Step::Writer(|| Writer::Write { slot: 0, count: 1, dated: Dated::Earliest(0) }),
    Step::Writer(|| Writer::Write { slot: 1, count: 2, dated: Dated::Earliest(LOOKBACK) }),
    Step::Writer(|| Writer::Commit(0)),
    Step::Writer(|| Writer::Commit(1)),
    Step::Writer(|| Writer::Tick(LOOKBACK)),
    Step::Poll { fault: Fault::None, glances: false },
    Step::Poll { fault: Fault::None, glances: true },
    Step::Poll { fault: Fault::AfterEvents(1), glances: false },
    Step::Poll { fault: Fault::Killed(1), glances: false },
];

fn round(writers: Vec<Writer>, fault: Fault, glances: bool) -> Round {
    Round {
        writers,
        during: (Vec::new(), Vec::new()),
        page: 1,
        fault,
        asks_oldest_writer: false,
        restarts: false,
        another_server: false,
        glances,
    }
}

/// The history of a number, whose digits are its steps.
fn history(mut number: usize, steps: usize) -> Vec<Round> {
    let (mut rounds, mut writers) = (Vec::new(), Vec::new());
    for _ in 0..steps {
        match STEPS[number % STEPS.len()] {
            Step::Writer(act) => writers.push(act()),
            Step::Poll { fault, glances } => rounds.push(round(std::mem::take(&mut writers), fault, glances)),
        }
        number /= STEPS.len();
    }
    rounds.push(round(writers, Fault::None, false));
    rounds
}

#[test]
fn in_every_short_history_every_committed_event_is_shown_exactly_once() {
    let told = std::env::var("MC_MODEL_STEPS").ok();
    let steps = told.map_or(5, |told| told.parse().expect("MC_MODEL_STEPS is no number"));
    let histories = STEPS.len().pow(u32::try_from(steps).unwrap());
    for number in 0..histories {
        let rounds = history(number, steps);
        // All there is, or what comes from now on; with snapshots or with the look-back alone.
        for (choice, snapshots) in [(0, true), (2, true), (2, false)] {
            check(&mut World::new(snapshots, false), &[], choice, options(0, usize::MAX), &rounds);
        }
    }
}
