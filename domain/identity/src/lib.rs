//! Who may be told what about an account. See README.md.

pub mod acts;
mod api;
mod asking;
mod banner;
mod identifier;
mod opening;
mod openings;
mod pages;
pub mod permissions;
mod queues;
mod recent;
mod red_flag;
mod shield;
mod store;
mod upkeep;
mod verification;

pub use api::{api_routes, description};
pub use asking::{Asking, VerifiedCallers};
pub use banner::{banner, is_verified};
pub use identifier::{
    Identifier, IdentifierKind, IdentifierView, NotAnIdentifier, PlainIdentifier, SealedIdentifier, TAX_FORMS,
};
pub use opening::{unchecked_openings, with_same_numbers};
pub use openings::Openings;
pub use pages::routes;
pub use queues::IdentityQueues;
pub use red_flag::{Finding, OpeningFacts, RECENT_DAYS, RedFlag, RedFlagRule, SHARED_PHONE, findings};
pub use shield::{PROGRAMS, Shield, cover, hides_people_at, hides_person, protected_among};
pub use store::{identifiers_of as identifiers, rule as verification_rule};
pub use upkeep::{keys_in_use, seal_again};
pub use verification::{CallerRole, MINUTES_MAX, Question, RECENT_DAYS_MAX, TRIES_MAX, Verification, VerificationRule};
