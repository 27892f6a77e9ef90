//! A door with a frozen clock, for tests of acts.

use std::sync::Arc;

use acts::{Actor, Authority, By, Door, FixedClock, NoConflicts};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use db::{Db, Fault, Read};
use kernel::ActorId;

/// Noon on 1 July 2026, forever.
///
/// # Panics
/// Never: the date is one of the calendar.
#[must_use]
pub fn frozen_clock() -> FixedClock {
    FixedClock(Utc.with_ymd_and_hms(2026, 7, 1, 12, 0, 0).single().expect("a date of the calendar"))
}

/// The instant of the frozen clock.
#[must_use]
pub fn noon() -> DateTime<Utc> {
    frozen_clock().0
}

/// A door that asks this authority.
#[must_use]
pub fn door(db: &Db, authority: Arc<dyn Authority>) -> Door {
    Door::new(db.clone(), Arc::new(frozen_clock()), authority, Arc::new(NoConflicts))
}

/// A door that lets everybody do everything; skips the question of permission.
#[must_use]
pub fn open_door(db: &Db) -> Door {
    door(db, everything())
}

/// An authority that lets everybody do everything, for doors with a clock of their own.
#[must_use]
pub fn everything() -> Arc<dyn Authority> {
    Arc::new(Everything)
}

/// An actor by number; the staff room does not know them.
#[must_use]
pub fn actor(number: i64) -> Actor {
    Actor { id: ActorId(number), code: format!("actor-{number}") }
}

/// A command by actor 1, under a key.
#[must_use]
pub fn by(key: &str) -> By {
    By { actor: actor(1), reason: "test".to_owned(), key: key.to_owned() }
}

struct Everything;

#[async_trait]
impl Authority for Everything {
    async fn allows(&self, _read: &mut Read, _actor: &Actor, _permission: &str, _on: NaiveDate) -> Result<bool, Fault> {
        Ok(true)
    }
}
