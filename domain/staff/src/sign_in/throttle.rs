//! Slowing down who guesses: five failures are free, then each doubles the wait. A whole city hall may share one address,
//! so a hundred are free there.
//!
//! A try is counted before it is judged and forgiven afterwards when it was right, so that guesses made side by side are
//! counted as well.

use chrono::{DateTime, TimeDelta, Utc};
use db::{Fault, Tx};
use kernel::{ActorId, Digest};

use super::{Client, SignIn, SignInRefused, store};

/// Failures under a name that cost nothing.
const FREE: i64 = 5;

/// Failures from an address that cost nothing.
const FREE_OF_ADDRESS: i64 = 100;

/// The wait after the last free failure.
const FIRST_WAIT_SECONDS: i64 = 30;

/// The longest wait; failures older than that are forgotten as well.
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// What is known of one bucket: a name, an address, or one person's second codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tries {
    /// Failures in a row.
    pub(super) failures: i64,
    /// The last of them.
    pub(super) last_at: DateTime<Utc>,
    /// Until when further tries are refused.
    pub(super) blocked_until: Option<DateTime<Utc>>,
}

impl Tries {
    /// How long to wait before the next try, if at all.
    fn wait(&self, now: DateTime<Utc>) -> Option<i64> {
        let left = self.blocked_until? - now;
        (left > TimeDelta::zero()).then(|| (left.num_milliseconds() + 999) / 1000)
    }

    /// One more failure.
    fn counted(&self, free: i64, now: DateTime<Utc>) -> Tries {
        let since = self.blocked_until.unwrap_or(self.last_at).max(self.last_at);
        let is_forgotten = now - since > TimeDelta::seconds(LONGEST_WAIT_SECONDS);
        let failures = if is_forgotten { 1 } else { self.failures.saturating_add(1) };
        let blocked_until = (failures >= free).then(|| now + TimeDelta::seconds(wait_after(failures - free)));
        Tries { failures, last_at: now, blocked_until }
    }

    /// The last try was right after all. Earlier failures of others from there stay.
    fn forgiven(&self) -> Tries {
        Tries { failures: (self.failures - 1).max(0), blocked_until: None, ..*self }
    }
}

/// Seconds to wait after so many failures more than are free: 30, 60, 120, 240, 480, 900, 900 …
fn wait_after(more_than_free: i64) -> i64 {
    (FIRST_WAIT_SECONDS << more_than_free.clamp(0, 10)).min(LONGEST_WAIT_SECONDS)
}

/// What one try is counted under.
///
/// Names and addresses are kept as digests: people type passwords into the wrong field.
pub(super) struct Buckets {
    /// Whose secret is being guessed; emptied when the try was right.
    own: String,
    /// From where, if that is known; only this try is taken back.
    address: Option<String>,
}

impl Buckets {
    /// A name that was typed.
    pub(super) fn of_code(code: &str, client: &Client) -> Buckets {
        Buckets { own: bucket("code", code), address: Some(bucket("client", &network(&client.address))) }
    }

    /// The second codes of one person.
    pub(super) fn of_second_factor(actor: ActorId, client: &Client) -> Buckets {
        Buckets { address: Some(bucket("client", &network(&client.address))), ..Buckets::of_session("second", actor) }
    }

    /// What somebody who is signed in gives once more, such as the present password.
    pub(super) fn of_session(what: &str, actor: ActorId) -> Buckets {
        Buckets { own: bucket(what, &actor.0.to_string()), address: None }
    }

    /// In a fixed order, so that two tries never wait for each other in a circle.
    fn all(&self) -> impl Iterator<Item = (&str, i64)> {
        let address = self.address.as_deref().map(|address| (address, FREE_OF_ADDRESS));
        address.into_iter().chain([(self.own.as_str(), FREE)])
    }
}

/// What counts as one address, as text.
fn network(address: &str) -> String {
    address.parse().map_or_else(|_| address.to_owned(), |address| web::neighborhood(address).to_string())
}

