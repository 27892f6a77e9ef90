//! Exchanges the meter at a service point for another.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Fault;
use kernel::{MeterId, Refusal, ServicePointId, Unit};
use serde::{Deserialize, Serialize};

use super::{BY_HAND, TEXT_MAX, is_one_line, odd_count, odd_size, placements, point_named};
use crate::{CountError, Meter, MeterError, Placement, dials, permissions, shown, steps_per_count, store};

/// Records that a meter was taken out and another put in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExchangeMeter {
    /// The reference of the service point.
    pub service_point: String,
    /// The day.
    pub exchanged_on: NaiveDate,
    /// What the old meter showed, if somebody wrote it down.
    pub removal_count: Option<i64>,
    /// The new meter.
    pub meter: MeterFacts,
    /// What it showed.
    pub install_count: i64,
    /// Whether somebody looked again and says that all of it is right, though it looks odd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_right: Option<bool>,
}

/// A meter as its case and papers tell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MeterFacts {
    /// The number on its case.
    pub serial_number: String,
    /// What it measures in.
    pub unit: Unit,
    /// How many digits it shows.
    pub dials: i64,
    /// How much of the unit one count is, such as `0.01`.
    pub multiplier: String,
    /// The size, such as `5/8"`; may be empty.
    pub size: String,
}

/// Why a meter is not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeRefused {
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// It has not happened yet.
    #[error("{exchanged_on} is after today, {today}")]
    AfterToday {
        /// The day given.
        exchanged_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// Number or size cannot be stored.
    #[error("number and size of a meter are one line each, of at most {TEXT_MAX} bytes; the number is needed")]
    Text,
    /// There is no such meter.
    #[error("{0}")]
    Meter(MeterError),
    /// A count that a meter cannot show.
    #[error("{what}: {error}")]
    Count {
        /// Which of the two.
        what: &'static str,
        /// What is wrong with it.
        error: CountError,
    },
    /// Nothing to take out.
    #[error("service point '{0}' has no meter to take out")]
    NotInstalled(String),
    /// A meter is in for at least a day.
    #[error("the meter at service point '{service_point}' was put in on {installed_on}, not before {exchanged_on}")]
    NotAfterInstallation {
        /// The service point.
        service_point: String,
        /// The day the old meter was put in.
        installed_on: NaiveDate,
        /// The day given.
        exchanged_on: NaiveDate,
    },
    /// Reads after the exchange would be of the old meter.
    #[error("service point '{service_point}' has a read of {read_on}, after the exchange: withdraw it first")]
    ReadSince {
        /// The service point.
        service_point: String,
        /// The day of the read.
        read_on: NaiveDate,
    },
    /// The number belongs to a meter that is otherwise.
    #[error("meter '{0}' is known with other digits, unit, multiplier or size")]
    Differs(String),
    /// It cannot be in two places.
    #[error("meter '{serial_number}' is at another place on {exchanged_on}, or again later")]
    InstalledElsewhere {
        /// The number of the meter.
        serial_number: String,
        /// The day given.
        exchanged_on: NaiveDate,
    },
    /// Nobody said that it is right.
    #[error("what was counted at service point '{service_point}' looks odd: {}; look again, and say so if it is right", .odd.join("; "))]
    Odd {
        /// The service point.
        service_point: String,
        /// What is odd about it.
        odd: Vec<String>,
    },
}

impl Refusal for ExchangeRefused {
    fn code(&self) -> &'static str {
        match self {
            ExchangeRefused::ServicePoint(_) => "service_point_unknown",
            ExchangeRefused::AfterToday { .. } => "after_today",
            ExchangeRefused::Text => "one_line",
            ExchangeRefused::Meter(_) => "meter_impossible",
            ExchangeRefused::Count { error, .. } => error.code(),
            ExchangeRefused::NotInstalled(_) => "meter_not_installed",
            ExchangeRefused::NotAfterInstallation { .. } => "not_after_installation",
            ExchangeRefused::ReadSince { .. } => "read_since",
            ExchangeRefused::Differs(_) => "differs",
            ExchangeRefused::InstalledElsewhere { .. } => "installed_elsewhere",
            ExchangeRefused::Odd { .. } => "count_looks_odd",
        }
    }
}

impl Act for ExchangeMeter {
    const KIND: &'static str = "metering.exchange_meter";
    /// The service point concerned.
    type Outcome = Vec<ServicePointId>;

