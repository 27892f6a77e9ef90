//! Receivables by age: what customers owe on a day, by how long it has been due.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::JournalEntry;
use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId};
use ledger::{Chart, Control};
use reports::{Cell, Kind, Report, Section};

use crate::due::age_of;
use crate::register::named;
use crate::{CHUNK_ACCOUNTS, store};

/// What customers owe on a day.
///
/// What a bill charges is as old as the bill has been due; what was charged otherwise is as old as its GL date. A bill
/// that was cancelled by then is not there, nor is anything else that was taken back. Credits of an account reduce what
/// it owes for the same service in the same fund, the oldest first; what they leave over is a credit.
#[derive(Clone, Debug)]
pub struct Aging {
    /// The day.
    pub as_of: NaiveDate,
    /// By service, fund and receivable.
    pub lines: Vec<AgedLine>,
}

/// What is owed for one service in one fund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedLine {
    /// The service; empty for what is owed by the account as a whole.
    pub service: String,
    /// The code of the fund.
    pub fund: String,
    /// The code and name of the receivable.
    pub receivable: String,
    /// By age: not past due, past due 1 to 30 days, 31 to 60, 61 to 90, longer.
    pub by_age: [Cents; 5],
    /// What accounts have to their credit; never positive.
    pub credits: Cents,
}

impl AgedLine {
    /// What is owed in all, credits taken off.
    #[must_use]
    pub fn total(&self) -> Cents {
        self.by_age.iter().copied().sum::<Cents>() + self.credits
    }
}

type Key = (String, FundId, LedgerAccountId);

/// What one account owes for a service in a receivable: amounts with the day each is due, and credits.
#[derive(Default)]
pub(crate) struct Owed {
    charges: Vec<(NaiveDate, Cents)>,
    credits: Cents,
}

/// The receivables of all accounts as of a day.
pub async fn receivables_by_age(read: &mut Read, as_of: NaiveDate) -> Result<Aging, Fault> {
    let chart = finance::chart(read).await?;
    let services = revenue::schedule_codes(read).await?;
    let last = store::last_account(read).await?;
    let mut sums: BTreeMap<Key, ([Cents; 5], Cents)> = BTreeMap::new();
    let mut first = AccountId(1);
    while first <= last {
        let range = (first, AccountId(first.0 + CHUNK_ACCOUNTS));
        for ((_, key), owed) in owed_between(read, range, as_of, (&chart, &services)).await? {
            let (by_age, credits) = owed.by_age(as_of);
            let sum = sums.entry(key).or_default();
            sum.0.iter_mut().zip(by_age).for_each(|(sum, cents)| *sum += cents);
            sum.1 += credits;
        }
        first = range.1;
    }
    let line = |((service, fund, receivable), (by_age, credits)): (Key, ([Cents; 5], Cents))| AgedLine {
        service,
        fund: chart.fund(fund).map_or_else(String::new, |fund| fund.code.clone()),
        receivable: named(&chart, receivable),
        by_age,
        credits,
    };
    Ok(Aging { as_of, lines: sums.into_iter().map(line).collect() })
}

/// What the accounts of a range owe on a day, by account and place.
async fn owed_between(
    read: &mut Read,
    range: (AccountId, AccountId),
    as_of: NaiveDate,
    (chart, services): (&Chart, &BTreeMap<String, String>),
) -> Result<BTreeMap<(AccountId, Key), Owed>, Fault> {
    let schedules = store::schedules_between(read, range).await?;
    let bills = bills_of(read, range, as_of).await?;
    let journals = finance::journals_between(read, range.0, range.1).await?;
    let reversals = journals.iter().map(JournalEntry::journal).filter(|journal| journal.gl_on <= as_of);
    let standing = Standing::of(&bills, reversals.filter_map(|journal| Some((journal.id, journal.reverses?))));
    let mut owed: BTreeMap<(AccountId, Key), Owed> = BTreeMap::new();
    for entry in journals {
        let journal = entry.journal();
        let Some(due_on) = standing.due_on(journal.id, journal.gl_on).filter(|_| journal.gl_on <= as_of) else {
            continue;
        };
        for (posting, agreement) in entry.lines() {
            let schedule = agreement.and_then(|agreement| schedules.get(&agreement));
            let service = schedule.and_then(|schedule| services.get(schedule)).cloned().unwrap_or_default();
            for (side, cents) in [(posting.debit, posting.cents), (posting.credit, -posting.cents)] {
                if is_receivable(chart, side) {
                    let key = (posting.account, (service.clone(), posting.fund, side));
                    owed.entry(key).or_default().add(due_on, cents);
                }
            }
        }
    }
    Ok(owed)
}

