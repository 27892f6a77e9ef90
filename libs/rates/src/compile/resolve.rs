//! `Resolver`: the formulas of one kind of customer with every name looked up and constants worked out.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Factor;

use super::choose::Chosen;
use crate::exact::Exact;
use crate::explain::ExplainedFormula;
use crate::formula::{Choice, Expr, Formula, Operator};
use crate::node::{Node, ReadyChoice, call, compare, operate};
use crate::ready::{FullKind, FullMeasure, FullRate, FullTier, ReadyValue, Use};
use crate::refusals::{Flaw, Place, RateError};
use crate::schedule::{Amount, Case, Measure, Rate, TierBounds, Tiers, ValueIs, Version};

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Symbol {
    Usage,
    Quantity(usize),
    Value(usize),
    Charge(usize),
}

/// Why there is no plan.
pub(super) enum Stop {
    /// The schedule says that there is no such service.
    NotOffered {
        charge: String,
        reason: String,
    },
    Flaw(RateError),
}

/// Works through the charges of one kind of customer.
pub(super) struct Resolver<'a> {
    version: &'a Version,
    symbols: &'a BTreeMap<&'a str, Symbol>,
    chosen: &'a Chosen<'a>,
    /// By position in `chosen.charges`.
    rates: Vec<Option<FullRate>>,
    /// By position in the version.
    nodes: BTreeMap<usize, Node>,
    values: Vec<ReadyValue>,
    uses_usage: bool,
    quantities: BTreeSet<usize>,
    /// The names being worked out, for cycles.
    path: Vec<&'a str>,
    /// How many parts are within each other here, through all names being worked out.
    depth: usize,
    /// The most there were since the name began that is being worked out.
    deepest: usize,
    /// How many parts are within each other in a name that is done.
    heights: BTreeMap<&'a str, usize>,
    place: Place,
}

/// Names defined by names; real tariffs go six deep.
const DEPTH_MAX: usize = 30;
/// Parts within each other through all names: what walks them calls itself, so this bounds the stack.
const PARTS_MAX: usize = 250;

