//! Charge detail: the charges behind a figure of a run, bill by bill; together they come to the figure.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, RunId};
use revenue::RateBook;

use crate::pricing::price;
use crate::register::charges_of;
use crate::tally::Tallies;
use crate::{BillRun, Limits, RegisterLine, store};

/// Chunks of a run that are priced for one page at most; then the page ends, and the next one goes on.
const CHUNKS: usize = 8;

/// Which charges of a run are wanted; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChargesOf {
    /// The service.
    pub service: Option<String>,
    /// The class.
    pub class: Option<String>,
    /// The rate schedule, with or without the first day of its version.
    pub schedule: Option<String>,
    /// The revenue code.
    pub revenue: Option<String>,
    /// The code of the fund.
    pub fund: Option<String>,
    /// The code of the ledger account debited.
    pub debit: Option<String>,
    /// Whether the city bears them.
    pub is_borne: Option<bool>,
    /// Only those of bills that go out: what is held is left out.
    pub is_going_out: bool,
}

/// A charge of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeOfBill {
    /// Whose.
    pub account: AccountId,
    /// The number the bill has, or will have.
    pub bill: BillNumber,
    /// Whether the bill is held.
    pub is_held: bool,
    /// The charge; services of the bill that are charged alike are one.
    pub charge: RegisterLine,
}

/// A page of charges, by account.
#[derive(Clone, Debug, Default)]
pub struct ChargePage {
    /// The charges; those of a bill are never parted.
    pub charges: Vec<ChargeOfBill>,
    /// After which account it goes on; `None` at the end of the run.
    pub next: Option<AccountId>,
}

impl ChargesOf {
    /// Whether a charge is wanted.
    #[must_use]
    pub fn fits(&self, line: &RegisterLine) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let first = |words: &str| words.split(' ').next().unwrap_or_default().to_owned();
        let is_schedule = is(&self.schedule, &line.schedule) || is(&self.schedule, &first(&line.schedule));
        !line.revenue.is_empty()
            && is(&self.service, &line.service)
            && is(&self.class, &line.class)
            && is_schedule
            && is(&self.revenue, &line.revenue)
            && is(&self.fund, &line.fund)
            && is(&self.debit, &first(&line.debit))
            && self.is_borne.is_none_or(|is_borne| is_borne == line.is_borne)
    }

    /// What those that are wanted come to.
    #[must_use]
    pub fn sum(&self, lines: &[RegisterLine]) -> Cents {
        lines.iter().filter(|line| self.fits(line)).map(|line| line.charged).sum()
    }
}

/// What the trial of a run charged, held bills included, by service, class, version, revenue code and place.
pub async fn charges_tried(read: &mut Read, run: RunId) -> Result<Vec<RegisterLine>, Fault> {
    let book = RateBook::load(read).await?;
    Ok(charges_of(&book, &finance::chart(read).await?, &store::tallies(read, run).await?))
}

/// A page of the charges of a run that are wanted, of accounts after one, priced from the inputs that were frozen.
///
/// A page has at least `limit` charges where there are so many, and those of its last bill to the end. Some chunks of the
/// run are priced at most; when few of them fit, the page is short and says where to go on.
pub async fn charges_of_run(
    read: &mut Read,
    run: &BillRun,
    of: &ChargesOf,
    (after, limit): (AccountId, usize),
) -> Result<ChargePage, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let held: BTreeMap<AccountId, Cents> = store::held_accounts(read, run.id).await?;
    let mut page = ChargePage::default();
    let chunks = acts::chunks(read, run.prepare_order).await?;
    for (count, chunk) in chunks.iter().filter(|chunk| after.0 + 1 < chunk.to).enumerate() {
        if count == CHUNKS {
            page.next = Some(AccountId(chunk.from.max(after.0 + 1) - 1));
            return Ok(page);
        }
        let range = (AccountId(chunk.from.max(after.0 + 1)), AccountId(chunk.to));
        for bill in store::bills_between(read, run, range).await? {
            if limit <= page.charges.len() {
                page.next = page.charges.last().map(|last| last.account);
                return Ok(page);
            }
            let is_held = held.contains_key(&bill.account);
            if is_held && of.is_going_out {
                continue;
            }
            let priced = price(&book, &Limits::new(), &bill);
            let mut tallies = Tallies::default();
            tallies.add(&book, &bill, &priced);
            let lines = charges_of(&book, &chart, &tallies.into_rows());
            let number = BillNumber { run: run.number, position: bill.position };
            let charge = |charge| ChargeOfBill { account: bill.account, bill: number, is_held, charge };
            let wanted = lines.into_iter().filter(|line| of.fits(line) && !line.charged.is_zero());
            page.charges.extend(wanted.map(charge));
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_is_wanted_by_every_part_that_is_said() {
        let line = RegisterLine {
            service: "water".to_owned(),
            class: "residential".to_owned(),
            schedule: "water-r 2025-07-01".to_owned(),
            revenue: "water.base".to_owned(),
            fund: "2400".to_owned(),
            debit: "115100 Utility receivable".to_owned(),
            count: 1,
            charged: Cents(12_34),
            is_borne: false,
        };
        let some = |text: &str| Some(text.to_owned());
        let all = ChargesOf::default();
        #[rustfmt::skip]
        let rows = [
            (all.clone(),                                                              true),
            (ChargesOf { service: some("water"), ..all.clone() },                      true),
            (ChargesOf { service: some("sewer"), ..all.clone() },                      false),
            (ChargesOf { class: some("residential"), ..all.clone() },                  true),
            (ChargesOf { schedule: some("water-r"), ..all.clone() },                   true),
            (ChargesOf { schedule: some("water-r 2025-07-01"), ..all.clone() },        true),
            (ChargesOf { schedule: some("water-r 2024-07-01"), ..all.clone() },        false),
            (ChargesOf { revenue: some("water.base"), ..all.clone() },                 true),
            (ChargesOf { fund: some("2400"), debit: some("115100"), ..all.clone() },   true),
            (ChargesOf { fund: some("2400"), debit: some("512000"), ..all.clone() },   false),
            (ChargesOf { is_borne: Some(true), ..all.clone() },                        false),
            (ChargesOf { is_borne: Some(false), ..all },                               true),
        ];
        for (of, expected) in rows {
            assert_eq!(of.fits(&line), expected, "{of:?}");
            let sum = if expected { Cents(12_34) } else { Cents::ZERO };
            assert_eq!(of.sum(std::slice::from_ref(&line)), sum);
        }
        let nothing = RegisterLine { revenue: String::new(), ..line };
        assert!(!ChargesOf::default().fits(&nothing), "what could not be priced is no charge");
    }
}
