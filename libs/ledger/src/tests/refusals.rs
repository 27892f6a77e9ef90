//! The gallery: every refusal, what brings it about, and its exact words.

use kernel::{FundId, JournalId, LedgerAccountId, Month, Refusal};

use super::{
    ANNA, BEN, CITY, CLEARING, DRAWER, HYDRANTS, RECEIVABLE, REVENUE, SEWER, UNAPPLIED, WATER, chart, clearing,
    controlled, day, fund, funds, journal, ledger_accounts, opened, plain, pooled, posting,
};
use crate::{AccountKind, Book, Chart, ChartError, Control, Fund, Journal, JournalKind, LedgerAccount, Posting};

#[test]
fn a_posting_is_refused_for_the_first_thing_wrong() {
    let nowhere = LedgerAccountId(99);
    let ghost = FundId(9);
    // Each row has every fault of the rows below it that it can have: the first is reported.
    let rows = [
        (CITY, ghost, (nowhere, nowhere), 0, "not_positive"),
        (CITY, ghost, (nowhere, nowhere), -5_00, "not_positive"),
        (CITY, ghost, (nowhere, nowhere), 100_000_000_000_001, "too_large"),
        (CITY, ghost, (nowhere, nowhere), 1_00, "same_account"),
        (CITY, ghost, (nowhere, RECEIVABLE), 1_00, "unknown_fund"),
        (CITY, SEWER, (RECEIVABLE, nowhere), 1_00, "unknown_ledger_account"),
        (CITY, SEWER, (RECEIVABLE, HYDRANTS), 1_00, "wrong_fund"),
        (CITY, WATER, (RECEIVABLE, HYDRANTS), 1_00, "control_without_customer"),
        (ANNA, WATER, (RECEIVABLE, HYDRANTS), 1_00, "ok"),
        (ANNA, WATER, (RECEIVABLE, HYDRANTS), 100_000_000_000_000, "ok"),
    ];
    for (account, fund, sides, cents, expected) in rows {
        let checked = chart().check_posting(&posting(account, fund, sides, cents));
        assert_eq!(checked.as_ref().map_or_else(Refusal::code, |()| "ok"), expected, "{checked:?}");
    }
}

/// Refuses the one posting `wrong` in a bill and gives the words.
fn words_for(wrong: Posting) -> String {
    chart().check_journal(&journal(1, JournalKind::Bill, 0, vec![wrong])).unwrap_err().to_string()
}

#[test]
fn a_posting_is_refused_in_these_words() {
    let charge = (RECEIVABLE, REVENUE);
    let rows = [
        (
            posting(ANNA, WATER, charge, 0),
            "A posting moves a positive amount, not $0.00; a credit is a posting the other way",
        ),
        (
            posting(ANNA, WATER, charge, -5_00),
            "A posting moves a positive amount, not -$5.00; a credit is a posting the other way",
        ),
        (
            posting(ANNA, WATER, charge, i64::MAX),
            "A posting of $92,233,720,368,547,758.07 is larger than $1,000,000,000,000.00, the most one posting can move",
        ),
        (
            posting(ANNA, WATER, (REVENUE, REVENUE), 1_00),
            "A posting debits and credits the same ledger account, so it moves nothing",
        ),
        (posting(ANNA, FundId(9), charge, 1_00), "A posting names a fund that is not in the chart of accounts"),
        (
            posting(ANNA, WATER, (RECEIVABLE, LedgerAccountId(99)), 1_00),
            "A posting names a ledger account that is not in the chart of accounts",
        ),
        (posting(ANNA, SEWER, (RECEIVABLE, HYDRANTS), 1_00), "Ledger account 4200 is not open in fund 520"),
        (
            posting(CITY, WATER, charge, 1_00),
            "Ledger account 1200 is the sum of customers' balances; name the customer's account",
        ),
    ];
    for (wrong, words) in rows {
        assert_eq!(words_for(wrong), words);
    }
}

/// What a book with Anna's bill (1, dated March), its reversal (2) and a second bill (3) answers.
fn answer(journal: Journal) -> (&'static str, String) {
    let mut book = Book::new(chart());
    book.post(super::journal(1, JournalKind::Bill, 0, charge(10_00))).unwrap();
    book.reverse(JournalId(1), JournalId(2), day("2014-03-31")).unwrap();
    book.post(super::journal(3, JournalKind::Bill, 0, charge(20_00))).unwrap();
    book.lock(Month::parse("2014-02").unwrap());
    let before = book.clone();
    let refused = book.post(journal).unwrap_err();
    assert_eq!(book, before, "a refused journal changes nothing");
    (refused.code(), refused.to_string())
}

fn charge(cents: i64) -> Vec<Posting> {
    vec![posting(ANNA, WATER, (RECEIVABLE, REVENUE), cents)]
}

fn credit(cents: i64) -> Vec<Posting> {
    vec![posting(ANNA, WATER, (REVENUE, RECEIVABLE), cents)]
}

fn back(original: i64, cents: i64) -> Journal {
    Journal { reverses: Some(JournalId(original)), ..journal(9, JournalKind::BillReversal, 0, credit(cents)) }
}

