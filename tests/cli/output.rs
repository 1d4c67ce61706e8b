//! What the program prints, format by format.

pub mod columns;
mod csv;
mod errors;
mod escapes;
mod files;
mod html;
mod json;
mod pager;
mod prometheus;
mod screens;
mod show_sql;
mod waiting;
