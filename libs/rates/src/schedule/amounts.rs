//! Every number or formula that a case is made of.

use super::{Amount, Case, Rate, ValueCase, ValueIs, Version};

impl Version {
    /// Every number or formula of values and charges, in the order of the text.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = &Amount> {
        let of_values = self.values.iter().flat_map(|value| &value.cases).filter_map(ValueCase::amount);
        of_values.chain(self.charges.iter().flat_map(|charge| &charge.cases).flat_map(Case::amounts))
    }
}

impl ValueCase {
    /// The number or formula, where there is one.
    pub(crate) fn amount(&self) -> Option<&Amount> {
        match &self.is {
            ValueIs::Amount(amount) => Some(amount),
            ValueIs::NotOffered(_) => None,
        }
    }
}

impl Case {
    /// Its numbers and formulas: those of the rate, then those that limit it.
    pub(crate) fn amounts(&self) -> Vec<&Amount> {
        let mut amounts = Vec::new();
        match &self.rate {
            Rate::Fixed(amount) | Rate::PerUnit(amount) | Rate::PerCent { per_cent: amount, .. } => {
                amounts.push(amount);
            }
            Rate::Tiers(tiers) => {
                for tier in &tiers.tiers {
                    amounts.extend([tier.bound.as_ref(), Some(&tier.price), tier.flat.as_ref()].into_iter().flatten());
                }
            }
            Rate::NotOffered(_) => {}
        }
        amounts.extend([&self.included, &self.at_least, &self.at_most].into_iter().flatten());
        amounts
    }
}
