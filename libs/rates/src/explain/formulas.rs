//! `ExplainedFormula`: what a case writes as a formula, so that a clerk sees where a price is from.

use crate::formula::{Expr, Formula};
use crate::schedule::{Amount, Case, Rate, Tier, TierBounds, Tiers};

/// A formula of a case; one that is a name alone is not listed, since the name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedFormula {
    /// What it gives.
    pub part: FormulaPart,
    /// The formula as written.
    pub formula: String,
}

/// What a formula gives; tiers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaPart {
    /// The fixed amount.
    Amount,
    /// The price of a unit.
    Price,
    /// The percentage.
    PerCent,
    /// The first unit of a tier.
    TierFirst(usize),
    /// The upper bound of a tier.
    TierThrough(usize),
    /// The price of a tier.
    TierPrice(usize),
    /// The amount for reaching a tier.
    TierFlat(usize),
    /// What is included.
    Included,
    /// The least amount.
    AtLeast,
    /// The greatest amount.
    AtMost,
}

impl ExplainedFormula {
    /// The formulas of a case, in the order of the text.
    pub(crate) fn of(case: &Case) -> Vec<ExplainedFormula> {
        let mut found = Vec::new();
        match &case.rate {
            Rate::Fixed(amount) => add(&mut found, FormulaPart::Amount, Some(amount)),
            Rate::PerUnit(price) => add(&mut found, FormulaPart::Price, Some(price)),
            Rate::PerCent { per_cent, .. } => add(&mut found, FormulaPart::PerCent, Some(per_cent)),
            Rate::Tiers(tiers) => add_tiers(&mut found, tiers),
            Rate::NotOffered(_) => {}
        }
        add(&mut found, FormulaPart::Included, case.included.as_ref());
        add(&mut found, FormulaPart::AtLeast, case.at_least.as_ref());
        add(&mut found, FormulaPart::AtMost, case.at_most.as_ref());
        found
    }
}

impl FormulaPart {
    /// The key of its sentence.
    pub(super) fn key(self) -> &'static str {
        match self {
            FormulaPart::Amount => "formula_amount",
            FormulaPart::Price => "formula_price",
            FormulaPart::PerCent => "formula_per_cent",
            FormulaPart::TierFirst(_) => "formula_tier_first",
            FormulaPart::TierThrough(_) => "formula_tier_through",
            FormulaPart::TierPrice(_) => "formula_tier_price",
            FormulaPart::TierFlat(_) => "formula_tier_flat",
            FormulaPart::Included => "formula_included",
            FormulaPart::AtLeast => "formula_at_least",
            FormulaPart::AtMost => "formula_at_most",
        }
    }

    /// The tier it belongs to.
    pub(super) fn tier(self) -> Option<usize> {
        match self {
            FormulaPart::TierFirst(number)
            | FormulaPart::TierThrough(number)
            | FormulaPart::TierPrice(number)
            | FormulaPart::TierFlat(number) => Some(number),
            FormulaPart::Amount
            | FormulaPart::Price
            | FormulaPart::PerCent
            | FormulaPart::Included
            | FormulaPart::AtLeast
            | FormulaPart::AtMost => None,
        }
    }
}

fn add_tiers(found: &mut Vec<ExplainedFormula>, tiers: &Tiers) {
    for (index, Tier { bound, price, flat }) in tiers.tiers.iter().enumerate() {
        let number = index + 1;
        let part = match tiers.bounds {
            TierBounds::First => FormulaPart::TierFirst(number),
            TierBounds::Through => FormulaPart::TierThrough(number),
        };
        add(found, part, bound.as_ref());
        add(found, FormulaPart::TierPrice(number), Some(price));
        add(found, FormulaPart::TierFlat(number), flat.as_ref());
    }
}

fn add(found: &mut Vec<ExplainedFormula>, part: FormulaPart, amount: Option<&Amount>) {
    let is_worth_saying = |formula: &&Formula| !matches!(formula.expr(), Expr::Name(_) | Expr::Number(_));
    let formula = match amount {
        Some(Amount::Formula(formula)) => Some(formula).filter(is_worth_saying),
        Some(Amount::Number(_)) | None => None,
    };
    found.extend(formula.map(|formula| ExplainedFormula { part, formula: formula.to_string() }));
}
