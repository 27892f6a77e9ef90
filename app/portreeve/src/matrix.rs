//! Who may do what, as a city manager reads it; and that nobody else may, tried out role by role.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use acts::{Actor, By, Failure, Permission, Registry};
use async_trait::async_trait;
use attachments::{Cabinet, CabinetParts};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use chrono::NaiveDate;
use db::{Db, Engine, Fault};
use secrets::{Keys, Random};
use staff::people;
use staff::{EstablishRoles, SecondFactorRule};
use testkit::{TestDb, engines};
use tower::ServiceExt;
use web::{Accent, Access, Gate, Pace, Route, RouteKind, Site, SiteParts, TownFace, Visitor};

use crate::act_samples::samples;
use crate::commands::demo_people::{PEOPLE, staff_the_hall};
use crate::commands::{PERMISSIONS_TO_COME, all_permissions};
use crate::office::Office;
use crate::registry::registry;
use crate::site::{SiteSettings, routes, site_parts};

const ROLES: &str = include_str!("../../../towns/saguaro-bend/roles.toml");
const TOLD: &str = include_str!("../../../docs/administrators/who-may-do-what.md");

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, 1).unwrap()
}

fn roles() -> EstablishRoles {
    toml::from_str(ROLES).unwrap()
}

/// What each kind of change asks for, by its title.
fn changes() -> BTreeMap<&'static str, (&'static str, Vec<Permission>)> {
    let known = registry();
    let mut asked = BTreeMap::new();
    for (kind, _, command) in samples() {
        let permissions = known.permissions(kind, command).unwrap();
        asked.insert(kind, (title(&known, kind), permissions));
    }
    asked
}

fn title(known: &Registry, kind: &str) -> &'static str {
    known.kinds().find(|(one, _)| *one == kind).unwrap().1
}

/// The titles of the roles that have one of these permissions.
fn who(roles: &EstablishRoles, permissions: &[Permission]) -> String {
    titles(roles, |role| permissions.iter().any(|one| role.permissions.contains(one.code)))
}

/// The titles of the roles that have all of these permissions.
fn who_has_all(roles: &EstablishRoles, permissions: &[Permission]) -> String {
    titles(roles, |role| permissions.iter().all(|one| role.permissions.contains(one.code)))
}

fn titles(roles: &EstablishRoles, has: impl Fn(&staff::NewRole) -> bool) -> String {
    let titles: Vec<&str> = roles.roles.iter().filter(|role| has(role)).map(|role| role.title.as_str()).collect();
    match titles.len() {
        0 => "nobody".to_owned(),
        count if count == roles.roles.len() => "every role".to_owned(),
        _ => titles.join(", "),
    }
}

fn who_may_ask(roles: &EstablishRoles, access: Access) -> String {
    match access {
        Access::Anyone => "anybody, also without signing in".to_owned(),
        Access::SignedIn => "whoever is signed in".to_owned(),
        Access::Needs(permission) => who(roles, &[permission]),
        Access::NeedsAny(permissions) => who(roles, permissions),
    }
}

