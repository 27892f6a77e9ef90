//! Which extras the bills of a run carry: settlements of what was billed by estimate, and charges by code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, RunId};
use metering::{Consumption, StandingUse};
use revenue::RateBook;

use crate::extra::{BilledLine, Extra, ExtraKind};
use crate::inputs::{BillInputs, Facts, Inputs};
use crate::particulars::Holdings;
use crate::pricing::{add_billed, billed_lines};
use crate::store::{self, BilledService};
use crate::{Agreement, BillRun, RunKind};

/// A service and the first of the days it was billed for.
type Days = (AccountId, AgreementId, NaiveDate);

impl BilledService {
    fn days(&self) -> Days {
        (self.account, self.inputs.agreement, self.inputs.period.from())
    }
}

/// What bills that stand have charged for some days of a service, over all of them.
struct History {
    /// The run that bills the period, whose dates decide rates and parts of the period.
    run: Option<RunId>,
    /// The inputs of the newest bill or settlement of these days.
    last: Inputs,
    /// What was charged, line by line.
    billed: Vec<BilledLine>,
}

/// Adds to the bills of a run what they carry besides their services; `replaced` are the bills they stand for.
pub(crate) async fn add_extras(
    read: &mut Read,
    (run, book): (&BillRun, &RateBook),
    range: (AccountId, AccountId),
    replaced: &BTreeMap<AccountId, RunId>,
    bills: &mut [BillInputs],
) -> Result<(), Fault> {
    let mut extras = settlements(read, (run, book), range, replaced, bills).await?;
    let charged = store::charged_between(read, range, run.of_run).await?;
    let charges = store::charges_between(read, range, run.price_on).await?;
    for charge in charges {
        let Some(period) = charge.days_in(run) else { continue };
        // What only the bill charged that this one takes the place of is charged again.
        let others = charged.get(&(charge.account, charge.id, period.from()));
        let is_charged = others.is_some_and(|runs| runs.iter().any(|run| replaced.get(&charge.account) != Some(run)));
        if !is_charged {
            extras.entry(charge.account).or_default().push(charge.extra(period, run, book));
        }
    }
    for bill in bills {
        bill.extras.extend(extras.remove(&bill.account).unwrap_or_default());
    }
    Ok(())
}

/// The frozen extras of some accounts as they are now. Charges that joined since wait for the next bill; so do
/// settlements, but for those of a bill that is made again: its own days may have been settled meanwhile.
pub(crate) async fn extras_now(
    read: &mut Read,
    (run, book): (&BillRun, &RateBook),
    range: (AccountId, AccountId),
    (frozen, replaced): (&BTreeMap<AccountId, Vec<Extra>>, &BTreeMap<AccountId, RunId>),
    bills: &[BillInputs],
) -> Result<BTreeMap<AccountId, Vec<Extra>>, Fault> {
    let is_made_again = run.kind == RunKind::OffCycle;
    let mut now = match is_made_again {
        true => settlements(read, (run, book), range, replaced, bills).await?,
        false => BTreeMap::new(),
    };
    let accounts: Vec<AccountId> = frozen.keys().copied().collect();
    if accounts.is_empty() {
        return Ok(now);
    }
    let charges = store::charges_between(read, range, run.price_on).await?;
    let truth = Truth::of(read, (run, book), &accounts, replaced).await?;
    for (account, extras) in frozen {
        let of_account = now.entry(*account).or_default();
        for extra in extras {
            let again = match extra.kind {
                ExtraKind::Charge(id) => {
                    let charge = charges.iter().find(|charge| (charge.account, charge.id) == (*account, id));
                    charge.and_then(|charge| Some(charge.extra(charge.days_in(run)?, run, book)))
                }
                ExtraKind::Settlement if is_made_again => None,
                ExtraKind::Settlement => {
                    let days = (*account, extra.inputs.agreement, extra.inputs.period.from());
                    truth.settlement(book, days, own_item(bills, days))
                }
            };
            of_account.extend(again);
        }
    }
    Ok(now)
}

/// The settlements due on some bills: days that were billed by an estimate that is none any more, and days whose own
/// bill is made again while a later bill settled them.
async fn settlements(
    read: &mut Read,
    (run, book): (&BillRun, &RateBook),
    range: (AccountId, AccountId),
    replaced: &BTreeMap<AccountId, RunId>,
    bills: &[BillInputs],
) -> Result<BTreeMap<AccountId, Vec<Extra>>, Fault> {
    let mut extras: BTreeMap<AccountId, Vec<Extra>> = BTreeMap::new();
    if run.kind == RunKind::Charges {
        return Ok(extras);
    }
    let revised = metering::revised_accounts(read, range).await?;
    let on_bill: BTreeSet<AccountId> = bills.iter().map(|bill| bill.account).collect();
    let accounts: Vec<AccountId> =
        on_bill.into_iter().filter(|account| revised.contains(account) || replaced.contains_key(account)).collect();
    if accounts.is_empty() {
        return Ok(extras);
    }
    let truth = Truth::of(read, (run, book), &accounts, replaced).await?;
    for (days, history) in &truth.history {
        let own = own_item(bills, *days);
        let is_due = own.is_some() || truth.released.contains(days) || truth.is_estimate(days.0, &history.last);
        if !is_due {
            continue;
        }
        extras.entry(days.0).or_default().extend(truth.settlement(book, *days, own));
    }
    Ok(extras)
}

/// The service of a run's own period that is billed for these days, if there is one.
fn own_item(bills: &[BillInputs], (account, agreement, from_on): Days) -> Option<&Inputs> {
    let bill = bills.binary_search_by_key(&account, |bill| bill.account).ok()?;
    bills[bill].items.iter().find(|item| item.agreement == agreement && item.period.from() == from_on)
}