/// What every name of a version stands for.
pub(super) fn symbols(version: &Version) -> BTreeMap<&str, Symbol> {
    let quantities = version.quantities.iter().enumerate().map(|(at, quantity)| (&quantity.name, Symbol::Quantity(at)));
    let values = version.values.iter().enumerate().map(|(at, value)| (&value.name, Symbol::Value(at)));
    let charges = version.charges.iter().enumerate().map(|(at, charge)| (&charge.name, Symbol::Charge(at)));
    let named = quantities.chain(values).chain(charges).map(|(name, symbol)| (name.as_str(), symbol));
    named.chain([("usage", Symbol::Usage)]).collect()
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        version: &'a Version,
        symbols: &'a BTreeMap<&'a str, Symbol>,
        chosen: &'a Chosen<'a>,
    ) -> Resolver<'a> {
        Resolver {
            version,
            symbols,
            chosen,
            rates: vec![None; chosen.charges.len()],
            nodes: BTreeMap::new(),
            values: Vec::new(),
            uses_usage: false,
            quantities: BTreeSet::new(),
            path: Vec::new(),
            depth: 0,
            deepest: 0,
            heights: BTreeMap::new(),
            place: Place::default(),
        }
    }

    /// The rate of a charge, by its position among those chosen.
    pub(super) fn charge(&mut self, at: usize) -> Result<FullRate, Stop> {
        let (position, number) = self.chosen.charges[at];
        let charge = &self.version.charges[position];
        if let Some(rate) = self.rates[at].clone() {
            self.reach_again(&charge.name)?;
            return Ok(rate);
        }
        let case = &charge.cases[number];
        let place = Place { charge: Some((position, charge.name.clone())), case: Some(number), value: None };
        let rate = self.within(&charge.name, place, |resolver| {
            if let Rate::NotOffered(reason) = &case.rate {
                return Err(Stop::NotOffered { charge: charge.name.clone(), reason: reason.clone() });
            }
            resolver.rate(case, charge.measure.as_ref())
        })?;
        self.rates[at] = Some(rate.clone());
        Ok(rate)
    }

    /// Whether usage makes a difference, and the quantities that do.
    pub(super) fn used(&self) -> (bool, Vec<usize>) {
        (self.uses_usage, self.quantities.iter().copied().collect())
    }

    pub(super) fn into_values(self) -> Vec<ReadyValue> {
        self.values
    }

    /// Works on a name; a name that is worked on already is defined by itself.
    fn within<T>(
        &mut self,
        name: &'a str,
        place: Place,
        work: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if let Some(start) = self.path.iter().position(|before| *before == name) {
            let chain: Vec<&str> = self.path[start..].iter().copied().chain([name]).collect();
            return Err(self.flaw(Flaw::Cycle { chain: chain.join(" → "), customer: self.chosen.customer() }));
        }
        if self.path.len() == DEPTH_MAX {
            return Err(self.flaw(Flaw::TooDeep { name: name.to_owned(), max: DEPTH_MAX }));
        }
        self.path.push(name);
        let outer = std::mem::replace(&mut self.place, place);
        let deepest = std::mem::replace(&mut self.deepest, self.depth);
        let done = self.deeper(work);
        self.heights.insert(name, self.deepest - self.depth);
        self.deepest = self.deepest.max(deepest);
        self.place = outer;
        self.path.pop();
        done
    }

    /// Works on a part of what is being worked on.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        self.reach(1)?;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Notes that so many parts are within this one.
    fn reach(&mut self, height: usize) -> Result<(), Stop> {
        self.deepest = self.deepest.max(self.depth + height);
        if self.depth + height <= PARTS_MAX {
            return Ok(());
        }
        let name = self.path.last().copied().unwrap_or_default().to_owned();
        Err(self.flaw(Flaw::TooDeep { name, max: PARTS_MAX }))
    }

    /// As [`Resolver::reach`], for a name that was worked out before.
    fn reach_again(&mut self, name: &str) -> Result<(), Stop> {
        self.reach(self.heights.get(name).copied().unwrap_or_default())
    }

    fn flaw(&self, flaw: Flaw) -> Stop {
        Stop::Flaw(RateError { place: Box::new(self.place.clone()), flaw })
    }

    fn rate(&mut self, case: &'a Case, measure: Option<&'a Measure>) -> Result<FullRate, Stop> {
        let kind = match &case.rate {
            Rate::Fixed(amount) => FullKind::Fixed(self.amount(amount)?),
            Rate::PerUnit(amount) => FullKind::PerUnit(self.amount(amount)?),
            Rate::Tiers(tiers) => self.tiers(tiers)?,
            Rate::PerCent { per_cent, of } => self.per_cent(per_cent, of)?,
            Rate::NotOffered(_) => unreachable!("what is not offered has been refused"),
        };
        let measure = match (measure, &kind) {
            (Some(measure), FullKind::PerUnit(_) | FullKind::Tiers { .. }) => Some(self.measure(measure)?),
            _ => None,
        };
        let mut limit = |amount: &'a Option<Amount>| amount.as_ref().map(|amount| self.amount(amount)).transpose();
        let (included, at_least, at_most) = (limit(&case.included)?, limit(&case.at_least)?, limit(&case.at_most)?);
        let mut uses = Vec::new();
        if let Some(measure) = measure.as_ref().filter(|measure| measure.source != Node::Usage) {
            self.use_name(&measure.name, &mut uses);
        }
        case.amounts().into_iter().for_each(|amount| self.uses_of(amount, &mut uses));
        Ok(FullRate {
            measure,
            per: case.per.map(Exact::from),
            step: case.step.map(|step| (Exact::from(step.size), step.partial)),
            included,
            at_least,
            at_most,
            kind,
            uses,
            formulas: ExplainedFormula::of(case),
        })
    }

    fn measure(&mut self, measure: &'a Measure) -> Result<FullMeasure, Stop> {
        Ok(FullMeasure {
            name: measure.name.clone(),
            source: self.name(&measure.name)?,
            unit: measure.unit,
            convert: measure.convert.as_deref().and_then(Factor::named),
            return_factor: measure.return_factor.map(Exact::from),
        })
    }

    /// Tier 1 with a next start of 15 holds 14 units, also in fractions: 14.5 is 14 and 0.5.
    fn tiers(&mut self, tiers: &'a Tiers) -> Result<FullKind, Stop> {
        let mut ready = Vec::with_capacity(tiers.tiers.len());
        for (index, tier) in tiers.tiers.iter().enumerate() {
            let through = match tiers.bounds {
                TierBounds::Through => tier.bound.as_ref().map(|bound| self.amount(bound)).transpose()?,
                TierBounds::First => match tiers.tiers.get(index + 1).and_then(|next| next.bound.as_ref()) {
                    Some(next) => {
                        let (first, one) = (self.amount(next)?, Node::Const(Exact::from(1)));
                        Some(self.binary(Operator::Subtract, first, one, None)?)
                    }
                    None => None,
                },
            };
            let price = self.amount(&tier.price)?;
            let flat = tier.flat.as_ref().map(|flat| self.amount(flat)).transpose()?;
            ready.push(FullTier { through, price, flat });
        }
        Ok(FullKind::Tiers { scope: tiers.scope, tiers: ready })
    }

    /// Charges that the class does not pay are no part of the sum.
    fn per_cent(&mut self, per_cent: &'a Amount, of: &'a [String]) -> Result<FullKind, Stop> {
        let mut positions = Vec::with_capacity(of.len());
        for name in of {
            if let Some(at) =
                self.chosen.charges.iter().position(|(charge, _)| self.version.charges[*charge].name == *name)
            {
                self.charge(at)?;
                positions.push(at);
            }
        }
        Ok(FullKind::PerCent { per_cent: self.amount(per_cent)?, of: positions })
    }

    fn amount(&mut self, amount: &'a Amount) -> Result<Node, Stop> {
        match amount {
            Amount::Number(number) => Ok(Node::Const(Exact::from(*number))),
            Amount::Formula(formula) => self.node(formula.expr(), formula),
        }
    }

    fn node(&mut self, expr: &'a Expr, whole: &'a Formula) -> Result<Node, Stop> {
        self.deeper(|resolver| resolver.part(expr, whole))
    }

    fn part(&mut self, expr: &'a Expr, whole: &'a Formula) -> Result<Node, Stop> {
        match expr {
            Expr::Number(number) => Ok(Node::Const(Exact::from(*number))),
            Expr::Name(name) => self.name(name),
            Expr::Minus(part) => Ok(match self.node(part, whole)? {
                Node::Const(number) => Node::Const(number.negated()),
                part => Node::Minus(Box::new(part)),
            }),
            Expr::Binary(operator, left, right) => {
                let (left, right) = (self.node(left, whole)?, self.node(right, whole)?);
                self.binary(*operator, left, right, Some(whole))
            }
            Expr::Call(function, parts) => {
                let parts = parts.iter().map(|part| self.node(part, whole)).collect::<Result<Vec<_>, _>>()?;
                let constants: Option<Vec<Exact>> = parts.iter().map(|part| part.constant().cloned()).collect();
                Ok(match constants {
                    Some(constants) => Node::Const(call(*function, &constants)),
                    None => Node::Call(*function, parts),
                })
            }
            Expr::If(choice) => self.choice(choice, whole),
        }
    }

    fn choice(&mut self, choice: &'a Choice, whole: &'a Formula) -> Result<Node, Stop> {
        let (left, right) = (self.node(&choice.left, whole)?, self.node(&choice.right, whole)?);
        if let (Some(left), Some(right)) = (left.constant(), right.constant()) {
            let is_true = compare(choice.comparison, left, right);
            return self.node(if is_true { &choice.then } else { &choice.otherwise }, whole);
        }
        let (then, otherwise) = (self.node(&choice.then, whole)?, self.node(&choice.otherwise, whole)?);
        let comparison = choice.comparison;
        Ok(Node::If(Box::new(ReadyChoice { left, comparison, right, then, otherwise })))
    }

    fn binary(&mut self, operator: Operator, left: Node, right: Node, whole: Option<&Formula>) -> Result<Node, Stop> {
        let divides = operator == Operator::Divide && right.constant().is_some_and(Exact::is_zero);
        match (left.constant(), right.constant()) {
            (Some(left), Some(right)) if !divides => operate(operator, left, right).map(Node::Const).map_err(|_| {
                let number = whole.map_or_else(String::new, ToString::to_string);
                self.flaw(Flaw::NumberOutOfRange { number })
            }),
            _ if divides => {
                let formula = whole.map_or_else(String::new, ToString::to_string);
                Err(self.flaw(Flaw::DividesByZero { formula, customer: self.chosen.customer() }))
            }
            _ => Ok(Node::Binary(operator, Box::new(left), Box::new(right))),
        }
    }

    fn name(&mut self, name: &'a str) -> Result<Node, Stop> {
        match self.symbols.get(name).copied() {
            Some(Symbol::Usage) => {
                self.uses_usage = true;
                Ok(Node::Usage)
            }
            Some(Symbol::Quantity(position)) => {
                self.quantities.insert(position);
                Ok(Node::Quantity(position))
            }
            Some(Symbol::Value(position)) => self.value(position),
            Some(Symbol::Charge(position)) => {
                match self.chosen.charges.iter().position(|(charge, _)| *charge == position) {
                    Some(at) => self.charge(at).map(|_| Node::Charge(at)),
                    None => {
                        let (name, customer) = (name.to_owned(), self.chosen.customer());
                        Err(self.flaw(Flaw::ChargeNotLevied { name, customer }))
                    }
                }
            }
            None => Err(self.flaw(Flaw::UnknownName(name.to_owned()))),
        }
    }

    /// A value that is the same on every bill becomes its number.
    fn value(&mut self, position: usize) -> Result<Node, Stop> {
        let value = &self.version.values[position];
        if let Some(node) = self.nodes.get(&position).cloned() {
            self.reach_again(&value.name)?;
            return Ok(node);
        }
        let chosen = self.chosen.values.iter().find(|(of, _)| *of == position);
        let Some((_, number)) = chosen.copied() else {
            return Err(self.flaw(Flaw::Gap(self.chosen.customer())));
        };
        let place = Place { value: Some((position, value.name.clone())), case: Some(number), charge: None };
        let node = self.within(&value.name, place, |resolver| match &value.cases[number].is {
            ValueIs::Amount(amount) => resolver.amount(amount),
            ValueIs::NotOffered(reason) => Err(Stop::NotOffered { charge: value.name.clone(), reason: reason.clone() }),
        })?;
        let round_to = value.round_to.map(|round| (Exact::from(round.step), round.rounding));
        let node = match (node, round_to) {
            (Node::Const(number), Some((step, rounding))) => Node::Const(number.round_to(&step, rounding)),
            (Node::Const(number), None) => Node::Const(number),
            (node, round_to) => {
                self.values.push(ReadyValue { name: value.name.clone(), node, round_to });
                Node::Value(self.values.len() - 1)
            }
        };
        self.nodes.insert(position, node.clone());
        Ok(node)
    }

    fn uses_of(&self, amount: &Amount, uses: &mut Vec<Use>) {
        if let Amount::Formula(formula) = amount {
            formula.names().into_iter().for_each(|name| self.use_name(name, uses));
        }
    }

    /// Notes a name after those it is defined by; names that were not needed stay out.
    fn use_name(&self, name: &str, uses: &mut Vec<Use>) {
        if uses.iter().any(|used| used.name == name) {
            return;
        }
        let (node, formula) = match self.symbols.get(name).copied() {
            Some(Symbol::Quantity(position)) if self.quantities.contains(&position) => (Node::Quantity(position), None),
            Some(Symbol::Value(position)) => {
                let Some(node) = self.nodes.get(&position).cloned() else { return };
                let chosen = self.chosen.values.iter().find(|(of, _)| *of == position);
                let amount = chosen.and_then(|(_, number)| self.version.values[position].cases[*number].amount());
                let formula = match amount {
                    Some(found @ Amount::Formula(formula)) => {
                        self.uses_of(found, uses);
                        Some(formula.to_string())
                    }
                    Some(Amount::Number(_)) | None => None,
                };
                (node, formula)
            }
            Some(Symbol::Charge(position)) => {
                let Some(at) = self.chosen.charges.iter().position(|(charge, _)| *charge == position) else {
                    return;
                };
                (Node::Charge(at), None)
            }
            Some(Symbol::Usage | Symbol::Quantity(_)) | None => return,
        };
        uses.push(Use { name: name.to_owned(), formula, node });
    }
}
