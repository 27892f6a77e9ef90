//! The bill of a class: which of its keys are lines, and what the formula adds to their sum.

use kernel::Decimal;

use super::leaf::Leaf;
use super::{Class, Entry, FIELD, Read, amount};
use crate::finding::Reason;
use crate::formula::{Expr, Operator};
use crate::owrs::table::Table;
use crate::schedule::Rate;

/// The key of the line for what a bill adds to the sum of the others.
pub(in crate::owrs) const ADJUSTMENT: &str = "bill adjustment";

/// Lines of one bill; real ones have at most eight.
const LINES_MAX: usize = 40;

/// Endings of keys that are amounts of money on their own.
const CHARGES: [&str; 6] = ["charge", "surcharge", "fee", "discount", "credit", "tax"];

/// Whether a key is that of a charge rather than of a price or a factor.
pub(super) fn is_charge(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    CHARGES.iter().any(|ending| key.ends_with(ending))
}

/// A bill for one kind of customer.
#[derive(Clone)]
struct Parts {
    lines: Vec<String>,
    /// What comes on top of the lines.
    rest: Option<Expr>,
}

impl Class<'_> {
    /// The lines of the bill, in their order; what is not understood becomes a finding.
    pub(super) fn bill(&mut self) -> Vec<Entry<Rate>> {
        let parts = match self.parts() {
            Ok(parts) => parts,
            Err(finding) => {
                self.findings.push(*finding);
                return Vec::new();
            }
        };
        let Some(parts) = self.settle(parts) else { return Vec::new() };
        let mut lines: Vec<String> = Vec::new();
        for line in parts.rows.iter().filter_map(|(_, parts)| parts.as_ref().ok()).flat_map(|parts| &parts.lines) {
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
        if LINES_MAX < lines.len() {
            let reason = Reason::TooLong { what: "the list of charges", max: "40 charges" };
            self.refuse(self.line_of("bill"), "bill", reason);
            return Vec::new();
        }
        if lines.is_empty() {
            let whole = self.charge("bill");
            return self.entry("bill", whole).into_iter().collect();
        }
        let mut charges = Vec::with_capacity(lines.len() + 1);
        for line in &lines {
            let table = self.charge(line);
            charges.extend(self.entry(line, table));
        }
        let rest = |parts: Parts| {
            let missing = lines.iter().filter(|line| !parts.lines.contains(line)).map(|line| field(line));
            missing.fold(parts.rest, |rest, line| Some(minus(rest, line)))
        };
        let rest = parts.map(|parts| parts.map(rest));
        let is_plain = rest.rows.iter().all(|(_, rest)| matches!(rest, Ok(None)));
        if !is_plain {
            let table = rest.map(|rest| rest.map(|rest| Rate::Fixed(rest.map_or_else(zero, amount))));
            charges.push(Entry { key: ADJUSTMENT.to_owned(), line: self.line_of("bill"), table });
        }
        charges
    }

    fn parts(&mut self) -> Read<Table<Read<Parts>>> {
        let table = self.table("bill")?;
        Ok(table.map(|node| match self.leaf("bill", node)? {
            Leaf::Expr(expr) => Ok(parts(expr)),
            Leaf::Tiers(_) => {
                let why = "tiers must be a charge that the bill adds".to_owned();
                Err(self.finding(node.line, "bill", Reason::NotUnderstood(why)))
            }
        }))
    }
}

fn zero() -> crate::schedule::Amount {
    crate::schedule::Amount::Number(Decimal::ZERO)
}

fn field(key: &str) -> Expr {
    Expr::name(&format!("{FIELD}{key}"))
}

fn key_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => name.strip_prefix(FIELD),
        _ => None,
    }
}

fn plus(sum: Option<Expr>, expr: Expr) -> Expr {
    match sum {
        Some(sum) => Expr::binary(Operator::Add, sum, expr),
        None => expr,
    }
}

