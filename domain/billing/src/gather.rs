//! Gathering a chunk's facts: one ordered query per table, merged in memory.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{AccountId, Quantity, Unit};
use metering::consumption_between;
use revenue::RateBook;

use crate::inputs::{BillInputs, Inputs, match_consumption};
use crate::store::{self, RunTally};
use crate::{Agreement, BillRun, DueRule, PricedBill};

/// A bill whose inputs were frozen, beside the same inputs as they are now.
pub(crate) struct Frozen {
    pub(crate) frozen: BillInputs,
    pub(crate) now: BillInputs,
}

/// The bills due for accounts `from..to` from today's facts; positions count from `first`.
pub(crate) async fn due_bills(
    read: &mut Read,
    (run, rule): (&BillRun, DueRule),
    book: &RateBook,
    range: (AccountId, AccountId),
    first: i64,
) -> Result<Vec<BillInputs>, Fault> {
    let agreements = store::agreements_between(read, run.cycle, range, run.period).await?;
    let used = consumption_between(read, range, run.period).await?;
    let borrowed: Vec<&Agreement> = agreements.iter().collect();
    let matched = match_consumption(&borrowed, &used);
    let mut bills: Vec<BillInputs> = Vec::new();
    for (agreement, used) in agreements.iter().zip(matched) {
        let Some(item) = Inputs::gather(agreement, used, book, (run.period, run.bill_on)) else { continue };
        let is_due = match rule {
            DueRule::EveryPeriod => true,
            DueRule::WhenRead => item.consumption.is_some(),
        };
        if !is_due {
            continue;
        }
        match bills.last_mut() {
            Some(bill) if bill.account == agreement.account => bill.items.push(item),
            _ => {
                let position = first + i64::try_from(bills.len()).map_err(|_| Fault::new("too many bills"))?;
                bills.push(BillInputs { account: agreement.account, position, items: vec![item] });
            }
        }
    }
    Ok(bills)
}

/// The frozen bills of accounts `from..to`, each beside its inputs as they are now.
pub(crate) async fn frozen_bills(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    range: (AccountId, AccountId),
) -> Result<Vec<Frozen>, Fault> {
    let facts = store::item_facts(read, run.id, range).await?;
    let used = consumption_between(read, range, run.period).await?;
    let agreements: Vec<&Agreement> = facts.iter().map(|fact| &fact.agreement).collect();
    let matched = match_consumption(&agreements, &used);
    let mut bills: Vec<Frozen> = Vec::with_capacity(facts.len());
    for (fact, used) in facts.iter().zip(matched) {
        let account = fact.agreement.account;
        let now = Inputs::gather(&fact.agreement, used, book, (run.period, run.bill_on));
        if bills.last().is_none_or(|bill| bill.frozen.account != account) {
            let empty = BillInputs { account, position: fact.position, items: Vec::new() };
            bills.push(Frozen { frozen: empty.clone(), now: empty });
        }
        let bill = bills.last_mut().expect("one was pushed for the account");
        bill.frozen.items.push(fact.frozen.clone());
        bill.now.items.extend(now);
    }
    Ok(bills)
}

/// Adds up what a chunk's bills charge, by where it goes; items without a price count too.
#[derive(Default)]
pub(crate) struct Tallies(BTreeMap<TallyKey, (i64, i64, i64)>);

/// Service, class, version, revenue code, unit.
type TallyKey = (String, String, i64, String, Option<Unit>);

impl Tallies {
    pub(crate) fn add(&mut self, book: &RateBook, inputs: &BillInputs, priced: &PricedBill<'_>) {
        for (number, item) in inputs.items.iter().enumerate() {
            let class = book.profile(item.profile).map_or_else(String::new, |profile| profile.class.clone());
            let version = item.version.map_or(0, |version| version.0);
            let service = item.version.and_then(|id| book.version(id)).map_or("", |version| &version.schedule.service);
            let mut quantity = item.quantity;
            let lines = priced.lines.iter().filter(|line| line.item == number);
            let mut has_line = false;
            for line in lines {
                has_line = true;
                // An item's quantity counts once, with its first line.
                self.count((service, &class, version, &line.revenue.code), quantity.take(), line.cents.0);
            }
            if !has_line {
                self.count((service, &class, version, ""), quantity, 0);
            }
        }
    }

    fn count(
        &mut self,
        (service, class, version, code): (&str, &str, i64, &str),
        quantity: Option<Quantity>,
        cents: i64,
    ) {
        let unit = quantity.map(|quantity| quantity.unit);
        let key = (service.to_owned(), class.to_owned(), version, code.to_owned(), unit);
        let sums = self.0.entry(key).or_default();
        sums.0 += 1;
        sums.1 += quantity.map_or(0, |quantity| quantity.steps);
        sums.2 += cents;
    }

    pub(crate) fn into_rows(self) -> Vec<RunTally> {
        let row = |((service, class, rate_version_id, revenue_code, unit), (item_count, steps, cents))| RunTally {
            service,
            class,
            rate_version_id,
            revenue_code,
            unit: Option::<Unit>::map_or(unit, String::new(), |unit| unit.code().to_owned()),
            item_count,
            steps,
            cents,
        };
        self.0.into_iter().map(row).collect()
    }
}
