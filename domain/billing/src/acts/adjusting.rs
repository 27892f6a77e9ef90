//! How an adjustment falls on the lines of a bill: what is left of each, and the tax that follows.

use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Cents};
use ledger::Posting;
use rates::PlanCharge;
use revenue::{RateBook, charge_posting};

use crate::inputs::Inputs;
use crate::pricing::BillLine;
use crate::store::{self, Adjustment, StoredBill};
use crate::{BillInputs, BillRun, ExtraKind};

/// A charge of a bill that can be adjusted: all its lines of one revenue code, those of settlements and fees among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdjustableCharge {
    /// The revenue code.
    pub revenue: String,
    /// What it is called on the bill.
    pub title: String,
    /// What the bill charged on its lines, without tax.
    pub charged: Cents,
    /// What was adjusted on it before; negative for credits.
    pub given: Cents,
    /// Whether a settlement of earlier days is part of what was charged.
    pub has_settlement: bool,
}

/// A part of an adjustment: of the charge itself, or of a tax on it.
pub(super) struct AdjustedPart {
    pub(super) agreement: AgreementId,
    /// The revenue code, or that of the tax.
    pub(super) code: String,
    /// The name of the charge in its rates.
    pub(super) charge: String,
    /// What the charge is called on the bill.
    pub(super) title: String,
    /// Whether the city pays it.
    pub(super) is_borne: bool,
    pub(super) cents: Cents,
    pub(super) posting: Option<Posting>,
}

/// A part of an adjustment that falls on one line of the charge.
pub(crate) struct Fallen<'a> {
    /// The line.
    pub(crate) line: &'a BillLine<'a>,
    /// How much of it.
    pub(crate) cents: Cents,
    /// The lines of the taxes on it, each with the tax that follows.
    pub(crate) taxes: Vec<(&'a BillLine<'a>, Cents)>,
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

    /// All charges of the bill that can be adjusted, in the order of the bill.
    pub(super) fn charges(&self, adjustments: &[&Adjustment]) -> Vec<AdjustableCharge> {
        let mut codes: Vec<&str> = Vec::new();
        for line in self.lines.iter().filter(|line| !line.place.is_borne && !is_tax(line)) {
            if !codes.contains(&line.place.code.as_str()) {
                codes.push(&line.place.code);
            }
        }
        let charges = codes.into_iter().map(|code| {
            let lines = self.left_of(code, adjustments.iter().copied());
            let (charged, given) = sums_of(&lines);
            let is_settled = |one: &LineLeft<'_>| !one.line.cents.is_zero() && self.is_settlement(one.line);
            let has_settlement = lines.iter().any(is_settled);
            AdjustableCharge { revenue: code.to_owned(), title: self.titles(&lines), charged, given, has_settlement }
        });
        charges.filter(|charge| !charge.charged.is_zero()).collect()
    }

    fn is_settlement(&self, line: &BillLine<'_>) -> bool {
        let extra = line.item.checked_sub(self.inputs.items.len()).and_then(|extra| self.inputs.extras.get(extra));
        extra.is_some_and(|extra| extra.kind == ExtraKind::Settlement)
    }

    /// What some lines are called together: each title once.
    pub(super) fn titles(&self, lines: &[LineLeft<'_>]) -> String {
        let mut titles: Vec<String> = Vec::new();
        for one in lines.iter().filter(|one| !one.line.cents.is_zero()) {
            let title = self.title(one.line);
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        titles.join(", ")
    }

    /// What a line is called on the bill; its name where the rates have no title for it.
    fn title(&self, line: &BillLine<'_>) -> String {
        let known = self.charges_of(line).iter().find(|known| known.name() == line.charge);
        known.map_or_else(|| line.charge.replace('_', " "), |known| known.title().title("en").to_owned())
    }

    /// The charges of the rates by which a line was priced.
    fn charges_of(&self, line: &BillLine<'_>) -> &[PlanCharge] {
        let Some((item, price_on)) = self.inputs.all().nth(line.item) else { return &[] };
        let plan = self.book.plan(line.version, item.profile, (price_on, item.period));
        plan.and_then(|plan| plan.as_ref().ok()).map_or(&[][..], |plan| plan.plan.charges())
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
            title: self.title(line),
            is_borne: line.place.is_borne,
            cents,
            posting: charge_posting(account, &line.place, cents),
        }
    }

    /// How an amount falls on the lines of a charge, and on each tax on it. With earlier ones of the same bill it is rounded as
    /// if they were one, so that many small credits are not another tax than one large one.
    ///
    /// A credit of $10.00 on $40.00 of water, of which the city tax of 2.9 % was $1.16 on these $40.00: $0.29 of tax.
    pub(crate) fn fall(&self, lines: &[LineLeft<'a>], cents: Cents) -> Vec<Fallen<'a>> {
        let weights = weights_of(lines.iter());
        let fallen = lines.iter().zip(cents.split(&weights)).map(|(LineLeft { line, given, .. }, cents)| {
            let taxes = self.lines.iter().filter(|tax| tax.item == line.item && is_tax(tax)).filter_map(|tax| {
                let base = self.base_of(tax, line)?;
                let share =
                    |cents: Cents| in_proportion(i128::from(tax.cents.0) * i128::from(cents.0), i128::from(base.0));
                Some((tax, share(*given + cents) - share(*given)))
            });
            Fallen { line, cents, taxes: taxes.collect() }
        });
        fallen.collect()
    }

    /// What a tax of the bill was charged on, when a charge is part of it: the charges that the rates name. A tax by
    /// what was used is borne by all charges of its item.
    pub(super) fn base_of(&self, tax: &BillLine<'_>, charge: &BillLine<'_>) -> Option<Cents> {
        let charges = self.charges_of(tax);
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

/// What a bill was priced from, its settlements and fees included.
pub(super) async fn inputs_of(read: &mut Read, run: &BillRun, bill: &StoredBill) -> Result<BillInputs, Fault> {
    let inputs = store::items_of_bills(read, &[bill.account], run).await?.into_iter().next();
    Ok(inputs.unwrap_or_else(|| BillInputs::empty(bill.account, bill.position, run.price_on)))
}

/// What was charged on some lines, and what was adjusted on them before.
pub(super) fn sums_of(lines: &[LineLeft<'_>]) -> (Cents, Cents) {
    (lines.iter().map(|one| one.line.cents).sum(), lines.iter().map(|one| one.given).sum())
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