/// What one account owes in one receivable for one service, by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedAccount {
    /// Who.
    pub account: AccountId,
    /// Where, and by age; the line is that of the report.
    pub line: AgedLine,
}

/// What the accounts `from..to` owe on a day by age: the parts that [`receivables_by_age`] adds up.
pub async fn aged_accounts(
    read: &mut Read,
    range: (AccountId, AccountId),
    as_of: NaiveDate,
) -> Result<Vec<AgedAccount>, Fault> {
    let chart = finance::chart(read).await?;
    let services = revenue::schedule_codes(read).await?;
    let owed = owed_between(read, range, as_of, (&chart, &services)).await?;
    let line = |((account, (service, fund, receivable)), owed): ((AccountId, Key), Owed)| {
        let (by_age, credits) = owed.by_age(as_of);
        let fund = chart.fund(fund).map_or_else(String::new, |fund| fund.code.clone());
        let line = AgedLine { service, fund, receivable: named(&chart, receivable), by_age, credits };
        AgedAccount { account, line }
    };
    Ok(owed.into_iter().map(line).collect())
}

/// A bill as its journal counts on a day.
pub(crate) struct BillThen {
    /// Its journal.
    pub(crate) journal: JournalId,
    /// The day by which it is to be paid.
    pub(crate) due_on: NaiveDate,
    /// The journal that had taken it back by the day.
    pub(crate) taken_back: Option<JournalId>,
}

/// The bills of a range as their journals count on a day.
async fn bills_of(read: &mut Read, range: (AccountId, AccountId), as_of: NaiveDate) -> Result<Vec<BillThen>, Fault> {
    let cancelled = store::dates_of_bills(read, range).await?;
    let cancelled: BTreeMap<_, _> =
        cancelled.into_iter().map(|bill| ((bill.account, bill.run), bill.cancelled_on)).collect();
    let then = |bill: store::StoredBill| {
        let cancelled_on = cancelled.get(&(bill.account, bill.run)).copied().flatten();
        let taken_back = bill.cancelled_by.filter(|_| cancelled_on.is_some_and(|on| on <= as_of));
        BillThen { journal: bill.journal, due_on: bill.due_on, taken_back }
    };
    Ok(store::bill_rows_between(read, range).await?.into_iter().map(then).collect())
}

/// Since when each journal counts in the ages of a day. What was taken back by the day does not, nor what took it back.
pub(crate) struct Standing {
    due: BTreeMap<JournalId, NaiveDate>,
    gone: BTreeSet<JournalId>,
}

impl Standing {
    /// From the bills, and each journal posted by the day that takes another back, with that other. When a bill was taken
    /// back the bill itself says.
    pub(crate) fn of(bills: &[BillThen], reversals: impl Iterator<Item = (JournalId, JournalId)>) -> Self {
        let due: BTreeMap<_, _> = bills.iter().map(|bill| (bill.journal, bill.due_on)).collect();
        let of_bills = bills.iter().filter_map(|bill| Some((bill.journal, bill.taken_back?)));
        let gone = reversals.filter(|(_, taken_back)| !due.contains_key(taken_back)).chain(of_bills);
        let gone = gone.flat_map(<[JournalId; 2]>::from).collect();
        Self { due, gone }
    }

    /// The day from which a journal ages: the due date of a bill, the GL date of anything else; nothing when it was taken
    /// back.
    pub(crate) fn due_on(&self, journal: JournalId, gl_on: NaiveDate) -> Option<NaiveDate> {
        (!self.gone.contains(&journal)).then(|| self.due.get(&journal).copied().unwrap_or(gl_on))
    }
}

pub(crate) fn is_receivable(chart: &Chart, side: LedgerAccountId) -> bool {
    chart.ledger_account(side).is_some_and(|account| account.control == Some(Control::Receivable))
}

impl Owed {
    pub(crate) fn add(&mut self, due_on: NaiveDate, cents: Cents) {
        if Cents::ZERO < cents {
            self.charges.push((due_on, cents));
        } else {
            self.credits += cents;
        }
    }

    /// What was charged by the day it is due.
    pub(crate) fn charged(&self) -> BTreeMap<NaiveDate, Cents> {
        let mut charged = BTreeMap::new();
        self.charges.iter().for_each(|(due_on, cents)| *charged.entry(*due_on).or_insert(Cents::ZERO) += *cents);
        charged
    }

