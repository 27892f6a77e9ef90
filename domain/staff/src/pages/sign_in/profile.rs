//! `/profile`: who I am here, what I may do and up to which amounts, how I sign in, and where I am signed in.

mod permissions;
mod sessions;

use askama::Template;
use web::{Access, Alert, Answer, Ask, Event, Facts, Problem, Route, SIGN_IN_PATH, Table, Timeline, Tone};

use self::permissions::{Allowed, allowed, limits};
use self::sessions::{SessionLine, lines};
use super::own_second_factor::SET_UP_PATH;
use super::{At, desk, own_session, part};
use crate::people::{self, Person};
use crate::sign_in::{self, Factors};
use crate::{RELATIONS, names};

/// Where one's own profile is.
pub(super) const PROFILE_PATH: &str = "/profile";
/// The same, as a page above others.
pub(super) const PROFILE: (&str, &str) = ("Profile", PROFILE_PATH);

/// So many of the last events are shown.
const EVENTS: i64 = 12;

#[derive(Template)]
#[template(path = "sign_in/profile.html")]
struct Profile {
    facts: Facts,
    factors: Facts,
    second_factor_words: &'static str,
    sessions: Vec<SessionLine>,
    everywhere: web::Form,
    allowed: Vec<Allowed>,
    limits: Option<Table>,
    may_declare: bool,
    own_accounts: usize,
    events: Option<Timeline>,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::page(PROFILE_PATH, "Own profile", Access::SignedIn, show),
        Route::form("/profile/sessions/{id}/end", "End an own session", Access::SignedIn, end),
        Route::form("/profile/sessions/end", "Sign out everywhere", Access::SignedIn, end_all),
    ]
}

async fn show(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    let actor = session.actor.id;
    let (sessions, events) =
        (desk(&ask).sessions_of(actor, ask.now()).await?, desk(&ask).events_of(actor, EVENTS).await?);
    let (factors, tokens) = (desk(&ask).factors(actor).await?, desk(&ask).tokens_of(actor).await?);
    let mut read = ask.read().await?;
    let person = people::person(&mut read, actor).await?;
    let names = names(&mut read).await?;
    let book = people::role_book(&mut read).await?;
    let held = people::permissions_on(&mut read, actor, ask.today()).await?;
    let limits = limits(&ask, &mut read, &book).await?;
    let relations = people::relations(&mut read, actor).await?;
    drop(read);
    let supervisor = person.as_ref().and_then(|person| person.supervisor).and_then(|actor| names.get(&actor));
    let body = Profile {
        facts: own_facts(&ask, &session, person.as_ref(), supervisor.map(String::as_str))?,
        factors: factor_facts(&ask, &factors, tokens.len()),
        second_factor_words: if factors.totp_since.is_some() { "Second factor" } else { "Set up a second factor" },
        sessions: lines(&ask, sessions, session.session_id),
        everywhere: ask.form("/profile/sessions/end", "Sign out everywhere").danger().small(),
        allowed: allowed(&ask, &held, &book, &names),
        limits,
        may_declare: ask.may(RELATIONS),
        own_accounts: relations.iter().filter(|relation| relation.ended_on.is_none()).count(),
        events: timeline(&ask, &events),
    };
    ask.page(&session.name).crumbs(&[]).lead(lead(person.as_ref())).body(&body).answer()
}

fn lead(person: Option<&Person>) -> String {
    person.map(|person| person.position.clone()).unwrap_or_default()
}

fn own_facts(
    ask: &Ask,
    session: &sign_in::Session,
    person: Option<&Person>,
    supervisor: Option<&str>,
) -> Result<Facts, Problem> {
    let facts = Facts::new()
        .fact("Sign-in name", session.actor.code.as_str())
        .fact("Roles", ask.who()?.roles.join(", "))
        .fact("Reports to", supervisor.unwrap_or_default());
    let Some(person) = person else { return Ok(facts) };
    Ok(facts
        .fact("Works here since", web::shown::date(&person.joined_on))
        .fact("E-mail", person.contact.email.as_str())
        .fact("Phone", person.contact.phone.as_str())
        .fact("Skills", person.skills.as_str()))
}

fn factor_facts(ask: &Ask, factors: &Factors, tokens: usize) -> Facts {
    let facts = match factors.password_set_at {
        Some(at) => Facts::new().fact("Password set", ask.when(at)),
        None => Facts::new().tag("Password", Tone::Plain, "none"),
    };
    let facts = match factors.totp_since {
        Some(_) => facts.tag("Second factor", Tone::Good, "on"),
        None => facts.tag("Second factor", Tone::Warning, "off"),
    };
    let facts = match factors.totp_since {
        Some(_) => facts.fact("Recovery codes left", factors.recovery_codes.to_string()),
        None => facts,
    };
    facts.link("Access tokens", tokens.to_string(), "/profile/tokens")
}

fn timeline(ask: &Ask, events: &[sign_in::SignInEvent]) -> Option<Timeline> {
    let event = |event: &sign_in::SignInEvent| {
        let tone = if event.what.is_warning() { Tone::Warning } else { Tone::Plain };
        Event::new(ask.when(event.at), event.what.words()).tone(tone)
    };
    (!events.is_empty()).then(|| events.iter().map(event).fold(Timeline::new(), Timeline::event))
}

async fn end(ask: Ask, id: At<i64>) -> Answer {
    let (session, id) = (own_session(&ask).await?, part(id)?);
    if !desk(&ask).end_session(session.actor.id, id, ask.now()).await? {
        return Err(Problem::not_found());
    }
    if id == session.session_id {
        return ask.go(SIGN_IN_PATH).without_session().saying(Alert::good("You are signed out")).answer();
    }
    ask.go(PROFILE_PATH).saying(Alert::good("The session was ended")).answer()
}

async fn end_all(ask: Ask) -> Answer {
    let session = own_session(&ask).await?;
    desk(&ask).end_all(session.actor.id, ask.now()).await?;
    let alert = Alert::good("You are signed out everywhere").text("Access tokens of programs still work.");
    ask.go(SIGN_IN_PATH).without_session().saying(alert).answer()
}

/// Where the second factor is set up, for the template.
impl Profile {
    fn second_factor_path(&self) -> &'static str {
        SET_UP_PATH
    }
}
