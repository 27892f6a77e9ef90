//! A single value of a class: a number, a formula with its names looked up, or the word for a table of tiers.

use kernel::{Decimal, Rounding};

use super::{COLUMN, Class, FIELD, Read, amount};
use crate::exact::Exact;
use crate::finding::{Finding, Reason};
use crate::formula::{Expr, Formula, Function, Operator};
use crate::owrs::formula::{formula, number};
use crate::owrs::table::Table;
use crate::owrs::yaml::Node;
use crate::owrs::{BudgetRounding, TierStarts};
use crate::schedule::{Amount, Rate};

/// What a field says for one kind of customer.
pub(super) enum Leaf {
    Expr(Expr),
    Tiers(TiersWord),
}

/// The two words for a table of tiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TiersWord {
    /// Starts are first units.
    Tiered,
    /// Starts are parts of a budget, and where the tier below ends.
    Budget,
}

/// The vocabularies of the survey form: `tier_starts_commodity`, `flat_rate_drought`.
const SUFFIXES: [&str; 3] = ["_commodity", "_drought", "_wastewater"];

/// The vocabulary that a key belongs to.
pub(super) fn vocabulary(key: &str) -> &'static str {
    let key = key.to_ascii_lowercase();
    let ends = SUFFIXES.iter().find(|suffix| key.ends_with(*suffix));
    let within = || SUFFIXES.iter().find(|suffix| key.contains(&suffix[1..]));
    ends.or_else(within).copied().unwrap_or("")
}

impl<'a> Class<'a> {
    pub(super) fn leaf(&mut self, key: &str, node: &'a Node) -> Read<Leaf> {
        let node = only(node);
        let Some(text) = node.scalar().filter(|text| !text.is_empty()) else {
            let reason = Reason::NotA { expected: "a number or a formula" };
            return Err(self.finding(node.line, key, reason));
        };
        match text {
            "Tiered" => Ok(Leaf::Tiers(TiersWord::Tiered)),
            "Budget" => Ok(Leaf::Tiers(TiersWord::Budget)),
            _ => self.expr(key, text, node.line).map(Leaf::Expr),
        }
    }

    /// A number or formula; in a budget, everything is rounded to whole units where that was chosen.
    pub(super) fn expr(&mut self, key: &str, text: &str, line: usize) -> Read<Expr> {
        if let Some(number) = number(text) {
            return Ok(Expr::number(number));
        }
        let refused = |why| Reason::NotUnderstood(why);
        let mut expr = formula(text).map_err(|why| self.finding(line, key, refused(why)))?;
        let mut found = Ok(());
        rename(&mut expr, &mut |name| match self.named(name, key, vocabulary(key)) {
            Ok(known) => known,
            Err(why) => {
                found = Err(why);
                name.to_owned()
            }
        });
        found.map_err(|why| self.finding(line, key, refused(why)))?;
        if key.to_ascii_lowercase().contains("budget") && self.rounds_budgets() {
            return Ok(whole_operands(expr));
        }
        Ok(expr)
    }

    pub(super) fn rounds_budgets(&self) -> bool {
        let choices = self.choices;
        choices.budget_rounding == BudgetRounding::WholeUnitsHalfEven && choices.tier_starts == TierStarts::FirstUnit
    }

    /// What a name stands for: a field of this class, the usage, or a column of the customer.
    pub(super) fn named(&mut self, name: &str, key: &str, vocabulary: &str) -> Result<String, String> {
        let spellings = [name.to_owned(), format!("{name}{vocabulary}"), format!("{name}_commodity")];
        let known = spellings.iter().find(|known| self.fields.contains_key(known.as_str()));
        self.known(name, key, known.cloned())
    }

    /// As [`Class::named`], for `indoor`, `outdoor` and `budget` that a list of tier starts implies:
    /// a parallel drought table has its own.
    pub(super) fn implied(&mut self, name: &str, key: &str, vocabulary: &str) -> Result<String, String> {
        let spellings = [format!("{name}{vocabulary}"), name.to_owned(), format!("{name}_commodity")];
        let known = spellings.iter().find(|known| self.fields.contains_key(known.as_str()));
        self.known(name, key, known.cloned())
    }

