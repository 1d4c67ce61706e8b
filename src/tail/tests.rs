//! One situation a test; the model checks their mixture.

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

fn key(seconds: i64, id: u128) -> Key {
    Key { created_at: at(seconds), id: Uuid::from_u128(id) }
}

fn moment(seconds: i64, snapshot: Option<(u64, u64)>) -> PollContext<'static> {
    let now = at(seconds);
    let snapshot = snapshot.map(|(oldest, next)| Snapshot { oldest, next });
    PollContext { now, as_of: now, server: "1", snapshot, oldest_writer: None, mark: None, elapsed: Duration::ZERO }
}

/// A poll over a table; what it shows.
fn poll(follow: &mut TailState, moment: &PollContext<'_>, table: &[Key]) -> Vec<UnseenEvent> {
    let mut table = table.to_vec();
    table.sort();
    let from = follow.begin_poll(moment);
    table.retain(|key| key.created_at >= from);
    let mut shown = Vec::new();
    for page in table.chunks(1_000) {
        let fresh = follow.page(page);
        fresh.iter().for_each(|fresh| follow.delivered(fresh.key));
        shown.extend(fresh);
    }
    follow.end_poll();
    shown
}

fn keys(fresh: &[UnseenEvent]) -> Vec<Key> {
    fresh.iter().map(|fresh| fresh.key).collect()
}

fn now() -> Start {
    Start::newest(Some(0), None, &[])
}

fn since(seconds: i64) -> Start {
    Start::newest(None, Some(at(seconds)), &[])
}

/// A tail whose first poll found nothing, at second 0.
fn begun(options: Options) -> TailState {
    let mut follow = TailState::new(now(), options);
    poll(&mut follow, &moment(0, None), &[]);
    follow
}

#[test]
fn three_thousand_ties_are_each_shown_once_however_they_arrive() {
    let mut follow = begun(Options::default());
    let ties: Vec<Key> = (0..3_000).map(|id| key(1, id * 7 % 3_001)).collect();
    let first = poll(&mut follow, &moment(2, None), &ties[..1_700]);
    let second = poll(&mut follow, &moment(4, None), &ties);
    assert_eq!((first.len(), second.len()), (1_700, 1_300));
    assert_eq!(poll(&mut follow, &moment(6, None), &ties), []);
}

#[test]
fn an_event_of_the_future_is_shown_once_and_neither_blinds_nor_makes_others_late() {
    let mut follow = begun(Options { seen_max: 0, ..Options::default() });
    let mut table = vec![key(3_600, 1), Key { created_at: Timestamp::INFINITY, id: Uuid::nil() }];
    assert_eq!(poll(&mut follow, &moment(2, None), &table).len(), 2);
    for second in (4..4_000).step_by(2) {
        table.push(key(second - 1, 9));
        let shown = poll(&mut follow, &moment(second, None), &table);
        assert_eq!(shown, [UnseenEvent { key: key(second - 1, 9), late: None }]);
    }
}

#[test]
fn an_event_is_late_if_a_newer_one_was_there_before_and_tells_by_how_much() {
    let mut follow = TailState::new(since(-50), Options::default());
    let mut table = vec![key(-3, 1), key(-9, 2)];
    let late = |fresh: Vec<UnseenEvent>| fresh.into_iter().map(|fresh| fresh.late).collect::<Vec<_>>();
    assert_eq!(late(poll(&mut follow, &moment(0, None), &table)), [None, None], "a backlog is not late");
    table.extend([key(-4, 3), key(-3, 4), key(1, 5), key(0, 6)]);
    assert_eq!(late(poll(&mut follow, &moment(2, None), &table)), [Some(6.0), None, None, None]);
    let mut follow = begun(Options::default());
    assert_eq!(late(poll(&mut follow, &moment(2, None), &[key(-100, 1)])), [None], "nothing newer is known");
}

#[test]
fn an_event_of_a_ten_minute_transaction_arrives_though_the_snapshots_do_not_list_it() {
    let options = Options { seen_max: 0, ..Options::default() };
    let mut follow = begun(options);
    poll(&mut follow, &moment(2, Some((50, 50))), &[]);
    for second in (4..604).step_by(2) {
        poll(&mut follow, &moment(second, Some((50, 51))), &[]);
    }
    assert_eq!(follow.reach(), Duration::from_secs(602 - 2 + 120));
    let shown = poll(&mut follow, &moment(604, Some((51, 51))), &[key(3, 1)]);
    assert_eq!(keys(&shown), [key(3, 1)]);
    poll(&mut follow, &moment(606, Some((51, 51))), &[key(3, 1)]);
    assert_eq!(follow.reach(), options.lookback);
}

