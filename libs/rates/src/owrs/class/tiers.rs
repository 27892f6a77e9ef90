//! Tables of tiers: starts and prices of one charge, each plain or by columns.

use kernel::Decimal;

use super::leaf::{TiersWord, vocabulary, whole};
use super::{Class, Entry, FIELD, Read, amount};
use crate::finding::Reason;
use crate::formula::{Expr, Formula, Operator};
use crate::owrs::formula::number;
use crate::owrs::table::Table;
use crate::owrs::yaml::Node;
use crate::owrs::{Quirks, TierStarts};
use crate::schedule::{Amount, Rate, Tier, TierBounds, TierScope, Tiers};

/// Up to so many combinations of starts and prices are spelled out; beyond, tiers refer to values by name.
const SPELLED_OUT_MAX: usize = 60;

/// Tiers of one table; real ones have at most nine.
const TIERS_MAX: usize = 40;

/// A row of starts or of prices.
type Row = Read<Vec<Amount>>;

impl<'a> Class<'a> {
    /// Tiers by every combination of values that both starts and prices are listed for.
    pub(super) fn tiers(&mut self, key: &str, word: TiersWord) -> Read<Table<Read<Rate>>> {
        let starts_key = self.tier_key("tier_starts", key)?;
        let prices_key = self.tier_key("tier_prices", key)?;
        let starts = self.list(&starts_key, |class, node| class.start(&starts_key, key, word, node))?;
        let prices = self.list(&prices_key, |class, node| class.price(&prices_key, node))?;
        if SPELLED_OUT_MAX < starts.rows_with(&prices)
            && let (Some(count), Some(other)) = (length(&starts), length(&prices))
            && count == other
        {
            let starts = self.by_name(&starts_key, &starts, 1);
            let prices = self.by_name(&prices_key, &prices, 0);
            return Ok(self.paired(&starts_key, (key, word), starts.join(&prices)));
        }
        let joined = starts.join(&prices);
        if joined.is_none() {
            return Err(self.too_many(key));
        }
        self.refuse_one_sided(key, [&starts, &prices]);
        Ok(self.paired(&starts_key, (key, word), joined))
    }

    fn paired(
        &self,
        starts_key: &str,
        (key, word): (&str, TiersWord),
        joined: Option<Table<(Row, Row)>>,
    ) -> Table<Read<Rate>> {
        let Some(joined) = joined else { return Table::one(Err(self.too_many(key))) };
        joined.map(|(starts, prices)| {
            let refused = |why| self.finding(self.line_of(starts_key), starts_key, Reason::NotUnderstood(why));
            self.pair(word, &starts?, &prices?).map(Rate::Tiers).map_err(refused)
        })
    }

    /// The key of the table that belongs to a charge: `tier_starts_commodity`, or plain `tier_starts`.
    fn tier_key(&self, what: &str, key: &str) -> Read<String> {
        let lower = key.to_ascii_lowercase();
        let vocabulary = vocabulary(key);
        let mut stems = vec![lower.clone()];
        for ending in ["_charge", "_surcharge"] {
            stems.extend(lower.strip_suffix(ending).map(str::to_owned));
        }
        let last = stems[stems.len() - 1].clone();
        stems.extend(["variable_", "fixed_"].iter().filter_map(|start| Some(last.strip_prefix(start)?.to_owned())));
        if !vocabulary.is_empty() {
            stems.push(vocabulary[1..].to_owned());
        }
        let mut names: Vec<String> = stems.iter().rev().map(|stem| format!("{what}_{stem}")).collect();
        if lower == "commodity_charge" {
            names.push(what.to_owned());
        }
        names.extend(stems.iter().rev().map(|stem| format!("{stem}_{what}")));
        let found = names.iter().find_map(|name| self.spellings.get(name));
        found.map(|found| (*found).to_owned()).ok_or_else(|| {
            let missing = if lower == "commodity_charge" { what.to_owned() } else { names[0].clone() };
            self.finding(self.line_of(key), &missing, Reason::Missing)
        })
    }