fn minus(sum: Option<Expr>, expr: Expr) -> Expr {
    match sum {
        Some(sum) => Expr::binary(Operator::Subtract, sum, expr),
        None => Expr::Minus(Box::new(expr)),
    }
}

/// Fields added at the top of the formula are lines; of what remains, charges within a product are lines too.
fn parts(expr: Expr) -> Parts {
    let mut terms = Vec::new();
    flatten(expr, true, &mut terms);
    let mut lines: Vec<String> = Vec::new();
    let mut others = Vec::new();
    for (is_added, term) in terms {
        match key_of(&term) {
            Some(key) if is_added && !lines.iter().any(|line| line == key) => lines.push(key.to_owned()),
            _ => others.push((is_added, term)),
        }
    }
    let mut rest: Option<Expr> = None;
    for (is_added, term) in others {
        if !is_added {
            rest = Some(minus(rest, term));
            continue;
        }
        let mut new: Vec<String> = Vec::new();
        for key in added(&term) {
            if !lines.contains(&key) && !new.contains(&key) {
                new.push(key);
            }
        }
        lines.extend(new.iter().cloned());
        rest = Some(match markup(&term, &new) {
            Some(markup) => plus(rest, markup),
            None => new.iter().fold(plus(rest, term), |rest, key| minus(Some(rest), field(key))),
        });
    }
    Parts { lines, rest }
}

fn flatten(expr: Expr, is_added: bool, terms: &mut Vec<(bool, Expr)>) {
    match expr {
        Expr::Binary(Operator::Add, left, right) => {
            flatten(*left, is_added, terms);
            flatten(*right, is_added, terms);
        }
        Expr::Binary(Operator::Subtract, left, right) => {
            flatten(*left, is_added, terms);
            flatten(*right, !is_added, terms);
        }
        Expr::Minus(part) => flatten(*part, !is_added, terms),
        expr => terms.push((is_added, expr)),
    }
}

/// The charges that a product takes a multiple of.
fn added(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::Binary(Operator::Add, left, right) => [added(left), added(right)].concat(),
        Expr::Binary(Operator::Subtract | Operator::Divide, left, _) => added(left),
        Expr::Binary(Operator::Multiply, left, right) => match (is_sum(left), is_sum(right)) {
            (true, false) => added(left),
            (false, true) => added(right),
            (true, true) => Vec::new(),
            (false, false) => match (added(left), added(right)) {
                (found, other) if other.is_empty() => found,
                (other, found) if other.is_empty() => found,
                _ => Vec::new(),
            },
        },
        _ => key_of(expr).filter(|key| is_charge(key)).map(str::to_owned).into_iter().collect(),
    }
}

fn is_sum(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(Operator::Add | Operator::Subtract, ..) => true,
        Expr::Binary(Operator::Multiply | Operator::Divide, left, right) => is_sum(left) || is_sum(right),
        _ => false,
    }
}

/// `1.02 * (a + b)` is the lines a and b and 2 % of them.
fn markup(term: &Expr, new: &[String]) -> Option<Expr> {
    let Expr::Binary(Operator::Multiply, left, right) = term else { return None };
    let (factor, sum) = match (&**left, &**right) {
        (Expr::Number(factor), sum) | (sum, Expr::Number(factor)) => (*factor, sum),
        _ => return None,
    };
    let names = plain_parts(sum)?;
    let is_whole =
        names.len() == new.len() && names.iter().zip(new).all(|(name, key)| name.strip_prefix(FIELD) == Some(key));
    let share = factor.checked_sub(Decimal::ONE)?;
    (is_whole && !share.is_sign_negative())
        .then(|| Expr::binary(Operator::Multiply, Expr::Number(share.normalize()), sum.clone()))
}

/// The names, when the expression only adds names.
fn plain_parts(expr: &Expr) -> Option<Vec<&str>> {
    match expr {
        Expr::Name(name) => Some(vec![name]),
        Expr::Binary(Operator::Add, left, right) => Some([plain_parts(left)?, plain_parts(right)?].concat()),
        _ => None,
    }
}
