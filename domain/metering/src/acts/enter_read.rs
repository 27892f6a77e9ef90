//! Enters what a meter showed on a day.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Fault;
use kernel::{Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::{BY_HAND, TEXT_MAX, is_one_line, newest_read, odd_count, placements, point_named};
use crate::grounds::grouped;
use crate::{CONFIRMED, CountError, ReadKind, ReadRecord, Seen, permissions, shown, store};

/// Records a read of the meter that is at a service point. A day that was read is corrected instead.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EnterRead {
    /// The reference of the service point.
    pub service_point: String,
    /// The day.
    pub read_on: NaiveDate,
    /// What the meter showed.
    pub count: i64,
    /// Who read it.
    pub kind: ReadKind,
    /// The reader's code, such as `locked`; may be empty.
    pub code: String,
    /// Whether somebody looked again and says that the count is right, though it looks odd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_right: Option<bool>,
}

/// Why a read is not entered.
#[derive(Debug, thiserror::Error)]
pub enum EnterRefused {
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// Nobody has read tomorrow's meter.
    #[error("{read_on} is after today, {today}")]
    AfterToday {
        /// The day given.
        read_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// The code cannot be stored.
    #[error("a code is one line of at most {TEXT_MAX} bytes")]
    Code,
    /// Nothing to read.
    #[error("service point '{service_point}' had no meter on {read_on}")]
    NotInstalled {
        /// The service point.
        service_point: String,
        /// The day.
        read_on: NaiveDate,
    },
    /// The meter cannot show it.
    #[error("{0}")]
    Count(CountError),
    /// A correction says why.
    #[error("service point '{service_point}' has a read of {read_on}; correct that one, with a reason")]
    AlreadyRead {
        /// The service point.
        service_point: String,
        /// The day.
        read_on: NaiveDate,
    },
    /// Nobody said that it is right.
    #[error("the count {count} at service point '{service_point}' looks odd: {}; look again, and say so if it is right", .odd.join("; "))]
    Odd {
        /// The service point.
        service_point: String,
        /// The count.
        count: i64,
        /// What is odd about it.
        odd: Vec<String>,
    },
}

impl Refusal for EnterRefused {
    fn code(&self) -> &'static str {
        match self {
            EnterRefused::ServicePoint(_) => "service_point_unknown",
            EnterRefused::AfterToday { .. } => "after_today",
            EnterRefused::Code => "one_line",
            EnterRefused::NotInstalled { .. } => "meter_not_installed",
            EnterRefused::Count(error) => error.code(),
            EnterRefused::AlreadyRead { .. } => "already_read",
            EnterRefused::Odd { .. } => "count_looks_odd",
        }
    }
}

impl Act for EnterRead {
    const KIND: &'static str = "metering.enter_read";
    /// The service point concerned.
    type Outcome = Vec<ServicePointId>;

    fn permission(&self) -> Permission {
        permissions::ENTER_READS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<ServicePointId>, Failure> {
        let Some(point) = point_named(entry, &self.service_point).await? else {
            return refuse(EnterRefused::ServicePoint(self.service_point.clone()));
        };
        entry.concerns_place(point);
        let (read_on, today) = (self.read_on, entry.today);
        if today < read_on {
            return refuse(EnterRefused::AfterToday { read_on, today });
        }
        if !is_one_line(&self.code) {
            return refuse(EnterRefused::Code);
        }
        let service_point = self.service_point.clone();
        store::lock_placements(entry, point).await?;
        // On the day of an exchange it is the new meter that is read; the old one has its last count.
        let placement = placements(entry, point).await?.into_iter().rfind(|placement| placement.covers(read_on));
        let Some(placement) = placement else {
            return refuse(EnterRefused::NotInstalled { service_point, read_on });
        };
        let meter = store::meters_by_id(entry, &[placement.meter]).await?.into_values().next();
        let meter = meter.ok_or_else(|| Fault::impossible_row("meter", "meter_id", placement.meter.0))?;
        let count = shown(self.count, meter.dials).map_err(|error| refused(EnterRefused::Count(error)))?;
        if newest_read(entry, point, read_on).await?.is_some() {
            return refuse(EnterRefused::AlreadyRead { service_point, read_on });
        }
        let odd = odd_count(entry, point, (count, read_on)).await?;
        if !odd.is_empty() && self.is_right != Some(true) {
            return refuse(EnterRefused::Odd { service_point, count, odd });
        }
        // Between two reads that are there it changes what was used before and after: an accepted figure.
        let standing = store::reads_of(entry, &[point]).await?;
        if standing.get(&point).is_some_and(|reads| reads.iter().any(|read| read_on < read.read_on)) {
            entry.is_under(permissions::READS);
            entry.changes(format!("Read of {service_point} on {read_on}"), "none", grouped(count));
        }
        let record = ReadRecord {
            service_point: point,
            read_on,
            revision: 1,
            meter: meter.id,
            seen: Some(Seen { count, kind: self.kind }),
            code: self.code.clone(),
            source: BY_HAND.to_owned(),
            reason: (!odd.is_empty()).then(|| format!("{CONFIRMED}{}", odd.join("; "))),
            act: entry.act,
        };
        store::insert_reads(entry, vec![record]).await?;
        Ok(vec![point])
    }
}