#[test]
fn another_server_says_nothing_about_old_transaction_ids() {
    let mut follow = begun(Options::default());
    poll(&mut follow, &moment(2, Some((50, 50))), &[]);
    // The same ids, but these were given out elsewhere: 60 may run since long ago.
    poll(&mut follow, &PollContext { server: "2", ..moment(4, Some((60, 61))) }, &[]);
    poll(&mut follow, &PollContext { server: "2", ..moment(300, Some((60, 70))) }, &[]);
    assert_eq!(follow.reach(), Duration::from_secs(300 - 2 + 120), "the floor stays where it was certain");
    poll(&mut follow, &PollContext { server: "2", ..moment(302, Some((70, 70))) }, &[]);
    assert_eq!(follow.reach(), Duration::from_secs(120));
}

#[test]
fn a_standby_that_lags_is_asked_as_far_back_as_it_lags() {
    let mut follow = begun(Options::default());
    let lagging = |second| PollContext { as_of: at(second - 1_000), ..moment(second, Some((50, 50))) };
    poll(&mut follow, &lagging(2_000), &[]);
    assert_eq!(follow.begin_poll(&lagging(2_002)), at(1_000 - 120));
}

#[test]
fn the_oldest_writer_bounds_what_was_open_before_the_start() {
    let first = |oldest_writer| {
        let mut follow = TailState::new(now(), Options { seen_max: 0, ..Options::default() });
        poll(&mut follow, &PollContext { oldest_writer, ..moment(0, Some((9, 12))) }, &[]);
        follow.reach().as_secs()
    };
    assert_eq!((first(None), first(Some(at(-7)))), (600 + 120, 7 + 120));
}

#[test]
fn a_huge_backlog_is_streamed_without_holding_its_keys() {
    let options = Options { seen_max: 50, ..Options::default() };
    let mut follow = TailState::new(since(-100_000), options);
    let table: Vec<Key> = (0..20_000).map(|n: u32| key(i64::from(n) * 5 - 100_000, n.into())).collect();
    assert_eq!(follow.begin_poll(&moment(0, None)), at(-100_000));
    let mut shown = 0;
    for page in table.chunks(100) {
        let fresh = follow.page(page);
        fresh.iter().for_each(|fresh| follow.delivered(fresh.key));
        shown += fresh.len();
        assert!(follow.state.keys.len() <= 150, "{}", follow.state.keys.len());
    }
    follow.end_poll();
    assert_eq!(shown, 20_000);
    assert_eq!(poll(&mut follow, &moment(2, None), &table), []);
}

#[test]
fn a_backlog_may_be_read_in_several_polls() {
    let mut follow = TailState::new(since(-100_000), Options { seen_max: 10, ..Options::default() });
    let table: Vec<Key> = (0..2_000).map(|n: u32| key(i64::from(n / 40) - 90_000, n.into())).collect();
    let mut shown = Vec::new();
    for second in 0.. {
        let from = follow.begin_poll(&moment(second, None));
        let page: Vec<Key> = table.iter().copied().filter(|key| key.created_at >= from).take(150).collect();
        let fresh = follow.page(&page);
        if fresh.is_empty() {
            break;
        }
        fresh.iter().for_each(|fresh| follow.delivered(fresh.key));
        shown.extend(keys(&fresh));
    }
    assert_eq!(shown, table);
}

