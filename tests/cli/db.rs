//! Databases of every kind, and how the program connects to them, queries them and reports their errors.

mod connection;
mod encodings;
mod engines;
mod growth;
mod partitions;
mod passwords;
mod pgpool;
mod plans;
mod pooler;
mod privileges;
mod queries;
mod row_security;
mod rows;
mod search_path;
mod sqlite_files;
mod standby;
mod store_versions;
mod tls;
mod unreachable;
mod urls;