/// The page of the handbook, from roles, permissions, changes and routes as they are.
fn told() -> Result<String, std::fmt::Error> {
    let (roles, changes) = (roles(), changes());
    let mut text = String::from(
        "# Who may do what\n\nMade from the roles of Saguaro Bend and from the program itself; a test refuses it when it is \
         no longer true, and tries\neverything below as every role. What is not named here, nobody may.\n\n## By role\n",
    );
    let all = all_permissions();
    for role in &roles.roles {
        writeln!(text, "\n### {}\n\n{}.\n", role.title, role.sentence)?;
        for code in &role.permissions {
            let named = all.iter().chain(&PERMISSIONS_TO_COME).find(|one| one.code == code);
            let sentence = named.map_or("(no part of the program)", |one| one.sentence);
            writeln!(text, "- `{code}`: {sentence}")?;
        }
        for limit in &role.limits {
            let (direction, act) = (limit.direction.code(), limit.act_cents.dollars());
            let (person, account) = (limit.actor_cents.dollars(), limit.account_cents.dollars());
            writeln!(
                text,
                "- Alone, a {direction} by {} up to {act} at a time, {person} in 30 days, {account} on one account in 30 days",
                limit.class
            )?;
        }
    }
    writeln!(text, "\n## Changes\n\n| change | permission | roles |\n|---|---|---|")?;
    for (kind, (title, permissions)) in &changes {
        let who = who_has_all(&roles, permissions);
        let codes: Vec<String> = permissions.iter().map(|permission| format!("`{}`", permission.code)).collect();
        writeln!(text, "| {title} (`{kind}`) | {} | {who} |", codes.join(" and "))?;
    }
    writeln!(text, "\n## Pages and addresses for programs\n\n| address | what | who |\n|---|---|---|")?;
    for route in sorted_routes() {
        let who = who_may_ask(&roles, route.access);
        writeln!(text, "| {} `{}` | {} | {who} |", route.method, route.path, route.title)?;
    }
    writeln!(text, "\n## Never together\n\n| permission | and | because |\n|---|---|---|")?;
    for pair in &roles.incompatible {
        writeln!(text, "| `{}` | `{}` | {} |", pair.permission, pair.other, pair.sentence)?;
    }
    let used: BTreeSet<&str> =
        roles.roles.iter().flat_map(|role| role.permissions.iter().map(String::as_str)).collect();
    let unused: Vec<&str> = all.iter().map(|one| one.code).filter(|code| !used.contains(code)).collect();
    writeln!(
        text,
        "\n## Permissions no role has\n\n{}",
        if unused.is_empty() { "None.".to_owned() } else { unused.join(", ") }
    )?;
    let untried: Vec<&str> =
        registry().kinds().map(|(kind, _)| kind).filter(|kind| !changes.contains_key(kind)).collect();
    writeln!(
        text,
        "\n## Changes that no test tries\n\n{}",
        if untried.is_empty() { "None.".to_owned() } else { untried.join(", ") }
    )?;
    Ok(text)
}

fn sorted_routes() -> Vec<Route> {
    let mut all = routes();
    all.sort_by_key(|route| (route.path, route.method.to_string()));
    all
}

#[test]
fn the_handbook_says_who_may_do_what() {
    let text = told().unwrap();
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/who-may-do-what.md");
    if text != TOLD {
        std::fs::write(&place, &text).unwrap();
    }
    assert!(text == TOLD, "docs/administrators/who-may-do-what.md is out of date: see {}", place.display());
}

/// A town with one person in every role, each known by the code of the role.
async fn staffed(engine: Engine) -> (TestDb, Office) {
    let town = TestDb::new(engine).await;
    let office = Office::open(&town.url, today()).await.unwrap();
    office.migrate().await.unwrap();
    staff_the_hall(&office, &[]).await.unwrap();
    (town, office)
}

#[tokio::test]
async fn every_change_is_denied_to_every_role_without_its_permission_and_to_strangers() {
    for engine in engines("every change is denied to every role") {
        let (town, office) = staffed(engine).await;
        let (roles, known) = (roles(), registry());
        let mut tried = 0;
        for person in &PEOPLE {
            let role = roles.roles.iter().find(|role| role.code == person.role).unwrap();
            let actor = office.who(person.role, "").await.unwrap().unwrap().actor;
            for (kind, version, command) in samples() {
                let permissions = known.permissions(kind, command).unwrap();
                let code = came(&office, &actor, (kind, version, command), &known).await;
                let is_denied = code == "permission_missing";
                let may = permissions.iter().all(|permission| role.permissions.contains(permission.code));
                assert_eq!(is_denied, !may, "{kind} as {}: {code}", role.code);
                tried += 1;
            }
        }
        let stranger = Actor { id: kernel::ActorId(999_999), code: "stranger".to_owned() };
        for sample in samples() {
            assert_eq!(came(&office, &stranger, sample, &known).await, "permission_missing", "{}", sample.0);
        }
        assert_eq!(tried, 17 * samples().count());
        office.db().close().await;
        town.remove().await;
    }
}

/// What came of a command: a refusal's code, or that it was done or waits.
async fn came(
    office: &Office,
    actor: &Actor,
    (kind, version, command): (&str, i64, &str),
    known: &Registry,
) -> &'static str {
    let key = format!("{kind} {version} {} by {}", kernel::Digest::of(command.as_bytes()), actor.id.0);
    let by = By { actor: actor.clone(), reason: "trying".to_owned(), key };
    match office.door.carry_out_text(&by, known, (kind, command)).await.unwrap() {
        Ok(_) => "done",
        Err(Failure::Waiting(_)) => "waiting",
        Err(Failure::Refused(refusal)) => refusal.code(),
        // It was let through, and what it names is not there.
        Err(Failure::Fault(_)) => "fault",
    }
}

