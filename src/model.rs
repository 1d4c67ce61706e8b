//! What the program works with: plain values, without a database, a terminal, a command line or a clock.

mod agent_state;
mod archive;
pub mod catalogue;
mod comparison;
mod deliveries;
mod error_rate;
mod event;
mod filter;
pub mod names;
pub mod patterns;
mod record;
mod route;
mod timestamp;
mod timezone;
mod type_in_use;
mod user;
mod waiting_task;

pub use agent_state::{AgentState, IntervalSource, Liveness, OwnSign, UsualInterval};
pub use archive::{ArchivedEvent, CHAIN_BEGINNING, Finding, StoredEvent, Verdict, Verification};
pub use comparison::{BeforeAfter, ChangeKey, ChangeKind, Comparison, WindowChange};
pub use deliveries::{AttemptCount, Deliveries};
pub use error_rate::{
    Bucket, ErrorRate, Group, NamedRange, Period, Point, RateScope, Series, Summary, SummaryKey, SummaryRow, Tally,
};
pub use event::{ActivityEvent, Board, Key, NewEvent, TaskComment, is_white};
pub use filter::{Filter, Scope};
pub use record::{Cell, Record};
pub use route::Route;
pub use timestamp::Timestamp;
pub use timezone::Zone;
pub use type_in_use::TypeInUse;
pub use user::OrganizationUser;
pub use waiting_task::{TaskState, WaitingTask};
