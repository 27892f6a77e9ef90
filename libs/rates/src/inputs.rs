//! `Inputs`: everything a price depends on besides the plan.

use kernel::{Decimal, Quantity, Unit};

use crate::exact::Exact;
use crate::schedule::{NormalDays, PeriodKind};

/// What was used, and what account and bill say about it.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// What the meter measured.
    pub usage: Exact,
    /// The unit it measures in.
    pub unit: Unit,
    /// The quantities of account and bill by name; one that is not given has its default, or the
    /// price is refused.
    pub numbers: &'a [(&'a str, Decimal)],
    /// The codes of exemptions that are valid on the day of the bill.
    pub exemptions: &'a [&'a str],
    /// Which part of a normal period is billed.
    pub days: Days,
}

/// Which part of a normal period is billed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The days served, of the days that amounts are stated for; nothing for a whole period.
    pub service: Option<Share>,
    /// What kinds of period it is.
    pub kinds: Vec<PeriodKind>,
    /// The part of the period in which this version holds, under `prorated_by_days`.
    pub segment: Option<Segment>,
}

/// So many days of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The days billed.
    pub days: u32,
    /// The days of the whole; above zero.
    pub of: u32,
}

/// One of the parts into which a change of rates divides a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its days of the days billed.
    pub share: Share,
    /// Whether the period ends with it: what is not prorated is billed with the last.
    pub is_last: bool,
}

impl Inputs<'static> {
    /// A measured quantity and nothing else, in a whole period.
    #[must_use]
    pub fn of(usage: Quantity) -> Inputs<'static> {
        Inputs { usage: usage.into(), unit: usage.unit, numbers: &[], exemptions: &[], days: Days::whole() }
    }

    /// The same for a number of any precision.
    #[must_use]
    pub fn exact(usage: Decimal, unit: Unit) -> Inputs<'static> {
        Inputs { usage: usage.into(), unit, numbers: &[], exemptions: &[], days: Days::whole() }
    }
}

impl Days {
    /// A whole period: nothing is prorated.
    #[must_use]
    pub fn whole() -> Days {
        Days::default()
    }

    /// Service that began or ended within a period of `of` days.
    #[must_use]
    pub fn part(kinds: Vec<PeriodKind>, days: u32, of: u32) -> Days {
        Days { service: Some(Share { days, of }), kinds, segment: None }
    }

    /// A regular period by its length: long and short ones are stated in relation to `normal.full`.
    #[must_use]
    pub fn regular(days: u32, normal: Option<NormalDays>) -> Days {
        let Some(normal) = normal else { return Days::whole() };
        let kind = if days < normal.at_least {
            PeriodKind::Short
        } else if normal.at_most < days {
            PeriodKind::Long
        } else {
            return Days::whole();
        };
        Days::part(vec![kind], days, normal.full)
    }

    /// The factor for what prorates in these kinds of period.
    pub(crate) fn factor(&self, kinds: &[PeriodKind]) -> Exact {
        let mut factor = Exact::one();
        if let Some(share) = self.service
            && self.kinds.iter().any(|kind| kinds.contains(kind))
        {
            factor = factor.times(&share.exact());
        }
        if let Some(segment) = self.segment
            && kinds.contains(&PeriodKind::MidPeriod)
        {
            factor = factor.times(&segment.share.exact());
        }
        factor
    }
}

impl Share {
    /// The fraction; a whole of no days counts as whole.
    pub(crate) fn exact(self) -> Exact {
        Exact::ratio(i64::from(self.days), i64::from(self.of)).unwrap_or_else(Exact::one)
    }
}
