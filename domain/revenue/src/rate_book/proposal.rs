//! A book in which rates that nobody has adopted hold on every day: what would be, if they did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::RateVersionId;
use rates::{RateError, Schedule, Version};

use super::{BookVersion, PricePlan, RateBook, seasons_of};
use crate::Places;

impl RateBook {
    /// The version of a proposal in its book.
    pub const PROPOSED: RateVersionId = RateVersionId(-1);

    /// A book for the same customers with one version of one schedule, which holds on every day.
    ///
    /// Nothing of it goes to the books: its plans have no places.
    pub fn proposing(&self, schedule: &Schedule, version: &Version) -> Result<RateBook, RateError> {
        let schedule = Schedule { versions: vec![version.clone()], ..schedule.clone() };
        let code = schedule.code.clone();
        let proposed = BookVersion { compiled: version.compile()?, seasons: seasons_of(version), schedule };
        let mut plans = BTreeMap::new();
        for (id, profile) in &self.profiles {
            let of_season = |season| {
                let plan = proposed.plan(profile, season)?;
                Ok(PricePlan { plan: plan.clone(), places: Places::default() })
            };
            plans.insert((RateBook::PROPOSED, *id), proposed.seasons.iter().map(of_season).collect());
        }
        Ok(RateBook {
            versions: BTreeMap::from([(RateBook::PROPOSED, proposed)]),
            by_schedule: BTreeMap::from([(code, vec![(NaiveDate::MIN, RateBook::PROPOSED)])]),
            superseded: BTreeSet::new(),
            profiles: self.profiles.clone(),
            books: self.books.clone(),
            plans,
        })
    }
}
