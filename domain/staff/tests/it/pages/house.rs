//! A served site of a small city hall, and visitors of it.

use std::net::SocketAddr;
use std::sync::Arc;

use acts::Permission;
use axum::http::Method;
use db::{DoorKey, Engine};
use secrets::{Keys, Random, one_time};
use staff::pages::{PermissionBook, sign_in_routes};
use staff::sign_in::{SignIn, SignInParts};
use staff::{SecondFactorRule, StaffGate};
use testkit::{Answer, Client, noon};
use tokio::net::TcpListener;
use web::{Accent, Access, Ask, Pace, Parts, Route, Site, SiteParts, TownFace, router};

use crate::people::town::{Town, join};
use crate::sign_in_desk::PASSWORD;

pub(crate) const ADJUST: Permission = Permission { code: "billing.adjust", sentence: "Adjust what an account owes" };

/// A site with `ann`, a clerk, and `root`, who manages staff; `boss` approves.
pub(crate) struct House {
    pub(crate) town: Town,
    pub(crate) sign_in: SignIn,
    pub(crate) gate: StaffGate,
    pub(crate) address: String,
}

impl House {
    pub(crate) async fn new(engine: Engine, rule: SecondFactorRule) -> House {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("root", &["admin"])).await;
        let random = Random::seeded(7);
        let sign_in = SignIn::new(SignInParts {
            db: town.base.db.clone(),
            door_key: DoorKey::for_the_door(),
            keys: Arc::new(Keys::in_memory(&random)),
            random: random.clone(),
            town: "Saguaro Bend".to_owned(),
            breached: None,
            providers: Vec::new(),
        });
        let gate = StaffGate::new(town.door.clone(), sign_in.clone(), rule);
        let book = PermissionBook::new(&[staff::PERMISSIONS, &[ADJUST]]);
        let site = Site::new(SiteParts {
            door: town.door.clone(),
            gate: Arc::new(gate.clone()),
            town: TownFace {
                name: "City of Saguaro Bend".to_owned(),
                accent: Accent::Teal,
                zone: chrono_tz::America::Phoenix,
            },
            public_url: None,
            is_https: false,
            random,
            pace: Pace::default(),
            parts: Parts::new().with(sign_in.clone()).with(book),
        });
        let address = serve(site).await;
        House { town, sign_in, gate, address }
    }

    /// A visitor who sees each redirect.
    pub(crate) fn visitor(&self) -> Client {
        Client::stepping(&self.address)
    }

    /// Somebody gets a link and chooses [`PASSWORD`] with it; what the form answers.
    pub(crate) async fn welcomed(&self, client: &Client, code: &str) -> Answer {
        let link = self.sign_in.first_link(code, noon()).await.unwrap().unwrap();
        let path = format!("/welcome/{}", link.text());
        let page = client.get(&path).await;
        client.post_form(&page, &path, &[("password", PASSWORD), ("again", PASSWORD)]).await
    }
}

/// Sends name and password by the form of the page at an address.
pub(crate) async fn signs_in(client: &Client, path: &str, (code, password): (&str, &str)) -> Answer {
    let page = client.get(path).await;
    client.post_form(&page, "/sign-in", &[("code", code), ("password", password)]).await
}

/// Sets an app up on the profile: the app, its recovery codes.
pub(crate) async fn sets_up_app(client: &Client) -> (one_time::Secret, Vec<String>) {
    let page = client.get("/profile/second-factor").await;
    client.post_form(&page, "/profile/second-factor/start", &[]).await;
    let page = client.get("/profile/second-factor").await;
    let app = app_on(&page);
    // An earlier code, so that the one of this moment can be used afterwards.
    let code = app.code_at(noon() - chrono::TimeDelta::seconds(30));
    let done = client.post_form(&page, "/profile/second-factor/confirm", &[("code", &code)]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let text = done.text();
    let codes = text.split("<li><code>").skip(1).filter_map(|rest| rest.split("</code>").next());
    (app, codes.map(str::to_owned).collect())
}

/// The app of the secret that a page shows as text.
pub(crate) fn app_on(page: &Answer) -> one_time::Secret {
    let text = page.text();
    let secret = text.split("class=\"secret\"><code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.replace(' ', "").as_bytes()).unwrap();
    one_time::Secret::from_bytes(&bytes).unwrap()
}

/// The token of the session that an answer begins.
pub(crate) fn token_of(answer: &Answer) -> String {
    let cookies = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let mut tokens = cookies.filter_map(|cookie| cookie.strip_prefix("portreeve=")?.split(';').next());
    tokens.next().expect("the answer begins a session").to_owned()
}

async fn serve(site: Site) -> String {
    let mut routes = sign_in_routes();
    routes.push(Route::page("/", "Home", Access::SignedIn, async |ask: Ask| ask.page("Home").answer()));
    routes.push(Route::page("/adjust", "Adjust", Access::Needs(ADJUST), async |ask: Ask| ask.page("Adjust").answer()));
    let may = Access::Needs(ADJUST);
    routes.push(Route::api(Method::GET, "/api/v1/adjust", ("Adjust", may), async || "you may"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = router(site, routes).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}
