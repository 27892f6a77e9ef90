//! One customer class of a rate file: the charges its bill adds up.

use std::collections::BTreeSet;

use kernel::Decimal;

use super::TierStarts;
use super::numbers::{Chosen, number, numbers};
use super::yaml::{Findings, Node};
use crate::finding::{Finding, Reason};
use crate::refusals::RateError;
use crate::schedule::{Case, Condition, FirstTier, Rate, ThroughTier, Tiers};
use crate::text::decimal;

/// A charge of one class.
pub(super) struct ClassCharge {
    /// The name in the file.
    pub(super) name: String,
    pub(super) is_measured: bool,
    pub(super) cases: Vec<Case>,
}

/// A class while it is read.
struct Class<'a> {
    path: String,
    name: &'a str,
    node: &'a Node,
    tier_starts: TierStarts,
    /// The keys the bill uses, directly or through a charge.
    used: BTreeSet<String>,
    findings: &'a mut Findings,
}

/// Starts by prices of one charge; the largest real tariff has some hundreds.
const CASES_MAX: usize = 2_000;

/// The charges in the order of the bill; what is not understood becomes a finding.
pub(super) fn read(name: &str, node: &Node, tier_starts: TierStarts, findings: &mut Findings) -> Vec<ClassCharge> {
    let path = format!("rate_structure.{name}");
    let mut class = Class { path, name, node, tier_starts, used: BTreeSet::new(), findings };
    let Some(bill) = node.get("bill") else {
        class.refuse(node.key_line, "bill", Reason::Missing);
        return Vec::new();
    };
    class.used.insert("bill".to_owned());
    let mut charges = Vec::new();
    for name in bill.scalar().unwrap_or_default().split('+').map(str::trim) {
        match node.get(name) {
            Some(value) => charges.extend(class.charge(name, value)),
            None => {
                let why = format!("the bill adds '{name}', which is not a key of this class");
                class.refuse(bill.line, "bill", Reason::NotUnderstood(why));
            }
        }
    }
    class.refuse_leftovers();
    charges
}

/// A flaw of the class at the line of the charge concerned; findings already made say it better.
pub(super) fn place(class: &str, node: &Node, found: &[ClassCharge], error: RateError) -> Option<Finding> {
    let charge = error.place.charge.as_ref().and_then(|(position, _)| found.get(*position))?;
    let line = node.get(&charge.name).map_or(node.key_line, |value| value.key_line);
    let key = format!("rate_structure.{class}.{}", charge.name);
    Some(Finding { line, key, reason: Reason::Flaw(error) })
}

impl<'a> Class<'a> {
    fn refuse(&mut self, line: usize, key: &str, reason: Reason) {
        self.findings.push(Finding { line, key: format!("{}.{key}", self.path), reason });
    }

    /// A number, `Tiered`, or a price times the usage; anything else is not understood.
    fn charge(&mut self, name: &str, value: &'a Node) -> Option<ClassCharge> {
        self.used.insert(name.to_owned());
        let text = value.scalar().unwrap_or_default();
        let (is_measured, cases) = if text == "Tiered" {
            (true, self.tiered(name, value)?)
        } else if text.contains('*') {
            (true, self.per_unit(name, value, text)?)
        } else if value.map().is_some() || value.list().is_some() || decimal(text).is_some() {
            let amounts = number(&format!("{}.{name}", self.path), value, self.findings)?;
            (false, self.cases(amounts, Rate::Fixed))
        } else {
            let why = format!("a charge written '{text}'");
            self.refuse(value.line, name, Reason::NotUnderstood(why));
            return None;
        };
        Some(ClassCharge { name: name.to_owned(), is_measured, cases })
    }

    fn cases<T>(&self, chosen: Chosen<T>, rate: impl Fn(T) -> Rate) -> Vec<Case> {
        let case = |(condition, value): (Option<Condition>, T)| Case {
            classes: vec![self.name.to_owned()],
            when: condition.into_iter().collect(),
            rate: rate(value),
        };
        chosen.rows.into_iter().map(case).collect()
    }

    /// `flat_rate*usage_ccf`, either way round; the price is a key or a number.
    fn per_unit(&mut self, name: &str, value: &Node, text: &str) -> Option<Vec<Case>> {
        let factors: Vec<&str> = text.split('*').map(str::trim).collect();
        let price = match factors[..] {
            ["usage_ccf", price] | [price, "usage_ccf"] => price,
            _ => {
                self.refuse(value.line, name, Reason::NotUnderstood(format!("the formula '{text}'")));
                return None;
            }
        };
        if let Some(price) = decimal(price) {
            return Some(self.cases(Chosen { rows: vec![(None, price)] }, Rate::PerUnit));
        }
        let Some(node) = self.node.get(price) else {
            self.refuse(value.line, name, Reason::NotUnderstood(format!("'{price}' is not a key of this class")));
            return None;
        };
        self.used.insert(price.to_owned());
        let prices = number(&format!("{}.{price}", self.path), node, self.findings)?;
        Some(self.cases(prices, Rate::PerUnit))
    }

