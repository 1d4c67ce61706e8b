//! The terminal: keys in, frames out, and a sane terminal whatever ends it.

use super::state::{KeyAction, WatchSetup, WatchState};
use super::{Request, Update};
use crate::model::Timestamp;
use anyhow::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream,
    KeyEventKind,
};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use futures_util::StreamExt;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use rustix::process::{Signal, getpid, kill_process};
use std::io::{self, Stdout, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Ages and the clock are drawn again this often.
const TICK: Duration = Duration::from_secs(1);
/// Between two frames at least.
const FRAME: Duration = Duration::from_millis(40);
/// How long to wait for the stop that Ctrl-Z asked for; where nobody could continue the process, it never comes.
const STOP_WITHIN: Duration = Duration::from_millis(300);

/// After a panic nothing is drawn any more.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// A terminal that shows the view. Dropped, it is as it was before.
struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    fn open() -> io::Result<Self> {
        enter()?;
        let terminal = Terminal::new(CrosstermBackend::new(stdout())).inspect_err(|_| leave())?;
        Ok(Self { terminal })
    }

    /// Draws all of the next frame. ([`Terminal::clear`] asks the terminal where its cursor is, and keys could come first.)
    fn clear(&mut self) -> io::Result<()> {
        execute!(stdout(), Clear(ClearType::All))?;
        self.terminal = Terminal::new(CrosstermBackend::new(stdout()))?;
        Ok(())
    }

    fn draw(&mut self, state: &mut WatchState) -> io::Result<()> {
        if !PANICKED.load(Ordering::Relaxed) {
            self.terminal.draw(|frame| state.draw(frame))?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if !PANICKED.load(Ordering::Relaxed) {
            leave();
        }
    }
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, cursor::Hide)
}

fn leave() {
    // A terminal that is gone needs nothing.
    let _ = execute!(stdout(), DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// Restores the terminal before a panic is reported.
fn restore_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !PANICKED.swap(true, Ordering::Relaxed) {
            leave();
        }
        report(panic);
    }));
}

/// Shows the view until it is left, a signal comes, or there are no updates any more.
///
/// # Errors
/// Those of the terminal.
pub async fn run(
    setup: WatchSetup,
    now: Timestamp,
    mut updates: Receiver<Update>,
    requests: UnboundedSender<Request>,
) -> Result<()> {
    let [mut hung_up, mut terminated, mut interrupted, mut continued] =
        [SignalKind::hangup(), SignalKind::terminate(), SignalKind::interrupt(), SignalKind::from_raw(CONTINUED)]
            .map(signal);
    restore_on_panic();
    let mut screen = Screen::open()?;
    let mut state = WatchState::new(setup, now);
    let mut events = EventStream::new();
    let mut clock = (now, Instant::now());
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut drawn = Instant::now();
    screen.draw(&mut state)?;
    loop {
        let mut action = None;
        tokio::select! {
            biased;
            () = arrives(&mut hung_up) => return Ok(()),
            () = arrives(&mut terminated) => return Ok(()),
            () = arrives(&mut interrupted) => return Ok(()),
            () = arrives(&mut continued) => {
                // Whoever stopped the process may have changed the terminal.
                leave();
                enter()?;
                action = Some(KeyAction::Redraw);
            }
            event = events.next() => match event {
                // The terminal is gone.
                None | Some(Err(_)) => return Ok(()),
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => action = state.key(key),
                Some(Ok(Event::Mouse(event))) => state.mouse(event),
                Some(Ok(Event::Paste(text))) => state.paste(&text),
                Some(Ok(_)) => {}
            },
            update = updates.recv() => {
                let mut next = update;
                if next.is_none() {
                    return Ok(());
                }
                while let Some(update) = next.take() {
                    if let Update::Clock(at) = &update {
                        clock = (*at, Instant::now());
                    }
                    if let Some(KeyAction::Ask(request)) = state.update(update) {
                        // Where nobody takes requests any more, the updates end as well.
                        let _ = requests.send(request);
                    }
                    // Keys are not kept waiting by a burst.
                    if drawn.elapsed() < FRAME {
                        next = updates.try_recv().ok();
                    }
                }
            },
            _ = tick.tick() => {}
        }
        let (at, since) = clock;
        state.set_now(at.plus_micros(i64::try_from(since.elapsed().as_micros()).unwrap_or(i64::MAX)));
        match action {
            Some(KeyAction::Quit) => return Ok(()),
            Some(KeyAction::Copy(text)) => copy(&text)?,
            Some(KeyAction::Ask(request)) => _ = requests.send(request),
            Some(KeyAction::Redraw) => screen.clear()?,
            Some(KeyAction::Suspend) => {
                leave();
                kill_process(getpid(), Signal::TSTP)?;
                tokio::select! {
                    () = arrives(&mut continued) => {}
                    () = sleep(STOP_WITHIN) => {}
                }
                enter()?;
                screen.clear()?;
            }
            None => {}
        }
        screen.draw(&mut state)?;
        drawn = Instant::now();
    }
}

/// SIGCONT.
const CONTINUED: i32 = Signal::CONT.as_raw();

async fn arrives(signal: &mut io::Result<tokio::signal::unix::Signal>) {
    match signal {
        Ok(signal) => _ = signal.recv().await,
        Err(_) => std::future::pending().await,
    }
}

/// Asks the terminal to put a text on the clipboard.
fn copy(text: &str) -> io::Result<()> {
    let mut out = stdout();
    write!(out, "\u{1b}]52;c;{}\u{7}", BASE64_STANDARD.encode(text))?;
    out.flush()
}
