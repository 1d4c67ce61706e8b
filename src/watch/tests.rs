//! Frames of fixed data, compared with the files of tests/fixtures/watch; `UPDATE=1` writes them.

use super::state::{KeyAction, WatchState};
use super::*;
use crate::analysis::dwell::{self, DwellContext};
use crate::model::{Liveness, OwnSign, TaskState, UsualInterval, Zone};
use crate::output::{CsvOptions, Style, Terminal};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::backend::TestBackend;
use std::fs;
use std::path::Path;

fn at(minutes_ago: i64) -> Timestamp {
    // 2026-03-05T18:30:00.
    Timestamp::from_micros(826_050_600_000_000).plus_seconds(-60 * minutes_ago)
}

fn board(number: u128, name: &str) -> Board {
    Board {
        id: Uuid::from_u128(number),
        name: name.to_owned(),
        slug: format!("board-{number}"),
        last_activity_at: None,
        last_event_at: None,
        failed_deliveries: 0,
        silent_agents: 0,
    }
}

fn tally(errors: u64, total: u64) -> Tally {
    Tally { errors, total }
}

fn figures(errors: u64, total: u64) -> DeliveryFigures {
    let last = (errors > 0).then(|| at(4));
    DeliveryFigures {
        hour: tally(errors, total),
        day: Deliveries {
            tally: tally(errors, total),
            last_failure: last,
            first_failure: last,
            failing_since: last,
            in_a_row: errors,
            last_success: None,
        },
        regimes: vec![
            Regime { since: at(1_440), until: at(60), tally: tally(0, 9) },
            Regime { since: at(60), until: at(0), tally: tally(errors, total) },
        ],
        rates: (0..24).map(|hour| (hour % 3 != 0).then_some(if hour > 18 { 100.0 } else { 0.0 })).collect(),
    }
}

fn task(number: u128, title: &str, state: TaskState) -> WaitingTask {
    WaitingTask {
        task_id: Uuid::from_u128(number),
        task_title: title.to_owned(),
        board_id: Some(Uuid::from_u128(1)),
        board_name: Some("Payments".to_owned()),
        state,
        overdue: state == TaskState::Stuck,
        since: Some(at(90)),
        agent: Some((Uuid::from_u128(50), Some("Lena".to_owned()))),
        reason: "the agent was not told: the message failed".to_owned(),
        next: None,
        event_id: None,
        event_type: None,
        message: None,
        status: None,
    }
}

fn agent(number: u128, name: &str, state: Liveness) -> AgentState {
    AgentState {
        agent_id: Uuid::from_u128(number),
        agent_name: name.to_owned(),
        board_id: Some(Uuid::from_u128(2)),
        board_name: Some("日本語ボード".to_owned()),
        state,
        last_own: (state == Liveness::Silent).then(|| OwnSign { at: at(300), event_type: "task.comment".to_owned() }),
        last_heartbeat_at: None,
        usual: UsualInterval { micros: 600_000_000, source: crate::model::IntervalSource::Default },
        missed: None,
        status: None,
        last_seen_at: None,
        last_provision_error: None,
        wake_attempts: None,
        deliveries: Deliveries { tally: tally(2, 3), ..Deliveries::default() },
    }
}

fn event(number: u128, event_type: &str, message: &str) -> FeedEvent {
    let event = ActivityEvent {
        id: Uuid::from_u128(1_000 + number),
        message: Some(message.to_owned()),
        board_id: Some(Uuid::from_u128(1 + number % 2)),
        board_name: Some(if number.is_multiple_of(2) { "Payments" } else { "日本語ボード" }.to_owned()),
        agent_id: Some(Uuid::from_u128(50)),
        agent_name: Some("Lena".to_owned()),
        ..ActivityEvent::example(event_type, at(10).plus_seconds(i64::try_from(number).unwrap_or(0)))
    };
    FeedEvent { event, late: (number == 3).then_some(12.0) }
}

/// Text that would move the cursor, reorder its line or ring the bell.
const HOSTILE: &str = "\u{1b}[2J\u{202e}desrever\u{7} 👩\u{200d}💻";

