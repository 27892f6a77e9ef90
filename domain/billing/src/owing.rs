//! What one account owes, by service and age, from its postings and bills: a rule without a query.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use finance::AccountPosting;
use kernel::{AgreementId, Cents, FundId, LedgerAccountId};
use ledger::{Chart, Control};

use crate::AccountBill;
use crate::aging::{BillThen, Owed, Standing, is_receivable};
use crate::due::{age_of, is_past_due};

/// What an account owes on a day.
///
/// Ages agree with the report of receivables by age, whose last column is here cut in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owing {
    /// By service; last what is owed by the account as a whole.
    pub lines: Vec<OwingLine>,
    /// What was paid and is not used yet; never positive.
    pub unapplied: Cents,
    /// What was due before the day and is not paid, before credits are taken off.
    pub late: Cents,
    /// What is not paid by the day it is due, before credits are taken off.
    pub unpaid: BTreeMap<NaiveDate, Cents>,
    /// The open items: what is not paid, by service, place and the day it is due, before what is not used of credits.
    pub items: Vec<OpenItem>,
}

/// What is left to pay of what is due on a day for one service in one receivable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenItem {
    /// The service; empty for what is owed by the account as a whole.
    pub service: String,
    /// The fund.
    pub fund: FundId,
    /// The receivable.
    pub receivable: LedgerAccountId,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// What was charged that is due on the day.
    pub charged: Cents,
    /// What is left of it.
    pub open: Cents,
}

/// What is owed for one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwingLine {
    /// The service; empty for what is owed by the account as a whole.
    pub service: String,
    /// By age, in the order of [`AGES`](crate::AGES).
    pub by_age: [Cents; 6],
    /// What the account has to its credit for the service; never positive.
    pub credits: Cents,
}

impl OwingLine {
    /// What is owed in all, credits taken off.
    #[must_use]
    pub fn total(&self) -> Cents {
        self.by_age.iter().copied().sum::<Cents>() + self.credits
    }
}

impl Owing {
    /// What is owed in all: the balance of the account.
    #[must_use]
    pub fn balance(&self) -> Cents {
        self.lines.iter().map(OwingLine::total).sum::<Cents>() + self.unapplied
    }

    /// What should have been paid by now, credits taken off.
    #[must_use]
    pub fn past_due(&self) -> Cents {
        let credits = self.lines.iter().map(|line| line.credits).sum::<Cents>() + self.unapplied;
        (self.late + credits).max(Cents::ZERO)
    }

    /// Whether something that is due on a day is not paid, and that day is past.
    #[must_use]
    pub fn is_past_due(&self, due_on: NaiveDate, as_of: NaiveDate) -> bool {
        is_past_due(due_on, as_of) && self.unpaid.contains_key(&due_on) && Cents::ZERO < self.past_due()
    }
}

/// What an account owes on a day, from everything posted on it by then and its bills.
///
/// What a bill charges is as old as it has been due, anything else as its GL date. A bill taken back by the day is not
/// there, nor is anything else that was. Credits pay the oldest charge of the same service in the same fund first.
#[must_use]
pub fn owing(
    chart: &Chart,
    (postings, bills): (&[AccountPosting], &[AccountBill]),
    services: &BTreeMap<AgreementId, String>,
    as_of: NaiveDate,
) -> Owing {
    let then = |bill: &AccountBill| BillThen {
        journal: bill.journal,
        due_on: bill.due_on,
        taken_back: bill.taken_back.filter(|(_, on)| *on <= as_of).map(|(reversal, _)| reversal),
    };
    let bills: Vec<BillThen> = bills.iter().map(then).collect();
    let by_then = || postings.iter().filter(|posting| posting.gl_on <= as_of);
    let reversals = by_then().filter_map(|posting| Some((posting.journal, posting.reverses?)));
    let standing = Standing::of(&bills, reversals);
    let mut unapplied = Cents::ZERO;
    let mut owed: BTreeMap<(bool, String, FundId, LedgerAccountId), Owed> = BTreeMap::new();
    for posting in by_then() {
        let Some(due_on) = standing.due_on(posting.journal, posting.gl_on) else { continue };
        let service = posting.agreement.and_then(|agreement| services.get(&agreement)).cloned().unwrap_or_default();
        for (side, cents) in [(posting.debit, posting.cents), (posting.credit, -posting.cents)] {
            if is_receivable(chart, side) {
                let key = (service.is_empty(), service.clone(), posting.fund, side);
                owed.entry(key).or_default().add(due_on, cents);
            } else if chart.ledger_account(side).and_then(|one| one.control) == Some(Control::UnappliedCredit) {
                unapplied += cents;
            }
        }
    }
    let (mut late, mut unpaid) = (Cents::ZERO, BTreeMap::new());
    let mut lines: Vec<OwingLine> = Vec::new();
    let mut items: Vec<OpenItem> = Vec::new();
    for ((_, service, fund, receivable), owed) in owed {
        let charged = owed.charged();
        let (left, credits) = owed.left();
        let mut open: BTreeMap<NaiveDate, Cents> = BTreeMap::new();
        left.iter().for_each(|(due_on, cents)| *open.entry(*due_on).or_default() += *cents);
        items.extend(open.into_iter().map(|(due_on, open)| {
            let charged = charged.get(&due_on).copied().unwrap_or_default();
            OpenItem { service: service.clone(), fund, receivable, due_on, charged, open }
        }));
        if lines.last().is_none_or(|line| line.service != service) {
            lines.push(OwingLine { service, by_age: [Cents::ZERO; 6], credits: Cents::ZERO });
        }
        let Some(line) = lines.last_mut() else { continue };
        line.credits += credits;
        for (due_on, cents) in left {
            line.by_age[age_of(due_on, as_of)] += cents;
            *unpaid.entry(due_on).or_insert(Cents::ZERO) += cents;
            late += if is_past_due(due_on, as_of) { cents } else { Cents::ZERO };
        }
    }
    Owing { lines, unapplied, late, unpaid, items }
}

