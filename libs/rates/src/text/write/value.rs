//! Numbers and formulas with a name: `[[version.value]]`, as shortly as they can be said.

use super::toml::{count, line, list, number, one_or_list, quoted, table, tall_list};
use super::{rounding, write_applies};
use crate::schedule::{Condition, Value, ValueCase, ValueIs};
use crate::text::CLASS;

pub(super) fn write(text: &mut String, value: &Value) {
    text.push_str("\n[[version.value]]\n");
    line(text, "name", &quoted(&value.name));
    if let Some(round_to) = value.round_to {
        line(text, "round_to", &number(round_to.step));
        line(text, "rounding", &rounding(round_to.rounding));
    }
    match &value.cases[..] {
        [ValueCase { classes, when, is: ValueIs::Amount(amount) }] if classes.is_empty() && when.is_empty() => {
            line(text, "is", &count(amount));
        }
        cases => match by(cases) {
            Some(by) => {
                line(text, "by", &list(&by));
                line(text, "rows", &tall_list(cases.iter().map(row)));
            }
            None => cases.iter().for_each(|case| write_case(text, case)),
        },
    }
}

fn write_case(text: &mut String, case: &ValueCase) {
    text.push_str("\n[[version.value.case]]\n");
    write_applies(text, &case.classes, &case.when);
    match &case.is {
        ValueIs::Amount(amount) => line(text, "is", &count(amount)),
        ValueIs::NotOffered(reason) => line(text, "not_offered", &quoted(reason)),
    }
}

/// What all cases depend on, when that is the same for all and can be said in rows.
fn by(cases: &[ValueCase]) -> Option<Vec<String>> {
    let dimensions = |case: &ValueCase| case.when.iter().map(|c: &Condition| c.dimension.clone()).collect::<Vec<_>>();
    let first = cases.first()?;
    let (is_by_class, named) = (!first.classes.is_empty(), dimensions(first));
    let is_same = |case: &ValueCase| case.classes.is_empty() != is_by_class && dimensions(case) == named;
    // Without classes, a dimension of that name in the first place would read back as the class.
    let is_taken_for_class = !is_by_class && named.first().is_some_and(|name| name == CLASS);
    let by: Vec<String> = is_by_class.then(|| CLASS.to_owned()).into_iter().chain(named.clone()).collect();
    (!by.is_empty() && !is_taken_for_class && cases.iter().all(is_same)).then_some(by)
}

fn row(case: &ValueCase) -> String {
    let is = match &case.is {
        ValueIs::Amount(amount) => count(amount),
        ValueIs::NotOffered(reason) => table([("not_offered", quoted(reason))]),
    };
    let classes = (!case.classes.is_empty()).then(|| one_or_list(&case.classes));
    let named = case.when.iter().map(|condition| one_or_list(&condition.values));
    super::flat_list(classes.into_iter().chain(named).chain([is]))
}
