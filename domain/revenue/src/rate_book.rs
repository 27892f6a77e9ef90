//! `RateBook`: every rate version compiled, every plan resolved once, ready to price in bulk.

mod proposal;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use db::{Fault, Read};
use kernel::{Period, RateProfileId, RateVersionId};
use rates::{Basis, Compiled, Plan, PlanRefused, Schedule, Version};

use crate::books::{Books, ChargeShape};
use crate::{Places, RateProfile, RevenueLine, TaxLine, store};

/// All that prices depend on besides the customer's use. A recorded version or profile never changes, so a book only
/// grows; a version that is superseded explains no new bill, and stays for what was asked of it. Every transaction of
/// the process asks for the same book and makes it grow, so rates are compiled once.
#[derive(Clone, Default)]
pub struct RateBook {
    versions: BTreeMap<RateVersionId, BookVersion>,
    /// Those that hold, by date.
    by_schedule: BTreeMap<String, Vec<(NaiveDate, RateVersionId)>>,
    superseded: BTreeSet<RateVersionId>,
    profiles: BTreeMap<RateProfileId, RateProfile>,
    books: Books,
    /// One plan for each season of the version.
    plans: BTreeMap<(RateVersionId, RateProfileId), Vec<Result<PricePlan, PlanRefused>>>,
}

/// One version, compiled.
#[derive(Clone)]
pub struct BookVersion {
    /// The schedule, with exactly this version.
    pub schedule: Schedule,
    compiled: Compiled,
    seasons: Vec<Season>,
}

/// The values of dimensions that the month decides, and the months (1 to 12) in which they hold.
#[derive(Clone)]
struct Season {
    values: Vec<(String, String)>,
    months: Vec<u32>,
}

/// A plan together with where each of its charges goes in the books.
#[derive(Clone)]
pub struct PricePlan {
    /// The plan.
    pub plan: Plan,
    /// Where its charges go, in the order of [`Plan::charges`].
    pub places: Places,
}

impl RateBook {
    /// The book as of this transaction; only what is new is read and compiled.
    pub async fn load(read: &mut Read) -> Result<Arc<RateBook>, Fault> {
        let kept: Arc<RateBook> = read.kept().unwrap_or_default();
        let Some(grown) = kept.grown(read).await? else { return Ok(kept) };
        let book = Arc::new(grown);
        read.keep(book.clone());
        Ok(book)
    }

    /// This book with what has been recorded since it was read; `None` when nothing was. A transaction may see less
    /// than a book made meanwhile holds: for it a book is made anew.
    async fn grown(&self, read: &mut Read) -> Result<Option<RateBook>, Fault> {
        let versions: BTreeMap<RateVersionId, bool> = store::version_ids(read).await?.into_iter().collect();
        let profiles: BTreeSet<RateProfileId> = store::profile_ids(read).await?.into_iter().collect();
        let books = store::books(read).await?;
        let is_seen = self.versions.keys().all(|id| versions.contains_key(id))
            && self.profiles.keys().all(|id| profiles.contains(id));
        let empty = RateBook::default();
        let base = if is_seen { self } else { &empty };
        let superseded = versions.iter().filter(|(_, is_superseded)| **is_superseded).map(|(id, _)| *id).collect();
        let new: Vec<RateVersionId> = versions.into_keys().filter(|id| !base.versions.contains_key(id)).collect();
        let texts = store::versions(read, &new).await?;
        let new: Vec<RateProfileId> = profiles.into_iter().filter(|id| !base.profiles.contains_key(id)).collect();
        let profiles = store::profiles(read, &new).await?;
        let is_same = is_seen && superseded == self.superseded && books == self.books;
        if is_same && texts.is_empty() && profiles.is_empty() {
            return Ok(None);
        }
        // Where the books have changed, charges may have other places.
        let plans = if books == base.books { base.plans.clone() } else { BTreeMap::new() };
        let mut book = RateBook { books, superseded, plans, ..base.clone() };
        for text in texts {
            let id = RateVersionId(text.rate_version_id);
            let doing = format!("reading rate version {} of {}", text.effective_on, text.schedule_code);
            let schedule = Schedule::parse(&text.schedule_text).map_err(|error| Fault::caused(doing.clone(), error))?;
            let version = schedule.versions.first().ok_or_else(|| Fault::new(doing.clone()))?;
            let compiled = version.compile().map_err(|error| Fault::caused(doing, error))?;
            let seasons = seasons_of(version);
            book.versions.insert(id, BookVersion { schedule, compiled, seasons });
        }
        book.sort_by_date();
        book.profiles.extend(profiles);
        book.resolve()?;
        Ok(Some(book))
    }

