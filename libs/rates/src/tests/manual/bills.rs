//! Bills of a table on a page, priced and compared with what the table says.

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Rounding, Unit};

use super::page::Table;
use crate::exact::Exact;
use crate::formula::{Expr, Formula};
use crate::node::{call, operate};
use crate::{Days, Explanation, Inputs, PeriodKind, Schedule, Segment, Share, Version};

/// What a row of a table says about a bill.
#[derive(Default)]
pub(super) struct Bill {
    /// The number by which the page speaks of it.
    number: String,
    class: Option<String>,
    on: Option<NaiveDate>,
    usage: Option<(Decimal, Unit)>,
    dimensions: Vec<(String, String)>,
    numbers: Vec<(String, Decimal)>,
    exemptions: Vec<String>,
    days: Days,
    /// Names of charges with the amounts of their lines.
    lines: Vec<(String, String)>,
    total: String,
    by_hand: Option<String>,
}

/// Every bill of a table, and what is wrong with any.
pub(super) fn read(schedule: &Schedule, table: &Table) -> (Vec<Bill>, Vec<String>) {
    let (mut bills, mut wrong) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let mut bill = Bill::default();
        for (name, cell) in table.header.iter().zip(row).filter(|(_, cell)| !["", "–"].contains(&cell.as_str())) {
            wrong.extend(bill.set(schedule, name, cell).err());
        }
        let found = bill.check(schedule);
        wrong.extend(found.err().map(|words| format!("bill {}: {words}", bill.number)));
        bills.push(bill);
    }
    (bills, wrong)
}

/// Whether a text is the explanation of the bill that the line before it names.
pub(super) fn explained(schedule: &Schedule, bills: &[Bill], introduced_by: &str, text: &str) -> Result<(), String> {
    let words: Vec<&str> = introduced_by.split(|letter: char| !letter.is_alphanumeric()).collect();
    let named = words.windows(2).find(|pair| pair[0].eq_ignore_ascii_case("bill"));
    let named = named.ok_or_else(|| format!("the line before names no bill: '{introduced_by}'"))?[1];
    let bill = bills.iter().find(|bill| bill.number == named);
    let bill = bill.ok_or_else(|| format!("no bill {named} stands before this"))?;
    let language = if words.contains(&"Spanish") { "es" } else { "en" };
    let found = bill.explain(schedule)?.to_text_in(language);
    if found == text { Ok(()) } else { Err(format!("bill {named} is explained by\n{found}")) }
}

impl Bill {
    /// Takes a cell by the name of its column.
    fn set(&mut self, schedule: &Schedule, name: &str, cell: &str) -> Result<(), String> {
        let is_one = |named: fn(&Version) -> Vec<&String>| {
            schedule.versions.iter().any(|v| named(v).contains(&&name.to_owned()))
        };
        let number = || cell.parse::<Decimal>().map_err(|error| format!("{name} '{cell}': {error}"));
        match name {
            "bill" => cell.clone_into(&mut self.number),
            "class" => self.class = Some(cell.to_owned()),
            "on" => self.on = Some(cell.parse().map_err(|error| format!("on '{cell}': {error}"))?),
            "usage" => self.usage = Some(usage(cell)?),
            "exempt" => self.exemptions = cell.split(", ").map(str::to_owned).collect(),
            "days" => self.days = days(cell).ok_or_else(|| format!("days '{cell}' are not understood"))?,
            "total" => cell.clone_into(&mut self.total),
            "by hand" => self.by_hand = Some(cell.to_owned()),
            _ if is_one(|version| version.dimensions.iter().map(|dimension| &dimension.name).collect()) => {
                self.dimensions.push((name.to_owned(), cell.to_owned()));
            }
            _ if is_one(|version| version.quantities.iter().map(|quantity| &quantity.name).collect()) => {
                self.numbers.push((name.to_owned(), number()?));
            }
            _ if is_one(|version| version.charges.iter().map(|charge| &charge.name).collect()) => {
                self.lines.push((name.to_owned(), cell.to_owned()));
            }
            _ => return Err(format!("no class, dimension, quantity or charge is named '{name}'")),
        }
        Ok(())
    }

    fn check(&self, schedule: &Schedule) -> Result<(), String> {
        let explanation = self.explain(schedule)?;
        for (name, expected) in &self.lines {
            let charge = explanation.charges.iter().find(|charge| charge.name == *name);
            let found = charge.map_or_else(|| "not levied".to_owned(), |charge| charge.cents.to_string());
            if found != *expected {
                return Err(format!("{name} is {found}, not {expected}"));
            }
        }
        let found = explanation.total.to_string();
        if found != self.total {
            return Err(format!("the total is {found}, not {}", self.total));
        }
        match &self.by_hand {
            Some(sum) => by_hand(sum, explanation.total),
            None => Ok(()),
        }
    }

