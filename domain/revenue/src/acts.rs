//! What can be done in this room.

mod adopt_rates;
mod propose_rates;
mod rates_refused;
mod recording;
mod schedule_rates;
mod set_up_revenue;
mod supersede_rates;
mod withdraw_rates;

pub use adopt_rates::AdoptRates;
pub use propose_rates::{ProposeRates, Proposed};
pub use rates_refused::RatesRefused;
pub use schedule_rates::ScheduleRates;
pub use set_up_revenue::{NewLine, NewTax, SetUpRefused, SetUpRevenue};
pub use supersede_rates::SupersedeRates;
pub use withdraw_rates::WithdrawRates;
