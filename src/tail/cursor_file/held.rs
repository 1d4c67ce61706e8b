//! A cursor file in the hands of one process: locked, read, replaced.
//!
//! The lock (`flock`) is on the cursor file itself, so that a link or a bind mount leads to the same lock, and the kernel
//! takes it away with the process, however that ends. A save replaces the file: the new one is locked before it takes the
//! place of the old one. A POSIX record lock beside it says which process it is; it decides nothing.

use super::{CursorOwner, Earlier, SavedState, decode, encode};
use crate::atomic_file;
use crate::error::{Failure, failed};
use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Somebody may put another file in place between opening one and locking it; nobody does so all the time.
const ATTEMPTS: u32 = 100;

/// A cursor file that this process alone writes; given up when dropped.
#[derive(Debug)]
pub struct CursorFile {
    /// As it was named, for messages.
    name: PathBuf,
    /// Where it is, links followed.
    path: PathBuf,
    file: File,
    /// It was made here and nothing has been written to it.
    made: bool,
    locked: bool,
}

impl CursorFile {
    /// Takes a cursor file, which is made, empty, where there is none.
    ///
    /// # Errors
    /// Exit 1 where another process holds it, or it cannot be opened or made.
    pub fn hold(name: &Path) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let (file, made) = open(name).with_context(|| cannot("open", name))?;
            let locked = match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => return Err(held_by_another(name, &file).into()),
                // A file system without locks.
                Err(TryLockError::Error(error)) if is_unsupported(&error) => false,
                Err(TryLockError::Error(error)) => return Err(error).with_context(|| cannot("lock", name)),
            };
            let path = match fs::canonicalize(name) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                path => path.with_context(|| cannot("open", name))?,
            };
            let held = Self { name: name.to_owned(), path, file, made, locked };
            if held.is_in_place().with_context(|| cannot("open", name))? == Some(true) {
                note_process(&held.file);
                return Ok(held);
            }
        }
        Err(failed(format!("cursor file {} is replaced all the time by another program", name.display())).into())
    }

    /// Whether the file system keeps others away; some know no locks.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// The state in it, or `None` if it is empty: a new one.
    ///
    /// # Errors
    /// The file cannot be read, is damaged or of a later version (exit 1), or belongs to something else (exit 2).
    pub fn read(&mut self, binding: &CursorOwner, earlier: &Earlier) -> Result<Option<SavedState>> {
        let mut bytes = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes));
        read.with_context(|| cannot("read", &self.name))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        decode(&bytes, binding, earlier, &self.name).map(Some)
    }

    /// Replaces it at one stroke: after a crash it holds the old state or the new one. Only its owner may read it.
    ///
    /// # Errors
    /// Exit 1 where the directory, the disk or a mount does not allow it, or another program has replaced it.
    pub fn write(&mut self, binding: &CursorOwner, state: &SavedState) -> Result<()> {
        let cannot_write = || cannot("write", &self.name);
        if self.is_in_place().with_context(cannot_write)? == Some(false) {
            let failure = failed(format!("cursor file {} was replaced by another program", self.name.display()));
            return Err(failure.hint("one tail at a time writes a cursor file, and nothing else does").into());
        }
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let new = tempfile::Builder::new().prefix(".mc-activity-cursor-").tempfile_in(directory);
        let mut new = new.with_context(|| cannot_replace(&self.name, directory))?;
        let mut buffered = BufWriter::new(new.as_file_mut());
        encode(&mut buffered, binding, state).and_then(|()| Ok(buffered.flush()?)).with_context(cannot_write)?;
        drop(buffered);
        // Without the right to keep it, the file becomes ours, as any file that one replaces.
        let _ = atomic_file::keep_owner(new.as_file(), &self.file.metadata().with_context(cannot_write)?);
        if self.locked {
            new.as_file().lock().with_context(cannot_write)?;
        }
        note_process(new.as_file());
        new.as_file().sync_all().with_context(cannot_write)?;
        // The directory is not synced: a crash of the machine may bring the older file back, and then events are printed
        // again. A save comes with each poll, and must not wait for the disk twice.
        self.file = new
            .persist(&self.path)
            .map_err(|error| error.error)
            .with_context(|| cannot_replace(&self.name, directory))?;
        self.made = false;
        Ok(())
    }

    /// Whether the file that is held is still the one of that name; `None` if there is none of that name any more.
    fn is_in_place(&self) -> io::Result<Option<bool>> {
        let which = |file: &Metadata| (file.dev(), file.ino());
        match fs::metadata(&self.path) {
            Ok(there) => Ok(Some(which(&there) == which(&self.file.metadata()?))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for CursorFile {
    /// An empty file that was made for nothing goes; the lock keeps others from having begun to use it.
    fn drop(&mut self) {
        if self.made && self.locked && matches!(self.is_in_place(), Ok(Some(true))) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The file, and whether it is new.
fn open(name: &Path) -> io::Result<(File, bool)> {
    match fs::metadata(name) {
        Ok(there) if !there.is_file() => {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
        }
        Ok(_) => match File::open(name) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            opened => return opened.map(|file| (file, false)),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // A link to nowhere is followed, so it may be there after all.
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(name)?;
    let made = file.metadata()?.len() == 0;
    Ok((file, made))
}

fn cannot(act: &str, name: &Path) -> Failure {
    failed(format!("cannot {act} cursor file {}", name.display()))
}

fn cannot_replace(name: &Path, directory: &Path) -> Failure {
    cannot("replace", name).hint(format!(
        "a save puts a new file in its place, for which {} must be writable; mount the directory, not the file alone",
        directory.display()
    ))
}

fn held_by_another(name: &Path, file: &File) -> Failure {
    let whole = Flock { start: 0, length: 0, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
    let holder = fcntl_getlk(file, &whole).ok().flatten().and_then(|lock| lock.pid);
    let who = holder.map_or("another process".to_owned(), |pid| format!("process {}", pid.as_raw_nonzero()));
    failed(format!("cursor file {} is in use: {who} holds it", name.display()))
        .hint("end that tail first, or give each tail a cursor file of its own")
}

/// Leaves the number of this process where [`held_by_another`] looks for it.
fn note_process(file: &File) {
    // Where that does not work, the message names no process.
    let _ = fcntl_lock(file, FlockOperation::NonBlockingLockShared);
}

fn is_unsupported(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS]
        .iter()
        .any(|unsupported| error.raw_os_error() == Some(unsupported.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{binding, earlier, state};
    use super::super::{SavedState, XidHistory};
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn read(path: &Path) -> Option<SavedState> {
        CursorFile::hold(path).unwrap().read(&binding(), &earlier()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor");
        assert_eq!(read(&path), None);
        for count in [0, 1, 100] {
            CursorFile::hold(&path).unwrap().write(&binding(), &state(count)).unwrap();
            assert_eq!(read(&path), Some(state(count)));
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left behind");
        let unstarted = SavedState { floor: None, ladder: XidHistory::default(), ..state(0) };
        CursorFile::hold(&path).unwrap().write(&binding(), &unstarted).unwrap();
        assert_eq!(read(&path), Some(unstarted));
    }

    #[test]
    fn a_file_that_nothing_was_written_to_does_not_stay_and_one_that_was_there_does() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor");
        drop(CursorFile::hold(&path).unwrap());
        assert!(!path.exists());
        fs::write(&path, "").unwrap();
        drop(CursorFile::hold(&path).unwrap());
        assert!(path.exists());
    }

    #[test]
    fn only_the_owner_may_read_it_and_a_link_to_it_stays_one() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("cursor"), directory.path().join("link"));
        symlink(&path, &link).unwrap();
        for _ in 0..2 {
            CursorFile::hold(&link).unwrap().write(&binding(), &state(1)).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(read(&path), Some(state(1)));
        }
    }

    #[test]
    fn one_that_was_replaced_by_another_program_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor");
        let mut held = CursorFile::hold(&path).unwrap();
        held.write(&binding(), &state(1)).unwrap();
        let other = directory.path().join("other");
        fs::write(&other, "other").unwrap();
        fs::rename(&other, &path).unwrap();
        let error = held.write(&binding(), &state(2)).unwrap_err();
        assert!(error.to_string().contains("was replaced by another program"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"other");
    }
}
