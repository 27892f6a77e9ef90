//! A served town in which people sit down and work, without a browser.

use db::Engine;
use serde_json::Value;
use stories::Program;
use tempfile::TempDir;
use testkit::{Answer, Client, Served, TestDb};

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";

/// Where tokens are made.
const TOKENS: &str = "/profile/tokens";

/// The demo town with a year behind it, served on 1 July 2026.
pub(crate) struct Hall {
    /// The program on the town, for what is done at the command line.
    pub(crate) program: Program,
    pub(crate) served: Served,
    place: TestDb,
}

/// A program that asks and changes by a token.
pub(crate) struct Api {
    client: Client,
    token: String,
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

    /// The same with a place for files, which goes when it is dropped.
    pub(crate) async fn with_files(engine: Engine, words: &[&str]) -> (Hall, TempDir) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = format!("file://{}/files", folder.path().display());
        (Hall::with(engine, &[&["--attachments", &place], words].concat()).await, folder)
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
        let text = page(&client, TOKENS).await.text();
        let values = text.split("name=\"scopes\"").skip(1);
        let scopes = values.filter_map(|rest| rest.split("value=\"").nth(1)?.split('"').next()).collect::<Vec<_>>();
        make_token(&client, ("a program", &scopes)).await
    }

    /// A program with such a token.
    pub(crate) async fn api(&self, code: &str) -> Api {
        Api { client: Client::new(&self.served.address), token: self.token(code).await }
    }

    /// A program with a token of somebody for one permission alone.
    pub(crate) async fn api_for(&self, code: &str, scope: &str) -> Api {
        let client = self.sign_in(code).await;
        Api {
            client: Client::new(&self.served.address),
            token: make_token(&client, ("a program for one thing", &[scope])).await,
        }
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

impl Api {
    /// Its token, for programs of others.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Asks for something.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.request("GET".parse().expect("a method"), path).bearer_auth(&self.token)).await
    }

    /// Sends a change of a kind under a key: a reason and the change itself.
    pub(crate) async fn change(&self, kind: &str, key: &str, body: &Value) -> Answer {
        self.send(&format!("/api/v1/changes/{kind}"), key, body).await
    }

    /// Sends something to an address under a key.
    pub(crate) async fn send(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = self.client.request("POST".parse().expect("a method"), path).bearer_auth(&self.token);
        Answer::of(request.header("idempotency-key", key).json(body)).await
    }

    /// Attaches a file to an account.
    pub(crate) async fn attach(&self, account: &str, name: &str, text: &str) -> Answer {
        let path = format!("/api/v1/attachments?kind=account&number={account}&name={name}&reason=for%20the%20record");
        let request = self.client.request("POST".parse().expect("a method"), &path).bearer_auth(&self.token);
        Answer::of(request.header("idempotency-key", format!("file-{name}")).body(text.to_owned())).await
    }
}

/// Whoever is signed in makes a token for some permissions.
async fn make_token(client: &Client, (name, scopes): (&str, &[&str])) -> String {
    let fixed = [("name", name), ("expires_on", "2026-09-01")];
    let fields = fixed.into_iter().chain(scopes.iter().map(|scope| ("scopes", *scope))).collect::<Vec<_>>();
    let made = send(client, TOKENS, TOKENS, &fields).await.text();
    let token = made.split("shown-once").nth(1).and_then(|rest| rest.split("<code>").nth(1)?.split('<').next());
    token.unwrap_or_else(|| panic!("no token was made: {made}")).to_owned()
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
