//! Parameters that other programs read from a database URL, and that hosts put there. They are refused, since to pass over
//! one in silence would hide that it does nothing here; the hint says that it can be left out, and what does the same.

const ONE_CONNECTION: &str = "this program makes one connection";
const POOLERS: &str = "this program works with a pooler as it is";
const SERVER_SETTING: &str = "it is a setting of the server, which options=-c%20NAME%3DVALUE sets";
const SCHEMA: &str = "the tables are found by the role's search_path, which options=-c%20search_path%3DNAME changes";
const SSLMODE: &str = "sslmode says how TLS is used";
const CERTIFICATE: &str = "sslcert and sslkey name the client's certificate and its key";
const STATEMENTS: &str = "it is about how another driver prepares statements";
const TIMEOUT: &str = "--timeout says how long a statement may take, connect_timeout how long a connection";
const ENDPOINT: &str =
    "this program sends the host's name in the TLS handshake (SNI), by which the host finds the endpoint";
const DRIVER: &str = "it is a setting of another driver";

/// The name, and why it can be left out.
const FOREIGN: &[(&str, &str)] = &[
    // Prisma.
    ("pgbouncer", POOLERS),
    ("connection_limit", ONE_CONNECTION),
    ("pool_timeout", ONE_CONNECTION),
    ("socket_timeout", TIMEOUT),
    ("schema", SCHEMA),
    ("sslaccept", "sslmode=verify-full is strict, sslmode=require accepts any certificate"),
    ("sslidentity", CERTIFICATE),
    ("max_connection_lifetime", ONE_CONNECTION),
    ("max_idle_connection_lifetime", ONE_CONNECTION),
    ("single_use_connections", ONE_CONNECTION),
    // Neon and Supabase.
    ("endpoint", ENDPOINT),
    ("project", ENDPOINT),
    ("supa", POOLERS),
    ("workaround", POOLERS),
    ("pool_mode", POOLERS),
    // node-postgres and porsager/postgres.
    ("uselibpqcompat", "sslmode means here what it means to libpq"),
    ("statement_timeout", TIMEOUT),
    ("query_timeout", TIMEOUT),
    ("lock_timeout", SERVER_SETTING),
    ("idle_in_transaction_session_timeout", SERVER_SETTING),
    ("max", ONE_CONNECTION),
    ("idle_timeout", ONE_CONNECTION),
    ("max_lifetime", ONE_CONNECTION),
    ("prepare", STATEMENTS),
    // Go: pgx and lib/pq.
    ("pool_max_conns", ONE_CONNECTION),
    ("pool_min_conns", ONE_CONNECTION),
    ("pool_max_conn_lifetime", ONE_CONNECTION),
    ("pool_max_conn_idle_time", ONE_CONNECTION),
    ("pool_health_check_period", ONE_CONNECTION),
    ("default_query_exec_mode", STATEMENTS),
    ("statement_cache_capacity", STATEMENTS),
    ("description_cache_capacity", STATEMENTS),
    ("binary_parameters", STATEMENTS),
    ("sslinline", CERTIFICATE),
    ("search_path", SCHEMA),
    ("timezone", "--tz and --local say in which zone times are shown"),
    ("datestyle", DRIVER),
    // JDBC.
    ("currentSchema", SCHEMA),
    ("ApplicationName", DRIVER),
    ("loginTimeout", TIMEOUT),
    ("connectTimeout", TIMEOUT),
    ("socketTimeout", TIMEOUT),
    ("tcpKeepAlive", "keepalives says it"),
    ("prepareThreshold", STATEMENTS),
    ("preparedStatementCacheQueries", STATEMENTS),
    ("preferQueryMode", STATEMENTS),
    ("binaryTransfer", STATEMENTS),
    ("reWriteBatchedInserts", DRIVER),
    ("stringtype", DRIVER),
    ("readOnly", "this program reads in read-only transactions"),
    ("targetServerType", "target_session_attrs says which server will do"),
    ("loadBalanceHosts", "the hosts are tried in their order"),
    ("sslfactory", SSLMODE),
    ("sslhostnameverifier", SSLMODE),
    // SQLAlchemy, Django and Rails.
    ("pool", ONE_CONNECTION),
    ("pool_size", ONE_CONNECTION),
    ("max_overflow", ONE_CONNECTION),
    ("pool_recycle", ONE_CONNECTION),
    ("pool_pre_ping", ONE_CONNECTION),
    ("conn_max_age", ONE_CONNECTION),
    ("conn_health_checks", ONE_CONNECTION),
    ("async_fallback", DRIVER),
    ("server_settings", SERVER_SETTING),
    ("prepared_statement_name_func", STATEMENTS),
    ("prepared_statements", STATEMENTS),
    ("advisory_locks", DRIVER),
    ("reaping_frequency", ONE_CONNECTION),
    ("checkout_timeout", ONE_CONNECTION),
    ("encoding", DRIVER),
    ("adapter", DRIVER),
    ("charset", DRIVER),
];

/// The name as this list has it, whatever the letter case, and why it can be left out.
pub(super) fn known(name: &str) -> Option<(&'static str, &'static str)> {
    FOREIGN.iter().find(|(foreign, _)| name.eq_ignore_ascii_case(foreign)).copied()
}

/// Why `options=endpoint%3D…`, a way around drivers that send no SNI, can be left out; none for another option.
pub(super) fn known_option(word: &str) -> Option<&'static str> {
    let (name, _) = word.trim_start_matches("-c").trim_start_matches("--").split_once('=')?;
    ["endpoint", "project"].contains(&name).then_some(ENDPOINT)
}
