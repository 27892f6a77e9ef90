//! Keeping the address of a person confidential, lifting that, and the list of who is protected.

use std::collections::BTreeMap;

use chrono::{Days, Months};
use customers::{AddressLines, PersonOnRecord, Protection};
use kernel::{AccountId, CustomerId};
use web::shown::date;
use web::{Alert, Answer, Ask, At, Carried, Cell, Choice, Column, Facts, Field, Form, Section, Tone};

use super::name_of;
use super::place::{Place, Somebody};
use crate::PROGRAMS;
use crate::acts::{Protect, Unprotect};
use crate::queues::{PROTECTIONS, REVIEW_AHEAD};

/// After so many months somebody asks again, when nothing else is said.
const MONTHS: u32 = 12;

fn form(ask: &Ask, place: &Place, now: Option<&Protection>) -> Form {
    let programs = PROGRAMS.iter().map(|(code, title, source)| Choice::new(*code, *title).hint(*source)).collect();
    let program = now.map_or(PROGRAMS[0].0, |now| now.program.as_str());
    let later = ask.today().checked_add_months(Months::new(MONTHS)).unwrap_or(ask.today());
    let review = now.map_or(later, |now| now.review_on);
    let line = |name: &str, label: &str, of: fn(&AddressLines) -> &String| {
        Field::text(name, label).max(80).value(now.map(|now| of(&now.substitute).clone()).unwrap_or_default())
    };
    ask.form(ask.path(), "Keep the address confidential")
        .field(Field::radios("program", "What protects them", programs).required().value(program))
        .field(
            line("street", "Substitute address: street or box", |lines| &lines.street)
                .hint("As on the participant's card. Leave it empty where there is none.")
                .answers(&["substitute_broken"]),
        )
        .field(line("city", "City", |lines| &lines.city))
        .field(line("state", "State", |lines| &lines.state))
        .field(line("postal_code", "ZIP code", |lines| &lines.postal_code))
        .field(
            Field::date("review_on", "Ask again on")
                .hint("It does not end by itself on that day; somebody asks.")
                .required()
                .value(review.to_string())
                .answers(&["review_passed"]),
        )
        .field(Field::reason())
        .cancel(&place.identity())
}

/// What is known of somebody's protection.
async fn load(ask: &Ask, at: (&str, &str)) -> Result<(Place, Somebody, Option<Protection>), web::Problem> {
    let mut read = ask.read().await?;
    let (place, somebody) = Place::with(ask, &mut read, at).await?;
    let id = somebody.person.id;
    let now = customers::protected_customers(&mut read, &[id]).await?.remove(&id);
    Ok((place, somebody, now))
}

pub(super) async fn show(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody, now) = load(&ask, (&number, &customer)).await?;
    let form = form(&ask, &place, now.as_ref());
    draw(&ask, (&place, &somebody), &form)
}

pub(super) async fn send(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody, now) = load(&ask, (&number, &customer)).await?;
    let mut form = form(&ask, &place, now.as_ref());
    if form.is_good()
        && let Some(review_on) = form.date("review_on")
    {
        let text = |name: &str| form.text(name);
        let lines = AddressLines {
            recipient: String::new(),
            street: text("street"),
            city: text("city"),
            state: text("state"),
            postal_code: text("postal_code"),
        };
        let act = Protect {
            customer: somebody.person.reference.clone(),
            program: text("program"),
            substitute: (!lines.is_empty()).then_some(lines),
            review_on,
        };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&place.identity(), "The address is confidential from now on") {
            return go.answer();
        }
    }
    draw(&ask, (&place, &somebody), &form)
}

fn draw(ask: &Ask, (place, somebody): (&Place, &Somebody), form: &Form) -> Answer {
    let title = format!("Protect the address of {}", somebody.name());
    let lead =
        "Screens, searches, files and mail then show the substitute address, or that the address is confidential.";
    place.page(ask, &title).lead(lead).form(form).answer()
}

fn lift_form(ask: &Ask, place: &Place) -> Form {
    ask.form(ask.path(), "Lift the protection")
        .danger()
        .field(Field::reason().answers(&["not_protected", "reason_missing"]))
        .cancel(&place.identity())
}