#[cfg(test)]
mod tests {
    use kernel::{BillNumber, JournalId};
    use ledger::{AccountKind, Fund, JournalKind, LedgerAccount};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn chart() -> Chart {
        let account = |id, kind, control| LedgerAccount {
            id: LedgerAccountId(id),
            code: format!("{id}00"),
            name: format!("Ledger account {id}"),
            kind,
            control,
            is_pooled_cash: false,
            is_clearing: false,
        };
        let accounts = vec![
            account(1, AccountKind::Asset, Some(Control::Receivable)),
            account(2, AccountKind::Liability, Some(Control::UnappliedCredit)),
            account(3, AccountKind::Revenue, None),
        ];
        let fund = Fund { id: FundId(1), code: "510".to_owned(), name: "Water".to_owned() };
        let opened: Vec<_> = (1..=3).map(|id| (FundId(1), LedgerAccountId(id))).collect();
        Chart::new(vec![fund], accounts, opened).unwrap()
    }

    /// What an account of water and sewer owes on April 30, 2026.
    fn found() -> Owing {
        // GL date, journal, debit, credit, cents, agreement.
        #[rustfmt::skip]
        let rows = [
            ("2026-01-05", 1, 1, 3, 40_00, Some(7)),
            ("2026-01-05", 1, 1, 3, 10_00, Some(8)),
            ("2026-02-05", 2, 1, 3, 50_00, Some(7)),
            ("2026-02-20", 3, 3, 1, 30_00, Some(7)),
            ("2026-03-05", 4, 1, 3, 99_00, Some(7)),
            ("2026-03-06", 5, 3, 1, 99_00, Some(7)),
            ("2026-03-10", 6, 1, 3,  5_00, None),
            ("2026-03-10", 7, 3, 2,  2_00, None),
            ("2026-03-12", 9, 3, 1, 25_00, Some(7)),
            ("2026-03-15", 10, 1, 3, 25_00, Some(7)),
            ("2026-05-01", 8, 1, 3, 70_00, Some(7)),
        ];
        let posting = |(gl_on, journal, debit, credit, cents, agreement): (&str, i64, i64, i64, i64, Option<i64>)| {
            AccountPosting {
                gl_on: day(gl_on),
                journal: JournalId(journal),
                line: 1,
                kind: JournalKind::Bill,
                fund: FundId(1),
                debit: LedgerAccountId(debit),
                credit: LedgerAccountId(credit),
                cents: Cents(cents),
                agreement: agreement.map(AgreementId),
                reverses: (journal == 10).then_some(JournalId(9)),
            }
        };
        let postings = rows.map(posting);
        let bill = |run, journal, due_on: &str, taken_back: Option<(i64, &str)>| AccountBill {
            run: kernel::RunId(run),
            number: BillNumber { run, position: 1 },
            bill_on: day("2026-01-05"),
            due_on: day(due_on),
            total: Cents(0),
            journal: JournalId(journal),
            taken_back: taken_back.map(|(journal, on)| (JournalId(journal), day(on))),
        };
        let bills = [
            bill(1, 1, "2026-01-26", None),
            bill(2, 2, "2026-02-26", None),
            bill(3, 4, "2026-03-26", Some((5, "2026-03-06"))),
        ];
        let services = BTreeMap::from([(AgreementId(7), "water".to_owned()), (AgreementId(8), "sewer".to_owned())]);
        owing(&chart(), (&postings, &bills), &services, day("2026-04-30"))
    }

    #[test]
    fn what_is_open_is_told_by_service_and_the_day_it_is_due() {
        let found = found();
        let items: Vec<_> =
            found.items.iter().map(|one| (one.service.as_str(), one.due_on, one.charged, one.open)).collect();
        #[rustfmt::skip]
        let expected = [
            ("sewer", day("2026-01-26"), Cents(10_00), Cents(10_00)),
            ("water", day("2026-01-26"), Cents(40_00), Cents(10_00)),
            ("water", day("2026-02-26"), Cents(50_00), Cents(50_00)),
            ("",      day("2026-03-10"), Cents( 5_00), Cents( 5_00)),
        ];
        assert_eq!(items, expected);
    }

    #[test]
    fn what_is_owed_has_a_service_and_an_age() {
        let found = found();
        let line = |service: &str, by_age: [i64; 6]| OwingLine {
            service: service.to_owned(),
            by_age: by_age.map(Cents),
            credits: Cents(0),
        };
        // $30.00 paid the oldest water first, so $10.00 of January are left, 94 days old; February is 63 days old.
        let expected = vec![
            line("sewer", [0, 0, 0, 0, 10_00, 0]),
            line("water", [0, 0, 0, 50_00, 10_00, 0]),
            line("", [0, 0, 5_00, 0, 0, 0]),
        ];
        assert_eq!((found.lines.clone(), found.unapplied), (expected, Cents(-2_00)));
        assert_eq!((found.balance(), found.past_due()), (Cents(73_00), Cents(73_00)));
        // January's bill is paid in part, February's not at all; nothing else of the account is due on another day.
        #[rustfmt::skip]
        let rows = [
            ("2026-01-26", "2026-04-30", true),
            ("2026-02-26", "2026-04-30", true),
            ("2026-02-26", "2026-02-26", false),
            ("2026-03-26", "2026-04-30", false),
        ];
        for (due_on, as_of, expected) in rows {
            assert_eq!(found.is_past_due(day(due_on), day(as_of)), expected, "{due_on} on {as_of}");
        }
    }
}
