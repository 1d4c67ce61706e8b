//! Global flags before and after the name of the command.

use crate::harness::with_demo;

#[test]
fn conflicting_flags_before_and_after_the_command_are_a_usage_error() {
    let place = with_demo();
    let told = |line: &str| place.mc(line.split(' ')).fails(2).stderr;
    for (line, flags) in [
        ("--as-agent Ada list --as-user local-auth-user", ["--as-user", "--as-agent"]),
        ("--tz Europe/Berlin list --local", ["--local", "--tz"]),
        ("--token-file a whoami --agent-token-file b", ["--token-file", "--agent-token-file"]),
        ("-q list -v", ["--quiet", "--verbose"]),
    ] {
        let told = told(line);
        assert!(flags.iter().all(|flag| told.contains(flag)), "{line}: {told}");
    }
    place.mc(["list", "--as-user", ""]).fails(2);
}