    /// What is left of each charge by the day it is due once credits have paid the oldest, and what is left of the
    /// credits.
    pub(crate) fn left(mut self) -> (Vec<(NaiveDate, Cents)>, Cents) {
        self.charges.sort_unstable();
        let mut credits = self.credits;
        let mut left = Vec::new();
        for (due_on, cents) in self.charges {
            let paid = cents.min(-credits);
            credits += paid;
            if paid < cents {
                left.push((due_on, cents - paid));
            }
        }
        (left, credits)
    }

    /// The same by age.
    fn by_age(self, as_of: NaiveDate) -> ([Cents; 5], Cents) {
        let (left, credits) = self.left();
        let mut by_age = [Cents::ZERO; 5];
        for (due_on, cents) in left {
            by_age[age_of(due_on, as_of).min(by_age.len() - 1)] += cents;
        }
        (by_age, credits)
    }
}

impl Aging {
    /// The report, for text, CSV and spreadsheets.
    #[must_use]
    pub fn report(&self) -> Report {
        let columns = [
            ("Service", Kind::Text),
            ("Fund", Kind::Text),
            ("Receivable", Kind::Text),
            ("Not due", Kind::Money),
            ("1-30 days", Kind::Money),
            ("31-60 days", Kind::Money),
            ("61-90 days", Kind::Money),
            ("Over 90 days", Kind::Money),
            ("Credits", Kind::Money),
            ("Total", Kind::Money),
        ];
        let mut section = Section::new("Receivables", &columns);
        for line in &self.lines {
            let mut row: Vec<Cell> =
                [&line.service, &line.fund, &line.receivable].map(|text| text.as_str().into()).to_vec();
            row.extend(line.by_age.map(Cell::from));
            row.extend([line.credits.into(), line.total().into()]);
            section.push(row);
        }
        Report {
            title: "RECEIVABLES BY AGE".to_owned(),
            subtitle: vec![format!("As of {}, by due date", self.as_of)],
            dated_on: self.as_of,
            sections: vec![section.with_totals("Total")],
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn credits_pay_the_oldest_first() {
        let as_of = day("2026-06-30");
        // Due on | cents; what is left by age | credits left.
        type Amounts<'a> = &'a [(&'a str, i64)];
        #[rustfmt::skip]
        let rows: [(Amounts<'_>, [i64; 5], i64); 6] = [
            (&[("2026-07-01", 5), ("2026-06-30", 7), ("2026-05-31", 1)],                    [12, 1, 0, 0, 0], 0),
            (&[("2026-05-30", 2), ("2026-05-01", 3), ("2026-04-30", 4), ("2026-04-01", 1)], [0, 0, 5, 5, 0], 0),
            (&[("2026-03-31", 9), ("2020-01-01", 1)],                                       [0, 0, 0, 0, 10], 0),
            (&[("2026-06-01", 10), ("2026-01-01", 10), ("2026-06-15", -4)],                 [0, 10, 0, 0, 6], 0),
            (&[("2026-06-01", 10), ("2026-01-01", 10), ("2026-01-01", -15)],                [0, 5, 0, 0, 0], 0),
            (&[("2026-07-05", 10), ("2026-01-01", -15)],                                    [0, 0, 0, 0, 0], -5),
        ];
        for (amounts, by_age, credits) in rows {
            let mut owed = Owed::default();
            amounts.iter().for_each(|(due_on, cents)| owed.add(day(due_on), Cents(*cents)));
            assert_eq!(owed.by_age(as_of), (by_age.map(Cents), Cents(credits)), "{amounts:?}");
        }
    }

    proptest! {
        #[test]
        fn ages_and_credits_come_to_the_balance(amounts in proptest::collection::vec((0_u64..200, -500_i64..500), 0..12)) {
            let mut owed = Owed::default();
            for (days, cents) in &amounts {
                owed.add(day("2026-01-01") + chrono::Days::new(*days), Cents(*cents));
            }
            let (by_age, credits) = owed.by_age(day("2026-04-15"));
            let balance: i64 = amounts.iter().map(|(_, cents)| cents).sum();
            prop_assert_eq!(by_age.iter().copied().sum::<Cents>() + credits, Cents(balance));
            prop_assert!(credits <= Cents::ZERO && by_age.iter().all(|cents| Cents::ZERO <= *cents));
            prop_assert!(credits.is_zero() || by_age.iter().all(|cents| cents.is_zero()));
        }
    }
}
