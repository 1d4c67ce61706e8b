//! Parameters of TCP connections: how soon a connection that went silent is given up.

use super::params::Params;
use crate::error::{Failure, usage};
use std::time::Duration;

/// What libpq's `keepalives*` and `tcp_user_timeout` ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::db) struct Tcp {
    pub(in crate::db) keepalive: Option<Keepalive>,
    /// How long sent data may stay without an answer; none for the system's limit.
    pub(in crate::db) user_timeout: Option<Duration>,
}

/// Each is the system's where it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::db) struct Keepalive {
    /// How long a connection is silent before it is probed.
    pub(in crate::db) idle: Option<Duration>,
    /// Between two probes.
    pub(in crate::db) interval: Option<Duration>,
    /// How many probes may stay without an answer.
    pub(in crate::db) count: Option<u32>,
}

/// Linux would notice a dead server after two hours; a person who waits gives up earlier. After these a connection whose
/// other end is gone ends within a minute.
const IDLE_SECONDS: u32 = 30;
const INTERVAL_SECONDS: u32 = 10;
const COUNT: u32 = 3;
const USER_TIMEOUT_MILLISECONDS: u32 = 60_000;

/// What the kernel takes.
const MAX_SECONDS: u32 = 32_767;
const MAX_COUNT: u32 = 127;

impl Tcp {
    /// Zero and negative values mean the system's own, as in libpq.
    pub(super) fn new(params: &Params) -> Result<Self, Failure> {
        let seconds = |n: u32| Duration::from_secs(n.into());
        let idle = number(params, "keepalives_idle", IDLE_SECONDS, MAX_SECONDS)?.map(seconds);
        let interval = number(params, "keepalives_interval", INTERVAL_SECONDS, MAX_SECONDS)?.map(seconds);
        let count = number(params, "keepalives_count", COUNT, MAX_COUNT)?;
        let probes = number(params, "keepalives", 1, i32::MAX.unsigned_abs())?.is_some();
        let timeout = number(params, "tcp_user_timeout", USER_TIMEOUT_MILLISECONDS, i32::MAX.unsigned_abs())?;
        if !cfg!(target_os = "linux") && params.get("tcp_user_timeout").is_some() && timeout.is_some() {
            return Err(usage("tcp_user_timeout cannot be honoured on this system").hint("leave it out"));
        }
        Ok(Self {
            keepalive: probes.then_some(Keepalive { idle, interval, count }),
            user_timeout: timeout.map(|n| Duration::from_millis(n.into())),
        })
    }
}

fn number(params: &Params, name: &str, default: u32, most: u32) -> Result<Option<u32>, Failure> {
    let Some(param) = params.param(name) else { return Ok(Some(default)) };
    match param.value.trim().parse::<i32>() {
        Ok(n) if n <= 0 => Ok(None),
        Ok(n) if n.unsigned_abs() <= most => Ok(Some(n.unsigned_abs())),
        Ok(_) => Err(usage(format!("{} is greater than {most}", param.source))),
        Err(_) => Err(usage(format!("{} is not a whole number", param.source))),
    }
}
