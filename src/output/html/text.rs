//! Stored text and times as HTML.

use crate::escape::judged;
use crate::model::Timestamp;
use std::fmt::{self, Write};

/// Text as HTML, good between tags and in double-quoted attributes. What is invisible or turns the reading direction is
/// named instead, as `<U+202E>`, since agents write these texts and people trust the page; lines and tabs stay.
pub(super) struct HtmlText<'a>(pub(super) &'a str);

impl fmt::Display for HtmlText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (_, c, hidden) in judged(self.0) {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => f.write_char(c)?,
                c if hidden => write!(f, "&lt;U+{:04X}&gt;", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// An event type, which may break after its dots and underscores.
pub(super) struct EventType<'a>(pub(super) &'a str);

impl fmt::Display for EventType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<code>")?;
        for part in self.0.split_inclusive(['.', '_']) {
            let may_break = if part.ends_with(['.', '_']) { "<wbr>" } else { "" };
            write!(f, "{}{may_break}", HtmlText(part))?;
        }
        f.write_str("</code>")
    }
}

/// An instant in the zone in force, with its UTC value where HTML has a form for it (years 1 to 9999).
pub(super) struct Time<'a>(pub(super) Timestamp, pub(super) &'a dyn Fn(Timestamp) -> String);

impl fmt::Display for Time<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = (self.1)(self.0);
        let utc = self.0.to_string();
        if utc.as_bytes().get(4) == Some(&b'-') && !utc.ends_with("BC") {
            // HTML takes at most three digits of a second.
            let utc = utc.get(..23).unwrap_or(&utc);
            write!(f, "<time datetime=\"{utc}Z\">{}</time>", HtmlText(&shown))
        } else {
            write!(f, "<time>{}</time>", HtmlText(&shown))
        }
    }
}
