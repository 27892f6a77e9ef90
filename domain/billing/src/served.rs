//! Who is served with what and where, in words: for screens about moves and service points.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, CycleId, RateProfileId, ServicePointId};

use crate::store::{self, PointService};

/// A service of an account at a service point, with the names of everything it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedService {
    /// Who is liable.
    pub account: AccountId,
    /// The number of the account.
    pub number: String,
    /// The name of its customer.
    pub customer: String,
    /// The agreement.
    pub agreement: AgreementId,
    /// Where.
    pub service_point: ServicePointId,
    /// The reference of the service point.
    pub reference: String,
    /// Where that is; empty where it is not known.
    pub address: String,
    /// The service.
    pub service: String,
    /// The rate schedule.
    pub schedule: String,
    /// The class with dimension values, as they are stored.
    pub profile: RateProfileId,
    /// The customer class.
    pub class: String,
    /// The dimension values.
    pub dimensions: BTreeMap<String, String>,
    /// The cycle.
    pub cycle: CycleId,
    /// The code of the cycle.
    pub cycle_code: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The day after the last, once it is stopped.
    pub stops_on: Option<NaiveDate>,
    /// Whether it is the service the point is there for: who has it answers for what is measured.
    pub is_measured: bool,
}

impl ServedService {
    /// Whether it is active on a day.
    #[must_use]
    pub fn is_active(&self, on: NaiveDate) -> bool {
        self.starts_on <= on && self.stops_on.is_none_or(|stops_on| on < stops_on)
    }

    /// Whether it goes on behind a day, or begins later.
    #[must_use]
    pub fn goes_on(&self, on: NaiveDate) -> bool {
        self.stops_on.is_none_or(|stops_on| on < stops_on)
    }

    /// The dimension values in words: `meter size 5/8"`.
    #[must_use]
    pub fn dimensions_text(&self) -> String {
        let one = |(name, value): (&String, &String)| format!("{} {value}", name.replace('_', " "));
        self.dimensions.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// All services an account ever had, by service point and first day.
pub async fn services_of_account(read: &mut Read, account: AccountId) -> Result<Vec<ServedService>, Fault> {
    let services = store::services_of(read, account).await?;
    in_words(read, services).await
}

/// All services there ever were at some service points, by point and first day.
pub async fn services_at_points(read: &mut Read, points: &[ServicePointId]) -> Result<Vec<ServedService>, Fault> {
    let services = store::services_at(read, points).await?;
    in_words(read, services).await
}

async fn in_words(read: &mut Read, services: Vec<PointService>) -> Result<Vec<ServedService>, Fault> {
    let mut accounts: Vec<AccountId> = services.iter().map(|one| one.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut points: Vec<ServicePointId> = services.iter().map(|one| one.service_point).collect();
    points.sort_unstable();
    points.dedup();
    let accounts = customers::accounts_by_id(read, &accounts).await?;
    let points = premises::points_by_id(read, &points).await?;
    let profiles = revenue::all_profiles(read).await?;
    let cycles: BTreeMap<CycleId, String> =
        store::cycles(read).await?.into_iter().map(|cycle| (cycle.id, cycle.code)).collect();
    let served = |one: PointService| {
        let (account, point) = (accounts.get(&one.account), points.get(&one.service_point));
        let profile = profiles.get(&one.profile);
        ServedService {
            account: one.account,
            number: account.map(|account| account.number.to_string()).unwrap_or_default(),
            customer: account.map(|account| account.customer_name.clone()).unwrap_or_default(),
            agreement: one.agreement,
            service_point: one.service_point,
            reference: point.map(|point| point.reference.clone()).unwrap_or_default(),
            address: point.map(|point| point.address.clone()).unwrap_or_default(),
            service: one.service,
            schedule: one.schedule,
            profile: one.profile,
            class: profile.map(|profile| profile.class.clone()).unwrap_or_default(),
            dimensions: profile.map(|profile| profile.dimensions.clone()).unwrap_or_default(),
            cycle: one.cycle,
            cycle_code: cycles.get(&one.cycle).cloned().unwrap_or_default(),
            starts_on: one.starts_on,
            stops_on: one.stops_on,
            is_measured: one.is_measured,
        }
    };
    Ok(services.into_iter().map(served).collect())
}
