//! What stdout is: a terminal of some width, with or without color, or something that wants the data whole.

use std::borrow::Cow;
use std::io::{IsTerminal, stdout};
use uuid::Uuid;

/// What `--color` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Whatever the environment says.
    Always,
    /// Whatever the environment says.
    Never,
}

impl ColorChoice {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// As typed behind `--color`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// Where human output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns to fit the output to; `None`: nothing is cut or wrapped.
    pub width: Option<usize>,
    /// Its lines; `None`: no terminal, and nothing is shortened.
    pub height: Option<usize>,
    /// Whether it is a terminal, whatever the width.
    pub is_terminal: bool,
    /// Whether the width is the terminal's own, which may be resized.
    pub is_resizable: bool,
    /// Whether to color.
    pub color: bool,
    /// Whether characters outside ASCII may be used for decoration.
    pub unicode: bool,
}

const USUAL_WIDTH: usize = 80;

impl Terminal {
    /// What the process's stdout and stderr are. `env` looks up an environment variable.
    ///
    /// `NO_COLOR` (no-color.org) beats `CLICOLOR_FORCE`, that beats `TERM=dumb` and `CLICOLOR=0`
    /// (bixense.com/clicolors); `--width` beats `COLUMNS`, and that beats the size that the terminal reports, as `LINES` does.
    pub fn detect(choice: ColorChoice, width: Option<usize>, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let size = |name| env(name).and_then(|size| size.parse().ok()).filter(|size| *size > 0);
        let mut terminal =
            Self::of(choice, width.or_else(|| size("COLUMNS")), env, stdout().is_terminal().then(reported_width));
        if terminal.is_terminal {
            terminal.height = size("LINES").or_else(reported_height);
        }
        terminal
    }

    /// A file: nothing is cut without `--width`, and color only with --color always or CLICOLOR_FORCE.
    pub fn file(choice: ColorChoice, width: Option<usize>, env: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::of(choice, width, env, None)
    }

    /// Takes the width that the terminal has now.
    pub fn follow_resize(&mut self) {
        if self.is_resizable
            && let Some(width) = reported_width()
        {
            self.width = Some(width);
        }
    }

    fn of(
        choice: ColorChoice,
        width: Option<usize>,
        env: &dyn Fn(&str) -> Option<String>,
        stdout: Option<Option<usize>>,
    ) -> Self {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if env("NO_COLOR").is_some() => false,
            ColorChoice::Auto if env("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            ColorChoice::Auto => {
                stdout.is_some()
                    && env("TERM").is_none_or(|term| term != "dumb")
                    && env("CLICOLOR").is_none_or(|value| value != "0")
            }
        };
        let is_resizable = width.is_none() && stdout.is_some();
        let width = width.or_else(|| stdout.map(|reported| reported.unwrap_or(USUAL_WIDTH)));
        // The order of setlocale(3); nothing set is the C locale, save on Windows, which has no such variables.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(env);
        let unicode = locale.map_or(cfg!(windows), |locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self { width, height: None, is_terminal: stdout.is_some(), is_resizable, color, unicode }
    }

    /// The text in a color, if there is color.
    pub fn paint<'a>(&self, ink: Color, text: &'a str) -> Cow<'a, str> {
        if self.color { ink.paint(text) } else { Cow::Borrowed(text) }
    }

    /// What marks a failure where there is no color.
    pub(super) fn failure_mark(&self) -> &'static str {
        if self.unicode { "✗" } else { "!" }
    }

    /// What stands for text left out.
    pub(super) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

fn reported_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|width| *width > 0)
}

fn reported_height() -> Option<usize> {
    terminal_size::terminal_size().map(|(_, height)| usize::from(height.0)).filter(|height| *height > 0)
}

/// A color or weight of human output, from the terminal's own palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// As the terminal writes.
    Plain,
    /// Headings.
    Bold,
    /// What may be overlooked.
    Dim,
    /// Failures.
    Failure,
    /// Failures in a chart.
    Red,
    /// Tasks.
    Cyan,
    /// Agents.
    Green,
    /// Approvals.
    Yellow,
    /// Boards.
    Blue,
    /// Gateways.
    Magenta,
    /// What was looked for.
    Marked,
    /// An agent, as the other bright ones.
    BrightGreen,
    /// An agent.
    BrightYellow,
    /// An agent.
    BrightBlue,
    /// An agent.
    BrightMagenta,
    /// An agent.
    BrightCyan,
}

