//! The file in which a tail remembers where it is.
//!
//! Three lines: a JSON object; the remembered keys, packed and in base64; the SHA-256 of the first two. It holds ids and
//! instants, no text of any event.

use super::{Keys, Ladder, State};
use crate::error::{failed, usage};
use crate::event::{Key, Timestamp};
use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use uuid::Uuid;

const VERSION: u32 = 1;
/// Instant and id, both big-endian.
const PACKED: usize = 24;

/// What a cursor belongs to: with another database, actor or filter its keys would mean something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Which database, for people to read; without a password.
    pub database: String,
    /// Who is asking.
    pub actor: String,
    /// Which events: a digest of the filter.
    pub filter: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    mc_activity_cursor: u32,
    #[serde(flatten)]
    binding: Binding,
    server: String,
    since: i64,
    horizon: (i64, Uuid),
    floor: Option<i64>,
    now: i64,
    xids: Vec<(u64, i64)>,
    keys: usize,
}

/// The only part that every version has.
#[derive(Deserialize)]
struct Version {
    mc_activity_cursor: u32,
}

/// The state in a cursor file, or `None` if there is no such file.
///
/// # Errors
/// The file cannot be read, is damaged or of another version (exit 1), or belongs to something else (exit 2).
pub fn read(path: &Path, binding: &Binding) -> Result<Option<State>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read cursor file {}", path.display())),
    };
    decode(&bytes, binding, path).map(Some)
}

