//! `/runs/{number}/taxes`: the bills behind a tax of a run's register, one by one.

use billing::{RunState, TaxOf, TaxSum, TaxedBill, TaxedLine};
use kernel::AccountId;
use web::shown::{count, money};
use web::{Answer, Ask, At, Cell, Column, Facts, Section, address, encoded};

use crate::detail::{column, is_whole, page_of, section, total};
use crate::known::Known;
use crate::register::register_of;

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

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let of = asked(&ask);
    let register = register_of(&mut read, &known).await?;
    let sum = register.taxes.iter().find(|line| of.is(line)).map(|line| line.sum).unwrap_or_default();
    let page = billing::taxes_of_run(&mut read, &known.run, &of, page_of(&ask)).await?;
    let accounts: Vec<AccountId> = page.rows.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    drop(read);
    let is_whole = is_whole(&ask, &page);
    let table = ask
        .table("taxes", &format!("Bills of run {} with {} {}", known.run.number, of.authority, of.code))
        .plain()
        .column(Column::text("bill", "Bill"))
        .column(Column::text("account", "Account"))
        .column(column(("taxable", "Taxable"), is_whole))
        .column(column(("exempt", "Exempt"), is_whole))
        .column(column(("tax", "Tax"), is_whole))
        .empty("No bill of the run has this tax.")
        .rows(page.rows.iter().map(|one| {
            let number = accounts.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
            row(&ask, &known, (&number, one))
        }));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let tax = page.rows.iter().map(|one| one.sum.tax).sum();
    known
        .page(&ask, ("Taxes", "/register"))
        .body(&Section::bare().with(&total(&ask, facts(&of, &sum), "Tax in all", sum.tax)))
        .body(&section(&ask, &table, &page, Some(("Tax", tax))))
        .answer()
}

fn facts(of: &TaxOf, sum: &TaxSum) -> Facts {
    Facts::new()
        .fact("Authority", of.authority.clone())
        .fact("Tax", of.code.clone())
        .fact("Fund", of.fund.clone())
        .fact("Owed in", of.liability.clone())
        .fact("Paid by", if of.is_borne { "the city" } else { "the customers" })
        .fact("Bills", count(&sum.bills))
        .fact("Taxable", money(&sum.taxable))
        .fact("Exempt", money(&sum.exempt))
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
