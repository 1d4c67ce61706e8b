//! Rules that turn events into answers: pure functions, without a database, a command line or a clock: the time is passed in.

pub mod burn;
pub mod chain;
pub mod compare;
pub mod deliveries;
pub mod delivery_window;
pub mod dwell;
pub mod liveness;
pub mod participants;
pub mod regimes;
pub mod slots;
pub mod task_status;
pub mod trend;
pub mod verify;
pub mod waiting;
