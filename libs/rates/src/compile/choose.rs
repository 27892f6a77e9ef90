//! `Chooser`: which case of every charge and value applies to each kind of customer of a class.

use std::collections::BTreeSet;

use crate::refusals::{Flaw, Place, RateError};
use crate::schedule::{Amount, Case, Charge, Condition, Dimension, ValueCase, Version};

/// The cases that can apply to one class, by what they depend on.
pub(super) struct Chooser<'a> {
    class: &'a str,
    needs: Vec<Dimension>,
    charges: Vec<Candidates>,
    values: Vec<Candidates>,
}

/// The cases of one charge or value that can apply to one class.
struct Candidates {
    place: Place,
    position: usize,
    cases: Vec<Candidate>,
}

/// A case, and per dimension needed which of its values the case allows.
struct Candidate {
    case: usize,
    allowed: Vec<Vec<bool>>,
}

/// The choice for one kind of customer.
pub(super) struct Chosen<'a> {
    pub(super) class: &'a str,
    pub(super) dimensions: Vec<(String, String)>,
    /// Position of the charge in the version, and its case.
    pub(super) charges: Vec<(usize, usize)>,
    /// The case of each value that some charge of the class can reach, by position.
    pub(super) values: Vec<(usize, usize)>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(version: &'a Version, class: &'a str) -> Chooser<'a> {
        let levied: Vec<(usize, &Charge)> = version
            .charges
            .iter()
            .enumerate()
            .filter(|(_, charge)| charge.cases.iter().any(|c| c.is_for(class)))
            .collect();
        let reached = reached(version, class, &levied);
        let mut named = BTreeSet::new();
        for (_, charge) in &levied {
            for case in charge.cases.iter().filter(|case| case.is_for(class)) {
                named.extend(case.when.iter().map(|condition| condition.dimension.as_str()));
            }
        }
        for position in &reached {
            for case in version.values[*position].cases.iter().filter(|case| is_for(&case.classes, class)) {
                named.extend(case.when.iter().map(|condition| condition.dimension.as_str()));
            }
        }
        let needs: Vec<Dimension> =
            version.dimensions.iter().filter(|dimension| named.contains(dimension.name.as_str())).cloned().collect();
        let charges = levied.iter().map(|(position, charge)| {
            let place = Place { charge: Some((*position, charge.name.clone())), ..Place::default() };
            let cases = charge.cases.iter().map(|case| (&case.classes[..], &case.when[..]));
            Candidates::new(place, *position, cases, (class, &needs))
        });
        let values = reached.iter().map(|position| {
            let value = &version.values[*position];
            let place = Place { value: Some((*position, value.name.clone())), ..Place::default() };
            let cases = value.cases.iter().map(|case| (&case.classes[..], &case.when[..]));
            Candidates::new(place, *position, cases, (class, &needs))
        });
        Chooser { class, charges: charges.collect(), values: values.collect(), needs: needs.clone() }
    }

    pub(super) fn pays_nothing(&self) -> bool {
        self.charges.is_empty()
    }

    /// How many combinations the class has, taken from what may still be tried.
    pub(super) fn take_from(&self, budget: &mut (usize, usize)) -> Option<usize> {
        let mut combinations = 1_usize;
        for need in &self.needs {
            combinations = combinations.checked_mul(need.values.len())?;
        }
        let cases: usize = self.charges.iter().chain(&self.values).map(|candidates| candidates.cases.len()).sum();
        budget.0 = budget.0.checked_sub(combinations.checked_mul(cases)?)?;
        budget.1 = budget.1.checked_sub(combinations)?;
        Some(combinations)
    }

    /// The choice for a combination; exactly one case of everything must apply, be it one that offers nothing.
    pub(super) fn choose(&self, number: usize) -> Result<Chosen<'a>, RateError> {
        let digits = self.digits(number);
        let named = self.needs.iter().zip(&digits);
        let dimensions = named.map(|(need, digit)| (need.name.clone(), need.values[*digit].clone())).collect();
        let mut chosen = Chosen { class: self.class, dimensions, charges: Vec::new(), values: Vec::new() };
        for candidates in &self.charges {
            chosen.charges.push((candidates.position, candidates.choose(&digits, &chosen)?));
        }
        for candidates in &self.values {
            chosen.values.push((candidates.position, candidates.choose(&digits, &chosen)?));
        }
        Ok(chosen)
    }

    pub(super) fn into_needs(self) -> Vec<Dimension> {
        self.needs
    }

    /// The odometer at a number: a position in each dimension's values.
    fn digits(&self, number: usize) -> Vec<usize> {
        let mut rest = number;
        let mut digits = vec![0; self.needs.len()];
        for (digit, need) in digits.iter_mut().zip(&self.needs).rev() {
            *digit = rest % need.values.len();
            rest /= need.values.len();
        }
        digits
    }
}

