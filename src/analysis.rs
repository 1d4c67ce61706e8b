//! Rules that turn events into answers: pure functions, without a database, a command line or a clock.

pub mod chain;
pub mod compare;
pub mod dwell;
pub mod participants;
pub mod task_status;
pub mod verify;
pub mod waiting;
