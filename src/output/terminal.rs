//! What stdout is: a terminal of some width, with or without color, or something that wants the data whole.

use super::named;
use crate::error::Failure;
use std::borrow::Cow;
use std::io::{IsTerminal, stdout};
use std::str::FromStr;

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

impl FromStr for ColorChoice {
    type Err = Failure;

    /// A usage error names the choices.
    fn from_str(text: &str) -> Result<Self, Failure> {
        named(text, "color choice", &Self::ALL, Self::name)
    }
}

/// Where human output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns of the terminal; `None`: no terminal, and nothing is cut.
    pub width: Option<usize>,
    /// Its lines; `None`: no terminal, and nothing is shortened.
    pub height: Option<usize>,
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
    /// (bixense.com/clicolors); `COLUMNS` beats the size that the terminal reports.
    pub fn detect(choice: ColorChoice, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let size = terminal_size::terminal_size();
        let reported = size.map(|(width, _)| usize::from(width.0));
        let mut terminal = Self::of(choice, env, stdout().is_terminal().then_some(reported));
        let lines = env("LINES").and_then(|lines| lines.parse().ok()).filter(|lines| *lines > 0);
        let height = || lines.or(size.map(|(_, height)| usize::from(height.0)).filter(|height| *height > 0));
        terminal.height = terminal.width.and_then(|_| height());
        terminal
    }

    /// A file or a pipe: nothing is cut, and color only where it is asked for.
    pub fn file(choice: ColorChoice, env: &dyn Fn(&str) -> Option<String>) -> Self {
        Self::of(choice, env, None)
    }

    fn of(choice: ColorChoice, env: &dyn Fn(&str) -> Option<String>, stdout: Option<Option<usize>>) -> Self {
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
        let columns = env("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = stdout.map(|reported| columns.or(reported).filter(|width| *width > 0).unwrap_or(USUAL_WIDTH));
        // The order of setlocale(3); nothing set is the C locale, save on Windows, which has no such variables.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(env);
        let unicode = locale.map_or(cfg!(windows), |locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self { width, height: None, color, unicode }
    }

    /// The text in a color, if there is color.
    pub fn paint<'a>(&self, ink: Color, text: &'a str) -> Cow<'a, str> {
        if !self.color || ink == Color::Plain || text.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(format!("\u{1b}[{}m{text}\u{1b}[0m", ink.sgr()))
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
}

impl Color {
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

    /// Select Graphic Rendition parameters (ECMA-48, 8.3.117).
    fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Failure => "1;31",
            Self::Cyan => "36",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Blue => "34",
            Self::Magenta => "35",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(choice: ColorChoice, set: &[(&str, &str)], stdout: Option<Option<usize>>) -> Terminal {
        let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Terminal::of(choice, &env, stdout)
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
    fn columns_beats_the_terminal_but_never_cuts_a_pipe() {
        let width = |set: &[(&str, &str)], tty| of(ColorChoice::Auto, set, tty).width;
        assert_eq!(width(&[("COLUMNS", "60")], TTY), Some(60));
        assert_eq!(width(&[("COLUMNS", "wide")], TTY), Some(120));
        assert_eq!(width(&[("COLUMNS", "0")], TTY), Some(80));
        assert_eq!(width(&[], Some(None)), Some(80));
        assert_eq!(width(&[("COLUMNS", "60")], None), None);
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

    #[test]
    fn every_color_choice_reads_its_own_name() {
        for choice in ColorChoice::ALL {
            assert_eq!(choice.name().parse().ok(), Some(choice));
        }
        assert!("sometimes".parse::<ColorChoice>().is_err());
    }
}
