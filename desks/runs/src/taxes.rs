//! `/runs/{number}/taxes`: the bills behind a tax of a run's register, one by one.

use billing::{RunState, TaxOf, TaxSum, TaxedBill, TaxedLine};
use kernel::{AccountId, Cents};
use web::shown::{count, money};
use web::{Answer, Ask, At, Cell, Column, Columns, Facts, Links, Section, Words, address, encoded};

use crate::known::Known;
use crate::register::register_of;

/// Rows of a page, about.
const PAGE: usize = 50;
/// Rows of a file, about.
const FILE: usize = 100_000;

/// What an address says of a tax.
const PARTS: [&str; 5] = ["authority", "tax", "fund", "in", "paid-by"];

impl Known {
    /// Where a tax of the register stands bill by bill.
    pub(crate) fn taxes_href(&self, line: &TaxedLine) -> String {
        let liability = line.liability.split(' ').next().unwrap_or_default();
        let paid_by = if line.is_borne { "city" } else { "" };
        let values = [line.authority.as_str(), &line.code, &line.fund, liability, paid_by];
        let pairs: Vec<(&str, &str)> = PARTS.into_iter().zip(values).collect();
        address(&self.href("/taxes"), &pairs)
    }
}

fn asked(ask: &Ask) -> TaxOf {
    let [authority, code, fund, liability, paid_by] = PARTS.map(|part| ask.query().text(part).to_owned());
    TaxOf { authority, code, fund, liability, is_borne: paid_by == "city" }
}

fn here(ask: &Ask, name: &str, value: &str) -> String {
    let kept = PARTS.map(|part| (part, ask.query().text(part)));
    address(ask.path(), &[&kept[..], &[(name, value)]].concat())
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let of = asked(&ask);
    let register = register_of(&mut read, &known).await?;
    let sum = register.taxes.iter().find(|line| of.is(line)).map(|line| line.sum).unwrap_or_default();
    let is_file = ask.window().file.is_some();
    let after = if is_file { 0 } else { web::read_number(ask.query().text("after")).unwrap_or(0) };
    let mut page = billing::taxes_of_run(&mut read, &known.run, &of, (AccountId(after), PAGE)).await?;
    while let Some(next) = page.next.filter(|_| is_file && page.bills.len() < FILE) {
        let more = billing::taxes_of_run(&mut read, &known.run, &of, (next, PAGE)).await?;
        page.bills.extend(more.bills);
        page.next = more.next;
    }
    let accounts: Vec<AccountId> = page.bills.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    drop(read);
    let is_whole = after == 0 && page.next.is_none();
    let column = |name, title| {
        let column = Column::money(name, title);
        if is_whole { column.totaled() } else { column }
    };
    let table = ask
        .table("taxes", &format!("Bills of run {} with {} {}", known.run.number, of.authority, of.code))
        .plain()
        .column(Column::text("bill", "Bill"))
        .column(Column::text("account", "Account"))
        .column(column("taxable", "Taxable"))
        .column(column("exempt", "Exempt"))
        .column(column("tax", "Tax"))
        .empty("No bill of the run has this tax.")
        .rows(page.bills.iter().map(|one| {
            let number = accounts.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
            row(&ask, &known, (&number, one))
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let links = Links::new("Ways on");
    let links = if 0 < after { links.link("First page", here(&ask, "after", "")) } else { links };
    let links = match page.next {
        Some(next) => links.next("Next page", here(&ask, "after", &next.0.to_string())),
        None => links,
    };
    let links = match page.bills.is_empty() {
        true => links,
        false => links.file("CSV", here(&ask, "as", "csv")).file("Spreadsheet", here(&ask, "as", "xlsx")),
    };
    let mut section = Section::bare().with(&table);
    if !is_whole {
        let tax: Cents = page.bills.iter().map(|one| one.sum.tax).sum();
        section = section.with(&Words::new(format!("Tax on this page: {}.", money(&tax))));
    }
    let columns =
        Columns { main: vec![section.with(&links)], side: vec![Section::bare().with(&facts(&ask, &of, &sum))] };
    known.page(&ask, ("Taxes", "/register")).body(&columns).answer()
}

fn facts(ask: &Ask, of: &TaxOf, sum: &TaxSum) -> Facts {
    Facts::new()
        .fact("Authority", of.authority.clone())
        .fact("Tax", of.code.clone())
        .fact("Fund", of.fund.clone())
        .fact("Owed in", of.liability.clone())
        .fact("Paid by", if of.is_borne { "the city" } else { "the customers" })
        .fact("Bills", count(&sum.bills))
        .fact("Taxable", money(&sum.taxable))
        .fact("Exempt", money(&sum.exempt))
        .link("Tax in all", money(&sum.tax), here(ask, "after", ""))
}

fn row(ask: &Ask, known: &Known, (account, one): (&str, &TaxedBill)) -> [Cell; 5] {
    let may_see = ask.may(customers::permissions::SEE);
    let is_made = one.is_taken_back || known.state == RunState::Posted;
    let why = (may_see && is_made).then(|| format!("/bills/{}/why", one.bill));
    let leads = |cell: Cell| match &why {
        Some(href) => cell.link(href),
        None => cell,
    };
    let number = Cell::text(account);
    let number = if may_see { number.link(format!("/accounts/{}", encoded(account))) } else { number };
    let bill = leads(Cell::text(one.bill.to_string())).note(if one.is_taken_back { "taken back" } else { "" });
    [
        bill,
        number,
        leads(Cell::from(one.sum.taxable)),
        leads(Cell::from(one.sum.exempt)),
        leads(Cell::from(one.sum.tax)),
    ]
}
