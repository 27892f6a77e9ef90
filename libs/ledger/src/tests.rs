//! A small town's chart and the builders all tests of this crate share.
//!
//! They skip nothing of the real path: every chart goes through `Chart::new`, every journal
//! through `Book::post`.

mod by_hand;
mod laws;
mod refusals;

use chrono::NaiveDate;

use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId};

use crate::{AccountKind, Chart, Control, Fund, Journal, JournalKind, LedgerAccount, Posting};

const WATER: FundId = FundId(1);
const SEWER: FundId = FundId(2);

const DRAWER: LedgerAccountId = LedgerAccountId(1);
const BANK: LedgerAccountId = LedgerAccountId(2);
const RECEIVABLE: LedgerAccountId = LedgerAccountId(3);
const DEPOSITS: LedgerAccountId = LedgerAccountId(4);
const UNAPPLIED: LedgerAccountId = LedgerAccountId(5);
const CLEARING: LedgerAccountId = LedgerAccountId(6);
const REVENUE: LedgerAccountId = LedgerAccountId(7);
const EQUITY: LedgerAccountId = LedgerAccountId(8);
/// Open in the water fund only.
const HYDRANTS: LedgerAccountId = LedgerAccountId(9);

const CITY: AccountId = AccountId::CITY;
const ANNA: AccountId = AccountId(101);
const BEN: AccountId = AccountId(102);

fn fund(id: FundId, code: &str, name: &str) -> Fund {
    Fund { id, code: code.to_owned(), name: name.to_owned() }
}

fn plain(id: LedgerAccountId, code: &str, name: &str, kind: AccountKind) -> LedgerAccount {
    let (code, name) = (code.to_owned(), name.to_owned());
    LedgerAccount { id, code, name, kind, control: None, is_pooled_cash: false, is_clearing: false }
}

fn controlled(control: Control, ledger_account: LedgerAccount) -> LedgerAccount {
    LedgerAccount { control: Some(control), ..ledger_account }
}

fn pooled(ledger_account: LedgerAccount) -> LedgerAccount {
    LedgerAccount { is_pooled_cash: true, ..ledger_account }
}

fn clearing(ledger_account: LedgerAccount) -> LedgerAccount {
    LedgerAccount { is_clearing: true, ..ledger_account }
}

fn funds() -> Vec<Fund> {
    vec![fund(SEWER, "520", "Sewer"), fund(WATER, "510", "Water")]
}

fn ledger_accounts() -> Vec<LedgerAccount> {
    use AccountKind::{Asset, Equity, Liability, Revenue};
    vec![
        plain(HYDRANTS, "4200", "Hydrant rental", Revenue),
        pooled(plain(DRAWER, "1010", "Cash drawer", Asset)),
        pooled(plain(BANK, "1020", "Bank", Asset)),
        controlled(Control::Receivable, plain(RECEIVABLE, "1200", "Utility receivable", Asset)),
        controlled(Control::Deposit, plain(DEPOSITS, "2100", "Customer deposits", Liability)),
        controlled(Control::UnappliedCredit, plain(UNAPPLIED, "2200", "Unapplied credit", Liability)),
        clearing(plain(CLEARING, "2900", "Transfer clearing", Liability)),
        plain(EQUITY, "3000", "Fund balance", Equity),
        plain(REVENUE, "4000", "Service charges", Revenue),
    ]
}

fn opened() -> Vec<(FundId, LedgerAccountId)> {
    let both = [DRAWER, BANK, RECEIVABLE, DEPOSITS, UNAPPLIED, CLEARING, REVENUE, EQUITY];
    let pairs = both.into_iter().flat_map(|side| [(WATER, side), (SEWER, side)]);
    pairs.chain([(WATER, HYDRANTS)]).collect()
}

fn chart() -> Chart {
    Chart::new(funds(), ledger_accounts(), opened()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// `cents` from the second ledger account to the first: debit, then credit.
fn posting(
    account: AccountId,
    fund: FundId,
    (debit, credit): (LedgerAccountId, LedgerAccountId),
    cents: i64,
) -> Posting {
    Posting { account, fund, debit, credit, cents: Cents(cents) }
}

fn journal(id: i64, kind: JournalKind, tender: i64, postings: Vec<Posting>) -> Journal {
    let (id, gl_on) = (JournalId(id), day("2014-03-31"));
    Journal { id, kind, gl_on, reverses: None, tender: Cents(tender), postings }
}