fn view(unicode: bool, color: bool) -> WatchState {
    let terminal = Terminal { width: Some(80), height: None, is_terminal: true, is_resizable: false, color, unicode };
    let csv = CsvOptions { header: true, excel: false };
    let setup = WatchSetup {
        style: Style { terminal, zone: Zone::default(), now: at(0), csv },
        who: "user Ada (--as-user)".to_owned(),
        place: "db.example.org:5432/mission_control".to_owned(),
        global_flags: vec!["--profile".to_owned(), "prod".to_owned()],
        boards: Vec::new(),
        quote: |word| if word.contains(['*', ' ']) { format!("'{word}'") } else { word },
    };
    let mut state = WatchState::new(setup, at(0));
    state.update(Update::Connection(FeedConnection::Polling));
    state.update(Update::Boards(Some(vec![Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3)])));
    state.update(Update::Panels(Box::new(Panels {
        at: at(0),
        whole: figures(12, 40),
        boards: vec![
            BoardRow { board: board(3, "Quiet"), figures: DeliveryFigures::default() },
            BoardRow { board: board(2, "日本語ボード"), figures: figures(0, 20) },
            BoardRow { board: board(1, "Payments"), figures: figures(12, 20) },
        ],
        tasks: vec![
            task(60, "Refund for order 4711", TaskState::Stuck),
            task(61, HOSTILE, TaskState::WaitsForLead),
            task(62, "Not yet", TaskState::Waits),
        ],
        agents: vec![
            agent(50, "Iris", Liveness::Silent),
            agent(51, HOSTILE, Liveness::Never),
            agent(52, "Ada", Liveness::Alive),
        ],
    })));
    state.update(Update::Events(vec![
        event(0, "task.comment", "The refund is on its way."),
        event(1, "agent.heartbeat", "Heartbeat received from Lena."),
        event(2, "task.assignee_notify_failed", "Assignee notify failed: gateway timeout after 30s (attempt 1)"),
        event(3, "task.comment", "This one came late."),
        event(4, "task.comment", HOSTILE),
        event(5, "task.comment", "several\nlines"),
    ]));
    state
}

fn frame(state: &mut WatchState, columns: u16, rows: u16) -> String {
    let mut terminal = ratatui::Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| state.draw(frame)).unwrap();
    let shown = terminal.backend().to_string();
    // Each row stands in quotation marks, and what follows names what wide characters hide.
    let row = |line: &str| {
        let line = line.split("\" Hidden by").next().unwrap();
        line.trim_start_matches('"').trim_end_matches('"').trim_end().to_owned()
    };
    shown.lines().map(row).collect::<Vec<_>>().join("\n") + "\n"
}

#[track_caller]
fn shows(state: &mut WatchState, (columns, rows): (u16, u16), name: &str) -> String {
    let found = frame(state, columns, rows);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/watch/{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &found).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{name}:\n{found}");
    found
}

fn press(state: &mut WatchState, keys: &str) -> Option<KeyAction> {
    let mut action = None;
    for c in keys.chars() {
        let code = match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            '^' => KeyCode::Up,
            'v' => KeyCode::Down,
            c => KeyCode::Char(c),
        };
        action = state.key(KeyEvent::new(code, KeyModifiers::NONE));
    }
    action
}

#[test]
fn everything_is_on_one_screen_of_three_sizes() {
    for size in [(80, 24), (100, 30), (140, 40)] {
        let shown = shows(&mut view(true, true), size, &format!("all-{}x{}", size.0, size.1));
        let parts =
            ["12 of 40 failed", "since 17:30", "last 4m ago", "UTC", "Payments", "stuck", "silent", "✗", "late 12s"];
        for part in parts {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        assert!(!shown.contains("Heartbeat received") && !shown.contains("Not yet"), "{shown}");
    }
}

#[test]
fn without_colour_and_unicode_only_ascii_decorates_and_stored_text_stays() {
    let mut state = view(false, false);
    let shown = shows(&mut state, (80, 24), "ascii");
    let outside = |c: &char| !c.is_ascii() && !"日本語ボード👩\u{200d}💻".contains(*c);
    assert_eq!(shown.chars().find(outside), None, "{shown}");
    let mut terminal = ratatui::Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| state.draw(frame)).unwrap();
    let colors = terminal.backend().buffer().content().iter().map(|cell| cell.fg);
    assert!(colors.into_iter().all(|color| color == ratatui::style::Color::Reset));
}

#[test]
fn control_and_bidirectional_characters_are_shown_by_their_escapes() {
    let shown = frame(&mut view(true, true), 140, 40);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{shown}");
    assert!(shown.contains("\\u{1b}[2J\\u{202e}desrever"), "{shown}");
}

