//! Puts off or takes back a stop that was recorded, while its days are unbilled and nobody else has the place.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::NaiveDate;
use kernel::AccountId;
use serde::{Deserialize, Serialize};

use super::MoveRefused;
use super::move_services::{check_reason, hold_places, locked, point_named, points_of};
use crate::again::refresh_bills_again;
use crate::measuring::measure_points;
use crate::permissions;
use crate::store::{self, PointService};

/// Lets services go on that were to stop, or were stopped: to a later day, or without an end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeStop {
    /// The number of the account.
    pub account: String,
    /// The reference of a service point, when only its services go on; all that stop on the day otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_point: Option<String>,
    /// The day after the last day of service as it stands.
    pub stopped_on: NaiveDate,
    /// The day after the last day as it should be; without one they go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

impl Act for ChangeStop {
    const KIND: &'static str = "billing.change_stop";
    /// How many services go on.
    type Outcome = i64;

    fn permission(&self) -> Permission {
        permissions::MOVES
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        check_reason(&self.reason)?;
        if self.stops_on.is_some_and(|stops_on| stops_on <= self.stopped_on) {
            return refuse(MoveRefused::NoLaterDay { stopped_on: self.stopped_on });
        }
        hold_places(entry, &[&self.account], self.service_point.as_deref().as_slice()).await?;
        let account = locked(entry, &self.account).await?;
        let services = self.stopped(entry, account).await?;
        self.check_unbilled(entry, account, &services).await?;
        let points = points_of(&services);
        // One may have been added in the moment before the account was held.
        premises::lock_service_points(entry, &points).await?;
        let there = store::services_at(entry, &points).await?;
        for service in &services {
            self.check_free(entry, &there, service).await?;
        }
        for service in &services {
            let which = (service.account, service.agreement);
            store::stop_otherwise(entry, which, (self.stopped_on, self.stops_on), &self.reason).await?;
        }
        measure_points(entry, &points).await?;
        refresh_bills_again(entry, &[account].into()).await?;
        Ok(i64::try_from(services.len()).unwrap_or(i64::MAX))
    }
}

impl ChangeStop {
    /// The services of the account that stop on the day.
    async fn stopped(&self, entry: &mut Entry, account: AccountId) -> Result<Vec<PointService>, Failure> {
        let point = match &self.service_point {
            Some(point) => Some(point_named(entry, point).await?),
            None => None,
        };
        let mut services = store::services_of(entry, account).await?;
        services.retain(|service| {
            service.stops_on == Some(self.stopped_on) && point.is_none_or(|point| service.service_point == point)
        });
        if services.is_empty() {
            return refuse(MoveRefused::NotStopped { account: self.account.clone(), stopped_on: self.stopped_on });
        }
        Ok(services)
    }

    /// Refuses services whose last day is on a bill that stands: it says that they ended.
    async fn check_unbilled(
        &self,
        entry: &mut Entry,
        account: AccountId,
        services: &[PointService],
    ) -> Result<(), Failure> {
        let billed = store::billed_days_between(entry, (account, AccountId(account.0 + 1))).await?;
        let is_billed = |service: &PointService| {
            billed.iter().any(|days| days.agreement == service.agreement && self.stopped_on <= days.period.to())
        };
        match services.iter().any(is_billed) {
            true => refuse(MoveRefused::BilledToTheEnd { account: self.account.clone(), stopped_on: self.stopped_on }),
            false => Ok(()),
        }
    }

    /// Refuses where somebody has the place on one of the days that are added.
    async fn check_free(
        &self,
        entry: &mut Entry,
        there: &[PointService],
        service: &PointService,
    ) -> Result<(), Failure> {
        let is_in_the_way = |other: &&PointService| {
            (other.service_point, &other.service) == (service.service_point, &service.service)
                && other.agreement != service.agreement
                && self.stops_on.is_none_or(|stops_on| other.starts_on < stops_on)
                && other.stops_on.is_none_or(|stops_on| self.stopped_on < stops_on)
        };
        let Some(other) = there.iter().find(is_in_the_way) else { return Ok(()) };
        let named = customers::accounts_by_id(entry, &[other.account]).await?;
        let points = premises::references_by_id(entry, &[other.service_point]).await?;
        refuse(MoveRefused::TakenMeanwhile {
            account: named.values().map(|account| account.number.to_string()).collect(),
            service: other.service.clone(),
            point: points.values().cloned().collect(),
            from_on: other.starts_on,
        })
    }
}
