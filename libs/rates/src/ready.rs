//! Rates ready for arithmetic: in whole numbers where that is exact, in fractions for everything.

use kernel::{Cents, Decimal, Factor, Rounding, Unit};

use crate::exact::Exact;
use crate::explain::ExplainedFormula;
use crate::node::Node;
use crate::schedule::{Partial, TierScope};

/// A rate in whole numbers.
#[derive(Clone, Debug)]
pub(crate) enum Fast {
    Fixed {
        exact: Decimal,
        cents: Cents,
    },
    Blocks(Blocks),
    /// A percentage, as `mantissa` × 10^-`places`, of charges that stand before it in the plan.
    PerCent {
        mantissa: i64,
        places: u32,
        of: Vec<usize>,
    },
}

/// Tiers with bounds in the unit's smallest steps and prices as whole numbers of 10^-`price_places`.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    pub(crate) unit: Unit,
    pub(crate) price_places: u32,
    /// Invariant: ascending; the last goes through `i64::MAX`.
    pub(crate) blocks: Box<[Block]>,
}

/// One tier: everything above the block before, through this bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) through: i64,
    pub(crate) price: i64,
}

/// A rate in fractions, with everything the language can say about it.
#[derive(Clone, Debug)]
pub(crate) struct FullRate {
    pub(crate) measure: Option<FullMeasure>,
    pub(crate) per: Option<Exact>,
    pub(crate) step: Option<(Exact, Partial)>,
    pub(crate) included: Option<Node>,
    pub(crate) at_least: Option<Node>,
    pub(crate) at_most: Option<Node>,
    pub(crate) kind: FullKind,
    /// What its formulas use, deepest first, for the explanation.
    pub(crate) uses: Vec<Use>,
    /// Its formulas, for the explanation.
    pub(crate) formulas: Vec<ExplainedFormula>,
}

/// What is measured.
#[derive(Clone, Debug)]
pub(crate) struct FullMeasure {
    /// The name: `usage`, or a quantity or value.
    pub(crate) name: String,
    pub(crate) source: Node,
    pub(crate) unit: Unit,
    pub(crate) convert: Option<&'static Factor>,
    pub(crate) return_factor: Option<Exact>,
}

/// How the amount follows from the measured quantity.
#[derive(Clone, Debug)]
pub(crate) enum FullKind {
    Fixed(Node),
    PerUnit(Node),
    Tiers { scope: TierScope, tiers: Vec<FullTier> },
    PerCent { per_cent: Node, of: Vec<usize> },
}

/// One tier by its upper bound.
#[derive(Clone, Debug)]
pub(crate) struct FullTier {
    pub(crate) through: Option<Node>,
    pub(crate) price: Node,
    pub(crate) flat: Option<Node>,
}

/// A value that is worked out for every bill.
#[derive(Clone, Debug)]
pub(crate) struct ReadyValue {
    pub(crate) name: String,
    pub(crate) node: Node,
    pub(crate) round_to: Option<(Exact, Rounding)>,
}

/// A name that formulas of a charge use.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub(crate) name: String,
    /// Its own formula, when it has one.
    pub(crate) formula: Option<String>,
    pub(crate) node: Node,
}

impl FullRate {
    /// The positions of the charges of which it is a percentage.
    pub(crate) fn percentage_of(&self) -> &[usize] {
        match &self.kind {
            FullKind::PerCent { of, .. } => of,
            FullKind::Fixed(_) | FullKind::PerUnit(_) | FullKind::Tiers { .. } => &[],
        }
    }
}
