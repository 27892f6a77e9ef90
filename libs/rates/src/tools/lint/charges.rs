//! What is odd about one charge: proration, a return factor applied twice, titles, the course of prices.

use std::collections::BTreeSet;

use kernel::Decimal;

use super::names::names_of;
use super::{Desk, Severity, case_for, charge_part};
use crate::exact::Exact;
use crate::formula::{Expr, Operator};
use crate::ready::{FullKind, FullTier};
use crate::schedule::{Amount, Basis, Case, Charge, PeriodKind, Rate, TierScope, ValueCase, Version};

pub(super) fn check(desk: &mut Desk<'_>) {
    let version = desk.version;
    for charge in &version.charges {
        proration(desk, charge);
        return_factor(desk, charge);
        if !charge.title.iter().any(|(language, _)| language == "es") {
            let sentence = "has no Spanish title; residents who read Spanish see the English one".to_owned();
            desk.note(Severity::Note, "no_spanish_title", (charge_part(charge), None), sentence);
        }
    }
    prices(desk);
}

/// Under `prorated_by_days` each part of a period would get whole tiers: the same use in cheaper ones.
fn proration(desk: &mut Desk<'_>, charge: &Charge) {
    let is_missing = |kinds: &[PeriodKind]| !kinds.contains(&PeriodKind::MidPeriod);
    if desk.version.basis != Basis::ProratedByDays || !is_missing(&charge.prorate_tiers) {
        return;
    }
    let has_width = |case: &Case| match &case.rate {
        Rate::Tiers(tiers) => 1 < tiers.tiers.len() || case.included.is_some(),
        Rate::PerUnit(_) => case.included.is_some(),
        Rate::Fixed(_) | Rate::PerCent { .. } | Rate::NotOffered(_) => false,
    };
    if let Some(case) = charge.cases.iter().position(has_width) {
        let sentence = "a period in which rates change is divided by days, but tiers and included use do not prorate \
                        mid_period: each part of the period has them whole";
        let place = (charge_part(charge), Some(case));
        desk.note(Severity::Warning, "tiers_not_prorated", place, sentence.to_owned());
    }
}

/// A share of the water that the measured value has already taken.
fn return_factor(desk: &mut Desk<'_>, charge: &Charge) {
    let Some(measure) = charge.measure.as_ref().filter(|measure| measure.return_factor.is_some()) else { return };
    let mut seen = BTreeSet::new();
    let mut open = vec![measure.name.as_str()];
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        let of_value = of_value(desk.version, name);
        if of_value.iter().any(|amount| takes_share(amount)) {
            let sentence =
                format!("has a return_factor, and '{name}' that it is measured by multiplies by a share too");
            desk.note(Severity::Warning, "return_factor_twice", (charge_part(charge), None), sentence);
            return;
        }
        let other = desk.version.charges.iter().find(|other| other.name == name);
        let factor = other.and_then(|other| other.measure.as_ref()).and_then(|measure| measure.return_factor);
        if factor.is_some() {
            let sentence = format!("has a return_factor, and charge '{name}' that it is measured by has one too");
            desk.note(Severity::Warning, "return_factor_twice", (charge_part(charge), None), sentence);
            return;
        }
        open.extend(of_value.into_iter().flat_map(names_of));
    }
}

fn of_value<'a>(version: &'a Version, name: &str) -> Vec<&'a Amount> {
    let value = version.values.iter().find(|value| value.name == name);
    value.map_or_else(Vec::new, |value| value.cases.iter().filter_map(ValueCase::amount).collect())
}

/// Whether a formula multiplies by a number between 0 and 1, or divides by one above 1.
fn takes_share(amount: &Amount) -> bool {
    match amount {
        Amount::Number(_) => false,
        Amount::Formula(formula) => expr_takes_share(formula.expr()),
    }
}

fn expr_takes_share(expr: &Expr) -> bool {
    let is_share = |expr: &Expr| matches!(expr, Expr::Number(n) if Decimal::ZERO < *n && *n < Decimal::ONE);
    match expr {
        Expr::Number(_) | Expr::Name(_) => false,
        Expr::Minus(part) => expr_takes_share(part),
        Expr::Binary(operator, left, right) => {
            let is_here = match operator {
                Operator::Multiply => is_share(left) || is_share(right),
                Operator::Divide => matches!(&**right, Expr::Number(n) if Decimal::ONE < *n),
                Operator::Add | Operator::Subtract => false,
            };
            is_here || expr_takes_share(left) || expr_takes_share(right)
        }
        Expr::Call(_, parts) => parts.iter().any(expr_takes_share),
        Expr::If(choice) => expr_takes_share(&choice.then) || expr_takes_share(&choice.otherwise),
    }
}

/// Tiers that cost nothing, and tiers that cost less than the one below.
fn prices(desk: &mut Desk<'_>) {
    let version = desk.version;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for plan in desk.compiled.plans() {
        for charge in plan.charges() {
            let FullKind::Tiers { tiers, scope } = &charge.rate.full.kind else { continue };
            let case = case_for(&version.charges[charge.position], plan.class(), plan.dimensions());
            for (code, sentence) in odd_prices(tiers, *scope) {
                if seen.insert((charge.position, case, code)) {
                    found.push((charge.position, case, code, sentence));
                }
            }
        }
    }
    found.sort();
    for (position, case, code, sentence) in found {
        desk.note(Severity::Note, code, (charge_part(&version.charges[position]), case), sentence);
    }
}

fn odd_prices(tiers: &[FullTier], scope: TierScope) -> Vec<(&'static str, String)> {
    let mut odd = Vec::new();
    let prices: Vec<Option<&Exact>> = tiers.iter().map(|tier| tier.price.constant()).collect();
    if let Some(tier) = prices.iter().position(|price| price.is_some_and(Exact::is_zero)) {
        odd.push(("zero_price_tier", format!("tier {} costs nothing", tier + 1)));
    }
    let declines = |pair: &[Option<&Exact>]| matches!(pair, [Some(below), Some(above)] if above < below);
    if let Some(below) = prices.windows(2).position(declines) {
        let price = |tier: usize| prices[tier].map_or_else(String::new, ToString::to_string);
        let whole = if scope == TierScope::WholeUse { ", so a bill may fall with use" } else { "" };
        let (before, after) = (price(below), price(below + 1));
        odd.push(("declining_price", format!("tier {} costs {after}, less than {before} below it{whole}", below + 2)));
    }
    odd
}
