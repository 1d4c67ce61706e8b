//! Where an answer goes: stdout, or a file that appears only when it is complete, or a pipe or device as it is.

use crate::error::failed;
use anyhow::{Context as _, Result};
use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::NamedTempFile;

const BUFFER: usize = 64 * 1024;

/// Whether a stream has been given anything: then an answer cannot begin anew.
static BEGUN: AtomicBool = AtomicBool::new(false);

/// Whether any of an answer is out.
pub fn has_begun() -> bool {
    BEGUN.load(Ordering::Relaxed)
}

/// Stdout, or a pipe or device that `--out-file` names. What does not fill the buffer and is not flushed is never seen: a
/// failure leaves no half answer.
pub struct Stream {
    buffer: Vec<u8>,
    out: Box<dyn Write>,
    name: String,
}

impl Stream {
    fn to(out: impl Write + 'static, name: impl Into<String>) -> Self {
        Self { buffer: Vec::with_capacity(BUFFER), out: Box::new(out), name: name.into() }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            BEGUN.store(true, Ordering::Relaxed);
            let written = self.out.write_all(&self.buffer);
            self.buffer.clear();
            written.map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// Says where it failed; a closed pipe is none of our failures.
    fn failed(&self, error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, format!("cannot write to {}: {error}", self.name)),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER {
            self.pass_on()?;
        }
        // More than fits at once makes the buffer grow for this once.
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush().map_err(|error| self.failed(error))
    }
}

/// A place to write to, buffered.
pub enum Sink {
    /// What is written is out, and stays.
    Stream(Stream),
    /// `--out-file`: written beside its final place and moved there at the end.
    File {
        /// The unfinished file.
        file: Box<BufWriter<NamedTempFile>>,
        /// Its final place.
        path: PathBuf,
    },
}

/// Permissions of a file that is new, less the umask.
const NEW: u32 = 0o644;

impl Sink {
    /// Stdout, which `-` names too, or a file. A link is followed; a file that is there keeps its permissions.
    ///
    /// # Errors
    /// Exit 1 where no file can be made in the directory.
    pub fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::Stream(Stream::to(io::stdout().lock(), "stdout")));
        };
        let said = || failed(format!("cannot write {}", path.display()));
        let there = fs::metadata(path).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(said);
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = OpenOptions::new().write(true).open(path).with_context(said)?;
            return Ok(Self::Stream(Stream::to(file, path.display().to_string())));
        }
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let new = tempfile::Builder::new().permissions(Permissions::from_mode(NEW)).tempfile_in(directory);
        let file = new.with_context(said)?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions()).with_context(said)?;
        }
        Ok(Self::File { file: Box::new(BufWriter::with_capacity(BUFFER, file)), path })
    }

    /// All is written: passes it on, and puts a file in its place.
    ///
    /// # Errors
    /// Exit 1 for a full disk and the like.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Stream(mut out) => Ok(out.flush()?),
            Self::File { file, path } => {
                let said = || failed(format!("cannot write {}", path.display()));
                let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(said)?;
                file.as_file().sync_all().with_context(said)?;
                file.persist(&path).with_context(said)?;
                Ok(())
            }
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(out) => out.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(out) => out.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}
