//! What the tests stand on: databases that are private to this run, the binary in an environment of its own, and data
//! that can be loaded into every engine.

mod child;
mod data;
mod database;
mod mc;
mod parallel;
mod proxy;
mod server;
mod terminal;

pub use child::Child;
pub use data::{Data, Table, micros};
pub use database::{Database, Engine, Role, for_each_engine};
pub use mc::{Mc, Output, Place, without_cursors};
pub use parallel::in_parallel;
pub use proxy::Proxy;
pub use server::{SERVER, Server, free_port, guard};
pub use terminal::Screen;