/// Replaces a cursor file at one stroke: after a crash it holds the old state or the new one. Only its owner may read it.
///
/// # Errors
/// The directory or the disk does not allow it.
pub fn write(path: &Path, binding: &Binding, state: &State) -> Result<()> {
    write_bytes(path, &encode(binding, state)?).with_context(|| format!("cannot write cursor file {}", path.display()))
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<()> {
    // A link is followed, not replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".mc-activity-cursor-").tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}

/// The bytes of a cursor file.
///
/// # Errors
/// None in practice: the header is plain data.
pub fn encode(binding: &Binding, state: &State) -> Result<Vec<u8>> {
    let keys = state.keys.settled();
    let header = Header {
        mc_activity_cursor: VERSION,
        binding: binding.clone(),
        server: state.server.clone(),
        since: state.since.micros(),
        horizon: (state.horizon.created_at.micros(), state.horizon.id),
        floor: state.floor.map(Timestamp::micros),
        now: state.now.micros(),
        xids: state.ladder.steps().iter().map(|(xid, at)| (*xid, at.micros())).collect(),
        keys: keys.len(),
    };
    let mut text = serde_json::to_string(&header)?;
    text.reserve_exact(keys.len() * PACKED / 3 * 4 + 80);
    text.push('\n');
    // 24 is divisible by 3: every key fills whole groups of base64, so there is no padding before the end.
    keys.iter().for_each(|key| STANDARD.encode_string(pack(key), &mut text));
    text.push('\n');
    let digest = digest(text.as_bytes());
    text.push_str(&digest);
    text.push('\n');
    Ok(text.into_bytes())
}

/// The state in the bytes of a cursor file; `path` is for the message.
///
/// # Errors
/// As [`read`].
pub fn decode(bytes: &[u8], binding: &Binding, path: &Path) -> Result<State> {
    let name = path.display();
    let damaged = || {
        failed(format!("cursor file {name} is damaged or not a cursor file"))
            .hint("restore it, or remove it to start anew: what was written meanwhile is then not shown, see --since")
    };
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let (head, rest) = text.split_once('\n').ok_or_else(damaged)?;
    let version: Version = serde_json::from_str(head).map_err(|_| damaged())?;
    if version.mc_activity_cursor != VERSION {
        let found = version.mc_activity_cursor;
        return Err(failed(format!("cursor file {name} has version {found}, this program knows {VERSION}")).into());
    }
    let (packed, end) = rest.split_once('\n').ok_or_else(damaged)?;
    let covered = text.len() - end.len();
    if end.strip_suffix('\n') != text.get(..covered).map(|text| digest(text.as_bytes())).as_deref() {
        return Err(damaged().into());
    }
    let header: Header = serde_json::from_str(head).map_err(|_| damaged())?;
    check(&header.binding, binding, path)?;
    let packed = STANDARD.decode(packed).map_err(|_| damaged())?;
    let keys: Option<Vec<Key>> = packed.chunks(PACKED).map(unpack).collect();
    let keys = keys.filter(|keys| keys.len() == header.keys).and_then(Keys::from_ascending).ok_or_else(damaged)?;
    let steps = header.xids.into_iter().map(|(xid, at)| (xid, Timestamp::from_micros(at))).collect();
    Ok(State {
        server: header.server,
        since: Timestamp::from_micros(header.since),
        horizon: Key { created_at: Timestamp::from_micros(header.horizon.0), id: header.horizon.1 },
        floor: header.floor.map(Timestamp::from_micros),
        now: Timestamp::from_micros(header.now),
        ladder: Ladder::from_steps(steps).ok_or_else(damaged)?,
        keys,
    })
}

fn check(found: &Binding, wanted: &Binding, path: &Path) -> Result<()> {
    let differs = if found.database != wanted.database {
        format!("another database: {}, not {}", found.database, wanted.database)
    } else if found.actor != wanted.actor {
        format!("another actor: {}, not {}", found.actor, wanted.actor)
    } else if found.filter != wanted.filter {
        "other filters".to_owned()
    } else {
        return Ok(());
    };
    let failure = usage(format!("cursor file {} belongs to {differs}", path.display()));
    Err(failure.hint("give each database, actor and set of filters a cursor file of its own").into())
}

fn pack(key: &Key) -> [u8; PACKED] {
    let mut packed = [0; PACKED];
    let (at, id) = packed.split_at_mut(8);
    at.copy_from_slice(&key.created_at.micros().to_be_bytes());
    id.copy_from_slice(key.id.as_bytes());
    packed
}

fn unpack(packed: &[u8]) -> Option<Key> {
    let (at, id) = packed.split_at_checked(8)?;
    let created_at = Timestamp::from_micros(i64::from_be_bytes(at.try_into().ok()?));
    Some(Key { created_at, id: Uuid::from_slice(id).ok()? })
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, kind_of};
    use proptest::prelude::*;

    fn binding() -> Binding {
        Binding { database: "db.internal/prod".into(), actor: "user Ada".into(), filter: "9f86".into() }
    }

    fn keys(count: i64) -> Keys {
        let key =
            |n: i64| Key { created_at: Timestamp::from_micros(n / 3), id: Uuid::from_u128(n.unsigned_abs().into()) };
        Keys::from_ascending((0..count).map(key).collect()).unwrap()
    }

    fn state(count: i64) -> State {
        State {
            server: "7711306223941869374".into(),
            since: Timestamp::NEG_INFINITY,
            horizon: Key { created_at: Timestamp::INFINITY, id: Uuid::max() },
            floor: Some(Timestamp::FIRST),
            now: Timestamp::from_micros(1),
            ladder: Ladder::from_steps(vec![(0, Timestamp::from_micros(-9)), (u64::MAX, Timestamp::LAST)]).unwrap(),
            keys: keys(count),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor");
        assert_eq!(read(&path, &binding()).unwrap(), None);
        for count in [0, 1, 100] {
            write(&path, &binding(), &state(count)).unwrap();
            assert_eq!(read(&path, &binding()).unwrap(), Some(state(count)));
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left behind");
        let unstarted = State { floor: None, ladder: Ladder::default(), ..state(0) };
        write(&path, &binding(), &unstarted).unwrap();
        assert_eq!(read(&path, &binding()).unwrap(), Some(unstarted));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it_and_a_link_to_it_stays_one() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("cursor"), directory.path().join("link"));
        fs::write(&path, "").unwrap();
        symlink(&path, &link).unwrap();
        write(&link, &binding(), &state(1)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(read(&path, &binding()).unwrap(), Some(state(1)));
    }

    #[test]
    fn a_file_of_something_else_is_refused_by_what_differs() {
        let bytes = encode(&binding(), &state(1)).unwrap();
        let refused = |wanted: Binding| {
            let error = decode(&bytes, &wanted, Path::new("here/c")).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Usage);
            error.to_string()
        };
        assert_eq!(
            refused(Binding { database: "db.internal/test".into(), ..binding() }),
            "cursor file here/c belongs to another database: db.internal/prod, not db.internal/test"
        );
        assert_eq!(
            refused(Binding { actor: "user Bob".into(), ..binding() }),
            "cursor file here/c belongs to another actor: user Ada, not user Bob"
        );
        assert_eq!(refused(Binding { filter: "0".into(), ..binding() }), "cursor file here/c belongs to other filters");
    }

    #[test]
    fn a_file_of_a_later_version_is_not_called_damaged() {
        let bytes = b"{\"mc_activity_cursor\":2,\"new\":{}}\nsomething\n";
        let error = decode(bytes, &binding(), Path::new("c")).unwrap_err();
        assert_eq!(error.to_string(), "cursor file c has version 2, this program knows 1");
    }

    fn assert_damaged(bytes: &[u8]) {
        let error = decode(bytes, &binding(), Path::new("here/c")).unwrap_err();
        assert_eq!(error.to_string(), "cursor file here/c is damaged or not a cursor file");
        assert_eq!(kind_of(&error), Kind::Failed);
    }

    #[test]
    fn a_file_cut_off_anywhere_is_damaged() {
        let bytes = encode(&binding(), &state(3)).unwrap();
        (0..bytes.len()).for_each(|length| assert_damaged(&bytes[..length]));
        assert_damaged(&[&bytes[..], b"\n"].concat());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_file_with_any_bit_turned_is_never_read_as_another_state(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let mut bytes = encode(&binding(), &state(20)).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(decode(&bytes, &binding(), Path::new("c")).is_err());
        }

        #[test]
        fn a_file_with_a_right_digest_and_any_content_is_refused_or_read_as_what_it_says(
            numbers in any::<[i64; 5]>(), floor: Option<i64>, steps in prop::collection::vec(any::<(u64, i64)>(), 0..4),
            packed in prop::collection::vec(any::<[u8; 24]>(), 0..4), said in prop_oneof![0_usize..5, any::<usize>()],
            swap in prop::option::of((any::<prop::sample::Index>(), "\\PC{0,3}")),
        ) {
            let [since, at, now, version, _] = numbers;
            let version = if version % 4 == 0 { version } else { VERSION.into() };
            let mut text = serde_json::json!({
                "mc_activity_cursor": version, "database": binding().database, "actor": binding().actor,
                "filter": binding().filter, "server": "s", "since": since, "horizon": (at, Uuid::nil()), "floor": floor,
                "now": now, "xids": steps, "keys": said,
            })
            .to_string();
            if let Some((at, other)) = swap {
                let at = at.index(text.len());
                text.replace_range(at..=at, &other);
            }
            text = format!("{text}\n{}\n", STANDARD.encode(packed.concat()));
            let digest = digest(text.as_bytes());
            text = format!("{text}{digest}\n");
            if let Ok(state) = decode(text.as_bytes(), &binding(), Path::new("c")) {
                let again = encode(&binding(), &state).unwrap();
                let read = decode(&again, &binding(), Path::new("c")).unwrap();
                prop_assert_eq!(encode(&binding(), &read).unwrap(), again);
            }
        }
    }
}
