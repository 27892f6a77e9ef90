//! What can be done in this room.

mod adopt_rates;
mod set_up_revenue;

pub use adopt_rates::{AdoptRates, RatesRefused};
pub use set_up_revenue::{NewLine, SetUpRefused, SetUpRevenue};
