//! GL periods: who posts shares the month with others who post; who locks it is alone with it.

use acts::{Failure, refuse};
use chrono::NaiveDate;
use db::{Fault, Read, Tx};
use kernel::Month;
use ledger::{PeriodLocks, PostingRefused};

use crate::store;

/// The locked months.
pub async fn locks(read: &mut Read) -> Result<PeriodLocks, Fault> {
    Ok(PeriodLocks::new(store::locked_months(read).await?))
}

/// Holds the month of a GL date open until the transaction ends, or refuses a locked one.
///
/// A month is open until it is locked. Its row is made by whoever posts or locks first, because
/// only a row can be held.
pub async fn share_period(tx: &mut Tx, gl_on: NaiveDate) -> Result<(), Failure> {
    let month = Month::of(gl_on);
    let known = store::share_month(tx, month).await?;
    let is_locked = match known {
        Some(is_locked) => is_locked,
        None => {
            store::insert_month(tx, month).await?;
            store::share_month(tx, month).await?.ok_or_else(|| Fault::new("a GL month is gone that was just made"))?
        }
    };
    if is_locked { refuse(PostingRefused::PeriodLocked { gl_on }) } else { Ok(()) }
}
