//! Leak adjustments: a town's rule, and what it gives, in figures that a clerk can check by hand.

mod before;
mod quote;

use chrono::{Datelike, Days, NaiveDate};
use kernel::{BillNumber, Cents, Period, Quantity, Refusal};
use serde::{Deserialize, Serialize};

pub use before::LeakCredit;
pub use quote::{LeakEffect, LeakFigures, LeakQuote, LeakService, leak_quote};

/// A town's rule for customers who had a leak, for one schedule and class from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakRule {
    /// The rate schedule of the services it is for.
    pub schedule: String,
    /// The class it is for; empty for every class that has no rule of its own.
    #[serde(default)]
    pub class: String,
    /// The first bill date for which it holds.
    pub from_on: NaiveDate,
    /// The revenue code it gives a credit on, such as `water.consumption`.
    pub revenue: String,
    /// The code of the reason that adjustments under it carry.
    pub reason_code: String,
    /// From what the normal use follows.
    pub normal_by: NormalBy,
    /// From how many years, or periods.
    pub normal_count: i64,
    /// From how many percent of the normal use on a leak is believed; 200 for twice as much.
    pub trigger_percent: i64,
    /// What happens to the use above the normal one.
    pub forgive_by: Forgiven,
    /// To how many percent of it.
    pub forgive_percent: i64,
    /// How many months lie between two leaks at least.
    pub months_between: i64,
    /// How many bills in a row one leak may be on.
    pub bills_each: i64,
    /// How many days after the bill date it may be asked for.
    pub claim_days: i64,
    /// Whether the repair must be shown.
    pub needs_proof: bool,
    /// The most it gives on one bill, without tax.
    #[serde(default)]
    pub cap: Option<Cents>,
    /// Where the rule is written: the ordinance or policy.
    pub source: String,
}

/// From what a normal use follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormalBy {
    /// The same month of earlier years.
    SamePeriodOfYears,
    /// The periods just before.
    LastPeriods,
}

/// What happens to the use above the normal one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forgiven {
    /// It is not charged.
    Share,
    /// It is charged at the price of the lowest tier.
    LowestTier,
}

/// What was used in an earlier period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPeriod {
    /// The days.
    pub period: Period,
    /// How much, in smallest steps.
    pub steps: i64,
    /// Whether it is an estimate.
    pub is_estimated: bool,
    /// Whether it does not count: nobody was home, or there was a leak then, too.
    pub is_left_out: bool,
}

/// A normal use with the periods it follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NormalUse {
    /// How much, for the days of the bill.
    pub steps: i64,
    /// From what, oldest first.
    pub from: Vec<PastPeriod>,
}

/// Why no leak adjustment is given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeakRefused {
    /// The town has none for this.
    #[error("the town has no leak rule for '{schedule}', class {class}")]
    NoRule {
        /// The schedule.
        schedule: String,
        /// The class.
        class: String,
    },
    /// The bill was taken back.
    #[error("bill {0} was canceled; there is nothing to adjust")]
    Cancelled(BillNumber),
    /// What is charged does not depend on use.
    #[error("this service is not charged by what was used")]
    NotMeasured,
    /// There is no read yet.
    #[error("the use on this bill is an estimate: read the meter first, and the next bill settles it")]
    Estimated,
    /// The bill has one.
    #[error("this bill has a leak adjustment already")]
    AdjustedAlready,
    /// The time to ask is over.
    #[error("a leak adjustment could be asked for through {last_on}, {days} days after the bill date")]
    TooLate {
        /// The last day.
        last_on: NaiveDate,
        /// How many days the rule gives.
        days: i64,
    },
    /// It was given for another leak.
    #[error("bill {bill} of {bill_on} had a leak adjustment, and {months} months must lie between: from {free_on} on")]
    UsedBefore {
        /// The other bill.
        bill: BillNumber,
        /// Its date.
        bill_on: NaiveDate,
        /// How many months the rule wants.
        months: i64,
        /// From which bill date on another is possible.
        free_on: NaiveDate,
    },
    /// The leak was on as many bills as the rule allows.
    #[error(
        "this leak was adjusted on bill {bill} already, and one leak counts on {bills_each} bills in a row at most"
    )]
    SameLeak {
        /// The other bill.
        bill: BillNumber,
        /// How many.
        bills_each: i64,
    },
    /// Nothing is known of earlier use.
    #[error("there is no earlier use to compare with: the account has no period that the rule looks at")]
    NoHistory,
    /// The use is not that high.
    #[error(
        "{} is less than {percent} percent of the normal {}: the rule asks for {} or more",
        said(*.used, i128::div_euclid), said(*.normal, half_up), said(*.needed, whole_above)
    )]
    NotHigh {
        /// What was used.
        used: Quantity,
        /// What is normal.
        normal: Quantity,
        /// The percentage of the rule.
        percent: i64,
        /// What it comes to.
        needed: Quantity,
    },
    /// It would come to nothing.
    #[error("at these rates the adjustment would come to nothing")]
    NothingSaved,
}

