//! How long to wait before trying again.

use std::time::Duration;

const LONGEST: u32 = 30;

/// The wait before retry number `attempt` (from 0): between half and all of 2, 4, 8, 16, then 30 seconds, so at least one
/// second and at most thirty. `random` in `[0, 1)` spreads many tails over a server that has just come back.
pub fn delay(attempt: u32, random: f64) -> Duration {
    let most = 2_u32.checked_pow(attempt.saturating_add(1)).unwrap_or(LONGEST).min(LONGEST);
    Duration::from_secs(u64::from(most)).mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_from_one_second_to_thirty() {
        let seconds = |random| [0, 1, 2, 3, 4, 5, 31, u32::MAX].map(|n| delay(n, random).as_secs_f64());
        assert_eq!(seconds(0.0), [1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0]);
        assert_eq!(seconds(1.0), [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]);
    }

    #[test]
    fn chance_decides_within_the_upper_half() {
        assert_eq!(delay(1, 0.5), Duration::from_secs(3));
        assert_eq!(delay(0, f64::INFINITY), Duration::from_secs(2));
    }
}
