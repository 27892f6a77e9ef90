//! `/books/chart`: the funds, the ledger accounts, and which are open in which fund.

use ledger::{Chart, Control, LedgerAccount};
use web::shown::{capital, counted};
use web::{Answer, Ask, Cell, Column, Section};

use super::parts::tabs;
use crate::names::ledger_path;

/// Chart and funds.
pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let chart = finance::chart(&mut read).await?;
    let accounts = ask
        .table("chart", "Ledger accounts")
        .column(Column::text("account", "Ledger account"))
        .column(Column::text("name", "Name"))
        .column(Column::text("kind", "Kind"))
        .column(Column::text("use", "Use"))
        .column(Column::text("fund", "Open in fund"))
        .empty("The chart is empty. It is set up from the town file.")
        .rows(chart.opened().map(|(fund, side)| {
            let path = ledger_path(&chart, fund.id, side.id).unwrap_or_default();
            [
                Cell::text(&side.code).link(path),
                Cell::text(&side.name),
                Cell::text(capital(side.kind.code())),
                Cell::text(use_of(side)),
                Cell::text(&fund.code).note(fund.name.clone()),
            ]
        }));
    if let Some(file) = accounts.file()? {
        return Ok(file);
    }
    let funds = ask
        .table("funds", "Funds")
        .column(Column::text("fund", "Fund"))
        .column(Column::text("name", "Name"))
        .column(Column::text("accounts", "Ledger accounts"))
        .empty("There are no funds yet. They are set up from the town file.")
        .plain()
        .rows(chart.funds().map(|fund| {
            let open = chart.opened().filter(|(one, _)| one.id == fund.id).count();
            let open = counted(i64::try_from(open).unwrap_or(0), "is open", "are open");
            [
                Cell::text(&fund.code).link(format!("/books/chart?filter={}#chart", fund.code)),
                Cell::text(&fund.name),
                Cell::text(open),
            ]
        }));
    ask.page("Chart and funds")
        .crumbs(&[("Books", "/books")])
        .lead(lead(&chart))
        .body(&tabs("/books/chart"))
        .body(&Section::new("by-fund", "By fund").with(&funds))
        .body(&Section::new("by-account", "By ledger account").with(&accounts))
        .answer()
}

fn lead(chart: &Chart) -> String {
    let funds = counted(i64::try_from(chart.funds().count()).unwrap_or(0), "fund", "funds");
    let sides =
        counted(i64::try_from(chart.ledger_accounts().count()).unwrap_or(0), "ledger account", "ledger accounts");
    format!("{funds}, {sides}. The chart grows from the town file; what was posted to once never changes.")
}

/// What a ledger account is used for, beyond its kind.
fn use_of(side: &LedgerAccount) -> &'static str {
    match side.control {
        Some(Control::Receivable) => "What customers owe",
        Some(Control::Deposit) => "Deposits of customers",
        Some(Control::UnappliedCredit) => "Paid in advance",
        None if side.is_pooled_cash => "Share in pooled cash",
        None if side.is_clearing => "Clearing",
        None => "",
    }
}
