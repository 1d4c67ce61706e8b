//! Who is asking, and how an actor proves itself.

pub mod agent_token;
pub mod bearer;
pub mod remembered;
