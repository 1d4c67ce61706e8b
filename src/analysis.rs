//! Rules that turn counted events into answers: deliveries, since when something fails, how fast it burns, whether it
//! still goes on. They know no database, no command line and no clock: the time is passed in.

pub mod burn;
pub mod deliveries;
pub mod delivery_window;
pub mod regimes;
pub mod slots;
pub mod trend;