impl Refusal for LeakRefused {
    fn code(&self) -> &'static str {
        match self {
            LeakRefused::NoRule { .. } => "leak_no_rule",
            LeakRefused::Cancelled(_) => "bill_cancelled",
            LeakRefused::NotMeasured => "leak_not_measured",
            LeakRefused::Estimated => "leak_estimated",
            LeakRefused::AdjustedAlready => "leak_adjusted",
            LeakRefused::TooLate { .. } => "leak_too_late",
            LeakRefused::UsedBefore { .. } => "leak_used_before",
            LeakRefused::SameLeak { .. } => "leak_same",
            LeakRefused::NoHistory => "leak_no_history",
            LeakRefused::NotHigh { .. } => "leak_not_high",
            LeakRefused::NothingSaved => "leak_nothing",
        }
    }
}

impl NormalBy {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            NormalBy::SamePeriodOfYears => "same_period_of_years",
            NormalBy::LastPeriods => "last_periods",
        }
    }

    /// What the code stands for.
    #[must_use]
    pub fn parse(code: &str) -> Option<NormalBy> {
        [NormalBy::SamePeriodOfYears, NormalBy::LastPeriods].into_iter().find(|known| known.code() == code)
    }
}

impl Forgiven {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Forgiven::Share => "share",
            Forgiven::LowestTier => "lowest_tier",
        }
    }

    /// What the code stands for.
    #[must_use]
    pub fn parse(code: &str) -> Option<Forgiven> {
        [Forgiven::Share, Forgiven::LowestTier].into_iter().find(|known| known.code() == code)
    }
}