/// What some accounts were billed, and what is known now.
struct Truth {
    run: RunId,
    history: BTreeMap<Days, History>,
    agreements: BTreeMap<(AccountId, AgreementId), Agreement>,
    uses: BTreeMap<AccountId, Vec<StandingUse>>,
    runs: BTreeMap<RunId, BillRun>,
    holdings: BTreeMap<NaiveDate, Holdings>,
    /// Days that a replaced bill settled: with it, their settlement goes.
    released: BTreeSet<Days>,
}

impl Truth {
    /// Reads what was billed, without the bills that are replaced, and what is known now.
    async fn of(
        read: &mut Read,
        (run, book): (&BillRun, &RateBook),
        accounts: &[AccountId],
        replaced: &BTreeMap<AccountId, RunId>,
    ) -> Result<Truth, Fault> {
        let runs: BTreeMap<RunId, BillRun> =
            store::all_runs(read).await?.into_iter().map(|run| (run.id, run)).collect();
        let mut services = store::billed_services(read, accounts).await?;
        let is_replaced = |service: &BilledService| replaced.get(&service.account) == Some(&service.run);
        let released = services.iter().filter(|service| is_replaced(service) && service.settled_on.is_some());
        let released = released.map(BilledService::days).collect();
        services.retain(|service| service.run != run.id && !is_replaced(service));
        services.sort_by_key(|service| {
            let bill_on = runs.get(&service.run).map(|run| run.bill_on);
            (bill_on, service.run, service.settled_on.is_some())
        });
        let history = histories(book, &runs, services)?;
        let dates: BTreeSet<NaiveDate> =
            history.values().filter_map(|history| Some(runs.get(&history.run.unwrap_or(run.id))?.price_on)).collect();
        let mut holdings = BTreeMap::new();
        for date in dates {
            holdings.insert(date, store::holdings_of(read, accounts, date).await?);
        }
        let agreements = store::agreements_of(read, accounts).await?;
        let agreements = agreements.into_iter().map(|one| ((one.account, one.id), one)).collect();
        let mut uses: BTreeMap<AccountId, Vec<StandingUse>> = BTreeMap::new();
        for used in metering::standing_uses(read, accounts).await? {
            uses.entry(used.consumption.account).or_default().push(used);
        }
        Ok(Truth { run: run.id, history, agreements, uses, runs, holdings, released })
    }

    /// Whether what was billed last is an estimate of which the days are known better now.
    fn is_estimate(&self, account: AccountId, last: &Inputs) -> bool {
        let uses = self.uses.get(&account).map_or(&[][..], Vec::as_slice);
        let Some(billed) = last.consumption else { return false };
        uses.iter().any(|used| used.estimates.contains(&billed) && used.consumption.id != billed)
    }

    /// The settlement of some days, if their price by what is known now is another than what was billed.
    fn settlement(&self, book: &RateBook, days: Days, own: Option<&Inputs>) -> Option<Extra> {
        let history = self.history.get(&days)?;
        // Where only settlements stand, the bill of the days themselves is being made by this run.
        let run = match history.run {
            Some(run) => self.runs.get(&run)?,
            None => own.and(self.runs.get(&self.run))?,
        };
        let agreement = self.agreements.get(&(days.0, days.1))?;
        let uses = self.uses.get(&days.0).map_or(&[][..], Vec::as_slice);
        let used = uses.iter().rev().find(|used| used.is_of(agreement.service_point, days.2));
        let used: Option<&Consumption> = used.map(|used| &used.consumption);
        let none = Holdings::default();
        let holdings = self.holdings.get(&run.price_on).unwrap_or(&none);
        let inputs = Inputs::gather(agreement, used, &Facts { run, book, holdings })?;
        let mut billed = history.billed.clone();
        if let Some(own) = own {
            for line in billed_lines(book, run.price_on, own).ok()? {
                add_billed(&mut billed, &line);
            }
        }
        billed.retain(|line| !line.cents.is_zero());
        let mut difference = billed_lines(book, run.price_on, &inputs).ok()?;
        for line in &billed {
            add_billed(&mut difference, &BilledLine { cents: -line.cents, ..line.clone() });
        }
        let is_settled = difference.iter().all(|line| line.cents.is_zero());
        let is_extra = !is_settled && (own.is_none() || history.billed.iter().any(|line| !line.cents.is_zero()));
        is_extra.then_some(Extra { kind: ExtraKind::Settlement, price_on: run.price_on, inputs, billed })
    }
}

/// Adds up what bills charged, for each service and first day.
fn histories(
    book: &RateBook,
    runs: &BTreeMap<RunId, BillRun>,
    services: Vec<BilledService>,
) -> Result<BTreeMap<Days, History>, Fault> {
    let mut histories: BTreeMap<Days, History> = BTreeMap::new();
    for service in services {
        let run = runs.get(&service.run).ok_or_else(|| Fault::new("a bill has no run"))?;
        let days = service.days();
        let price_on = service.settled_on.unwrap_or(run.price_on);
        let lines = billed_lines(book, price_on, &service.inputs)
            .map_err(|exception| Fault::new(format!("pricing again what was billed: {}", exception.detail)))?;
        let history = histories.entry(days).or_insert_with(|| History {
            run: None,
            last: service.inputs.clone(),
            billed: Vec::new(),
        });
        if service.settled_on.is_none() {
            history.run = Some(run.id);
        }
        history.last = service.inputs;
        for line in lines {
            add_billed(&mut history.billed, &line);
        }
        for line in Extra::parse_billed(&service.billed)? {
            add_billed(&mut history.billed, &BilledLine { cents: -line.cents, ..line });
        }
    }
    Ok(histories)
}
