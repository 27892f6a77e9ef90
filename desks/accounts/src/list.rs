//! `/accounts`: a page of accounts in the order of their numbers, from any number on.

use customers::permissions::CHANGE;
use kernel::AccountNumber;
use web::shown::{count, date};
use web::{Answer, Ask, Cell, Column, Field, Links, LookUp, Section, Tone, address, encoded};

/// Accounts of one page.
const PAGE: i64 = 50;
/// Accounts of one file.
const FILE_MAX: i64 = 10_000;

pub(crate) async fn show(ask: Ask) -> Answer {
    let asked = ask.query().text("from").to_owned();
    let from = AccountNumber::parse(&asked).ok().or_else(|| serial(&asked));
    let first = from.unwrap_or_else(|| AccountNumber::issue(1));
    let limit = if ask.window().file.is_some() { FILE_MAX } else { PAGE };
    let mut read = ask.read().await?;
    let accounts = customers::accounts_from(&mut read, first, limit + 1).await?;
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let balances = finance::balances_of(&mut read, &ids).await?;
    drop(read);
    let shown = usize::try_from(limit).unwrap_or(accounts.len()).min(accounts.len());
    let mut table = ask.table("accounts", "Accounts").plain().column(Column::text("number", "Account"));
    table = table.column(Column::text("customer", "Customer")).column(Column::date("opened", "Open since"));
    table = table.column(Column::text("state", "State")).column(Column::money("balance", "Balance"));
    let table = table.empty("No account has a number from there on.").rows(accounts[..shown].iter().map(|account| {
        let state = match account.closed_on.filter(|closed_on| *closed_on <= ask.today()) {
            Some(closed_on) => Cell::tag(Tone::Plain, format!("closed {}", date(&closed_on))),
            None => Cell::tag(Tone::Good, "open"),
        };
        let number = account.number.to_string();
        let balance = balances.get(&account.id).copied().unwrap_or_default();
        [
            Cell::text(number.clone()).link(format!("/accounts/{}", encoded(&number))),
            Cell::text(account.name.clone()),
            account.opened_on.into(),
            state,
            balance.into(),
        ]
    }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let mut links = Links::new("Pages: accounts");
    if from.is_some() {
        links = links.link("First", "/accounts");
    }
    if let Some(next) = accounts.get(shown) {
        links = links.next("Next", address("/accounts", &[("from", &next.number.to_string())]));
    }
    if shown != 0 {
        let to = |form: &str| address("/accounts", &[("from", &asked), ("as", form)]);
        let csv = format!("CSV, {} accounts at most", count(&FILE_MAX));
        links = links.file(&csv, to("csv")).file("Spreadsheet", to("xlsx"));
    }
    let field = Field::text("from", "From number").value(asked.chars().take(20).collect::<String>());
    let lead = format!(
        "In the order of their numbers, {} a page. Press / to search by name, address, meter, telephone or bill.",
        count(&PAGE)
    );
    let page = ask.page("Accounts").lead(lead).body(&LookUp::new(&ask, "Accounts", "Go").field(field));
    let page = match ask.may(CHANGE) {
        true => page.action("Open an account", "/moves/account"),
        false => page,
    };
    let page = page.body(&Section::bare().with(&table));
    if links.is_empty() { page.answer() } else { page.body(&links).answer() }
}

/// A number without its check digit.
fn serial(text: &str) -> Option<AccountNumber> {
    web::read_number(text).map(AccountNumber::issue)
}