impl LeakRule {
    /// The rule for a schedule and class on a bill date, of several the last.
    #[must_use]
    pub fn holding<'a>(
        rules: &'a [LeakRule],
        (schedule, class): (&str, &str),
        bill_on: NaiveDate,
    ) -> Option<&'a LeakRule> {
        let holds = |rule: &&LeakRule| rule.schedule == schedule && rule.from_on <= bill_on;
        let of_class = |wanted: &str| rules.iter().filter(holds).rfind(|rule| rule.class == wanted);
        of_class(class).or_else(|| of_class(""))
    }

    /// The normal use for the days of a bill: that of the periods the rule looks at, by the day.
    ///
    /// 10 kgal in 30 days and 11 kgal in 31 days are 21 kgal in 61 days; for 31 days that is 10.672 kgal.
    #[must_use]
    pub fn normal(&self, billed: Period, past: &[PastPeriod]) -> Option<NormalUse> {
        let count = usize::try_from(self.normal_count).unwrap_or(0);
        let before = past.iter().filter(|one| one.period.to() <= billed.from() && !one.is_left_out);
        let from: Vec<PastPeriod> = match self.normal_by {
            NormalBy::LastPeriods => {
                let mut last: Vec<PastPeriod> = before.rev().take(count).copied().collect();
                last.reverse();
                last
            }
            NormalBy::SamePeriodOfYears => {
                let (month, year) = (billed.from().month(), billed.from().year());
                let is_same = |one: &&PastPeriod| {
                    let years = i64::from(year - one.period.from().year());
                    one.period.from().month() == month && (1..=self.normal_count).contains(&years)
                };
                before.filter(is_same).copied().collect()
            }
        };
        let days: i64 = from.iter().map(|one| one.period.days()).sum();
        if days == 0 {
            return None;
        }
        let steps: i128 = from.iter().map(|one| i128::from(one.steps)).sum();
        Some(NormalUse { steps: nearest(steps * i128::from(billed.days()), i128::from(days)), from })
    }

    /// How much of a use is above the normal one, and how much of that is forgiven.
    ///
    /// Used 30, normal 10, half forgiven: 20 above, 10 forgiven.
    pub fn shares(&self, used: Quantity, normal: i64) -> Result<(i64, i64), LeakRefused> {
        let unit = used.unit;
        let hundredfold = i128::from(used.steps) * 100;
        let needed = i128::from(normal) * i128::from(self.trigger_percent);
        if hundredfold < needed || used.steps <= normal {
            let needed = i64::try_from((needed + 99) / 100).unwrap_or(i64::MAX).max(normal.saturating_add(1));
            return Err(LeakRefused::NotHigh {
                used,
                normal: Quantity { steps: normal, unit },
                percent: self.trigger_percent,
                needed: Quantity { steps: needed, unit },
            });
        }
        let excess = used.steps - normal;
        Ok((excess, nearest(i128::from(excess) * i128::from(self.forgive_percent), 100)))
    }

    /// Refuses when the time to ask is over.
    ///
    /// A bill of March 6 and 60 days: through May 5.
    pub fn check_in_time(&self, bill_on: NaiveDate, today: NaiveDate) -> Result<(), LeakRefused> {
        let days = u64::try_from(self.claim_days).unwrap_or(0);
        match bill_on.checked_add_days(Days::new(days)) {
            Some(last_on) if last_on < today => Err(LeakRefused::TooLate { last_on, days: self.claim_days }),
            Some(_) | None => Ok(()),
        }
    }

    /// The rule in a sentence.
    #[must_use]
    pub fn in_words(&self) -> String {
        let normal = match (self.normal_by, self.normal_count) {
            (NormalBy::LastPeriods, 1) => "the use of the period before".to_owned(),
            (NormalBy::LastPeriods, count) => format!("the average of the {count} periods before"),
            (NormalBy::SamePeriodOfYears, 1) => "the same month of the year before".to_owned(),
            (NormalBy::SamePeriodOfYears, count) => format!("the same month of the {count} years before"),
        };
        let forgiven = match self.forgive_by {
            Forgiven::Share => "is not charged",
            Forgiven::LowestTier => "is charged at the lowest tier",
        };
        let cap = self.cap.map_or_else(String::new, |cap| format!(", at most {}", cap.dollars()));
        format!(
            "from {} % of {normal} on, {} % of what is above it {forgiven}{cap}",
            self.trigger_percent, self.forgive_percent
        )
    }

    /// What makes no sense about the rule itself.
    pub fn flaw(&self) -> Option<&'static str> {
        let within = |number: i64, from: i64, to: i64| (from..=to).contains(&number);
        if !within(self.normal_count, 1, 60) {
            return Some("normal_count must be 1 to 60");
        }
        if !within(self.trigger_percent, 100, 10_000) {
            return Some("trigger_percent must be 100 to 10000");
        }
        if !within(self.forgive_percent, 1, 100) {
            return Some("forgive_percent must be 1 to 100");
        }
        if !within(self.months_between, 0, 240) || !within(self.bills_each, 1, 12) || !within(self.claim_days, 1, 3_660)
        {
            return Some("months_between must be 0 to 240, bills_each 1 to 12, claim_days 1 to 3660");
        }
        if self.cap.is_some_and(|cap| cap <= Cents::ZERO) {
            return Some("cap must be above zero");
        }
        self.source.trim().is_empty().then_some("source must say where the rule is written")
    }
}

/// A quantity with its unit and two decimal places at most, rounded as is said.
fn said(quantity: Quantity, rounded: fn(i128, i128) -> i128) -> String {
    let fine = 10_i128.pow(quantity.unit.places().saturating_sub(2));
    let steps = i64::try_from(rounded(i128::from(quantity.steps), fine) * fine).unwrap_or(quantity.steps);
    format!("{} {}", Quantity { steps, ..quantity }, quantity.unit.symbol())
}

fn half_up(numerator: i128, denominator: i128) -> i128 {
    i128::from(nearest(numerator, denominator))
}

fn whole_above(numerator: i128, denominator: i128) -> i128 {
    -(-numerator).div_euclid(denominator)
}

/// A quotient of what is not negative, half a step up.
fn nearest(numerator: i128, denominator: i128) -> i64 {
    i64::try_from((2 * numerator + denominator) / (2 * denominator)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
