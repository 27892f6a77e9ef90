//! Charge detail: the charges behind a figure of a run, bill by bill; together they come to the figure.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents};
use revenue::RateBook;

use crate::pricing::price;
use crate::register::charges_of;
use crate::store::RunTally;
use crate::tally::Tallies;
use crate::{AccountPage, BillRun, Limits, PageOf, RegisterLine, store};

/// Held bills that are read together.
const HELD_TOGETHER: usize = 500;

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
pub async fn charges_tried(read: &mut Read, run: &BillRun) -> Result<Vec<RegisterLine>, Fault> {
    let book = RateBook::load(read).await?;
    Ok(charges_of(&book, &finance::chart(read).await?, &store::tallies(read, run.id).await?))
}

/// The same of bills that go out: what was tallied, less the bills that are held, which are priced again.
pub async fn charges_going_out(read: &mut Read, run: &BillRun) -> Result<Vec<RegisterLine>, Fault> {
    let book = RateBook::load(read).await?;
    let mut rows = store::tallies(read, run.id).await?;
    let held: Vec<AccountId> = store::held_accounts(read, run.id).await?.into_keys().collect();
    for some in held.chunks(HELD_TOGETHER) {
        let mut stays_back = Tallies::default();
        for bill in store::items_of_bills(read, some, run).await? {
            stays_back.add(&book, &bill, &price(&book, &Limits::new(), &bill));
        }
        rows.extend(stays_back.into_rows().into_iter().map(|row| RunTally {
            item_count: -row.item_count,
            steps: -row.steps,
            cents: -row.cents,
            ..row
        }));
    }
    Ok(charges_of(&book, &finance::chart(read).await?, &rows))
}

/// A page of the charges of a run that are wanted, priced from the inputs that were frozen.
pub async fn charges_of_run(
    read: &mut Read,
    run: &BillRun,
    of: &ChargesOf,
    page: PageOf,
) -> Result<AccountPage<ChargeOfBill>, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let held: BTreeMap<AccountId, Cents> = store::held_accounts(read, run.id).await?;
    let (pieces, mut page) = page.of_run(read, run).await?;
    for piece in pieces {
        for bill in store::bills_between(read, run, piece).await? {
            let is_held = held.contains_key(&bill.account);
            if is_held && of.is_going_out {
                continue;
            }
            let mut tallies = Tallies::default();
            tallies.add(&book, &bill, &price(&book, &Limits::new(), &bill));
            let lines = charges_of(&book, &chart, &tallies.into_rows());
            let number = BillNumber { run: run.number, position: bill.position };
            for charge in lines.into_iter().filter(|line| of.fits(line) && !line.charged.is_zero()) {
                let row = ChargeOfBill { account: bill.account, bill: number, is_held, charge };
                if !page.add(bill.account, row) {
                    return Ok(page);
                }
            }
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
