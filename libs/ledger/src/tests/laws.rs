//! Laws that hold for any sequence of journals, valid and invalid mixed.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId, Month};

use super::{
    ANNA, BANK, BEN, CITY, CLEARING, DEPOSITS, DRAWER, EQUITY, RECEIVABLE, REVENUE, SEWER, UNAPPLIED, WATER, chart,
    day, posting,
};
use crate::{Book, Journal, JournalKind, Posting};

/// One thing someone tries with the books.
#[derive(Clone, Debug)]
enum Step {
    Post(Journal),
    Reverse { original: i64, on: NaiveDate },
    Lock(Month),
}

/// Of many random steps, these ids exist; reversals use the ids above.
const IDS: i64 = 40;

fn dates() -> impl Strategy<Value = NaiveDate> {
    (0..120_u64).prop_map(|days| day("2014-01-01") + Days::new(days))
}

fn amounts() -> impl Strategy<Value = i64> {
    1..1_000_000_i64
}

fn customers() -> impl Strategy<Value = AccountId> {
    prop_oneof![Just(ANNA), Just(BEN), Just(AccountId(103))]
}

fn known_funds() -> impl Strategy<Value = FundId> {
    prop_oneof![Just(WATER), Just(SEWER)]
}

/// Anything an `i64` can hold as money, and often something plausible.
fn wild_cents() -> impl Strategy<Value = i64> {
    prop_oneof![5 => 1..10_000_i64, 1 => -100..=0_i64, 1 => -i64::MAX..=i64::MAX]
}

fn wild_posting() -> impl Strategy<Value = Posting> {
    let account = prop_oneof![3 => customers(), 1 => Just(CITY)];
    let fund = prop_oneof![9 => known_funds(), 1 => Just(FundId(9))];
    (account, fund, 1..=10_i64, 1..=10_i64, wild_cents()).prop_map(|(account, fund, debit, credit, cents)| {
        posting(account, fund, (LedgerAccountId(debit), LedgerAccountId(credit)), cents)
    })
}

fn kinds() -> impl Strategy<Value = JournalKind> {
    prop::sample::select(JournalKind::ALL.to_vec())
}

/// A journal nobody thought about; now and then it happens to be right.
fn wild_event() -> impl Strategy<Value = Journal> {
    let tender = prop_oneof![3 => Just(0), 1 => wild_cents()];
    let reverses = prop::option::weighted(0.1, 0..IDS);
    (kinds(), tender, reverses, prop::collection::vec(wild_posting(), 0..4)).prop_map(
        |(kind, tender, reverses, postings)| {
            let reverses = reverses.map(JournalId);
            Journal { reverses, ..super::journal(0, kind, tender, postings) }
        },
    )
}

/// A journal as an act would write it: right by itself.
fn right_event() -> impl Strategy<Value = Journal> {
    let bill = prop::collection::vec((customers(), known_funds(), -50_000..50_000_i64), 0..6).prop_map(|lines| {
        let lines = lines.into_iter();
        let post = |(account, fund, cents)| Posting::signed(account, fund, RECEIVABLE, REVENUE, Cents(cents));
        super::journal(0, JournalKind::Bill, 0, lines.filter_map(post).collect())
    });
    let side = prop_oneof![3 => Just(RECEIVABLE), 1 => Just(UNAPPLIED), 1 => Just(DEPOSITS)];
    let parts = prop::collection::vec((customers(), known_funds(), side, amounts()), 1..5);
    let payment = (parts, prop::bool::ANY).prop_map(|(parts, is_refund)| {
        let post = |(account, fund, side, cents)| posting(account, fund, (DRAWER, side), cents);
        let received = super::journal(0, JournalKind::Payment, parts.iter().map(|part| part.3).sum(), {
            parts.into_iter().map(post).collect()
        });
        if is_refund { Journal { reverses: None, ..received.reversal(received.id, received.gl_on) } } else { received }
    });
    let transfer = (customers(), customers(), known_funds(), known_funds(), amounts()).prop_map(
        |(from, to, from_fund, to_fund, cents)| {
            let steps = vec![
                posting(from, from_fund, (RECEIVABLE, CLEARING), cents),
                posting(CITY, from_fund, (CLEARING, DRAWER), cents),
                posting(CITY, to_fund, (DRAWER, CLEARING), cents),
                posting(to, to_fund, (CLEARING, RECEIVABLE), cents),
            ];
            super::journal(0, JournalKind::Transfer, 0, steps)
        },
    );
    let opening = (customers(), known_funds(), amounts(), amounts()).prop_map(|(account, fund, owed, cash)| {
        let postings =
            vec![posting(account, fund, (RECEIVABLE, EQUITY), owed), posting(CITY, fund, (BANK, EQUITY), cash)];
        super::journal(0, JournalKind::Opening, cash, postings)
    });
    prop_oneof![3 => bill, 3 => payment, 2 => transfer, 1 => opening]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let event = prop_oneof![2 => right_event(), 1 => wild_event()];
    let post = (event, 0..IDS, dates())
        .prop_map(|(event, id, gl_on)| Step::Post(Journal { id: JournalId(id), gl_on, ..event }));
    let reverse = (0..IDS, dates()).prop_map(|(original, on)| Step::Reverse { original, on });
    let lock = dates().prop_map(|on| Step::Lock(Month::of(on)));
    prop::collection::vec(prop_oneof![12 => post, 4 => reverse, 1 => lock], 0..40)
}

