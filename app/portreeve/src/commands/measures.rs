//! What a command measures about itself: time, memory, ratios.
#![expect(
    clippy::float_arithmetic,
    reason = "figures about the program itself; no money, quantity or rate is among them"
)]

use std::time::Duration;

/// The most memory this process ever held, in MiB (VmHWM); `None` where the system does not say.
pub fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u32 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(rounded(f64::from(kib) / 1024.0))
}

/// Seconds to the millisecond.
pub fn seconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64())
}

/// How many a second.
pub fn per_second(count: i64, time: Duration) -> f64 {
    let count = u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
    if time.is_zero() { 0.0 } else { rounded(count / time.as_secs_f64()) }
}

/// One time as a multiple of another.
pub fn ratio(time: Duration, of: Duration) -> f64 {
    if of.is_zero() { 0.0 } else { rounded(time.as_secs_f64() / of.as_secs_f64()) }
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
