//! The fields of one class of a rate file.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Decimal;

use super::CannotSay;
use super::say::{Unsayable, is_budget, say};
use crate::formula::{Expr, Function, Operator};
use crate::owrs::table;
use crate::schedule::{
    Amount, Case, Charge, Condition, Rate, TierBounds, TierScope, Tiers, Value, ValueCase, ValueIs, Version,
};

/// What a key of a class says.
pub(super) enum Field {
    One(Leaf),
    /// By dimensions, with the values of each row joined by `|`.
    By(Vec<String>, Vec<(String, Leaf)>),
}

/// What a key says for one kind of customer.
#[derive(Clone)]
pub(super) enum Leaf {
    Text(String),
    List(Vec<String>),
}

/// Writes one class.
pub(super) struct Writer<'a> {
    version: &'a Version,
    class: &'a str,
    /// The key of everything that formulas name.
    keys: BTreeMap<&'a str, String>,
    taken: BTreeSet<String>,
}

/// The cases of a class that are offered, by their conditions.
type Rows<'a, T> = Vec<(&'a [Condition], T)>;

impl<'a> Writer<'a> {
    pub(super) fn new(version: &'a Version, class: &'a str) -> Writer<'a> {
        let taken = BTreeSet::from(["usage_ccf".to_owned(), "bill".to_owned()]);
        let mut writer = Writer { version, class, keys: BTreeMap::new(), taken };
        writer.keys.insert("usage", "usage_ccf".to_owned());
        for quantity in version.quantities.iter().filter(|quantity| quantity.name != "usage") {
            writer.keys.insert(&quantity.name, quantity.name.clone());
            writer.taken.insert(quantity.name.clone());
        }
        for charge in &version.charges {
            writer.keys.insert(&charge.name, charge.name.clone());
            writer.taken.insert(charge.name.clone());
        }
        for value in &version.values {
            let key = writer.key_of_value(value);
            writer.taken.insert(key.clone());
            writer.keys.insert(&value.name, key);
        }
        writer
    }

    /// A key that the reader takes for this value and nothing else: in what is named a budget it
    /// rounds every number, and `x_commodity` it also finds as `x`.
    fn key_of_value(&self, value: &Value) -> String {
        let is_rounded = value.cases.iter().filter_map(ValueCase::amount).all(is_budget);
        let mut key = value.name.clone();
        if key.contains("budget") && !is_rounded {
            key = key.replace("budget", "allocation");
        }
        let hides = |key: &str| {
            ["_commodity", "_drought", "_wastewater"].iter().any(|suffix| {
                key.strip_suffix(suffix).is_some_and(|stem| self.taken.contains(stem) || self.keys.contains_key(stem))
            })
        };
        while self.taken.contains(&key) || hides(&key) {
            key.push_str("_value");
        }
        key
    }

    pub(super) fn fields(mut self) -> Result<Vec<(String, Field)>, CannotSay> {
        let mut fields = Vec::new();
        let mut bill = Vec::new();
        let (version, class) = (self.version, self.class);
        let mut names = version.quantities.iter().map(|quantity| &quantity.name);
        if names.any(|name| name == "usage_ccf") || version.charges.iter().any(|charge| charge.name == "usage_ccf") {
            return Err(CannotSay::Key("usage_ccf".to_owned()));
        }
        for charge in version.charges.iter().filter(|charge| charge.cases.iter().any(|case| case.is_for(class))) {
            bill.push(charge.name.clone());
            self.charge(charge, &mut fields)?;
        }
        for value in self.reached()? {
            fields.push((self.keys[value.name.as_str()].clone(), self.value(value)?));
        }
        match &bill[..] {
            // The file's formula for the whole bill.
            [one] if one == "bill" => {}
            _ if bill.iter().any(|name| name == "bill") => return Err(CannotSay::Key("bill".to_owned())),
            _ => fields.push(("bill".to_owned(), Field::One(Leaf::Text(bill.join("+"))))),
        }
        Ok(fields)
    }

    /// The values that charges of the class use, directly or through others.
    fn reached(&self) -> Result<Vec<&'a Value>, CannotSay> {
        let of_class = self.version.charges.iter().flat_map(|charge| {
            let cases = charge.cases.iter().filter(|case| case.is_for(self.class));
            let measured = charge.measure.iter().map(|measure| measure.name.clone());
            measured.chain(cases.flat_map(Case::amounts).flat_map(names)).collect::<Vec<_>>()
        });
        let mut wanted: Vec<String> = of_class.collect();
        let mut reached: BTreeSet<&str> = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let Some(value) = self.version.values.iter().find(|value| value.name == name) else { continue };
            if reached.insert(&value.name) {
                let cases = value.cases.iter().filter(|case| self.is_mine(&case.classes));
                wanted.extend(cases.filter_map(ValueCase::amount).flat_map(names));
            }
        }
        Ok(self.version.values.iter().filter(|value| reached.contains(value.name.as_str())).collect())
    }

    fn is_mine(&self, classes: &[String]) -> bool {
        classes.is_empty() || classes.iter().any(|class| class == self.class)
    }

    fn value(&self, value: &'a Value) -> Result<Field, CannotSay> {
        let refuse = |what| CannotSay::Value { value: value.name.clone(), what };
        if value.round_to.is_some() {
            return Err(refuse("rounding"));
        }
        let is_budget = self.keys[value.name.as_str()].contains("budget");
        let mut rows: Rows<'_, Leaf> = Vec::new();
        for case in value.cases.iter().filter(|case| self.is_mine(&case.classes)) {
            if let ValueIs::Amount(amount) = &case.is {
                let text = say(amount, &self.keys, is_budget).map_err(|Unsayable(what)| refuse(what))?;
                rows.push((&case.when, Leaf::Text(text)));
            }
        }
        if rows.is_empty() {
            return Err(refuse("a value that nobody is offered"));
        }
        self.field(rows)
    }

    fn charge(&mut self, charge: &'a Charge, fields: &mut Vec<(String, Field)>) -> Result<(), CannotSay> {
        let refuse = |what| CannotSay::Charge { charge: charge.name.clone(), what };
        plain(charge).map_err(refuse)?;
        let mut rows: Rows<'a, &Rate> = Vec::new();
        for case in charge.cases.iter().filter(|case| case.is_for(self.class)) {
            if !matches!(case.rate, Rate::NotOffered(_)) {
                plain_case(case).map_err(refuse)?;
                rows.push((&case.when, &case.rate));
            }
        }
        if rows.is_empty() {
            let (class, charge) = (self.class.to_owned(), charge.name.clone());
            return Err(CannotSay::NothingOffered { class, charge });
        }
        if rows.iter().all(|(_, rate)| matches!(rate, Rate::Tiers(_))) {
            return self.tiers(charge, &rows, fields);
        }
        let prices: Option<Rows<'_, Leaf>> = rows.iter().map(|(when, rate)| Some((*when, price(rate)?))).collect();
        let measure = charge.measure.as_ref().map_or("usage", |measure| measure.name.as_str());
        if let Some(prices) = prices {
            let stem = charge.name.strip_suffix("_charge").unwrap_or(&charge.name);
            let key = self.new_key(&format!("flat_rate_{stem}"));
            let formula = Leaf::Text(format!("{key}*{}", self.keys[measure]));
            fields.push((charge.name.clone(), Field::One(formula)));
            fields.push((key, self.field(prices)?));
            return Ok(());
        }
        let mut leaves: Rows<'_, Leaf> = Vec::new();
        for (when, rate) in rows {
            let text = match rate {
                Rate::Fixed(amount) => say(amount, &self.keys, false),
                Rate::PerUnit(amount) => {
                    say(amount, &self.keys, false).map(|price| format!("({price})*{}", self.keys[measure]))
                }
                Rate::PerCent { per_cent, of } => say(per_cent, &self.keys, false).map(|per_cent| {
                    let levied =
                        self.version.charges.iter().filter(|known| known.cases.iter().any(|c| c.is_for(self.class)));
                    let of: Vec<&str> =
                        levied.map(|known| known.name.as_str()).filter(|name| of.iter().any(|o| o == name)).collect();
                    if of.is_empty() { "0".to_owned() } else { format!("({})*({per_cent})/100", of.join("+")) }
                }),
                Rate::Tiers(_) => Err(Unsayable("tiers for some customers of a class only")),
                Rate::NotOffered(_) => continue,
            };
            leaves.push((when, Leaf::Text(text.map_err(|Unsayable(what)| refuse(what))?)));
        }
        fields.push((charge.name.clone(), self.field(leaves)?));
        Ok(())
    }

    fn tiers(
        &mut self,
        charge: &Charge,
        rows: &Rows<'a, &Rate>,
        fields: &mut Vec<(String, Field)>,
    ) -> Result<(), CannotSay> {
        let refuse = |Unsayable(what)| CannotSay::Charge { charge: charge.name.clone(), what };
        if charge.measure.as_ref().is_some_and(|measure| measure.name != "usage") {
            return Err(refuse(Unsayable("tiers of something else than usage")));
        }
        let tables = rows.iter().filter_map(|(when, rate)| match rate {
            Rate::Tiers(tiers) => Some((*when, tiers)),
            _ => None,
        });
        let tables: Rows<'a, &Tiers> = tables.collect();
        let is_budget = tables.iter().any(|(_, tiers)| has_rounded_bound(tiers));
        let stem = charge.name.strip_suffix("_charge").unwrap_or(&charge.name);
        let (mut starts, mut prices): (Rows<'_, Leaf>, Rows<'_, Leaf>) = (Vec::new(), Vec::new());
        for (when, tiers) in tables {
            starts.push((when, Leaf::List(self.starts(tiers, is_budget).map_err(refuse)?)));
            let texts = tiers.tiers.iter().map(|tier| say(&tier.price, &self.keys, false));
            prices.push((when, Leaf::List(texts.collect::<Result<_, _>>().map_err(refuse)?)));
        }
        let word = if is_budget { "Budget" } else { "Tiered" };
        fields.push((charge.name.clone(), Field::One(Leaf::Text(word.to_owned()))));
        for (what, leaves) in [("tier_starts", starts), ("tier_prices", prices)] {
            let key = format!("{what}_{stem}");
            if !self.taken.insert(key.clone()) {
                return Err(CannotSay::Key(key));
            }
            fields.push((key, self.field(leaves)?));
        }
        Ok(())
    }

    /// The starts of tiers: first units, or in a budget table where the tier below ends.
    fn starts(&self, tiers: &Tiers, is_budget: bool) -> Result<Vec<String>, Unsayable> {
        if tiers.scope == TierScope::WholeUse {
            return Err(Unsayable("one price for all units, by the tier that the use reaches"));
        }
        if tiers.tiers.iter().any(|tier| tier.flat.is_some()) {
            return Err(Unsayable("an amount once for each tier"));
        }
        if tiers.bounds == TierBounds::First {
            if is_budget {
                return Err(Unsayable("first units beside parts of a budget"));
            }
            let bounds = tiers.tiers.iter().filter_map(|tier| tier.bound.as_ref());
            return bounds.map(|bound| say(bound, &self.keys, false)).collect();
        }
        let mut starts = vec!["0".to_owned()];
        for bound in tiers.tiers.iter().filter_map(|tier| tier.bound.as_ref()) {
            starts.push(match bound {
                Amount::Number(number) if is_budget => number.normalize().to_string(),
                Amount::Number(number) if number.fract().is_zero() => (number + Decimal::ONE).normalize().to_string(),
                Amount::Number(_) => return Err(Unsayable("a tier that ends within a unit")),
                Amount::Formula(formula) if is_budget => self.start_of_budget(formula.expr())?,
                Amount::Formula(formula) => format!("{}+1", say_part(formula.expr(), &self.keys)?),
            });
        }
        Ok(starts)
    }

    /// `100%` of the budget, or another formula that the reader rounds.
    fn start_of_budget(&self, expr: &Expr) -> Result<String, Unsayable> {
        let rounded = match expr {
            Expr::Call(Function::RoundEven, parts) => parts.first(),
            Expr::Number(number) if number.fract().is_zero() => return Ok(number.normalize().to_string()),
            _ => None,
        };
        let rounded = rounded.ok_or(Unsayable("a part of a budget that is not rounded, beside others that are"))?;
        let is_the_budget = |expr: &Expr| match expr {
            Expr::Name(name) => self.keys.get(name.as_str()).is_some_and(|key| key == "budget"),
            _ => false,
        };
        let share = match rounded {
            whole if is_the_budget(whole) => Some(Decimal::ONE),
            Expr::Binary(Operator::Multiply, share, budget) if is_the_budget(budget) => match &**share {
                Expr::Number(share) => Some(*share),
                _ => None,
            },
            _ => None,
        };
        match share {
            Some(share) if self.is_whole_budget() => Ok(format!("{}%", (share * Decimal::from(100)).normalize())),
            // In parentheses, so that it is read as a formula whatever it is.
            _ => Ok(format!("({})", say(&amount_of(rounded), &self.keys, false)?)),
        }
    }

    /// Whether the reader takes a percentage of this class's budget as it is.
    fn is_whole_budget(&self) -> bool {
        let value = self.version.values.iter().find(|value| self.keys[value.name.as_str()] == "budget");
        let hides = ["budget_commodity", "budget_drought", "budget_wastewater"];
        value.is_some_and(|value| match &value.cases[..] {
            [ValueCase { is: ValueIs::Amount(Amount::Formula(formula)), .. }] => !formula.to_string().contains('/'),
            _ => false,
        }) && !hides.iter().any(|key| self.taken.contains(*key))
    }

    fn new_key(&mut self, key: &str) -> String {
        let mut key = key.to_owned();
        while !self.taken.insert(key.clone()) {
            key.push_str("_price");
        }
        key
    }

    /// Cases as a map by the dimensions that any of them names.
    fn field(&self, rows: Rows<'_, Leaf>) -> Result<Field, CannotSay> {
        let is_named = |name: &str| rows.iter().any(|(when, _)| when.iter().any(|c| c.dimension == name));
        let dimensions: Vec<_> = self.version.dimensions.iter().filter(|dimension| is_named(&dimension.name)).collect();
        if dimensions.is_empty() {
            let mut rows = rows;
            return rows.pop().map(|(_, leaf)| Field::One(leaf)).ok_or_else(|| CannotSay::Key(String::new()));
        }
        let mut written = Vec::new();
        for (when, leaf) in &rows {
            let mut keys: Vec<Vec<&str>> = vec![Vec::new()];
            for dimension in &dimensions {
                let named = when.iter().find(|condition| condition.dimension == dimension.name);
                let values = named.map_or(&dimension.values, |condition| &condition.values);
                keys = keys
                    .iter()
                    .flat_map(|key| values.iter().map(|value| [key.as_slice(), &[value.as_str()]].concat()))
                    .collect();
            }
            for key in keys {
                let joined = key.join("|");
                let is_read_back = table::parts(&joined, key.len())
                    .is_some_and(|parts| parts.iter().map(Option::as_deref).eq(key.iter().copied().map(Some)));
                if !is_read_back {
                    return Err(CannotSay::Key(joined));
                }
                written.push((joined, leaf.clone()));
            }
        }
        Ok(Field::By(dimensions.into_iter().map(|dimension| dimension.name.clone()).collect(), written))
    }
}

