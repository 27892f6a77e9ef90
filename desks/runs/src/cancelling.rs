//! `/runs/{number}/cancel`: what cancelling a run does, then the reason.

use billing::RunState;
use billing::acts::CancelRun;
use db::Read;
use web::shown::{count, date, money};
use web::{Alert, Answer, Ask, At, Carried, Facts, Field, Form, Page, Problem, Section, Words};

use crate::known::Known;

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    draw(&ask, &mut read, &known, &form(&ask, &known)).await
}

fn form(ask: &Ask, known: &Known) -> Form {
    let button = format!("Cancel run {}", known.run.number);
    ask.form(&known.href("/cancel"), &button).field(Field::reason()).danger().cancel(&known.href(""))
}

async fn draw(ask: &Ask, read: &mut Read, known: &Known, form: &Form) -> Answer {
    let run = format!("Run {}", known.run.number);
    let page = ask
        .page(&format!("Cancel run {}", known.run.number))
        .crumbs(&[("Bill runs", "/runs"), (&run, &known.href(""))]);
    let page = page.lead(format!("Cycle {}, service {}.", known.cycle, crate::words::days(known.run.period)));
    if let Some(alert) = in_the_way(known) {
        return page.alert(alert).answer();
    }
    let page = page.body(&what_happens(read, known).await?);
    page.form(form).answer()
}

fn in_the_way(known: &Known) -> Option<Alert> {
    if known.run.issued.is_some() {
        let alert = Alert::bad("The bills of this run were given out, so it is not canceled");
        return Some(alert.text("Customers have the bills. Make the wrong ones again instead."));
    }
    match known.state {
        RunState::Cancelling => Some(Alert::info("The run is being canceled").text("It goes on by itself.")),
        RunState::Cancelled => Some(Alert::info("The run is canceled").text("Nothing of it counts any more.")),
        RunState::Preparing
        | RunState::Prepared
        | RunState::Trying
        | RunState::Tried
        | RunState::Signed
        | RunState::Posting
        | RunState::Posted => None,
    }
}

async fn what_happens(read: &mut Read, known: &Known) -> Result<Section, Problem> {
    let section = Section::new("what", "What happens");
    let section = match billing::posted_sum(read, &known.run).await? {
        None => section.with(&Words::new(
            "Nothing has reached the books, so the run is gone at once. Its numbers are not given again, and the \
             period can be prepared anew.",
        )),
        Some((bills, total)) => {
            let facts = Facts::new()
                .fact("Bills taken back", count(&bills))
                .fact("They come to", money(&total))
                .fact("Date in the books", date(&known.run.gl_on))
                .fact("Held bills", count(&billing::held_count(read, known.run.id).await?));
            section
                .with(&Words::new(
                    "Every bill is reversed in the books, and each account is back where it was. When the month is \
                     locked meanwhile, the reversals carry the first day of the next open one. It is refused when a \
                     customer of the run has paid since.",
                ))
                .with(&facts)
        }
    };
    Ok(section)
}

pub(super) async fn cancel(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let known = Known::load(&mut read, &number).await?;
    drop(read);
    let mut form = form(&ask, &known);
    if form.is_good() {
        let carried = form.carry_out(&ask, &CancelRun { run: known.run.id }).await?;
        let words = match &carried {
            Carried::Done(done) if done.outcome.is_some() => "The bills are being taken back",
            Carried::Done(_) | Carried::Waiting(_) | Carried::Refused => "The run is canceled",
        };
        if let Some(go) = carried.go(&known.href(""), words) {
            return go.answer();
        }
        if in_the_way(&known).is_some() {
            let page: Page = ask.page(&format!("Cancel run {}", known.run.number));
            return page.form(&form).answer();
        }
    }
    let mut read = ask.read().await?;
    draw(&ask, &mut read, &known, &form).await
}