    fn known(&mut self, name: &str, key: &str, field: Option<String>) -> Result<String, String> {
        if let Some(field) = field {
            self.used.insert(field.clone());
            return Ok(format!("{FIELD}{field}"));
        }
        if name == "usage_ccf" {
            return Ok("usage".to_owned());
        }
        let is_other_case = self.spellings.contains_key(&name.to_ascii_lowercase());
        let is_part = super::bill::is_charge(name) || ["flat_rate", "tier_"].iter().any(|part| name.starts_with(part));
        if is_other_case || is_part {
            return Err(match key {
                "bill" => format!("the bill adds '{name}', which is not a key of this class"),
                _ => format!("'{name}' is not a key of this class"),
            });
        }
        if name == "meter_size" || self.words.contains(name) {
            return Err(format!("'{name}' is a word of the customer's record, not a number"));
        }
        Ok(format!("{COLUMN}{name}"))
    }

    /// A field that formulas use; tiers are written out as a formula.
    pub(super) fn value(&mut self, key: &str) -> Read<Table<Read<Amount>>> {
        let table = self.table(key)?;
        let inner = table.map(|node| match self.leaf(key, node) {
            Ok(Leaf::Expr(expr)) => Table::one(Ok(amount(expr))),
            Ok(Leaf::Tiers(word)) => match self.tiers(key, word) {
                Ok(table) => table.map(|rate| rate.map(|rate| written_out(&rate))),
                Err(finding) => Table::one(Err(finding)),
            },
            Err(finding) => Table::one(Err(finding)),
        });
        inner.flat().ok_or_else(|| self.too_many(key))
    }

    /// What a key of the bill costs.
    pub(super) fn charge(&mut self, key: &str) -> Read<Table<Read<Rate>>> {
        let table = self.table(key)?;
        let inner = table.map(|node| match self.leaf(key, node) {
            Ok(Leaf::Expr(expr)) => self.priced(expr),
            Ok(Leaf::Tiers(word)) => self.tiers(key, word).unwrap_or_else(|finding| Table::one(Err(finding))),
            Err(finding) => Table::one(Err(finding)),
        });
        inner.flat().ok_or_else(|| self.too_many(key))
    }

    pub(super) fn too_many(&self, key: &str) -> Box<Finding> {
        let why = "more combinations than any tariff has".to_owned();
        self.finding(self.line_of(key), key, Reason::NotUnderstood(why))
    }

    /// `flat_rate*usage_ccf` is a price per unit; anything else is an amount.
    pub(super) fn priced(&mut self, expr: Expr) -> Table<Read<Rate>> {
        let Some(price) = per_unit(&expr) else { return Table::one(Ok(Rate::Fixed(self.dollars(expr)))) };
        if let Expr::Name(name) = &price
            && let Some(table) = name.strip_prefix(FIELD).and_then(|key| self.numbers(key))
        {
            return table.map(|number| Ok(Rate::PerUnit(self.dollars(Expr::number(number)))));
        }
        Table::one(Ok(Rate::PerUnit(self.dollars(price))))
    }

    /// A field that is made of plain numbers.
    fn numbers(&mut self, key: &str) -> Option<Table<Decimal>> {
        let table = self.fields.get(key).copied().and_then(|_| self.table(key).ok())?;
        let numbers = table.map(|node| only(node).scalar().and_then(number));
        let is_plain = numbers.rows.iter().all(|(_, number)| number.is_some());
        is_plain.then(|| numbers.map(Option::unwrap_or_default))
    }

    /// An amount in dollars; one that is too fine for the engine's whole numbers is a formula.
    pub(super) fn dollars(&self, expr: Expr) -> Amount {
        self.fitting(amount(expr), 9)
    }

    /// A plain number with more places than allowed, where quirks are accepted, is priced in fractions.
    pub(super) fn fitting(&self, amount: Amount, places: u32) -> Amount {
        match amount {
            Amount::Number(number)
                if self.choices.quirks == crate::owrs::Quirks::Accepted
                    && (places < number.normalize().scale() || number.abs() > Decimal::from(1_000_000_000)) =>
            {
                Amount::Formula(Formula::new(Expr::number(number)))
            }
            amount => amount,
        }
    }
}

/// The column of a map, if the map lists words for it.
pub(super) fn column_of_words(node: &Node) -> Option<&str> {
    let column = only(node.get("depends_on")?).scalar()?;
    let mut keys = node.get("values")?.map()?.iter().map(|(key, _)| key);
    keys.any(|key| number(key).is_none()).then_some(column)
}

