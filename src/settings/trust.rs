//! Whether a `.env` that was found may be read. It says where to connect and who asks, and the search upward passes through
//! directories such as `/tmp` in which others can put one.

use rustix::process::{getegid, geteuid};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Why an open file at a path is not to be trusted: the file and its directory must belong to the user or to root, and
/// others must not be able to write to them. None if it is trusted. A link's own directory counts, and its target's.
pub(super) fn distrust(file: &File, path: &Path) -> io::Result<Option<String>> {
    if let Some(why) = owned_or_written_by_others(&file.metadata()?) {
        return Ok(Some(format!("it {why}")));
    }
    let target = fs::canonicalize(path)?;
    for dir in [path, &target].into_iter().filter_map(Path::parent) {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        if let Some(why) = owned_or_written_by_others(&fs::metadata(dir)?) {
            return Ok(Some(format!("its directory {} {why}", dir.display())));
        }
    }
    Ok(None)
}

fn owned_or_written_by_others(metadata: &Metadata) -> Option<String> {
    let mode = metadata.mode() & 0o7777;
    if ![0, geteuid().as_raw()].contains(&metadata.uid()) {
        Some(format!("belongs to another user (uid {})", metadata.uid()))
    } else if mode & 0o002 != 0 || (mode & 0o020 != 0 && !is_private_group(metadata.gid())) {
        Some(format!("can be written by others (mode {mode:04o})"))
    } else {
        None
    }
}

/// Whether a group is the user's own, as many systems make one for each user and let it write by default (umask 002). Root's
/// is none: its members are not always one.
fn is_private_group(gid: u32) -> bool {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    geteuid().as_raw() != 0
        && gid == getegid().as_raw()
        && is_private(gid, geteuid().as_raw(), &read("/etc/passwd"), &read("/etc/group"))
}

/// By passwd(5) and group(5): the user is the only one whose group it is, and the only member.
fn is_private(gid: u32, uid: u32, passwd: &str, group: &str) -> bool {
    let gid = gid.to_string();
    let users: Vec<Vec<&str>> = passwd.lines().map(|line| line.split(':').collect()).collect();
    let mut of_group = users.iter().filter(|user| user.get(3) == Some(&gid.as_str()));
    let (Some(user), None) = (of_group.next(), of_group.next()) else { return false };
    let groups = group.lines().map(|line| line.split(':').collect::<Vec<&str>>());
    let mut groups = groups.filter(|group| group.get(2) == Some(&gid.as_str()));
    let Some(members) = groups.next().and_then(|group| group.get(3).copied()) else { return false };
    user.get(2) == Some(&uid.to_string().as_str())
        && groups.next().is_none()
        && members.split(',').all(|member| member.is_empty() || Some(&member) == user.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_private_if_the_user_alone_is_in_it() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbob:x:1001:100::/home/bob:/bin/sh\n";
        let group = "root:x:0:\nada:x:1000:\nusers:x:100:\nops:x:1002:ada\n";
        assert!(is_private(1000, 1000, passwd, group));
        assert!(is_private(1000, 1000, passwd, "ada:x:1000:ada\n"));
        assert!(!is_private(1000, 1000, passwd, "ada:x:1000:ada,bob\n"));
        assert!(!is_private(1002, 1000, passwd, group), "a group of others");
        assert!(!is_private(1000, 1000, &format!("{passwd}eve:x:1003:1000::/:/bin/sh\n"), group));
        assert!(!is_private(1000, 1000, "", ""), "a user of a directory service");
    }
}
