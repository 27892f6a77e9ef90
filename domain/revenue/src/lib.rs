//! What the city charges for: revenue lines, customer classes, rate schedules and their versions.

pub mod acts;
mod line;
pub mod permissions;
mod posting;
mod profile;
mod rate_book;
mod store;
mod water;

pub use line::{ALL, RevenueLine, RevenueModule};
pub use posting::charge_posting;
pub use profile::RateProfile;
pub use rate_book::{BookVersion, PricePlan, RateBook, RateShelf};
pub use store::{VersionText, class_codes, ensure_profiles, schedule_codes, version_texts};