/// The item of a list of one, which counts as the item itself.
fn only(node: &Node) -> &Node {
    match node.list() {
        Some([one]) => one,
        Some(_) | None => node,
    }
}

/// The price, where an expression is a price times the usage.
fn per_unit(expr: &Expr) -> Option<Expr> {
    let is_usage = |expr: &Expr| *expr == Expr::name("usage");
    let uses = |expr: &Expr| Formula::new(expr.clone()).names().contains("usage");
    match expr {
        Expr::Binary(Operator::Multiply, left, right) => match (is_usage(left), is_usage(right)) {
            (true, false) if !uses(right) => Some((**right).clone()),
            (false, true) if !uses(left) => Some((**left).clone()),
            _ if !uses(right) => Some(Expr::binary(Operator::Multiply, per_unit(left)?, (**right).clone())),
            _ => None,
        },
        Expr::Binary(Operator::Divide, left, right) if !uses(right) => {
            let price = per_unit(left)?;
            Some(Expr::binary(Operator::Divide, price, (**right).clone()))
        }
        _ => is_usage(expr).then_some(Expr::Number(Decimal::ONE)),
    }
}

/// Every name of an expression, changed.
pub(in crate::owrs) fn rename(expr: &mut Expr, change: &mut impl FnMut(&str) -> String) {
    match expr {
        Expr::Number(_) => {}
        Expr::Name(name) => *name = change(name),
        Expr::Minus(part) => rename(part, change),
        Expr::Binary(_, left, right) => {
            rename(left, change);
            rename(right, change);
        }
        Expr::Call(_, parts) => parts.iter_mut().for_each(|part| rename(part, change)),
        Expr::If(choice) => {
            for part in [&mut choice.left, &mut choice.right, &mut choice.then, &mut choice.otherwise] {
                rename(part, change);
            }
        }
    }
}

/// RateParser rounds every operand of a budget, so that `budget*0.93` is `budget*1`.
fn whole_operands(expr: Expr) -> Expr {
    match expr {
        Expr::Number(number) => {
            let whole = Exact::from(number).whole(Rounding::HalfEven).to_decimal();
            Expr::Number(whole.unwrap_or(number))
        }
        Expr::Name(_) => whole(expr),
        Expr::Minus(part) => Expr::Minus(Box::new(whole_operands(*part))),
        Expr::Binary(operator, left, right) => Expr::binary(operator, whole_operands(*left), whole_operands(*right)),
        Expr::Call(..) | Expr::If(_) => expr,
    }
}

/// An expression rounded to whole units, halves to the even one.
pub(super) fn whole(expr: Expr) -> Expr {
    Expr::Call(Function::RoundEven, vec![expr])
}

/// Tiers as a sum of products, for formulas that use their amount.
fn written_out(rate: &Rate) -> Amount {
    let tiers = match rate {
        Rate::Tiers(tiers) => tiers,
        Rate::Fixed(found) | Rate::PerUnit(found) | Rate::PerCent { per_cent: found, .. } => return found.clone(),
        Rate::NotOffered(_) => return Amount::Number(Decimal::ZERO),
    };
    let zero = || Expr::Number(Decimal::ZERO);
    let plain = |amount: &Amount| match amount {
        Amount::Number(number) => Expr::number(*number),
        Amount::Formula(formula) => formula.expr().clone(),
    };
    let mut below = vec![zero()];
    let mut sum: Option<Expr> = None;
    for (at, tier) in tiers.tiers.iter().enumerate() {
        let upper = super::tiers::through(tiers, at).map(|bound| plain(&bound));
        let used = match &upper {
            Some(upper) => Expr::Call(Function::Min, vec![Expr::name("usage"), upper.clone()]),
            None => Expr::name("usage"),
        };
        let reached = match &below[..] {
            [one] => one.clone(),
            _ => Expr::Call(Function::Max, below.clone()),
        };
        let width = Expr::binary(Operator::Subtract, used, reached);
        let width = Expr::Call(Function::Max, vec![zero(), width]);
        let part = Expr::binary(Operator::Multiply, plain(&tier.price), width);
        sum = Some(match sum {
            Some(sum) => Expr::binary(Operator::Add, sum, part),
            None => part,
        });
        below.extend(upper);
    }
    amount(sum.unwrap_or_else(zero))
}