    /// A field as lists; a single value is a list of one.
    fn list(&mut self, key: &str, mut item: impl FnMut(&mut Self, &'a Node) -> Read<Amount>) -> Read<Table<Row>> {
        let table = self.table(key)?;
        Ok(table.map(|node| match node.list() {
            Some([]) => Err(self.finding(node.line, key, Reason::NotA { expected: "a list of numbers" })),
            Some(items) if TIERS_MAX < items.len() => {
                Err(self.finding(node.line, key, Reason::TooLong { what: "the list of tiers", max: "40 tiers" }))
            }
            Some(items) => items.iter().map(|node| item(self, node)).collect(),
            None => item(self, node).map(|amount| vec![amount]),
        }))
    }

    fn price(&mut self, key: &str, node: &'a Node) -> Read<Amount> {
        let text = self.text(key, node)?;
        let expr = self.expr(key, text, node.line)?;
        Ok(self.dollars(expr))
    }

    /// A start: a number, `indoor`, `133%` of the budget, or a formula.
    fn start(&mut self, key: &str, charge: &str, word: TiersWord, node: &'a Node) -> Read<Amount> {
        let text = self.text(key, node)?;
        if let Some(number) = number(text) {
            return Ok(Amount::Number(number));
        }
        if word == TiersWord::Tiered {
            return self.expr(key, text, node.line).map(amount);
        }
        let vocabulary = vocabulary(charge);
        let refused = |class: &Self, why| class.finding(node.line, key, Reason::NotUnderstood(why));
        let expr = if let Some(per_cent) = text.strip_suffix('%').and_then(|text| number(text.trim())) {
            let name = self.implied("budget", key, vocabulary).map_err(|why| refused(self, why))?;
            let share = per_cent * Decimal::new(1, 2);
            let budget = self.whole_budget(Expr::name(&name));
            match share == Decimal::ONE {
                true => budget,
                false => Expr::binary(Operator::Multiply, Expr::number(share.normalize()), budget),
            }
        } else if ["indoor", "outdoor"].iter().any(|name| text.eq_ignore_ascii_case(name)) {
            let name = self.implied(&text.to_ascii_lowercase(), key, vocabulary);
            Expr::name(&name.map_err(|why| refused(self, why))?)
        } else {
            self.expr(key, text, node.line)?
        };
        Ok(amount(if self.rounds_budgets() { whole(expr) } else { expr }))
    }

    /// A budget that is not whole by its own formula is rounded before a percentage is taken of it.
    fn whole_budget(&self, budget: Expr) -> Expr {
        let Expr::Name(name) = &budget else { return budget };
        let field = name.strip_prefix(FIELD).and_then(|key| self.fields.get(key));
        let text = field.and_then(|node| node.scalar());
        let is_whole = text.is_some_and(|text| number(text).is_none() && !text.contains('/'));
        if is_whole || !self.rounds_budgets() { budget } else { whole(budget) }
    }

    fn text(&self, key: &str, node: &'a Node) -> Read<&'a str> {
        let text = node.scalar().filter(|text| !text.is_empty());
        text.ok_or_else(|| self.finding(node.line, key, Reason::NotA { expected: "exact numbers" }))
    }

    /// Values that only starts or only prices know would go unpriced.
    fn refuse_one_sided(&mut self, key: &str, sides: [&Table<Row>; 2]) {
        if self.choices.quirks == Quirks::Accepted {
            return;
        }
        for (side, other) in [(sides[0], sides[1]), (sides[1], sides[0])] {
            for (values, row) in &side.rows {
                let one = Table { dimensions: side.dimensions.clone(), rows: vec![(values.clone(), row.clone())] };
                if one.join(other).is_none_or(|joined| joined.rows.is_empty()) {
                    let named = side.dimensions.iter().zip(values);
                    let named = named.map(|(name, value)| format!("{name} {}", value.as_deref().unwrap_or("any")));
                    let named: Vec<String> = named.collect();
                    let why = format!("{} has tier starts or tier prices but not both", named.join(", "));
                    self.refuse(self.line_of(key), key, Reason::NotUnderstood(why));
                }
            }
        }
    }

    /// Names for the items from a position on, each a value of its own by the columns of the table.
    fn by_name(&mut self, key: &str, table: &Table<Row>, from: usize) -> Table<Row> {
        let count = length(table).unwrap_or_default();
        let mut names = Vec::with_capacity(count);
        for at in 0..count {
            let items = table.rows.iter().map(|(values, row)| {
                let item = row.as_ref().ok().and_then(|row| row.get(at)).cloned();
                (values.clone(), Ok(item.unwrap_or(Amount::Number(Decimal::ZERO))))
            });
            let items = Table { dimensions: table.dimensions.clone(), rows: items.collect() };
            let first = items.rows.first().map(|(_, item)| item.clone());
            let is_same = items.rows.iter().all(|(_, item)| Some(item) == first.as_ref());
            match first {
                Some(Ok(first)) if is_same || at < from => names.push(first),
                _ => {
                    let (made, line) = (format!("{key} {}", at + 1), self.line_of(key));
                    names.push(Amount::Formula(Formula::new(Expr::name(&format!("{FIELD}{made}")))));
                    if self.made.iter().all(|entry| entry.key != made) {
                        self.made.push(Entry { key: made, line, table: items });
                    }
                }
            }
        }
        Table::one(Ok(names))
    }

    /// Starts and prices as tiers of ours.
    fn pair(&self, word: TiersWord, starts: &[Amount], prices: &[Amount]) -> Result<Tiers, String> {
        if starts.len() != prices.len() {
            let why = format!("{} tier starts but {} tier prices", starts.len(), prices.len());
            return Err(why);
        }
        let by_first = word == TiersWord::Tiered && self.choices.tier_starts == TierStarts::FirstUnit;
        if self.choices.quirks == Quirks::Refused {
            return refusing(by_first, starts, prices);
        }
        let plain = |amount: &Amount| match amount {
            Amount::Number(number) => Some(*number),
            Amount::Formula(_) => None,
        };
        let numbers: Option<Vec<Decimal>> = starts.iter().skip(1).map(plain).collect();
        match numbers {
            Some(numbers) => Ok(self.ascending(by_first, &numbers, prices)),
            None => Ok(self.bounded(by_first, &starts[1..], prices)),
        }
    }

    /// Tiers by plain starts; those that hold nothing, because a start is no higher than one before, are left out.
    fn ascending(&self, by_first: bool, starts: &[Decimal], prices: &[Amount]) -> Tiers {
        let below_first = if by_first { Decimal::ONE } else { Decimal::ZERO };
        let mut highest = Decimal::ZERO;
        let mut bounds = Vec::with_capacity(prices.len());
        let mut kept = Vec::with_capacity(prices.len());
        for (at, price) in prices.iter().enumerate() {
            match starts.get(at) {
                Some(start) if *start - below_first <= highest => {}
                Some(start) => {
                    highest = *start - below_first;
                    bounds.push(Amount::Number(*start));
                    kept.push(price.clone());
                }
                None => kept.push(price.clone()),
            }
        }
        self.bounded(by_first, &bounds, &kept)
    }

    /// Tiers of which each but the first begins at its bound.
    fn bounded(&self, by_first: bool, starts: &[Amount], prices: &[Amount]) -> Tiers {
        let places = self.choices.places;
        let mut before: Option<&Amount> = None;
        let mut bounds = Vec::with_capacity(prices.len());
        for start in starts {
            let is_below = match (before, start) {
                (Some(Amount::Number(before)), Amount::Number(start)) => start <= before,
                (None, Amount::Number(start)) => *start <= if by_first { Decimal::ONE } else { Decimal::ZERO },
                _ => false,
            };
            bounds.push(match start {
                Amount::Number(number) if is_below => Amount::Formula(Formula::new(Expr::number(*number))),
                start => self.fitting(start.clone(), places),
            });
            before = Some(start);
        }
        assembled(by_first, Amount::Number(Decimal::ZERO), bounds, prices)
    }
}

/// Tiers as the file has them; what is wrong with them the compiler finds.
fn refusing(by_first: bool, starts: &[Amount], prices: &[Amount]) -> Result<Tiers, String> {
    let first = starts[0].clone();
    if !by_first && first != Amount::Number(Decimal::ZERO) {
        return Err("as boundaries, tier starts must begin with 0".to_owned());
    }
    Ok(assembled(by_first, first, starts[1..].to_vec(), prices))
}

fn assembled(by_first: bool, first: Amount, starts: Vec<Amount>, prices: &[Amount]) -> Tiers {
    let bounds: Vec<Option<Amount>> = match by_first {
        true => [first].into_iter().chain(starts).map(Some).collect(),
        false => starts.into_iter().map(Some).chain([None]).collect(),
    };
    let tier = |(bound, price): (Option<Amount>, &Amount)| Tier { bound, price: price.clone(), flat: None };
    let tiers = bounds.into_iter().zip(prices).map(tier).collect();
    let bounds = if by_first { TierBounds::First } else { TierBounds::Through };
    Tiers { scope: TierScope::Within, bounds, tiers }
}

/// The upper bound of a tier, however it is stated; nothing on the last.
pub(in crate::owrs) fn through(tiers: &Tiers, at: usize) -> Option<Amount> {
    match tiers.bounds {
        TierBounds::Through => tiers.tiers[at].bound.clone(),
        TierBounds::First => match tiers.tiers.get(at + 1)?.bound.clone()? {
            Amount::Number(first) => Some(Amount::Number(first - Decimal::ONE)),
            Amount::Formula(formula) => {
                let one = Expr::Number(Decimal::ONE);
                let below = Expr::binary(Operator::Subtract, formula.expr().clone(), one);
                Some(Amount::Formula(Formula::new(below)))
            }
        },
    }
}

/// How many items every row has, when it is the same number.
fn length(table: &Table<Row>) -> Option<usize> {
    let mut lengths = table.rows.iter().map(|(_, row)| row.as_ref().ok().map(Vec::len));
    let first = lengths.next()??;
    lengths.all(|length| length == Some(first)).then_some(first)
}
