//! `Paces`: how many requests each address may still make; a bucket that fills again with time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Pace;

/// The buckets of all addresses seen lately.
pub(crate) struct Paces {
    pace: Pace,
    buckets: Mutex<BTreeMap<IpAddr, Bucket>>,
}

/// What is left, in thousandths of a request, as of an instant.
#[derive(Clone, Copy)]
struct Bucket {
    left: u64,
    at: Instant,
}

/// So many addresses are remembered; then those whose buckets are full again are forgotten, and then all.
const ADDRESSES_MAX: usize = 20_000;

impl Paces {
    pub(crate) fn new(pace: Pace) -> Paces {
        Paces { pace, buckets: Mutex::default() }
    }

    /// Takes one request out of an address's bucket, if one is left.
    pub(crate) fn allows(&self, address: IpAddr, now: Instant) -> bool {
        let network = neighborhood(address);
        // A panic while the lock was held leaves whole buckets behind.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if ADDRESSES_MAX <= buckets.len() && !buckets.contains_key(&network) {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.full());
            if ADDRESSES_MAX <= buckets.len() {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(network).or_insert(Bucket { left: self.full(), at: now });
        let left = self.filled(*bucket, now);
        let is_allowed = 1_000 <= left;
        *bucket = Bucket { left: if is_allowed { left - 1_000 } else { left }, at: now };
        is_allowed
    }

    fn full(&self) -> u64 {
        u64::from(self.pace.at_once) * 1_000
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> u64 {
        let since = now.saturating_duration_since(bucket.at).min(Duration::from_secs(86_400));
        let more = u64::try_from(since.as_millis()).unwrap_or(u64::MAX).saturating_mul(self.pace.each_second.into());
        bucket.left.saturating_add(more).min(self.full())
    }
}

/// What counts as one address: of IPv6 the whole network, whose other 2^64 addresses the visitor has, too.
#[must_use]
pub fn neighborhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => IpAddr::V4(address),
            None => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_its_share_and_no_more() {
        let paces = Paces::new(Pace { at_once: 2, each_second: 1 });
        let now = Instant::now();
        let ask =
            |address: &str, after_ms| paces.allows(address.parse().unwrap(), now + Duration::from_millis(after_ms));
        let seen = [ask("10.0.0.1", 0), ask("10.0.0.1", 0), ask("10.0.0.1", 999), ask("10.0.0.2", 999)];
        assert_eq!(seen, [true, true, false, true]);
        assert!(ask("10.0.0.1", 1_000));
        assert!(!ask("::ffff:10.0.0.1", 1_001), "the same address written otherwise");
        let network = [ask("2001:db8::1", 0), ask("2001:db8::2", 0), ask("2001:db8::3", 0), ask("2001:db8:0:1::1", 0)];
        assert_eq!(network, [true, true, false, true]);
    }

    #[test]
    fn addresses_without_end_take_no_memory_without_end() {
        let paces = Paces::new(Pace { at_once: 1, each_second: 0 });
        let now = Instant::now();
        for number in 0..50_000_u32 {
            paces.allows(IpAddr::V4(number.into()), now);
        }
        assert!(paces.buckets.lock().unwrap().len() <= ADDRESSES_MAX);
    }
}