pub(super) async fn show_lift(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody, now) = load(&ask, (&number, &customer)).await?;
    let form = lift_form(&ask, &place);
    draw_lift(&ask, (&place, &somebody, now.as_ref()), &form)
}

pub(super) async fn send_lift(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody, now) = load(&ask, (&number, &customer)).await?;
    let mut form = lift_form(&ask, &place);
    if form.is_good() {
        let act = Unprotect { customer: somebody.person.reference.clone() };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&place.identity(), "The address is shown like any other") {
            return go.answer();
        }
    }
    draw_lift(&ask, (&place, &somebody, now.as_ref()), &form)
}

fn draw_lift(ask: &Ask, (place, somebody, now): (&Place, &Somebody, Option<&Protection>), form: &Form) -> Answer {
    let title = format!("Lift the protection of {}", somebody.name());
    let page = place.page(ask, &title);
    let page = match now {
        None => page.alert(Alert::info("The address is not kept confidential").text("There is nothing to lift.")),
        Some(now) => page
            .alert(Alert::warning("Everybody here will see the address again").text("Ask the person first."))
            .body(&Section::bare().with(&facts(now))),
    };
    page.form(form).answer()
}

/// A protection as facts.
pub(super) fn facts(protection: &Protection) -> Facts {
    Facts::new()
        .fact("Protected by", program(protection))
        .fact("Since", date(&protection.protected_on))
        .fact("Shown instead", protection.shown())
        .fact("Ask again on", date(&protection.review_on))
}

fn program(protection: &Protection) -> &'static str {
    let known = PROGRAMS.iter().find(|(code, _, _)| *code == protection.program);
    known.map_or("Another program", |(_, title, _)| title)
}

pub(super) async fn list(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let protections = customers::protections(&mut read, PROTECTIONS).await?;
    let ids: Vec<CustomerId> = protections.iter().map(|protection| protection.customer).collect();
    let people = customers::persons_by_id(&mut read, &ids).await?;
    let held = customers::accounts_held_by(&mut read, &ids).await?;
    let accounts: BTreeMap<CustomerId, AccountId> =
        held.iter().rev().map(|(account, customer, _)| (*customer, *account)).collect();
    let all: Vec<AccountId> = accounts.values().copied().collect();
    let numbers = customers::accounts_by_id(&mut read, &all).await?;
    let soon = ask.today().checked_add_days(Days::new(REVIEW_AHEAD)).unwrap_or(ask.today());
    let row = |protection: &Protection| {
        let person = people.get(&protection.customer);
        let account = accounts.get(&protection.customer).and_then(|account| numbers.get(account));
        let href = account.map(|account| format!("/accounts/{}/identity", web::encoded(&account.number.to_string())));
        let name = Cell::text(person.map(name_of).unwrap_or_default());
        let state = match protection.review_on {
            day if day <= ask.today() => Cell::tag(Tone::Bad, "ask now"),
            day if day <= soon => Cell::tag(Tone::Warning, "ask soon"),
            _ => Cell::tag(Tone::Good, "holds"),
        };
        [
            match href {
                Some(href) => name.link(href),
                None => name.note(person.map(reference).unwrap_or_default()),
            },
            Cell::text(program(protection)),
            Cell::from(protection.protected_on),
            Cell::text(protection.shown()),
            Cell::from(protection.review_on),
            state,
        ]
    };
    let table = ask
        .table("protected", "Protected persons")
        .column(Column::text("name", "Person"))
        .column(Column::text("program", "Protected by"))
        .column(Column::date("since", "Since"))
        .column(Column::text("shown", "Shown instead of the address"))
        .column(Column::date("review", "Ask again on"))
        .column(Column::text("state", "State"))
        .empty("Nobody's address is kept confidential. Open an account and its page of callers and identity to begin.")
        .rows(protections.iter().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    ask.page("Protected persons")
        .lead("Whose address is confidential, the next to be asked first.")
        .body(&table)
        .answer()
}

fn reference(person: &PersonOnRecord) -> String {
    person.reference.clone()
}
