//! Starts, stops and hands over services when people move.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Fault;
use kernel::{AccountId, AgreementId, ServicePointId};
use revenue::RateProfile;
use serde::{Deserialize, Serialize};

use super::MoveRefused;
use super::find::account_named;
use crate::again::refresh_bills_again;
use crate::measuring::measure_points;
use crate::store::{self, PointService};
use crate::{Agreement, NewAgreement, permissions};

/// Starts a service for an account. It cannot begin without cycle, rate schedule and liable account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartService {
    /// The number of the account that will be liable.
    pub account: String,
    /// The reference of the service point; of a service without a point of its own that of the meter.
    pub service_point: String,
    /// The service.
    pub service: String,
    /// The code of the rate schedule.
    pub schedule: String,
    /// The code of the cycle.
    pub cycle: String,
    /// The customer class.
    pub class: String,
    /// What else the rates ask, such as the meter size.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// The first day.
    pub starts_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Stops services of an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StopService {
    /// The number of the account.
    pub account: String,
    /// The reference of a service point, when only its services stop; all of the account's otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_point: Option<String>,
    /// The day after the last day of service.
    pub stops_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Hands all services of an account over to another from a day on: tenant to tenant, tenant to owner, owner to tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransferService {
    /// The number of the account that was liable.
    pub from_account: String,
    /// The number of the account that is from now on.
    pub to_account: String,
    /// The reference of a service point, when only its services are handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_point: Option<String>,
    /// The first day of the new one.
    pub on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Corrects the class, dimension values or rate schedule of a service, from its first day; bills are then made again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorrectService {
    /// The number of the account.
    pub account: String,
    /// The reference of the service point.
    pub service_point: String,
    /// The service.
    pub service: String,
    /// A day on which the service is active, to tell which one is meant.
    pub on: NaiveDate,
    /// The class it should have.
    pub class: String,
    /// The dimension values it should have.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// The rate schedule it should have.
    pub schedule: String,
    /// Why.
    pub reason: String,
}

/// What a move changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Services that stopped.
    pub stopped: i64,
    /// Services that started.
    pub started: i64,
}

impl Act for StartService {
    const KIND: &'static str = "billing.start_service";
    type Outcome = Moved;

    fn permission(&self) -> Permission {
        permissions::MOVES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        check_reason(&self.reason)?;
        hold_places(entry, &[&self.account], &[&self.service_point]).await?;
        self.start(entry).await
    }
}

impl StartService {
    /// Starts it, once the place is held.
    pub(super) async fn start(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        let account = locked(entry, &self.account).await?;
        let point = point_named(entry, &self.service_point).await?;
        let cycle = store::cycle_by_code(entry, &self.cycle).await?;
        let cycle = cycle.ok_or_else(|| refused(MoveRefused::UnknownCycle(self.cycle.clone())))?;
        if !store::cycle_periods(entry).await?.iter().any(|one| one.cycle == cycle.id) {
            return refuse(MoveRefused::NoCalendar(self.cycle.clone()));
        }
        let profile = profile_for(entry, (&self.service, &self.schedule), &self.class, &self.dimensions).await?;
        let services = store::services_at(entry, &[point]).await?;
        let new = PointService {
            account,
            agreement: entry.id("service_agreement").await?,
            service_point: point,
            service: self.service.clone(),
            schedule: self.schedule.clone(),
            profile,
            cycle: cycle.id,
            starts_on: self.starts_on,
            stops_on: None,
            is_measured: false,
        };
        check_free(entry, &services, &[], &new).await?;
        self.compare_with_last(entry, &services, &new);
        store::insert_agreements(entry, vec![agreement_of(&new)]).await?;
        let (act, waiting) = (entry.act, (self.service_point.as_str(), self.service.as_str(), self.starts_on));
        store::complete_pending(entry, waiting, act).await?;
        measure_points(entry, &[point]).await?;
        Ok(Moved { stopped: 0, started: 1 })
    }

    /// Who stops a service and starts it again by other rates or another class corrects it, which wants a second person.
    /// Other rates for somebody new at the place may be right: whoever reviews sees them.
    fn compare_with_last(&self, entry: &mut Entry, services: &[PointService], new: &PointService) {
        let before = services.iter().filter(|one| one.service == new.service && one.starts_on <= new.starts_on);
        let Some(last) = before.max_by_key(|one| (one.starts_on, one.agreement)) else { return };
        if (&last.schedule, last.profile) == (&new.schedule, new.profile) {
            return;
        }
        if last.account != new.account {
            let words = format!("{} is started by other rates or another class than it had before", self.service);
            entry.looks_odd("other_rates", words);
            return;
        }
        entry.is_under(permissions::ASSIGNMENTS);
        let field = format!("Rates of {} at {} of account {}", self.service, self.service_point, self.account);
        entry.changes(field, last.schedule.as_str(), format!("{}, class {}", self.schedule, self.class));
    }
}

impl Act for StopService {
    const KIND: &'static str = "billing.stop_service";
    type Outcome = Moved;

    fn permission(&self) -> Permission {
        permissions::MOVES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        check_reason(&self.reason)?;
        hold_places(entry, &[&self.account], self.service_point.as_deref().as_slice()).await?;
        self.stop(entry).await
    }
}

impl StopService {
    /// Stops them, once the places are held.
    pub(super) async fn stop(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        let account = locked(entry, &self.account).await?;
        let services = stopping(entry, (account, &self.account), self.service_point.as_deref(), self.stops_on).await?;
        stop(entry, &services, self.stops_on, &self.reason).await?;
        measure_points(entry, &points_of(&services)).await?;
        refresh_bills_again(entry, &[account].into()).await?;
        let stopped = i64::try_from(services.len()).unwrap_or(i64::MAX);
        Ok(Moved { stopped, started: 0 })
    }
}

impl Act for TransferService {
    const KIND: &'static str = "billing.transfer_service";
    type Outcome = Moved;

    fn permission(&self) -> Permission {
        permissions::MOVES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        check_reason(&self.reason)?;
        let both = [self.from_account.as_str(), &self.to_account];
        hold_places(entry, &both, self.service_point.as_deref().as_slice()).await?;
        self.hand_over(entry).await
    }
}

impl TransferService {
    /// Hands them over, once the places are held.
    pub(super) async fn hand_over(&self, entry: &mut Entry) -> Result<Moved, Failure> {
        if self.from_account == self.to_account {
            return refuse(MoveRefused::ToItself(self.to_account.clone()));
        }
        let from = locked(entry, &self.from_account).await?;
        let to = locked(entry, &self.to_account).await?;
        let services = stopping(entry, (from, &self.from_account), self.service_point.as_deref(), self.on).await?;
        let points = points_of(&services);
        // One may have been added in the moment before the account was held.
        premises::lock_service_points(entry, &points).await?;
        let there = store::services_at(entry, &points).await?;
        let stopped: Vec<AgreementId> = services.iter().map(|service| service.agreement).collect();
        let mut new = Vec::with_capacity(services.len());
        let mut ids = entry.ids("service_agreement", services.len()).await?;
        for service in &services {
            let started = PointService {
                account: to,
                agreement: ids.take(),
                starts_on: self.on,
                stops_on: None,
                ..service.clone()
            };
            check_free(entry, &there, &stopped, &started).await?;
            new.push(agreement_of(&started));
        }
        stop(entry, &services, self.on, &self.reason).await?;
        store::insert_agreements(entry, new).await?;
        let (act, names) = (entry.act, premises::references_by_id(entry, &points).await?);
        for service in &services {
            let reference = names.get(&service.service_point).map_or("", String::as_str);
            store::complete_pending(entry, (reference, &service.service, self.on), act).await?;
        }
        measure_points(entry, &points).await?;
        refresh_bills_again(entry, &[from].into()).await?;
        let count = i64::try_from(services.len()).unwrap_or(i64::MAX);
        Ok(Moved { stopped: count, started: count })
    }
}

impl Act for CorrectService {
    const KIND: &'static str = "billing.correct_service";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::CORRECT
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_reason(&self.reason)?;
        let account = locked(entry, &self.account).await?;
        let point = point_named(entry, &self.service_point).await?;
        let profile = profile_for(entry, (&self.service, &self.schedule), &self.class, &self.dimensions).await?;
        let services = store::services_of(entry, account).await?;
        let is_meant = |service: &&PointService| {
            service.service_point == point
                && service.service == self.service
                && service.starts_on <= self.on
                && service.stops_on.is_none_or(|stops_on| self.on < stops_on)
        };
        let not_active = || MoveRefused::NotActive { account: self.account.clone(), on: self.on };
        let service = services.iter().find(is_meant).ok_or_else(|| refused(not_active()))?;
        entry.is_under(permissions::ASSIGNMENTS);
        let field = format!("Rates of {} at {} of account {}", self.service, self.service_point, self.account);
        entry.changes(field, service.schedule.as_str(), format!("{}, class {}", self.schedule, self.class));
        store::correct_agreement(entry, (account, service.agreement), (profile, &self.schedule)).await?;
        Ok(())
    }
}

