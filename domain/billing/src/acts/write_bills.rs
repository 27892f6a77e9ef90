//! Writes the bills of a chunk: journals, statements, due dates, and the bills they take the place of.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Entry, Failure, refuse};
use chrono::NaiveDate;
use db::Fault;
use finance::{JournalEntry, JournalKey};
use kernel::{AccountId, AgreementId, BillNumber, Cents, JournalId, RunId};
use ledger::{Chart, Journal, JournalKind, Posting};
use revenue::{RateBook, charge_posting};

use super::RunRefused;
use super::post_run::{Again, PostedChunk};
use super::reverse_adjustment::take_back_adjustments;
use crate::again::refresh_bills_again;
use crate::calendar::Terms;
use crate::stage::Stages;
use crate::statement::{Standing, Statement};
use crate::store::{self, Scoped, WrittenBill};
use crate::stretch::stretches;
use crate::{BillRun, RunKind, StoredBill};

/// What the bills of a chunk are written with, besides their prices.
pub(super) struct Writing<'a> {
    run: &'a BillRun,
    book: &'a RateBook,
    chart: Chart,
    terms: Terms,
    days_to_pay: i64,
    stages: Stages,
    /// The bills that are replaced, by account.
    replaced: BTreeMap<AccountId, StoredBill>,
}

