//! How an adjustment falls on the lines of a bill: what is left of each, and the tax that follows.

use kernel::{AccountId, AgreementId, Cents};
use ledger::Posting;
use revenue::{RateBook, charge_posting};

use crate::BillInputs;
use crate::inputs::Inputs;
use crate::pricing::BillLine;
use crate::store::Adjustment;

/// A part of an adjustment: of the charge itself, or of a tax on it.
pub(super) struct AdjustedPart {
    pub(super) agreement: AgreementId,
    /// The revenue code, or that of the tax.
    pub(super) code: String,
    /// The name of the charge in its rates.
    pub(super) charge: String,
    /// Whether the city pays it.
    pub(super) is_borne: bool,
    pub(super) cents: Cents,
    pub(super) posting: Option<Posting>,
}

/// A bill that is adjusted, priced again.
pub(crate) struct OfBill<'a> {
    pub(crate) book: &'a RateBook,
    pub(crate) inputs: &'a BillInputs,
    pub(crate) lines: &'a [BillLine<'a>],
}

/// A line of the charge that is adjusted.
pub(crate) struct LineLeft<'a> {
    pub(crate) line: &'a BillLine<'a>,
    /// The service it is for.
    pub(crate) agreement: AgreementId,
    /// What was adjusted on it before; negative for credits.
    pub(crate) given: Cents,
}

impl<'a> OfBill<'a> {
    /// The lines of a charge, each with what the adjustments that stand moved on it, told in their order: what is of one
    /// service went to its lines alone, what is of none to all of them.
    ///
    /// A house meter charged $40.00 and one for irrigation $260.00; $100.00 back for irrigation alone and then $30.00
    /// over both, of which 40 parts in 200 are the house's: $6.00 and $124.00 were given.
    pub(crate) fn left_of<'b>(
        &self,
        revenue: &str,
        adjustments: impl Iterator<Item = &'b Adjustment>,
    ) -> Vec<LineLeft<'a>> {
        let own = self.lines.iter().filter(|line| line.place.code == revenue && !line.place.is_borne);
        let left = |line| LineLeft { line, agreement: self.inputs.item(line.item).agreement, given: Cents::ZERO };
        let mut lines = own.map(left).collect::<Vec<_>>();
        for one in adjustments.filter(|one| one.revenue == revenue && one.reversed_by.is_none()) {
            let is_of_it = |line: &&mut LineLeft<'_>| one.agreement.is_none_or(|agreement| agreement == line.agreement);
            let mut some = lines.iter_mut().filter(is_of_it).collect::<Vec<_>>();
            let weights = weights_of(some.iter().map(|line| &**line));
            for (line, cents) in some.iter_mut().zip(one.cents.split(&weights)) {
                line.given += cents;
            }
        }
        lines
    }

    /// The measured and fixed services of the bill, each with the code of its schedule.
    pub(super) fn services(&self) -> Vec<(AgreementId, String)> {
        let schedule = |item: &Inputs| item.version.and_then(|id| Some(self.book.version(id)?.schedule.code.clone()));
        self.inputs.items.iter().map(|item| (item.agreement, schedule(item).unwrap_or_default())).collect()
    }

    pub(super) fn part(&self, line: &BillLine<'_>, account: AccountId, cents: Cents) -> AdjustedPart {
        AdjustedPart {
            agreement: self.inputs.item(line.item).agreement,
            code: line.place.code.clone(),
            charge: line.charge.clone().into_owned(),
            is_borne: line.place.is_borne,
            cents,
            posting: charge_posting(account, &line.place, cents),
        }
    }

    /// What a tax of the bill was charged on, when a charge is part of it: the charges that the rates name. A tax by
    /// what was used is borne by all charges of its item.
    pub(super) fn base_of(&self, tax: &BillLine<'_>, charge: &BillLine<'_>) -> Option<Cents> {
        let (item, price_on) = self.inputs.all().nth(tax.item)?;
        let plan =
            self.book.plan(tax.version, item.profile, (price_on, item.period)).and_then(|plan| plan.as_ref().ok());
        let charges = plan.map_or(&[][..], |plan| plan.plan.charges());
        let named: Vec<&str> = charges
            .iter()
            .filter(|known| known.name() == tax.charge)
            .flat_map(|known| known.percentage_of())
            .filter_map(|place| Some(charges.get(*place)?.name()))
            .collect();
        let is_taxed = |line: &&BillLine<'_>| match named.is_empty() {
            true => !is_tax(line) && !line.place.is_borne,
            false => named.contains(&line.charge.as_ref()) && line.version == tax.version,
        };
        if !is_taxed(&charge) {
            return None;
        }
        Some(self.lines.iter().filter(|line| line.item == tax.item).filter(is_taxed).map(|line| line.cents).sum())
    }
}

/// What is left of each line; of lines that are given back whole, what was charged.
pub(super) fn weights_of<'a>(lines: impl Iterator<Item = &'a LineLeft<'a>> + Clone) -> Vec<i64> {
    let left = lines.clone().map(|one| (one.line.cents + one.given).0).collect::<Vec<i64>>();
    if left.iter().sum::<i64>() != 0 { left } else { lines.map(|one| one.line.cents.0).collect() }
}

pub(super) fn is_tax(line: &BillLine<'_>) -> bool {
    line.place.code.starts_with("tax.")
}

/// A quotient in whole cents, half a cent away from zero; nothing of nothing.
pub(super) fn in_proportion(numerator: i128, denominator: i128) -> Cents {
    if denominator == 0 {
        return Cents::ZERO;
    }
    let (sign, whole) = ((numerator.signum() * denominator.signum()), denominator.abs());
    let quotient = (2 * numerator.abs() + whole) / (2 * whole);
    Cents(i64::try_from(sign * quotient).unwrap_or(0))
}