fn names(amount: &Amount) -> Vec<String> {
    match amount {
        Amount::Number(_) => Vec::new(),
        Amount::Formula(formula) => formula.names().into_iter().map(str::to_owned).collect(),
    }
}

/// A plain price per unit.
fn price(rate: &Rate) -> Option<Leaf> {
    match rate {
        Rate::PerUnit(Amount::Number(price)) => Some(Leaf::Text(price.normalize().to_string())),
        _ => None,
    }
}

fn amount_of(expr: &Expr) -> Amount {
    Amount::Formula(crate::formula::Formula::new(expr.clone()))
}

fn say_part(expr: &Expr, keys: &BTreeMap<&str, String>) -> Result<String, Unsayable> {
    say(&amount_of(expr), keys, false).map(|text| format!("({text})"))
}

fn has_rounded_bound(tiers: &Tiers) -> bool {
    tiers.tiers.iter().any(|tier| match &tier.bound {
        Some(Amount::Formula(formula)) => matches!(formula.expr(), Expr::Call(Function::RoundEven, _)),
        Some(Amount::Number(_)) | None => false,
    })
}

/// What a charge must not have.
fn plain(charge: &Charge) -> Result<(), &'static str> {
    let measure = charge.measure.as_ref();
    let unsayable = [
        (charge.tax.is_some(), "to whom a tax is owed"),
        (charge.is_borne_by_city, "a charge that the city bears"),
        (charge.exempt_by.is_some(), "an exemption"),
        (!charge.prorate.is_empty() || !charge.prorate_tiers.is_empty(), "proration"),
        (measure.is_some_and(|measure| measure.convert.is_some()), "a conversion of units"),
        (measure.is_some_and(|measure| measure.return_factor.is_some()), "a return factor"),
    ];
    unsayable.iter().find(|(is_there, _)| *is_there).map_or(Ok(()), |(_, what)| Err(what))
}

/// What a case must not have.
fn plain_case(case: &Case) -> Result<(), &'static str> {
    let unsayable = [
        (case.per.is_some(), "prices for several units"),
        (case.step.is_some(), "use in whole steps"),
        (case.included.is_some(), "included use"),
        (case.at_least.is_some(), "a least amount"),
        (case.at_most.is_some(), "a greatest amount"),
    ];
    unsayable.iter().find(|(is_there, _)| *is_there).map_or(Ok(()), |(_, what)| Err(what))
}
