//! What this room finds: accounts, meters, bills, places where a service is delivered.

mod accounts;
mod bills;
mod meters;
mod places;

use chrono::NaiveDate;
use db::{Fault, Read};
use web::Found;

pub use accounts::AccountFinder;
use accounts::Sight;
pub use bills::BillFinder;
pub use meters::MeterFinder;
pub use places::PlaceFinder;

/// What this room finds for whoever may see accounts and nothing of protected persons, the best first.
pub async fn found(read: &mut Read, words: &str, (today, most): (NaiveDate, usize)) -> Result<Vec<Found>, Fault> {
    let mut all = accounts::found_accounts(read, words, (today, most), Sight::NothingProtected).await?;
    all.extend(bills::found_bills(read, words, today).await?);
    all.extend(meters::found_meters(read, words, (today, most)).await?);
    all.extend(places::found_places(read, words).await?);
    all.sort_by_key(|found| (!found.is_sure, found.distance));
    all.truncate(most);
    Ok(all)
}

/// How far off something is, as [`web::Found`] says it.
fn distance(steps: usize) -> u8 {
    u8::try_from(steps).unwrap_or(u8::MAX)
}
