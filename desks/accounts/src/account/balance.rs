//! What the account owes, by service and age; every figure leads to the postings it is made of.

use askama::Template;
use askama::filters::HtmlSafe;
use billing::AGES;
use kernel::Cents;
use web::shown::{date, money};
use web::{Facts, Section, address};

use crate::open_items::CODES;

use super::loaded::Loaded;
use crate::words;

/// The table of ages.
#[derive(Template)]
#[template(path = "account/balance.html")]
struct Ages {
    columns: Vec<&'static str>,
    lines: Vec<Line>,
    total: Line,
}

impl HtmlSafe for Ages {}

struct Line {
    title: String,
    href: String,
    /// Each with the items it is made of.
    figures: Vec<(Cents, String)>,
    total: Cents,
}

/// The part of the page.
pub(crate) fn section(loaded: &Loaded) -> Section {
    let section = Section::new("balance", "What is owed");
    if loaded.postings.is_empty() {
        return section.note("Nothing was ever posted on this account.");
    }
    let section = section.with(&summary(loaded));
    let ages = ages(loaded);
    if ages.lines.is_empty() { section } else { section.with(&ages) }
}

fn summary(loaded: &Loaded) -> Facts {
    let balance = loaded.owing.balance();
    let ledger = loaded.named.href("ledger");
    let facts = match balance {
        Cents::ZERO => Facts::new().fact("Owed", "nothing"),
        credit if credit < Cents::ZERO => Facts::new().link("Credit of the customer", (-credit).dollars(), ledger),
        balance => Facts::new().link("Owed", balance.dollars(), ledger),
    };
    match loaded.newest_bill() {
        Some(bill) => facts
            .link("Newest bill", money(&bill.total), format!("/bills/{}", bill.number))
            .fact("Its number and date", format!("{} of {}", bill.number, date(&bill.bill_on)))
            .fact("Due on", date(&bill.due_on)),
        None => facts,
    }
}

/// By service and age. Columns that hold nothing at all are left out, but for the first two.
fn ages(loaded: &Loaded) -> Ages {
    let owing = &loaded.owing;
    let has = |place: usize| owing.lines.iter().any(|line| !line.by_age[place].is_zero());
    let shown: Vec<usize> = (0..AGES.len()).filter(|place| *place < 2 || has(*place)).collect();
    let credits: Cents = owing.lines.iter().map(|line| line.credits).sum::<Cents>() + owing.unapplied;
    let has_credits = !credits.is_zero();
    let (ledger, items) = (loaded.named.href("ledger"), loaded.named.href("open-items"));
    let line = |title: String, code: &str, by_age: &[Cents; 6], credits: Cents| {
        let href = address(&ledger, &[("service", code)]);
        let item = |place: usize| address(&items, &[("service", code), ("age", CODES[place])]);
        let mut figures: Vec<(Cents, String)> = shown.iter().map(|place| (by_age[*place], item(*place))).collect();
        figures.extend(has_credits.then(|| (credits, href.clone())));
        let total = by_age.iter().copied().sum::<Cents>() + credits;
        Line { title, href, figures, total }
    };
    let mut lines: Vec<Line> = Vec::new();
    for one in &owing.lines {
        let code = if one.service.is_empty() { "whole" } else { &one.service };
        lines.push(line(words::service(&one.service), code, &one.by_age, one.credits));
    }
    if !owing.unapplied.is_zero() {
        lines.push(line("Paid and not used yet".to_owned(), "whole", &[Cents::ZERO; 6], owing.unapplied));
    }
    let mut by_age = [Cents::ZERO; 6];
    for one in &owing.lines {
        by_age.iter_mut().zip(one.by_age).for_each(|(sum, cents)| *sum += cents);
    }
    let total = line("All services".to_owned(), "", &by_age, credits);
    let mut columns: Vec<&'static str> = shown.iter().map(|place| AGES[*place]).collect();
    columns.extend(has_credits.then_some("Credits"));
    Ages { columns, lines, total }
}
