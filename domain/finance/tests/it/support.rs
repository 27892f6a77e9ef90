//! A small town to post in: two funds, three customers, and an act that posts what it is given.
//!
//! Customers are written past their room, which stands beside this one and has its own tests.

use acts::{Act, Door, Entry, Failure, Permission, Subject};
use chrono::NaiveDate;
use db::{Db, DoorKey, Engine, Read, Rows, Value};
use finance::{EstablishBooks, JournalEntry, JournalKey, NewFund, NewLedgerAccount, OpenedIn};
use kernel::{AccountId, AgreementId, Cents, FundId, JournalId, LedgerAccountId};
use ledger::{AccountKind, Chart, Control, Journal, JournalKind, Posting};
use serde::Serialize;
use testkit::{TestDb, by, open_door};

/// A town with a chart; accounts 0 (the city) to 3 exist.
pub(crate) struct Town {
    pub(crate) base: TestDb,
    pub(crate) door: Door,
    pub(crate) chart: Chart,
}

/// The customers.
pub(crate) const ANN: AccountId = AccountId(1);
pub(crate) const BEN: AccountId = AccountId(2);
pub(crate) const EVE: AccountId = AccountId(3);

impl Town {
    pub(crate) async fn new(engine: Engine) -> Town {
        let base = TestDb::new(engine).await;
        let door = open_door(&base.db);
        add_accounts(&base.db, 3).await;
        door.carry_out(&by("books"), &small_books()).await.unwrap();
        let chart = finance::chart(&mut base.db.read().await.unwrap()).await.unwrap();
        Town { base, door, chart }
    }

    pub(crate) async fn read(&self) -> Read {
        self.base.db.read().await.unwrap()
    }

    /// Posts journals, and answers the code of the refusal, if there is one.
    pub(crate) async fn post(&self, key: &str, journals: Vec<JournalEntry>) -> Result<(), &'static str> {
        code_of(self.door.carry_out(&by(key), &Post { journals }).await)
    }

    /// Takes journals back, and answers the code of the refusal, if there is one.
    pub(crate) async fn reverse(&self, key: &str, keys: &[JournalKey], gl_on: NaiveDate) -> Result<(), &'static str> {
        code_of(self.door.carry_out(&by(key), &Reverse { keys: keys.to_vec(), gl_on }).await)
    }

    /// A posting by codes: fund, debit, credit.
    pub(crate) fn posting(&self, account: AccountId, sides: [&str; 3], cents: i64) -> Posting {
        let [fund, debit, credit] = sides;
        let fund = self.chart.fund_by_code(fund).map_or(FundId(99), |fund| fund.id);
        let side = |code| self.chart.ledger_account_by_code(code).map_or(LedgerAccountId(99), |side| side.id);
        Posting { account, fund, debit: side(debit), credit: side(credit), cents: Cents(cents) }
    }

    /// A water charge of a customer.
    pub(crate) fn charge(&self, account: AccountId, cents: i64) -> Posting {
        self.posting(account, ["510", "1200", "4000"], cents)
    }

    pub(crate) async fn balance(&self, account: AccountId) -> Cents {
        finance::balance_of(&mut self.read().await, account).await.unwrap()
    }

    /// How many rows of journals and postings there are.
    pub(crate) async fn rows(&self) -> (i64, i64) {
        let mut read = self.read().await;
        let journals = read.number("select count(*) from journal", vec![]).await.unwrap();
        let postings = read.number("select count(*) from posting", vec![]).await.unwrap();
        (journals.unwrap(), postings.unwrap())
    }
}

pub(crate) async fn add_accounts(db: &Db, last: i64) {
    let mut customers = Rows::new("customer", &["customer_id", "reference", "kind", "name", "search_key"]);
    customers.push([1.into(), "C1".into(), "unknown".into(), "".into(), "".into()]);
    let mut accounts = Rows::new("account", &["account_id", "customer_id", "number", "opened_on"]);
    // Account 0, the city itself, is there from the beginning.
    for account in 1..=last {
        accounts.push([account.into(), 1.into(), account.into(), day("2013-01-01").into()]);
    }
    db.load(&DoorKey::for_the_door(), customers).await.unwrap();
    db.load(&DoorKey::for_the_door(), accounts).await.unwrap();
}

