//! What the city charges for: revenue lines, customer classes, rate schedules and their versions.

pub mod acts;
mod airport;
mod books;
mod fees;
mod line;
pub mod permissions;
mod place;
mod placing;
mod posting;
mod profile;
mod rate_book;
mod sewer;
mod state;
mod store;
mod stormwater;
mod tax;
mod trash;
mod water;

pub use books::NotPlaced;
pub use line::{ALL, RevenueLine, RevenueModule};
pub use place::{Place, Places};
pub use placing::not_placed;
pub use posting::charge_posting;
pub use profile::RateProfile;
pub use rate_book::{BookVersion, PricePlan, RateBook};
pub use state::{ListedRates, RatesState, listed_rates};
pub use store::{
    RateProposal, RecordedRates, ScheduleTitle, VersionText, WhereItGoes, all_profiles, class_codes, class_titles,
    ensure_profiles, note_uses, rate_proposal, rate_proposals, recorded_rates, schedule_codes, schedule_titles,
    share_rates, version_texts, where_it_goes,
};
pub use tax::TaxLine;
