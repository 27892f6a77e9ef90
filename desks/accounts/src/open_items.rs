//! `/accounts/{number}/open-items`: what is not paid yet, by service and the day it is due, with the bills it stands on.

use std::collections::BTreeMap;

use billing::{AGES, AccountBill, OpenItem, Owing, age_of, owing};
use chrono::NaiveDate;
use kernel::{AgreementId, Cents, JournalId};
use ledger::Chart;
use web::shown::{date, money};
use web::{Answer, Ask, At, Cell, Choice, Column, Columns, Facts, Field, LookUp, Section, Table, address, encoded};

use crate::words::{self, Named};

/// Ages as an address names them, and from which of [`AGES`] through which.
const CHOICES: [(&str, usize, usize); 8] = [
    ("not_due", 0, 0),
    ("30", 1, 1),
    ("60", 2, 2),
    ("90", 3, 3),
    ("120", 4, 4),
    ("over_120", 5, 5),
    ("older", 4, 5),
    ("past_due", 1, 5),
];

/// What an age is called.
fn title(from: usize, to: usize) -> &'static str {
    match (from, to) {
        (1, 5) => "Past due",
        (4, 5) => "Over 90 days",
        _ => AGES[from],
    }
}

/// Ages of the table of what is owed, as an address names them, in its order.
pub(crate) const CODES: [&str; 6] = ["not_due", "30", "60", "90", "120", "over_120"];

/// What stands for what is owed by the account as a whole.
const WHOLE: &str = "whole";

/// What is looked at.
struct Wanted {
    on: NaiveDate,
    service: Option<String>,
    fund: String,
    receivable: String,
    age: Option<(usize, usize)>,
}

impl Wanted {
    fn asked(ask: &Ask) -> Wanted {
        let query = ask.query();
        let age = CHOICES.iter().find(|(code, ..)| *code == query.text("age")).map(|(_, from, to)| (*from, *to));
        let service = match query.text("service") {
            "" => None,
            WHOLE => Some(String::new()),
            service => Some(service.to_owned()),
        };
        Wanted {
            on: query.text("on").parse().unwrap_or(ask.today()),
            service,
            fund: query.text("fund").to_owned(),
            receivable: query.text("in").to_owned(),
            age,
        }
    }

