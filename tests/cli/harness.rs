//! The harness: databases that are private to this run, the binary in an environment of its own, and data
//! that can be loaded into every engine.

mod child;
mod data;
mod database;
mod mc;
mod parallel;
mod proxy;
mod reads;
mod repository;
mod server;
mod terminal;
mod wait;

pub use child::{Child, used};
pub use data::{Data, Table, micros};
pub use database::{Database, Engine, Role, for_each_engine};
pub use mc::{Mc, Output, Place, without_cursors};
pub use parallel::in_parallel;
pub use proxy::Proxy;
pub use reads::{ME, READS, answers, ask, events, words};
pub use repository::{root, update, with_demo};
pub use server::{SERVER, Server, free_port, guard};
pub use terminal::Screen;
pub use wait::{wait_at_most, wait_until};
