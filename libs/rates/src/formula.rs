//! `Formula`: arithmetic over named numbers, as an analyst writes it: `indoor + outdoor * 0.93`.

mod read;

use std::collections::BTreeSet;
use std::fmt;

use kernel::Decimal;

pub use read::FormulaRefused;

/// A formula; printing it gives the one text that reads back to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula(pub(crate) Expr);

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number as written; never negative.
    Number(Decimal),
    /// `usage`, a quantity, a value or a charge.
    Name(String),
    /// `-x`.
    Minus(Box<Expr>),
    /// `x + y` and its kin.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `min(x, y)` and its kin.
    Call(Function, Vec<Expr>),
    /// `if(x > y, then, otherwise)`.
    If(Box<Choice>),
}

/// Two sides, and what holds by how they compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The left side.
    pub left: Expr,
    /// How they are compared.
    pub comparison: Comparison,
    /// The right side.
    pub right: Expr,
    /// When the comparison is true.
    pub then: Expr,
    /// When it is not.
    pub otherwise: Expr,
}

/// What stands between two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// How two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// What formulas may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The least of its arguments; at least one.
    Min,
    /// The greatest of its arguments; at least one.
    Max,
    /// The nearest whole number, halves away from zero.
    Round,
    /// The nearest whole number, halves to the even one.
    RoundEven,
    /// The next whole number below.
    Floor,
    /// The next whole number above.
    Ceil,
}

impl Formula {
    /// Reads a formula.
    pub fn parse(text: &str) -> Result<Formula, FormulaRefused> {
        read::formula(text).map(Formula)
    }

    /// Wraps an expression that a reader built.
    #[must_use]
    pub fn new(expr: Expr) -> Formula {
        Formula(expr)
    }

    /// What it is made of.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.0
    }

    /// Every name it uses.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.0.collect_names(&mut names);
        names
    }
}

impl Expr {
    /// A name.
    #[must_use]
    pub fn name(name: &str) -> Expr {
        Expr::Name(name.to_owned())
    }

    /// Two parts with an operator between them.
    #[must_use]
    pub fn binary(operator: Operator, left: Expr, right: Expr) -> Expr {
        Expr::Binary(operator, Box::new(left), Box::new(right))
    }

    /// A number of either sign.
    #[must_use]
    pub fn number(number: Decimal) -> Expr {
        if number.is_sign_negative() && !number.is_zero() {
            Expr::Minus(Box::new(Expr::Number(-number)))
        } else {
            Expr::Number(number.abs())
        }
    }

    fn collect_names<'a>(&'a self, names: &mut BTreeSet<&'a str>) {
        match self {
            Expr::Number(_) => {}
            Expr::Name(name) => {
                names.insert(name);
            }
            Expr::Minus(part) => part.collect_names(names),
            Expr::Binary(_, left, right) => {
                left.collect_names(names);
                right.collect_names(names);
            }
            Expr::Call(_, parts) => parts.iter().for_each(|part| part.collect_names(names)),
            Expr::If(choice) => {
                let Choice { left, right, then, otherwise, .. } = &**choice;
                [left, right, then, otherwise].into_iter().for_each(|part| part.collect_names(names));
            }
        }
    }

    /// How tightly it binds: a part that binds less than its place needs is put in parentheses.
    fn strength(&self) -> u8 {
        match self {
            Expr::Binary(Operator::Add | Operator::Subtract, ..) => 1,
            Expr::Binary(Operator::Multiply | Operator::Divide, ..) => 2,
            Expr::Minus(_) => 3,
            Expr::Number(_) | Expr::Name(_) | Expr::Call(..) | Expr::If(_) => 4,
        }
    }
}

impl Function {
    /// Every function with its name.
    pub const ALL: [(Function, &'static str); 6] = [
        (Function::Min, "min"),
        (Function::Max, "max"),
        (Function::Round, "round"),
        (Function::RoundEven, "round_even"),
        (Function::Floor, "floor"),
        (Function::Ceil, "ceil"),
    ];

    fn word(self) -> &'static str {
        let row = Function::ALL.iter().find(|(function, _)| *function == self);
        row.expect("every function has its name").1
    }
}

impl Comparison {
    /// Every comparison with its sign; the longer of two that begin alike comes first.
    pub(crate) const ALL: [(Comparison, &'static str); 4] =
        [(Comparison::AtMost, "<="), (Comparison::Below, "<"), (Comparison::AtLeast, ">="), (Comparison::Above, ">")];

    fn sign(self) -> &'static str {
        let row = Comparison::ALL.iter().find(|(comparison, _)| *comparison == self);
        row.expect("every comparison has its sign").1
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Number(number) => write!(f, "{}", number.normalize()),
            Expr::Name(name) => f.write_str(name),
            Expr::Minus(part) => {
                f.write_str("-")?;
                part.fmt_at(f, 4)
            }
            Expr::Binary(operator, left, right) => {
                let (sign, strength) = match operator {
                    Operator::Add => (" + ", 1),
                    Operator::Subtract => (" - ", 1),
                    Operator::Multiply => (" * ", 2),
                    Operator::Divide => (" / ", 2),
                };
                left.fmt_at(f, strength)?;
                f.write_str(sign)?;
                // `a - (b - c)` and `a + (b + c)` keep their parentheses: they are other formulas.
                right.fmt_at(f, strength + 1)
            }
            Expr::Call(function, parts) => {
                write!(f, "{}(", function.word())?;
                for (index, part) in parts.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    part.fmt(f)?;
                }
                f.write_str(")")
            }
            Expr::If(choice) => {
                let Choice { left, comparison, right, then, otherwise } = &**choice;
                write!(f, "if({left} {} {right}, {then}, {otherwise})", comparison.sign())
            }
        }
    }
}

impl Expr {
    fn fmt_at(&self, f: &mut fmt::Formatter<'_>, strength: u8) -> fmt::Result {
        if self.strength() < strength { write!(f, "({self})") } else { fmt::Display::fmt(self, f) }
    }
}
