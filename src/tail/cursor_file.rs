//! The file in which a tail remembers where it is.
//!
//! Three lines: a JSON object; the remembered keys, packed and in base64; the SHA-256 of the first two. It holds ids and
//! instants, no text of any event.

mod held;

pub use held::CursorFile;

use super::{SavedState, SeenKeys, XidHistory};
use crate::error::{failed, usage};
use crate::model::{Key, Timestamp};
use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::path::Path;
use uuid::Uuid;

const VERSION: u32 = 2;
/// The version that knew a database by its address, and a filter by a digest of Rust's way to show it.
const BY_ADDRESS: u32 = 1;
/// Instant and id, both big-endian.
const PACKED: usize = 24;
/// Keys encoded at a time.
const KEYS_AT_ONCE: usize = 1_024;

/// What a cursor belongs to: with another database, actor or filter its keys would mean something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorOwner {
    /// Which database, by its identity.
    pub database: String,
    /// How it was reached, for people to read; without a password.
    pub place: String,
    /// Who is asking.
    pub actor: String,
    /// Which events: the one text of command and filter.
    pub query: String,
}

/// What version 1 would have written.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// The digest of the filter.
    pub filter: String,
    /// Whether an address that stands in such a file, and the system identifier (empty in some), are this database's.
    pub is_this_database: fn(&CursorOwner, address: &str, system: &str) -> bool,
}

/// What every version has.
#[derive(Deserialize)]
struct Version {
    mc_activity_cursor: u32,
}

#[derive(Serialize, Deserialize)]
struct FileHeader {
    mc_activity_cursor: u32,
    database: String,
    #[serde(default)]
    place: String,
    actor: String,
    /// Not in version 1.
    #[serde(default)]
    query: String,
    /// In version 1 alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    filter: String,
    server: String,
    since: i64,
    horizon: (i64, Uuid),
    floor: Option<i64>,
    now: i64,
    xids: Vec<(u64, i64)>,
    #[serde(default)]
    mark: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chain: Option<String>,
    keys: usize,
}

/// Writes a cursor file. What many keys need is not held in memory a second time.
pub fn encode(out: &mut dyn Write, binding: &CursorOwner, state: &SavedState) -> Result<()> {
    let mut hashed = Hashed { out, hash: Sha256::new() };
    let keys = state.keys.settled();
    let header = FileHeader {
        mc_activity_cursor: VERSION,
        database: binding.database.clone(),
        place: binding.place.clone(),
        actor: binding.actor.clone(),
        query: binding.query.clone(),
        filter: String::new(),
        server: state.server.clone(),
        since: state.since.micros(),
        horizon: (state.horizon.created_at.micros(), state.horizon.id),
        floor: state.floor.map(Timestamp::micros),
        now: state.now.micros(),
        xids: state.ladder.steps().iter().map(|(xid, at)| (*xid, at.micros())).collect(),
        mark: state.mark,
        chain: state.chain.clone(),
        keys: keys.len(),
    };
    serde_json::to_writer(&mut hashed, &header)?;
    hashed.write_all(b"\n")?;
    let mut text = String::new();
    // 24 is divisible by 3: every key fills whole groups of base64, so there is no padding before the end.
    for keys in keys.chunks(KEYS_AT_ONCE) {
        text.clear();
        keys.iter().for_each(|key| STANDARD.encode_string(pack(key), &mut text));
        hashed.write_all(text.as_bytes())?;
    }
    hashed.write_all(b"\n")?;
    let Hashed { out, hash } = hashed;
    writeln!(out, "{}", hex(&hash.finalize()))?;
    Ok(())
}

