//! A site of the small city hall: whoever comes with their own code as a session is let in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use acts::{Act, Entry, Failure, Permission, Registry, Subject, Weight};
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use db::{Db, Engine, Fault, Read};
use kernel::{AccountId, Cents, ServicePointId};
use secrets::Random;
use serde::{Deserialize, Serialize};
use staff::pages::{Directory, NamedPlace, PermissionBook, StaffFinder, office_routes};
use staff::{
    AssignRole, EndRole, EndStandIn, EstablishRoles, JoinStaff, LeaveStaff, MoveStaff, NewRole, StandIn, actor_by_code,
};
use tower::ServiceExt;
use web::{
    Accent, Access, Answer, Ask, Column, Finder, Gate, Pace, Parts, Route, Site, SiteParts, TownFace, Visitor, router,
};

use crate::people::town::{Town, join, july, roles};

pub(super) const ADJUST: Permission = Permission { code: "billing.adjust", sentence: "Adjust what an account owes" };
const APPROVE: Permission = Permission { code: "billing.approve", sentence: "Approve adjustments above a limit" };

/// Words that would run, if anything did not escape them.
pub(super) const HOSTILE: &str = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)> & {{ 7*7 }}";

/// Moves cents on an account, as an adjustment does.
#[derive(Serialize, Deserialize)]
pub(super) struct Give {
    pub(super) account: AccountId,
    pub(super) cents: i64,
}

impl Act for Give {
    const KIND: &'static str = "test.give";
    type Outcome = ();

    fn permission(&self) -> Permission {
        ADJUST
    }

    fn subject(&self) -> Subject {
        Subject::account(self.account)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (direction, cents) = (acts::Direction::of(Cents(self.cents)), Cents(self.cents).abs());
        entry.changes("balance", "$0.00", cents.dollars());
        entry.weighs(Weight { class: "adjustment", direction, cents, account: self.account, approving: APPROVE });
        Ok(())
    }
}

/// Believes that whoever comes with a code is the one. A bearer may name scopes behind a colon.
struct Believing {
    db: Db,
}

impl Believing {
    async fn known(&self, code: &str, scopes: Option<&str>) -> Result<Option<Visitor>, Fault> {
        let mut read = self.db.read().await?;
        let Some(actor) = actor_by_code(&mut read, code).await? else { return Ok(None) };
        let held = staff::people::permissions_on(&mut read, actor.id, july(1)).await?;
        let mut permissions = held.codes();
        if let Some(scopes) = scopes {
            permissions.retain(|code| scopes.split(',').any(|scope| scope == code));
        }
        let form_key = format!("form-key-of-{code}");
        let name = format!("Person {code}");
        let roles = vec!["Clerk".to_owned()];
        Ok(Some(Visitor { actor, name, roles, permissions, form_key, is_whole: true, is_api: scopes.is_some() }))
    }
}

#[async_trait]
impl Gate for Believing {
    async fn visitor(&self, session_token: &str) -> Result<Option<Visitor>, Fault> {
        self.known(session_token, None).await
    }

    async fn bearer(&self, token: &str) -> Result<Option<Visitor>, Fault> {
        let (code, scopes) = token.split_once(':').unwrap_or((token, ""));
        self.known(code, Some(scopes)).await
    }
}

/// Knows the accounts 1 to 9 by the numbers 1000 to 9000.
struct NineAccounts;

#[async_trait]
impl Directory for NineAccounts {
    async fn account(&self, _read: &mut Read, number: &str) -> Result<Option<AccountId>, Fault> {
        let known = (1..=9).find(|id| (id * 1_000).to_string() == number);
        Ok(known.map(AccountId))
    }