    /// A version by id.
    #[must_use]
    pub fn version(&self, id: RateVersionId) -> Option<&BookVersion> {
        self.versions.get(&id)
    }

    /// A profile by id.
    #[must_use]
    pub fn profile(&self, id: RateProfileId) -> Option<&RateProfile> {
        self.profiles.get(&id)
    }

    /// The profiles of a class, by id.
    #[must_use]
    pub fn profiles_of_class(&self, class: &str) -> Vec<RateProfileId> {
        self.profiles.iter().filter(|(_, profile)| profile.class == class).map(|(id, _)| *id).collect()
    }

    /// Where the charges of a revenue code go in the books, unless it is a tax.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&RevenueLine> {
        self.books.lines.get(code)
    }

    /// Every tax with a place in the books, by authority and code.
    pub fn taxes(&self) -> impl Iterator<Item = &TaxLine> {
        self.books.taxes.values()
    }

    /// The version of a schedule that holds on a day, whatever its basis.
    #[must_use]
    pub fn version_on(&self, schedule: &str, day: NaiveDate) -> Option<RateVersionId> {
        let versions = self.by_schedule.get(schedule)?;
        versions.iter().rev().find(|(effective_on, _)| *effective_on <= day).map(|(_, id)| *id)
    }

    /// The versions of a schedule that stand, by date.
    pub fn standing_versions(&self, schedule: &str) -> impl Iterator<Item = &Version> {
        let ids = self.by_schedule.get(schedule).into_iter().flatten();
        ids.filter_map(|(_, id)| self.versions.get(id)?.version())
    }

    /// The codes of exemptions that some standing version knows.
    #[must_use]
    pub fn exemption_codes(&self) -> BTreeSet<&str> {
        let ids = self.by_schedule.values().flatten();
        let versions = ids.filter_map(|(_, id)| self.versions.get(id)?.version());
        let charges = versions.flat_map(|version| &version.charges);
        charges.filter_map(|charge| charge.exempt_by.as_deref()).collect()
    }

    /// The versions that price a service, each with the days it does, in their order; none when a day has no rates.
    ///
    /// A version holds by the date that its own basis names. One that is prorated by days holds from its first day,
    /// and leaves the days before to its predecessors; there is one version in every other case.
    #[must_use]
    pub fn versions_for(&self, schedule: &str, bill_on: NaiveDate, period: Period) -> Vec<(RateVersionId, Period)> {
        let mut parts = Vec::with_capacity(1);
        let mut rest = period;
        for (effective_on, id) in self.by_schedule.get(schedule).into_iter().flatten().rev() {
            let version = &self.versions[id];
            if version.deciding_on(bill_on, rest) < *effective_on {
                continue;
            }
            let later = Period::new(*effective_on, rest.to()).ok().filter(|_| version.basis() == Basis::ProratedByDays);
            match (later, Period::new(rest.from(), *effective_on)) {
                (Some(later), Ok(before)) => {
                    parts.push((*id, later));
                    rest = before;
                }
                (Some(_) | None, _) => {
                    parts.push((*id, rest));
                    parts.reverse();
                    return parts;
                }
            }
        }
        Vec::new()
    }

    /// The plan for a profile under a version, in the season of the day that decides; `None` when either is unknown.
    #[must_use]
    pub fn plan(
        &self,
        version: RateVersionId,
        profile: RateProfileId,
        (bill_on, period): (NaiveDate, Period),
    ) -> Option<&Result<PricePlan, PlanRefused>> {
        let plans = self.plans.get(&(version, profile))?;
        match plans.as_slice() {
            [plan] => Some(plan),
            plans => {
                let version = self.versions.get(&version)?;
                let month = version.deciding_on(bill_on, period).month();
                plans.get(version.seasons.iter().position(|season| season.months.contains(&month))?)
            }
        }
    }

    fn sort_by_date(&mut self) {
        self.by_schedule.clear();
        for (id, version) in self.versions.iter().filter(|(id, _)| !self.superseded.contains(id)) {
            let of_schedule = self.by_schedule.entry(version.schedule.code.clone()).or_default();
            of_schedule.extend(version.schedule.versions.first().map(|version| (version.effective_on, *id)));
        }
        self.by_schedule.values_mut().for_each(|versions| versions.sort_unstable());
    }

    fn resolve(&mut self) -> Result<(), Fault> {
        let mut plans = BTreeMap::new();
        for (version_id, version) in &self.versions {
            for (profile_id, profile) in &self.profiles {
                let key = (*version_id, *profile_id);
                if self.plans.contains_key(&key) {
                    continue;
                }
                let of_season = |season: &Season| match version.plan(profile, season) {
                    Ok(plan) => Ok(Ok(PricePlan { places: self.places_of(plan)?, plan: plan.clone() })),
                    Err(refused) => Ok(Err(refused)),
                };
                plans.insert(key, version.seasons.iter().map(of_season).collect::<Result<Vec<_>, Fault>>()?);
            }
        }
        self.plans.extend(plans);
        Ok(())
    }

    fn places_of(&self, plan: &Plan) -> Result<Places, Fault> {
        let shape = |charge: &'_ rates::PlanCharge| -> Vec<usize> { charge.percentage_of().to_vec() };
        let shapes: Vec<ChargeShape<'_>> = plan
            .charges()
            .iter()
            .map(|charge| ChargeShape {
                name: charge.name(),
                revenue: charge.revenue(),
                tax: charge.tax(),
                is_borne: !charge.is_billed(),
                is_measured: charge.percentage_of().is_empty(),
                of: shape(charge),
            })
            .collect();
        self.books.places(&shapes).map_err(|error| Fault::caused("finding where a plan's charges go", error))
    }
}