/// Passes on what it hashes.
struct Hashed<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The state in the bytes of a cursor file; `path` is for the message.
///
/// # Errors
/// The file is damaged or of a later version (exit 1), or belongs to something else (exit 2).
pub fn decode(bytes: &[u8], binding: &CursorOwner, earlier: &Earlier, path: &Path) -> Result<SavedState> {
    let name = path.display();
    let damaged = || {
        failed(format!("cursor file {name} is damaged or not a cursor file"))
            .hint("restore it, or remove it to start again: events written meanwhile are then not shown, see --since")
    };
    let text = std::str::from_utf8(bytes).map_err(|_| damaged())?;
    let (head, rest) = text.split_once('\n').ok_or_else(damaged)?;
    let version: Version = serde_json::from_str(head).map_err(|_| damaged())?;
    if ![VERSION, BY_ADDRESS].contains(&version.mc_activity_cursor) {
        let found = version.mc_activity_cursor;
        let message = format!("cursor file {name} has version {found}, this program knows {BY_ADDRESS} and {VERSION}");
        return Err(failed(message).into());
    }
    let (packed, end) = rest.split_once('\n').ok_or_else(damaged)?;
    let covered = text.len() - end.len();
    if end.strip_suffix('\n') != text.get(..covered).map(|text| digest(text.as_bytes())).as_deref() {
        return Err(damaged().into());
    }
    let header: FileHeader = serde_json::from_str(head).map_err(|_| damaged())?;
    check(&header, binding, earlier, path)?;
    let packed = STANDARD.decode(packed).map_err(|_| damaged())?;
    let keys: Option<Vec<Key>> = packed.chunks(PACKED).map(unpack).collect();
    let keys = keys.filter(|keys| keys.len() == header.keys).and_then(SeenKeys::from_ascending).ok_or_else(damaged)?;
    let steps = header.xids.into_iter().map(|(xid, at)| (xid, Timestamp::from_micros(at))).collect();
    Ok(SavedState {
        server: header.server,
        since: Timestamp::from_micros(header.since),
        horizon: Key { created_at: Timestamp::from_micros(header.horizon.0), id: header.horizon.1 },
        floor: header.floor.map(Timestamp::from_micros),
        now: Timestamp::from_micros(header.now),
        ladder: XidHistory::from_steps(steps).ok_or_else(damaged)?,
        keys,
        mark: header.mark,
        chain: header.chain,
    })
}

