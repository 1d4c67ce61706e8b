//! To come.

pub mod chart;
pub mod errors;
pub mod fold;
pub mod html;
pub mod nagios;
pub mod prometheus;
pub mod summary;
