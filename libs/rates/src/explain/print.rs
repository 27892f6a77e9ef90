//! An explanation as text, in the words of a language.

use std::fmt;

use kernel::{Rounding, Unit};

use super::{ExplainedCharge, ExplainedFormula, Explanation};
use crate::exact::Exact;
use crate::text::dollars;
use crate::words::Words;
use crate::work::{Measured, Step, StepKind};

/// Digits shown of a number without an end.
const PLACES: i64 = 1_000_000;

impl Explanation {
    /// The account in English, as `bill explain` prints it.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_text_in("en")
    }

    /// The account in a language; English where there are no words for it.
    #[must_use]
    pub fn to_text_in(&self, language: &str) -> String {
        self.account(language).to_text()
    }

    /// The same line by line, for whoever sets it otherwise; the last line is the total.
    #[must_use]
    pub fn lines(&self, language: &str) -> Vec<AccountLine> {
        self.account(language).into_lines()
    }

    fn account(&self, language: &str) -> Account {
        let words = Words::of(language);
        let mut text = Account::default();
        let date = self.effective_on.to_string();
        text.line(&words.say("in_force", &[("ordinance", &self.ordinance), ("date", &date)]));
        let mut customer = words.say("class", &[("class", &self.class)]);
        for (name, value) in &self.dimensions {
            customer.push_str(&format!(", {} {value}", name.replace('_', " ")));
        }
        if let Some((usage, unit)) = &self.usage {
            customer.push_str(&words.say("usage", &[("usage", &number(usage)), ("unit", unit.code())]));
        }
        text.line(&customer);
        let shares = [("served", self.days.service), ("segment", self.days.segment.map(|segment| segment.share))];
        for (key, share) in shares {
            if let Some(share) = share {
                let (days, of) = (share.days.to_string(), share.of.to_string());
                text.line(&words.say(key, &[("days", &days), ("of", &of)]));
            }
        }
        for charge in &self.charges {
            charge.write(&mut text, words, language);
        }
        text.row("", &words.say("total", &[]), &self.total.to_string());
        text
    }
}

impl ExplainedCharge {
    /// This charge line by line; the first line is its title, the last one what it is rounded to.
    #[must_use]
    pub fn lines(&self, language: &str) -> Vec<AccountLine> {
        let mut text = Account::default();
        self.write(&mut text, Words::of(language), language);
        text.into_lines()
    }

    fn write(&self, text: &mut Account, words: &Words, language: &str) {
        text.line(self.title.title(language));
        if let Some(code) = &self.exempt {
            text.row("  ", &words.say("exempt", &[("code", &code.replace('_', " "))]), "0.00");
            return;
        }
        for named in &self.names {
            let (name, amount) = (named.name.replace('_', " "), number(&named.amount));
            let said = match &named.formula {
                Some(formula) => {
                    words.say("named_formula", &[("name", &name), ("formula", formula), ("amount", &amount)])
                }
                None => words.say("named", &[("name", &name), ("amount", &amount)]),
            };
            text.line(&said);
        }
        let last = self.steps.iter().filter_map(|step| step.kind.tier()).max();
        let is_reached = |formula: &&ExplainedFormula| formula.part.tier().is_none_or(|tier| Some(tier) <= last);
        for formula in self.formulas.iter().filter(is_reached) {
            let number = formula.part.tier().map_or_else(String::new, |tier| tier.to_string());
            text.line(&words.say(formula.part.key(), &[("number", &number), ("formula", &formula.formula)]));
        }
        if let Some(measured) = &self.measured {
            measured.write(text, words);
        }
        if let Some(factor) = &self.prorated_tiers {
            text.line(&words.say("widths", &[("factor", &factor.to_fraction())]));
        }
        for step in &self.steps {
            text.row("  ", &step.said(words, self.unit), &money(&step.amount));
        }
        let rule = words.say(rounding_key(self.rounding), &[]);
        let rounded = words.say("rounded", &[("amount", &money(&self.exact)), ("rule", &rule)]);
        text.row("  ", &rounded, &self.cents.to_string());
        if !self.is_billed {
            text.line(&words.say("borne_by_city", &[]));
        }
    }
}

impl Measured {
    /// Nothing to say when the meter's number is what is priced.
    fn write(&self, text: &mut Account, words: &Words) {
        if self.name != "usage" {
            let (name, amount) = (self.name.replace('_', " "), number(&self.found));
            text.line(&words.say("measured_by", &[("name", &name), ("amount", &amount)]));
        } else if self.found != self.priced {
            text.line(&words.say("measured", &[("amount", &number(&self.found))]));
        }
        if let Some(share) = &self.share {
            text.line(&words.say("share", &[("amount", &number(&self.found.times(share)))]));
        }
        if let Some((factor, amount)) = &self.converted {
            let gaps = [("factor", factor.as_str()), ("amount", &number(amount)), ("unit", self.unit.code())];
            text.line(&words.say("converted", &gaps));
        }
        if let Some((factor, amount)) = &self.returned {
            text.line(&words.say("returned", &[("factor", &number(factor)), ("amount", &number(amount))]));
        }
        if let Some((included, amount)) = &self.included {
            text.line(&words.say("included", &[("included", &number(included)), ("amount", &number(amount))]));
        }
        if let Some((size, amount)) = &self.stepped {
            text.line(&words.say("stepped", &[("size", &number(size)), ("amount", &number(amount))]));
        }
    }
}

