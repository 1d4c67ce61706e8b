//! The program; everything is in the crate's library half, which has no other user.

fn main() -> std::process::ExitCode {
    mc_activity::main()
}
