//! Says what a meter showed when it was taken out, where that was not written down or written down wrongly.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Fault;
use kernel::{Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::{placements, point_named};
use crate::grounds::grouped;
use crate::{CountError, Placement, permissions, shown, store};

/// Records the last count of a meter that was taken out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetRemovalCount {
    /// The reference of the service point.
    pub service_point: String,
    /// The day the meter was taken out.
    pub removed_on: NaiveDate,
    /// What it showed; nothing where that is not known after all.
    pub count: Option<i64>,
    /// How it was found out.
    pub reason: String,
}

/// Why a last count is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RemovalCountRefused {
    /// A reason must be given.
    #[error("say how the last count of the meter was found out")]
    NoReason,
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// No meter left then.
    #[error("no meter was taken out at service point '{service_point}' on {removed_on}")]
    NotRemoved {
        /// The service point.
        service_point: String,
        /// The day.
        removed_on: NaiveDate,
    },
    /// The meter cannot show it.
    #[error("{0}")]
    Count(CountError),
    /// It says so already.
    #[error("that is what is on record already")]
    NothingNew,
}

impl Refusal for RemovalCountRefused {
    fn code(&self) -> &'static str {
        match self {
            RemovalCountRefused::NoReason => "reason_missing",
            RemovalCountRefused::ServicePoint(_) => "service_point_unknown",
            RemovalCountRefused::NotRemoved { .. } => "not_removed",
            RemovalCountRefused::Count(error) => error.code(),
            RemovalCountRefused::NothingNew => "nothing_new",
        }
    }
}

impl Act for SetRemovalCount {
    const KIND: &'static str = "metering.set_removal_count";
    /// The service point concerned.
    type Outcome = Vec<ServicePointId>;

    fn permission(&self) -> Permission {
        permissions::EXCHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<ServicePointId>, Failure> {
        if self.reason.trim().is_empty() {
            return refuse(RemovalCountRefused::NoReason);
        }
        let Some(point) = point_named(entry, &self.service_point).await? else {
            return refuse(RemovalCountRefused::ServicePoint(self.service_point.clone()));
        };
        store::lock_placements(entry, point).await?;
        let removed_on = Some(self.removed_on);
        let placement = placements(entry, point).await?.into_iter().find(|one| one.removed_on == removed_on);
        let Some(placement) = placement else {
            let (service_point, removed_on) = (self.service_point.clone(), self.removed_on);
            return refuse(RemovalCountRefused::NotRemoved { service_point, removed_on });
        };
        let meter = store::meters_by_id(entry, &[placement.meter]).await?.into_values().next();
        let meter = meter.ok_or_else(|| Fault::impossible_row("meter", "meter_id", placement.meter.0))?;
        let removal_count = self.count.map(|count| shown(count, meter.dials)).transpose();
        let removal_count = removal_count.map_err(|error| refused(RemovalCountRefused::Count(error)))?;
        entry.is_under(permissions::READS);
        entry.concerns_place(point);
        let words = |count: Option<i64>| count.map_or_else(|| "not known".to_owned(), grouped);
        let field = format!("Last count of the meter taken out of {} on {}", self.service_point, self.removed_on);
        entry.changes(field, words(placement.removal_count), words(removal_count));
        if placement.removal_count == removal_count {
            return refuse(RemovalCountRefused::NothingNew);
        }
        store::set_removal_count(entry, &Placement { removal_count, ..placement }).await?;
        Ok(vec![point])
    }
}
