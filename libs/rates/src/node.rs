//! `Node`: a formula with its names resolved for one kind of customer, ready to be worked out.

use kernel::Rounding;

use crate::exact::Exact;
use crate::formula::{Comparison, Function, Operator};

/// A part of a resolved formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Const(Exact),
    /// What the meter measured, in the unit of the plan.
    Usage,
    /// The position in the plan's quantities.
    Quantity(usize),
    /// The position in the plan's values.
    Value(usize),
    /// The position in the plan's charges.
    Charge(usize),
    Minus(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    If(Box<ReadyChoice>),
}

/// A resolved `if`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadyChoice {
    pub(crate) left: Node,
    pub(crate) comparison: Comparison,
    pub(crate) right: Node,
    pub(crate) then: Node,
    pub(crate) otherwise: Node,
}

/// Why a number cannot be worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undefined {
    DividedByZero,
    TooLarge,
}

impl Node {
    /// The number, where it is the same for every bill.
    pub(crate) fn constant(&self) -> Option<&Exact> {
        match self {
            Node::Const(number) => Some(number),
            _ => None,
        }
    }
}

/// `left operator right`.
pub(crate) fn operate(operator: Operator, left: &Exact, right: &Exact) -> Result<Exact, Undefined> {
    let result = match operator {
        Operator::Add => left.plus(right),
        Operator::Subtract => left.minus(right),
        Operator::Multiply => left.times(right),
        Operator::Divide => left.checked_div(right).ok_or(Undefined::DividedByZero)?,
    };
    if result.is_sane() { Ok(result) } else { Err(Undefined::TooLarge) }
}

/// A function of its arguments; the reader has checked how many there are.
pub(crate) fn call(function: Function, arguments: &[Exact]) -> Exact {
    let one = || arguments.first().cloned().unwrap_or_else(Exact::zero);
    match function {
        Function::Min => arguments.iter().min().cloned().unwrap_or_else(Exact::zero),
        Function::Max => arguments.iter().max().cloned().unwrap_or_else(Exact::zero),
        Function::Round => one().whole(Rounding::HalfAwayFromZero),
        Function::RoundEven => one().whole(Rounding::HalfEven),
        Function::Floor => one().floor(),
        Function::Ceil => one().ceil(),
    }
}

/// Whether the comparison is true.
pub(crate) fn compare(comparison: Comparison, left: &Exact, right: &Exact) -> bool {
    match comparison {
        Comparison::Below => left < right,
        Comparison::AtMost => left <= right,
        Comparison::Above => right < left,
        Comparison::AtLeast => right <= left,
    }
}
