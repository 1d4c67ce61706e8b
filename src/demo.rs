//! A demo store: two weeks of Mission Control at an invented small company, the same whenever they are made.
//!
//! `demo.json` says what happened, with times relative to "now"; the rest of this module turns it into rows. It opens no
//! database and reads no clock.

mod data;
mod heartbeats;
mod ids;
mod live;
mod loader;
mod task_steps;
mod times;

pub use live::next_live;
pub use loader::dataset;

#[cfg(test)]
mod tests;