pub(super) fn check_reason(reason: &str) -> Result<(), Failure> {
    if reason.trim().is_empty() { refuse(MoveRefused::NoReason) } else { Ok(()) }
}

/// Holds the places that move, or all where the first of some accounts is served when none is named; then these accounts and
/// whoever else had a service there, the older first. Whoever measures holds places first and then accounts, and what a move
/// measures may concern all of them: in another order two of them could wait for each other. What is not there is refused
/// where it is used.
pub(super) async fn hold_places(entry: &mut Entry, numbers: &[&str], references: &[&str]) -> Result<(), Fault> {
    let mut accounts = BTreeSet::new();
    let mut first = None;
    for number in numbers {
        let named = account_named(entry, number).await?.ok();
        first = first.or(named);
        accounts.extend(named);
    }
    let points: Vec<ServicePointId> = match first {
        Some(first) if references.is_empty() => points_of(&store::services_of(entry, first).await?),
        Some(_) | None => premises::service_points_by_reference(entry, references).await?.into_values().collect(),
    };
    premises::lock_service_points(entry, &points).await?;
    accounts.extend(store::services_at(entry, &points).await?.iter().map(|service| service.account));
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    customers::hold_these_accounts(entry, &accounts).await
}

/// The account with a number, held alone: runs that post it wait.
pub(super) async fn locked(entry: &mut Entry, number: &str) -> Result<AccountId, Failure> {
    let account = account_named(entry, number).await?;
    let account = account.map_err(|_| refused(MoveRefused::UnknownAccount(number.to_owned())))?;
    entry.concerns(account);
    customers::hold_accounts(entry, (account, AccountId(account.0 + 1))).await?;
    Ok(account)
}

