//! Whether anybody but its owner may use a file.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;

/// What the mode grants to the group and to others.
const GROUP_AND_OTHERS: u32 = 0o077;
/// Permission bits, those for set-user-id and the like included.
const PERMISSIONS: u32 = 0o7777;

/// The mode of a file that its group or others may read, write or execute; none where only its owner may.
pub fn exposed_mode(file: &Metadata) -> Option<u32> {
    (file.mode() & GROUP_AND_OTHERS != 0).then_some(file.mode() & PERMISSIONS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_exposed_where_its_group_or_others_may_do_anything() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, exposed) in
            [(0o600, false), (0o400, false), (0o700, false), (0o640, true), (0o602, true), (0o601, true)]
        {
            file.as_file().set_permissions(Permissions::from_mode(mode)).unwrap();
            assert_eq!(exposed_mode(&file.as_file().metadata().unwrap()), exposed.then_some(mode), "{mode:o}");
        }
    }
}
