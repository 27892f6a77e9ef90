//! What can be done in this room. Each answers the service points of which the consumption may change.

mod correct_read;
mod enter_read;
mod exchange_meter;
mod set_removal_count;
mod set_route_stops;
mod swap_meters;

pub use correct_read::{CorrectRead, CorrectRefused};
pub use enter_read::{EnterRead, EnterRefused};
pub use exchange_meter::{ExchangeMeter, ExchangeRefused, MeterFacts};
pub use set_removal_count::{RemovalCountRefused, SetRemovalCount};
pub use set_route_stops::{PlaceInWalk, STOPS_MAX, SetRouteStops, StopAt, StopsRefused};
pub use swap_meters::{SwapMeters, SwapRefused};

use ::acts::Entry;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ServicePointId;

use crate::{CountLooker, Placement, ReadRecord, store};

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

/// What is odd about a count of the meter that is at a service point on a day, by whoever the door knows to look at counts.
async fn odd_count(entry: &mut Entry, point: ServicePointId, counted: (i64, NaiveDate)) -> Result<Vec<String>, Fault> {
    match entry.told::<CountLooker>() {
        Some(looker) => looker.0.odd_count(entry, point, counted).await,
        None => Ok(Vec::new()),
    }
}

/// What would not follow a meter of another size, by the same.
async fn odd_size(entry: &mut Entry, point: ServicePointId, put_in: (&str, NaiveDate)) -> Result<Vec<String>, Fault> {
    match entry.told::<CountLooker>() {
        Some(looker) => looker.0.odd_size(entry, point, put_in).await,
        None => Ok(Vec::new()),
    }
}

/// Whether a text can stand in one line of a list.
fn is_one_line(text: &str) -> bool {
    text.len() <= TEXT_MAX && text.trim() == text && !text.contains(char::is_control)
}
