//! A schedule from the rows of one set: a charge for every row, one for the zones of one kind together.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::{Decimal, Unit};

use super::row::{Band, Pays, Row};
use super::{SetKey, SheetOptions};
use crate::finding::{Finding, Reason, TextRefused};
use crate::formula::{Expr, Formula, Operator};
use crate::schedule::{
    Amount, Case, Charge, Measure, NamedQuantity, Rate, Schedule, Tier, TierBounds, TierScope, Tiers, Titles, Value,
    ValueCase, ValueIs, Version,
};

/// A version while its charges are made.
struct Builder<'a> {
    options: &'a SheetOptions,
    service: String,
    values: Vec<Value>,
    /// The value made for each adjustment, number of months and unit.
    named: BTreeMap<(Decimal, u32, Unit), String>,
    charges: Vec<Charge>,
    /// The line of each charge.
    lines: Vec<usize>,
    /// How many charges there will be of each kind.
    kinds: BTreeMap<String, usize>,
    /// The names given so far.
    names: BTreeSet<String>,
}

/// Digits behind the point that a plain price of a schedule may have; a longer one is a formula.
const PRICE_PLACES: u32 = 9;
/// The same for a plain bound.
const BOUND_PLACES: u32 = 1;

/// Makes the schedule, or says which line it cannot be made of.
pub(super) fn schedule(key: &SetKey, rows: &[Row], options: &SheetOptions) -> Result<Schedule, TextRefused> {
    let SetKey { pwsid, service, category } = key;
    let line = rows.first().map_or(1, |row| row.line);
    let mut builder = Builder {
        options,
        service: word(service, "service"),
        values: Vec::new(),
        named: BTreeMap::new(),
        charges: Vec::new(),
        lines: Vec::new(),
        kinds: BTreeMap::new(),
        names: BTreeSet::new(),
    };
    builder.charges(rows)?;
    let Builder { values, charges, lines, .. } = builder;
    let quantities = if values.is_empty() { Vec::new() } else { vec![usage()] };
    let version = Version {
        effective_on: effective_on(rows, options, line)?,
        ordinance: format!("{}, {pwsid} {service} {category}", options.ordinance),
        basis: options.basis,
        normal_days: None,
        classes: vec![category.clone()],
        dimensions: Vec::new(),
        quantities,
        values,
        charges,
    };
    if let Err(error) = version.compile() {
        let of_charge = error.place.charge.as_ref().and_then(|(position, _)| lines.get(*position));
        return Err(TextRefused::one(*of_charge.unwrap_or(&line), "rate_type", Reason::Flaw(error)));
    }
    let code = [pwsid, service, category].map(|part| word(part, "set")).join("_");
    Ok(Schedule { code, title: Titles::english(&said(service)), service: service.clone(), versions: vec![version] })
}

/// The first day of the latest year of the rows.
fn effective_on(rows: &[Row], options: &SheetOptions, line: usize) -> Result<NaiveDate, TextRefused> {
    let year = rows.iter().filter_map(|row| row.year).max();
    let day = options.effective_on.or_else(|| NaiveDate::from_ymd_opt(year?, 1, 1));
    day.ok_or_else(|| TextRefused::one(line, "effective_year", Reason::Missing))
}

