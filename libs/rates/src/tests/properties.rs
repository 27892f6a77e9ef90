//! Laws: a text reads back, parts sum to the whole, more use never costs less.

use kernel::{Cents, Decimal, Unit};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::any::{Bill, Temper, any_bill, any_expr, any_schedule, any_version};
use crate::formula::Formula;
use crate::{
    Amount, Case, Compiled, Exact, Inputs, Measure, PeriodKind, Plan, Price, PricingRefused, Rate, Schedule, Segment,
    Share, TierScope, Version,
};

/// The plan of the bill, unless the schedule offers it none.
fn plan<'a>(compiled: &'a Compiled, bill: &Bill) -> Option<&'a Plan> {
    compiled.plan(bill.class, &bill.dimensions).ok()
}

fn total(compiled: &Compiled, bill: &Bill, more: i64) -> Option<Result<Cents, PricingRefused>> {
    let plan = plan(compiled, bill)?;
    Some(plan.price_for(&bill.inputs(more)).map(|price| price.total))
}

fn amounts(price: &Price) -> Vec<(Decimal, Cents)> {
    price.lines().map(|line| (line.exact.normalize(), line.cents)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_schedule_reads_back_from_its_text(schedule in any_schedule()) {
        let text = schedule.to_text();
        let read = Schedule::parse(&text).map_err(|refused| format!("{refused}\n{text}")).unwrap();
        prop_assert_eq!(&read, &schedule);
        prop_assert_eq!(read.to_text(), text);
        prop_assert_eq!(read.digest(), schedule.digest());
    }

    #[test]
    fn a_formula_reads_back_from_its_text(expr in any_expr()) {
        let formula = Formula::new(expr);
        let text = formula.to_string();
        if text.chars().count() <= 1_000 {
            prop_assert_eq!(Formula::parse(&text), Ok(formula), "{}", text);
        }
    }

    #[test]
    fn what_is_read_prints_and_reads_back(text in "(if|max|a|b_1|[0-9]|12\\.50|[-+*/(),<> ]|<=|>=){1,24}") {
        if let Ok(formula) = Formula::parse(&text) {
            prop_assert_eq!(Formula::parse(&formula.to_string()), Ok(formula));
        }
    }

    #[test]
    fn more_use_never_costs_less(version in any_version(Temper::Tame), bill in any_bill(), more in 0..5_000_000_i64) {
        let compiled = version.compile().unwrap();
        let (less, more) = (total(&compiled, &bill, 0), total(&compiled, &bill, more));
        prop_assert!(less.unwrap().unwrap() <= more.unwrap().unwrap());
    }

    #[test]
    fn parts_sum_to_the_total_and_explain_themselves(version in any_version(Temper::Wild), bill in any_bill()) {
        let compiled = version.compile().unwrap();
        let Some(plan) = plan(&compiled, &bill) else { return Ok(()) };
        let inputs = bill.inputs(0);
        let (price, explained) = (plan.price_for(&inputs), plan.explain(&inputs));
        let (Ok(price), Ok(explained)) = (&price, &explained) else {
            prop_assert_eq!(price.err(), explained.err());
            return Ok(());
        };
        let billed = price.lines().filter(|line| plan.charges()[line.charge].is_billed());
        prop_assert_eq!(billed.map(|line| line.cents).sum::<Cents>(), price.total);
        prop_assert_eq!(price.lines().count(), plan.charges().len());
        for (line, charge) in plan.lines(price).zip(&explained.charges) {
            let mut sum = Exact::zero();
            for step in &charge.steps {
                let product = step.quantity.times(&step.price).checked_div(&step.per).unwrap();
                prop_assert_eq!(&step.amount, &product);
                sum = sum.plus(&product);
            }
            prop_assert_eq!((&charge.exact, charge.cents), (&sum, line.cents));
            prop_assert_eq!(sum.cents(charge.rounding), Some(line.cents));
            prop_assert_eq!(sum.to_decimal().is_none_or(|exact| exact == line.exact), true);
        }
        prop_assert_eq!(explained.total, price.total);
    }

    #[test]
    fn whole_numbers_price_as_fractions_do(version in any_version(Temper::Wild), bill in any_bill()) {
        let version = without_limits(of_plain_numbers(version));
        let compiled = version.compile().unwrap();
        let Some(plan) = plan(&compiled, &bill) else { return Ok(()) };
        let (fast, full) = (plan.price(bill.usage), plan.price_for(&Inputs::of(bill.usage)));
        prop_assert_eq!(fast.as_ref().map(amounts), full.as_ref().map(amounts));
        prop_assert_eq!(fast.map(|price| price.total), full.map(|price| price.total));
    }

    #[test]
    fn the_order_of_cases_changes_no_price(version in any_version(Temper::Wild), bill in any_bill()) {
        let mut turned = version.clone();
        turned.charges.iter_mut().for_each(|charge| charge.cases.reverse());
        turned.values.iter_mut().for_each(|value| value.cases.reverse());
        let (straight, turned) = (version.compile().unwrap(), turned.compile().unwrap());
        prop_assert_eq!(total(&straight, &bill, 0), total(&turned, &bill, 0));
    }

    #[test]
    fn the_parts_of_a_period_sum_to_the_whole(version in any_version(Temper::Tame), bill in any_bill(), first in 1..61_u32) {
        let mut version = of_plain_numbers(version);
        for charge in &mut version.charges {
            (charge.prorate, charge.prorate_tiers) = (vec![PeriodKind::MidPeriod], vec![PeriodKind::MidPeriod]);
            for case in &mut charge.cases {
                case.step = None;
                // A percentage is one of rounded amounts, so it sums up to within a cent only.
                if let Rate::PerCent { per_cent, .. } = &case.rate {
                    case.rate = Rate::Fixed(per_cent.clone());
                }
            }
        }
        let compiled = version.compile().unwrap();
        let Some(plan) = plan(&compiled, &bill) else { return Ok(()) };
        let whole = Inputs::of(bill.usage);
        let mut sums = vec![Exact::zero(); plan.charges().len()];
        for (days, is_last) in [(first, false), (61 - first, true)] {
            let share = Share { days, of: 61 };
            let mut part = Inputs::of(bill.usage);
            part.usage = part.usage.times(&Exact::ratio(days.into(), 61).unwrap());
            part.days.segment = Some(Segment { share, is_last });
            for (sum, charge) in sums.iter_mut().zip(plan.explain(&part).unwrap().charges) {
                *sum = sum.plus(&charge.exact);
            }
        }
        let wholes: Vec<Exact> = plan.explain(&whole).unwrap().charges.into_iter().map(|charge| charge.exact).collect();
        prop_assert_eq!(sums, wholes);
    }
}

/// The version with ten dollars for whatever is more than plain numbers.
fn of_plain_numbers(mut version: Version) -> Version {
    let is_plain = |amount: &Amount| matches!(amount, Amount::Number(_));
    let ten = Rate::Fixed(Amount::Number(Decimal::TEN));
    for charge in &mut version.charges {
        for case in &mut charge.cases {
            if !case.amounts().into_iter().all(is_plain) {
                *case = Case::plain(case.classes.clone(), case.when.clone(), ten.clone());
            }
        }
        if let Some(measure) = charge.measure.as_mut().filter(|measure| measure.name != "usage") {
            measure.name = "area".to_owned();
        }
    }
    for quantity in version.quantities.iter_mut().filter(|quantity| quantity.name != "usage") {
        quantity.default = Some(Decimal::TEN);
    }
    version
}

/// The version with only what can be priced in whole numbers.
fn without_limits(mut version: Version) -> Version {
    for charge in &mut version.charges {
        charge.measure = charge.measure.take().map(|_| Measure::usage(Unit::Ccf));
        for case in &mut charge.cases {
            if let Rate::Tiers(tiers) = &mut case.rate {
                tiers.scope = TierScope::Within;
                tiers.tiers.iter_mut().for_each(|tier| tier.flat = None);
            }
            *case = Case::plain(case.classes.clone(), case.when.clone(), case.rate.clone());
        }
    }
    version
}
