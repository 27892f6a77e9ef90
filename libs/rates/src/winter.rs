//! `WinterAverage::of`: the mean use of the winter months, by which sewer is charged all year.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use kernel::{Decimal, Rounding};

use crate::exact::Exact;
use crate::schedule::{Treat, WinterAverage};

/// One period of use that may count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinterPeriod {
    /// The date that puts it into a month, by the rule's [`crate::WinterDate`].
    pub on: NaiveDate,
    /// What was used, in the unit of the quantity.
    pub usage: Decimal,
    /// Whether the reading was estimated.
    pub is_estimated: bool,
    /// Whether nobody was home.
    pub is_vacant: bool,
}

/// A winter average with its grounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinterOutcome {
    /// The average; nothing when neither the periods nor a default give one.
    pub average: Option<Decimal>,
    /// What was done with each period, in the order given.
    pub periods: Vec<(WinterPeriod, PeriodUse)>,
    /// Where the average comes from.
    pub grounds: WinterGrounds,
}

/// What was done with a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodUse {
    /// It counts.
    Counted,
    /// Its month is not one of the rule's.
    OtherMonth,
    /// It was estimated, and the rule leaves those out.
    Estimated,
    /// Nobody was home, and the rule leaves those out.
    Vacant,
    /// Only the lowest count, and it is not one of them.
    NotAmongLowest,
}

/// Where an average comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WinterGrounds {
    /// The mean of the periods that count.
    Mean,
    /// The mean was above the cap.
    Cap,
    /// Too few periods count: the default of the schedule.
    Default,
}

/// Places of an average: finer than any unit of a meter.
const PLACES: i64 = 1_000_000;

impl WinterAverage {
    /// The average of these periods; the mean is rounded half away from zero to six places.
    #[must_use]
    pub fn of(&self, periods: &[WinterPeriod], default: Option<Decimal>) -> WinterOutcome {
        let mut uses: Vec<(WinterPeriod, PeriodUse)> =
            periods.iter().map(|period| (period.clone(), self.use_of(period))).collect();
        let mut counted: Vec<usize> = (0..uses.len()).filter(|index| uses[*index].1 == PeriodUse::Counted).collect();
        let is_enough = usize::try_from(self.periods_at_least).is_ok_and(|least| least <= counted.len());
        if let Some(lowest) = self.lowest {
            counted.sort_by_key(|index| (uses[*index].0.usage, *index));
            for index in counted.iter().skip(usize::try_from(lowest).unwrap_or(usize::MAX)) {
                uses[*index].1 = PeriodUse::NotAmongLowest;
            }
        }
        let amounts: Vec<Exact> = uses
            .iter()
            .filter(|(_, treated)| *treated == PeriodUse::Counted)
            .map(|(period, _)| Exact::from(self.period_at_least.map_or(period.usage, |least| period.usage.max(least))))
            .collect();
        let count = i64::try_from(amounts.len()).unwrap_or(i64::MAX);
        let sum = amounts.iter().fold(Exact::zero(), |sum, amount| sum.plus(amount));
        let mean = sum.checked_div(&Exact::from(count)).filter(|_| is_enough);
        let step = Exact::ratio(1, PLACES).unwrap_or_else(Exact::one);
        let mean = mean.and_then(|mean| mean.round_to(&step, Rounding::HalfAwayFromZero).to_decimal());
        let (average, grounds) = match (mean, self.cap) {
            (Some(mean), Some(cap)) if cap < mean => (Some(cap), WinterGrounds::Cap),
            (Some(mean), _) => (Some(mean), WinterGrounds::Mean),
            (None, _) => (default, WinterGrounds::Default),
        };
        WinterOutcome { average, periods: uses, grounds }
    }

    fn use_of(&self, period: &WinterPeriod) -> PeriodUse {
        if !self.months.contains(&period.on.month()) {
            PeriodUse::OtherMonth
        } else if period.is_estimated && self.estimated == Treat::Skip {
            PeriodUse::Estimated
        } else if period.is_vacant && self.vacant == Treat::Skip {
            PeriodUse::Vacant
        } else {
            PeriodUse::Counted
        }
    }
}

impl fmt::Display for WinterOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let average = self.average.map_or_else(|| "none".to_owned(), |average| average.normalize().to_string());
        let grounds = match self.grounds {
            WinterGrounds::Mean => "mean of the periods that count",
            WinterGrounds::Cap => "the mean is above the cap, so the cap",
            WinterGrounds::Default => "too few periods count, so the default",
        };
        write!(f, "winter average {average}: {grounds}")?;
        for (period, treated) in &self.periods {
            let treated = match treated {
                PeriodUse::Counted => "counts",
                PeriodUse::OtherMonth => continue,
                PeriodUse::Estimated => "left out, estimated",
                PeriodUse::Vacant => "left out, vacant",
                PeriodUse::NotAmongLowest => "left out, not among the lowest",
            };
            write!(f, "; {} {} {treated}", period.on, period.usage.normalize())?;
        }
        Ok(())
    }
}
