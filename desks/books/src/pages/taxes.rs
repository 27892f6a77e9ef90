//! `/books/taxes`: what bills owe each authority, beside what was posted; it leads to the postings and so to the bills.

use billing::{PageOf, TaxOf, TaxReport, TaxedAccount, TaxedLine, tax_report, taxed_accounts};
use db::Read;
use kernel::{AccountId, Cents};
use ledger::Chart;
use web::shown::money;
use web::{Alert, Answer, Ask, Cell, Column, Columns, Facts, Links, Page, Problem, Section, Table, Tone, address};

use super::parts::{mark, tabs, under_way};
use crate::days::{self, Days};
use crate::names::{Numbers, ledger_path};
use crate::work::{Looked, Works};

/// Taxes of a month or a day.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let days = Days::asked(&ask, &mut read).await?;
    let chart = finance::chart(&mut read).await?;
    let look_up = days::look_up(&ask, &mut read, days).await?;
    let looked = tax_report_of(&ask, read, days).await?;
    let page = ask.page("Taxes by authority").crumbs(&[("Books", "/books")]);
    let page = page.lead(format!("What bills and adjustments of {} owe each authority.", days.words()));
    let page = page.body(&tabs("/books/taxes")).body(&look_up);
    match looked {
        Looked::UnderWay => under_way(page, "The tax of these days").answer(),
        Looked::Done(report) => draw(&ask, page, (&chart, days), &report),
    }
}

/// The report of some days, or that it is being made.
async fn tax_report_of(ask: &Ask, mut read: Read, days: Days) -> Result<Looked<TaxReport>, Problem> {
    let key = (format!("taxes {:?}", days.ends()), mark(ask, &mut read).await?);
    drop(read);
    let (from_on, through_on) = days.ends();
    let work = move |db: db::Db| async move { tax_report(&mut db.read().await?, from_on, through_on).await };
    Ok(ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?)
}

fn draw(ask: &Ask, page: Page, (chart, days): (&Chart, Days), report: &TaxReport) -> Answer {
    let taxes = taxes(ask, chart, days, report);
    let owed = owed(ask, chart, days, report);
    let table = if ask.query().text("of") == "owed" { &owed } else { &taxes };
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let page = match (report.is_agreed(), report.taxes.is_empty() && report.owed.is_empty()) {
        (_, true) => page,
        (true, false) => page.alert(Alert::good("The books say of every tax what the bills say")),
        (false, false) => page.alert(
            Alert::bad("The books and the bills differ")
                .text("Look for the lines that say so below, and at the journals behind the figure that was posted."),
        ),
    };
    let (name, value) = days.pair();
    let files = |form| address("/books/taxes", &[(name, &value), ("of", "owed"), ("as", form)]);
    let links = Links::new("As a file").file("CSV", files("csv")).file("Spreadsheet", files("xlsx"));
    page.body(&Section::new("by-authority", "By authority").note(TAXES).with(&taxes))
        .body(&Section::new("owed-part", "Owed to the authorities").note(OWED).with(&owed).with(&links))
        .answer()
}

const TAXES: &str = "Each bill of the days is priced again from what was frozen; taken back ones are taken off. \
                     Adjustments count on the day they were posted.";
const OWED: &str = "A figure that was posted leads to its days, journals and bills.";

fn taxes(ask: &Ask, chart: &Chart, days: Days, report: &TaxReport) -> Table {
    ask.table("taxes", &format!("Taxes, {}", days.words()))
        .column(Column::text("authority", "Authority"))
        .column(Column::text("code", "Tax"))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("owed", "Owed in"))
        .column(Column::count("bills", "Bills"))
        .column(Column::money("taxable", "Taxable"))
        .column(Column::money("exempt", "Exempt"))
        .column(Column::money("tax", "Tax").totaled())
        .column(Column::money("borne", "Borne by the city").totaled())
        .empty("No bill of these days carries a tax. Choose another month.")
        .rows(report.taxes.iter().map(|line| {
            let place = place_href(chart, days, &line.fund, &line.liability);
            let liability = Cell::text(&line.liability);
            let liability = match place {
                Some(href) => liability.link(href),
                None => liability,
            };
            let href = accounts_href(days, line);
            let leads = |cell: Cell| cell.link(href.clone());
            let (tax, borne) = match line.is_borne {
                true => (Cell::empty(), leads(line.sum.tax.into())),
                false => (leads(line.sum.tax.into()), Cell::empty()),
            };
            [
                Cell::text(&line.authority),
                Cell::text(&line.code),
                Cell::text(&line.fund),
                liability,
                leads(Cell::count(line.sum.bills)),
                leads(line.sum.taxable.into()),
                leads(line.sum.exempt.into()),
                tax,
                borne,
            ]
        }))
}

fn owed(ask: &Ask, chart: &Chart, days: Days, report: &TaxReport) -> Table {
    ask.table("owed", &format!("Owed to the authorities, {}", days.words()))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("owed", "Owed in"))
        .column(Column::money("bills", "By the bills").totaled())
        .column(Column::money("posted", "Posted by bills").totaled())
        .column(Column::text("state", "State"))
        .column(Column::money("adjusted", "By adjustments").totaled())
        .column(Column::money("otherwise", "Posted otherwise").totaled())
        .column(Column::money("movement", "Movement").totaled())
        .empty("Nothing was posted to what authorities are owed.")
        .plain()
        .rows(report.owed.iter().map(|line| {
            let href = place_href(chart, days, &line.fund, &line.liability);
            let leads = |cents: Cents, of: &str| match (&href, of) {
                (Some(href), "") => Cell::from(cents).link(href.clone()),
                (Some(href), of) => Cell::from(cents).link(format!("{href}&of={of}")),
                (None, _) => Cell::from(cents),
            };
            let state = match line.is_agreed() {
                true => Cell::tag(Tone::Good, "agree"),
                false => Cell::tag(Tone::Bad, "differ"),
            };
            [
                Cell::text(&line.fund),
                Cell::text(&line.liability),
                leads(line.by_bills, "bills"),
                leads(line.posted, "bills"),
                state,
                leads(line.adjusted, "adjustments"),
                leads(line.otherwise, "other"),
                leads(line.movement(), ""),
            ]
        }))
}

