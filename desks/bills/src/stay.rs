//! `/bills/{number}/stay`: a bill that is to be made again stays as it is, with a reason; or waits again.

use acts::Act;
use billing::acts::{LetBillStay, ListBillAgain};
use serde::Serialize;
use web::{Answer, Ask, At, Carried, Cell, Column, Columns, Empty, Field, Form, Links, Section};

use crate::again::why;
use crate::loaded::Loaded;
use crate::words::day;

fn reason(hint: &str) -> Field {
    Field::reason().hint(hint).focused()
}

/// What is decided about a bill.
#[derive(Clone, Copy)]
enum Decided {
    Stays,
    Waits,
}

fn form(ask: &Ask, loaded: &Loaded, decided: Decided) -> Form {
    let form = match decided {
        Decided::Stays => ask
            .form(&loaded.href("stay"), "Let it stay as it is")
            .field(reason("Such as what the difference comes to, and what was agreed with the customer.")),
        Decided::Waits => {
            ask.form(&loaded.href("wait"), "Put it back on the list").field(reason("Such as what was found out since."))
        }
    };
    form.cancel(&loaded.href(""))
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let loaded = Loaded::of(&mut ask.read().await?, &number).await?;
    let decided = if loaded.waiting().is_empty() { Decided::Waits } else { Decided::Stays };
    draw(&ask, &loaded, &form(&ask, &loaded, decided))
}

/// The bill stays as it is.
pub(crate) async fn stay(ask: Ask, At(number): At<String>) -> Answer {
    let act = |bill, reason| LetBillStay { bill, reason };
    send(ask, &number, Decided::Stays, (act, "The bill stays as it is")).await
}

/// The bill waits again.
pub(crate) async fn wait(ask: Ask, At(number): At<String>) -> Answer {
    let act = |bill, reason| ListBillAgain { bill, reason };
    send(ask, &number, Decided::Waits, (act, "The bill is back on the list of those to make again")).await
}

async fn send<A>(
    ask: Ask,
    number: &str,
    decided: Decided,
    (act, done): (impl FnOnce(String, String) -> A, &str),
) -> Answer
where
    A: Act<Outcome = ()> + Serialize,
{
    let loaded = Loaded::of(&mut ask.read().await?, number).await?;
    let mut form = form(&ask, &loaded, decided);
    if form.is_good() {
        let carried = form.carry_out(&ask, &act(loaded.number(), form.text("reason"))).await?;
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => loaded.href(""),
        };
        if let Some(go) = carried.go(&path, done) {
            return go.answer();
        }
    }
    draw(&ask, &loaded, &form)
}

fn draw(ask: &Ask, loaded: &Loaded, form: &Form) -> Answer {
    let page = loaded.alerts(loaded.page(ask, "Let it stay", "stay"));
    if loaded.again.is_empty() {
        let empty = Empty::new("Nothing of this bill is to be made again")
            .text("It says what is so, as far as it is known.")
            .action("Back to the bill", &loaded.href(""));
        let page = if form.has_errors() { page.form(form) } else { page };
        return page.body(&empty).answer();
    }
    let page = match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    let ways = Links::listed("Other ways")
        .link("Make it again", loaded.href("rebill"))
        .link("All bills to make again", "/bills/again");
    let main = vec![what(ask, loaded), Section::new("send", "What is decided").with(form)];
    page.body(&Columns { main, side: vec![Section::new("other", "Other ways").with(&ways)] }).answer()
}

/// What of the bill is not so any more, and who lets it stay.
fn what(ask: &Ask, loaded: &Loaded) -> Section {
    let mut table = ask
        .table("reasons", "What is not so any more")
        .plain()
        .column(Column::text("why", "Why"))
        .column(Column::text("point", "Service point"))
        .column(Column::date("since", "Known since"))
        .column(Column::text("state", "State"))
        .column(Column::text("reason", "Reason"));
    for one in &loaded.again {
        let point = loaded.reference(one.bill.service_point);
        let (state, reason) = match &one.stays {
            None => (Cell::text("waits"), String::new()),
            Some(stay) => {
                let who = loaded.names.get(&stay.by).map_or("somebody", String::as_str);
                (Cell::text("stays").note(format!("{who}, {}", day(stay.on))), stay.reason.clone())
            }
        };
        table.push([
            Cell::text(why(one.bill.why)),
            Cell::text(&point).link(format!("/points/{}", web::encoded(&point))),
            Cell::from(one.told_on),
            state,
            Cell::text(reason),
        ]);
    }
    let note =
        "A bill that stays is not listed any more, until a read behind it is corrected once more or a service stops.";
    Section::new("what", "What is not so any more").note(note).with(&table)
}
