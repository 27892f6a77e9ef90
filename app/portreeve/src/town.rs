//! A town file: chart, classes, revenue lines, cycles and rules as data, applied by acts.

use std::collections::BTreeMap;

use acts::{Failure, refused};
use billing::acts::{NewCycle, NewPeriod, SetCalendars, SetLeakRule, SetTerms, SetUpBilling};
use billing::{ClassReadRule, ExceptionRule, LeakRule};
use chrono::{Days, NaiveDate};
use finance::{EstablishBooks, NewFund, NewLedgerAccount, OpenedIn};
use kernel::{Cents, Month, Period, Refusal};
use premises::acts::SetUpPremises;
use revenue::acts::{NewLine, NewTax, SetUpRevenue};
use serde::Deserialize;

use crate::office::{Office, Who};

/// What a town file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TownFile {
    classes: BTreeMap<String, String>,
    funds: Vec<NewFund>,
    ledger_accounts: Vec<NewLedgerAccount>,
    opened: Vec<OpenedIn>,
    revenue_lines: Vec<NewLine>,
    #[serde(default)]
    taxes: Vec<NewTax>,
    #[serde(default)]
    city_expenses: BTreeMap<String, String>,
    cycles: Vec<NewCycle>,
    #[serde(default)]
    property_uses: BTreeMap<String, String>,
    #[serde(default)]
    holidays: Vec<Holiday>,
    #[serde(default)]
    calendars: Vec<Calendar>,
    #[serde(default)]
    class_terms: BTreeMap<String, i64>,
    #[serde(default)]
    read_rules: Vec<ClassReadRule>,
    #[serde(default)]
    adjustment_reasons: BTreeMap<String, String>,
    #[serde(default)]
    leak_rules: Vec<LeakRule>,
    #[serde(default)]
    exception_rules: Vec<ExceptionRule>,
    #[serde(default)]
    high_cents: BTreeMap<String, Cents>,
}

/// A day on which city hall is closed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    on: toml::value::Datetime,
    name: String,
}

/// The calendar of a cycle by a rule: periods from a day of each month to the same day of the next.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    cycle: String,
    /// The month in which the first period begins, such as 2024-12.
    first: String,
    /// The month in which the last one begins.
    last: String,
    begins_on_day: u32,
    read_days_before: u64,
    read_days_after: u64,
    billed_days_after: u64,
}

/// What is wrong with a town file, in words.
#[derive(Debug, thiserror::Error)]
pub enum TownFileRefused {
    /// A holiday that is no day.
    #[error("holidays: '{0}' is not a day such as 2025-07-04")]
    Holiday(String),
    /// A calendar that makes no periods.
    #[error("calendars, cycle '{0}': first and last are months such as 2024-12, begins_on_day is 1 to 28")]
    Calendar(String),
}

impl Refusal for TownFileRefused {
    fn code(&self) -> &'static str {
        match self {
            TownFileRefused::Holiday(_) => "holiday",
            TownFileRefused::Calendar(_) => "calendar",
        }
    }
}

impl Holiday {
    fn day(&self) -> Result<NaiveDate, TownFileRefused> {
        self.on.to_string().parse().map_err(|_| TownFileRefused::Holiday(self.on.to_string()))
    }
}

impl Calendar {
    fn periods(&self) -> Result<Vec<NewPeriod>, TownFileRefused> {
        let wrong = || TownFileRefused::Calendar(self.cycle.clone());
        let (first, last) = (Month::parse(&self.first), Month::parse(&self.last));
        let (mut month, last) = (first.map_err(|_| wrong())?, last.map_err(|_| wrong())?);
        if last < month || !(1..=28).contains(&self.begins_on_day) {
            return Err(wrong());
        }
        let day = |month: Month| month.first_on() + Days::new(u64::from(self.begins_on_day - 1));
        let mut periods = Vec::new();
        while month <= last {
            let to = day(month.next());
            periods.push(NewPeriod {
                cycle: self.cycle.clone(),
                period: Period::new(day(month), to).map_err(|_| wrong())?,
                read_from: to - Days::new(self.read_days_before),
                read_through: to + Days::new(self.read_days_after),
                bill_on: to + Days::new(self.billed_days_after),
            });
            month = month.next();
        }
        Ok(periods)
    }
}

/// Applies a town file: adds what is new, refuses to change what is there.
pub async fn apply(office: &Office, who: &Who, town: TownFile) -> Result<(), Failure> {
    apply_as(office, (who, who), town).await
}

/// Applies a town file: the books as who keeps them, the rest as somebody else.
pub async fn apply_as(office: &Office, (accountant, who): (&Who, &Who), town: TownFile) -> Result<(), Failure> {
    let books = EstablishBooks { funds: town.funds, ledger_accounts: town.ledger_accounts, opened: town.opened };
    office.act_unless_in_force(accountant, &books).await?;
    let revenue = SetUpRevenue {
        classes: town.classes,
        lines: town.revenue_lines,
        taxes: town.taxes,
        city_expenses: town.city_expenses,
    };
    office.act_unless_in_force(who, &revenue).await?;
    let billing = SetUpBilling { cycles: town.cycles, rules: town.exception_rules, limits: town.high_cents };
    office.act_unless_in_force(who, &billing).await?;
    if !town.property_uses.is_empty() {
        office.act_unless_in_force(who, &SetUpPremises { property_uses: town.property_uses }).await?;
    }
    let periods = town.calendars.iter().map(Calendar::periods).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let holiday = |holiday: &Holiday| Ok::<_, TownFileRefused>((holiday.day()?, holiday.name.clone()));
    let holidays = town.holidays.iter().map(holiday).collect::<Result<BTreeMap<_, _>, _>>().map_err(refused)?;
    if !periods.is_empty() || !holidays.is_empty() {
        office.act_unless_in_force(who, &SetCalendars { periods: periods.concat(), holidays }).await?;
    }
    let terms = SetTerms {
        days_to_pay: town.class_terms,
        read_rules: town.read_rules,
        adjustment_reasons: town.adjustment_reasons,
    };
    if !terms.days_to_pay.is_empty() || !terms.read_rules.is_empty() || !terms.adjustment_reasons.is_empty() {
        office.act_unless_in_force(who, &terms).await?;
    }
    for rule in town.leak_rules {
        office.act_unless_in_force(who, &SetLeakRule { rule }).await?;
    }
    Ok(())
}
