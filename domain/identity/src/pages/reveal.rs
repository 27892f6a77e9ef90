//! A whole number, shown once to whoever may see it and says why. Each time is recorded before it is shown.

use std::sync::Arc;

use db::Fault;
use secrets::Keys;
use web::{Alert, Answer, Ask, At, Carried, Facts, Field, Form, Links, Problem, Section};

use super::place::{Place, Somebody};
use crate::acts::Reveal;
use crate::{Identifier, IdentifierKind, store};

struct Desk {
    place: Place,
    somebody: Somebody,
    identifier: Identifier,
}

impl Desk {
    async fn load(ask: &Ask, (number, customer, kind): (&str, &str, &str)) -> Result<Desk, Problem> {
        let mut read = ask.read().await?;
        let kind = IdentifierKind::of_code(kind).ok_or_else(Problem::not_found)?;
        let (place, somebody) = Place::with(ask, &mut read, (number, customer)).await?;
        let on_record = store::identifiers_of(&mut read, &[somebody.person.id]).await?;
        let identifier = on_record.into_iter().find(|identifier| identifier.value.kind == kind);
        Ok(Desk { place, somebody, identifier: identifier.ok_or_else(Problem::not_found)? })
    }

    fn form(&self, ask: &Ask) -> Form {
        let reason = Field::reason().answers(&["reason_missing", "nothing_there", "permission_missing"]);
        ask.form(ask.path(), "Show it once")
            .field(reason.hint("Recorded with your name. Write what you need the whole number for."))
            .cancel(&self.place.identity())
    }

    fn draw(&self, ask: &Ask, form: &Form) -> Answer {
        let title = format!("Show a number of {}", self.somebody.name());
        let lead = format!("{} {}", self.identifier.title(), self.identifier.masked());
        self.place.page(ask, &title).lead(lead).form(form).answer()
    }
}

pub(super) async fn ask_why(ask: Ask, At((number, customer, kind)): At<(String, String, String)>) -> Answer {
    let desk = Desk::load(&ask, (&number, &customer, &kind)).await?;
    let form = desk.form(&ask);
    desk.draw(&ask, &form)
}

pub(super) async fn reveal(ask: Ask, At((number, customer, kind)): At<(String, String, String)>) -> Answer {
    let desk = Desk::load(&ask, (&number, &customer, &kind)).await?;
    let mut form = desk.form(&ask);
    if form.is_good() {
        let act = Reveal { customer: desk.somebody.person.reference.clone(), kind: desk.identifier.value.kind };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        match carried {
            // Sent again by going back: what was recorded once is shown once.
            Carried::Done(done) if done.was_repeated => {
                let alert = Alert::info("It was shown already").text("To see it again, say again why.");
                return ask.go(&desk.place.identity()).saying(alert).answer();
            }
            Carried::Done(done) => return shown(&ask, &desk, done.act.0),
            Carried::Waiting(_) | Carried::Refused => {}
        }
    }
    desk.draw(&ask, &form)
}

fn shown(ask: &Ask, desk: &Desk, act: i64) -> Answer {
    let keys = ask.site().part::<Arc<Keys>>();
    let opened = desk.identifier.open(keys);
    let whole = opened.map_err(|error| Fault::caused("opening an identifier", error))?;
    let facts = Facts::new()
        .fact("Whose", desk.somebody.name())
        .fact(&desk.identifier.title(), whole)
        .fact("Recorded as", format!("entry {act} of the log, with your reason"));
    let back = Links::new("Pages: identifier").link("Back to who may be told what", desk.place.identity());
    let page = desk.place.page(ask, &format!("A number of {}", desk.somebody.name()));
    page.alert(Alert::warning("Shown once").text("Do not copy it anywhere. Leave this page when you are done."))
        .body(&Section::bare().with(&facts))
        .body(&back)
        .answer()
}
