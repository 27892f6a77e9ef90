//! Numbers, customers and rates as one line of plain words, for lists of changes and for tables.

use kernel::Decimal;

use crate::formula::{Expr, Formula, Operator};
use crate::schedule::{Amount, Case, Condition, Partial, Rate, Tier, TierBounds, TierScope, Tiers};
use crate::text::dollars;

/// An amount of money, or the formula for it.
pub(super) fn money(amount: &Amount) -> String {
    match amount {
        Amount::Number(number) => dollars(*number),
        Amount::Formula(formula) => formula.to_string(),
    }
}

/// An amount of anything else, or the formula for it.
pub(super) fn count(amount: &Amount) -> String {
    match amount {
        Amount::Number(number) => plain(*number),
        Amount::Formula(formula) => formula.to_string(),
    }
}

/// A number without zeros at its end.
pub(super) fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

/// `meter_size` as `meter size`.
pub(super) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// `HOUSE, SHOP, meter size 1" or 2"`; `everyone` without conditions.
pub(super) fn customers(classes: &[String], when: &[Condition]) -> String {
    let conditions = when.iter().map(|condition| {
        let mut values = condition.values.clone();
        values.sort();
        format!("{} {}", spaced(&condition.dimension), values.join(" or "))
    });
    let mut conditions: Vec<String> = conditions.collect();
    conditions.sort();
    let mut parts = classes.to_vec();
    parts.sort();
    parts.extend(conditions);
    if parts.is_empty() { "everyone".to_owned() } else { parts.join(", ") }
}

/// All that a case says about money.
pub(super) fn case(case: &Case) -> String {
    let mut said = vec![match &case.rate {
        Rate::Fixed(amount) => format!("fixed {}", money(amount)),
        Rate::PerUnit(price) => format!("{} a unit", money(price)),
        Rate::Tiers(found) => tiers(found),
        Rate::PerCent { per_cent, of } => format!("{} per cent of {}", count(per_cent), of.join(", ")),
        Rate::NotOffered(reason) => format!("not offered: {reason}"),
    }];
    said.extend(case.per.map(|per| format!("per {}", plain(per))));
    said.extend(case.step.map(|step| {
        let partial = match step.partial {
            Partial::Whole => "counts whole",
            Partial::Dropped => "is dropped",
            Partial::Nearest => "is rounded",
        };
        format!("in steps of {}, a part {partial}", plain(step.size))
    }));
    said.extend(case.included.as_ref().map(|included| format!("{} included", count(included))));
    said.extend(case.at_least.as_ref().map(|least| format!("at least {}", money(least))));
    said.extend(case.at_most.as_ref().map(|most| format!("at most {}", money(most))));
    said.join("; ")
}

fn tiers(tiers: &Tiers) -> String {
    let word = match tiers.bounds {
        TierBounds::First => "from",
        TierBounds::Through => "through",
    };
    let tier = |tier: &Tier| {
        let bound = tier.bound.as_ref().map_or_else(|| "beyond".to_owned(), |bound| format!("{word} {}", count(bound)));
        let flat = tier.flat.as_ref().map_or_else(String::new, |flat| format!(" and {} once", money(flat)));
        format!("{bound} {}{flat}", money(&tier.price))
    };
    let scope = match tiers.scope {
        TierScope::Within => "tiers",
        TierScope::WholeUse => "all use by the tier reached:",
    };
    format!("{scope} {}", tiers.tiers.iter().map(tier).collect::<Vec<_>>().join(", "))
}

/// The upper bound of each tier, as it is written or as it follows from the next first unit.
pub(super) fn upper_bounds(tiers: &Tiers) -> Vec<Option<Amount>> {
    match tiers.bounds {
        TierBounds::Through => tiers.tiers.iter().map(|tier| tier.bound.clone()).collect(),
        TierBounds::First => {
            let nexts = tiers.tiers.iter().skip(1).map(|next| next.bound.as_ref().map(one_less));
            nexts.chain([None]).collect()
        }
    }
}

fn one_less(first: &Amount) -> Amount {
    let one = || Expr::Number(Decimal::ONE);
    match first {
        Amount::Number(number) => Amount::Number(*number - Decimal::ONE),
        Amount::Formula(formula) => match formula.expr() {
            Expr::Binary(Operator::Add, before, last) if **last == one() => {
                Amount::Formula(Formula::new((**before).clone()))
            }
            expr => Amount::Formula(Formula::new(Expr::binary(Operator::Subtract, expr.clone(), one()))),
        },
    }
}
