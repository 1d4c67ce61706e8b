//! Where an answer goes: stdout, or a file that appears only when it is complete, or a pipe or device as it is. On a
//! terminal no character drives it.

use crate::atomic_file::AtomicFile;
use crate::error::failed;
use crate::output::pager::{PagerChoice, RunningPager};
use crate::output::{Content, TerminalGuard, eprint_safe, stdout_was_closed_at_start, waiting};
use anyhow::{Context as _, Result};
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

const BUFFER: usize = 64 * 1024;

/// Whether anything was written to a stream: then the output cannot start again.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Whether any of an answer is out.
pub fn has_begun() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

/// Stdout, or a pipe or device that `--out-file` names. What does not fill the buffer and is not flushed is never seen: a
/// failure leaves no half answer.
pub struct OutputStream {
    buffer: Vec<u8>,
    out: Outlet,
    /// The pager to start if the output turns out to be longer than the screen.
    pager: Option<PagerChoice>,
    /// Where `out` is a terminal, or a pager on it.
    guard: Option<TerminalGuard>,
    name: String,
}

enum Outlet {
    Plain(Box<dyn Write>),
    Pager(RunningPager),
}

impl OutputStream {
    fn to(out: impl Write + IsTerminal + 'static, content: Content, name: impl Into<String>) -> Self {
        let guard = out.is_terminal().then(|| TerminalGuard::new(content));
        Self {
            buffer: Vec::with_capacity(BUFFER),
            out: Outlet::Plain(Box::new(out)),
            pager: None,
            guard,
            name: name.into(),
        }
    }

    fn pass_on(&mut self, flush: bool) -> io::Result<()> {
        if let Some(guard) = &mut self.guard {
            self.buffer = guard.pass(&self.buffer, flush);
        }
        if !self.buffer.is_empty() {
            waiting::end();
            self.start_pager();
            BEGUN.store(true, Ordering::Relaxed);
            let written = match &mut self.out {
                Outlet::Plain(out) => out.write_all(&self.buffer),
                Outlet::Pager(pager) => pager.write_all(&self.buffer),
            };
            self.buffer.clear();
            written.map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Starts the pager if the first output is longer than the screen.
    fn start_pager(&mut self) {
        let Some(pager) = self.pager.take().filter(|pager| !pager.fits(&self.buffer)) else { return };
        match pager.start() {
            Ok(running) => self.out = Outlet::Pager(running),
            Err(error) => eprint_safe(&pager.complaint(&error)),
        }
    }

    fn failed(&self, error: io::Error) -> io::Error {
        cannot_write(&self.name, error)
    }

    /// All is written: waits until a pager is left.
    fn finish(mut self) -> Result<()> {
        let done = self.flush();
        if let Outlet::Pager(pager) = self.out {
            pager.finish()?;
        }
        Ok(done?)
    }
}

/// The cause alone: the temporary path that tempfile adds tells nobody anything.
fn without_path(error: io::Error) -> io::Error {
    match error.to_string().split_once(" at path ") {
        Some((cause, _)) => io::Error::new(error.kind(), cause.to_owned()),
        None => error,
    }
}

/// Says where it failed; a closed pipe is none of our failures.
fn cannot_write(name: &str, error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, format!("cannot write to {name}: {error}")),
    }
}

impl Write for OutputStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.pass_on(false)?;
        }
        // More than fits at once makes the buffer grow for this once.
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(true)?;
        match &mut self.out {
            Outlet::Plain(out) => out.flush().map_err(|error| self.failed(error)),
            Outlet::Pager(_) => Ok(()),
        }
    }
}

/// A place to write to, buffered.
pub enum Destination {
    /// What is written is out, and stays.
    OutputStream(OutputStream),
    /// `--out-file`: written beside its final place and moved there at the end.
    File {
        /// The unfinished file.
        file: Box<AtomicFile>,
        /// Its final place.
        path: PathBuf,
    },
}

/// Paths by which a process opens its own stdout.
const NAMES_OF_STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// What is written to a closed stdout (`>&-`) is lost without a sign, since the runtime puts /dev/null in its place.
///
/// # Errors
/// Exit 1 where it was closed when the program was started.
pub fn check_stdout() -> Result<()> {
    if stdout_was_closed_at_start() {
        return Err(failed("cannot write to stdout: it is closed").hint("use >/dev/null to discard the output").into());
    }
    Ok(())
}

/// Permissions of a file that is new, less the umask.
const NEW: u32 = 0o644;

impl Destination {
    /// For text. Stdout, which `-` names too, or a file. A link is followed; a file that is there keeps its owner, its
    /// group and its permissions.
    ///
    /// # Errors
    /// Exit 1 where stdout is closed, and where no file can be made in the directory.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        Self::open_for(path, Content::Text)
    }

    /// The same for any content, which decides how a terminal is protected from it.
    ///
    /// # Errors
    /// As for [`Destination::open`].
    pub fn open_for(path: Option<&Path>, content: impl Into<Content>) -> Result<Self> {
        let content = content.into();
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            check_stdout()?;
            return Ok(Self::OutputStream(OutputStream::to(io::stdout().lock(), content, "stdout")));
        };
        let said = || failed(format!("cannot write {}", path.display()));
        let there = fs::metadata(path).ok();
        if there.is_some_and(|there| !there.is_file() && !there.is_dir()) {
            if NAMES_OF_STDOUT.iter().any(|name| path == Path::new(name)) {
                check_stdout()?;
            }
            let file = OpenOptions::new().write(true).open(path).with_context(said)?;
            return Ok(Self::OutputStream(OutputStream::to(file, content, path.display().to_string())));
        }
        let file = AtomicFile::create(path, NEW).map_err(without_path).with_context(said)?;
        Ok(Self::File { file: Box::new(file), path: path.to_owned() })
    }

    /// Shows output that is longer than the screen in this pager.
    #[must_use]
    pub fn paged(mut self, choice: Option<PagerChoice>) -> Self {
        if let Self::OutputStream(out) = &mut self {
            out.pager = choice;
        }
        self
    }

    /// Whether this is a pager that was left before its end: nobody reads what is still written.
    pub fn is_left(&self) -> bool {
        matches!(self, Self::OutputStream(OutputStream { out: Outlet::Pager(pager), .. }) if pager.is_left())
    }

    /// All is written: passes it on, puts a file in its place, and waits until a pager is left.
    ///
    /// # Errors
    /// Exit 1 for a full disk and the like, and for a pager that could not be run.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::OutputStream(out) => out.finish(),
            Self::File { file, path } => {
                file.commit().with_context(|| failed(format!("cannot write {}", path.display())))
            }
        }
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::OutputStream(out) => out.write(bytes),
            Self::File { file, path } => {
                file.write(bytes).map_err(|error| cannot_write(&path.display().to_string(), error))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::OutputStream(out) => out.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}