#[test]
fn too_many_keys_shorten_the_look_back_but_never_blind() {
    let mut follow = begun(Options { seen_max: 0, keys_max: 500, ..Options::default() });
    let mut table: Vec<Key> = (0..2_000).map(|n| key(3_600, n)).collect();
    assert_eq!(poll(&mut follow, &moment(2, None), &table).len(), 2_000, "a flood in the future");
    assert!(!follow.shortened(), "there is nothing that it could forget");
    table.truncate(0);
    for second in (4..300).step_by(2) {
        table.extend((0..20).map(|n| key(second - 1, n)));
        assert_eq!(poll(&mut follow, &moment(second, None), &table).len(), 20, "at second {second}");
    }
    assert!(follow.shortened());
    let least = Duration::from_secs(10);
    assert!(follow.reach() >= least && follow.reach() < least * 2, "{:?}", follow.reach());
    assert_eq!(poll(&mut follow, &moment(4_000, None), &[]), []);
    poll(&mut follow, &moment(4_002, None), &[]);
    assert!(!follow.shortened());
    assert_eq!(follow.reach(), Duration::from_secs(120));
}

#[test]
fn a_clock_set_back_leaves_no_gap_up_to_an_eighth_of_the_look_back_and_repeats_nothing_beyond() {
    let after_step = |back: i64| {
        let mut follow = TailState::new(now(), Options { seen_max: 0, ..Options::default() });
        let before = key(999 - back - 120, 1);
        poll(&mut follow, &moment(1_000, None), &[before]);
        let event = key(1_000 - back - 120, 2);
        let shown = keys(&poll(&mut follow, &moment(1_000 - back, None), &[before, event]));
        let next = key(1_000 - back, 3);
        assert_eq!(keys(&poll(&mut follow, &moment(1_002 - back, None), &[before, event, next])), [next]);
        shown == [event]
    };
    assert_eq!([1, 15, 16, 3_600].map(after_step), [true, true, false, false]);
}

#[test]
fn what_is_not_delivered_comes_again() {
    let mut follow = begun(Options { seen_max: 0, ..Options::default() });
    let table = [key(1, 1), key(1, 2), key(2, 3)];
    follow.begin_poll(&moment(500, None));
    let fresh = follow.page(&table[..1]);
    assert_eq!(fresh.len(), 1);
    follow.delivered(table[0]);
    assert_eq!(follow.page(&table[1..]).len(), 2);
    follow.delivered(table[2]);
    follow.end_poll();
    assert_eq!(keys(&poll(&mut follow, &moment(1_000, None), &table)), [table[1]]);
}

#[test]
fn the_start_follows_from_the_newest_events_asked_for() {
    let newest = [key(5, 1), key(3, 9), key(3, 2)];
    let table = [&newest[..], &[key(3, 1), key(-1, 1)]].concat();
    let shown = |lines, since: Option<i64>, newest: &[Key], table: &[Key]| {
        let mut follow = TailState::new(Start::newest(lines, since.map(at), newest), Options::default());
        let backlog = poll(&mut follow, &moment(6, None), table).len();
        let late = [table, &[key(2, 7), key(-2, 8)]].concat();
        (backlog, poll(&mut follow, &moment(8, None), &late).len())
    };
    assert_eq!(shown(Some(3), None, &newest, &table), (3, 2));
    assert_eq!(shown(Some(3), Some(0), &newest, &table), (3, 1), "since stays a filter");
    assert_eq!(shown(Some(9), None, &table, &table), (5, 2), "there are not so many");
    assert_eq!(shown(Some(9), Some(0), &table[..4], &table), (4, 1));
    assert_eq!(shown(None, Some(0), &[], &table), (4, 1));
    assert_eq!(shown(Some(0), None, &[], &table), (0, 2));
    assert_eq!(shown(Some(0), Some(0), &[], &table), (0, 1));
    assert_eq!(shown(Some(9), None, &[], &[]), (0, 2), "an empty table");
}

#[test]
fn without_snapshots_the_oldest_open_transaction_of_each_poll_says_how_far_to_look_back() {
    let mut follow = TailState::new(now(), Options { lookback: Duration::from_secs(1), ..Options::default() });
    let polled = |second, writer| PollContext { oldest_writer: Some(at(writer)), ..moment(second, None) };
    poll(&mut follow, &polled(0, 0), &[]);
    // It has written at 1 and stays open until 60.
    let (early, newer) = (key(1, 1), key(30, 2));
    assert_eq!(poll(&mut follow, &polled(2, 1), &[]), []);
    assert_eq!(keys(&poll(&mut follow, &polled(31, 1), &[newer])), [newer]);
    assert_eq!(keys(&poll(&mut follow, &polled(61, 61), &[early, newer])), [early]);
    assert_eq!(poll(&mut follow, &polled(63, 63), &[early, newer]), []);
}