impl Color {
    /// The same for an agent wherever it appears, and never that of failures.
    pub(super) fn of_agent(agent: Uuid) -> Self {
        const COLORS: [Color; 10] = [
            Color::Green,
            Color::Cyan,
            Color::Magenta,
            Color::Yellow,
            Color::Blue,
            Color::BrightGreen,
            Color::BrightCyan,
            Color::BrightMagenta,
            Color::BrightYellow,
            Color::BrightBlue,
        ];
        // FNV-1a: ids made by hand differ in a few digits only.
        let hash = agent
            .as_bytes()
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        COLORS[usize::try_from((hash >> 32) % 10).unwrap_or_default()]
    }

    /// By what an event type is about: its first part.
    pub(super) fn of_type(event_type: &str) -> Self {
        if event_type.ends_with("failed") {
            return Self::Failure;
        }
        match event_type.split('.').next() {
            Some("task") => Self::Cyan,
            Some("agent") => Self::Green,
            Some("approval") => Self::Yellow,
            Some("board") => Self::Blue,
            Some("gateway") => Self::Magenta,
            _ => Self::Plain,
        }
    }

    /// The text in this color; the only place that writes an escape sequence for one.
    pub(super) fn paint(self, text: &str) -> Cow<'_, str> {
        if self == Self::Plain || text.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\u{1b}[{}m{text}\u{1b}[0m", self.sgr()))
    }

    /// Select Graphic Rendition parameters (ECMA-48, 8.3.117).
    fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Failure => "1;31",
            Self::Red => "31",
            Self::Cyan => "36",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Blue => "34",
            Self::Magenta => "35",
            Self::Marked => "7",
            Self::BrightGreen => "92",
            Self::BrightYellow => "93",
            Self::BrightBlue => "94",
            Self::BrightMagenta => "95",
            Self::BrightCyan => "96",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(choice: ColorChoice, set: &[(&str, &str)], stdout: Option<Option<usize>>) -> Terminal {
        let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Terminal::of(choice, None, &env, stdout)
    }

    const TTY: Option<Option<usize>> = Some(Some(120));

    #[test]
    fn color_follows_the_flag_then_no_color_then_force_then_the_terminal() {
        let color = |choice, set: &[(&str, &str)], tty| of(choice, set, tty).color;
        assert!(color(ColorChoice::Auto, &[], TTY));
        assert!(!color(ColorChoice::Auto, &[], None));
        assert!(color(ColorChoice::Always, &[("NO_COLOR", "1"), ("TERM", "dumb")], None));
        assert!(!color(ColorChoice::Never, &[("CLICOLOR_FORCE", "1")], TTY));
        assert!(!color(ColorChoice::Auto, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], TTY));
        assert!(color(ColorChoice::Auto, &[("NO_COLOR", "")], TTY));
        assert!(color(ColorChoice::Auto, &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], None));
        assert!(!color(ColorChoice::Auto, &[("CLICOLOR_FORCE", "0")], None));
        assert!(!color(ColorChoice::Auto, &[("TERM", "dumb")], TTY));
        assert!(!color(ColorChoice::Auto, &[("CLICOLOR", "0")], TTY));
    }

    #[test]
    fn a_given_width_beats_the_terminal_and_fits_a_pipe_too() {
        let of = |width, tty| {
            let terminal = Terminal::of(ColorChoice::Auto, width, &|_| None, tty);
            (terminal.width, terminal.is_terminal, terminal.is_resizable)
        };
        assert_eq!(of(Some(60), TTY), (Some(60), true, false));
        assert_eq!(of(None, TTY), (Some(120), true, true));
        assert_eq!(of(None, Some(None)), (Some(80), true, true));
        assert_eq!(of(Some(60), None), (Some(60), false, false));
        assert_eq!(of(None, None), (None, false, false));
    }

    #[test]
    fn decoration_is_unicode_only_in_a_utf_8_locale() {
        let unicode = |set: &[(&str, &str)]| of(ColorChoice::Auto, set, TTY).unicode;
        assert!(unicode(&[("LANG", "de_DE.UTF-8")]));
        assert!(unicode(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!unicode(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!unicode(&[("LANG", "POSIX")]));
        assert_eq!(unicode(&[]), cfg!(windows));
    }

    #[test]
    fn paint_leaves_text_alone_without_color() {
        let colored = of(ColorChoice::Always, &[], None);
        assert_eq!(colored.paint(Color::Failure, "x"), "\u{1b}[1;31mx\u{1b}[0m");
        assert_eq!(colored.paint(Color::Plain, "x"), "x");
        assert_eq!(of(ColorChoice::Never, &[], TTY).paint(Color::Failure, "x"), "x");
    }
}
