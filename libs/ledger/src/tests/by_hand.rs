//! Examples a clerk can check by hand.

use kernel::{Cents, JournalId};

use super::{
    ANNA, BANK, BEN, CITY, CLEARING, DEPOSITS, DRAWER, RECEIVABLE, REVENUE, SEWER, UNAPPLIED, WATER, chart, day, funds,
    journal, ledger_accounts, posting,
};
use crate::{Book, Chart, Journal, JournalKind, OpenClearing, Proof, ProofSums};

fn book_of(journals: impl IntoIterator<Item = Journal>) -> Book {
    let mut book = Book::new(chart());
    for journal in journals {
        let id = journal.id;
        assert_eq!(book.post(journal), Ok(()), "{id:?}");
    }
    book
}

/// Anna is billed $48.76 for water and $31.24 for sewer, with a $5.00 credit on water.
fn annas_bill() -> Journal {
    let lines = vec![
        posting(ANNA, WATER, (RECEIVABLE, REVENUE), 48_76),
        posting(ANNA, WATER, (REVENUE, RECEIVABLE), 5_00),
        posting(ANNA, SEWER, (RECEIVABLE, REVENUE), 31_24),
    ];
    journal(1, JournalKind::Bill, 0, lines)
}

/// Anna pays $100.00 at the counter: $43.76 water, $31.24 sewer, $25.00 left over.
fn annas_payment() -> Journal {
    let parts = vec![
        posting(ANNA, WATER, (DRAWER, RECEIVABLE), 43_76),
        posting(ANNA, SEWER, (DRAWER, RECEIVABLE), 31_24),
        posting(ANNA, WATER, (DRAWER, UNAPPLIED), 25_00),
    ];
    journal(2, JournalKind::Payment, 10_000, parts)
}

/// The $25.00 left over belong to Ben, who owes it for sewer: out of Anna's credit in the water
/// fund, between the funds by pooled cash, and on to Ben's receivable in the sewer fund.
fn from_anna_to_ben() -> Journal {
    let steps = vec![
        posting(ANNA, WATER, (UNAPPLIED, CLEARING), 25_00),
        posting(CITY, WATER, (CLEARING, DRAWER), 25_00),
        posting(CITY, SEWER, (DRAWER, CLEARING), 25_00),
        posting(BEN, SEWER, (CLEARING, RECEIVABLE), 25_00),
    ];
    journal(3, JournalKind::Transfer, 0, steps)
}

fn written(book: &Book) -> String {
    let rows = book.trial_balance().into_iter().filter(|row| !row.balance.is_zero());
    let line = |row: crate::TrialBalanceRow| {
        let fund = &book.chart().fund(row.fund).unwrap().code;
        let ledger_account = &book.chart().ledger_account(row.ledger_account).unwrap().code;
        format!("{fund} {ledger_account} {}\n", row.balance)
    };
    rows.map(line).collect()
}

#[test]
fn a_bill_a_payment_and_a_transfer_leave_these_balances() {
    let book = book_of([annas_bill(), annas_payment(), from_anna_to_ben()]);
    let expected = "\
        510 1010 43.76\n\
        510 4000 -43.76\n\
        520 1010 56.24\n\
        520 1200 -25.00\n\
        520 4000 -31.24\n";
    assert_eq!(written(&book), expected);
    assert_eq!((book.account_balance(ANNA), book.account_balance(BEN)), (Cents(0), Cents(-25_00)));
    assert_eq!(book.subledger(BEN, RECEIVABLE), Cents(-25_00));
    assert_eq!(book.control_total(DRAWER), Cents(10_000), "the drawer holds what Anna paid");
    let proof = book.prove();
    assert!(proof.is_proved() && proof.is_clear(), "{proof:?}");
    assert_eq!((proof.pooled_shares, proof.tender), (Cents(10_000), Cents(10_000)));
    assert_eq!(proof.controls.len(), 6, "three control accounts in two funds");
}

#[test]
fn a_deposit_held_is_no_part_of_the_balance() {
    let deposit = journal(1, JournalKind::Payment, 15_000, vec![posting(ANNA, WATER, (DRAWER, DEPOSITS), 15_000)]);
    let bill = Journal { id: JournalId(2), ..annas_bill() };
    let book = book_of([deposit, bill]);
    assert_eq!(book.account_balance(ANNA), Cents(75_00));
    assert_eq!(book.control_total(DEPOSITS), Cents(-15_000));
}

