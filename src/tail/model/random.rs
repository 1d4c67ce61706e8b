//! Histories by chance: as many as PROPTEST_CASES says.

use super::*;
use proptest::prelude::*;

fn dated() -> impl Strategy<Value = Dated> {
    prop_oneof![
        4 => (0_i64..3).prop_map(Dated::Earliest),
        4 => (0..LOOKBACK * 2).prop_map(Dated::Earliest),
        1 => (1..LOOKBACK * 4).prop_map(Dated::Ahead),
        1 => Just(Dated::Infinity),
    ]
}

fn writer() -> impl Strategy<Value = Writer> {
    prop_oneof![
        8 => (0_u8..4, 1_u8..4, dated()).prop_map(|(slot, count, dated)| Writer::Write { slot, count, dated }),
        1 => (0_u8..4, 20_u8..40, dated()).prop_map(|(slot, count, dated)| Writer::Write { slot, count, dated }),
        6 => (0_u8..4).prop_map(Writer::Commit),
        2 => (0_u8..4).prop_map(Writer::Abort),
        6 => (1_i64..LOOKBACK / 2).prop_map(Writer::Tick),
        1 => (LOOKBACK..LOOKBACK * 5).prop_map(Writer::Tick),
        2 => (1..LOOKBACK).prop_map(Writer::SetBack),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        1 => (0_usize..4).prop_map(Fault::AfterPages),
        1 => (0_usize..9).prop_map(Fault::AfterEvents),
        1 => (0_usize..9).prop_map(Fault::Killed),
    ]
}

fn writers(most: usize) -> impl Strategy<Value = Vec<Writer>> {
    prop::collection::vec(writer(), 0..most)
}

fn round() -> impl Strategy<Value = Round> {
    let rare = || prop::bool::weighted(0.1);
    let glances = prop::bool::weighted(0.3);
    (writers(7), (writers(3), writers(3)), 1_usize..9, fault(), any::<bool>(), rare(), rare(), glances).prop_map(
        |(writers, during, page, fault, asks_oldest_writer, restarts, another_server, glances)| Round {
            writers,
            during,
            page,
            fault,
            asks_oldest_writer,
            restarts,
            another_server,
            glances,
        },
    )
}

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    prop::collection::vec(round(), 1..16)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_committed_event_is_shown_exactly_once_whatever_happens(
        before in writers(12), choice in 0_u8..6, seen_max in 0_usize..12, rounds in rounds(),
    ) {
        check(&mut World::new(true, false), &before, choice, options(seen_max, usize::MAX), &rounds);
    }

    #[test]
    fn without_snapshots_every_event_committed_within_the_look_back_is_shown_exactly_once(
        before in writers(12), choice in 0_u8..6, seen_max in 0_usize..12, rounds in rounds(),
    ) {
        check(&mut World::new(false, false), &before, choice, options(seen_max, usize::MAX), &rounds);
    }

    #[test]
    fn a_clock_set_far_back_neither_loses_nor_repeats_anything(
        before in writers(12), choice in 0_u8..6, seen_max in 0_usize..12, mut rounds in rounds(),
    ) {
        rounds.iter_mut().for_each(|round| round.another_server = false);
        check(&mut World::new(true, true), &before, choice, options(seen_max, usize::MAX), &rounds);
    }

    #[test]
    fn with_too_many_keys_to_hold_nothing_is_repeated(
        before in writers(12), choice in 0_u8..6, keys_max in 0_usize..40, rounds in rounds(),
    ) {
        check(&mut World::new(true, false), &before, choice, options(0, keys_max), &rounds);
    }
}

fn round_of(writers: Vec<Writer>, during: Vec<Writer>, page: usize, fault: Fault, glances: bool) -> Round {
    Round {
        writers,
        during: (during, Vec::new()),
        page,
        fault,
        asks_oldest_writer: false,
        restarts: false,
        another_server: false,
        glances,
    }
}

/// Found by chance: the event that was new below the horizon was forgotten in a poll that was given up, and printed again.
#[test]
fn what_a_recheck_found_is_remembered_though_its_poll_is_given_up_and_too_many_keys_are_held() {
    let many = Writer::Write { slot: 0, count: 20, dated: Dated::Earliest(165) };
    let late = Writer::Write { slot: 3, count: 1, dated: Dated::Earliest(0) };
    let rounds = [
        round_of(vec![many], vec![], 1, Fault::None, false),
        round_of(vec![], vec![Writer::Tick(42)], 1, Fault::None, false),
        round_of(vec![Writer::Tick(124)], vec![Writer::Commit(0)], 1, Fault::None, false),
        round_of(vec![Writer::SetBack(5)], vec![], 1, Fault::None, true),
        round_of(vec![], vec![late], 1, Fault::None, true),
        round_of(vec![Writer::Commit(3), Writer::Tick(1)], vec![], 4, Fault::AfterPages(1), false),
    ];
    check(&mut World::new(true, false), &[], 0, options(0, 0), &rounds);
}

/// Found by chance: events from before the start were forgotten before it was decided, and printed after a step back.
#[test]
fn what_was_there_before_the_start_stays_unseen_though_too_many_keys_are_held() {
    let write = |slot: u8, count: u8| Writer::Write { slot, count, dated: Dated::Earliest(0) };
    let before = [write(0, 1), write(2, 20), Writer::Tick(1), Writer::Commit(2)];
    let rounds = [
        round_of(vec![], vec![], 4, Fault::Killed(0), false),
        round_of(vec![], vec![], 1, Fault::None, true),
        round_of(vec![Writer::SetBack(1)], vec![], 1, Fault::None, false),
    ];
    check(&mut World::new(true, false), &before, 3, options(0, 0), &rounds);
}