/// Takes the code of a person for their session; skips signing in.
struct ByCode {
    db: Db,
}

#[async_trait]
impl Gate for ByCode {
    async fn visitor(&self, session_token: &str) -> Result<Option<Visitor>, Fault> {
        let mut read = self.db.read().await?;
        let Some(actor) = staff::actor_by_code(&mut read, session_token).await? else { return Ok(None) };
        let held = people::permissions_on(&mut read, actor.id, today()).await?;
        Ok(Some(Visitor {
            name: actor.code.clone(),
            actor,
            roles: Vec::new(),
            permissions: held.codes(),
            form_key: "form key".to_owned(),
            is_whole: true,
            is_api: false,
        }))
    }

    async fn bearer(&self, token: &str) -> Result<Option<Visitor>, Fault> {
        Ok(self.visitor(token).await?.map(|visitor| Visitor { is_api: true, ..visitor }))
    }
}

/// Asks for a route as somebody, with forms that would pass but for the permission.
async fn asked(router: &axum::Router, route: &Route, token: Option<&str>) -> StatusCode {
    let path: String =
        route.path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
    let mut request = Request::builder().method(route.method.clone()).uri(path).header(header::HOST, "localhost");
    if let Some(token) = token {
        request = match route.kind {
            RouteKind::Api => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            RouteKind::Page | RouteKind::Asset => request.header(header::COOKIE, format!("portreeve={token}")),
        };
    }
    let body = if route.method == Method::POST && route.kind == RouteKind::Page {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Body::from("form_key=form+key&key=1")
    } else {
        Body::empty()
    };
    router.clone().oneshot(request.body(body).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn every_address_is_denied_to_every_role_without_its_permission_and_to_strangers() {
    let (town, office) = staffed(Engine::Sqlite).await;
    let (random, keys) = (Random::of_the_machine(), Keys::in_memory(&Random::of_the_machine()));
    let cabinet = CabinetParts { objects: None, keys, random, scanner: None, largest: 1024 };
    let settings = SiteSettings {
        cabinet: Cabinet::new(cabinet),
        networks: webhooks::Networks::default(),
        pace: Pace::default(),
        town: TownFace { name: "Test".to_owned(), accent: Accent::ALL[0], zone: chrono_tz::UTC },
        keys: Keys::in_memory(&Random::of_the_machine()),
        public_url: None,
        is_https: false,
        second_factor: SecondFactorRule::Optional,
        breached: None,
        providers: Vec::new(),
    };
    let site = Site::new(SiteParts {
        gate: Arc::new(ByCode { db: office.db().clone() }),
        pace: Pace { at_once: 1_000_000, each_second: 1_000 },
        ..site_parts(&office, settings)
    });
    let (router, all, roles) = (web::router(site, routes()), sorted_routes(), roles());
    for route in &all {
        let stranger = asked(&router, route, None).await;
        let is_turned_away = match route.kind {
            RouteKind::Api => stranger == StatusCode::UNAUTHORIZED,
            RouteKind::Page | RouteKind::Asset => [StatusCode::SEE_OTHER, StatusCode::UNAUTHORIZED].contains(&stranger),
        };
        let is_open = matches!(route.access, Access::Anyone);
        assert!(is_open || is_turned_away, "{} {} as a stranger: {stranger}", route.method, route.path);
        for role in &roles.roles {
            let may = match route.access {
                Access::Anyone | Access::SignedIn => true,
                Access::Needs(permission) => role.permissions.contains(permission.code),
                Access::NeedsAny(permissions) => permissions.iter().any(|one| role.permissions.contains(one.code)),
            };
            let status = asked(&router, route, Some(&role.code)).await;
            let (method, path, is_denied) = (&route.method, route.path, status == StatusCode::FORBIDDEN);
            // What waits for approval is shown to whom it concerns: its page looks for itself.
            let looks_itself = path.contains("/approvals/{") || path.contains("/proposals/{");
            assert!(is_denied || may, "{method} {path} as {}: {status}", role.code);
            assert!(!is_denied || !may || looks_itself, "{method} {path} as {}: {status}", role.code);
            assert!(!status.is_server_error(), "{} {} as {}: {status}", route.method, route.path, role.code);
        }
    }
    office.db().close().await;
    town.remove().await;
}