impl<'a> Writing<'a> {
    pub(super) async fn of(
        entry: &mut Entry,
        run: &'a BillRun,
        book: &'a RateBook,
        range: (AccountId, AccountId),
    ) -> Result<Writing<'a>, Failure> {
        let cycles = store::cycles(entry).await?;
        let days_to_pay = cycles.iter().find(|cycle| cycle.id == run.cycle).map_or(0, |cycle| cycle.days_to_pay);
        Ok(Writing {
            run,
            book,
            chart: finance::chart(entry).await?,
            terms: store::terms(entry).await?,
            days_to_pay,
            stages: Stages::of(entry, run, range).await?,
            replaced: replaced(entry, run, range).await?,
        })
    }

    /// Takes back what is replaced, then writes the bills with their journals and statements.
    pub(super) async fn write(&self, entry: &mut Entry, bills: &[&Again<'_>]) -> Result<PostedChunk, Failure> {
        self.take_back(entry, bills).await?;
        let standings = self.standings(entry, bills).await?;
        let mut ids = entry.ids("journal", bills.len()).await?;
        let mut outcome = PostedChunk::default();
        let mut journals = Vec::with_capacity(bills.len());
        let (mut written, mut statements) = (Vec::with_capacity(bills.len()), Vec::with_capacity(bills.len()));
        for bill in bills {
            let account = bill.inputs.account;
            let id: JournalId = ids.take();
            let journal = journal_of(self.run, bill, id);
            outcome.bills += 1;
            outcome.postings += i64::try_from(journal.journal().postings.len()).unwrap_or(i64::MAX);
            outcome.total_cents += bill.priced.total.0;
            journals.push(journal);
            written.push(WrittenBill { bill: &bill.tried, due_on: self.due_on(bill), journal: id });
            let kind = (self.stages.stage(account), self.stages.is_estimated(&bill.inputs));
            let standing = standings.get(&account).copied().unwrap_or_default();
            let replaces = self.replaced.get(&account).map(|bill| bill.run);
            statements.push((account, Statement::of(standing, bill.priced.total, kind), replaces));
        }
        finance::write_journals(entry, &self.chart, &journals).await?;
        store::insert_bills(entry, self.run, &written).await?;
        store::insert_statements(entry, self.run.id, &statements).await?;
        // A bill of the cycle is made from what is so; only those that are made again put right what was not.
        if self.run.kind == RunKind::OffCycle {
            let accounts = bills.iter().map(|bill| bill.inputs.account).collect();
            refresh_bills_again(entry, &accounts).await?;
        }
        Ok(outcome)
    }

    /// Reverses the bills that these take the place of; in a locked month by the earliest open one.
    async fn take_back(&self, entry: &mut Entry, bills: &[&Again<'_>]) -> Result<(), Failure> {
        let mut keys: BTreeSet<JournalKey> = BTreeSet::new();
        let mut by_run: BTreeMap<RunId, Vec<&StoredBill>> = BTreeMap::new();
        for bill in bills {
            let Some(old) = self.replaced.get(&bill.inputs.account) else { continue };
            if old.cancelled_by.is_some() {
                let named = customers::accounts_by_id(entry, &[old.account]).await?;
                let account = named.values().map(|account| account.number.to_string()).collect();
                return refuse(RunRefused::ReplacedAlready { run: self.run.number, account });
            }
            keys.insert((old.account, old.journal));
            by_run.entry(old.run).or_default().push(old);
        }
        let reversed = finance::reverse_journals(entry, &self.chart, &keys, self.run.gl_on).await?;
        let reason = format!("made again by run {}", self.run.number);
        for (run, bills) in by_run {
            let reversal = |bill: &&StoredBill| Some((bill.account, reversed.get(&bill.journal).copied()?));
            let reversals: Vec<(AccountId, JournalId)> = bills.iter().filter_map(reversal).collect();
            if reversals.len() != bills.len() {
                return Err(Fault::new("a bill's journal was not reversed").into());
            }
            store::insert_cancellations(entry, run, (self.run.gl_on, &reason), &reversals).await?;
            let accounts: BTreeSet<AccountId> = reversals.iter().map(|(account, _)| *account).collect();
            let (Some(first), Some(last)) = (accounts.first(), accounts.last()) else { continue };
            let range = (*first, AccountId(last.0 + 1));
            take_back_adjustments(entry, &self.chart, (run, range), &accounts).await?;
        }
        Ok(())
    }

    /// What each account's statement is made from, once what is replaced was taken back.
    async fn standings(&self, entry: &mut Entry, bills: &[&Again<'_>]) -> Result<BTreeMap<AccountId, Standing>, Fault> {
        let mut standings: BTreeMap<AccountId, Standing> = BTreeMap::new();
        for (from, to) in stretches(bills.iter().map(|bill| bill.inputs.account)) {
            for (account, balance) in finance::balances_between(entry, from, to).await? {
                standings.entry(account).or_default().balance = balance;
            }
            for (account, payments) in finance::payments_between(entry, from, to).await? {
                standings.entry(account).or_default().payments = payments;
            }
            for (account, last) in store::last_statements(entry, (from, to)).await? {
                standings.entry(account).or_default().last = Some(last);
            }
            for (account, not_due) in store::not_due_between(entry, (from, to), self.run.bill_on).await? {
                standings.entry(account).or_default().not_due = not_due;
            }
        }
        Ok(standings)
    }

    /// When a bill is due: a full term from its own date; one made again for no more than before keeps its date.
    fn due_on(&self, bill: &Again<'_>) -> NaiveDate {
        let profiles = bill.inputs.all().filter_map(|(item, _)| self.book.profile(item.profile));
        let days = self.terms.days_for(profiles.map(|profile| profile.class.as_str()), self.days_to_pay);
        let full = self.terms.due_on(self.run.bill_on, days);
        match self.replaced.get(&bill.inputs.account) {
            Some(old) if bill.priced.total <= old.total => old.due_on,
            Some(_) | None => full,
        }
    }
}

/// The bills that an off-cycle run replaces among some accounts.
async fn replaced(
    entry: &mut Entry,
    run: &BillRun,
    range: (AccountId, AccountId),
) -> Result<BTreeMap<AccountId, StoredBill>, Fault> {
    if run.kind == RunKind::Regular {
        return Ok(BTreeMap::new());
    }
    let scope: Vec<Scoped> = store::scope_between(entry, run.id, range).await?;
    let replaces: BTreeSet<(AccountId, RunId)> =
        scope.iter().filter_map(|one| Some((one.account, one.replaces?))).collect();
    let mut bills = Vec::new();
    for range in stretches(replaces.iter().map(|(account, _)| *account)) {
        bills.extend(store::bill_rows_between(entry, range).await?);
    }
    let is_replaced = |bill: &StoredBill| replaces.contains(&(bill.account, bill.run));
    Ok(bills.into_iter().filter(is_replaced).map(|bill| (bill.account, bill)).collect())
}

/// The journal of a bill: a posting for every line that is not zero, and for what the city bears of it.
fn journal_of(run: &BillRun, bill: &Again<'_>, id: JournalId) -> JournalEntry {
    let account = bill.inputs.account;
    let posted = |(agreement, posting): (AgreementId, Option<Posting>)| Some((Some(agreement), posting?));
    let lines = bill.priced.lines.iter();
    let (agreements, postings): (Vec<Option<AgreementId>>, Vec<Posting>) = lines
        .map(|line| (bill.inputs.item(line.item).agreement, charge_posting(account, &line.place, line.cents)))
        .filter_map(posted)
        .unzip();
    let number = BillNumber { run: run.number, position: bill.inputs.position };
    let journal =
        Journal { id, kind: JournalKind::Bill, gl_on: run.gl_on, reverses: None, tender: Cents::ZERO, postings };
    JournalEntry::new(account, number.to_string(), journal, agreements)
}
