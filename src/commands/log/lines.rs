//! The input of `log`, in memory that does not grow with it.

use super::input::InputEvent;
use crate::error::{failed, usage};
use anyhow::{Context as _, Result};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use tempfile::SpooledTempFile;

/// Bytes of the longest line, and of the longest message, that is taken.
pub(super) const LONGEST: usize = 16 << 20;
/// Bytes kept in memory. More go to an unnamed file in the directory for temporary files.
pub(super) const IN_MEMORY: usize = 4 << 20;

/// Lines that were read to the end and can be read again. They are kept because no transaction may be open while they arrive:
/// their writer may be slow.
pub(super) struct InputLines {
    kept: SpooledTempFile,
    /// Lines that are not blank.
    pub(super) events: u64,
}

impl InputLines {
    /// Reads all lines and checks what needs no database; `each` hears of every line.
    ///
    /// # Errors
    /// Exit 2 for a line that cannot be understood or is too long, exit 1 where they can be neither read nor kept.
    pub(super) fn read(mut input: impl BufRead, name: &str, mut each: impl FnMut()) -> Result<Self> {
        let mut kept = SpooledTempFile::new(IN_MEMORY);
        let mut events = 0;
        let mut line = Vec::new();
        for number in 1_u64.. {
            let read = next(&mut input, &mut line).with_context(|| failed(format!("cannot read {name}")))?;
            let named = || format!("line {number}");
            if line.len() > LONGEST {
                return Err(too_long("the line")).with_context(named);
            }
            if !read {
                break;
            }
            events += u64::from(InputEvent::parse(&line).with_context(named)?.is_some());
            kept.write_all(&line).with_context(no_room)?;
            each();
        }
        Ok(Self { kept, events })
    }

    /// The events from the first to the last, each with the number of its line.
    ///
    /// # Errors
    /// Exit 1 where what was kept cannot be read.
    pub(super) fn events(&mut self) -> Result<impl Iterator<Item = Result<(u64, InputEvent)>>> {
        self.kept.seek(SeekFrom::Start(0)).with_context(no_room)?;
        let mut input = BufReader::new(&mut self.kept);
        let mut line = Vec::new();
        let mut number = 0;
        Ok(std::iter::from_fn(move || {
            loop {
                number += 1;
                match next(&mut input, &mut line).with_context(no_room) {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => return Some(Err(error)),
                }
                match InputEvent::parse(&line) {
                    Ok(None) => {}
                    Ok(Some(entry)) => return Some(Ok((number, entry))),
                    Err(error) => return Some(Err(error)),
                }
            }
        }))
    }
}

/// Reads a line with its end, or one byte more than the limit; returns whether there was one.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    // Free the memory of a long line.
    line.shrink_to(64 * 1024);
    Ok(input.take(LONGEST as u64 + 1).read_until(b'\n', line)? > 0)
}

/// A message from stdin, without the line end that stands behind it.
///
/// # Errors
/// Exit 2 for one that is no text or too long.
pub(super) fn message(input: impl Read) -> Result<String> {
    let mut text = Vec::new();
    let unreadable = || usage("the message on stdin cannot be read");
    input.take(LONGEST as u64 + 1).read_to_end(&mut text).with_context(unreadable)?;
    if text.len() > LONGEST {
        return Err(too_long("the message on stdin"));
    }
    let mut text = String::from_utf8(text).with_context(unreadable)?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn too_long(what: &str) -> anyhow::Error {
    usage(format!("{what} is longer than {} MB", LONGEST >> 20)).hint("one event must not be longer than that").into()
}

/// The directory for temporary files is full or missing.
pub(super) fn no_room() -> crate::error::Failure {
    failed("the lines cannot be kept in a temporary file").hint("TMPDIR names the directory for temporary files")
}
