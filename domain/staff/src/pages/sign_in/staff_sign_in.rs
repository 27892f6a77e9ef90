//! `/staff/{code}/sign-in`: what whoever manages staff can do when somebody cannot sign in.

mod help;

use askama::Template;
use axum::http::HeaderMap;
use web::{Access, Answer, Ask, Facts, Problem, Route, Tone};

use self::help::Help;
use super::{At, desk, part};
use crate::people::{self, Person};
use crate::sign_in::Factors;
use crate::{MANAGE, actor_by_code};

const MANAGES: Access = Access::Needs(MANAGE);

const LINK: &str = "/staff/{code}/sign-in/link";
const FACTOR: &str = "/staff/{code}/sign-in/second-factor";
const SESSIONS: &str = "/staff/{code}/sign-in/sessions";
const IDENTITY: &str = "/staff/{code}/sign-in/identity";

#[derive(Template)]
#[template(path = "sign_in/staff_sign_in.html")]
struct StaffSignIn {
    facts: Facts,
    is_self: bool,
    is_active: bool,
    helps: Vec<Card>,
}

/// One thing that can be done.
struct Card {
    heading: &'static str,
    words: &'static str,
    button: &'static str,
    href: String,
}

/// Somebody, with what is known of their sign-in.
struct Seen {
    person: Person,
    factors: Factors,
    sessions: usize,
    /// Provider and identity, as people read them.
    identities: Vec<(String, String)>,
    has_providers: bool,
}

pub(super) fn routes() -> Vec<Route> {
    let page = |path, title, help| {
        Route::page(path, title, MANAGES, async move |ask: Ask, code: At<String>| help::show(ask, code, help).await)
    };
    let form = |path, title, help| {
        let send =
            async move |ask: Ask, code: At<String>, headers: HeaderMap| help::send(ask, code, (help, headers)).await;
        Route::form(path, title, MANAGES, send)
    };
    vec![
        Route::page("/staff/{code}/sign-in", "How somebody signs in", MANAGES, show),
        page(LINK, "Make a one-time link for somebody", Help::Link),
        form(LINK, "Make a one-time link for somebody", Help::Link),
        page(FACTOR, "Remove somebody's second factor", Help::Factor),
        form(FACTOR, "Remove somebody's second factor", Help::Factor),
        page(SESSIONS, "End somebody's sessions", Help::Sessions),
        form(SESSIONS, "End somebody's sessions", Help::Sessions),
        page(IDENTITY, "Link an account of single sign-on", Help::Identity),
        form(IDENTITY, "Link an account of single sign-on", Help::Identity),
    ]
}

async fn show(ask: Ask, code: At<String>) -> Answer {
    let seen = seen(&ask, part(code)?).await?;
    let path = base(&ask);
    let card = |help: Help| Card {
        heading: help.heading(),
        words: help.words(),
        button: help.title(),
        href: format!("{path}/{}", help.path()),
    };
    let helps = Help::ALL.into_iter().filter(|help| help.is_of_use(&seen)).map(card).collect();
    let body = StaffSignIn {
        facts: facts(&ask, &seen),
        is_self: ask.who()?.actor.id == seen.person.actor,
        is_active: seen.person.is_active,
        helps,
    };
    let name = seen.person.name.as_str();
    let own = path.strip_suffix("/sign-in").unwrap_or("/staff");
    ask.page("Sign-in").lead(name).crumbs(&[("Staff", "/staff"), (name, own)]).body(&body).answer()
}

/// The address of the page, also from the pages below it.
fn base(ask: &Ask) -> String {
    let path = ask.path();
    path.find("/sign-in").map_or(path, |end| &path[..end]).to_owned() + "/sign-in"
}

async fn seen(ask: &Ask, code: String) -> Result<Seen, Problem> {
    let mut read = ask.read().await?;
    let actor = actor_by_code(&mut read, &code).await?.ok_or_else(Problem::not_found)?;
    let person = people::person(&mut read, actor.id).await?.ok_or_else(Problem::not_found)?;
    drop(read);
    let providers = desk(ask).providers();
    let named = |(issuer, subject): (String, String)| {
        let provider = providers.iter().find(|provider| provider.issuer == issuer);
        (provider.map_or(issuer, |provider| provider.name.clone()), subject)
    };
    Ok(Seen {
        factors: desk(ask).factors(actor.id).await?,
        sessions: desk(ask).sessions_of(actor.id, ask.now()).await?.len(),
        identities: desk(ask).identities_of(actor.id).await?.into_iter().map(named).collect(),
        has_providers: !providers.is_empty(),
        person,
    })
}

fn facts(ask: &Ask, seen: &Seen) -> Facts {
    let facts = Facts::new().fact("Sign-in name", seen.person.code.as_str());
    let facts = match seen.factors.password_set_at {
        Some(at) => facts.fact("Password set", ask.when(at)),
        None => facts.tag("Password", Tone::Warning, "none yet"),
    };
    let facts = match seen.factors.totp_since {
        Some(at) => facts
            .fact("Second factor since", ask.when(at))
            .fact("Recovery codes left", seen.factors.recovery_codes.to_string()),
        None => facts.tag("Second factor", Tone::Plain, "off"),
    };
    let facts = facts.fact("Sessions now", seen.sessions.to_string());
    seen.identities.iter().fold(facts, |facts, (provider, subject)| facts.fact(provider, subject.as_str()))
}
