//! Arbitrary schedules that compile, and arbitrary bills for them.
//!
//! A *tame* schedule never costs less for more use: no price is below zero, no formula subtracts, and no
//! bound depends on use. A *wild* one may say everything the language can say.

mod amounts;
mod charges;

use chrono::NaiveDate;
use kernel::{Decimal, Quantity, Unit};
use proptest::prelude::{Just, Strategy, any, prop};
use proptest::sample::{select, subsequence};

use crate::{
    Basis, Charge, Condition, Days, Dimension, Inputs, NamedQuantity, NormalDays, PeriodKind, Schedule, Segment, Share,
    Titles, Treat, Version, WinterAverage, WinterDate,
};

pub(super) use amounts::{any_expr, any_price};

pub(super) const CLASSES: [&str; 3] = ["HOUSE", "SHOP \"A\"", "It's a farm"];
const SIZES: [&str; 3] = ["5/8\"", "1|1/2\"", "2'\\\""];
const SEASONS: [&str; 2] = ["summer", "the rest"];
const NUMBERS: [&str; 3] = ["dwelling_units", "area", "winter_use"];
const EXEMPTION: &str = "certificate";

/// What a schedule may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    Tame,
    Wild,
}

/// One kind of customer and one bill.
#[derive(Clone, Debug)]
pub(super) struct Bill {
    pub(super) class: &'static str,
    pub(super) dimensions: [(&'static str, &'static str); 2],
    pub(super) usage: Quantity,
    numbers: Vec<(&'static str, Decimal)>,
    exemptions: Vec<&'static str>,
    days: Days,
}

impl Bill {
    /// The bill for so many more steps of usage.
    pub(super) fn inputs(&self, more: i64) -> Inputs<'_> {
        let usage = Quantity { steps: self.usage.steps + more, unit: self.usage.unit };
        let (numbers, exemptions, days) = (&self.numbers[..], &self.exemptions[..], self.days.clone());
        Inputs { numbers, exemptions, days, ..Inputs::of(usage) }
    }
}

pub(super) fn any_bill() -> impl Strategy<Value = Bill> {
    let amounts = prop::collection::vec((0..5_000_i64, 0..3_u32), NUMBERS.len());
    let customer = (select(&CLASSES[..]), select(&SIZES[..]), select(&SEASONS[..]));
    let usage = (0..30_000_000_i64).prop_map(|steps| Quantity { steps, unit: Unit::Ccf });
    (customer, usage, amounts, any::<bool>(), any_days()).prop_map(|(customer, usage, amounts, is_exempt, days)| {
        let (class, size, season) = customer;
        let numbers = NUMBERS.into_iter().zip(amounts);
        Bill {
            class,
            dimensions: [("meter_size", size), ("season", season)],
            usage,
            numbers: numbers.map(|(name, (mantissa, places))| (name, Decimal::new(mantissa, places))).collect(),
            exemptions: if is_exempt { vec![EXEMPTION] } else { Vec::new() },
            days,
        }
    })
}

fn any_days() -> impl Strategy<Value = Days> {
    let share = |days: u32| Share { days, of: 61 };
    let segment = prop::option::of((1..61_u32, any::<bool>()));
    let segment = segment.prop_map(move |found| found.map(|(days, is_last)| Segment { share: share(days), is_last }));
    let service = prop::option::of((1..90_u32).prop_map(share));
    (service, any_kinds(), segment).prop_map(|(service, kinds, segment)| Days { service, kinds, segment })
}

fn any_kinds() -> impl Strategy<Value = Vec<PeriodKind>> {
    let all: Vec<PeriodKind> = PeriodKind::ALL.into_iter().map(|(kind, _)| kind).collect();
    mostly_none(subsequence(all, 0..=5))
}

/// Mostly none, so that the rule is tried with what it is an exception to.
fn mostly_none<T: Clone + std::fmt::Debug>(some: impl Strategy<Value = Vec<T>>) -> impl Strategy<Value = Vec<T>> {
    prop::option::weighted(0.4, some).prop_map(Option::unwrap_or_default)
}

/// The groups of customers of a charge or value: together they are everybody, once.
fn any_customers() -> impl Strategy<Value = Vec<(Vec<String>, Vec<Condition>)>> {
    let classes = prop::option::of(any_groups(&CLASSES));
    let sizes = prop::option::of(any_groups(&SIZES));
    let seasons = prop::option::of(any_groups(&SEASONS));
    let product = (classes, sizes, seasons, any::<bool>()).prop_map(|(classes, sizes, seasons, is_turned)| {
        let condition = |dimension: &str, values: &Vec<String>| Condition {
            dimension: dimension.to_owned(),
            values: values.clone(),
        };
        let mut customers: Vec<(Vec<String>, Vec<Condition>)> = Vec::new();
        for classes in classes.unwrap_or_else(|| vec![Vec::new()]) {
            customers.push((classes, Vec::new()));
        }
        for (dimension, groups) in [("meter_size", sizes), ("season", seasons)] {
            let Some(groups) = groups else { continue };
            let with = |(classes, when): &(Vec<String>, Vec<Condition>)| {
                let more = |values| [when.clone(), vec![condition(dimension, values)]].concat();
                groups.iter().map(|values| (classes.clone(), more(values))).collect::<Vec<_>>()
            };
            customers = customers.iter().flat_map(with).collect();
        }
        // In every other case the conditions stand in the other order, which rows cannot say.
        let turned = customers.iter_mut().step_by(2).filter(|_| is_turned);
        turned.for_each(|(_, when)| when.reverse());
        customers
    });
    product.prop_flat_map(|customers| Just(customers).prop_shuffle())
}

