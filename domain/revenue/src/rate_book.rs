//! `RateBook`: every rate version compiled, every plan resolved once, ready to price in bulk.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use kernel::{Period, RateProfileId, RateVersionId};
use rates::{Basis, Compiled, Plan, PlanRefused, Schedule};
use tokio::sync::Mutex;

use crate::{RateProfile, RevenueLine, store};

/// All that prices depend on besides the customer's use. Versions and profiles are never
/// changed once recorded, so a book only grows.
#[derive(Clone, Default)]
pub struct RateBook {
    versions: BTreeMap<RateVersionId, BookVersion>,
    by_schedule: BTreeMap<String, Vec<(NaiveDate, RateVersionId)>>,
    profiles: BTreeMap<RateProfileId, RateProfile>,
    lines: BTreeMap<String, RevenueLine>,
    plans: BTreeMap<(RateVersionId, RateProfileId), Result<PricePlan, PlanRefused>>,
}

/// Keeps the newest book, for work that goes on in many transactions.
#[derive(Default)]
pub struct RateShelf(Mutex<Arc<RateBook>>);

/// One version, compiled.
#[derive(Clone)]
pub struct BookVersion {
    /// The schedule, with exactly this version.
    pub schedule: Schedule,
    compiled: Compiled,
}

/// A plan together with where each of its charges goes in the books.
#[derive(Clone)]
pub struct PricePlan {
    /// The plan.
    pub plan: Plan,
    /// One a charge, in the order of [`Plan::charges`].
    pub lines: Vec<RevenueLine>,
}

impl RateBook {
    /// Reads everything.
    pub async fn load(read: &mut Read) -> Result<RateBook, Fault> {
        let empty = RateBook::default();
        Ok(empty.grown(read).await?.unwrap_or(empty))
    }

    /// This book with what has been recorded since it was read; `None` when nothing was.
    async fn grown(&self, read: &mut Read) -> Result<Option<RateBook>, Fault> {
        let mut ids = store::version_ids(read).await?;
        ids.retain(|id| !self.versions.contains_key(id));
        let texts = store::versions(read, &ids).await?;
        let mut ids = store::profile_ids(read).await?;
        ids.retain(|id| !self.profiles.contains_key(id));
        let profiles = store::profiles(read, &ids).await?;
        if texts.is_empty() && profiles.is_empty() {
            return Ok(None);
        }
        let mut book = RateBook { lines: store::lines(read).await?, ..self.clone() };
        for text in texts {
            let id = RateVersionId(text.rate_version_id);
            let doing = format!("reading rate version {} of {}", text.effective_on, text.schedule_code);
            let schedule = Schedule::parse(&text.schedule_text).map_err(|error| Fault::caused(doing.clone(), error))?;
            let version = schedule.versions.first().ok_or_else(|| Fault::new(doing.clone()))?;
            let compiled = version.compile().map_err(|error| Fault::caused(doing, error))?;
            book.versions.insert(id, BookVersion { schedule, compiled });
            let of_schedule = book.by_schedule.entry(text.schedule_code).or_default();
            of_schedule.push((text.effective_on, id));
            of_schedule.sort_unstable();
        }
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

    /// Where a charge goes in the books.
    #[must_use]
    pub fn line(&self, code: &str) -> Option<&RevenueLine> {
        self.lines.get(code)
    }

    /// The version that holds for a bill, by the date that the version's own basis names.
    #[must_use]
    pub fn version_for(&self, schedule: &str, bill_on: NaiveDate, period: Period) -> Option<RateVersionId> {
        let versions = self.by_schedule.get(schedule)?;
        let holds = |(effective_on, id): &&(NaiveDate, RateVersionId)| {
            let date = match self.versions[id].basis() {
                Basis::BillDate => bill_on,
                Basis::ServiceStart => period.from(),
                Basis::ServiceEnd => period.to() - Days::new(1),
            };
            *effective_on <= date
        };
        versions.iter().rev().find(holds).map(|(_, id)| *id)
    }

    /// The plan for a profile under a version; `None` when either is unknown.
    #[must_use]
    pub fn plan(&self, version: RateVersionId, profile: RateProfileId) -> Option<&Result<PricePlan, PlanRefused>> {
        self.plans.get(&(version, profile))
    }

    fn resolve(&mut self) -> Result<(), Fault> {
        let mut plans = BTreeMap::new();
        for (version_id, version) in &self.versions {
            for (profile_id, profile) in &self.profiles {
                let key = (*version_id, *profile_id);
                if self.plans.contains_key(&key) {
                    continue;
                }
                let dimensions: Vec<(&str, &str)> =
                    profile.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let resolved = match version.compiled.plan(&profile.class, &dimensions) {
                    Ok(plan) => Ok(PricePlan { lines: self.lines_of(plan)?, plan: plan.clone() }),
                    Err(refused) => Err(refused),
                };
                plans.insert(key, resolved);
            }
        }
        self.plans.extend(plans);
        Ok(())
    }

    fn lines_of(&self, plan: &Plan) -> Result<Vec<RevenueLine>, Fault> {
        let line = |charge: &rates::PlanCharge| {
            let line = self.lines.get(charge.revenue()).cloned();
            line.ok_or_else(|| Fault::new(format!("revenue code {} has no place in the books", charge.revenue())))
        };
        plan.charges().iter().map(line).collect()
    }
}

impl RateShelf {
    /// The book as of this transaction; only what is new is read and compiled.
    pub async fn book(&self, read: &mut Read) -> Result<Arc<RateBook>, Fault> {
        let mut kept = self.0.lock().await;
        if let Some(grown) = kept.grown(read).await? {
            *kept = Arc::new(grown);
        }
        Ok(kept.clone())
    }
}

impl BookVersion {
    fn basis(&self) -> Basis {
        self.schedule.versions.first().map_or(Basis::BillDate, |version| version.basis)
    }
}