impl BookVersion {
    /// The version itself.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.schedule.versions.first()
    }

    fn basis(&self) -> Basis {
        self.version().map_or(Basis::BillDate, |version| version.basis)
    }

    /// The day of a bill that the version's basis names: it decides version and season.
    fn deciding_on(&self, bill_on: NaiveDate, period: Period) -> NaiveDate {
        match self.basis() {
            Basis::BillDate => bill_on,
            Basis::ServiceStart => period.from(),
            Basis::ServiceEnd | Basis::ProratedByDays => period.to() - Days::new(1),
        }
    }

    fn plan(&self, profile: &RateProfile, season: &Season) -> Result<&Plan, PlanRefused> {
        let is_by_month = |name: &str| season.values.iter().any(|(by_month, _)| by_month == name);
        let own = profile.dimensions.iter().filter(|(name, _)| !is_by_month(name));
        let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
        let by_month = season.values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let dimensions: Vec<(&str, &str)> = own.chain(by_month).collect();
        self.compiled.plan(&profile.class, &dimensions)
    }
}

/// The seasons of a version; one, with no values, where nothing depends on the month.
fn seasons_of(version: &Version) -> Vec<Season> {
    let mut seasons: Vec<Season> = Vec::new();
    for month in 1..=12 {
        let day = NaiveDate::from_ymd_opt(2000, month, 1).expect("every year has twelve months");
        let values = version.values_on(day);
        match seasons.iter_mut().find(|season| season.values == values) {
            Some(season) => season.months.push(month),
            None => seasons.push(Season { values, months: vec![month] }),
        }
    }
    seasons
}
