//! Files that are replaced as a whole: after a crash or on a full disk a path holds the old content or the new one.
//!
//! The new content is written beside the file and renamed to its place. It keeps the owner, the group and the mode of the
//! file that it replaces. Where that is not possible, the content is completed elsewhere and then copied into the file:
//! where the owner cannot be kept, where nothing can be created in the directory, and where the file is a mount point.
//! Symbolic links are followed, also those to files that do not exist yet.

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, PersistError};

const BUFFER: usize = 64 * 1024;
/// As many links as the kernel follows.
const MAX_LINKS: usize = 40;
/// Permission bits, those for set-user-id and the like included.
const MODE: u32 = 0o7777;

/// A file that appears at its path when it is complete.
pub struct AtomicFile {
    staged: NamedTempFile,
    /// The same file; the errors of the other would name the temporary path.
    writer: BufWriter<File>,
    target: PathBuf,
    /// The file to copy the content into, where a rename would not do.
    in_place: Option<File>,
}

impl AtomicFile {
    /// Begins a file. `mode` is for one that does not exist yet, less the umask.
    ///
    /// # Errors
    /// No such directory, no permission, and the like: before anything is written.
    pub fn create(path: &Path, mode: u32) -> io::Result<Self> {
        let target = follow_links(path)?;
        let existing = match fs::metadata(&target) {
            Ok(existing) if existing.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(existing) => Some(existing),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (staged, in_place) = match existing {
            None => {
                let builder = &mut tempfile::Builder::new();
                (builder.permissions(Permissions::from_mode(mode)).tempfile_in(directory)?, None)
            }
            Some(existing) => match stage_beside(directory, &existing) {
                Ok(staged) => (staged, None),
                Err(_) => {
                    let file = OpenOptions::new().write(true).open(&target)?;
                    let beside = NamedTempFile::new_in(directory);
                    (beside.or_else(|_| NamedTempFile::new())?, Some(file))
                }
            },
        };
        let writer = BufWriter::with_capacity(BUFFER, staged.as_file().try_clone()?);
        Ok(Self { staged, writer, target, in_place })
    }

    /// Puts the complete file in its place.
    ///
    /// # Errors
    /// Those of the disk; the path then has its old content.
    pub fn commit(self) -> io::Result<()> {
        let Self { staged, mut writer, target, in_place } = self;
        writer.flush()?;
        if let Some(file) = in_place {
            return copy_into(staged, file);
        }
        let Err(failed) = put_in_place(staged, &target) else { return Ok(()) };
        // A mount point cannot be replaced, but it can be written to.
        match OpenOptions::new().write(true).open(&target) {
            Ok(file) if is_mount_point(&failed.error) => copy_into(failed.file, file),
            _ => Err(failed.error),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Replaces a file by these bytes. `mode` is for one that does not exist yet, less the umask.
///
/// # Errors
/// As for [`AtomicFile`].
pub fn replace(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut file = AtomicFile::create(path, mode)?;
    file.write_all(bytes)?;
    file.commit()
}

/// Puts a complete file in the place of another in the same directory, so that it is there after a crash as well.
fn put_in_place(staged: NamedTempFile, target: &Path) -> Result<File, PersistError> {
    if let Err(error) = staged.as_file().sync_all() {
        return Err(PersistError { error, file: staged });
    }
    let file = staged.persist(target)?;
    sync_directory_of(target);
    Ok(file)
}

/// Gives a new file the owner and the group of the file that it replaces.
pub fn keep_owner(new: &File, existing: &Metadata) -> io::Result<()> {
    let own = new.metadata()?;
    let differs = |new: u32, old: u32| (new != old).then_some(old);
    let (owner, group) = (differs(own.uid(), existing.uid()), differs(own.gid(), existing.gid()));
    if owner.is_some() || group.is_some() {
        fchown(new, owner, group)?;
    }
    Ok(())
}

/// An empty file with the owner, the group and the mode of another.
fn stage_beside(directory: &Path, existing: &Metadata) -> io::Result<NamedTempFile> {
    let staged = NamedTempFile::new_in(directory)?;
    let file = staged.as_file();
    keep_owner(file, existing)?;
    file.set_permissions(Permissions::from_mode(existing.mode() & MODE))?;
    Ok(staged)
}

/// Where a path leads. The last link of a chain may name a file that does not exist.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    // The kernel does not follow a stranger's link in a directory such as /tmp, so the kernel decides first.
    match fs::metadata(path) {
        Ok(_) => return fs::canonicalize(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { return Ok(path) };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Err(Errno::LOOP.into())
}

fn is_mount_point(error: &io::Error) -> bool {
    [Errno::BUSY, Errno::XDEV].into_iter().any(|errno| Errno::from_io_error(error) == Some(errno))
}

/// Copies a complete file over another. The room for it is reserved first.
fn copy_into(mut staged: NamedTempFile, mut file: File) -> io::Result<()> {
    let length = staged.as_file().metadata()?.len();
    if length > file.metadata()?.len() {
        match fallocate(&file, FallocateFlags::KEEP_SIZE, 0, length) {
            // Some file systems reserve nothing.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) | Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
    }
    staged.as_file_mut().rewind()?;
    io::copy(staged.as_file_mut(), &mut file)?;
    file.set_len(length)?;
    file.sync_all()
}

/// So that the new name outlives a crash. Not every file system has this, and the content is complete without it.
fn sync_directory_of(path: &Path) {
    if let Some(directory) = path.parent().and_then(|directory| File::open(directory).ok()) {
        let _ = directory.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & MODE
    }

    #[test]
    fn a_new_file_has_the_given_mode_and_a_replaced_one_keeps_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        replace(&path, 0o600, b"one").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"one".to_vec(), 0o600));
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        replace(&path, 0o600, b"two").unwrap();
        assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o640));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_are_followed_to_files_that_exist_and_to_those_that_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("sub")).unwrap();
        symlink("sub/file", path("second")).unwrap();
        symlink("second", path("first")).unwrap();
        for text in ["created", "replaced"] {
            replace(&path("first"), 0o644, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(path("sub/file")).unwrap(), text);
            assert!(path("first").is_symlink() && path("second").is_symlink());
        }
        symlink("loop", path("loop")).unwrap();
        assert!(replace(&path("loop"), 0o644, b"").is_err());
    }

    #[test]
    fn what_is_not_committed_leaves_the_old_file_and_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "old").unwrap();
        let mut file = AtomicFile::create(&path, 0o644).unwrap();
        file.write_all(b"new").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_copy_into_a_file_is_as_long_as_the_new_content() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for (old, new) in [("a longer text", "short"), ("short", "a longer text")] {
            fs::write(&path, old).unwrap();
            let mut staged = NamedTempFile::new().unwrap();
            staged.write_all(new.as_bytes()).unwrap();
            copy_into(staged, OpenOptions::new().write(true).open(&path).unwrap()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), new);
        }
    }
}
