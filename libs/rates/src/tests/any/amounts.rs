//! Arbitrary numbers and formulas.

use kernel::Decimal;
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop, prop_oneof};
use proptest::sample::select;

use super::Temper;
use crate::Amount;
use crate::formula::{Choice, Comparison, Expr, Formula, Function, Operator};

/// A price of nothing or more, in up to seven decimal places.
pub(crate) fn any_price() -> impl Strategy<Value = Decimal> {
    (0..50_000_000_i64, 2..8_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

/// A price that may be a credit when the schedule is wild.
pub(super) fn any_amount(names: &[&'static str], temper: Temper) -> BoxedStrategy<Amount> {
    let number = match temper {
        Temper::Tame => any_price().boxed(),
        Temper::Wild => prop_oneof![9 => any_price(), 1 => any_price().prop_map(|price| -price)].boxed(),
    };
    let formula = any_formula(names, temper).prop_map(Amount::Formula);
    prop_oneof![3 => number.prop_map(Amount::Number), 1 => formula].boxed()
}

/// A formula that compiles and stays within what a bill can hold.
pub(super) fn any_formula(names: &[&'static str], temper: Temper) -> BoxedStrategy<Formula> {
    let small = |most: i64| (0..most).prop_map(|hundredths| Expr::Number(Decimal::new(hundredths, 2)));
    let leaf = if names.is_empty() {
        small(2_000).boxed()
    } else {
        prop_oneof![small(2_000), select(names.to_vec()).prop_map(Expr::name)].boxed()
    };
    let divisor = (1..9_i64).prop_map(|whole| Expr::Number(whole.into()));
    leaf.clone()
        .prop_recursive(3, 8, 3, move |part| {
            let functions = select(Function::ALL.map(|(function, _)| function).to_vec());
            let call = (functions, prop::collection::vec(part.clone(), 1..4)).prop_map(|(function, mut parts)| {
                parts.truncate(if matches!(function, Function::Min | Function::Max) { 3 } else { 1 });
                Expr::Call(function, parts)
            });
            let binary = |operator, left, right| Expr::binary(operator, left, right);
            let tame = prop_oneof![
                (part.clone(), part.clone()).prop_map(move |(a, b)| binary(Operator::Add, a, b)),
                (part.clone(), small(300)).prop_map(move |(a, b)| binary(Operator::Multiply, a, b)),
                (part.clone(), divisor.clone()).prop_map(move |(a, b)| binary(Operator::Divide, a, b)),
                call,
            ];
            if temper == Temper::Tame {
                return tame.boxed();
            }
            let at_least_one = |part| Expr::Call(Function::Max, vec![part, Expr::Number(Decimal::ONE)]);
            let sides = (part.clone(), any_comparison(), part.clone());
            prop_oneof![
                4 => tame,
                1 => (part.clone(), part.clone()).prop_map(move |(a, b)| binary(Operator::Subtract, a, b)),
                1 => (part.clone(), leaf.clone()).prop_map(move |(a, b)| binary(Operator::Multiply, a, b)),
                1 => (part.clone(), leaf.clone()).prop_map(move |(a, b)| binary(Operator::Divide, a, at_least_one(b))),
                1 => part.clone().prop_map(|part| Expr::Minus(Box::new(part))),
                1 => (sides, part.clone(), part).prop_map(|((left, comparison, right), then, otherwise)| {
                    Expr::If(Box::new(Choice { left, comparison, right, then, otherwise }))
                }),
            ]
            .boxed()
        })
        .prop_map(Formula::new)
        .boxed()
}

fn any_comparison() -> impl Strategy<Value = Comparison> {
    select(Comparison::ALL.map(|(comparison, _)| comparison).to_vec())
}

/// Any expression that can be written, whatever it means.
pub(crate) fn any_expr() -> impl Strategy<Value = Expr> {
    let number = (0..=i64::MAX, 0..=28_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale));
    let number = prop_oneof![number, Just(Decimal::MAX), Just("7.0000000000000000000000000001".parse().unwrap())];
    let name = prop_oneof![Just("if_".to_owned()), Just("min2".to_owned()), "[a-z][a-z0-9_]{0,5}"];
    let is_taken = |name: &String| name == "if" || Function::ALL.iter().any(|(_, word)| word == name);
    let name = name.prop_filter("a word of the language", move |name| !is_taken(name));
    let leaf = prop_oneof![number.prop_map(Expr::Number), name.prop_map(Expr::Name)];
    leaf.prop_recursive(8, 40, 3, |part| {
        let operators = select(vec![Operator::Add, Operator::Subtract, Operator::Multiply, Operator::Divide]);
        let one = select(vec![Function::Round, Function::RoundEven, Function::Floor, Function::Ceil]);
        let many = select(vec![Function::Min, Function::Max]);
        let sides = (part.clone(), any_comparison(), part.clone());
        prop_oneof![
            3 => (operators, part.clone(), part.clone())
                .prop_map(|(operator, left, right)| Expr::binary(operator, left, right)),
            2 => part.clone().prop_map(|part| Expr::Minus(Box::new(part))),
            1 => (one, part.clone()).prop_map(|(function, part)| Expr::Call(function, vec![part])),
            1 => (many, prop::collection::vec(part.clone(), 1..4))
                .prop_map(|(function, parts)| Expr::Call(function, parts)),
            1 => (sides, part.clone(), part).prop_map(|((left, comparison, right), then, otherwise)| {
                Expr::If(Box::new(Choice { left, comparison, right, then, otherwise }))
            }),
        ]
    })
}
