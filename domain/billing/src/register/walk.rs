//! Walking through a run's bills, a chunk at a time: everything a register sums, from the inputs that were frozen.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use finance::Window;
use kernel::{AccountId, AgreementId, BillNumber, Cents, ConsumptionId, Quantity, Unit};
use metering::RegisteredUse;
use revenue::RateBook;

use super::bills::{BillCount, BillCounts, Facts};
use super::comparison::Figures;
use super::receivables::Receivables;
use super::replaced::{ReplacedBill, replaced_bills};
use super::taxes::{Taxes, Way};
use crate::pricing::price;
use crate::store::RunTally;
use crate::stretch::stretches;
use crate::tally::Tallies;
use crate::{BillInputs, BillRun, Limits, PricedBill, store};

/// What all bills of a run come to.
pub(crate) struct RunSums {
    pub(crate) counts: BillCounts,
    /// What the bills that go out come to.
    pub(crate) total: Cents,
    /// The charges of bills that go out.
    pub(crate) charges: Vec<RunTally>,
    /// The charges of all bills, held ones too: what the trial tallied.
    pub(crate) all: Vec<RunTally>,
    pub(crate) used: UseSums,
    /// The taxes of bills that go out, less those of the bills they replace.
    pub(crate) taxes: Taxes,
    /// The charges of the bills that are replaced.
    pub(crate) taken_back: Vec<RunTally>,
    /// These bills, each with what the new one comes to; by account.
    pub(crate) replaced: Vec<(ReplacedBill, Cents)>,
}

/// Service, class and unit; then registered and billed steps.
pub(crate) type UseSums = BTreeMap<(String, String, Unit), (i64, i64)>;

/// What a walk needs besides the run.
pub(crate) struct Walk<'a> {
    pub(crate) book: &'a RateBook,
    pub(crate) held: BTreeSet<AccountId>,
    /// The service of each rate schedule.
    pub(crate) services: BTreeMap<String, String>,
}

/// Sums on their way through the chunks.
#[derive(Default)]
struct Sums {
    counts: BillCounts,
    total: Cents,
    charges: Tallies,
    all: Tallies,
    used: UseSums,
    taxes: Taxes,
    taken_back: Tallies,
    replaced: Vec<(ReplacedBill, Cents)>,
}

/// The bills of a chunk, priced.
struct Priced<'a> {
    stretches: Vec<(AccountId, AccountId)>,
    bills: &'a [BillInputs],
    priced: Vec<PricedBill<'a>>,
}

/// The service of each agreement of a chunk; empty for what is owed by the account as a whole.
#[derive(Default)]
struct Services<'a>(BTreeMap<AgreementId, &'a str>);

impl<'a> Services<'a> {
    fn of(&self, agreement: Option<AgreementId>) -> &'a str {
        agreement.and_then(|agreement| self.0.get(&agreement)).copied().unwrap_or_default()
    }
}

