//! What things of the books are called and where they lead: accounts, kinds of journals, places.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActId, FundId, JournalId, LedgerAccountId};
use ledger::{Chart, JournalKind};
use web::{Ask, Cell, Problem, encoded};

/// The numbers of accounts, as on bills.
pub(crate) struct Numbers(BTreeMap<AccountId, String>);

/// The number of the city itself, which is no customer.
const CITY: &str = "0";

impl Numbers {
    pub(crate) async fn load(read: &mut Read, accounts: impl IntoIterator<Item = AccountId>) -> Result<Numbers, Fault> {
        let mut ids: Vec<AccountId> = accounts.into_iter().filter(|account| account.0 != 0).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = customers::accounts_by_id(read, &ids).await?;
        Ok(Numbers(found.into_iter().map(|(id, account)| (id, account.number.to_string())).collect()))
    }

    /// The number of an account.
    pub(crate) fn of(&self, account: AccountId) -> String {
        match account.0 {
            0 => CITY.to_owned(),
            _ => self.0.get(&account).cloned().unwrap_or_default(),
        }
    }

    /// A cell with the number, which leads to the account for who may look at it.
    pub(crate) fn cell(&self, ask: &Ask, account: AccountId) -> Cell {
        if account.0 == 0 {
            return Cell::text("City");
        }
        let number = self.of(account);
        match account_href(ask, &number) {
            Some(href) => Cell::text(number).link(href),
            None => Cell::text(number),
        }
    }

    /// The address of a journal.
    pub(crate) fn journal_href(&self, account: AccountId, journal: JournalId) -> String {
        format!("/books/journals/{}-{}", encoded(&self.of(account)), journal.0)
    }
}

/// The account that a number in an address means.
pub(crate) async fn account_of(read: &mut Read, number: &str) -> Result<Option<AccountId>, Fault> {
    if number == CITY {
        return Ok(Some(AccountId(0)));
    }
    match kernel::AccountNumber::parse(number) {
        Ok(number) => customers::account_by_number(read, number).await,
        Err(_) => Ok(None),
    }
}

/// The page of an account, for who may look at it.
pub(crate) fn account_href(ask: &Ask, number: &str) -> Option<String> {
    ask.may(customers::permissions::SEE).then(|| format!("/accounts/{}", encoded(number)))
}

/// The page of a bill, for who may look at it.
pub(crate) fn bill_href(ask: &Ask, number: &str) -> Option<String> {
    ask.may(customers::permissions::SEE).then(|| format!("/bills/{}", encoded(number)))
}

/// The entry of the log, for who may read it.
pub(crate) fn log_href(ask: &Ask, act: ActId) -> Option<String> {
    ask.may(acts::permissions::READ).then(|| format!("/log/{}", act.0))
}

/// What a kind of journal is called.
pub(crate) fn kind_words(kind: JournalKind) -> &'static str {
    match kind {
        JournalKind::Bill => "Bill",
        JournalKind::BillReversal => "Bill taken back",
        JournalKind::Adjustment => "Adjustment",
        JournalKind::Payment => "Payment",
        JournalKind::Transfer => "Transfer",
        JournalKind::Opening => "Opening balance",
    }
}

/// A ledger account in words: `115100 Utility receivable`.
pub(crate) fn side_words(chart: &Chart, side: LedgerAccountId) -> String {
    chart.ledger_account(side).map_or_else(|| "not in the chart".to_owned(), |one| format!("{} {}", one.code, one.name))
}

/// The code of a fund.
pub(crate) fn fund_code(chart: &Chart, fund: FundId) -> String {
    chart.fund(fund).map_or_else(|| "not in the chart".to_owned(), |fund| fund.code.clone())
}

/// A fund in words: `2400 Water`.
pub(crate) fn fund_words(chart: &Chart, fund: FundId) -> String {
    chart.fund(fund).map_or_else(|| "not in the chart".to_owned(), |one| format!("{} {}", one.code, one.name))
}

/// The page of a ledger account in a fund; nothing when the chart does not know them.
pub(crate) fn ledger_path(chart: &Chart, fund: FundId, side: LedgerAccountId) -> Option<String> {
    let (fund, side) = (chart.fund(fund)?, chart.ledger_account(side)?);
    Some(format!("/books/ledger/{}/{}", encoded(&fund.code), encoded(&side.code)))
}

/// The bill run that the address asks for, by its number; `None` when it asks for none.
pub(crate) fn run_of(ask: &Ask) -> Result<Option<i64>, Problem> {
    match ask.query().text("run").trim() {
        "" => Ok(None),
        text => match web::read_number(text) {
            Some(run) => Ok(Some(run)),
            None => Err(Problem::bad_request("A bill run is asked for by its number, such as 62.")),
        },
    }
}

/// The journals of a day, of one kind or all.
pub(crate) fn day_href(day: NaiveDate, kind: Option<JournalKind>) -> String {
    web::address(&format!("/books/days/{day}"), &[("kind", kind.map_or("", JournalKind::code))])
}
