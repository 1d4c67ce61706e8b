//! Rules that turn events into answers: deliveries, since when something fails, how fast it burns, whether it still goes on,
//! which agents are alive. They know no database, no command line and no clock: the time is passed in.

pub mod burn;
pub mod deliveries;
pub mod delivery_window;
pub mod liveness;
pub mod regimes;
pub mod slots;
pub mod trend;