#[test]
fn a_terminal_that_is_too_small_says_so() {
    for size in [(79, 24), (80, 23), (20, 5)] {
        let shown = frame(&mut view(true, true), size.0, size.1).replace('\n', " ");
        assert!(shown.contains("watch needs 80x24"), "{shown}");
    }
}

#[test]
fn enter_narrows_to_a_board_and_a_timeline_and_escape_widens_again() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    assert_eq!(press(&mut state, "\t\n"), None);
    let shown = shows(&mut state, (80, 24), "board");
    assert!(shown.contains("feed of Payments") && shown.contains("boards: 1"), "{shown}");
    assert!(!shown.contains("several") && shown.contains("12 of 20 failed"), "{shown}");
    let subject = Subject::Task(Uuid::from_u128(60));
    assert_eq!(press(&mut state, "\t\n"), Some(KeyAction::Ask(Request::Timeline(subject))));
    assert!(frame(&mut state, 80, 24).contains("querying"));
    state.update(Update::Timeline(Subject::Task(Uuid::from_u128(61)), Err("another".to_owned())));
    assert!(frame(&mut state, 80, 24).contains("querying"), "a result of an older request is shown");
    let data = TimelineData {
        task: Some(TimelineTask {
            id: Uuid::from_u128(60),
            title: Some("Refund for order 4711".to_owned()),
            board_id: None,
            board_name: Some("Payments".to_owned()),
            status: Some("review".to_owned()),
            history: dwell::history(&[], at(0), DwellContext { table_status: None, own_events_only: false }),
        }),
        participants: Participants::default(),
        entries: (0..40)
            .map(|number| Entry {
                event: event(
                    number,
                    "task.comment",
                    &format!("comment {}", "i".repeat(usize::try_from(number).unwrap())),
                )
                .event,
                elapsed: Some(1_000_000),
                change: (None, None),
            })
            .collect(),
        left_out: 7,
    };
    state.update(Update::Timeline(subject, Ok(Box::new(data))));
    let shown = shows(&mut state, (80, 24), "timeline");
    assert!(shown.contains("7 older events left out") && shown.contains(&"i".repeat(39)), "{shown}");
    press(&mut state, "g");
    assert!(frame(&mut state, 80, 24).contains("Refund for order 4711 (00000000"));
    press(&mut state, "\u{1b}");
    assert!(frame(&mut state, 80, 24).contains("feed of Payments"));
    press(&mut state, "\u{1b}");
    assert!(frame(&mut state, 80, 24).contains("boards: 3"));
}

#[test]
fn the_feed_can_be_searched_paused_and_reduced_to_failures() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    press(&mut state, "/GATEWAY\n");
    let shown = frame(&mut state, 80, 24);
    assert!(shown.contains("/GATEWAY") && shown.contains("1 event") && !shown.contains("came late"), "{shown}");
    press(&mut state, "\u{1b}");
    press(&mut state, "e");
    let shown = frame(&mut state, 80, 24);
    assert!(shown.contains("failures only") && shown.contains("gateway") && !shown.contains("came late"), "{shown}");
    press(&mut state, "eh");
    assert!(frame(&mut state, 80, 24).contains("agent.heartbeat"));
    press(&mut state, "p");
    state.update(Update::Events(vec![event(8, "task.comment", "after the pause"); 3]));
    let shown = shows(&mut state, (80, 24), "paused");
    assert!(shown.contains("PAUSED, 3 wait") && !shown.contains("after the pause"), "{shown}");
    press(&mut state, "p");
    assert!(frame(&mut state, 80, 24).contains("after the pause"));
}

#[test]
fn a_pause_and_the_feed_hold_a_limited_number_of_events() {
    let mut state = view(true, true);
    press(&mut state, "p");
    let burst = |from: u128| (from..from + 2_500).map(|number| event(number, "task.comment", "one of many")).collect();
    state.update(Update::Events(burst(10)));
    assert!(frame(&mut state, 100, 30).contains("PAUSED, 2500 wait"));
    press(&mut state, "p");
    let shown = frame(&mut state, 100, 30);
    assert!(shown.contains("500 events of the pause are not shown: 2000 are kept"), "{shown}");
    assert!(shown.contains("2000 of the newest 2000"), "{shown}");
    state.update(Update::Events(burst(10_000)));
    assert!(frame(&mut state, 100, 30).contains("2000 of the newest 2000"));
}