impl Step {
    fn said(&self, words: &Words, unit: Option<Unit>) -> String {
        let (quantity, price, unit) = (number(&self.quantity), money(&self.price), unit.map_or("", Unit::code));
        let priced = [("quantity", quantity.as_str()), ("unit", unit), ("price", price.as_str())];
        let said = match &self.kind {
            StepKind::Fixed if self.quantity == Exact::one() => words.say("fixed", &[]),
            StepKind::Fixed => words.say("fixed_share", &[("amount", &price), ("share", &self.quantity.to_fraction())]),
            StepKind::PerUnit => words.say("per_unit", &priced),
            StepKind::Tier(tier) => {
                let (number_text, above) = (tier.number.to_string(), number(&tier.above));
                let through = tier.through.as_ref().map(number);
                let mut gaps = vec![("number", number_text.as_str()), ("above", &above)];
                gaps.extend(through.as_deref().map(|through| ("through", through)));
                gaps.extend(priced);
                words.say(if through.is_some() { "tier" } else { "tier_last" }, &gaps)
            }
            StepKind::WholeUse(tier) => {
                let number_text = tier.number.to_string();
                let gaps: Vec<_> = priced.into_iter().chain([("number", number_text.as_str())]).collect();
                words.say("whole_use", &gaps)
            }
            StepKind::Flat { number } if self.quantity == Exact::one() => {
                words.say("flat", &[("number", &number.to_string())])
            }
            StepKind::Flat { number } => {
                let (number, share) = (number.to_string(), self.quantity.to_fraction());
                words.say("flat_share", &[("number", &number), ("amount", &price), ("share", &share)])
            }
            StepKind::PerCent => {
                let (price, sum) = (number(&self.price), money(&self.quantity));
                return words.say("per_cent", &[("price", &price), ("quantity", &sum)]);
            }
            StepKind::Minimum => words.say("minimum", &[]),
            StepKind::Maximum => words.say("maximum", &[]),
        };
        if self.per == Exact::one() { said } else { said + &words.say("per", &[("per", &number(&self.per))]) }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

fn rounding_key(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfAwayFromZero => "half_away_from_zero",
        Rounding::HalfEven => "half_even",
        Rounding::AwayFromZero => "away_from_zero",
        Rounding::TowardZero => "toward_zero",
    }
}

/// A number with its digits, or six places and `…` where it has no end.
fn number(exact: &Exact) -> String {
    match exact.to_decimal() {
        Some(decimal) => decimal.to_string(),
        None => format!("{}…", cut(exact)),
    }
}

/// The same for dollars, which have at least two digits behind the point.
fn money(exact: &Exact) -> String {
    match exact.to_decimal() {
        Some(decimal) => dollars(decimal),
        None => format!("{}…", cut(exact)),
    }
}

fn cut(exact: &Exact) -> Exact {
    let step = Exact::ratio(1, PLACES).unwrap_or_else(Exact::one);
    exact.round_to(&step, Rounding::TowardZero)
}

/// One line of an account of a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// What is said.
    pub said: String,
    /// The amount in dollars, where the line has one.
    pub amount: Option<String>,
    /// Whether it is a step below a heading.
    pub is_step: bool,
}

/// The lines of an account, with their amounts in one column.
#[derive(Default)]
struct Account(Vec<(String, Option<String>)>);

impl Account {
    fn into_lines(self) -> Vec<AccountLine> {
        let line = |(said, amount): (String, Option<String>)| {
            let is_step = said.starts_with(' ');
            AccountLine { said: said.trim_start().to_owned(), amount, is_step }
        };
        self.0.into_iter().map(line).collect()
    }

    /// The least width of the sentences, and of the amounts behind them.
    const WIDTHS: (usize, usize) = (52, 14);

    fn line(&mut self, said: &str) {
        self.0.push((said.to_owned(), None));
    }

    /// A sentence on the left and an amount on the right.
    fn row(&mut self, indent: &str, said: &str, amount: &str) {
        self.0.push((format!("{indent}{said}"), Some(amount.to_owned())));
    }

    fn to_text(&self) -> String {
        let count = |text: &str| text.chars().count();
        let rows = || self.0.iter().filter_map(|(said, amount)| Some((count(said), count(amount.as_ref()?))));
        let left = rows().map(|(said, _)| said).max().unwrap_or_default().max(Self::WIDTHS.0);
        let right = rows().map(|(_, amount)| amount + 2).max().unwrap_or_default().max(Self::WIDTHS.1);
        let mut text = String::new();
        for (said, amount) in &self.0 {
            match amount {
                Some(amount) => text.push_str(&format!("{said:<left$}{amount:>right$}\n")),
                None => text.push_str(&format!("{said}\n")),
            }
        }
        text
    }
}
