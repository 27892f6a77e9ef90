//! `/bills/{number}/stay`: a bill that is to be made again stays as it is, with a reason; or waits again.

use acts::Act;
use billing::RebillPreview;
use billing::acts::{LetBillStay, ListBillAgain};
use db::Read;
use serde::Serialize;
use web::shown::money;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Changes, Column, Columns, Empty, Field, Form, Links, Page, Problem, Section,
};

use crate::again::why;
use crate::listed::Found;
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
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, &number).await?;
    let looked = Looked::of(&ask, &mut read, &loaded).await?;
    let decided = if loaded.waiting().is_empty() { Decided::Waits } else { Decided::Stays };
    draw(&ask, (&loaded, &looked), &form(&ask, &loaded, decided))
}

/// What is looked at before it is decided.
struct Looked {
    found: Found,
    /// Whether the visitor made the change by which the bill waits.
    is_own: bool,
    /// What it would come to, where it waits and can be made again.
    again: Option<RebillPreview>,
}

impl Looked {
    async fn of(ask: &Ask, read: &mut Read, loaded: &Loaded) -> Result<Looked, Problem> {
        let found = Found::of(read, loaded.again.iter()).await?;
        let is_own = billing::is_own_change(read, &loaded.again, ask.who()?.actor.id).await?;
        let again = match loaded.waiting().is_empty() {
            true => None,
            false => billing::rebill_preview(read, loaded.view.number).await?.and_then(Result::ok),
        };
        Ok(Looked { found, is_own, again })
    }

    /// Who decides, and who is shown it.
    fn alerts(&self, loaded: &Loaded, page: Page) -> Page {
        if self.is_own {
            let alert = Alert::warning("A colleague decides whether this bill stays")
                .text("It was a change of yours by which it is to be made again. Make it again, or ask a colleague.");
            return page.alert(alert.link("Make it again", loaded.href("rebill")));
        }
        match self.again.as_ref().and_then(RebillPreview::why_odd_to_stay) {
            Some(why) => page.alert(
                Alert::info("A supervisor is shown that this bill stays")
                    .text(format!("{}.", web::shown::capital(&why))),
            ),
            None => page,
        }
    }
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
    let mut read = ask.read().await?;
    let loaded = Loaded::of(&mut read, number).await?;
    let looked = Looked::of(&ask, &mut read, &loaded).await?;
    drop(read);
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
    draw(&ask, (&loaded, &looked), &form)
}

fn draw(ask: &Ask, (loaded, looked): (&Loaded, &Looked), form: &Form) -> Answer {
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
    let page = looked.alerts(loaded, page);
    let ways = Links::listed("Other ways")
        .link("Make it again", loaded.href("rebill"))
        .link("All bills to make again", "/bills/again")
        .link("All bills that stay", "/bills/staying");
    let mut main = vec![what(ask, loaded, &looked.found)];
    // Whoever may not decide is told so instead, unless they tried.
    if !looked.is_own || form.has_errors() {
        main.push(Section::new("send", "What is decided").with(form));
    }
    let mut side = vec![Section::new("other", "Other ways").with(&ways)];
    if let Some(again) = &looked.again {
        let changes = Changes::new().change("The bill", money(&again.before), money(&again.after));
        side.insert(0, Section::new("difference", "If it were made again").with(&changes));
    }
    page.body(&Columns { main, side }).answer()
}

/// What of the bill is not so any more, and who lets it stay.
fn what(ask: &Ask, loaded: &Loaded, found: &Found) -> Section {
    let mut table = ask
        .table("reasons", "What is not so any more")
        .plain()
        .column(Column::text("why", "Why"))
        .column(Column::text("point", "Service point"))
        .column(Column::text("found", "Found by"))
        .column(Column::date("since", "Known since"))
        .column(Column::text("state", "State"))
        .column(Column::text("reason", "Reason"));
    for one in &loaded.again {
        let point = loaded.reference(one.bill.service_point);
        let (state, reason) = match &one.stays {
            None => (Cell::text("waits"), String::new()),
            Some(stay) => {
                let note = format!("{}, {}", found.name(stay.by), day(stay.on));
                (Cell::text("stays").note(note), stay.reason.clone())
            }
        };
        table.push([
            Cell::text(why(one.bill.why)),
            Cell::text(&point).link(format!("/points/{}", web::encoded(&point))),
            found.cell(ask, std::slice::from_ref(one)),
            Cell::from(one.told_on),
            state,
            Cell::text(reason),
        ]);
    }
    let note =
        "A bill that stays is not listed any more, until a read behind it is corrected once more or a service stops.";
    Section::new("what", "What is not so any more").note(note).with(&table)
}
