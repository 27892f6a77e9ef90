//! `Explanation`: every step of a price, so that a clerk can add it up again by hand.

mod formulas;
mod print;

use chrono::NaiveDate;
use kernel::{Cents, Rounding, Unit};

use crate::exact::Exact;
use crate::inputs::{Days, Inputs};
use crate::plan::{Plan, PlanCharge, too_large};
use crate::refusals::PricingRefused;
use crate::schedule::{Tax, Titles};
use crate::work::{Measured, Step, Worked, Worksheet};

pub use formulas::{ExplainedFormula, FormulaPart};
pub use print::AccountLine;

/// A price with its grounds; printing it gives the account in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The class.
    pub class: String,
    /// The dimension values the rates depend on.
    pub dimensions: Vec<(String, String)>,
    /// The first day of the version.
    pub effective_on: NaiveDate,
    /// The ordinance of the version.
    pub ordinance: String,
    /// What was used, with the meter's unit; nothing where it makes no difference.
    pub usage: Option<(Exact, Unit)>,
    /// Which part of a normal period is billed.
    pub days: Days,
    /// One entry per line of the bill.
    pub charges: Vec<ExplainedCharge>,
    /// The sum of the rounded lines that are billed.
    pub total: Cents,
}

/// One line of a bill with its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedCharge {
    /// The stable name.
    pub name: String,
    /// What a resident reads.
    pub title: Titles,
    /// Which line of the city's books it is.
    pub revenue: String,
    /// For a tax: to whom it is owed.
    pub tax: Option<Tax>,
    /// Whether the customer pays it; otherwise the city bears it.
    pub is_billed: bool,
    /// The unit of quantities and bounds; nothing for a fixed amount or a percentage.
    pub unit: Option<Unit>,
    /// What its formulas use, those first that others are made of.
    pub names: Vec<ExplainedName>,
    /// What its case writes as a formula.
    pub formulas: Vec<ExplainedFormula>,
    /// How the priced quantity follows from what was measured.
    pub measured: Option<Measured>,
    /// The factor for amounts; nothing when the whole amount is billed.
    pub prorated: Option<Exact>,
    /// The factor for tier widths and included use; nothing when they are whole.
    pub prorated_tiers: Option<Exact>,
    /// The exemption that makes it nothing.
    pub exempt: Option<String>,
    /// The steps; none where the customer is exempt.
    pub steps: Vec<Step>,
    /// The sum of the steps, in dollars.
    pub exact: Exact,
    /// The rule that makes cents of it.
    pub rounding: Rounding,
    /// The line of the bill.
    pub cents: Cents,
}

/// A name that a formula uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedName {
    /// The name of a quantity, value or charge.
    pub name: String,
    /// Its own formula, when it has one.
    pub formula: Option<String>,
    /// What it comes to on this bill.
    pub amount: Exact,
}

impl Explanation {
    pub(crate) fn of(plan: &Plan, inputs: &Inputs<'_>) -> Result<Explanation, PricingRefused> {
        let mut total = Cents::ZERO;
        let mut charges = Vec::with_capacity(plan.charges().len());
        let worked = Worksheet::new(plan, inputs)?.lines_with_uses()?;
        for (charge, (worked, amounts)) in plan.charges().iter().zip(worked) {
            if charge.is_billed() {
                total = total.checked_add(worked.cents).ok_or_else(|| too_large(&inputs.usage))?;
            }
            charges.push(ExplainedCharge::of(charge, worked, amounts));
        }
        Ok(Explanation {
            class: plan.class().to_owned(),
            dimensions: plan.dimensions().to_vec(),
            effective_on: plan.effective_on(),
            ordinance: plan.ordinance().to_owned(),
            usage: plan.needs().usage.then(|| (inputs.usage.clone(), inputs.unit)),
            days: inputs.days.clone(),
            charges,
            total,
        })
    }
}

impl ExplainedCharge {
    fn of(charge: &PlanCharge, worked: Worked, amounts: Vec<Exact>) -> ExplainedCharge {
        let uses = charge.rate.full.uses.iter().zip(amounts);
        let name = |(used, amount): (&crate::ready::Use, Exact)| ExplainedName {
            name: used.name.clone(),
            formula: used.formula.clone(),
            amount,
        };
        ExplainedCharge {
            name: charge.name().to_owned(),
            title: charge.title().clone(),
            revenue: charge.revenue().to_owned(),
            tax: charge.tax().cloned(),
            is_billed: charge.is_billed(),
            unit: charge.unit(),
            names: if worked.exempt.is_some() { Vec::new() } else { uses.map(name).collect() },
            formulas: if worked.exempt.is_some() { Vec::new() } else { charge.rate.full.formulas.clone() },
            measured: worked.measured,
            prorated: worked.prorated,
            prorated_tiers: worked.prorated_tiers,
            exempt: worked.exempt,
            steps: worked.steps,
            exact: worked.exact,
            rounding: charge.rounding(),
            cents: worked.cents,
        }
    }
}