pub(crate) fn small_books() -> EstablishBooks {
    let fund = |code: &str, name: &str| NewFund { code: code.to_owned(), name: name.to_owned() };
    let opened = |fund: &str, side: &str| OpenedIn { fund: fund.to_owned(), ledger_account: side.to_owned() };
    let every = ["1000", "1200", "2100", "2200", "2900"];
    let mut pairs: Vec<OpenedIn> = ["510", "520"].iter().flat_map(|one| every.map(|side| opened(one, side))).collect();
    pairs.extend([opened("510", "4000"), opened("520", "4100")]);
    EstablishBooks {
        funds: vec![fund("510", "Water Fund"), fund("520", "Sewer Fund (old; new)")],
        ledger_accounts: vec![
            NewLedgerAccount { is_pooled_cash: true, ..side("1000", "Equity in pooled cash", AccountKind::Asset) },
            NewLedgerAccount { control: Some(Control::Receivable), ..side("1200", "Receivable", AccountKind::Asset) },
            NewLedgerAccount {
                control: Some(Control::UnappliedCredit),
                ..side("2100", "Unapplied credit", AccountKind::Liability)
            },
            NewLedgerAccount {
                control: Some(Control::Deposit),
                ..side("2200", "Deposits held", AccountKind::Liability)
            },
            NewLedgerAccount { is_clearing: true, ..side("2900", "Customer transfers", AccountKind::Liability) },
            side("4000", "Water charges", AccountKind::Revenue),
            side("4100", "Sewer charges", AccountKind::Revenue),
        ],
        opened: pairs,
    }
}

pub(crate) fn side(code: &str, name: &str, kind: AccountKind) -> NewLedgerAccount {
    let (code, name) = (code.to_owned(), name.to_owned());
    NewLedgerAccount { code, name, kind, control: None, is_pooled_cash: false, is_clearing: false }
}

/// A bill of an account; each posting is for the agreement of the account's number.
pub(crate) fn bill(id: i64, account: AccountId, gl_on: &str, postings: Vec<Posting>) -> JournalEntry {
    journal(id, account, JournalKind::Bill, gl_on, postings)
}

pub(crate) fn journal(
    id: i64,
    account: AccountId,
    kind: JournalKind,
    gl_on: &str,
    postings: Vec<Posting>,
) -> JournalEntry {
    let agreements = postings.iter().map(|posting| Some(AgreementId(posting.account.0))).collect();
    let journal = Journal { id: JournalId(id), kind, gl_on: day(gl_on), reverses: None, tender: Cents::ZERO, postings };
    JournalEntry::new(account, format!("12-{id:06}"), journal, agreements)
}

pub(crate) fn payment(id: i64, account: AccountId, gl_on: &str, postings: Vec<Posting>) -> JournalEntry {
    let made = journal(id, account, JournalKind::Payment, gl_on, postings);
    let tender = made.journal().postings.iter().map(|posting| posting.cents).sum();
    let agreements = made.lines().map(|(_, agreement)| agreement).collect();
    let journal = Journal { tender, ..made.journal().clone() };
    JournalEntry::new(account, made.document, journal, agreements)
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn code_of<T: std::fmt::Debug>(result: Result<T, Failure>) -> Result<(), &'static str> {
    match result {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refusal)) => Err(refusal.code()),
        Err(Failure::Fault(fault)) => panic!("{fault}"),
        Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
    }
}

/// Posts what it is given; the command in the log only counts it.
pub(crate) struct Post {
    pub(crate) journals: Vec<JournalEntry>,
}

/// Takes back what it is given.
#[derive(Serialize)]
pub(crate) struct Reverse {
    pub(crate) keys: Vec<JournalKey>,
    pub(crate) gl_on: NaiveDate,
}

const PERMISSION: Permission = Permission { code: "test.post", sentence: "Post in a test" };

impl Serialize for Post {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.journals.len() as u64)
    }
}

impl Act for Post {
    const KIND: &'static str = "test.post";
    type Outcome = ();

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let chart = finance::chart(entry).await?;
        finance::write_journals(entry, &chart, &self.journals).await
    }
}

impl Act for Reverse {
    const KIND: &'static str = "test.reverse";
    type Outcome = usize;

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<usize, Failure> {
        let chart = finance::chart(entry).await?;
        let keys = self.keys.iter().copied().collect();
        Ok(finance::reverse_journals(entry, &chart, &keys, self.gl_on).await?.len())
    }
}

/// The ids of a test begin here, behind those that the tests write by hand.
pub(crate) async fn skip_ids(db: &Db, next: i64) {
    let mut rows = Rows::new("id_block", &["noun", "next_id"]);
    rows.push([Value::from("journal"), next.into()]);
    db.load(&DoorKey::for_the_door(), rows).await.unwrap();
}