impl Builder<'_> {
    fn charges(&mut self, rows: &[Row]) -> Result<(), TextRefused> {
        for (index, row) in rows.iter().enumerate() {
            if !is_later_zone(rows, index) {
                *self.kinds.entry(word(&row.rate_type, "charge")).or_default() += 1;
            }
        }
        let mut findings = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            match &row.pays {
                Pays::EachBill if rows[..index].iter().any(|other| is_same_each_bill(row, other)) => {
                    let why = "each bill pays this already by another row; the sheet does not say which one holds";
                    let (line, key) = (row.line, "rate_type".to_owned());
                    findings.push(Finding { line, key, reason: Reason::NotUnderstood(why.to_owned()) });
                }
                Pays::EachBill => {
                    let rate = Rate::Fixed(monthly(row.cost, row.months));
                    self.push(row, None, Case::plain(Vec::new(), Vec::new(), rate));
                }
                Pays::Units { band, base } => self.units(row, band, *base),
                Pays::Use(_) if is_later_zone(rows, index) => {}
                Pays::Use(band) => {
                    let found = self.zones(row, band, &rows[index..]).err();
                    findings.extend(found.into_iter().flatten());
                }
            }
        }
        if findings.is_empty() { Ok(()) } else { Err(TextRefused::new(findings)) }
    }

    /// The units within the band; a band that ends before it begins holds nothing.
    fn units(&mut self, row: &Row, band: &Band, base: Decimal) {
        let price = monthly(row.cost, row.months);
        let rate = match band.to {
            None => Rate::PerUnit(price),
            Some(to) if to <= band.from => Rate::Fixed(Amount::Number(Decimal::ZERO)),
            Some(to) => {
                let within = Tier { bound: Some(difference(to, band.from)), price, flat: None };
                Rate::Tiers(Tiers::by_through(vec![within, Tier::plain(None, Decimal::ZERO)]))
            }
        };
        let mut case = Case::plain(Vec::new(), Vec::new(), rate);
        let measure = if matches!(case.rate, Rate::Fixed(_)) {
            None
        } else {
            case.per = (base != Decimal::ONE).then_some(base);
            case.included = (!band.from.is_zero()).then(|| bound(band.from));
            Some(self.measure(row, band))
        };
        self.push(row, measure, case);
    }

    /// All zones of one kind: the amount of the one that the use is in.
    fn zones(&mut self, first: &Row, band: &Band, rows: &[Row]) -> Result<(), Vec<Finding>> {
        let mut tiers: Vec<Tier> = Vec::new();
        let mut end = Some(Decimal::ZERO);
        for (row, zone) in rows.iter().filter_map(|row| Some((row, zone_of(first, row)?))) {
            let refuse = |why: &str| {
                let (line, key) = (row.line, "value_from".to_owned());
                vec![Finding { line, key, reason: Reason::NotUnderstood(why.to_owned()) }]
            };
            let begin = end.filter(|end| *end <= zone.from);
            let begin = begin.ok_or_else(|| refuse("the zone begins below the end of the zone before it"))?;
            if zone.to.is_some_and(|to| to <= zone.from) {
                return Err(refuse("the zone ends where it begins, or below"));
            }
            // 401 continues 400; a wider gap is use that nothing is paid for.
            if begin + Decimal::ONE < zone.from {
                tiers.push(zone_tier(Some(zone.from - Decimal::ONE), Amount::Number(Decimal::ZERO)));
            }
            tiers.push(zone_tier(zone.to, monthly(row.cost, row.months)));
            end = zone.to;
        }
        if end.is_some() {
            tiers.push(zone_tier(None, Amount::Number(Decimal::ZERO)));
        }
        let tiers = Tiers { scope: TierScope::WholeUse, bounds: TierBounds::Through, tiers };
        let measure = self.measure(first, band);
        self.push(first, Some(measure), Case::plain(Vec::new(), Vec::new(), Rate::Tiers(tiers)));
        Ok(())
    }

    /// The use of a bill in the unit of the row: the month's gallons, or a value made of them.
    fn measure(&mut self, row: &Row, band: &Band) -> Measure {
        let is_plain = row.months == 1 && band.unit == Unit::Gallon;
        if is_plain && band.adjustment <= Decimal::ONE {
            let return_factor = (band.adjustment != Decimal::ONE).then_some(band.adjustment);
            return Measure { return_factor, ..Measure::usage(Unit::Gallon) };
        }
        let key = (band.adjustment.normalize(), row.months, band.unit);
        if let Some(name) = self.named.get(&key) {
            return Measure { name: name.clone(), unit: band.unit, convert: None, return_factor: None };
        }
        let (name, _) = self.name("use_of_a_bill", self.named.is_empty());
        let is = ValueIs::Amount(Amount::Formula(Formula::new(use_of_a_bill(row, band))));
        let case = ValueCase { classes: Vec::new(), when: Vec::new(), is };
        self.values.push(Value { name: name.clone(), round_to: None, cases: vec![case] });
        self.named.insert(key, name.clone());
        Measure { name, unit: band.unit, convert: None, return_factor: None }
    }

    /// A name that is new, with its number where it is one of several of its kind.
    fn name(&mut self, kind: &str, is_alone: bool) -> (String, Option<usize>) {
        if is_alone && self.names.insert(kind.to_owned()) {
            return (kind.to_owned(), None);
        }
        let mut number = 1;
        while !self.names.insert(format!("{kind}_{number}")) {
            number += 1;
        }
        (format!("{kind}_{number}"), Some(number))
    }

    fn push(&mut self, row: &Row, measure: Option<Measure>, case: Case) {
        let kind = word(&row.rate_type, "charge");
        let is_alone = self.kinds.get(&kind) == Some(&1);
        let (name, number) = self.name(&kind, is_alone);
        let title = number.map_or_else(|| said(&row.rate_type), |number| format!("{} {number}", said(&row.rate_type)));
        let kind = match row.rate_type.as_str() {
            "service_charge" => "base",
            other if other.starts_with("commodity_charge") => "consumption",
            _ => "surcharge",
        };
        let revenue = format!("{}.{kind}", self.service);
        let charge = Charge::plain(&name, Titles::english(&title), &revenue, self.options.rounding, vec![case]);
        self.charges.push(Charge { measure, ..charge });
        self.lines.push(row.line);
    }
}

