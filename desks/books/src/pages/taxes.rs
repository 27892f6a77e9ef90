//! `/books/taxes`: what bills owe each authority, beside what was posted; it leads to the postings and so to the bills.

use billing::{TaxReport, tax_report};
use ledger::Chart;
use web::{Alert, Answer, Ask, Cell, Column, Links, Page, Section, Table, Tone, address};

use super::parts::{mark, tabs, under_way};
use crate::days::{self, Days};
use crate::names::ledger_path;
use crate::work::{Looked, Works};

/// Taxes of a month or a day.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let days = Days::asked(&ask, &mut read).await?;
    let chart = finance::chart(&mut read).await?;
    let look_up = days::look_up(&ask, &mut read, days).await?;
    let key = (format!("taxes {:?}", days.ends()), mark(&ask, &mut read).await?);
    drop(read);
    let page = ask.page("Taxes by authority").crumbs(&[("Books", "/books")]);
    let page = page.lead(format!("What bills and adjustments of {} owe each authority.", days.words()));
    let page = page.body(&tabs("/books/taxes")).body(&look_up);
    let (from_on, through_on) = days.ends();
    let work = move |db: db::Db| async move { tax_report(&mut db.read().await?, from_on, through_on).await };
    let looked: Looked<TaxReport> = ask.site().part::<Works>().look(key, ask.site().door().db(), work).await?;
    match looked {
        Looked::UnderWay => under_way(page, "The tax of these days").answer(),
        Looked::Done(report) => draw(&ask, page, (&chart, days), &report),
    }
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
            let href = place_href(chart, days, &line.fund, &line.liability);
            let leads = |cell: Cell| match &href {
                Some(href) => cell.link(href.clone()),
                None => cell,
            };
            let (tax, borne) = match line.is_borne {
                true => (Cell::empty(), leads(line.sum.tax.into())),
                false => (leads(line.sum.tax.into()), Cell::empty()),
            };
            [
                Cell::text(&line.authority),
                Cell::text(&line.code),
                Cell::text(&line.fund),
                leads(Cell::text(&line.liability)),
                leads(Cell::count(line.sum.bills)),
                line.sum.taxable.into(),
                line.sum.exempt.into(),
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
            let leads = |cell: Cell| match &href {
                Some(href) => cell.link(href.clone()),
                None => cell,
            };
            let state = match line.is_agreed() {
                true => Cell::tag(Tone::Good, "agree"),
                false => Cell::tag(Tone::Bad, "differ"),
            };
            [
                Cell::text(&line.fund),
                Cell::text(&line.liability),
                line.by_bills.into(),
                leads(line.posted.into()),
                state,
                leads(line.adjusted.into()),
                leads(line.otherwise.into()),
                leads(line.movement().into()),
            ]
        }))
}

/// The ledger account that a report names by code and name.
pub(super) fn place_href(chart: &Chart, days: Days, fund: &str, side: &str) -> Option<String> {
    let code = side.split_once(' ').map_or(side, |(code, _)| code);
    let (fund, side) = (chart.fund_by_code(fund)?, chart.ledger_account_by_code(code)?);
    ledger_path(chart, fund.id, side.id).map(|path| days.address(&path))
}