    fn wants(&self, chart: &Chart, item: &OpenItem) -> bool {
        let is = |wanted: &String, code: Option<&String>| wanted.is_empty() || code == Some(wanted);
        let age = age_of(item.due_on, self.on);
        self.service.as_ref().is_none_or(|service| *service == item.service)
            && is(&self.fund, chart.fund(item.fund).map(|fund| &fund.code))
            && is(&self.receivable, chart.ledger_account(item.receivable).map(|side| &side.code))
            && self.age.is_none_or(|(from, to)| (from..=to).contains(&age))
    }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let wanted = Wanted::asked(&ask);
    let chart = finance::chart(&mut read).await?;
    let postings = finance::account_postings(&mut read, named.id).await?;
    let bills = billing::account_bills(&mut read, named.id).await?;
    let services = billing::account_services(&mut read, named.id).await?;
    drop(read);
    let services: BTreeMap<AgreementId, String> =
        services.into_iter().map(|service| (service.agreement, service.service)).collect();
    let found = owing(&chart, (&postings, &bills), &services, wanted.on);
    let items: Vec<&OpenItem> = found.items.iter().filter(|item| wanted.wants(&chart, item)).collect();
    // What is due on a day without a bill stands on the journals of that day.
    let of_bills: Vec<JournalId> = bills.iter().map(|bill| bill.journal).collect();
    let journals: BTreeMap<NaiveDate, JournalId> = postings
        .iter()
        .filter(|posting| !of_bills.contains(&posting.journal))
        .map(|posting| (posting.gl_on, posting.journal))
        .collect();
    let table =
        table(&ask, &named).rows(items.iter().map(|item| row(&ask, (&named, &chart), (&bills, &journals), item)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let own = named.href("");
    let names: std::collections::BTreeSet<&str> = services.values().map(String::as_str).collect();
    let mut choices: Vec<Choice> = names.into_iter().map(|name| Choice::new(name, words::service(name))).collect();
    choices.push(Choice::new(WHOLE, "Account as a whole"));
    let ages = CHOICES.iter().map(|(code, from, to)| Choice::new(*code, title(*from, *to))).collect();
    let said = |name: &str| ask.query().text(name).chars().take(100).collect::<String>();
    let look_up = LookUp::new(&ask, "Open items", "Show")
        .field(Field::select("service", "Service", choices).value(said("service")))
        .field(Field::select("age", "Age", ages).value(said("age")))
        .field(Field::date("on", "As of").value(wanted.on.to_string()));
    let columns = Columns {
        main: vec![Section::bare().with(&table)],
        side: vec![Section::bare().with(&facts(&named, (&found, &items), &wanted))],
    };
    ask.page(&format!("Open items of account {}", named.number))
        .crumbs(&[("Accounts", "/accounts"), (named.number.as_str(), own.as_str())])
        .lead(format!(
            "What is not paid on {}, by the day it is due. Payments and credits pay the oldest first.",
            date(&wanted.on)
        ))
        .body(&look_up)
        .body(&columns)
        .answer()
}

fn facts(named: &Named, (found, items): (&Owing, &[&OpenItem]), wanted: &Wanted) -> Facts {
    let open: Cents = items.iter().map(|item| item.open).sum();
    let credits = found.lines.iter().map(|line| line.credits).sum::<Cents>() + found.unapplied;
    let ledger = named.href("ledger");
    let facts = Facts::new().fact("Open", money(&open));
    let facts = match wanted.age {
        Some((from, to)) => facts.fact("Age", title(from, to)),
        None => facts,
    };
    let facts = if credits.is_zero() { facts } else { facts.link("Credits", money(&credits), ledger.clone()) };
    facts.link("Owed in all", money(&found.balance()), ledger)
}

fn table(ask: &Ask, named: &Named) -> Table {
    ask.table("open-items", &format!("Open items of account {}", named.number))
        .column(Column::text("service", "Service"))
        .column(Column::text("fund", "Fund"))
        .column(Column::date("due", "Due"))
        .column(Column::text("bill", "Bill"))
        .column(Column::money("charged", "Charged").totaled())
        .column(Column::money("paid", "Paid").totaled())
        .column(Column::money("open", "Open").totaled())
        .empty("Nothing of this is open.")
}

/// An item. Its bill, or the journal that charged it, is where it comes from.
fn row(
    ask: &Ask,
    (named, chart): (&Named, &Chart),
    (bills, journals): (&[AccountBill], &BTreeMap<NaiveDate, JournalId>),
    item: &OpenItem,
) -> [Cell; 7] {
    let service = if item.service.is_empty() { WHOLE } else { &item.service };
    let receivable = chart.ledger_account(item.receivable).map_or("", |side| side.code.as_str());
    let ledger = address(&named.href("ledger"), &[("service", service), ("ledger", receivable)]);
    let bill = bills.iter().find(|bill| bill.taken_back.is_none() && bill.due_on == item.due_on);
    let journal = bill.map(|bill| bill.journal).or_else(|| journals.get(&item.due_on).copied());
    let charged = journal.and_then(|journal| named.journal(ask, journal)).unwrap_or_else(|| ledger.clone());
    let fund = chart.fund(item.fund).map_or("", |fund| fund.code.as_str());
    [
        Cell::text(words::service(&item.service)),
        Cell::text(fund),
        item.due_on.into(),
        bill.map_or_else(Cell::empty, |bill| {
            let number = bill.number.to_string();
            Cell::text(&number).link(format!("/bills/{}", encoded(&number)))
        }),
        Cell::from(item.charged).link(&charged),
        Cell::from(item.charged - item.open).link(&ledger),
        // What is left of a charge stands nowhere else; what is not touched is the charge itself.
        Cell::from(item.open).link(if item.open == item.charged { charged } else { ledger }),
    ]
}
