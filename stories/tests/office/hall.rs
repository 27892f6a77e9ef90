//! A served town in which people sit down and work, without a browser.

use db::Engine;
use stories::Program;
use testkit::{Answer, Client, Served, TestDb};

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";

/// The demo town with a year behind it, served on 1 July 2026.
pub(crate) struct Hall {
    /// The program on the town, for what is done at the command line.
    pub(crate) program: Program,
    pub(crate) served: Served,
    place: TestDb,
}

impl Hall {
    /// The demo's town of 120 accounts on an engine, as it was made.
    pub(crate) async fn on(engine: Engine) -> Hall {
        Hall::with(engine, &[]).await
    }

    /// The same, served with more words.
    pub(crate) async fn with(engine: Engine, words: &[&str]) -> Hall {
        let place = stories::demo(engine).await;
        let program = Program::on(&place.url);
        let served = Served::start(&place.url, &[&["--demo"], words].concat()).await;
        Hall { program, served, place }
    }

    /// Somebody of the demo sits down, by the code of their role.
    pub(crate) async fn sign_in(&self, code: &str) -> Client {
        let client = Client::new(&self.served.address);
        let page = client.get("/sign-in").await;
        let fields = [("code", code), ("password", PASSWORD)];
        let answer = client.post_form(&page, "/sign-in", &fields).await;
        assert!(answer.text().contains("Waiting for you"), "{code} is not in: {}", answer.text());
        client
    }

    /// A token for programs, made by somebody of the demo for all they may.
    pub(crate) async fn token(&self, code: &str) -> String {
        let client = self.sign_in(code).await;
        let path = "/profile/tokens";
        let shown = page(&client, path).await;
        let text = shown.text();
        let values = text.split("name=\"scopes\"").skip(1);
        let scopes = values.filter_map(|rest| rest.split("value=\"").nth(1)?.split('"').next()).collect::<Vec<_>>();
        let fixed = [("name", "a program"), ("expires_on", "2026-09-01")];
        let fields = fixed.into_iter().chain(scopes.into_iter().map(|scope| ("scopes", scope))).collect::<Vec<_>>();
        let made = client.post_form(&shown, path, &fields).await.text();
        let token = made.split("shown-once").nth(1).and_then(|rest| rest.split("<code>").nth(1)?.split('<').next());
        token.unwrap_or_else(|| panic!("no token was made: {made}")).to_owned()
    }

    /// The database itself, to see what was kept.
    pub(crate) fn db(&self) -> &db::Db {
        &self.place.db
    }

    /// Closes the town.
    pub(crate) async fn close(self) {
        drop(self.served);
        self.place.remove().await;
    }
}

/// A page that must open.
pub(crate) async fn page(client: &Client, path: &str) -> Answer {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path} answers {}: {}", answer.status, answer.text());
    answer
}

/// Fills in the form of a page that goes to an address; the answer after its redirects.
pub(crate) async fn send(client: &Client, path: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = page(client, path).await;
    client.post_form(&shown, action, fields).await
}
