//! Gathering a chunk's facts: one ordered query per table, merged in memory.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Period, Quantity, RateVersionId, RunId, Unit};
use metering::{Amount, amounts_between, consumption_between};
use revenue::RateBook;

use crate::inputs::{BillInputs, Facts, Inputs, match_consumption};
use crate::settle::{add_extras, extras_now};
use crate::store::{self, PlainItem, Scoped};
use crate::{Agreement, BillRun, DueRule, RunKind};

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
    let scope = match run.kind {
        RunKind::Regular => None,
        RunKind::OffCycle | RunKind::Charges => Some(store::scope_between(read, run.id, range).await?),
    };
    let mut bills = match run.kind {
        RunKind::Regular | RunKind::OffCycle => service_bills(read, (run, rule), book, range, first).await?,
        RunKind::Charges => Vec::new(),
    };
    if let Some(scope) = &scope {
        bills = scoped_bills(run, scope, bills);
    }
    add_extras(read, (run, book), range, &replaced_by(scope.as_deref().unwrap_or_default()), &mut bills).await?;
    Ok(bills)
}

/// The bill that a run beside the cycle would make of an account today, in place of the one of another run.
pub(crate) async fn bill_again(
    read: &mut Read,
    (run, rule): (&BillRun, DueRule),
    book: &RateBook,
    (account, replaces): (AccountId, RunId),
) -> Result<BillInputs, Fault> {
    let range = (account, AccountId(account.0 + 1));
    let mut bills = service_bills(read, (run, rule), book, range, 1).await?;
    if bills.is_empty() {
        bills.push(BillInputs::empty(account, 1, run.price_on));
    }
    add_extras(read, (run, book), range, &BTreeMap::from([(account, replaces)]), &mut bills).await?;
    bills.pop().ok_or_else(|| Fault::new("a bill made again is none"))
}

/// The bills of the accounts an off-cycle run is for, in the order of its scope; one with no service left is empty.
fn scoped_bills(run: &BillRun, scope: &[Scoped], bills: Vec<BillInputs>) -> Vec<BillInputs> {
    let mut by_account: BTreeMap<AccountId, BillInputs> = bills.into_iter().map(|bill| (bill.account, bill)).collect();
    let scoped = |one: &Scoped| match by_account.remove(&one.account) {
        Some(bill) => BillInputs { position: one.position, ..bill },
        None => BillInputs::empty(one.account, one.position, run.price_on),
    };
    scope.iter().map(scoped).collect()
}

/// Which bill each account's new one takes the place of.
fn replaced_by(scope: &[Scoped]) -> BTreeMap<AccountId, RunId> {
    scope.iter().filter_map(|one| Some((one.account, one.replaces?))).collect()
}

/// The bills for the services of a cycle that are due.
async fn service_bills(
    read: &mut Read,
    (run, rule): (&BillRun, DueRule),
    book: &RateBook,
    range: (AccountId, AccountId),
    first: i64,
) -> Result<Vec<BillInputs>, Fault> {
    let agreements = store::agreements_between(read, run.cycle, range, run.period).await?;
    let used = consumption_between(read, range, run.period).await?;
    let holdings = store::holdings(read, range, run.price_on).await?;
    let facts = Facts { run, book, holdings: &holdings };
    let borrowed: Vec<&Agreement> = agreements.iter().collect();
    let matched = match_consumption(&borrowed, &used);
    let mut bills: Vec<BillInputs> = Vec::new();
    for (agreement, used) in agreements.iter().zip(matched) {
        let Some(item) = Inputs::gather(agreement, used, &facts) else { continue };
        let is_due = match rule {
            DueRule::EveryPeriod => true,
            // What is not measured is due in every period, read or not.
            DueRule::WhenRead => {
                item.consumption.is_some() || is_unmeasured(book, (run.period, run.price_on), agreement)
            }
        };
        if !is_due {
            continue;
        }
        match bills.last_mut() {
            Some(bill) if bill.account == agreement.account => bill.items.push(item),
            _ => {
                let position = first + i64::try_from(bills.len()).map_err(|_| Fault::new("too many bills"))?;
                let mut bill = BillInputs::empty(agreement.account, position, run.price_on);
                bill.items.push(item);
                bills.push(bill);
            }
        }
    }
    Ok(bills)
}

/// Whether the rates of an agreement charge the same whatever is used.
pub(crate) fn is_unmeasured(book: &RateBook, (run, bill_on): (Period, NaiveDate), agreement: &Agreement) -> bool {
    let Some(period) = agreement.days_in(run) else { return false };
    let parts = book.versions_for(&agreement.schedule, bill_on, period);
    let needs_no_use = |(version, _): &(RateVersionId, Period)| {
        let plan = book.plan(*version, agreement.profile, (bill_on, period));
        matches!(plan, Some(Ok(plan)) if !plan.plan.needs().usage)
    };
    !parts.is_empty() && parts.iter().all(needs_no_use)
}

