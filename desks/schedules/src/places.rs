//! `/rates/where-it-goes`: in which fund and ledger accounts each charge and tax is booked, and the classes of customers.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{FundId, LedgerAccountId};
use ledger::Chart;
use rates::Version;
use web::shown::capital;
use web::{Answer, Ask, Cell, Column, Section, Table, encoded};

use crate::loaded::Loaded;
use crate::names::Names;

/// What rates in force say about revenue codes, taxes and classes.
#[derive(Default)]
struct Uses {
    codes: BTreeMap<String, BTreeSet<String>>,
    taxes: BTreeMap<(String, String), BTreeSet<String>>,
    classes: BTreeMap<String, BTreeSet<String>>,
}

impl Uses {
    fn add(&mut self, title: &str, version: &Version) {
        for charge in &version.charges {
            self.codes.entry(charge.revenue.clone()).or_default().insert(title.to_owned());
            if let Some(tax) = &charge.tax {
                let key = (tax.authority.clone(), tax.code.clone());
                self.taxes.entry(key).or_default().insert(title.to_owned());
            }
        }
        for class in &version.classes {
            self.classes.entry(class.clone()).or_default().insert(title.to_owned());
        }
    }
}

fn listed(titles: Option<&BTreeSet<String>>) -> String {
    titles.map_or_else(|| "nothing in force".to_owned(), |titles| titles.iter().cloned().collect::<Vec<_>>().join(", "))
}

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let goes = revenue::where_it_goes(&mut read).await?;
    let chart = finance::chart(&mut read).await?;
    let names = Names::load(&mut read).await?;
    let mut uses = Uses::default();
    for loaded in Loaded::all(&mut read).await? {
        if let Some(current) = loaded.on(ask.today()) {
            uses.add(&loaded.title, current.version());
        }
    }
    let desk = Places { ask: &ask, chart: &chart, may_see_books: ask.may(finance::SEE) };
    let lines = desk.lines(&goes, &uses);
    if let Some(file) = lines.file()? {
        return Ok(file);
    }
    let page = ask.page("Where charges go in the books").crumbs(&[("Rates", "/rates")]);
    let page =
        page.lead("Every charge of a rate schedule names a revenue code; the code decides fund and ledger accounts.");
    let codes = Section::new("codes", "Charges").with(&lines);
    let taxes = "Money held for others. Which fund bears a tax follows from the charges it is on.";
    let taxes = Section::new("taxes", "Taxes, by authority").note(taxes).with(&desk.taxes(&goes, &uses));
    let mut page = page.body(&codes).body(&taxes);
    if !goes.expenses.is_empty() {
        let note = "What the city pays itself instead of billing it.";
        page = page.body(&Section::new("borne", "Borne by the city").note(note).with(&desk.expenses(&goes)));
    }
    page.body(&Section::new("classes", "Classes of customers").with(&desk.classes(&names, &uses))).answer()
}

struct Places<'a> {
    ask: &'a Ask,
    chart: &'a Chart,
    may_see_books: bool,
}

impl Places<'_> {
    fn fund(&self, id: FundId) -> Cell {
        let fund = self.chart.fund(id);
        let words = fund.map_or_else(String::new, |fund| format!("{} {}", fund.code, fund.name));
        self.books(Cell::text(words), "/books/chart".to_owned())
    }

    /// A ledger account, which leads to what was booked in it; within a fund where that is known.
    fn account(&self, id: LedgerAccountId, fund: Option<FundId>) -> Cell {
        let Some(account) = self.chart.ledger_account(id) else { return Cell::empty() };
        let cell = Cell::text(format!("{} {}", account.code, account.name));
        let href = match fund.and_then(|fund| self.chart.fund(fund)) {
            Some(fund) => format!("/books/ledger/{}/{}", encoded(&fund.code), encoded(&account.code)),
            None => "/books/chart".to_owned(),
        };
        self.books(cell, href)
    }

    fn books(&self, cell: Cell, href: String) -> Cell {
        if self.may_see_books { cell.link(href) } else { cell }
    }

    fn lines(&self, goes: &revenue::WhereItGoes, uses: &Uses) -> Table {
        let table = self
            .ask
            .table("lines", "Charges by revenue code")
            .column(Column::text("title", "Charge"))
            .column(Column::text("service", "Service"))
            .column(Column::text("fund", "Fund"))
            .column(Column::text("receivable", "Owed in (debit)"))
            .column(Column::text("revenue", "Earned in (credit)"))
            .column(Column::text("used_by", "Rates in force"))
            .empty("No charge has a place in the books yet. The town file says where each goes; rates cannot be approved before.");
        table.rows(goes.lines.iter().map(|line| {
            [
                Cell::text(&line.title).note(line.code.clone()),
                Cell::text(capital(&line.service)),
                self.fund(line.fund),
                self.account(line.receivable, Some(line.fund)),
                self.account(line.revenue, Some(line.fund)),
                Cell::text(listed(uses.codes.get(&line.code))),
            ]
        }))
    }

    fn taxes(&self, goes: &revenue::WhereItGoes, uses: &Uses) -> Table {
        let table = self
            .ask
            .table("tax-lines", "Taxes and the accounts they are owed in")
            .plain()
            .column(Column::text("authority", "Owed to"))
            .column(Column::text("title", "Tax"))
            .column(Column::text("code", "Its code there"))
            .column(Column::text("liability", "Owed in (credit)"))
            .column(Column::text("used_by", "Rates in force"))
            .empty("The town collects no taxes with its bills.");
        table.rows(goes.taxes.iter().map(|tax| {
            let key = (tax.authority.clone(), tax.code.clone());
            [
                Cell::text(capital(&tax.authority)),
                Cell::text(&tax.title).note(tax.revenue.clone()),
                Cell::text(&tax.code),
                self.account(tax.liability, None),
                Cell::text(listed(uses.taxes.get(&key))),
            ]
        }))
    }

    fn expenses(&self, goes: &revenue::WhereItGoes) -> Table {
        let table = self
            .ask
            .table("expenses", "Expenses of the city")
            .plain()
            .column(Column::text("code", "Revenue code"))
            .column(Column::text("expense", "Paid from (debit)"));
        table.rows(goes.expenses.iter().map(|(code, expense)| [Cell::text(code), self.account(*expense, None)]))
    }

    fn classes(&self, names: &Names, uses: &Uses) -> Table {
        let table = self
            .ask
            .table("class-lines", "Classes and the rates that know them")
            .plain()
            .column(Column::text("title", "Class"))
            .column(Column::text("used_by", "Rates in force"))
            .empty("The town knows no classes yet.");
        table.rows(
            names.classes.iter().map(|(code, title)| {
                [Cell::text(title).note(code.clone()), Cell::text(listed(uses.classes.get(code)))]
            }),
        )
    }
}