/// `usage × adjustment × months ÷ 7.48052`, without the parts that change nothing.
fn use_of_a_bill(row: &Row, band: &Band) -> Expr {
    let mut usage = Expr::name("usage");
    for factor in [band.adjustment, Decimal::from(row.months)] {
        if factor != Decimal::ONE {
            usage = Expr::binary(Operator::Multiply, usage, Expr::number(factor));
        }
    }
    match band.unit {
        Unit::CubicFoot => Expr::binary(Operator::Divide, usage, Expr::number(Decimal::new(748_052, 5))),
        _ => usage,
    }
}

/// The part of an amount per bill that falls on a month.
fn monthly(cost: Decimal, months: u32) -> Amount {
    if months == 1 {
        return price(cost);
    }
    Amount::Formula(Formula::new(Expr::binary(
        Operator::Divide,
        Expr::number(cost),
        Expr::number(Decimal::from(months)),
    )))
}

fn price(number: Decimal) -> Amount {
    plain(number, PRICE_PLACES)
}

fn bound(number: Decimal) -> Amount {
    plain(number, BOUND_PLACES)
}

/// A number of few digits as such; a longer one, such as programs write, as a formula, which is as exact.
fn plain(number: Decimal, places: u32) -> Amount {
    let number = number.normalize();
    if number.scale() <= places { Amount::Number(number) } else { Amount::Formula(Formula::new(Expr::number(number))) }
}

fn difference(to: Decimal, from: Decimal) -> Amount {
    if to.normalize().scale() <= BOUND_PLACES && from.normalize().scale() <= BOUND_PLACES {
        return Amount::Number((to - from).normalize());
    }
    Amount::Formula(Formula::new(Expr::binary(Operator::Subtract, Expr::number(to), Expr::number(from))))
}

fn zone_tier(through: Option<Decimal>, flat: Amount) -> Tier {
    let (bound, price) = (through.map(bound), Amount::Number(Decimal::ZERO));
    Tier { bound, price, flat: Some(flat) }
}

/// The band of a row that is a zone of the same kind as the first.
fn zone_of<'a>(first: &Row, row: &'a Row) -> Option<&'a Band> {
    match (&first.pays, &row.pays) {
        (Pays::Use(one), Pays::Use(other)) => {
            let is_same = first.rate_type == row.rate_type
                && first.months == row.months
                && one.unit == other.unit
                && one.adjustment == other.adjustment;
            is_same.then_some(other)
        }
        _ => None,
    }
}

/// Whether the row is a zone that an earlier row of its kind takes in.
fn is_later_zone(rows: &[Row], index: usize) -> bool {
    rows[..index].iter().any(|first| zone_of(first, &rows[index]).is_some())
}

fn is_same_each_bill(one: &Row, other: &Row) -> bool {
    one.rate_type == other.rate_type && matches!(other.pays, Pays::EachBill)
}

/// A name as the language wants it, from a word of the sheet.
fn word(text: &str, kind: &str) -> String {
    const TAKEN: [&str; 8] = ["min", "max", "round", "round_even", "floor", "ceil", "if", "usage"];
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    let word: String = text.chars().map(letter).collect();
    let is_fine = word.starts_with(|first: char| first.is_ascii_lowercase()) && !TAKEN.contains(&word.as_str());
    if is_fine { word } else { format!("{kind}_{word}") }
}

/// What a resident reads: `Commodity charge tier`.
fn said(text: &str) -> String {
    let words = text.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn usage() -> NamedQuantity {
    let (name, unit) = ("usage".to_owned(), Unit::Gallon.code().to_owned());
    NamedQuantity { name, unit, default: None, winter_average: None }
}