#[test]
fn a_journal_is_refused_in_these_words() {
    let paid = |cents| vec![posting(ANNA, WATER, (DRAWER, RECEIVABLE), cents)];
    let lapping =
        vec![posting(ANNA, WATER, (RECEIVABLE, REVENUE), 25_00), posting(BEN, WATER, (REVENUE, RECEIVABLE), 25_00)];
    let half_cleared =
        vec![posting(ANNA, WATER, (UNAPPLIED, CLEARING), 25_00), posting(BEN, WATER, (REVENUE, RECEIVABLE), 25_00)];
    let clearing_words = "Money moves from one customer to another without the clearing account; \
                          post each customer's part against clearing";
    let reversal_words = "Taking a bill back is a bill reversal that names the bill's journal, and nothing else is";
    let in_february = Journal { gl_on: day("2014-02-28"), ..journal(3, JournalKind::Bill, 0, charge(1_00)) };
    let rows = [
        (
            journal(9, JournalKind::Bill, 5_00, charge(1_00)),
            "tender_not_allowed",
            "No money comes in or goes out with a bill, but this one names $5.00",
        ),
        (
            journal(9, JournalKind::Payment, 50_00, paid(49_99)),
            "tender_mismatch",
            "The funds' shares in pooled cash move by $49.99, but the money moved is $50.00",
        ),
        (
            journal(9, JournalKind::Transfer, 0, paid(1_00)),
            "tender_mismatch",
            "The funds' shares in pooled cash move by $1.00, but the money moved is $0.00",
        ),
        (journal(9, JournalKind::Transfer, 0, lapping.clone()), "move_without_clearing", clearing_words),
        (journal(9, JournalKind::Payment, 0, lapping), "move_without_clearing", clearing_words),
        (journal(9, JournalKind::Transfer, 0, half_cleared), "move_without_clearing", clearing_words),
        (journal(9, JournalKind::BillReversal, 0, credit(20_00)), "reversal_unnamed", reversal_words),
        (
            Journal { reverses: Some(JournalId(3)), ..journal(9, JournalKind::Bill, 0, credit(20_00)) },
            "reversal_unnamed",
            reversal_words,
        ),
        (
            in_february,
            "period_locked",
            "The books for 2014-02 are locked, so nothing can be posted on 2014-02-28; choose a date in an open period",
        ),
        (journal(3, JournalKind::Bill, 0, charge(1_00)), "already_posted", "This journal is already posted"),
        (back(77, 20_00), "unknown_original", "The journal to reverse is not in the books"),
        (back(1, 10_00), "already_reversed", "The journal is already reversed; it cannot be reversed twice"),
        (back(2, 10_00), "reverses_reversal", "A reversal cannot be reversed; enter the original event again"),
        (
            back(3, 19_99),
            "reversal_differs",
            "The reversal differs from the journal it reverses; every posting must be the same amount the other way",
        ),
    ];
    for (journal, code, words) in rows {
        assert_eq!(answer(journal), (code, words.to_owned()));
    }
}

fn chart_words(extra_funds: Vec<Fund>, extra: Vec<LedgerAccount>, open: Option<(FundId, LedgerAccountId)>) -> String {
    let funds = funds().into_iter().chain(extra_funds).collect();
    let ledger_accounts = ledger_accounts().into_iter().chain(extra).collect();
    let refused: ChartError = Chart::new(funds, ledger_accounts, opened().into_iter().chain(open)).unwrap_err();
    format!("{}: {refused}", refused.code())
}

#[test]
fn a_chart_that_cannot_be_is_refused_in_these_words() {
    use AccountKind::{Asset, Equity, Expense, Liability, Revenue};
    let new = |kind| plain(LedgerAccountId(50), "5000", "New", kind);
    let rows = [
        (
            plain(LedgerAccountId(50), "50 00", "New", Asset),
            "bad_code: '50 00' cannot be the code of a fund or ledger account; use letters, digits and signs without spaces",
        ),
        (plain(LedgerAccountId(50), "5000", " ", Asset), "name_missing: 5000 has no name"),
        (
            plain(LedgerAccountId(50), "1200", "New", Asset),
            "duplicate_ledger_account: Ledger account 1200 is in the chart twice",
        ),
        (
            plain(RECEIVABLE, "5000", "New", Asset),
            "duplicate_ledger_account: Ledger account 5000 is in the chart twice",
        ),
        (
            pooled(clearing(new(Asset))),
            "several_roles: Ledger account 5000 can be only one of control account, pooled cash and clearing account",
        ),
        (
            controlled(Control::Deposit, pooled(new(Liability))),
            "several_roles: Ledger account 5000 can be only one of control account, pooled cash and clearing account",
        ),
        (pooled(new(Liability)), "wrong_kind: Ledger account 5000 is pooled cash and cannot be of kind liability"),
        (clearing(new(Revenue)), "wrong_kind: Ledger account 5000 is clearing and cannot be of kind revenue"),
        (
            controlled(Control::Receivable, new(Expense)),
            "wrong_kind: Ledger account 5000 is customers' receivable and cannot be of kind expense",
        ),
        (
            controlled(Control::Deposit, new(Asset)),
            "wrong_kind: Ledger account 5000 is customers' deposits and cannot be of kind asset",
        ),
        (
            controlled(Control::UnappliedCredit, new(Equity)),
            "wrong_kind: Ledger account 5000 is customers' unapplied credit and cannot be of kind equity",
        ),
    ];
    for (ledger_account, words) in rows {
        assert_eq!(chart_words(Vec::new(), vec![ledger_account], None), words);
    }
    let twice = vec![fund(FundId(50), "510", "Water again")];
    assert_eq!(chart_words(twice, Vec::new(), None), "duplicate_fund: Fund 510 is in the chart twice");
    let ghost_fund = "opened_in_unknown_fund: A ledger account is opened in a fund that is not in the chart";
    assert_eq!(chart_words(Vec::new(), Vec::new(), Some((FundId(9), RECEIVABLE))), ghost_fund);
    let ghost = "opened_unknown_ledger_account: Fund 510 opens a ledger account that is not in the chart";
    assert_eq!(chart_words(Vec::new(), Vec::new(), Some((WATER, LedgerAccountId(99)))), ghost);
}