/// Tries a step; says whether the books took it.
fn try_step(book: &mut Book, step: Step, number: usize) -> bool {
    match step {
        Step::Post(journal) => book.post(journal).is_ok(),
        Step::Reverse { original, on } => {
            let id = IDS + i64::try_from(number).unwrap();
            book.reverse(JournalId(original), JournalId(id), on).is_ok()
        }
        Step::Lock(month) => {
            book.lock(month);
            true
        }
    }
}

/// All balances and the tender, computed from the journals alone.
fn recomputed(book: &Book) -> (BTreeMap<(FundId, LedgerAccountId), i64>, i64) {
    let mut balances = BTreeMap::new();
    for posting in book.journals().flat_map(|journal| &journal.postings) {
        *balances.entry((posting.fund, posting.debit)).or_default() += posting.cents.0;
        *balances.entry((posting.fund, posting.credit)).or_default() -= posting.cents.0;
    }
    (balances, book.journals().map(|journal| journal.tender.0).sum())
}

fn everyone() -> [AccountId; 4] {
    [CITY, ANNA, BEN, AccountId(103)]
}

/// What a person sees of the books: every balance, account by account too, and the proof.
fn seen(book: &Book) -> impl PartialEq + std::fmt::Debug + use<> {
    let owed = everyone().map(|account| book.account_balance(account));
    let sides: Vec<_> = book.chart().ledger_accounts().map(|side| side.id).collect();
    let subledger =
        everyone().map(|account| sides.iter().map(|side| book.subledger(account, *side)).collect::<Vec<_>>());
    (book.trial_balance(), owed, subledger, book.prove())
}

proptest! {
    #[test]
    fn the_books_are_proved_after_every_step(steps in steps()) {
        let mut book = Book::new(chart());
        for (number, step) in steps.into_iter().enumerate() {
            let before = book.clone();
            if !try_step(&mut book, step, number) {
                prop_assert_eq!(&book, &before, "a refused journal changes nothing");
            }
            let proof = book.prove();
            prop_assert!(proof.is_proved(), "{:?}", proof);
        }
    }

    #[test]
    fn balances_are_the_sums_over_the_journals(steps in steps()) {
        let mut book = Book::new(chart());
        for (number, step) in steps.into_iter().enumerate() {
            try_step(&mut book, step, number);
        }
        let (balances, tender) = recomputed(&book);
        for row in book.trial_balance() {
            let expected = balances.get(&(row.fund, row.ledger_account)).copied().unwrap_or_default();
            prop_assert_eq!(row.balance, Cents(expected));
        }
        prop_assert_eq!(book.prove().tender, Cents(tender));
        prop_assert_eq!(book.control_total(DRAWER) + book.control_total(BANK), Cents(tender));
        for control in [RECEIVABLE, DEPOSITS, UNAPPLIED] {
            let customers: Cents = everyone().map(|account| book.subledger(account, control)).into_iter().sum();
            prop_assert_eq!(book.control_total(control), customers);
            prop_assert_eq!(book.subledger(CITY, control), Cents::ZERO);
        }
    }

    #[test]
    fn a_reversal_restores_every_balance(steps in steps(), event in right_event(), on in dates()) {
        let mut book = Book::new(chart());
        for (number, step) in steps.into_iter().enumerate() {
            if !matches!(step, Step::Lock(_)) {
                try_step(&mut book, step, number);
            }
        }
        let before = seen(&book);
        prop_assert_eq!(book.post(Journal { id: JournalId(1000), ..event }), Ok(()));
        prop_assert_eq!(book.reverse(JournalId(1000), JournalId(1001), on), Ok(()));
        prop_assert_eq!(seen(&book), before);
        prop_assert!(book.reverse(JournalId(1000), JournalId(1002), on).is_err(), "once only");
        prop_assert!(book.reverse(JournalId(1001), JournalId(1002), on).is_err(), "a reversal stays");
    }

    #[test]
    fn the_order_of_posting_does_not_matter(
        (events, shuffled) in prop::collection::vec(right_event(), 0..12).prop_flat_map(|events| {
            let numbered = (0..).zip(events).map(|(id, event)| Journal { id: JournalId(id), ..event });
            let numbered: Vec<Journal> = numbered.collect();
            (Just(numbered.clone()), Just(numbered).prop_shuffle())
        }),
    ) {
        let (mut book, mut other) = (Book::new(chart()), Book::new(chart()));
        for (event, elsewhere) in events.into_iter().zip(shuffled) {
            prop_assert_eq!(book.post(event), Ok(()));
            prop_assert_eq!(other.post(elsewhere), Ok(()));
        }
        prop_assert_eq!(book, other);
    }

    #[test]
    fn a_right_event_is_never_refused_and_leaves_clearing_empty(event in right_event()) {
        prop_assert_eq!(chart().check_journal(&event), Ok(()));
        let mut book = Book::new(chart());
        prop_assert_eq!(book.post(event), Ok(()));
        prop_assert!(book.prove().is_clear());
    }

    #[test]
    fn a_locked_period_takes_nothing_and_the_earliest_open_day_does(
        event in right_event(), on in dates(), locked in prop::collection::vec(dates(), 0..6),
    ) {
        let mut book = Book::new(chart());
        let months: Vec<Month> = locked.into_iter().map(Month::of).collect();
        months.iter().for_each(|month| book.lock(*month));
        let locks = crate::PeriodLocks::new(months);
        let posted = book.post(Journal { gl_on: on, ..event.clone() });
        prop_assert_eq!(posted.is_ok(), !locks.is_locked(Month::of(on)));
        let open_on = locks.earliest_open_on(on);
        prop_assert_eq!(book.post(Journal { id: JournalId(1), gl_on: open_on, ..event }), Ok(()));
    }
}
