//! Formulas in the words of rate files: `+ - * /` and parentheses.

use std::collections::BTreeMap;

use crate::formula::{Expr, Formula, Function};
use crate::owrs::class::rename;
use crate::schedule::Amount;

/// What rate files have no words for.
pub(super) struct Unsayable(pub(super) &'static str);

/// A number or formula with the keys of the file; in a budget, whose numbers the reader rounds, that
/// rounding is left unsaid.
pub(super) fn say(amount: &Amount, keys: &BTreeMap<&str, String>, is_budget: bool) -> Result<String, Unsayable> {
    let formula = match amount {
        Amount::Number(number) => return Ok(number.normalize().to_string()),
        Amount::Formula(formula) => formula,
    };
    let mut expr = if is_budget { unrounded(formula.expr())? } else { formula.expr().clone() };
    sayable(&expr)?;
    rename(&mut expr, &mut |name| keys.get(name).cloned().unwrap_or_else(|| name.to_owned()));
    Ok(Formula::new(expr).to_string())
}

/// Whether a formula is what the reader makes of a budget: every name rounded, every number whole.
pub(super) fn is_budget(amount: &Amount) -> bool {
    match amount {
        Amount::Number(_) => true,
        Amount::Formula(formula) => unrounded(formula.expr()).is_ok(),
    }
}

fn unrounded(expr: &Expr) -> Result<Expr, Unsayable> {
    let unsayable = || Err(Unsayable("a budget of which only parts are rounded"));
    match expr {
        Expr::Number(number) if number.fract().is_zero() => Ok(expr.clone()),
        Expr::Number(_) | Expr::Name(_) | Expr::If(_) => unsayable(),
        Expr::Minus(part) => Ok(Expr::Minus(Box::new(unrounded(part)?))),
        Expr::Binary(operator, left, right) => Ok(Expr::binary(*operator, unrounded(left)?, unrounded(right)?)),
        Expr::Call(Function::RoundEven, parts) => match &parts[..] {
            [name @ Expr::Name(_)] => Ok(name.clone()),
            _ => unsayable(),
        },
        Expr::Call(..) => unsayable(),
    }
}

fn sayable(expr: &Expr) -> Result<(), Unsayable> {
    match expr {
        Expr::Number(_) | Expr::Name(_) => Ok(()),
        Expr::Minus(part) => sayable(part),
        Expr::Binary(_, left, right) => sayable(left).and_then(|()| sayable(right)),
        Expr::Call(..) => Err(Unsayable("min, max or rounding")),
        Expr::If(_) => Err(Unsayable("a condition")),
    }
}