fn bucket(what: &str, text: &str) -> String {
    format!("{what}:{}", &Digest::of(text.as_bytes()).to_string()[..32])
}

/// A try that was counted.
pub(super) struct Counted {
    /// Whether the next one has to wait, unless this one is right.
    pub(super) blocks: bool,
}

impl SignIn {
    /// Counts a try, or refuses it.
    pub(super) async fn count_try(
        &self,
        buckets: &Buckets,
        now: DateTime<Utc>,
    ) -> Result<Result<Counted, SignInRefused>, Fault> {
        let mut tx = self.write().await?;
        let mut counted = Vec::new();
        for (bucket, free) in buckets.all() {
            let tries = store::hold_tries(&mut tx, bucket, now).await?;
            if let Some(seconds) = tries.wait(now) {
                tx.roll_back().await?;
                return Ok(Err(SignInRefused::Waits { seconds }));
            }
            counted.push((bucket, tries.counted(free, now)));
        }
        for (bucket, tries) in &counted {
            store::update_tries(&mut tx, bucket, tries).await?;
        }
        tx.commit().await?;
        Ok(Ok(Counted { blocks: counted.iter().any(|(_, tries)| tries.blocked_until.is_some()) }))
    }
}

/// Takes back what [`SignIn::count_try`] counted: the try was right.
pub(super) async fn forgive(tx: &mut Tx, buckets: &Buckets, now: DateTime<Utc>) -> Result<(), Fault> {
    if let Some(address) = &buckets.address {
        let tries = store::hold_tries(tx, address, now).await?;
        store::update_tries(tx, address, &tries.forgiven()).await?;
    }
    store::delete_tries(tx, &buckets.own).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    #[test]
    fn five_are_free_and_then_the_wait_doubles_up_to_a_quarter_hour() {
        let mut tries = Tries { failures: 0, last_at: at(0), blocked_until: None };
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..12 {
            tries = tries.counted(FREE, at(now));
            let wait = tries.wait(at(now)).unwrap_or(0);
            waits.push(wait);
            now += wait;
            assert_eq!(tries.wait(at(now)), None);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn old_failures_are_forgotten_and_a_right_try_takes_back_itself_only() {
        let five = Tries { failures: 5, last_at: at(0), blocked_until: Some(at(30)) };
        assert_eq!(five.wait(at(29)), Some(1));
        assert_eq!(five.counted(FREE, at(930)).failures, 6);
        assert_eq!(five.counted(FREE, at(931)).failures, 1);
        assert_eq!(five.forgiven(), Tries { failures: 4, last_at: at(0), blocked_until: None });
        assert_eq!(five.forgiven().counted(FREE, at(1)).wait(at(1)), Some(30));
        let none = Tries { failures: 0, ..five };
        assert_eq!(none.forgiven().failures, 0);
        assert_eq!(wait_after(i64::MAX), 900);
    }

    #[test]
    fn an_address_is_shared_by_a_city_hall_and_a_network_is_one() {
        let tries = |failures| Tries { failures, last_at: at(0), blocked_until: None };
        assert_eq!(tries(98).counted(FREE_OF_ADDRESS, at(1)).wait(at(1)), None);
        assert_eq!(tries(99).counted(FREE_OF_ADDRESS, at(1)).wait(at(1)), Some(30));
        let rows = [
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::"),
            ("2001:db8:0:0:ffff::9", "2001:db8::"),
            ("2001:db8:0:1::1", "2001:db8:0:1::"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("nowhere", "nowhere"),
        ];
        for (address, expected) in rows {
            assert_eq!(network(address), expected, "{address}");
        }
    }

    #[test]
    fn what_was_typed_cannot_be_read_from_a_bucket() {
        let client = Client { address: "192.0.2.1".to_owned(), agent: String::new() };
        let buckets = Buckets::of_code("my password by mistake", &client);
        for (bucket, _) in buckets.all() {
            assert!(!bucket.contains("password") && !bucket.contains("192"), "{bucket}");
        }
    }
}
