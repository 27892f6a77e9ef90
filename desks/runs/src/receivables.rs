//! `/runs/{number}/receivables`: what the accounts of a run owe, one by one, behind the receivables of its register.

use std::collections::BTreeMap;

use billing::{RollOf, RollPart, RolledAccount, RunState};
use customers::Account;
use kernel::AccountId;
use web::shown::capital;
use web::{Answer, Ask, At, Cell, Column, Facts, Section, Table, address, encoded};

use crate::detail::{column, is_whole, page_of, section, total};
use crate::known::Known;
use crate::register::register_of;

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

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let of = asked(&ask);
    let register = register_of(&mut read, &known).await?;
    let page = billing::receivables_of_run(&mut read, &known.run, &of, page_of(&ask)).await?;
    let accounts: Vec<AccountId> = page.rows.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    drop(read);
    let table = table(&ask, &known, is_whole(&ask, &page));
    let table = table.rows(page.rows.iter().map(|one| row(&ask, &known, (&accounts, one))));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let (facts, sum) = match CODES.iter().find(|(part, ..)| of.part == Some(*part)) {
        Some((part, _, title)) => {
            let wanted = register.receivables.iter().filter(|line| of.wants(line));
            let sum = wanted.map(|line| line.sum.part(*part)).sum();
            let of_page = page.rows.iter().map(|one| one.line.sum.part(*part)).sum();
            (total(&ask, said(&of), title, sum), Some((*title, of_page)))
        }
        None => (said(&of), None),
    };
    known
        .page(&ask, ("Receivables", "/register"))
        .body(&Section::bare().with(&facts))
        .body(&section(&ask, &table, &page, sum))
        .answer()
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
    CODES.iter().fold(table, |table, (_, code, title)| table.column(column((code, title), is_whole)))
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