impl Candidates {
    fn new<'a>(
        place: Place,
        position: usize,
        cases: impl Iterator<Item = (&'a [String], &'a [Condition])>,
        (class, needs): (&str, &[Dimension]),
    ) -> Candidates {
        let for_class = cases.enumerate().filter(|(_, (classes, _))| is_for(classes, class));
        let candidate = |(case, (_, when)): (usize, (_, &[Condition]))| {
            let of_need = |need: &Dimension| need.values.iter().map(|value| allows(when, &need.name, value)).collect();
            Candidate { case, allowed: needs.iter().map(of_need).collect() }
        };
        Candidates { place, position, cases: for_class.map(candidate).collect() }
    }

    fn choose(&self, digits: &[usize], customer: &Chosen<'_>) -> Result<usize, RateError> {
        let applies = |candidate: &&Candidate| candidate.allowed.iter().zip(digits).all(|(allowed, at)| allowed[*at]);
        let mut applying = self.cases.iter().filter(applies).map(|candidate| candidate.case);
        let refuse = |case, flaw| RateError { place: Box::new(Place { case, ..self.place.clone() }), flaw };
        let Some(case) = applying.next() else {
            return Err(refuse(None, Flaw::Gap(customer.customer())));
        };
        match applying.next() {
            None => Ok(case),
            Some(other) => {
                let flaw = Flaw::Overlap { first: case + 1, second: other + 1, customer: customer.customer() };
                Err(refuse(Some(other), flaw))
            }
        }
    }
}

impl Chosen<'_> {
    /// The class and the values, for a message.
    pub(super) fn customer(&self) -> String {
        let values = self.dimensions.iter().map(|(name, value)| format!(", {name} {value}"));
        format!("class {}{}", self.class, values.collect::<String>())
    }
}

/// The values that charges of the class can reach through formulas, by position.
fn reached(version: &Version, class: &str, levied: &[(usize, &Charge)]) -> BTreeSet<usize> {
    let mut names: Vec<&str> = Vec::new();
    for (_, charge) in levied {
        names.extend(charge.measure.as_ref().map(|measure| measure.name.as_str()));
        for case in charge.cases.iter().filter(|case| case.is_for(class)) {
            names.extend(case.amounts().into_iter().flat_map(names_of));
        }
    }
    let mut reached = BTreeSet::new();
    while let Some(name) = names.pop() {
        let Some(position) = version.values.iter().position(|value| value.name == name) else { continue };
        if reached.insert(position) {
            let cases = version.values[position].cases.iter().filter(|case| is_for(&case.classes, class));
            names.extend(cases.filter_map(ValueCase::amount).flat_map(names_of));
        }
    }
    reached
}

fn names_of(amount: &Amount) -> Vec<&str> {
    match amount {
        Amount::Number(_) => Vec::new(),
        Amount::Formula(formula) => formula.names().into_iter().collect(),
    }
}

impl Case {
    /// Whether the case is for that class.
    pub(crate) fn is_for(&self, class: &str) -> bool {
        is_for(&self.classes, class)
    }
}

fn is_for(classes: &[String], class: &str) -> bool {
    classes.is_empty() || classes.iter().any(|named| named == class)
}

/// Whether conditions hold for that value, as far as this dimension is concerned.
fn allows(when: &[Condition], dimension: &str, value: &str) -> bool {
    let condition = when.iter().find(|condition| condition.dimension == dimension);
    condition.is_none_or(|condition| condition.values.iter().any(|named| named == value))
}