    async fn account_numbers(
        &self,
        _read: &mut Read,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, String>, Fault> {
        Ok(accounts.iter().map(|account| (*account, (account.0 * 1_000).to_string())).collect())
    }

    async fn places(
        &self,
        _ask: &Ask,
        _read: &mut Read,
        points: &[ServicePointId],
    ) -> Result<BTreeMap<ServicePointId, NamedPlace>, Fault> {
        let named = |id: &ServicePointId| (*id, NamedPlace { reference: format!("P{}", id.0), href: None });
        Ok(points.iter().map(named).collect())
    }

    async fn confidential(
        &self,
        _ask: &Ask,
        _read: &mut Read,
        _things: &[(String, i64)],
    ) -> Result<BTreeSet<(String, i64)>, Fault> {
        Ok(BTreeSet::new())
    }
}

/// What this room finds, as the search page of a whole site would show it.
async fn found(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let all = StaffFinder.find(&ask, &mut read, ask.query().text("q"), 50).await?;
    let rows = all.into_iter().map(|one| [web::Cell::text(one.name).link(one.href).note(one.note)]);
    let table = ask.table("found", "What was found").column(Column::text("name", "Found"));
    ask.page("Found").body(&table.empty("Nothing was found").rows(rows)).answer()
}

/// The site under test.
pub(super) struct Stand {
    pub(super) town: Town,
    router: Router,
}

/// An answer, read to its end.
pub(super) struct Told {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Stand {
    /// `console` and `root` manage staff, `boss` approves and reviews, `eye` reads the log, `ann` and `cid` are clerks, `big` approves amounts.
    pub(super) async fn new(engine: Engine) -> Stand {
        let town = Town::founded(engine).await;
        town.ok(&more_roles()).await;
        for (code, role) in [("ann", "clerk"), ("big", "big"), ("cid", "clerk"), ("eye", "eye"), ("root", "admin")] {
            town.ok(&JoinStaff { supervisor: Some("boss".to_owned()), ..join(code, &[role]) }).await;
        }
        let registry = Registry::default()
            .with::<JoinStaff>("Take somebody in")
            .with::<MoveStaff>("Move somebody")
            .with::<LeaveStaff>("Record that somebody left")
            .with::<AssignRole>("Assign a role")
            .with::<EndRole>("End a role")
            .with::<StandIn>("Name a stand-in")
            .with::<EndStandIn>("End a stand-in")
            .with::<EstablishRoles>("Put roles in force")
            .with::<Give>("Adjust an account");
        let directory: Arc<dyn Directory> = Arc::new(NineAccounts);
        let book = PermissionBook::new(&[staff::PERMISSIONS, acts::permissions::PERMISSIONS, &[ADJUST, APPROVE]]);
        let site = Site::new(SiteParts {
            door: town.door.clone(),
            gate: Arc::new(Believing { db: town.base.db.clone() }),
            town: TownFace {
                name: "City of Saguaro Bend".to_owned(),
                accent: Accent::Teal,
                zone: chrono_tz::America::Phoenix,
            },
            public_url: None,
            is_https: false,
            random: Random::seeded(7),
            pace: Pace { at_once: 100_000, each_second: 100_000 },
            parts: Parts::new().with(registry).with(directory).with(book),
        });
        let found = Route::page("/found", "What was found", Access::SignedIn, found);
        let routes = [office_routes(), staff::api::api_routes(), vec![found]].concat();
        Stand { town, router: router(site, routes) }
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Told {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Told { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Opens a page as somebody; `""` is nobody.
    pub(super) async fn get(&self, path: &str, code: &str) -> Told {
        self.send(request(Method::GET, path, code).body(Body::empty()).unwrap()).await
    }

    /// Opens a page and sends its form with these fields.
    pub(super) async fn fill(&self, path: &str, code: &str, fields: &[(&str, &str)]) -> Told {
        let page = self.get(path, code).await;
        assert_eq!(page.status, 200, "{path} as {code}: {}", page.body);
        self.post(path, code, &page.hidden("key"), fields).await
    }

    /// Sends a form under a one-time key.
    pub(super) async fn post(&self, path: &str, code: &str, key: &str, fields: &[(&str, &str)]) -> Told {
        let form_key = format!("form-key-of-{code}");
        let own = [("form_key", form_key.as_str()), ("key", key)];
        let all: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
        let body = all.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = request(Method::POST, path, code)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, "http://localhost:8080");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Asks the API with a bearer token.
    #[expect(
        clippy::too_many_arguments,
        reason = "a request of the API has these parts, and tables of tests name them"
    )]
    pub(super) async fn ask(&self, method: Method, path: &str, token: &str, key: Option<&str>, body: &str) -> Told {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080");
        request = request.header(header::CONTENT_TYPE, "application/json");
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Somebody does something; `Err` is the code of the refusal.
    pub(super) async fn give(&self, code: &str, account: i64, cents: i64) -> Result<(), &'static str> {
        self.town.try_as(code, &Give { account: AccountId(account), cents }).await
    }

    /// How many entries the log has.
    pub(super) async fn entries(&self) -> usize {
        let mut read = self.town.read().await;
        acts::log(&mut read, kernel::ActId(0), 100_000).await.unwrap().len()
    }
}

impl Told {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a hidden field.
    pub(super) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        // The first form of every page is the one that signs out; its form has no one-time key.
        let (_, rest) = self.body.split_once(&start).unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// Whether every one of these stands on the page, in this order.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        let mut rest = self.body.as_str();
        words.iter().all(|one| match rest.split_once(one) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

fn more_roles() -> EstablishRoles {
    let role = |code: &str, permissions: &[&str]| NewRole {
        code: code.to_owned(),
        title: format!("The {code}"),
        sentence: "Works".to_owned(),
        permissions: permissions.iter().map(|code| (*code).to_owned()).collect(),
        limits: vec![staff::NewLimit {
            class: "adjustment".to_owned(),
            direction: acts::Direction::Credit,
            act_cents: Cents(100_000),
            actor_cents: Cents(1_000_000),
            account_cents: Cents(200_000),
        }],
    };
    let mut all = roles();
    all.roles.push(role("big", &["billing.adjust", "billing.approve"]));
    all.roles.push(role("eye", &["acts.read", "staff.review", "staff.relations"]));
    all
}

fn request(method: Method, path: &str, code: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080");
    if code.is_empty() { request } else { request.header(header::COOKIE, format!("portreeve={code}")) }
}

/// As forms and addresses write it.
pub(super) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// The status of somebody who may not, of a page.
pub(super) const FORBIDDEN: u16 = StatusCode::FORBIDDEN.as_u16();
