//! Which agent a token turned out to belong to, remembered between runs, so that the search among all agents happens
//! once.
//!
//! A hint and no proof: the caller still verifies the token against that agent's stored hash. Being a cache, it is
//! never an error either: a file that is missing, damaged, somebody else's or readable by others counts as empty, and
//! where nothing can be written nothing is remembered.
//!
//! The file holds no token but keyed fingerprints, HMAC-SHA256 under a random key that stands beside them. That keeps
//! one file's fingerprints from being compared with another's; against guessing only the token's own randomness helps
//! (the backend's are 256 bits), and the file's mode, 0600.

use crate::atomic_file;
use crate::private_file::exposed_mode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, Mac};
use rustix::fs::OFlags;
use rustix::process::geteuid;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

const FILE_NAME: &str = "agent-tokens.json";
/// Raised when the file's form changes; files of another form are replaced.
const VERSION: u32 = 1;
const MAX_ENTRIES: usize = 64;
/// Several times what [`MAX_ENTRIES`] need.
const MAX_FILE_BYTES: u64 = 64 * 1024;
const KEY_BYTES: usize = 32;
/// The mode of a new file.
const PRIVATE: u32 = 0o600;

/// The memory for one database.
#[derive(Debug)]
pub struct TokenCache {
    dir: PathBuf,
    database: String,
}

#[derive(Serialize, Deserialize)]
struct Memory {
    version: u32,
    key: String,
    /// Newest first.
    agents: Vec<CachedAgent>,
}

#[derive(Serialize, Deserialize)]
struct CachedAgent {
    fingerprint: String,
    agent: Uuid,
}

impl TokenCache {
    /// The memory kept in `dir` (`$XDG_CACHE_HOME/mc-activity`, made when needed), for the database that `database`
    /// names (host, port and name, say; no password): the same token elsewhere is another token.
    pub fn new(dir: impl Into<PathBuf>, database: impl Into<String>) -> Self {
        Self { dir: dir.into(), database: database.into() }
    }

    /// The agent that the token belonged to when it was last searched for. Verify it before use.
    pub fn recall(&self, token: &str) -> Option<Uuid> {
        let memory = Memory::load(&self.file()).ok()?;
        let fingerprint = memory.fingerprint(&self.database, token)?;
        memory.agents.iter().find(|entry| entry.fingerprint == fingerprint).map(|entry| entry.agent)
    }

    /// Remembers whose token it is, for the newest 64 tokens. Does nothing where nothing can be written.
    pub fn remember(&self, token: &str, agent: Uuid) {
        // Only a cache: an error changes no result.
        let _ = self.try_remember(token, agent);
    }

    fn try_remember(&self, token: &str, agent: Uuid) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let file = self.file();
        make_way(&file)?;
        let mut memory = Memory::load(&file).or_else(|_| Memory::new())?;
        let fingerprint = memory.fingerprint(&self.database, token).ok_or(io::ErrorKind::InvalidData)?;
        memory.agents.retain(|entry| entry.fingerprint != fingerprint);
        memory.agents.insert(0, CachedAgent { fingerprint, agent });
        memory.agents.truncate(MAX_ENTRIES);
        atomic_file::replace(&file, PRIVATE, &serde_json::to_vec(&memory)?)
    }

    fn file(&self) -> PathBuf {
        self.dir.join(FILE_NAME)
    }
}