#[test]
fn unapplied_credit_lowers_the_balance() {
    let book = book_of([annas_bill(), annas_payment()]);
    assert_eq!(book.account_balance(ANNA), Cents(-25_00));
}

#[test]
fn a_trip_to_the_bank_moves_no_share_in_total() {
    let trip = vec![posting(CITY, WATER, (BANK, DRAWER), 68_76), posting(CITY, SEWER, (BANK, DRAWER), 31_24)];
    let book = book_of([annas_bill(), annas_payment(), journal(3, JournalKind::Transfer, 0, trip)]);
    assert_eq!((book.control_total(BANK), book.control_total(DRAWER)), (Cents(10_000), Cents(0)));
    assert!(book.prove().is_proved());
}

#[test]
fn a_reversal_in_the_next_open_period_returns_the_account_to_zero() {
    let mut book = book_of([annas_bill()]);
    book.lock(kernel::Month::of(day("2014-03-31")));
    assert!(book.reverse(JournalId(1), JournalId(2), day("2014-03-31")).is_err());
    assert_eq!(book.reverse(JournalId(1), JournalId(2), day("2014-04-01")), Ok(()));
    assert_eq!((book.account_balance(ANNA), written(&book)), (Cents(0), String::new()));
    let reversal = book.journals().last().unwrap();
    assert_eq!((reversal.kind, reversal.reverses), (JournalKind::BillReversal, Some(JournalId(1))));
}

#[test]
fn a_zero_bill_is_a_bill() {
    let book = book_of([journal(1, JournalKind::Bill, 0, Vec::new())]);
    assert_eq!((book.journals().count(), written(&book)), (1, String::new()));
}

#[test]
fn half_a_move_is_listed_as_open_in_clearing() {
    let out = vec![posting(ANNA, WATER, (UNAPPLIED, CLEARING), 25_00)];
    let proof = book_of([annas_bill(), annas_payment(), journal(3, JournalKind::Transfer, 0, out)]).prove();
    let open = OpenClearing { fund: WATER, ledger_account: CLEARING, balance: Cents(-25_00) };
    assert_eq!(proof.open_clearing, [open]);
    assert!(proof.is_proved() && !proof.is_clear());
}

#[test]
fn a_proof_sees_every_sum_that_disagrees() {
    let is_proved = |balances: &[((kernel::FundId, kernel::LedgerAccountId), i64)], customers: i64, tender: i64| {
        let balances = balances.iter().map(|(key, cents)| (*key, Cents(*cents))).collect();
        let customers = [((WATER, RECEIVABLE), Cents(customers))].into();
        Proof::of(&chart(), &ProofSums { balances, customers, tender: Cents(tender) }).is_proved()
    };
    let (owed, earned, cash) = ((WATER, RECEIVABLE), (WATER, REVENUE), (WATER, DRAWER));
    let stranger = kernel::FundId(9);
    assert!(is_proved(&[(owed, 10), (earned, -10)], 10, 0));
    assert!(!is_proved(&[(owed, 10), (earned, -9)], 10, 0), "the fund is out of balance");
    assert!(!is_proved(&[(owed, 10), (earned, -10)], 9, 0), "the customers owe less");
    assert!(!is_proved(&[(owed, 10), (earned, -20), (cash, 10)], 10, 9), "there is more in the drawer than came in");
    assert!(!is_proved(&[(owed, 10), ((SEWER, REVENUE), -10)], 10, 0), "two funds balance only together");
    assert!(!is_proved(&[((stranger, RECEIVABLE), 10), ((stranger, REVENUE), -10)], 0, 0), "no such fund");
}

#[test]
fn the_chart_is_walked_in_the_order_of_its_codes() {
    let chart = chart();
    let codes: Vec<&str> = chart.ledger_accounts().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["1010", "1020", "1200", "2100", "2200", "2900", "3000", "4000", "4200"]);
    let pairs: Vec<String> = chart.opened().map(|(fund, one)| format!("{} {}", fund.code, one.code)).collect();
    assert_eq!((pairs.len(), pairs[8].as_str(), pairs[9].as_str()), (17, "510 4200", "520 1010"));
    assert_eq!(chart.fund_by_code("510").map(|fund| fund.id), Some(WATER));
    assert_eq!(chart.ledger_account_by_code("1200").map(|one| one.id), Some(RECEIVABLE));
    let shuffled = Chart::new(
        funds().into_iter().rev().collect(),
        ledger_accounts().into_iter().rev().collect(),
        super::opened().into_iter().rev(),
    );
    assert_eq!(shuffled, Ok(chart));
}
