//! Nobody has two permissions together that do not go together, on any day to come.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::role::is_system_clash;
use super::{Assignment, Days, RoleBook};

/// Two permissions of one person that do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// One.
    pub permission: String,
    /// The other.
    pub other: String,
    /// Why not.
    pub sentence: String,
}

/// Until when a compensating review covers a pair, by pair in the order of the alphabet.
pub(crate) type Reviews = BTreeMap<(String, String), NaiveDate>;

/// The first clash among what a person has today or will have: from roles, own and acting, and granted directly.
///
/// A review that stands on the first shared day lets a pair be; none lets be who administers the system.
pub(crate) fn check_person(
    book: &RoleBook,
    (assignments, direct): (&[Assignment], &BTreeSet<String>),
    reviews: &Reviews,
    today: NaiveDate,
) -> Option<Clash> {
    let always = Days::from(today);
    let of_role = |one: &'_ Assignment| {
        let days = one.days.shared(always)?;
        Some((book.permissions(&one.role), days))
    };
    let mut bundles: Vec<(&BTreeSet<String>, Days)> = assignments.iter().filter_map(of_role).collect();
    bundles.push((direct, always));
    for (place, (ones, one_days)) in bundles.iter().enumerate() {
        for (others, other_days) in &bundles[place..] {
            let Some(shared) = one_days.shared(*other_days) else { continue };
            if let Some(clash) = clash_between(book, (ones, others), reviews, shared.from_on) {
                return Some(clash);
            }
        }
    }
    None
}

/// The first clash between two bundles of permissions that no review covers on a day.
fn clash_between(
    book: &RoleBook,
    (ones, others): (&BTreeSet<String>, &BTreeSet<String>),
    reviews: &Reviews,
    day: NaiveDate,
) -> Option<Clash> {
    for one in ones {
        for other in others {
            let Some(sentence) = book.clash(one, other) else { continue };
            let pair = if one < other { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) };
            let is_reviewed = reviews.get(&pair).is_some_and(|through_on| day <= *through_on);
            if is_reviewed && !is_system_clash(one, other) {
                continue;
            }
            return Some(Clash { permission: pair.0, other: pair.1, sentence: sentence.to_owned() });
        }
    }
    None
}
