//! `/books`: the trial balance by fund and ledger account, and control accounts beside their customers.

use finance::{TrialBalance, Turnover, trial_balance};
use kernel::{Cents, FundId};
use ledger::LedgerAccount;
use web::shown::{capital, counted, money};
use web::{Alert, Answer, Ask, Cell, Column, Facts, Section, Table, Tone, address};

use super::parts::tabs;
use crate::days::{self, Days};
use crate::names::ledger_path;

/// The trial balance of a month or a day.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let days = Days::asked(&ask, &mut read).await?;
    let balance = trial_balance(&mut read, days.ends()).await?;
    let table = places(&ask, &balance, days);
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let wrong = unbalanced(&balance);
    let page = ask
        .page("Books")
        .lead(format!("Trial balance for {}. Every figure leads to what it is made of.", days.words()));
    let page = match &wrong[..] {
        [] => page,
        wrong => page.alert(
            Alert::bad("The books do not balance")
                .text(format!("{}. Open the daily proof to see what is wrong.", wrong.join("; ")))
                .link("Open the daily proof", address("/books/proof", &[("on", &days.through_on.to_string())])),
        ),
    };
    page.action("Daily proof", &address("/books/proof", &[("on", &days.through_on.to_string())]))
        .body(&tabs("/books"))
        .body(&days::look_up(&ask, &mut read, days).await?)
        .body(&Section::new("by-fund", "By fund").with(&funds(&ask, &balance, days)))
        .body(&Section::new("by-account", "By ledger account").with(&table))
        .body(
            &Section::new("by-control", "Control accounts and their customers")
                .note(CONTROLS)
                .with(&controls(&ask, &balance)),
        )
        .answer()
}

const CONTROLS: &str = "What a control account holds must be what its customers hold together.";

/// What is wrong with the sums, in words.
fn unbalanced(balance: &TrialBalance) -> Vec<String> {
    let funds = balance.chart.funds().filter_map(|fund| {
        let sum = balance.fund(fund.id).after();
        (!sum.is_zero()).then(|| format!("Fund {} is out by {}", fund.code, money(&sum)))
    });
    funds.collect()
}

fn funds(ask: &Ask, balance: &TrialBalance, days: Days) -> Table {
    let table = ask
        .table("funds", "Funds")
        .column(Column::text("fund", "Fund"))
        .column(Column::text("name", "Name"))
        .column(Column::money("debit", "Debits").totaled())
        .column(Column::money("credit", "Credits").totaled())
        .column(Column::text("state", "State"))
        .plain();
    let row = |fund: &ledger::Fund| {
        let sum = balance.fund(fund.id);
        let state = match sum.debit == sum.credit && sum.after().is_zero() {
            true => Cell::tag(Tone::Good, "agree"),
            false => Cell::tag(Tone::Bad, "differ"),
        };
        let href = days.address("/books");
        let (name, href) = (Cell::text(&fund.name), format!("{href}&filter={}#trial-balance", fund.code));
        let leads = |cell: Cell| cell.link(href.clone());
        [leads(Cell::text(&fund.code)), name, leads(sum.debit.into()), leads(sum.credit.into()), state]
    };
    table.rows(balance.chart.funds().map(row))
}

fn places(ask: &Ask, balance: &TrialBalance, days: Days) -> Table {
    let table = ask
        .table("trial-balance", &format!("Trial balance, {}", days.words()))
        .column(Column::text("fund", "Fund"))
        .column(Column::text("account", "Ledger account"))
        .column(Column::text("name", "Name"))
        .column(Column::text("kind", "Kind"))
        .column(Column::money("before", "Before").totaled())
        .column(Column::money("debit", "Debits").totaled())
        .column(Column::money("credit", "Credits").totaled())
        .column(Column::money("after", "After").totaled())
        .empty("Nothing was ever posted through these days. Once a bill run is posted, its postings stand here.");
    let used = balance.chart.opened().filter(|(fund, side)| balance.places.contains_key(&(fund.id, side.id)));
    table.rows(used.map(|(fund, side)| place(balance, days, (fund.id, &fund.code), side)))
}

fn place(balance: &TrialBalance, days: Days, (fund, code): (FundId, &str), side: &LedgerAccount) -> [Cell; 8] {
    let sum: Turnover = balance.place(fund, side.id);
    let path = ledger_path(&balance.chart, fund, side.id).unwrap_or_default();
    let moved = |cents: Cents| Cell::from(cents).link(days.address(&path));
    let before = match days.before() {
        Some(before) => Cell::from(sum.before).link(before.address(&path)),
        None => Cell::from(sum.before),
    };
    [
        Cell::text(code),
        Cell::text(&side.code).link(days.address(&path)),
        Cell::text(&side.name),
        Cell::text(capital(side.kind.code())),
        before,
        moved(sum.debit),
        moved(sum.credit),
        Cell::from(sum.after()).link(days.whole().address(&path)),
    ]
}

fn controls(ask: &Ask, balance: &TrialBalance) -> Table {
    let table = ask
        .table("controls", "Control accounts")
        .column(Column::text("fund", "Fund"))
        .column(Column::text("account", "Control account"))
        .column(Column::money("control", "Control account holds"))
        .column(Column::money("customers", "Customers hold"))
        .column(Column::text("state", "State"))
        .empty("No control account was posted in yet.")
        .plain();
    let used = balance
        .chart
        .opened()
        .filter(|(fund, side)| side.control.is_some() && balance.places.contains_key(&(fund.id, side.id)));
    table.rows(used.map(|(fund, side)| {
        let sum = balance.place(fund.id, side.id);
        let path = ledger_path(&balance.chart, fund.id, side.id).unwrap_or_default();
        let whole = Days::through(balance.through_on);
        let state = match sum.after() == sum.customers {
            true => Cell::tag(Tone::Good, "agree"),
            false => Cell::tag(Tone::Bad, "differ"),
        };
        let name = Cell::text(format!("{} {}", side.code, side.name));
        let leads = |cents: Cents| Cell::from(cents).link(whole.address(&path));
        let (control, customers) = (leads(sum.after()), leads(sum.customers));
        [Cell::text(&fund.code), name, control, customers, state]
    }))
}

/// How many journals and postings some days have, and what they move; with a way to them where they are elsewhere.
pub(super) fn counts((journals, postings, moved): (i64, i64, Cents), href: Option<String>) -> Facts {
    let facts = Facts::new()
        .fact("Journals", counted(journals, "journal", "journals"))
        .fact("Postings", counted(postings, "posting", "postings"));
    match href {
        Some(href) => facts.link("Moved", money(&moved), href),
        None => facts.fact("Moved", money(&moved)),
    }
}