impl<'a> Walk<'a> {
    /// A walk through the bills of a run.
    pub(crate) async fn of(read: &mut Read, run: &BillRun, book: &'a RateBook) -> Result<Walk<'a>, Fault> {
        let held = store::held_accounts(read, run.id).await?.into_keys().collect();
        Ok(Walk { book, held, services: revenue::schedule_codes(read).await? })
    }

    /// Sums a run; with `books` also what its accounts owe, from what moved in the window.
    pub(crate) async fn sum(
        &self,
        read: &mut Read,
        run: &BillRun,
        mut books: Option<(&mut Receivables<'_>, Window)>,
    ) -> Result<RunSums, Fault> {
        let mut sums = Sums::default();
        for chunk in acts::chunks(read, run.prepare_order).await? {
            let range = (AccountId(chunk.from), AccountId(chunk.to));
            let bills = store::bills_between(read, run, range).await?;
            let stretches = stretches(bills.iter().map(|bill| bill.account));
            let mut used: BTreeMap<ConsumptionId, RegisteredUse> = BTreeMap::new();
            for range in &stretches {
                let registered = metering::registered_between(read, *range, run.period).await?;
                used.extend(registered.into_iter().map(|used| (used.consumption, used)));
            }
            let priced = bills.iter().map(|bill| price(self.book, &Limits::new(), bill)).collect();
            let chunk = Priced { stretches, bills: &bills, priced };
            for bill in bills.iter().zip(&chunk.priced) {
                self.add(&mut sums, bill, &used);
            }
            let services = match &mut books {
                Some((receivables, window)) => self.roll(read, &chunk, (receivables, *window)).await?,
                None => Services::default(),
            };
            let receivables = books.as_mut().map(|(receivables, _)| &mut **receivables);
            self.take_back(read, run, (&chunk, &services), (&mut sums, receivables)).await?;
        }
        Ok(RunSums {
            counts: sums.counts,
            total: sums.total,
            charges: sums.charges.into_rows(),
            all: sums.all.into_rows(),
            used: sums.used,
            taxes: sums.taxes,
            taken_back: sums.taken_back.into_rows(),
            replaced: sums.replaced,
        })
    }

    /// Adds what the accounts `from..to` of a run owe; gives back the numbers of their bills.
    pub(crate) async fn roll_between(
        &self,
        read: &mut Read,
        (run, range): (&BillRun, (AccountId, AccountId)),
        (receivables, window): (&mut Receivables<'_>, Window),
    ) -> Result<BTreeMap<AccountId, BillNumber>, Fault> {
        let bills = store::bills_between(read, run, range).await?;
        let priced = bills.iter().map(|bill| price(self.book, &Limits::new(), bill)).collect();
        let chunk = Priced { stretches: stretches(bills.iter().map(|bill| bill.account)), bills: &bills, priced };
        let services = self.roll(read, &chunk, (receivables, window)).await?;
        self.take_back(read, run, (&chunk, &services), (&mut Sums::default(), Some(receivables))).await?;
        let number = |bill: &BillInputs| BillNumber { run: run.number, position: bill.position };
        Ok(bills.iter().map(|bill| (bill.account, number(bill))).collect())
    }

    fn add(
        &self,
        sums: &mut Sums,
        (bill, priced): (&BillInputs, &PricedBill<'_>),
        used: &BTreeMap<ConsumptionId, RegisteredUse>,
    ) {
        let uses = || bill.items.iter().filter_map(|item| used.get(&item.consumption?));
        let is_held = self.held.contains(&bill.account);
        let facts = Facts { is_held, is_estimated: uses().any(|used| used.is_estimated) };
        sums.counts.count(BillCount::of(bill, priced.total, facts));
        sums.all.add(self.book, bill, priced);
        if is_held {
            return;
        }
        sums.total += priced.total;
        sums.charges.add(self.book, bill, priced);
        sums.taxes.add(self.book, (bill, priced), Way::Charged);
        for item in &bill.items {
            let Some(billed) = item.quantity else { continue };
            let version = item.version.and_then(|id| self.book.version(id));
            let service = version.map_or_else(String::new, |version| version.schedule.service.clone());
            let class = self.book.profile(item.profile).map_or_else(String::new, |profile| profile.class.clone());
            let used = item.consumption.and_then(|id| used.get(&id));
            let sum = sums.used.entry((service, class, billed.unit)).or_default();
            *sum = (sum.0 + registered(used, billed).steps, sum.1 + billed.steps);
        }
    }

    /// Adds what the accounts of a chunk owe: what the bills that go out charge them, and what moved in the window.
    /// Gives back which agreement is for which service.
    async fn roll(
        &self,
        read: &mut Read,
        chunk: &Priced<'_>,
        (receivables, window): (&mut Receivables<'_>, Window),
    ) -> Result<Services<'_>, Fault> {
        let in_run: BTreeSet<AccountId> = chunk.bills.iter().map(|bill| bill.account).collect();
        let (mut owed, mut moved, mut services) = (Vec::new(), Vec::new(), Services::default());
        for range in &chunk.stretches {
            owed.extend(finance::owed_before(read, *range, window).await?);
            moved.extend(finance::movements_between(read, *range, window).await?);
            for (agreement, schedule) in store::schedules_between(read, *range).await? {
                services.0.insert(agreement, self.services.get(&schedule).map_or("", String::as_str));
            }
        }
        for owed in owed.iter().filter(|owed| in_run.contains(&owed.account)) {
            receivables.open(services.of(owed.agreement), owed);
        }
        for movement in moved.iter().filter(|movement| in_run.contains(&movement.account)) {
            receivables.move_by(services.of(movement.agreement), movement);
        }
        for (bill, priced) in self.going_out(chunk) {
            for line in &priced.lines {
                let service = services.of(Some(bill.item(line.item).agreement));
                receivables.bill((bill.account, service), &line.place, line.cents);
            }
        }
        Ok(services)
    }

    /// Takes off what the bills that are replaced charged, as posting takes them back: line by line.
    async fn take_back(
        &self,
        read: &mut Read,
        run: &BillRun,
        (chunk, services): (&Priced<'_>, &Services<'_>),
        (sums, mut receivables): (&mut Sums, Option<&mut Receivables<'_>>),
    ) -> Result<(), Fault> {
        let new: BTreeMap<AccountId, Cents> =
            self.going_out(chunk).map(|(bill, priced)| (bill.account, priced.total)).collect();
        let going_out = new.keys().copied().collect();
        for (old, bill) in replaced_bills(read, run, &chunk.stretches, &going_out).await? {
            let priced = price(self.book, &Limits::new(), &bill);
            if priced.total != old.total {
                let words = format!("what was frozen for bill {} no longer comes to what it charged", old.number);
                return Err(Fault::new(words));
            }
            sums.taken_back.add(self.book, &bill, &priced);
            sums.taxes.add(self.book, (&bill, &priced), Way::TakenBack);
            for line in &priced.lines {
                let service = services.of(Some(bill.item(line.item).agreement));
                if let Some(receivables) = &mut receivables {
                    receivables.take_back((bill.account, service), &line.place, line.cents);
                }
            }
            let is = new.get(&old.account).copied().unwrap_or_default();
            sums.replaced.push((old, is));
        }
        Ok(())
    }

    /// The bills of a chunk that go out.
    fn going_out<'b>(
        &self,
        chunk: &'b Priced<'b>,
    ) -> impl Iterator<Item = (&'b BillInputs, &'b PricedBill<'b>)> + use<'_, 'a, 'b> {
        chunk.bills.iter().zip(&chunk.priced).filter(|(bill, _)| !self.held.contains(&bill.account))
    }
}

/// What meters registered of what is billed: of an estimate what they were read for, which may be nothing. Where no meter of
/// ours was read, the figure that came in is what was registered.
fn registered(used: Option<&RegisteredUse>, billed: Quantity) -> Quantity {
    match used {
        Some(RegisteredUse { registered: Some(registered), .. }) => *registered,
        Some(RegisteredUse { registered: None, is_estimated: true, .. }) => Quantity::zero(billed.unit),
        Some(RegisteredUse { registered: None, is_estimated: false, .. }) | None => billed,
    }
}

impl RunSums {
    /// What another run is compared with.
    pub(crate) fn figures(&self) -> Figures {
        let mut charged: BTreeMap<String, Cents> = BTreeMap::new();
        for row in self.charges.iter().filter(|row| !row.revenue_code.is_empty()) {
            *charged.entry(row.revenue_code.clone()).or_default() += Cents(row.cents);
        }
        let mut used: BTreeMap<(String, Unit), Quantity> = BTreeMap::new();
        for ((service, _, unit), (_, billed)) in &self.used {
            used.entry((service.clone(), *unit)).or_insert(Quantity::zero(*unit)).steps += billed;
        }
        Figures { counts: self.counts.clone(), used, charged }
    }

    /// Refuses to go on where the trial charged something else, which only a change past the rules can bring about.
    pub(crate) fn check(
        &self,
        run: &BillRun,
        tallied: &[RunTally],
        (tried, held): (Cents, Cents),
    ) -> Result<(), Fault> {
        let sorted = |rows: &[RunTally]| {
            let mut rows = rows.to_vec();
            rows.retain(|row| (row.item_count, row.steps, row.cents) != (0, 0, 0));
            rows.sort_unstable();
            rows
        };
        if sorted(&self.all) == sorted(tallied) && self.total + held == tried {
            return Ok(());
        }
        Err(Fault::new(format!("the frozen bills of run {} no longer come to what its trial charged", run.number)))
    }
}
