//! Values of a rate file: a number or a list, plain or chosen by one dimension.

use kernel::Decimal;

use super::yaml::{Findings, Node};
use crate::finding::{Finding, Reason};
use crate::schedule::Condition;
use crate::text::decimal;

/// A value, or one for each value of a dimension.
pub(super) struct Chosen<T> {
    /// The condition under which each value holds; nothing when there is no choice.
    pub(super) rows: Vec<(Option<Condition>, T)>,
}

/// A number, plain or chosen.
pub(super) fn number(key: &str, node: &Node, findings: &mut Findings) -> Option<Chosen<Decimal>> {
    chosen(key, node, findings, |node| {
        let one = match node.list() {
            Some([one]) => one,
            Some(_) | None => node,
        };
        one.scalar().and_then(decimal)
    })
}

/// A list of numbers, plain or chosen; a single number is a list of one.
pub(super) fn numbers(key: &str, node: &Node, findings: &mut Findings) -> Option<Chosen<Vec<Decimal>>> {
    chosen(key, node, findings, |node| match node.list() {
        Some(items) if !items.is_empty() => items.iter().map(|item| item.scalar().and_then(decimal)).collect(),
        Some(_) => None,
        None => node.scalar().and_then(decimal).map(|number| vec![number]),
    })
}

fn chosen<T>(key: &str, node: &Node, findings: &mut Findings, read: impl Fn(&Node) -> Option<T>) -> Option<Chosen<T>> {
    let mut refuse = |line, reason| {
        findings.push(Finding { line, key: key.to_owned(), reason });
        None
    };
    let expected = Reason::NotA { expected: "exact numbers" };
    let Some(keys) = node.map() else {
        return match read(node) {
            Some(value) => Some(Chosen { rows: vec![(None, value)] }),
            None => refuse(node.line, expected),
        };
    };
    if let Some((other, at)) = keys.iter().find(|(key, _)| key != "depends_on" && key != "values") {
        return refuse(at.key_line, Reason::NotUnderstood(format!("'{other}' beside depends_on and values")));
    }
    let Some((depends_on, values)) = node.get("depends_on").zip(node.get("values")) else {
        return refuse(node.key_line, Reason::NotA { expected: "a value, or depends_on with values" });
    };
    let dimension = match depends_on.list() {
        Some([one]) => one.scalar(),
        Some(_) => return refuse(depends_on.key_line, Reason::NotUnderstood("more than one dimension".to_owned())),
        None => depends_on.scalar(),
    };
    let (Some(dimension), Some(values)) = (dimension, values.map()) else {
        return refuse(node.key_line, Reason::NotA { expected: "one dimension, and a value for each of its values" });
    };
    let mut rows = Vec::with_capacity(values.len());
    for (name, value) in values {
        let Some(value) = read(value) else {
            return refuse(value.line, expected);
        };
        let condition = Condition { dimension: dimension.to_owned(), values: vec![name.clone()] };
        rows.push((Some(condition), value));
    }
    Some(Chosen { rows })
}