/// Some texts in groups, each text in one of them.
fn any_groups<const N: usize>(texts: &'static [&'static str; N]) -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(0..N, N).prop_map(|numbers| {
        let group = |number: usize| {
            let members = texts.iter().zip(&numbers).filter(|(_, of)| **of == number);
            members.map(|(text, _)| (*text).to_owned()).collect::<Vec<_>>()
        };
        (0..N).map(group).filter(|group| !group.is_empty()).collect()
    })
}

fn any_quantities() -> impl Strategy<Value = Vec<NamedQuantity>> {
    let rule =
        (any::<bool>(), prop::option::of(1..4_u32), prop::option::of(any_price()), prop::option::of(any_price()));
    let rule = rule.prop_map(|(is_odd, lowest, period_at_least, cap)| WinterAverage {
        months: if is_odd { vec![12, 1, 2] } else { vec![4] },
        by: if is_odd { WinterDate::ReadDate } else { WinterDate::BillDate },
        periods_at_least: 1 + u32::from(is_odd),
        lowest,
        period_at_least,
        estimated: if is_odd { Treat::Skip } else { Treat::Count },
        vacant: if is_odd { Treat::Count } else { Treat::Skip },
        cap,
        bills_from_month: 7,
    });
    let defaults = prop::collection::vec(prop::option::of(any_price()), NUMBERS.len());
    (defaults, prop::option::of(rule)).prop_map(|(defaults, mut rule)| {
        let quantity = |(name, default): (&str, Option<Decimal>)| NamedQuantity {
            name: name.to_owned(),
            unit: name.replace('_', " "),
            default,
            winter_average: if name == "winter_use" { rule.take() } else { None },
        };
        let mut quantities: Vec<NamedQuantity> = NUMBERS.into_iter().zip(defaults).map(quantity).collect();
        let usage =
            NamedQuantity { name: "usage".to_owned(), unit: "ccf".to_owned(), default: None, winter_average: None };
        quantities.push(usage);
        quantities
    })
}

fn any_dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    prop::option::of(prop::collection::vec(0..SEASONS.len(), 12)).prop_map(|seasons| {
        let of = |seasons: &Vec<usize>, season| {
            let months = (1..=12).zip(seasons).filter(|(_, of)| **of == season);
            months.map(|(month, _)| month).collect::<Vec<u32>>()
        };
        let months = seasons.map(|seasons| (0..SEASONS.len()).map(|season| of(&seasons, season)).collect());
        vec![
            Dimension { name: "meter_size".to_owned(), values: SIZES.map(str::to_owned).to_vec(), months: None },
            Dimension { name: "season".to_owned(), values: SEASONS.map(str::to_owned).to_vec(), months },
        ]
    })
}

/// Versions over the same classes, dimensions and names, so that any bill suits any of them.
pub(super) fn any_version(temper: Temper) -> impl Strategy<Value = Version> {
    let bases = select(Basis::ALL.map(|(basis, _)| basis).to_vec());
    let parts = (any_dimensions(), any_quantities(), charges::any_values(temper), charges::any_charges(temper));
    (bases, any::<bool>(), parts).prop_map(|(basis, is_stated, (dimensions, quantities, values, charges))| {
        let by_length = |charge: &Charge| {
            let kinds = [&charge.prorate[..], &charge.prorate_tiers[..]].concat();
            kinds.contains(&PeriodKind::Long) || kinds.contains(&PeriodKind::Short)
        };
        let needs_days = is_stated || charges.iter().any(by_length);
        Version {
            effective_on: NaiveDate::default(),
            ordinance: "Ordinance \"7\"\nsection 'b' \\ 3".to_owned(),
            basis,
            normal_days: needs_days.then_some(NormalDays { full: 61, at_least: 55, at_most: 67 }),
            classes: CLASSES.map(str::to_owned).to_vec(),
            dimensions,
            quantities,
            values,
            charges,
        }
    })
}

pub(super) fn any_schedule() -> impl Strategy<Value = Schedule> {
    let days = subsequence((0..40_000_i32).step_by(371).collect::<Vec<_>>(), 3);
    let versions = prop::collection::vec(any_version(Temper::Wild), 1..3);
    (versions, days, "\\PC{1,9}").prop_map(|(mut versions, days, code)| {
        for (version, day) in versions.iter_mut().zip(days) {
            version.effective_on = NaiveDate::from_num_days_from_ce_opt(700_000 + day).unwrap();
        }
        Schedule { code, title: Titles::english("Water"), service: "water".to_owned(), versions }
    })
}