impl Memory {
    fn new() -> io::Result<Self> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)?;
        Ok(Self { version: VERSION, key: STANDARD_NO_PAD.encode(key), agents: Vec::new() })
    }

    fn load(path: &Path) -> io::Result<Self> {
        let mut text = Vec::new();
        open_own(path)?.take(MAX_FILE_BYTES).read_to_end(&mut text)?;
        let memory: Self = serde_json::from_slice(&text)?;
        let sound = memory.version == VERSION && memory.mac().is_some();
        if sound { Ok(memory) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// `None` if the program did not write the key.
    fn mac(&self) -> Option<Hmac<Sha256>> {
        let key = STANDARD_NO_PAD.decode(&self.key).ok().filter(|key| key.len() == KEY_BYTES)?;
        Hmac::new_from_slice(&key).ok()
    }

    fn fingerprint(&self, database: &str, token: &str) -> Option<String> {
        let mut mac = self.mac()?;
        // The length keeps the end of one from passing for the beginning of the other.
        mac.update(&u64::try_from(database.len()).ok()?.to_be_bytes());
        mac.update(database.as_bytes());
        mac.update(token.as_bytes());
        Some(STANDARD_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

/// Removes what must not be written to: a link, and a file that others may read or write. Another user's file stays as it
/// is: under sudo it is the cache of the user who called.
fn make_way(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.uid() != geteuid().as_raw() => Err(io::ErrorKind::PermissionDenied.into()),
        Ok(about) if about.is_file() && exposed_mode(&about).is_none() => Ok(()),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Opens a regular file, no link, of this user's that nobody else may read or write. Asked of the open file, so that it
/// cannot be exchanged in between; without waiting, should it be a pipe.
fn open_own(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let about = file.metadata()?;
    let own = about.is_file() && about.uid() == geteuid().as_raw() && exposed_mode(&about).is_none();
    if own { Ok(file) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use tempfile::TempDir;

    const TOKEN: &str = "oracle-agent-token-01-abcdefghijklmnopqrstuvwxyz";
    const ALICE: Uuid = Uuid::from_u128(1);
    const BOB: Uuid = Uuid::from_u128(2);

    fn memory() -> (TempDir, TokenCache) {
        let dir = tempfile::tempdir().unwrap();
        let memory = TokenCache::new(dir.path().join("cache/mc-activity"), "db.example:5432/mission_control");
        (dir, memory)
    }

    #[test]
    fn a_token_is_recalled_once_remembered_and_only_that_one() {
        let (_dir, memory) = memory();
        assert_eq!(memory.recall(TOKEN), None);
        memory.remember(TOKEN, ALICE);
        memory.remember("another", BOB);
        assert_eq!(memory.recall(TOKEN), Some(ALICE));
        assert_eq!(memory.recall("another"), Some(BOB));
        assert_eq!(memory.recall("a third"), None);
    }

    #[test]
    fn the_newest_answer_replaces_an_older_one() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        memory.remember(TOKEN, BOB);
        assert_eq!(memory.recall(TOKEN), Some(BOB));
        assert_eq!(Memory::load(&memory.file()).unwrap().agents.len(), 1);
    }

    #[test]
    fn a_token_is_remembered_for_one_database_only() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        assert_eq!(TokenCache::new(&memory.dir, "other.example/mission_control").recall(TOKEN), None);
    }

    #[test]
    fn the_end_of_a_database_label_does_not_pass_for_the_beginning_of_a_token() {
        let (_dir, memory) = memory();
        TokenCache::new(&memory.dir, "ab").remember("c", ALICE);
        assert_eq!(TokenCache::new(&memory.dir, "a").recall("bc"), None);
        assert_eq!(TokenCache::new(&memory.dir, "ab").recall("c"), Some(ALICE));
    }

    #[test]
    fn only_the_owner_may_read_the_file_and_its_directory() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        assert_eq!(fs::metadata(memory.file()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&memory.dir).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn neither_the_token_nor_the_database_stands_in_the_directory() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        let files: Vec<_> = fs::read_dir(&memory.dir).unwrap().map(|file| file.unwrap().path()).collect();
        assert_eq!(files, [memory.file()]);
        let text = fs::read_to_string(memory.file()).unwrap();
        assert!(text.contains(&ALICE.to_string()), "{text}");
        assert!(!text.contains("oracle") && !text.contains("mission_control"), "{text}");
    }

    #[test]
    fn two_memories_have_different_fingerprints_for_the_same_token() {
        let ((_a, one), (_b, other)) = (memory(), memory());
        one.remember(TOKEN, ALICE);
        other.remember(TOKEN, ALICE);
        let fingerprint = |memory: &TokenCache| Memory::load(&memory.file()).unwrap().agents[0].fingerprint.clone();
        assert_ne!(fingerprint(&one), fingerprint(&other));
    }

    #[test]
    fn the_newest_64_are_kept() {
        let (_dir, memory) = memory();
        for n in 0..70 {
            memory.remember(&format!("token {n}"), Uuid::from_u128(n));
        }
        assert_eq!(memory.recall("token 5"), None);
        assert_eq!(memory.recall("token 6"), Some(Uuid::from_u128(6)));
        assert_eq!(memory.recall("token 69"), Some(Uuid::from_u128(69)));
        assert!(fs::metadata(memory.file()).unwrap().len() < MAX_FILE_BYTES);
    }

    #[test]
    fn a_damaged_file_is_ignored_and_then_replaced() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        let good = fs::read_to_string(memory.file()).unwrap();
        let key = Memory::load(&memory.file()).unwrap().key;
        for damaged in [
            String::new(),
            "not JSON".to_owned(),
            "{}".to_owned(),
            good[..good.len() / 2].to_owned(),
            good.replace("\"version\":1", "\"version\":2"),
            good.replace(&key, "dG9vIHNob3J0"),
            good.replace(&key, "???"),
            format!("{good}{}", " ".repeat(1 << 17).replace(' ', "x")),
        ] {
            fs::write(memory.file(), &damaged).unwrap();
            assert_eq!(memory.recall(TOKEN), None, "{damaged:.80}");
            memory.remember(TOKEN, BOB);
            assert_eq!(memory.recall(TOKEN), Some(BOB), "{damaged:.80}");
        }
    }

    #[test]
    fn a_file_that_others_may_read_is_ignored_and_then_replaced_by_a_private_one() {
        for mode in [0o644, 0o640, 0o602, 0o604] {
            let (_dir, memory) = memory();
            memory.remember(TOKEN, ALICE);
            fs::set_permissions(memory.file(), Permissions::from_mode(mode)).unwrap();
            assert_eq!(memory.recall(TOKEN), None, "{mode:o}");
            memory.remember(TOKEN, BOB);
            assert_eq!(memory.recall(TOKEN), Some(BOB), "{mode:o}");
            assert_eq!(fs::metadata(memory.file()).unwrap().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_replaced_file_keeps_its_group_and_another_users_file_is_left_alone() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        // Only root can give a file away; what it cannot do leaves the file its own.
        let _ = std::os::unix::fs::chown(memory.file(), None, Some(23_456));
        let group = fs::metadata(memory.file()).unwrap().gid();
        memory.remember("another", BOB);
        let about = fs::metadata(memory.file()).unwrap();
        assert_eq!((about.gid(), about.mode() & 0o777), (group, 0o600));
        assert_eq!(memory.recall("another"), Some(BOB));
        let given_away = std::os::unix::fs::chown(memory.file(), Some(12_345), None).is_ok();
        memory.remember("a third", BOB);
        assert_eq!(memory.recall("a third"), (!given_away).then_some(BOB));
        if given_away {
            assert_eq!(fs::metadata(memory.file()).unwrap().uid(), 12_345);
        }
    }

    #[test]
    fn a_symbolic_link_is_not_followed_but_replaced() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        let elsewhere = memory.dir.join("elsewhere");
        fs::rename(memory.file(), &elsewhere).unwrap();
        symlink(&elsewhere, memory.file()).unwrap();
        assert_eq!(memory.recall(TOKEN), None);
        memory.remember(TOKEN, BOB);
        assert_eq!(memory.recall(TOKEN), Some(BOB));
        assert!(fs::symlink_metadata(memory.file()).unwrap().is_file());
        assert_eq!(Memory::load(&elsewhere).unwrap().agents[0].agent, ALICE);
    }

    #[test]
    fn something_else_in_the_file_s_place_is_no_error() {
        let (_dir, memory) = memory();
        fs::create_dir_all(memory.file()).unwrap();
        memory.remember(TOKEN, ALICE);
        assert_eq!(memory.recall(TOKEN), None);
    }

    #[test]
    fn a_place_where_nothing_can_be_written_is_no_error() {
        let (dir, _) = memory();
        let file = dir.path().join("a file");
        fs::write(&file, "kept").unwrap();
        let memory = TokenCache::new(file.join("mc-activity"), "db");
        memory.remember(TOKEN, ALICE);
        assert_eq!(memory.recall(TOKEN), None);
        assert_eq!(fs::read_to_string(&file).unwrap(), "kept");
    }

    #[test]
    fn a_read_only_directory_still_answers() {
        let (_dir, memory) = memory();
        memory.remember(TOKEN, ALICE);
        fs::set_permissions(&memory.dir, Permissions::from_mode(0o500)).unwrap();
        memory.remember("another", BOB);
        assert_eq!(memory.recall(TOKEN), Some(ALICE));
        fs::set_permissions(&memory.dir, Permissions::from_mode(0o700)).unwrap();
    }
}
