//! Which winter a year's averages are of, and which periods of use lie in it.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use kernel::{ConsumptionId, Month, Period, Unit};
use metering::PeriodUse;
use rates::{WinterAverage, WinterDate, WinterPeriod};

/// From the first day of the rule's first month through its last month, the last time before bills use the average.
///
/// December, January, February for bills from July 2026 is December 2025 through February 2026.
pub(crate) fn winter_of(rule: &WinterAverage, from_on: NaiveDate) -> Option<Period> {
    let last = *rule.months.last()?;
    let of_year = |year: i32, month: u32| NaiveDate::from_ymd_opt(year, month, 1).map(|day| Month::of(day).period());
    let this_year = of_year(from_on.year(), last)?;
    let mut year = if this_year.to() <= from_on { from_on.year() } else { from_on.year() - 1 };
    let end = of_year(year, last)?.to();
    let mut following = last;
    for month in rule.months.iter().rev().skip(1) {
        year -= i32::from(following <= *month);
        following = *month;
    }
    Period::new(of_year(year, following)?.from(), end).ok()
}

/// The periods of a service point that lie in a winter by the date of the rule, in the unit of the quantity.
///
/// `billed` knows when each use was billed. A use in another unit gives that unit back as what is wrong.
pub(crate) fn periods_in(
    winter: Period,
    rule: &WinterAverage,
    uses: &[&PeriodUse],
    (billed, unit): (&BTreeMap<ConsumptionId, NaiveDate>, Unit),
) -> Result<Vec<WinterPeriod>, Unit> {
    let mut periods = Vec::new();
    for used in uses {
        let on = match rule.by {
            WinterDate::ReadDate => Some(used.read_on),
            WinterDate::BillDate => billed.get(&used.consumption).copied(),
        };
        let Some(on) = on.filter(|on| winter.contains(*on)) else { continue };
        if used.quantity.unit != unit {
            return Err(used.quantity.unit);
        }
        let (is_estimated, is_vacant) = (used.is_estimated, used.is_vacant);
        periods.push(WinterPeriod { on, usage: used.quantity.amount(), is_estimated, is_vacant });
    }
    Ok(periods)
}

#[cfg(test)]
mod tests {
    use rates::Treat;

    use super::*;

    #[test]
    fn the_winter_is_the_last_one_before_bills_use_it() {
        // months | first bills | from | through
        let rows: [(&[u32], &str, &str, &str); 5] = [
            (&[12, 1, 2], "2026-07-01", "2025-12-01", "2026-02-28"),
            (&[1, 2, 3], "2026-07-01", "2026-01-01", "2026-03-31"),
            (&[12, 1, 2], "2026-03-01", "2025-12-01", "2026-02-28"),
            (&[11, 12], "2026-01-01", "2025-11-01", "2025-12-31"),
            (&[1, 2], "2026-02-01", "2025-01-01", "2025-02-28"),
        ];
        for (months, from_on, from, through) in rows {
            let rule = WinterAverage {
                months: months.to_vec(),
                by: WinterDate::ReadDate,
                periods_at_least: 2,
                lowest: None,
                period_at_least: None,
                estimated: Treat::Count,
                vacant: Treat::Skip,
                cap: None,
                bills_from_month: 7,
            };
            let winter = winter_of(&rule, from_on.parse().unwrap()).unwrap();
            let last = winter.to().pred_opt().unwrap();
            assert_eq!((winter.from().to_string(), last.to_string()), (from.into(), through.into()), "{months:?}");
        }
    }
}