    /// Every combination of starts and prices is a case.
    fn tiered(&mut self, name: &str, value: &Node) -> Option<Vec<Case>> {
        let (starts, starts_line) = self.tier_list("tier_starts", name, value)?;
        let (prices, _) = self.tier_list("tier_prices", name, value)?;
        if CASES_MAX < starts.rows.len().saturating_mul(prices.rows.len()) {
            self.refuse(starts_line, name, Reason::NotUnderstood("more combinations than any tariff has".to_owned()));
            return None;
        }
        let mut cases = Vec::new();
        for (start_when, starts) in &starts.rows {
            for (price_when, prices) in &prices.rows {
                let Some(when) = both(start_when.as_ref(), price_when.as_ref()) else { continue };
                if starts.len() != prices.len() {
                    let why = format!("{} tier starts but {} tier prices", starts.len(), prices.len());
                    self.refuse(starts_line, "tier_starts", Reason::NotUnderstood(why));
                    return None;
                }
                let rate = Rate::Tiers(self.tiers(starts, prices, starts_line)?);
                cases.push(Case { classes: vec![self.name.to_owned()], when, rate });
            }
        }
        self.refuse_one_sided(name, value, &cases, [&starts, &prices])?;
        Some(cases)
    }

    /// When both depend on one dimension, a value only one of them knows would go unpriced.
    fn refuse_one_sided(
        &mut self,
        name: &str,
        value: &Node,
        cases: &[Case],
        sides: [&Chosen<Vec<Decimal>>; 2],
    ) -> Option<()> {
        for (condition, _) in sides.iter().flat_map(|side| &side.rows) {
            let Some(condition) = condition else { continue };
            if !cases.iter().any(|case| case.when.contains(condition)) {
                let Condition { dimension, values } = condition;
                let why = format!("{dimension} {} has tier starts or tier prices but not both", values.join(", "));
                self.refuse(value.line, name, Reason::NotUnderstood(why));
                return None;
            }
        }
        Some(())
    }

    /// `tier_starts_commodity`, or plain `tier_starts` for the commodity charge.
    fn tier_list(&mut self, what: &str, name: &str, value: &Node) -> Option<(Chosen<Vec<Decimal>>, usize)> {
        let stem = name.strip_suffix("_charge").unwrap_or(name);
        let mut keys = vec![format!("{what}_{stem}")];
        if stem == "commodity" {
            keys.push(what.to_owned());
        }
        let Some((key, node)) = keys.iter().find_map(|key| Some((key, self.node.get(key)?))) else {
            self.refuse(value.line, &keys[keys.len() - 1], Reason::Missing);
            return None;
        };
        self.used.insert(key.clone());
        Some((numbers(&format!("{}.{key}", self.path), node, self.findings)?, node.key_line))
    }

    fn tiers(&mut self, starts: &[Decimal], prices: &[Decimal], line: usize) -> Option<Tiers> {
        match self.tier_starts {
            TierStarts::FirstUnit => {
                let tier = |(first, price): (&Decimal, &Decimal)| FirstTier { first: *first, price: *price };
                Some(Tiers::First(starts.iter().zip(prices).map(tier).collect()))
            }
            TierStarts::Boundary if starts[0] != Decimal::ZERO => {
                let why = "as boundaries, tier starts must begin with 0".to_owned();
                self.refuse(line, "tier_starts", Reason::NotUnderstood(why));
                None
            }
            TierStarts::Boundary => {
                let bounds = starts.iter().skip(1).copied().map(Some).chain([None]);
                let tier = |(through, price): (Option<Decimal>, &Decimal)| ThroughTier { through, price: *price };
                Some(Tiers::Through(bounds.zip(prices).map(tier).collect()))
            }
        }
    }

    /// A key the bill does not use is harmless only when it is nothing or zero.
    fn refuse_leftovers(&mut self) {
        for (key, node) in self.node.map().unwrap_or_default() {
            let is_zero = node.is_nothing() || node.scalar().and_then(decimal) == Some(Decimal::ZERO);
            if !self.used.contains(key) && !is_zero {
                let why = "the bill does not use this key".to_owned();
                self.refuse(node.key_line, key, Reason::NotUnderstood(why));
            }
        }
    }
}

/// The conditions together; nothing when they exclude each other.
fn both(left: Option<&Condition>, right: Option<&Condition>) -> Option<Vec<Condition>> {
    match (left, right) {
        (Some(left), Some(right)) if left.dimension == right.dimension => (left == right).then(|| vec![left.clone()]),
        (left, right) => Some(left.into_iter().chain(right).cloned().collect()),
    }
}