/// What an address says of a tax.
const PARTS: [&str; 5] = ["authority", "tax", "fund", "in", "paid-by"];

/// The accounts that a line of the report is made of.
fn accounts_href(days: Days, line: &TaxedLine) -> String {
    let (name, value) = days.pair();
    let liability = line.liability.split(' ').next().unwrap_or_default();
    let values = [line.authority.as_str(), &line.code, &line.fund, liability, if line.is_borne { "city" } else { "" }];
    let mut pairs: Vec<(&str, &str)> = PARTS.into_iter().zip(values).collect();
    pairs.push((name, &value));
    address("/books/taxes/accounts", &pairs)
}

/// `/books/taxes/accounts`: the accounts that a line of the report is made of.
pub(super) async fn accounts(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let days = Days::asked(&ask, &mut read).await?;
    let [authority, code, fund, liability, paid_by] = PARTS.map(|part| ask.query().text(part).to_owned());
    let of = TaxOf { authority, code, fund, liability, is_borne: paid_by == "city" };
    let after = web::read_number(ask.query().text("after")).unwrap_or(0);
    let wanted = match ask.window().file {
        Some(_) => PageOf::file(),
        None => PageOf::screen(AccountId(after)),
    };
    let page = taxed_accounts(&mut read, days.ends(), &of, wanted).await?;
    let numbers = Numbers::load(&mut read, page.rows.iter().map(|one| one.account)).await?;
    let looked = tax_report_of(&ask, read, days).await?;
    let table = accounts_table(&ask, (&of, days), after == 0 && page.next.is_none())
        .rows(page.rows.iter().map(|one| account_row(&ask, (&of, days), (&numbers, one))));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let facts = tax_facts(&of, &looked, ask.here("after", ""));
    let next = page.next.map(|next| next.0.to_string());
    let links = Links::ways_on(&ask, next.as_deref(), page.rows.is_empty());
    let links = links.link("Back to the report", days.address("/books/taxes"));
    let section = Section::bare().with(&table).with(&links);
    ask.page("Who owes the tax")
        .crumbs(&[("Books", "/books"), ("Taxes by authority", "/books/taxes")])
        .lead(format!("Bills and adjustments of {}, account by account.", days.words()))
        .body(&Columns { main: vec![section], side: vec![Section::bare().with(&facts)] })
        .answer()
}

fn accounts_table(ask: &Ask, (of, days): (&TaxOf, Days), is_whole: bool) -> Table {
    let sum = |column: Column| if is_whole { column.totaled() } else { column };
    ask.table("tax-accounts", &format!("{} {}, {}", of.authority, of.code, days.words()))
        .plain()
        .column(Column::text("account", "Account"))
        .column(sum(Column::count("bills", "Bills")))
        .column(sum(Column::money("taxable", "Taxable")))
        .column(sum(Column::money("exempt", "Exempt")))
        .column(sum(Column::money("tax", "Tax")))
        .empty("No account of these days has this tax.")
}

fn account_row(ask: &Ask, (of, days): (&TaxOf, Days), (numbers, one): (&Numbers, &TaxedAccount)) -> [Cell; 5] {
    let (number, through) = (numbers.of(one.account), days.through_on.to_string());
    let pairs = [("fund", of.fund.as_str()), ("ledger", &of.liability), ("through", &through)];
    let ledger = address(&format!("/accounts/{}/ledger", web::encoded(&number)), &pairs);
    let leads = |cents: Cents| match ask.may(customers::permissions::SEE) {
        true => Cell::from(cents).link(ledger.clone()),
        false => Cell::from(cents),
    };
    let (taxable, exempt, tax) = (leads(one.sum.taxable), leads(one.sum.exempt), leads(one.sum.tax));
    [numbers.cell(ask, one.account), Cell::count(one.sum.bills), taxable, exempt, tax]
}

/// Which tax it is, and what the report says of it. The report is there when the page was opened from it; where it is not,
/// the page does without.
fn tax_facts(of: &TaxOf, looked: &Looked<TaxReport>, first: String) -> Facts {
    let facts = Facts::new()
        .fact("Authority", of.authority.clone())
        .fact("Tax", of.code.clone())
        .fact("Fund", of.fund.clone())
        .fact("Owed in", of.liability.clone())
        .fact("Paid by", if of.is_borne { "the city" } else { "the customers" });
    let Looked::Done(report) = looked else { return facts };
    match report.taxes.iter().find(|line| of.is(line)) {
        Some(line) => facts.fact("Taxable", money(&line.sum.taxable)).fact("Exempt", money(&line.sum.exempt)).link(
            "Tax in all",
            money(&line.sum.tax),
            first,
        ),
        None => facts,
    }
}

/// The ledger account that a report names by code and name.
pub(super) fn place_href(chart: &Chart, days: Days, fund: &str, side: &str) -> Option<String> {
    let code = side.split_once(' ').map_or(side, |(code, _)| code);
    let (fund, side) = (chart.fund_by_code(fund)?, chart.ledger_account_by_code(code)?);
    ledger_path(chart, fund.id, side.id).map(|path| days.address(&path))
}
