//! `/bills/staying`: bills that say what is not so any more, and that somebody lets stay as they are.

use billing::permissions::CORRECT;
use billing::{StayingBill, staying_bills, staying_bills_count};
use web::{Answer, Ask, Cell, Column};

use crate::listed::{Listed, logged, reasons, tabs};
use crate::loaded::bill_href;
use crate::words::day;

pub(crate) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let window = ask.window();
    let total = staying_bills_count(&mut read).await?;
    let bills = staying_bills(&mut read, None, (window.offset(), window.size())).await?;
    let listed = Listed::of(&ask, &mut read, bills.iter().flat_map(|one| &one.not_so)).await?;
    let table = ask
        .table("staying", "Bills that stay as they are")
        .column(Column::text("bill", "Bill").whole())
        .column(Column::text("account", "Account").whole())
        .column(Column::text("name", "Name"))
        .column(Column::text("listed", "Listed for"))
        .column(Column::date("since", "Decided"))
        .column(Column::text("who", "By"))
        .column(Column::text("reason", "Why it stays"))
        .column(Column::money("amount", "Amount"))
        .column(Column::text("back", "Or"))
        .empty("No bill stays as it is. Those come here that somebody takes off the list of bills to make again.")
        .windowed(usize::try_from(total).unwrap_or(0))
        .rows(bills.iter().map(|one| row(&ask, one, &listed)));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    let lead = "Something on them is not so any more, and somebody decided to leave it. The newest comes first.";
    let page = ask.page("Bills that stay as they are").crumbs(&[("Find a bill", "/bills")]).lead(lead);
    page.body(&tabs(&ask, &mut read).await?).body(&table).answer()
}

fn row(ask: &Ask, one: &StayingBill, listed: &Listed) -> [Cell; 9] {
    let bill = bill_href(one.number);
    let back = match ask.may(CORRECT) {
        true => Cell::text("Put it back").link(format!("{bill}/stay")),
        false => Cell::empty(),
    };
    [
        Cell::text(one.number.to_string()).link(bill.clone()).note(format!("of {}", day(one.bill_on))),
        listed.account(one.account),
        listed.name(one.account),
        Cell::text(reasons(&one.not_so)).note(listed.places(&one.not_so)),
        Cell::from(one.stay.on),
        logged(ask, Cell::text(listed.found.name(one.stay.by)), one.stay.act),
        Cell::text(&one.stay.reason),
        Cell::from(one.total).link(bill),
        back,
    ]
}