    /// The price by the plan, which must be the same as the explanation.
    fn explain(&self, schedule: &Schedule) -> Result<Explanation, String> {
        let version = match (self.on, &schedule.versions[..]) {
            (Some(day), _) => schedule.version_on(day).ok_or_else(|| format!("no rates on {day}"))?,
            (None, [version]) => version,
            (None, _) => return Err("which version? the table has no column 'on'".to_owned()),
        };
        let class = match (&self.class, &version.classes[..]) {
            (Some(class), _) | (None, [class]) => class,
            (None, _) => return Err("which class?".to_owned()),
        };
        let by_month = self.on.map(|day| version.values_on(day)).unwrap_or_default();
        let dimensions: Vec<(&str, &str)> =
            self.dimensions.iter().chain(&by_month).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let compiled = version.compile().map_err(|error| error.to_string())?;
        let plan = compiled.plan(class, &dimensions).map_err(|refused| refused.to_string())?;
        if plan.needs().usage && self.usage.is_none() {
            return Err("how much was used?".to_owned());
        }
        let (usage, unit) = self.usage.unwrap_or((Decimal::ZERO, Unit::Each));
        let numbers: Vec<(&str, Decimal)> =
            self.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
        let exemptions: Vec<&str> = self.exemptions.iter().map(String::as_str).collect();
        let (numbers, exemptions) = (&numbers[..], &exemptions[..]);
        let inputs = Inputs { usage: usage.into(), unit, numbers, exemptions, days: self.days.clone() };
        let price = plan.price_for(&inputs).map_err(|refused| refused.to_string())?;
        let explanation = plan.explain(&inputs).map_err(|refused| refused.to_string())?;
        assert_eq!(price.total, explanation.total, "bill {}", self.number);
        Ok(explanation)
    }
}

/// `16 ccf`
fn usage(cell: &str) -> Result<(Decimal, Unit), String> {
    let (number, unit) = cell.split_once(' ').ok_or_else(|| format!("usage '{cell}' has no unit"))?;
    let number = number.parse().map_err(|error| format!("usage '{cell}': {error}"))?;
    Ok((number, Unit::parse(unit).map_err(|error| error.to_string())?))
}

/// `first 10 of 30`, `short final 12 of 30`, or `mid_period 11 of 31` and `mid_period 20 of 31 last`.
fn days(cell: &str) -> Option<Days> {
    let (cell, is_last) = cell.strip_suffix(" last").map_or((cell, false), |before| (before, true));
    let (rest, of) = cell.rsplit_once(" of ")?;
    let (kinds, days) = rest.rsplit_once(' ')?;
    let (days, of) = (days.parse().ok()?, of.parse().ok()?);
    let kind = |word| PeriodKind::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind);
    let kinds: Vec<PeriodKind> = kinds.split(' ').map(kind).collect::<Option<_>>()?;
    Some(match kinds[..] {
        [PeriodKind::MidPeriod] => {
            Days { segment: Some(Segment { share: Share { days, of }, is_last }), ..Days::whole() }
        }
        _ => Days::part(kinds, days, of),
    })
}

/// Whether a sum such as `14 × 2.87 + 2.9 % × 40.18` comes to the amount, rounded to cents.
fn by_hand(sum: &str, total: Cents) -> Result<(), String> {
    let plain = sum.replace('×', "*").replace('÷', "/").replace('−', "-").replace('%', "/ 100");
    let formula = Formula::parse(&plain).map_err(|refused| format!("by hand: {refused}"))?;
    let found = worth(formula.expr())?;
    let is_it = found.cents(Rounding::HalfAwayFromZero) == Some(total);
    if is_it { Ok(()) } else { Err(format!("by hand it is {found}, not {total}")) }
}

fn worth(expr: &Expr) -> Result<Exact, String> {
    match expr {
        Expr::Number(number) => Ok(Exact::from(*number)),
        Expr::Minus(part) => Ok(worth(part)?.negated()),
        Expr::Binary(operator, left, right) => {
            operate(*operator, &worth(left)?, &worth(right)?).map_err(|_| "by hand divides by zero".to_owned())
        }
        Expr::Call(function, parts) => {
            let parts = parts.iter().map(worth).collect::<Result<Vec<_>, _>>()?;
            Ok(call(*function, &parts))
        }
        Expr::Name(_) | Expr::If(_) => Err("by hand there are only numbers".to_owned()),
    }
}
