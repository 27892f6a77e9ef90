//! `/runs/{number}/receivables`: what the accounts of a run owe, one by one, behind the receivables of its register.

use std::collections::BTreeMap;

use billing::{RollOf, RollPart, RolledAccount, RunState};
use customers::Account;
use kernel::{AccountId, Cents};
use web::shown::{capital, money};
use web::{Answer, Ask, At, Cell, Column, Facts, Links, Section, Table, Words, address, encoded};

use crate::known::Known;
use crate::register::register_of;

/// Rows of a page, about.
const PAGE: usize = 50;
/// Rows of a file, about.
const FILE: usize = 100_000;

/// What a service is called in an address where there is none: what is owed by the account as a whole.
const WHOLE: &str = "whole";

/// What the columns are called in addresses.
const CODES: [(RollPart, &str, &str); 7] = [
    (RollPart::Opening, "opening", "Opening"),
    (RollPart::Billed, "billed", "Billed"),
    (RollPart::BilledOtherwise, "otherwise", "Other bills"),
    (RollPart::Reversed, "reversed", "Taken back"),
    (RollPart::Paid, "paid", "Paid"),
    (RollPart::Adjusted, "adjusted", "Adjusted"),
    (RollPart::Closing, "closing", "Closing"),
];

/// The code at the front of `115100 Utility receivable`.
fn code_of(receivable: &str) -> &str {
    receivable.split(' ').next().unwrap_or_default()
}

impl Known {
    /// Where a column of a line of the register's receivables stands account by account; without a line of all of them.
    pub(crate) fn receivables_href(&self, line: Option<(&str, &str, &str)>, part: RollPart) -> String {
        let part = CODES.iter().find(|(one, ..)| *one == part).map_or("", |(_, code, _)| *code);
        let (service, fund, receivable) = line.unwrap_or_default();
        let service = if line.is_some() && service.is_empty() { WHOLE } else { service };
        let pairs = [("service", service), ("fund", fund), ("in", code_of(receivable)), ("part", part)];
        address(&self.href("/receivables"), &pairs)
    }
}

fn asked(ask: &Ask) -> RollOf {
    let text = |name: &str| Some(ask.query().text(name).to_owned()).filter(|text| !text.is_empty());
    let part = CODES.iter().find(|(_, code, _)| *code == ask.query().text("part")).map(|(part, ..)| *part);
    let service = text("service").map(|service| if service == WHOLE { String::new() } else { service });
    RollOf { service, fund: text("fund"), receivable: text("in"), part }
}

fn here(ask: &Ask, name: &str, value: &str) -> String {
    let query = ask.query();
    let kept = ["service", "fund", "in", "part"].map(|part| (part, query.text(part)));
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
    let is_file = ask.window().file.is_some();
    let after = if is_file { 0 } else { web::read_number(ask.query().text("after")).unwrap_or(0) };
    let mut page = billing::receivables_of_run(&mut read, &known.run, &of, (AccountId(after), PAGE)).await?;
    while let Some(next) = page.next.filter(|_| is_file && page.lines.len() < FILE) {
        let more = billing::receivables_of_run(&mut read, &known.run, &of, (next, PAGE)).await?;
        page.lines.extend(more.lines);
        page.next = more.next;
    }
    let accounts: Vec<AccountId> = page.lines.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    drop(read);
    let is_whole = after == 0 && page.next.is_none();
    let table = table(&ask, &known, is_whole).rows(page.lines.iter().map(|one| row(&ask, &known, (&accounts, one))));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let links = Links::new("Ways on");
    let links = if 0 < after { links.link("First page", here(&ask, "after", "")) } else { links };
    let links = match page.next {
        Some(next) => links.next("Next page", here(&ask, "after", &next.0.to_string())),
        None => links,
    };
    let links = match page.lines.is_empty() {
        true => links,
        false => links.file("CSV", here(&ask, "as", "csv")).file("Spreadsheet", here(&ask, "as", "xlsx")),
    };
    let mut section = Section::bare().with(&table);
    if let Some((part, _, title)) = CODES.iter().find(|(part, ..)| of.part == Some(*part)).filter(|_| !is_whole) {
        let sum: Cents = page.lines.iter().map(|one| one.line.sum.part(*part)).sum();
        section = section.with(&Words::new(format!("{title} on this page: {}.", money(&sum))));
    }
    let lines = register.receivables.iter().filter(|line| of.wants(line));
    let facts = said(&of);
    let facts = match CODES.iter().find(|(part, ..)| of.part == Some(*part)) {
        Some((part, _, title)) => {
            let sum: Cents = lines.map(|line| line.sum.part(*part)).sum();
            facts.link(title, money(&sum), here(&ask, "after", ""))
        }
        None => facts,
    };
    let facts = Section::bare().with(&facts);
    known.page(&ask, ("Receivables", "/register")).body(&facts).body(&section.with(&links)).answer()
}

/// What was asked for, in words.
fn said(of: &RollOf) -> Facts {
    let service = |service: &String| if service.is_empty() { "The account".to_owned() } else { capital(service) };
    let all = || "all".to_owned();
    Facts::new()
        .fact("Service", of.service.as_ref().map_or_else(all, service))
        .fact("Fund", of.fund.clone().unwrap_or_else(all))
        .fact("Receivable", of.receivable.clone().unwrap_or_else(all))
}

fn table(ask: &Ask, known: &Known, is_whole: bool) -> Table {
    let caption = format!("What the accounts of run {} owe", known.run.number);
    let table = ask
        .table("receivables", &caption)
        .plain()
        .column(Column::text("account", "Account"))
        .column(Column::text("service", "Service"))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("receivable", "Receivable"))
        .empty("No account of the run has anything here.");
    CODES.iter().fold(table, |table, (_, code, title)| {
        let column = Column::money(code, title);
        table.column(if is_whole { column.totaled() } else { column })
    })
}

fn row(ask: &Ask, known: &Known, (accounts, one): (&BTreeMap<AccountId, Account>, &RolledAccount)) -> [Cell; 11] {
    let number = accounts.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
    let line = &one.line;
    // Both what was owed before and what is owed after stand there as the balance after a posting.
    let end = {
        let through = known.run.gl_on.to_string();
        let service = if line.service.is_empty() { WHOLE } else { &line.service };
        let pairs =
            [("service", service), ("fund", &line.fund), ("ledger", code_of(&line.receivable)), ("through", &through)];
        address(&format!("/accounts/{}/ledger", encoded(&number)), &pairs)
    };
    let may_see = ask.may(customers::permissions::SEE);
    let leads = |cell: Cell, href: String| if may_see { cell.link(href) } else { cell };
    let is_made = known.state == RunState::Posted;
    let amount = |part: RollPart| {
        let href = match part {
            RollPart::Billed if is_made => format!("/bills/{}/why", one.bill),
            RollPart::Opening
            | RollPart::Billed
            | RollPart::BilledOtherwise
            | RollPart::Reversed
            | RollPart::Paid
            | RollPart::Adjusted
            | RollPart::Closing => end.clone(),
        };
        leads(Cell::from(line.sum.part(part)), href)
    };
    let [opening, billed, otherwise, reversed, paid, adjusted, closing] = RollPart::ALL.map(amount);
    let service = if line.service.is_empty() { "The account".to_owned() } else { capital(&line.service) };
    let (service, fund, receivable) = (Cell::text(service), Cell::text(&line.fund), Cell::text(&line.receivable));
    let account = leads(Cell::text(&number), format!("/accounts/{}", encoded(&number)));
    [account, service, fund, receivable, opening, billed, otherwise, reversed, paid, adjusted, closing]
}
