//! What can be done in this room. Each answers the service points of which the consumption may change.

mod correct_read;
mod enter_read;
mod exchange_meter;
mod set_removal_count;
mod swap_meters;

pub use correct_read::{CorrectRead, CorrectRefused};
pub use enter_read::{EnterRead, EnterRefused};
pub use exchange_meter::{ExchangeMeter, ExchangeRefused, MeterFacts};
pub use set_removal_count::{RemovalCountRefused, SetRemovalCount};
pub use swap_meters::{SwapMeters, SwapRefused};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ServicePointId;

use crate::{Placement, ReadRecord, store};

/// The source of what staff record by hand; what recorded it is named beside it.
const BY_HAND: &str = "entered";
/// The longest code or number that is stored.
const TEXT_MAX: usize = 200;

/// The service point with a reference.
async fn point_named(read: &mut Read, reference: &str) -> Result<Option<ServicePointId>, Fault> {
    Ok(premises::service_points_by_reference(read, &[reference]).await?.into_values().next())
}

/// The newest revision of what was read somewhere on a day.
async fn newest_read(read: &mut Read, point: ServicePointId, on: NaiveDate) -> Result<Option<ReadRecord>, Fault> {
    Ok(store::newest_reads(read, &[point], (on, on)).await?.into_values().next())
}

/// The installations at a service point, the earliest first.
async fn placements(read: &mut Read, point: ServicePointId) -> Result<Vec<Placement>, Fault> {
    Ok(store::placements_at(read, &[point]).await?.into_values().next().unwrap_or_default())
}

/// Whether a text can stand in one line of a list.
fn is_one_line(text: &str) -> bool {
    text.len() <= TEXT_MAX && text.trim() == text && !text.contains(char::is_control)
}
