//! Corrects or withdraws a read. What was read before stays on record.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use db::Fault;
use kernel::{MeterId, Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::{BY_HAND, placements, point_named};
use crate::grounds::grouped;
use crate::{CountError, ReadKind, ReadRecord, Seen, permissions, shown, store};

/// Says what the read of a day should be, or that there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CorrectRead {
    /// The reference of the service point.
    pub service_point: String,
    /// The day that was read.
    pub read_on: NaiveDate,
    /// What the meter showed; without it the read is withdrawn.
    pub count: Option<i64>,
    /// Why.
    pub reason: String,
}

/// Why a read is not corrected.
#[derive(Debug, thiserror::Error)]
pub enum CorrectRefused {
    /// A reason must be given.
    #[error("say why the read is corrected")]
    NoReason,
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// Nothing to correct.
    #[error("service point '{service_point}' has no read of {read_on}")]
    NotRead {
        /// The service point.
        service_point: String,
        /// The day.
        read_on: NaiveDate,
    },
    /// The meter cannot show it.
    #[error("{0}")]
    Count(CountError),
    /// It says so already.
    #[error("the read of {read_on} at service point '{service_point}' says {count} already")]
    NothingNew {
        /// The service point.
        service_point: String,
        /// The day.
        read_on: NaiveDate,
        /// The count.
        count: i64,
    },
}

impl Refusal for CorrectRefused {
    fn code(&self) -> &'static str {
        match self {
            CorrectRefused::NoReason => "reason_missing",
            CorrectRefused::ServicePoint(_) => "service_point_unknown",
            CorrectRefused::NotRead { .. } => "not_read",
            CorrectRefused::Count(error) => error.code(),
            CorrectRefused::NothingNew { .. } => "nothing_new",
        }
    }
}

impl Act for CorrectRead {
    const KIND: &'static str = "metering.correct_read";
    /// The service point concerned.
    type Outcome = Vec<ServicePointId>;

    fn permission(&self) -> Permission {
        permissions::CORRECT_READS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<ServicePointId>, Failure> {
        if self.reason.trim().is_empty() {
            return refuse(CorrectRefused::NoReason);
        }
        let Some(point) = point_named(entry, &self.service_point).await? else {
            return refuse(CorrectRefused::ServicePoint(self.service_point.clone()));
        };
        store::lock_placements(entry, point).await?;
        let mut history = store::read_history(entry, point).await?;
        history.retain(|record| record.read_on == self.read_on);
        let (service_point, read_on) = (self.service_point.clone(), self.read_on);
        let Some(newest) = history.last() else {
            return refuse(CorrectRefused::NotRead { service_point, read_on });
        };
        // After an exchange was recorded late, what was read on the day is of the meter that was there.
        let there = placements(entry, point).await?.into_iter().filter(|placement| placement.covers(read_on));
        let there: Vec<MeterId> = there.map(|placement| placement.meter).collect();
        let meter = if there.contains(&newest.meter) { None } else { there.last().copied() };
        let meter = meter.unwrap_or(newest.meter);
        // A read that was withdrawn comes back as it was, but for its count.
        let kind = history.iter().rev().find_map(|record| record.seen).map_or(ReadKind::Actual, |seen| seen.kind);
        let seen = match self.count {
            None if newest.seen.is_none() => return refuse(CorrectRefused::NotRead { service_point, read_on }),
            None => None,
            Some(count) => {
                let known = store::meters_by_id(entry, &[meter]).await?.into_values().next();
                let known = known.ok_or_else(|| Fault::impossible_row("meter", "meter_id", meter.0))?;
                let count = shown(count, known.dials).map_err(|error| refused(CorrectRefused::Count(error)))?;
                Some(Seen { count, kind })
            }
        };
        if let Some(Seen { count, .. }) = seen
            && newest.seen == seen
            && newest.meter == meter
        {
            return refuse(CorrectRefused::NothingNew { service_point, read_on, count });
        }
        let record = ReadRecord {
            revision: newest.revision + 1,
            meter: if seen.is_some() { meter } else { newest.meter },
            seen,
            source: BY_HAND.to_owned(),
            reason: Some(self.reason.clone()),
            act: entry.act,
            ..newest.clone()
        };
        entry.is_under(permissions::READS);
        entry.concerns_place(point);
        let words = |seen: Option<Seen>| seen.map_or_else(|| "withdrawn".to_owned(), |seen| grouped(seen.count));
        let field = format!("Read of {} on {read_on}", self.service_point);
        entry.changes(field, words(newest.seen), words(record.seen));
        store::insert_reads(entry, vec![record]).await?;
        Ok(vec![point])
    }
}
