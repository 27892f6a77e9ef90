//! What the compiler, the choice of a plan and the pricing refuse, one variant per fact.

use std::fmt;

use kernel::{Refusal, Unit};

/// A version that must not price anything: where it is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{flaw}")]
pub struct RateError {
    /// Where in the version.
    pub place: Box<Place>,
    /// What is wrong there.
    pub flaw: Flaw,
}

/// A place in a version; charges and cases count from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The position of the value and its name, when it is in a value.
    pub value: Option<(usize, String)>,
    /// The position of the charge and its name, when it is in a charge.
    pub charge: Option<(usize, String)>,
    /// The position of the case in the value or charge.
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
    /// A charge measured by something that is neither `usage` nor a quantity nor a value.
    #[error("no quantity or value is named '{0}', nor is it usage")]
    UnknownMeasure(String),
    /// A formula or list that names nothing known.
    #[error("'{0}' is neither usage nor a quantity, value or charge of this version")]
    UnknownName(String),
    /// A charge that this class does not pay is used in a formula.
    #[error("'{name}' is used, but {customer} does not pay it")]
    ChargeNotLevied {
        /// The charge.
        name: String,
        /// The class and the values.
        customer: String,
    },
    /// Names that are defined by each other.
    #[error("{chain} are defined by each other, for {customer}")]
    Cycle {
        /// The names in order, the first again at the end.
        chain: String,
        /// The class and the values.
        customer: String,
    },
    /// Names defined by names, further than any tariff goes.
    #[error("'{name}' is defined by names more than {max} deep")]
    TooDeep {
        /// The name reached.
        name: String,
        /// How deep definitions may go.
        max: usize,
    },
    /// A formula divides by zero for every bill of some customer.
    #[error("'{formula}' divides by zero for {customer}")]
    DividesByZero {
        /// The formula.
        formula: String,
        /// The class and the values.
        customer: String,
    },
    /// Formulas use `usage`, but charges measure it in different units.
    #[error("formulas use usage, but no one unit is stated for it; declare a quantity named usage with its unit")]
    UsageUnitUnclear,
    /// A number that must be above zero, or not below.
    #[error("{what} is {number}; it must be {must}")]
    NumberNotAllowed {
        /// What the number is.
        what: &'static str,
        /// The number.
        number: String,
        /// What it must be.
        must: &'static str,
    },
    /// A month that is not 1 to 12, in no season, or in two.
    #[error("{0}: every month from 1 to 12 must be in exactly one value")]
    MonthsNotCovered(String),
    /// Something that only a charge measured by `usage` may have.
    #[error("{0} needs a charge measured by usage")]
    NeedsUsage(&'static str),
    /// A factor that does not lead to the unit of the charge.
    #[error("factor '{factor}' does not give {unit}")]
    FactorDoesNotFit {
        /// The factor.
        factor: String,
        /// The unit of the charge.
        unit: &'static str,
    },
    /// Something a rate of this kind cannot have.
    #[error("{0}")]
    NotWith(&'static str),
    /// A charge prorates long or short periods, but the version does not say which those are.
    #[error("long or short periods are prorated, but the version has no normal_days")]
    NoNormalDays,
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
    /// The price depends on a number that is neither given nor has a default.
    #[error("the price depends on {name}, which is not given")]
    MissingQuantity {
        /// The name of the quantity.
        name: String,
    },
    /// A charge measured by a number below zero.
    #[error("charge '{charge}' is measured by {amount}, which is below zero")]
    NegativeMeasure {
        /// The charge.
        charge: String,
        /// The number.
        amount: String,
    },
    /// A formula divides by a number that is zero on this bill.
    #[error("{name} divides by zero")]
    DividedByZero {
        /// The name of the charge or value.
        name: String,
    },
}

impl Flaw {
    /// As an error of the version itself.
    pub(crate) fn of_version(self) -> RateError {
        RateError { place: Box::default(), flaw: self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, named) in [("value", &self.value), ("charge", &self.charge)] {
            if let Some((_, name)) = named {
                write!(f, "{kind} '{name}': ")?;
            }
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
            Flaw::UnknownName(_) => "rate_unknown_name",
            Flaw::ChargeNotLevied { .. } => "rate_charge_not_levied",
            Flaw::Cycle { .. } => "rate_cycle",
            Flaw::TooDeep { .. } => "rate_too_deep",
            Flaw::DividesByZero { .. } => "rate_divides_by_zero",
            Flaw::UsageUnitUnclear => "rate_usage_unit_unclear",
            Flaw::NumberNotAllowed { .. } => "rate_number_not_allowed",
            Flaw::MonthsNotCovered(_) => "rate_months_not_covered",
            Flaw::NeedsUsage(_) => "rate_needs_usage",
            Flaw::FactorDoesNotFit { .. } => "rate_factor_does_not_fit",
            Flaw::NotWith(_) => "rate_not_with",
            Flaw::NoNormalDays => "rate_no_normal_days",
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
            PricingRefused::MissingQuantity { .. } => "missing_quantity",
            PricingRefused::NegativeMeasure { .. } => "negative_measure",
            PricingRefused::DividedByZero { .. } => "divided_by_zero",
        }
    }
}
