//! Two meters that were recorded at each other's place: installations and reads are put right.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use chrono::NaiveDate;
use db::Fault;
use kernel::{ActId, MeterId, Refusal, ServicePointId};
use serde::{Deserialize, Serialize};

use super::{BY_HAND, placements, point_named};
use crate::{Placement, ReadRecord, Seen, permissions, store};

/// Says that from a day on the meter recorded at one place was at the other, and the other way round.
///
/// What was read stays with the meter it was read of. Where neither was read before the day, their installations
/// themselves were recorded wrongly, and each keeps the day of its place. Otherwise the meters changed places on the
/// day, by the counts that were read on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SwapMeters {
    /// The reference of one service point.
    pub point_a: String,
    /// The reference of the other.
    pub point_b: String,
    /// The first day on which they were recorded at each other's place.
    pub from_on: NaiveDate,
    /// How it was found out.
    pub reason: String,
}

/// Why meters are not swapped.
#[derive(Debug, thiserror::Error)]
pub enum SwapRefused {
    /// A reason must be given.
    #[error("say how it was found out that the meters were recorded at each other's place")]
    NoReason,
    /// No such place.
    #[error("there is no service point '{0}'")]
    ServicePoint(String),
    /// A meter changes places with another.
    #[error("name two service points, not '{0}' twice")]
    Same(String),
    /// It has not happened yet.
    #[error("{from_on} is after today, {today}")]
    AfterToday {
        /// The day given.
        from_on: NaiveDate,
        /// The business date.
        today: NaiveDate,
    },
    /// Only meters that are in place can have been mixed up.
    #[error("service point '{service_point}' has no meter that was there on {from_on} and still is")]
    NotInstalled {
        /// The service point.
        service_point: String,
        /// The day given.
        from_on: NaiveDate,
    },
    /// A meter that was put in on the day cannot have changed places on it.
    #[error("the meter of '{service_point}' was put in on {from_on}, the other was read before: exchange them singly")]
    PutInThen {
        /// The service point.
        service_point: String,
        /// The day given.
        from_on: NaiveDate,
    },
    /// Which count belongs to which place is not known.
    #[error("the meters were read before {from_on}, so both must have been read on it; '{service_point}' was not")]
    NotReadOn {
        /// The service point.
        service_point: String,
        /// The day given.
        from_on: NaiveDate,
    },
    /// It cannot be in two places.
    #[error("the meter of service point '{0}' was at a third place on a day on which it would be at the other")]
    InstalledElsewhere(String),
}

impl Refusal for SwapRefused {
    fn code(&self) -> &'static str {
        match self {
            SwapRefused::NoReason => "reason_missing",
            SwapRefused::ServicePoint(_) => "service_point_unknown",
            SwapRefused::Same(_) => "service_point_twice",
            SwapRefused::AfterToday { .. } => "after_today",
            SwapRefused::NotInstalled { .. } => "meter_not_installed",
            SwapRefused::PutInThen { .. } => "put_in_then",
            SwapRefused::NotReadOn { .. } => "not_read",
            SwapRefused::InstalledElsewhere(_) => "installed_elsewhere",
        }
    }
}

/// One of the two places as it is recorded.
struct Place {
    placement: Placement,
    /// The newest revision of each day since the meter was put in.
    reads: BTreeMap<NaiveDate, ReadRecord>,
}

impl Act for SwapMeters {
    const KIND: &'static str = "metering.swap_meters";
    /// The service points concerned.
    type Outcome = Vec<ServicePointId>;

    fn permission(&self) -> Permission {
        permissions::EXCHANGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Vec<ServicePointId>, Failure> {
        if self.reason.trim().is_empty() {
            return refuse(SwapRefused::NoReason);
        }
        let mut points = Vec::with_capacity(2);
        for reference in [&self.point_a, &self.point_b] {
            match point_named(entry, reference).await? {
                Some(point) => points.push(point),
                None => return refuse(SwapRefused::ServicePoint(reference.clone())),
            }
        }
        if points[0] == points[1] {
            return refuse(SwapRefused::Same(self.point_a.clone()));
        }
        let (from_on, today) = (self.from_on, entry.today);
        if today < from_on {
            return refuse(SwapRefused::AfterToday { from_on, today });
        }
        for point in BTreeSet::from([points[0], points[1]]) {
            store::lock_placements(entry, point).await?;
        }
        let a = self.place(entry, points[0], &self.point_a).await?;
        let b = self.place(entry, points[1], &self.point_b).await?;
        let corrects_installations = [&a, &b].iter().all(|place| !place.was_read_before(from_on));
        let first_moved = if corrects_installations {
            self.correct_installations(entry, &a, &b).await?;
            from_on
        } else {
            self.change_places(entry, &a, &b).await?;
            from_on.succ_opt().unwrap_or(from_on)
        };
        let mut reads = self.moved_reads(entry.act, (&a, &b), first_moved);
        reads.extend(self.moved_reads(entry.act, (&b, &a), first_moved));
        store::insert_reads(entry, reads).await?;
        entry.is_under(permissions::READS);
        for point in &points {
            entry.concerns_place(*point);
        }
        let (a, b) = (&self.point_a, &self.point_b);
        entry.changes(format!("Meters of {a} and {b} since {from_on}"), "as recorded", "at each other's place");
        Ok(points)
    }
}

impl Place {
    /// What the meter showed on a day, with the reader's code.
    fn seen_on(&self, day: NaiveDate) -> Option<(Seen, &str)> {
        let record = self.reads.get(&day).filter(|record| record.meter == self.placement.meter)?;
        record.seen.map(|seen| (seen, record.code.as_str()))
    }

