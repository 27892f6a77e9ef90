//! `/runs/{number}/charges`: the charges behind a figure of a run, bill by bill.

use std::collections::BTreeMap;

use billing::{ChargeOfBill, ChargesOf, RunState};
use customers::Account;
use kernel::AccountId;
use web::shown::{capital, date};
use web::{Answer, Ask, At, Cell, Column, Facts, Section, Table, address, encoded};

use crate::detail::{column, is_whole, page_of, section, total};
use crate::known::Known;

/// What an address says of charges: the parts as they are named in it.
const PARTS: [&str; 6] = ["service", "class", "schedule", "revenue", "fund", "debit"];

impl Known {
    /// Where the charges of the run with these parts stand one by one. `bears` says who pays them, where only one does;
    /// `goes_out` leaves out what is held.
    pub(crate) fn charges_href(&self, parts: &[(&str, &str)], bears: Option<Bears>, goes_out: bool) -> String {
        charges_href(self.run.number, parts, bears, goes_out)
    }
}

/// Who pays a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bears {
    City,
    Customer,
}

impl Bears {
    /// Who pays what is borne by the city, or not.
    pub(crate) fn of(is_borne: bool) -> Bears {
        if is_borne { Bears::City } else { Bears::Customer }
    }

    fn code(self) -> &'static str {
        match self {
            Bears::City => "city",
            Bears::Customer => "customer",
        }
    }
}

/// Where the charges of the run with a number stand one by one.
pub(crate) fn charges_href(run: i64, parts: &[(&str, &str)], bears: Option<Bears>, goes_out: bool) -> String {
    let more = [("paid-by", bears.map_or("", Bears::code)), ("bills", if goes_out { "out" } else { "" })];
    address(&format!("/runs/{run}/charges"), &[parts, &more].concat())
}

/// What the address asks for.
fn asked(ask: &Ask) -> ChargesOf {
    let query = ask.query();
    let [service, class, schedule, revenue, fund, debit] = PARTS.map(|name| {
        let text = query.text(name);
        (!text.is_empty()).then(|| text.to_owned())
    });
    let is_borne = match query.text("paid-by") {
        "city" => Some(true),
        "customer" => Some(false),
        _ => None,
    };
    ChargesOf { service, class, schedule, revenue, fund, debit, is_borne, is_going_out: query.text("bills") == "out" }
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    if !known.is_tried() {
        return ask.go(&known.href("/register")).answer();
    }
    let of = asked(&ask);
    let lines = match of.is_going_out {
        true => billing::charges_going_out(&mut read, &known.run).await?,
        false => billing::charges_tried(&mut read, &known.run).await?,
    };
    let page = billing::charges_of_run(&mut read, &known.run, &of, page_of(&ask)).await?;
    let accounts: Vec<AccountId> = page.rows.iter().map(|one| one.account).collect();
    let accounts = customers::accounts_by_id(&mut read, &accounts).await?;
    drop(read);
    let table = table(&ask, &known, &of, is_whole(&ask, &page));
    let table = table.rows(page.rows.iter().map(|one| row(&ask, &known, &accounts, one)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let sum = page.rows.iter().map(|one| one.charge.charged).sum();
    let facts = facts(total(&ask, Facts::new(), "They come to", of.sum(&lines)), (&known, &of));
    known
        .page(&ask, ("Charges", "/register"))
        .body(&Section::bare().with(&facts))
        .body(&section(&ask, &table, &page, Some(("Charges", sum))))
        .answer()
}

fn facts(facts: Facts, (known, of): (&Known, &ChargesOf)) -> Facts {
    let facts = facts.fact("Bills", if of.is_going_out { "that go out" } else { "as tried, held ones included" });
    let facts = match of.is_borne {
        Some(true) => facts.fact("Paid by", "the city"),
        Some(false) => facts.fact("Paid by", "the customers"),
        None => facts,
    };
    let said = [
        ("Service", of.service.as_deref().map(capital)),
        ("Class", of.class.clone()),
        ("Rates", of.schedule.clone()),
        ("Charge", of.revenue.clone()),
        ("Fund", of.fund.clone()),
        ("Debit", of.debit.clone()),
    ];
    let facts = said.into_iter().fold(facts, |facts, (name, said)| match said {
        Some(said) => facts.fact(name, said),
        None => facts,
    });
    match known.state {
        RunState::Posted => facts.fact("Posted on", date(&known.run.gl_on)),
        _ => facts.fact("Posted on", "not posted yet"),
    }
}

fn table(ask: &Ask, known: &Known, of: &ChargesOf, is_whole: bool) -> Table {
    let caption = format!("Charges of run {}", known.run.number);
    let empty = match of.is_going_out {
        true => "No bill that goes out is charged this. Held bills are left out here.",
        false => "No bill of the run is charged this.",
    };
    ask.table("charges", &caption)
        .plain()
        .column(Column::text("bill", "Bill"))
        .column(Column::text("account", "Account"))
        .column(Column::text("service", "Service"))
        .column(Column::text("class", "Class"))
        .column(Column::text("schedule", "Rates"))
        .column(Column::text("charge", "Charge"))
        .column(Column::text("fund", "Fund"))
        .column(Column::count("count", "Times"))
        .column(column(("amount", "Amount"), is_whole))
        .empty(empty)
}

fn row(ask: &Ask, known: &Known, accounts: &BTreeMap<AccountId, Account>, one: &ChargeOfBill) -> [Cell; 9] {
    let number = accounts.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
    let line = &one.charge;
    let bill = format!("/bills/{}", one.bill);
    let is_made = known.state == RunState::Posted && !one.is_held && ask.may(customers::permissions::SEE);
    let note = if one.is_held { "held" } else { "" };
    let (shown, amount) = match is_made {
        true => {
            (Cell::text(one.bill.to_string()).link(&bill), Cell::from(line.charged).link(format!("{bill}/why#books")))
        }
        false => (Cell::text(one.bill.to_string()).note(note), Cell::from(line.charged)),
    };
    let account = Cell::text(&number);
    let account = match ask.may(customers::permissions::SEE) {
        true => account.link(format!("/accounts/{}", encoded(&number))),
        false => account,
    };
    let code = line.schedule.split(' ').next().unwrap_or_default();
    [
        shown,
        account,
        Cell::text(capital(&line.service)),
        Cell::text(&line.class),
        Cell::text(&line.schedule).link(format!("/rates/{}", encoded(code))),
        Cell::text(&line.revenue).note(if line.is_borne { "borne by the city" } else { "" }),
        Cell::text(&line.fund),
        Cell::count(line.count),
        amount,
    ]
}
