//! What the compiler, the choice of a plan and the pricing refuse, one variant per fact.

use std::fmt;

use kernel::{Refusal, Unit};

/// A version that must not price anything: where it is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{flaw}")]
pub struct RateError {
    /// Where in the version.
    pub place: Place,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// A place in a version; charges and cases count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The position of the charge and its name, or nothing for the version itself.
    pub charge: Option<(usize, String)>,
    /// The position of the case in the charge.
    pub case: Option<usize>,
}

/// What is wrong with a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A list with nothing in it.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A name twice in one list.
    #[error("{kind} '{name}' is there twice")]
    Twice {
        /// What kind of name.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A name that is not lower-case words joined by `_`.
    #[error("'{0}' is not a name such as meter_size")]
    BadName(String),
    /// A case for a class the version does not list.
    #[error("class '{0}' is not in the version's list of classes")]
    ClassNotListed(String),
    /// A case by a dimension the version does not list.
    #[error("dimension '{0}' is not in the version's list of dimensions")]
    DimensionNotListed(String),
    /// A case by a value the dimension does not list.
    #[error("{dimension} '{value}' is not in the version's list of values")]
    ValueNotListed {
        /// The dimension.
        dimension: String,
        /// The value.
        value: String,
    },
    /// Only the quantity `usage` can be measured so far.
    #[error("no bill measures '{0}'; known is usage")]
    UnknownMeasure(String),
    /// A price per unit in a charge that names no unit.
    #[error("prices per unit, but the charge names no measured_by and unit")]
    NoMeasure,
    /// Tier 1 leaves the first units without a price.
    #[error("tier 1 starts at {0}; it must start at 0 or 1")]
    FirstTierStartsLate(String),
    /// A tier that ends at or below where it begins; tiers must ascend.
    #[error("tier {0} holds nothing, because it ends no higher than it begins")]
    TierHoldsNothing(usize),
    /// A tier other than the last has no upper bound.
    #[error("tier {0} has no upper bound, though another tier follows")]
    TierWithoutBound(usize),
    /// Use above the last tier has no price.
    #[error("the last tier ends at {0}; use above it has no price")]
    LastTierEnds(String),
    /// A number the engine cannot hold exactly.
    #[error("{number} has too many digits, or is finer than the smallest step of the unit")]
    NumberOutOfRange {
        /// The number.
        number: String,
    },
    /// A class that pays nothing at all.
    #[error("no charge has a case for class '{0}'")]
    ClassWithoutCharge(String),
    /// A customer for whom a charge has no case.
    #[error("no case applies to {0}")]
    Gap(String),
    /// A customer for whom a charge has two cases.
    #[error("cases {first} and {second} both apply to {customer}")]
    Overlap {
        /// The first case, counted from 1.
        first: usize,
        /// The second case, counted from 1.
        second: usize,
        /// The class and the values.
        customer: String,
    },
    /// More combinations of values than can be checked one by one.
    #[error("class '{0}' depends on too many combinations of values")]
    TooManyCombinations(String),
}

/// No plan for a customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum PlanRefused {
    /// The version does not know the class.
    #[error("no rate schedule for class {class}")]
    NoSchedule {
        /// The class.
        class: String,
    },
    /// The price depends on something the customer's record does not say.
    #[error("the rate of class {class} depends on {dimension}, which is not given")]
    MissingDimension {
        /// The class.
        class: String,
        /// The name of the dimension.
        dimension: String,
    },
    /// The version does not know the value.
    #[error("the rate of class {class} knows no {dimension} {value}")]
    UnknownValue {
        /// The class.
        class: String,
        /// The name of the dimension.
        dimension: String,
        /// The value.
        value: String,
    },
    /// The schedule says that there is no such service.
    #[error("{charge} is not offered to {customer}: {reason}")]
    NotOffered {
        /// The name of the charge that says so.
        charge: String,
        /// The class and the values.
        customer: String,
        /// What the schedule gives as the reason.
        reason: String,
    },
}

/// A quantity that cannot be priced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingRefused {
    /// The plan is priced by another unit.
    #[error("the rate is per {}, the usage is in {}", expected.code(), found.code())]
    WrongUnit {
        /// The unit of the charge.
        expected: Unit,
        /// The unit of the usage.
        found: Unit,
    },
    /// Usage below zero.
    #[error("usage {usage} is below zero")]
    NegativeUsage {
        /// The usage in its unit.
        usage: String,
    },
    /// An amount no bill can hold.
    #[error("the amount for usage {usage} is too large for a bill")]
    TooLarge {
        /// The usage in its unit.
        usage: String,
    },
}

impl Flaw {
    /// As an error of the version itself.
    pub(crate) fn of_version(self) -> RateError {
        RateError { place: Place::default(), flaw: self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = &self.charge {
            write!(f, "charge '{name}': ")?;
        }
        if let Some(case) = self.case {
            write!(f, "case {}: ", case + 1)?;
        }
        Ok(())
    }
}

impl Refusal for RateError {
    fn code(&self) -> &'static str {
        match &self.flaw {
            Flaw::Empty(_) => "rate_list_empty",
            Flaw::Twice { .. } => "rate_name_twice",
            Flaw::BadName(_) => "rate_bad_name",
            Flaw::ClassNotListed(_) => "rate_class_not_listed",
            Flaw::DimensionNotListed(_) => "rate_dimension_not_listed",
            Flaw::ValueNotListed { .. } => "rate_value_not_listed",
            Flaw::UnknownMeasure(_) => "rate_unknown_measure",
            Flaw::NoMeasure => "rate_no_measure",
            Flaw::FirstTierStartsLate(_) => "rate_first_tier_starts_late",
            Flaw::TierHoldsNothing(_) => "rate_tier_holds_nothing",
            Flaw::TierWithoutBound(_) => "rate_tier_without_bound",
            Flaw::LastTierEnds(_) => "rate_last_tier_ends",
            Flaw::NumberOutOfRange { .. } => "rate_number_out_of_range",
            Flaw::ClassWithoutCharge(_) => "rate_class_without_charge",
            Flaw::Gap(_) => "rate_gap",
            Flaw::Overlap { .. } => "rate_overlap",
            Flaw::TooManyCombinations(_) => "rate_too_many_combinations",
        }
    }
}

impl Refusal for PlanRefused {
    fn code(&self) -> &'static str {
        match self {
            PlanRefused::NoSchedule { .. } => "no_schedule",
            PlanRefused::MissingDimension { .. } => "missing_dimension",
            PlanRefused::UnknownValue { .. } => "unknown_value",
            PlanRefused::NotOffered { .. } => "not_offered",
        }
    }
}

impl Refusal for PricingRefused {
    fn code(&self) -> &'static str {
        match self {
            PricingRefused::WrongUnit { .. } => "wrong_unit",
            PricingRefused::NegativeUsage { .. } => "negative_usage",
            PricingRefused::TooLarge { .. } => "amount_too_large",
        }
    }
}