pub(super) async fn point_named(entry: &mut Entry, reference: &str) -> Result<ServicePointId, Failure> {
    let points = premises::service_points_by_reference(entry, &[reference]).await?;
    let point = points.get(reference).copied();
    point.ok_or_else(|| refused(MoveRefused::UnknownPoint(reference.to_owned())))
}

/// The rate profile of a class with its dimension values, once schedule and class are known to fit.
async fn profile_for(
    entry: &mut Entry,
    (service, schedule): (&str, &str),
    class: &str,
    dimensions: &BTreeMap<String, String>,
) -> Result<kernel::RateProfileId, Failure> {
    if revenue::schedule_codes(entry).await?.get(schedule).is_none_or(|priced| priced != service) {
        let (schedule, service) = (schedule.to_owned(), service.to_owned());
        return refuse(MoveRefused::UnknownSchedule { schedule, service });
    }
    if !revenue::class_codes(entry).await?.contains(class) {
        return refuse(MoveRefused::UnknownClass(class.to_owned()));
    }
    let profile = RateProfile { class: class.to_owned(), dimensions: dimensions.clone() };
    let ids = revenue::ensure_profiles(entry, &[profile.clone()].into()).await?;
    Ok(ids[&profile])
}

/// The services of an account that stop on a day.
async fn stopping(
    entry: &mut Entry,
    (account, number): (AccountId, &str),
    point: Option<&str>,
    stops_on: NaiveDate,
) -> Result<Vec<PointService>, Failure> {
    let point = match point {
        Some(point) => Some(point_named(entry, point).await?),
        None => None,
    };
    let mut services = store::services_of(entry, account).await?;
    services.retain(|service| {
        point.is_none_or(|point| service.service_point == point)
            && service.stops_on.is_none_or(|stopped_on| stops_on < stopped_on)
    });
    if services.is_empty() {
        return refuse(MoveRefused::NotActive { account: number.to_owned(), on: stops_on });
    }
    if let Some(service) = services.iter().find(|service| stops_on <= service.starts_on) {
        let (account, starts_on) = (number.to_owned(), service.starts_on);
        return refuse(MoveRefused::StopsBeforeStart { account, starts_on, stops_on });
    }
    Ok(services)
}

async fn stop(entry: &mut Entry, services: &[PointService], on: NaiveDate, reason: &str) -> Result<(), Failure> {
    for service in services {
        store::stop_agreement(entry, (service.account, service.agreement), on, reason).await?;
    }
    Ok(())
}

/// Refuses a service where another account, or the same one, has it from its first day on.
async fn check_free(
    entry: &mut Entry,
    there: &[PointService],
    stopping: &[AgreementId],
    new: &PointService,
) -> Result<(), Failure> {
    let is_in_the_way = |other: &&PointService| {
        other.service_point == new.service_point
            && other.service == new.service
            && !stopping.contains(&other.agreement)
            && other.stops_on.is_none_or(|stops_on| new.starts_on < stops_on)
    };
    let Some(other) = there.iter().find(is_in_the_way) else { return Ok(()) };
    let named = customers::accounts_by_id(entry, &[other.account]).await?;
    let points = premises::references_by_id(entry, &[other.service_point]).await?;
    refuse(MoveRefused::Taken {
        account: named.values().map(|account| account.number.to_string()).collect(),
        service: other.service.clone(),
        point: points.values().cloned().collect(),
        on: new.starts_on.max(other.starts_on),
    })
}

pub(super) fn points_of(services: &[PointService]) -> Vec<ServicePointId> {
    let points: BTreeSet<ServicePointId> = services.iter().map(|service| service.service_point).collect();
    points.into_iter().collect()
}

fn agreement_of(service: &PointService) -> NewAgreement {
    NewAgreement {
        agreement: Agreement {
            id: service.agreement,
            account: service.account,
            service_point: service.service_point,
            schedule: service.schedule.clone(),
            profile: service.profile,
            starts_on: service.starts_on,
            stops_on: service.stops_on,
        },
        service: service.service.clone(),
        cycle: service.cycle,
        source: String::new(),
    }
}
