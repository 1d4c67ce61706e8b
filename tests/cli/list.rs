//! The pages, filters and readers of `list`.

mod filters;
mod paging;
mod paused_reader;
