//! Decides when cycles are read and billed, holidays, and terms: days to pay, how reads are judged, why accounts are adjusted.

use std::collections::BTreeMap;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{Period, Refusal};
use serde::{Deserialize, Serialize};

use crate::calendar::CyclePeriod;
use crate::{ClassReadRule, permissions, store};

/// Adds periods to the calendars of cycles, and holidays. A period that is there stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetCalendars {
    /// The periods.
    pub periods: Vec<NewPeriod>,
    /// Day to name.
    pub holidays: BTreeMap<NaiveDate, String>,
}

/// A period of a cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPeriod {
    /// The code of the cycle.
    pub cycle: String,
    /// The days of service.
    pub period: Period,
    /// The first day on which a read closes it.
    pub read_from: NaiveDate,
    /// The last.
    pub read_through: NaiveDate,
    /// The date on its bills.
    pub bill_on: NaiveDate,
}

/// Decides terms by class and reasons for adjustments; what is named again is replaced.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetTerms {
    /// Class to days from bill date to due date.
    pub days_to_pay: BTreeMap<String, i64>,
    /// How the reads of a class are judged and estimated.
    pub read_rules: Vec<ClassReadRule>,
    /// Code to title.
    pub adjustment_reasons: BTreeMap<String, String>,
}

/// Why calendars or terms are refused.
#[derive(Debug, thiserror::Error)]
pub enum CalendarRefused {
    /// No such cycle.
    #[error("there is no billing cycle '{0}'")]
    UnknownCycle(String),
    /// The period is there with other dates.
    #[error("cycle '{cycle}' already has a period from {from} with other dates")]
    PeriodDiffers {
        /// The cycle.
        cycle: String,
        /// Its first day.
        from: NaiveDate,
    },
    /// Two periods share days, or a day lies in none.
    #[error("the period of cycle '{cycle}' from {from} does not begin on the day the one before ends, {expected}")]
    NotInLine {
        /// The cycle.
        cycle: String,
        /// The first day given.
        from: NaiveDate,
        /// The day it should be.
        expected: NaiveDate,
    },
    /// The dates of a period contradict each other.
    #[error("the period of cycle '{cycle}' from {from}: it is read and billed around its end, not before it begins")]
    DatesDisagree {
        /// The cycle.
        cycle: String,
        /// Its first day.
        from: NaiveDate,
    },
    /// Nobody set this class up.
    #[error("there is no class '{0}'")]
    UnknownClass(String),
    /// Days to pay that make no sense.
    #[error("class '{0}': days to pay must be 1 to 365")]
    DaysToPay(String),
    /// A rule that makes no sense.
    #[error("the read rule of class '{class}': {what}")]
    ReadRule {
        /// The class.
        class: String,
        /// What is wrong.
        what: &'static str,
    },
}

impl Refusal for CalendarRefused {
    fn code(&self) -> &'static str {
        match self {
            CalendarRefused::UnknownCycle(_) => "cycle_unknown",
            CalendarRefused::PeriodDiffers { .. } => "period_differs",
            CalendarRefused::NotInLine { .. } => "period_not_in_line",
            CalendarRefused::DatesDisagree { .. } => "period_dates",
            CalendarRefused::UnknownClass(_) => "class_unknown",
            CalendarRefused::DaysToPay(_) => "days_to_pay",
            CalendarRefused::ReadRule { .. } => "read_rule",
        }
    }
}

impl Act for SetCalendars {
    const KIND: &'static str = "billing.set_calendars";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let mut there = store::cycle_periods(entry).await?;
        let mut new = Vec::new();
        for given in &self.periods {
            let cycle = store::cycle_by_code(entry, &given.cycle).await?;
            let cycle = cycle.ok_or_else(|| refused(CalendarRefused::UnknownCycle(given.cycle.clone())))?;
            let from = given.period.from();
            let (code, to) = (given.cycle.clone(), given.period.to());
            let is_around_end = from < given.read_from && given.read_from <= to && to <= given.read_through;
            let last_on = to.pred_opt().unwrap_or(to);
            if !is_around_end || given.bill_on < last_on {
                return refuse(CalendarRefused::DatesDisagree { cycle: code, from });
            }
            let period = CyclePeriod {
                cycle: cycle.id,
                period: given.period,
                read_from: given.read_from,
                read_through: given.read_through,
                bill_on: given.bill_on,
                is_closed: false,
            };
            match there.iter().find(|one| one.cycle == cycle.id && one.period.from() == from) {
                Some(same) if CyclePeriod { is_closed: false, ..*same } == period => continue,
                Some(_) => return refuse(CalendarRefused::PeriodDiffers { cycle: code, from }),
                None => {}
            }
            let last = there.iter().filter(|one| one.cycle == cycle.id).map(|one| one.period.to()).max();
            if let Some(expected) = last.filter(|expected| *expected != from) {
                return refuse(CalendarRefused::NotInLine { cycle: code, from, expected });
            }
            there.push(period);
            new.push(period);
        }
        store::insert_periods(entry, &new).await?;
        for (on, name) in &self.holidays {
            store::insert_holiday(entry, *on, name).await?;
        }
        Ok(())
    }
}

impl Act for SetTerms {
    const KIND: &'static str = "billing.set_terms";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        entry.is_under(permissions::RULES);
        let classes = revenue::class_codes(entry).await?;
        let named = self.days_to_pay.keys().chain(self.read_rules.iter().map(|rule| &rule.class));
        if let Some(class) = named.into_iter().find(|class| !classes.contains(*class)) {
            return refuse(CalendarRefused::UnknownClass(class.clone()));
        }
        for (class, days) in &self.days_to_pay {
            if !(1..=365).contains(days) {
                return refuse(CalendarRefused::DaysToPay(class.clone()));
            }
            store::insert_days_to_pay(entry, class, *days).await?;
        }
        for rule in &self.read_rules {
            check_rule(rule).map_err(refused)?;
            store::insert_read_rule(entry, rule).await?;
        }
        for (code, title) in &self.adjustment_reasons {
            store::insert_adjustment_reason(entry, code, title).await?;
        }
        Ok(())
    }
}

fn check_rule(rule: &ClassReadRule) -> Result<(), CalendarRefused> {
    let wrong = |what| Err(CalendarRefused::ReadRule { class: rule.class.clone(), what });
    if rule.low_percent < 0 || rule.high_percent <= rule.low_percent {
        return wrong("low_percent must be at least 0 and below high_percent");
    }
    if rule.zero_periods < 1 || rule.estimates_in_a_row < 0 {
        return wrong("zero_periods must be at least 1, estimates_in_a_row at least 0");
    }
    if rule.least.is_sign_negative() || 4 < rule.least.scale() {
        return wrong("least must not be negative, with at most 4 decimal places");
    }
    if rule.way().is_none() {
        return wrong("estimate_by is none of same_month_last_year, mean_of_three, previous_period");
    }
    Ok(())
}