#[test]
fn the_selected_event_stays_where_it_is_while_others_come() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    press(&mut state, "^^^");
    let selected = state.feed.selected().map(|event| event.event.id);
    state.update(Update::Events((20..24).map(|number| event(number, "task.comment", "new")).collect()));
    frame(&mut state, 80, 24);
    assert_eq!(state.feed.selected().map(|event| event.event.id), selected);
    assert!(selected.is_some());
    press(&mut state, "G");
    assert!(state.feed.selected().is_none() && frame(&mut state, 80, 24).contains("new"));
}

#[test]
fn y_copies_the_command_that_prints_what_is_shown() {
    let mut state = view(true, true);
    let mut copied = |keys: &str| match press(&mut state, keys) {
        Some(KeyAction::Copy(command)) => command,
        other => panic!("{other:?}"),
    };
    let all = "mc-activity --profile prod";
    assert_eq!(copied("y"), format!("{all} tail --events --exclude-type agent.heartbeat"));
    assert_eq!(copied("ey"), format!("{all} tail --events --type '*failed'"));
    assert_eq!(copied("e/a b\ny"), format!("{all} tail --events --exclude-type agent.heartbeat --grep 'a b' -i"));
    assert_eq!(copied("\ty"), format!("{all} errors --scope deliveries --by board"));
    assert_eq!(copied("\ty"), format!("{all} tasks"));
    assert_eq!(copied("\ty"), format!("{all} agents --silent"));
    let id = Uuid::from_u128(50);
    assert_eq!(copied("\ny"), format!("{all} timeline --agent {id}"));
    assert!(frame(&mut state, 80, 24).contains("copied: mc-activity --profile prod timeline --agent"));
}

#[test]
fn the_help_fits_the_least_terminal() {
    let mut state = view(true, true);
    press(&mut state, "?");
    let shown = shows(&mut state, (80, 24), "help");
    assert!(shown.contains("a timeline shows as many."), "{shown}");
    press(&mut state, "q");
    assert!(!frame(&mut state, 80, 24).contains("Tab Left Right"));
    assert_eq!(press(&mut state, "q"), Some(KeyAction::Quit));
}

#[test]
fn a_lost_connection_and_old_figures_are_said() {
    let mut state = view(true, true);
    state.update(Update::Connection(FeedConnection::Lost { since: at(1), cause: "the server closed it".to_owned() }));
    state.set_now(at(-5));
    let shown = shows(&mut state, (100, 30), "lost");
    assert!(shown.contains("disconnected since 18:29:00") && shown.contains("as of 18:30:00"), "{shown}");
    state.update(Update::Connection(FeedConnection::Push));
    let shown = frame(&mut state, 100, 30);
    assert!(shown.contains("connected, push") && shown.contains("the database is back"), "{shown}");
}

#[test]
fn what_may_not_be_read_any_more_leaves_the_screen() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    press(&mut state, "\t\n");
    state.update(Update::Boards(Some(vec![Uuid::from_u128(2)])));
    let shown = frame(&mut state, 80, 24);
    assert!(!shown.contains("Payments") && !shown.contains("Refund") && shown.contains("日本"), "{shown}");
    assert!(shown.contains("access has changed: 1 board can be read now"), "{shown}");
}

#[test]
fn the_mouse_wheel_scrolls_the_pane_below_it() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    let area = state.areas[0];
    let event = |kind| MouseEvent { kind, column: area.x, row: area.y, modifiers: KeyModifiers::NONE };
    state.mouse(event(MouseEventKind::ScrollDown));
    assert_eq!(state.positions[0].selected, 2);
    state.mouse(event(MouseEventKind::ScrollUp));
    assert_eq!(state.positions[0].selected, 0);
}

#[test]
fn a_timeline_is_left_when_a_board_is_withdrawn() {
    let mut state = view(true, true);
    frame(&mut state, 80, 24);
    press(&mut state, "\t\n");
    press(&mut state, "\t\n");
    assert!(state.timeline().is_some());
    state.update(Update::Boards(Some(vec![Uuid::from_u128(2), Uuid::from_u128(3)])));
    assert_eq!(state.timeline(), None);
    assert!(!frame(&mut state, 80, 24).contains("Refund"));
}
