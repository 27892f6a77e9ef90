//! Gathering a chunk's facts: one ordered query per table, merged in memory.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{AccountId, Period, Quantity, Unit};
use metering::{Amount, amounts_between, consumption_between};
use revenue::RateBook;

use crate::inputs::{BillInputs, Inputs, match_consumption};
use crate::store::{self, PlainItem, RunTally};
use crate::{Agreement, BillRun, DueRule, PricedBill};

/// A bill of a run with its inputs as they are now.
pub(crate) struct Gathered {
    pub(crate) now: BillInputs,
    /// Whether they are what was frozen.
    pub(crate) is_as_frozen: bool,
}

/// More accounts than this are gathered together rather than one by one.
const ONE_BY_ONE: usize = 50;

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

/// The bills that a run froze for accounts `from..to`, with their inputs as they are now.
///
/// Most inputs are what was frozen. That is found out in bulk: the engine lists the accounts whose
/// agreements differ, and consumption is compared by place, id and amount. Only accounts that differ, or
/// are billed for part of the period, are gathered from the full facts.
pub(crate) async fn frozen_bills(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    range: (AccountId, AccountId),
) -> Result<Vec<Gathered>, Fault> {
    let mut amounts = amounts_between(read, range, run.period).await?;
    let units = amounts.iter().map(|(unit, _)| unit.clone()).collect();
    let Some(unit) = common_unit(read, run, book, (range, units)).await? else {
        return gather_fully(read, run, book, range).await;
    };
    let odd = store::odd_accounts(read, run.id, range, run.period).await?;
    let items = store::plain_items(read, run.id, range).await?;
    let used: Vec<Amount> = amounts.pop().map_or_else(Vec::new, |(_, amounts)| amounts);
    let mut used = used.chunk_by(|one, next| one.account == next.account).peekable();
    let mut bills = Vec::with_capacity(items.len());
    let mut to_gather = Vec::new();
    for items in items.chunk_by(|one, next| one.account == next.account) {
        let account = items[0].account;
        while used.next_if(|rows| rows[0].account < account).is_some() {}
        let used = used.next_if(|rows| rows[0].account == account).unwrap_or_default();
        if odd.contains(&account) || !is_same(items, used) {
            to_gather.push((bills.len(), account));
        }
        bills.push(Gathered { now: plain_bill(items, run.period, unit), is_as_frozen: true });
    }
    if ONE_BY_ONE < to_gather.len() {
        return gather_fully(read, run, book, range).await;
    }
    for (place, account) in to_gather {
        let only = (account, AccountId(account.0 + 1));
        match gather_fully(read, run, book, only).await?.pop() {
            Some(bill) => bills[place] = bill,
            None => bills[place].is_as_frozen = false,
        }
    }
    Ok(bills)
}

/// The unit that all items and all consumption of some accounts have (`units` are those of
/// consumption), when every item also has the version that holds now; `None` when the accounts must
/// be looked at in full.
async fn common_unit(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    (range, mut units): ((AccountId, AccountId), Vec<String>),
) -> Result<Option<Unit>, Fault> {
    for (unit, schedule, version) in store::item_shapes(read, run.id, range).await? {
        if book.version_for(&schedule, run.bill_on, run.period).map(|version| version.0) != version {
            return Ok(None);
        }
        units.extend(unit);
    }
    units.sort_unstable();
    units.dedup();
    match &units[..] {
        [unit] => Ok(Unit::parse(unit).ok()),
        _ => Ok(None),
    }
}

fn is_same(items: &[PlainItem], used: &[Amount]) -> bool {
    let frozen = items.iter().filter(|item| item.consumption.is_some());
    let is_of = |item: &PlainItem, used: &Amount| {
        item.consumption == Some(used.consumption)
            && item.steps == Some(used.steps)
            && item.service_point == Some(used.service_point)
    };
    frozen.clone().count() == used.len() && frozen.into_iter().all(|item| used.iter().any(|used| is_of(item, used)))
}

fn plain_bill(items: &[PlainItem], period: Period, unit: Unit) -> BillInputs {
    let item = |item: &PlainItem| Inputs {
        agreement: item.agreement,
        period,
        version: item.version,
        profile: item.profile,
        consumption: item.consumption,
        quantity: item.steps.map(|steps| Quantity { steps, unit }),
    };
    BillInputs { account: items[0].account, position: items[0].position, items: items.iter().map(item).collect() }
}

/// The same from the full facts of every account.
async fn gather_fully(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    range: (AccountId, AccountId),
) -> Result<Vec<Gathered>, Fault> {
    let facts = store::item_facts(read, run.id, range).await?;
    let used = consumption_between(read, range, run.period).await?;
    let agreements: Vec<&Agreement> = facts.iter().map(|fact| &fact.agreement).collect();
    let matched = match_consumption(&agreements, &used);
    let mut bills: Vec<Gathered> = Vec::with_capacity(facts.len());
    for (fact, used) in facts.iter().zip(matched) {
        let account = fact.agreement.account;
        let now = Inputs::gather(&fact.agreement, used, book, (run.period, run.bill_on));
        if bills.last().is_none_or(|bill| bill.now.account != account) {
            let now = BillInputs { account, position: fact.position, items: Vec::new() };
            bills.push(Gathered { now, is_as_frozen: true });
        }
        let bill = bills.last_mut().expect("one was pushed for the account");
        bill.is_as_frozen &= now.as_ref() == Some(&fact.frozen);
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