    fn permission(&self) -> Permission {
        permissions::EXCHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<ServicePointId>, Failure> {
        let Some(point) = point_named(entry, &self.service_point).await? else {
            return refuse(ExchangeRefused::ServicePoint(self.service_point.clone()));
        };
        entry.concerns_place(point);
        let (exchanged_on, today) = (self.exchanged_on, entry.today);
        if today < exchanged_on {
            return refuse(ExchangeRefused::AfterToday { exchanged_on, today });
        }
        let new = self.meter.checked()?;
        let install_count = shown(self.install_count, new.dials)
            .map_err(|error| refused(ExchangeRefused::Count { what: "the new meter", error }))?;
        store::lock_placements(entry, point).await?;
        let (removed, old_size) = self.taken_out(entry, point).await?;
        self.check_reads(entry, point).await?;
        let meter = match store::meters_by_serial(entry, &[&new.serial_number]).await?.remove(&new.serial_number) {
            None => {
                let meter = Meter { id: entry.id("meter").await?, ..new };
                store::insert_meters(entry, vec![meter.clone()]).await?;
                meter
            }
            Some(known) if (Meter { id: known.id, source: known.source.clone(), ..new }) == known => known,
            Some(known) => return refuse(ExchangeRefused::Differs(known.serial_number)),
        };
        let placement = Placement {
            service_point: point,
            installed_on: exchanged_on,
            meter: meter.id,
            install_count,
            removed_on: None,
            removal_count: None,
            source: BY_HAND.to_owned(),
        };
        let elsewhere = store::placements_of(entry, &[meter.id]).await?.remove(&meter.id).unwrap_or_default();
        if elsewhere.iter().any(|other| other.overlaps(&placement)) {
            let serial_number = meter.serial_number;
            return refuse(ExchangeRefused::InstalledElsewhere { serial_number, exchanged_on });
        }
        self.check_odd(entry, point, &old_size).await?;
        store::end_placement(entry, &removed).await?;
        store::insert_placements(entry, vec![placement]).await?;
        Ok(vec![point])
    }
}

impl ExchangeMeter {
    /// The installation that ends, with its last day and count; and the size of its meter.
    async fn taken_out(&self, entry: &mut Entry, point: ServicePointId) -> Result<(Placement, String), Failure> {
        let current = placements(entry, point).await?.pop().filter(|placement| placement.removed_on.is_none());
        let Some(current) = current else {
            return refuse(ExchangeRefused::NotInstalled(self.service_point.clone()));
        };
        if self.exchanged_on <= current.installed_on {
            return refuse(ExchangeRefused::NotAfterInstallation {
                service_point: self.service_point.clone(),
                installed_on: current.installed_on,
                exchanged_on: self.exchanged_on,
            });
        }
        let old = store::meters_by_id(entry, &[current.meter]).await?.into_values().next();
        let old = old.ok_or_else(|| Fault::impossible_row("meter", "meter_id", current.meter.0))?;
        let removal_count = self.removal_count.map(|count| shown(count, old.dials)).transpose();
        let removal_count =
            removal_count.map_err(|error| refused(ExchangeRefused::Count { what: "the old meter", error }))?;
        Ok((Placement { removed_on: Some(self.exchanged_on), removal_count, ..current }, old.size))
    }

    /// The last count of the old meter is looked at like any count, while that meter is there; and so is what would not
    /// follow the size of the new one.
    async fn check_odd(&self, entry: &mut Entry, point: ServicePointId, old_size: &str) -> Result<(), Failure> {
        let mut odd = match self.removal_count {
            Some(count) => odd_count(entry, point, (count, self.exchanged_on)).await?,
            None => Vec::new(),
        };
        let size = self.meter.size.as_str();
        if !size.is_empty() && size != old_size {
            odd.extend(odd_size(entry, point, (size, self.exchanged_on)).await?);
        }
        if odd.is_empty() || self.is_right == Some(true) {
            return Ok(());
        }
        refuse(ExchangeRefused::Odd { service_point: self.service_point.clone(), odd })
    }

    /// No read that stands may lie after the exchange: it would be of the meter that was taken out.
    async fn check_reads(&self, entry: &mut Entry, point: ServicePointId) -> Result<(), Failure> {
        let reads = store::reads_of(entry, &[point]).await?.remove(&point).unwrap_or_default();
        match reads.iter().find(|read| self.exchanged_on < read.read_on) {
            None => Ok(()),
            Some(read) => {
                let service_point = self.service_point.clone();
                refuse(ExchangeRefused::ReadSince { service_point, read_on: read.read_on })
            }
        }
    }
}

impl MeterFacts {
    /// The meter, not recorded yet.
    fn checked(&self) -> Result<Meter, Failure> {
        if self.serial_number.is_empty() || !is_one_line(&self.serial_number) || !is_one_line(&self.size) {
            return refuse(ExchangeRefused::Text);
        }
        let wrong = |error| refused(ExchangeRefused::Meter(error));
        let dials = dials(self.dials).map_err(wrong)?;
        Ok(Meter {
            id: MeterId(0),
            serial_number: self.serial_number.clone(),
            unit: self.unit,
            dials,
            steps_per_count: steps_per_count(&self.multiplier, self.unit, dials).map_err(wrong)?,
            size: self.size.clone(),
            source: BY_HAND.to_owned(),
        })
    }
}