fn check(found: &FileHeader, wanted: &CursorOwner, earlier: &Earlier, path: &Path) -> Result<()> {
    let old = found.mc_activity_cursor == BY_ADDRESS;
    let place = if old { &found.database } else { &found.place };
    let same_database = match old {
        true => (earlier.is_this_database)(wanted, &found.database, &found.server),
        false => found.database == wanted.database,
    };
    let same_query = if old { found.filter == earlier.filter } else { found.query == wanted.query };
    let differs = if !same_database && *place == wanted.place {
        format!("another database, reached at the same address: {place}")
    } else if !same_database {
        format!("another database: {place}, not {}", wanted.place)
    } else if found.actor != wanted.actor {
        format!("another actor: {}, not {}", found.actor, wanted.actor)
    } else if !same_query {
        "other filters".to_owned()
    } else {
        return Ok(());
    };
    let failure = usage(format!("cursor file {} belongs to {differs}", path.display()));
    let hint = "give each database, actor and set of filters a cursor file of its own";
    let earlier = "; this one was written by an earlier version, which did not note which database it was of";
    Err(failure.hint(if old && !same_database { format!("{hint}{earlier}") } else { hint.to_owned() }).into())
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
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::{Kind, kind_of, render};
    use proptest::prelude::*;

    pub(super) fn binding() -> CursorOwner {
        CursorOwner {
            database: "postgresql:77/prod".into(),
            place: "db.internal/prod".into(),
            actor: "user Ada".into(),
            query: "stream=events\n".into(),
        }
    }

    pub(super) fn earlier() -> Earlier {
        Earlier {
            filter: "9f86".into(),
            is_this_database: |_, address, system| (address, system) == ("old/prod", "77"),
        }
    }

    pub(in crate::tail) fn encode(binding: &CursorOwner, state: &SavedState) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        super::encode(&mut bytes, binding, state).map(|()| bytes)
    }

    fn decode(bytes: &[u8], binding: &CursorOwner, path: &Path) -> Result<SavedState> {
        super::decode(bytes, binding, &earlier(), path)
    }

    fn keys(count: i64) -> SeenKeys {
        let key =
            |n: i64| Key { created_at: Timestamp::from_micros(n / 3), id: Uuid::from_u128(n.unsigned_abs().into()) };
        SeenKeys::from_ascending((0..count).map(key).collect()).unwrap()
    }

    pub(super) fn state(count: i64) -> SavedState {
        SavedState {
            server: "7711306223941869374".into(),
            since: Timestamp::NEG_INFINITY,
            horizon: Key { created_at: Timestamp::INFINITY, id: Uuid::max() },
            floor: Some(Timestamp::FIRST),
            now: Timestamp::from_micros(1),
            ladder: XidHistory::from_steps(vec![(0, Timestamp::from_micros(-9)), (u64::MAX, Timestamp::LAST)]).unwrap(),
            keys: keys(count),
            mark: Some(7),
            chain: None,
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused_by_what_differs() {
        let bytes = encode(&binding(), &state(1)).unwrap();
        let refused = |wanted: CursorOwner| {
            let error = decode(&bytes, &wanted, Path::new("here/c")).unwrap_err();
            assert_eq!(kind_of(&error), Kind::Usage);
            error.to_string()
        };
        assert_eq!(
            refused(CursorOwner {
                database: "postgresql:77/test".into(),
                place: "db.internal/test".into(),
                ..binding()
            }),
            "cursor file here/c belongs to another database: db.internal/prod, not db.internal/test"
        );
        assert_eq!(
            refused(CursorOwner { database: "postgresql:78/prod".into(), ..binding() }),
            "cursor file here/c belongs to another database, reached at the same address: db.internal/prod"
        );
        assert_eq!(
            refused(CursorOwner { actor: "user Bob".into(), ..binding() }),
            "cursor file here/c belongs to another actor: user Ada, not user Bob"
        );
        assert_eq!(
            refused(CursorOwner { query: "grep=x".into(), ..binding() }),
            "cursor file here/c belongs to other filters"
        );
    }

    #[test]
    fn the_same_database_may_be_reached_in_another_way() {
        let bytes = encode(&binding(), &state(1)).unwrap();
        let other = CursorOwner { place: "/run/postgresql/prod".into(), ..binding() };
        assert_eq!(decode(&bytes, &other, Path::new("c")).unwrap(), state(1));
    }

    #[test]
    fn a_file_of_the_first_version_is_read_where_it_can_be_told_what_it_belongs_to() {
        let file = |database: &str, server: &str, filter: &str| {
            let header = format!(
                "{{\"mc_activity_cursor\":1,\"database\":\"{database}\",\"actor\":\"user Ada\",\"filter\":\"{filter}\",\
                 \"server\":\"{server}\",\"since\":1,\"horizon\":[2,\"00000000-0000-0000-0000-000000000003\"],\
                 \"floor\":4,\"now\":5,\"xids\":[],\"keys\":0}}\n\n"
            );
            format!("{header}{}\n", digest(header.as_bytes()))
        };
        let read = |text: String| decode(text.as_bytes(), &binding(), Path::new("c"));
        let state = read(file("old/prod", "77", "9f86")).unwrap();
        assert_eq!((state.floor, state.mark), (Some(Timestamp::from_micros(4)), None));
        let refused = |text| render(&read(text).unwrap_err(), false);
        let other = refused(file("old/prod", "78", "9f86"));
        assert!(other.contains("another database: old/prod") && other.contains("an earlier version"), "{other}");
        assert!(refused(file("old/prod", "77", "0")).contains("belongs to other filters"));
    }

    #[test]
    fn a_file_of_a_later_version_is_not_called_damaged() {
        let bytes = b"{\"mc_activity_cursor\":3,\"new\":{}}\nsomething\n";
        let error = decode(bytes, &binding(), Path::new("c")).unwrap_err();
        assert_eq!(error.to_string(), "cursor file c has version 3, this program knows 1 and 2");
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
                "query": binding().query, "server": "s", "since": since, "horizon": (at, Uuid::nil()), "floor": floor,
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
