//! A small site with pages of every kind, and a gate that knows three people and a program.

use std::collections::BTreeSet;
use std::sync::Arc;

use acts::{Actor, Permission};
use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use db::{Engine, Fault};
use kernel::ActorId;
use secrets::Random;
use testkit::{TestDb, open_door};
use tower::ServiceExt;
use web::{
    Accent, Access, Alert, Answer, Ask, Column, Field, Gate, Pace, Parts, Route, Site, SiteParts, TownFace, Visitor,
    router,
};

pub(crate) const SEE: Permission = Permission { code: "test.see", sentence: "See the thing" };
pub(crate) const OTHER: Permission = Permission { code: "test.other", sentence: "See the other thing" };

/// Words that would run, if anything did not escape them.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script>\"'><img src=x onerror=alert(1)> & {{ 7*7 }}";

/// `clerk` may see; `stranger` may nothing; `half` owes the second factor.
pub(crate) struct KnownPeople;

#[async_trait]
impl Gate for KnownPeople {
    async fn visitor(&self, session_token: &str) -> Result<Option<Visitor>, Fault> {
        match session_token {
            "clerk" | "other-clerk" => Ok(Some(visitor(session_token, &[SEE], true))),
            "stranger" => Ok(Some(visitor(session_token, &[], true))),
            "half" => Ok(Some(visitor(session_token, &[SEE], false))),
            "broken" => Err(Fault::new("the disk in rack 4 is gone")),
            _ => Ok(None),
        }
    }

    async fn bearer(&self, token: &str) -> Result<Option<Visitor>, Fault> {
        Ok((token == "program").then(|| Visitor { is_api: true, ..visitor("program", &[SEE], true) }))
    }
}

fn visitor(name: &str, permissions: &[Permission], is_whole: bool) -> Visitor {
    let permissions: BTreeSet<String> = permissions.iter().map(|permission| permission.code.to_owned()).collect();
    let actor = Actor { id: ActorId(name.len().try_into().unwrap()), code: name.to_owned() };
    let (name, form_key) = (format!("Ms. {name} {HOSTILE}"), format!("form-key-of-{name}"));
    Visitor { actor, name, roles: vec!["CSR".to_owned()], permissions, form_key, is_whole, is_api: false }
}

/// A site under test, with the database it stands on.
pub(crate) struct Stand {
    router: Router,
    _town: TestDb,
}

/// An answer, read to its end.
pub(crate) struct Told {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Stand {
    pub(crate) async fn new() -> Stand {
        Stand::of(false, Pace::default()).await
    }