/// The bills that a run froze for accounts `from..to`, with their inputs as they are now.
///
/// Most inputs are what was frozen. That is found out in bulk: the engine lists the accounts whose
/// agreements differ, and consumption is compared by place, id and amount. Only accounts that differ, are
/// billed for part of the period, or have quantities or exemptions are gathered from the full facts.
pub(crate) async fn frozen_bills(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    range: (AccountId, AccountId),
) -> Result<Vec<Gathered>, Fault> {
    if run.kind != RunKind::Regular {
        return gather_fully(read, run, book, range).await;
    }
    let mut odd = store::accounts_with_holdings(read, range).await?;
    if !odd.is_empty() {
        let billed = store::accounts_billed(read, run.id, range).await?;
        if ONE_BY_ONE < billed.intersection(&odd).count() {
            return gather_fully(read, run, book, range).await;
        }
    }
    let mut amounts = amounts_between(read, range, run.period).await?;
    let units = amounts.iter().map(|(unit, _)| unit.clone()).collect();
    let Some(unit) = common_unit(read, run, book, (range, units)).await? else {
        return gather_fully(read, run, book, range).await;
    };
    odd.extend(store::odd_accounts(read, run.id, range, run.period).await?);
    odd.extend(store::accounts_with_extras(read, run.id, range).await?);
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
        bills.push(Gathered { now: plain_bill(items, run, unit), is_as_frozen: true });
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
        let holds = match book.versions_for(&schedule, run.price_on, run.period)[..] {
            [] => None,
            [(version, _)] => Some(version.0),
            // Rates change within the period: every service has particulars.
            [_, _, ..] => return Ok(None),
        };
        if holds != version {
            return Ok(None);
        }
        units.extend(unit);
    }
    units.sort_unstable();
    units.dedup();
    match &units[..] {
        [unit] => Ok(Unit::parse(unit).ok()),
        // Nothing is measured.
        [] => Ok(Some(Unit::Each)),
        _ => Ok(None),
    }
}

/// Whether items and consumption of an account are the same; several services may be priced by one meter.
fn is_same(items: &[PlainItem], used: &[Amount]) -> bool {
    let is_of = |item: &PlainItem, used: &Amount| {
        item.consumption == Some(used.consumption)
            && item.steps == Some(used.steps)
            && item.service_point == Some(used.service_point)
    };
    let mut frozen = items.iter().filter(|item| item.consumption.is_some());
    frozen.all(|item| used.iter().any(|used| is_of(item, used)))
        && used.iter().all(|used| items.iter().any(|item| is_of(item, used)))
}

fn plain_bill(items: &[PlainItem], run: &BillRun, unit: Unit) -> BillInputs {
    let item = |item: &PlainItem| Inputs {
        agreement: item.agreement,
        period: run.period,
        version: item.version,
        profile: item.profile,
        consumption: item.consumption,
        quantity: item.steps.map(|steps| Quantity { steps, unit }),
        particulars: None,
    };
    let (account, position) = (items[0].account, items[0].position);
    BillInputs { items: items.iter().map(item).collect(), ..BillInputs::empty(account, position, run.price_on) }
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
    let holdings = store::holdings(read, range, run.price_on).await?;
    let by = Facts { run, book, holdings: &holdings };
    let agreements: Vec<&Agreement> = facts.iter().map(|fact| &fact.agreement).collect();
    let matched = match_consumption(&agreements, &used);
    let mut bills: Vec<Gathered> = Vec::with_capacity(facts.len());
    for (fact, used) in facts.iter().zip(matched) {
        let account = fact.agreement.account;
        let now = Inputs::gather(&fact.agreement, used, &by);
        if bills.last().is_none_or(|bill| bill.now.account != account) {
            let now = BillInputs::empty(account, fact.position, run.price_on);
            bills.push(Gathered { now, is_as_frozen: true });
        }
        let bill = bills.last_mut().expect("one was pushed for the account");
        bill.is_as_frozen &= now.as_ref() == Some(&fact.frozen);
        bill.now.items.extend(now);
    }
    gather_extras(read, (run, book), range, bills).await
}

/// Adds to bills the extras that were frozen, as they are now; an off-cycle run also has bills without a service.
async fn gather_extras(
    read: &mut Read,
    (run, book): (&BillRun, &RateBook),
    range: (AccountId, AccountId),
    mut bills: Vec<Gathered>,
) -> Result<Vec<Gathered>, Fault> {
    let mut replaced = BTreeMap::new();
    if run.kind != RunKind::Regular {
        let scope = store::scope_between(read, run.id, range).await?;
        replaced = replaced_by(&scope);
        let there: BTreeSet<AccountId> = bills.iter().map(|bill| bill.now.account).collect();
        for one in scope.iter().filter(|one| !there.contains(&one.account)) {
            let now = BillInputs::empty(one.account, one.position, run.price_on);
            bills.push(Gathered { now, is_as_frozen: true });
        }
        bills.sort_by_key(|bill| bill.now.account);
    }
    let frozen = store::extras_between(read, run.id, range).await?;
    // A bill made again settles what other bills settle for its days, whenever they were made.
    if frozen.is_empty() && run.kind != RunKind::OffCycle {
        return Ok(bills);
    }
    let services: Vec<BillInputs> = bills.iter().map(|bill| bill.now.clone()).collect();
    let mut now = extras_now(read, (run, book), range, (&frozen, &replaced), &services).await?;
    for bill in &mut bills {
        let extras = now.remove(&bill.now.account).unwrap_or_default();
        bill.is_as_frozen &= frozen.get(&bill.now.account).map_or(&[][..], Vec::as_slice) == extras;
        bill.now.extras = extras;
    }
    Ok(bills)
}