    fn was_read_before(&self, day: NaiveDate) -> bool {
        self.reads.range(..day).any(|(on, _)| self.seen_on(*on).is_some())
    }

    /// Whether the read of a day is of the meter before, which was taken out on it.
    fn shows_meter_before(&self, day: NaiveDate) -> bool {
        self.reads.get(&day).is_some_and(|record| record.meter != self.placement.meter && record.seen.is_some())
    }
}

impl SwapMeters {
    async fn place(&self, entry: &mut Entry, point: ServicePointId, reference: &str) -> Result<Place, Failure> {
        let from_on = self.from_on;
        let newest = placements(entry, point).await?.pop();
        let current = newest.filter(|placement| placement.removed_on.is_none() && placement.installed_on <= from_on);
        let Some(placement) = current else {
            return refuse(SwapRefused::NotInstalled { service_point: reference.to_owned(), from_on });
        };
        let history = store::read_history(entry, point).await?;
        let since = history.into_iter().filter(|record| placement.installed_on <= record.read_on);
        let reads = since.map(|record| (record.read_on, record)).collect();
        Ok(Place { placement, reads })
    }

    /// The installations were recorded at the wrong place from the beginning.
    async fn correct_installations(&self, entry: &mut Entry, a: &Place, b: &Place) -> Result<(), Failure> {
        let corrected = |place: &Place, other: &Place| Placement {
            meter: other.placement.meter,
            install_count: other.placement.install_count,
            ..place.placement.clone()
        };
        let corrected = [corrected(a, b), corrected(b, a)];
        let meters = [a.placement.meter, b.placement.meter];
        let placed = store::placements_of(entry, &meters).await?;
        for (placement, reference) in corrected.iter().zip([&self.point_b, &self.point_a]) {
            let elsewhere = placed.get(&placement.meter).into_iter().flatten();
            let mut others = elsewhere.filter(|other| **other != a.placement && **other != b.placement);
            if others.any(|other| other.overlaps(placement)) {
                return refuse(SwapRefused::InstalledElsewhere(reference.clone()));
            }
        }
        for placement in &corrected {
            store::correct_placement(entry, placement).await?;
        }
        Ok(())
    }

    /// The meters changed places on the day, by what was read of each on it.
    async fn change_places(&self, entry: &mut Entry, a: &Place, b: &Place) -> Result<(), Failure> {
        let from_on = self.from_on;
        let places = [(a, &self.point_a), (b, &self.point_b)];
        if let Some((_, reference)) = places.iter().find(|(place, _)| place.placement.installed_on == from_on) {
            return refuse(SwapRefused::PutInThen { service_point: (*reference).clone(), from_on });
        }
        let mut counts: BTreeMap<MeterId, i64> = BTreeMap::new();
        for (place, reference) in places {
            let service_point = reference.clone();
            let Some((seen, _)) = place.seen_on(from_on) else {
                return refuse(SwapRefused::NotReadOn { service_point, from_on });
            };
            counts.insert(place.placement.meter, seen.count);
        }
        let mut begun = Vec::with_capacity(2);
        for (place, other) in [(a, b), (b, a)] {
            let count = |meter: MeterId| {
                counts.get(&meter).copied().ok_or_else(|| Fault::new("a meter is at both places at once"))
            };
            let placement = &place.placement;
            let removal_count = Some(count(placement.meter)?);
            let ended = Placement { removed_on: Some(from_on), removal_count, ..placement.clone() };
            store::end_placement(entry, &ended).await?;
            begun.push(Placement {
                service_point: placement.service_point,
                installed_on: from_on,
                meter: other.placement.meter,
                install_count: count(other.placement.meter)?,
                removed_on: None,
                removal_count: None,
                source: BY_HAND.to_owned(),
            });
        }
        store::insert_placements(entry, begun).await?;
        Ok(())
    }

    /// New revisions at the first place: what was read at the other since, or that nothing was.
    fn moved_reads(&self, act: ActId, (place, other): (&Place, &Place), since: NaiveDate) -> Vec<ReadRecord> {
        let days: BTreeSet<NaiveDate> =
            [place, other].iter().flat_map(|place| place.reads.range(since..)).map(|(day, _)| *day).collect();
        let mut moved = Vec::new();
        for day in days {
            let there = other.seen_on(day);
            if (place.seen_on(day).is_none() && there.is_none()) || place.shows_meter_before(day) {
                continue;
            }
            moved.push(ReadRecord {
                service_point: place.placement.service_point,
                read_on: day,
                revision: place.reads.get(&day).map_or(1, |record| record.revision + 1),
                meter: other.placement.meter,
                seen: there.map(|(seen, _)| seen),
                code: there.map_or_else(String::new, |(_, code)| code.to_owned()),
                source: BY_HAND.to_owned(),
                reason: Some(self.reason.clone()),
                act,
            });
        }
        moved
    }
}