    pub(crate) async fn of(is_https: bool, pace: Pace) -> Stand {
        let town = TestDb::new(Engine::Sqlite).await;
        let site = Site::new(SiteParts {
            door: open_door(&town.db),
            gate: Arc::new(KnownPeople),
            town: TownFace { name: format!("City of {HOSTILE}"), accent: Accent::Teal, zone: web_zone() },
            public_url: is_https.then(|| "https://billing.example.gov".to_owned()),
            is_https,
            random: Random::seeded(1),
            pace,
            parts: Parts::new().with("a part"),
        });
        Stand { router: router(site, routes()), _town: town }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Told {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Told { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Opens a page with a session cookie; `""` has none.
    pub(crate) async fn get(&self, path: &str, session: &str) -> Told {
        self.send(request(Method::GET, path, session).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a page of this site would.
    pub(crate) async fn post(&self, path: &str, session: &str, body: &str) -> Told {
        self.send(form(path, session).body(Body::from(body.to_owned())).unwrap()).await
    }
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie set under a name, with its attributes.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
        all.filter(|cookie| cookie.starts_with(&format!("{name}="))).map(str::to_owned).next_back()
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&start).unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(crate) fn request(method: Method, path: &str, session: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:8080");
    if session.is_empty() { request } else { request.header(header::COOKIE, format!("portreeve={session}")) }
}

pub(crate) fn form(path: &str, session: &str) -> axum::http::request::Builder {
    request(Method::POST, path, session)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, "http://localhost:8080")
        .header("sec-fetch-site", "same-origin")
}

fn web_zone() -> chrono_tz::Tz {
    chrono_tz::America::Phoenix
}

fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::page("/", "Home", Access::SignedIn, home).in_menu(),
        Route::page("/open", "Open", Access::Anyone, open),
        Route::form("/open", "Open (sent)", Access::Anyone, send_open),
        Route::page("/thing", "Thing", Access::Needs(SEE), home).in_menu(),
        Route::form("/thing", "Thing (sent)", Access::Needs(SEE), send_thing),
        Route::page("/other", "Other", Access::Needs(OTHER), home).in_menu(),
        Route::page("/either", "Either", Access::NeedsAny(&[OTHER, SEE]), home),
        Route::page("/table", "Table", Access::SignedIn, table),
        Route::page("/stale", "Stale", Access::SignedIn, stale),
        Route::form("/stale", "Stale (sent)", Access::SignedIn, send_stale),
        Route::page("/panic", "Panic", Access::Anyone, panic),
        Route::page("/fault", "Fault", Access::Anyone, async || -> Answer {
            Err(Fault::new("password of the disk").into())
        }),
        Route::page("/sign-in/as/{who}", "Sign in", Access::Anyone, sign_in),
    ];
    routes.extend(crate::api::routes());
    routes.extend(web::style_page::routes());
    routes
}

async fn home(ask: Ask) -> Answer {
    assert_eq!(*ask.site().part::<&str>(), "a part");
    ask.page(HOSTILE).lead(HOSTILE).crumbs(&[(HOSTILE, "/")]).alert(Alert::info(HOSTILE).link(HOSTILE, "/")).answer()
}

fn open_form(ask: &Ask) -> web::Form {
    ask.form("/open", "Send")
        .field(Field::text("name", "Name").required().max(10))
        .field(Field::whole("count", "Count"))
        .field(Field::secret("password", "Password"))
}

async fn open(ask: Ask) -> Answer {
    ask.page("Open").form(&open_form(&ask)).answer()
}

async fn send_open(ask: Ask) -> Answer {
    let form = open_form(&ask);
    if form.is_good() {
        let back = ask.query().text("return_to");
        return ask.go(web::safe_return_to(back)).saying(Alert::good(format!("Hello {}", form.text("name")))).answer();
    }
    ask.page("Open").form(&form).answer()
}

/// A form that carries what was seen, over something that says `now`.
fn stale_form(ask: &Ask) -> web::Form {
    ask.form("/stale", "Send").field(Field::hidden("seen", "now")).field(Field::text("name", "Name"))
}

async fn stale(ask: Ask) -> Answer {
    ask.page("Stale").form(&stale_form(&ask)).answer()
}

async fn send_stale(ask: Ask) -> Answer {
    let mut form = stale_form(&ask);
    if form.text("seen") == "now" {
        return ask.go("/stale").answer();
    }
    form.refuse("It changed since you looked.");
    form.renew("seen", "now");
    ask.page("Stale").form(&form).answer()
}

async fn send_thing(ask: Ask) -> Answer {
    ask.go("/thing").saying(Alert::good("The thing was sent")).answer()
}

async fn table(ask: Ask) -> Answer {
    let rows =
        (1..=120_i64).map(|number| [web::Cell::text(format!("Run {number} {HOSTILE}")), web::Cell::count(number)]);
    let table = ask
        .table("runs", "Runs")
        .column(Column::text("run", "Run"))
        .column(Column::count("count", "Count").totaled())
        .rows(rows);
    match table.file()? {
        Some(file) => Ok(file),
        None => ask.page("Table").body(&table).answer(),
    }
}

async fn panic(_ask: Ask) -> Answer {
    panic!("a defect with a secret in it")
}

async fn sign_in(ask: Ask, axum::extract::Path(who): axum::extract::Path<String>) -> Answer {
    match who.as_str() {
        "nobody" => ask.go("/").without_session().answer(),
        who => ask.go(ask.query().text("return_to")).with_session(who).answer(),
    }
}
