//! Another program is told of what is done: signed, tried again, sent again, stopped; and nobody else decides about it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64;
use kernel::Digest;
use serde_json::Value;
use testkit::{Answer, Asked, Client, LittleSite, Served, Told};

use crate::hall::{Hall, page, send};

/// An account of the demo.
const ACCOUNT: &str = "100001-7";
/// Who decides about webhooks.
const ADMINISTRATOR: &str = "system_administrator";

/// A program that is told: it keeps what came, and answers what it was told to, then 200.
struct Receiver {
    site: LittleSite,
    got: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Receiver {
    async fn new() -> Receiver {
        let (got, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
        let (keeps, tells) = (Arc::clone(&got), Arc::clone(&answers));
        let site = LittleSite::start(move |asked: &Asked| {
            keeps.lock().expect("no test panics here").push(asked.clone());
            let status = tells.lock().expect("no test panics here").pop_front().unwrap_or("200 OK");
            Told { status, headers: Vec::new(), text: String::new() }
        })
        .await;
        Receiver { site, got, answers }
    }

    fn answers(&self, status: &'static str) {
        self.answers.lock().expect("no test panics here").push_back(status);
    }

    /// What came, once so many messages did.
    async fn got(&self, count: usize) -> Vec<Asked> {
        for _ in 0..300 {
            let got = self.got.lock().expect("no test panics here").clone();
            if count <= got.len() {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{count} messages never come: {:?}", self.got.lock());
    }
}

/// HMAC-SHA-256 as RFC 2104 writes it, by nothing that the program has.
fn hmac(key: &[u8], message: &str) -> [u8; 32] {
    let pad = |byte: u8| -> Vec<u8> { (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ byte).collect() };
    let inner = Digest::of(&[pad(0x36), message.as_bytes().to_vec()].concat());
    Digest::of(&[pad(0x5c), inner.0.to_vec()].concat()).0
}

/// Whether a message is signed with a secret, as the Standard Webhooks specification says to look.
fn is_signed(asked: &Asked, secret: &str) -> bool {
    let header = |name: &str| asked.header(name).expect("the header is there");
    let key = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).expect("a secret is base64");
    let message = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), asked.body);
    let signature = format!("v1,{}", BASE64.encode(&hmac(&key, &message)));
    header("webhook-signature").split(' ').any(|one| one == signature)
}

fn body(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).expect("a message is JSON")
}

/// The same town, served by a program that may reach this machine.
async fn reaching_here(hall: &mut Hall) {
    hall.served = Served::start(&hall.program.url, &["--demo", "--webhook-network", "127.0.0.0/8"]).await;
}

/// The secret that a page shows this one time.
fn secret_of(text: &str) -> String {
    let secret = text.split("whsec_").nth(1).and_then(|rest| rest.split('<').next());
    format!("whsec_{}", secret.unwrap_or_else(|| panic!("no secret is shown: {text}")).replace("&#43;", "+"))
}

/// Adds a webhook on its pages; its address here, and its secret.
async fn add(client: &Client, url: &str) -> (String, String) {
    let fields = [
        ("title", "City data warehouse"),
        ("url", url),
        ("many", "identity.*"),
        ("reason", "the council asked for it"),
    ];
    let asked = send(client, "/webhooks/new", "/webhooks/new", &fields).await;
    let path = asked.url.path().to_owned();
    assert!(path.ends_with("/secret"), "one is sent on to make a secret: {}", asked.text());
    let shown = client.post_form(&asked, &path, &[]).await;
    (path.trim_end_matches("/secret").to_owned(), secret_of(&shown.text()))
}

fn flag(hall: &Hall, words: &str) {
    hall.program.done("csr", &["identity", "flag", ACCOUNT, words]);
}

/// Looks at a page until it says something.
async fn until(client: &Client, path: &str, words: &str) {
    for _ in 0..100 {
        if page(client, path).await.text().contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{path} never says “{words}”: {}", page(client, path).await.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_is_told_signed_tried_again_and_sent_again() {
    let test = "what_is_done_is_told_signed_tried_again_and_sent_again";
    for engine in testkit::engines(test) {
        let (mut hall, receiver) = (Hall::on(engine).await, Receiver::new().await);
        reaching_here(&mut hall).await;
        let administrator = hall.sign_in(ADMINISTRATOR).await;
        let (path, secret) = add(&administrator, &receiver.site.url("/hook")).await;

        receiver.answers("500 Internal Server Error");
        flag(&hall, "the license shows another face");
        let got = receiver.got(2).await;
        let told = body(&got[0]);
        assert_eq!(told["type"], "identity.raise_red_flag");
        assert_eq!(told["data"]["subject"]["number"], ACCOUNT);
        assert!(!got[0].body.contains("license"), "what was said of somebody stays here: {}", got[0].body);
        assert!(got.iter().all(|asked| is_signed(asked, &secret)));
        assert!(!is_signed(&got[0], "whsec_AAAA"));
        let ids: Vec<_> = got.iter().map(|asked| asked.header("webhook-id")).collect();
        assert_eq!(ids[0], ids[1], "tried again under its id");
        until(&administrator, &format!("{path}?state=delivered"), "identity.raise_red_flag").await;

        // The receiver asks for more with a token of its own.
        let token = hall.token("auditor").await;
        let entry = format!("/api/v1/acts/{}", told["data"]["entry"]);
        let program = Client::new(&hall.served.address);
        let request = program.request("GET".parse().expect("a method"), &entry).bearer_auth(&token);
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.json()["data"]["kind"].as_str()), (200, Some("identity.raise_red_flag")));

        let message = format!("{path}/messages/{}", ids[0].expect("it has an id"));
        send(&administrator, &message, &message, &[]).await;
        let got = receiver.got(3).await;
        assert_eq!((got[2].header("webhook-id"), &got[2].body), (got[0].header("webhook-id"), &got[0].body));
        hall.program
            .done(ADMINISTRATOR, &["webhooks", "replay", "1", "--since", "2020-01-01T00:00:00Z", "--with-delivered"]);
        assert_eq!(receiver.got(4).await[3].header("webhook-id"), got[0].header("webhook-id"));

        let fields = [("hours", "24"), ("reason", "once a year")];
        let rotated = send(&administrator, &format!("{path}/secret"), &format!("{path}/secret"), &fields).await;
        let newer = secret_of(&rotated.text());
        send(&administrator, &path, &format!("{path}/test"), &[]).await;
        let got = receiver.got(5).await;
        assert_eq!(body(&got[4])["type"], "webhooks.test");
        assert!(is_signed(&got[4], &secret) && is_signed(&got[4], &newer), "both sign for a day");

        receiver.answers("410 Gone");
        flag(&hall, "the name is spelled differently");
        receiver.got(6).await;
        until(&administrator, &path, "ended by its receiver").await;
        flag(&hall, "the signature differs");
        until(&administrator, "/", "Webhooks ended by their receiver").await;
        let listed = hall.program.done(ADMINISTRATOR, &["webhooks", "list"]);
        assert!(listed.contains("ended by its receiver"), "{listed}");
        assert_eq!(receiver.got(6).await.len(), 6, "nothing is sent any more");
        hall.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_decides_and_nothing_inside_is_reached_by_default() {
    let test = "only_an_administrator_decides_and_nothing_inside_is_reached_by_default";
    for engine in testkit::engines(test) {
        let hall = Hall::on(engine).await;
        let administrator = hall.sign_in(ADMINISTRATOR).await;
        for url in
            ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/"]
        {
            let fields = [("title", "Inside"), ("url", url), ("many", "*"), ("reason", "to see")];
            let answer = send(&administrator, "/webhooks/new", "/webhooks/new", &fields).await;
            assert_eq!(answer.status, 422, "{url}");
        }
        for code in ["csr", "billing_analyst", "supervisor", "auditor"] {
            let client = hall.sign_in(code).await;
            assert_eq!(client.get("/webhooks").await.status, 403, "{code}");
            let words = ["webhooks", "stop", "1"];
            assert_eq!(hall.program.run(code, &words).code, 1, "{code}");
        }
        let (token, ours) = (hall.token("csr").await, hall.token(ADMINISTRATOR).await);
        let program = Client::new(&hall.served.address);
        for (token, status) in [(&token, 403), (&ours, 200)] {
            let request = program.request("GET".parse().expect("a method"), "/api/v1/webhooks").bearer_auth(token);
            assert_eq!(Answer::of(request).await.status, status);
        }
        hall.close().await;
    }
}

/// Asks for a webhook at the address for programs.
async fn asked_by_program(hall: &Hall, token: &str, (url, kind): (&str, &str)) -> Answer {
    let program = Client::new(&hall.served.address);
    let request = program.request("POST".parse().expect("a method"), "/api/v1/changes/webhooks.add");
    let command = serde_json::json!({"title": "Ours", "url": url, "kinds": [kind]});
    let body = serde_json::json!({"reason": "to see", "command": command});
    Answer::of(request.bearer_auth(token).header("idempotency-key", format!("{kind}-{url}")).json(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_would_never_be_told_is_refused_whichever_way_it_is_asked_for() {
    let test = "a_webhook_that_would_never_be_told_is_refused_whichever_way_it_is_asked_for";
    for engine in testkit::engines(test) {
        let (hall, folder) = (Hall::on(engine).await, tempfile::tempdir().expect("a folder can be made"));
        let keys = folder.path().join("keys").display().to_string();
        hall.program.done(ADMINISTRATOR, &["keys", "new", &keys]);
        let (administrator, token) = (hall.sign_in(ADMINISTRATOR).await, hall.token(ADMINISTRATOR).await);
        #[rustfmt::skip]
        let rows = [
            ("https://a.example/",    "billing.sing_run", "webhook_kinds", "is called 'billing.sing_run'"),
            ("https://a.example/",    "garden.*",         "webhook_kinds", "is called 'garden.*'"),
            ("http://a.example/",     "*",                "webhook_url",   "must begin with https://"),
            ("http://10.1.2.3/",      "*",                "webhook_url",   "must begin with https://"),
            ("https://10.1.2.3/",     "*",                "webhook_url",   "has not named that network"),
            ("https://localhost:9/",  "*",                "webhook_url",   "has not named that network"),
        ];
        let mut wrong = Vec::new();
        for (url, kind, code, words) in rows {
            let add = ["webhooks", "add", "Ours", url, "--kinds", kind, "--key-file", &keys];
            let typed = hall.program.run(ADMINISTRATOR, &add);
            let sent = asked_by_program(&hall, &token, (url, kind)).await;
            let fields = [("title", "Ours"), ("url", url), ("kinds", kind), ("reason", "to see")];
            let fields = if kind == "*" {
                fields.map(|(name, value)| (if name == "kinds" { "many" } else { name }, value))
            } else {
                fields
            };
            let shown = send(&administrator, "/webhooks/new", "/webhooks/new", &fields).await;
            let quoted = words.replace('\'', "&#39;");
            let is_refused = [
                typed.code == 1 && typed.err.contains(words),
                sent.status == 422 && sent.json()["code"] == code && sent.text().contains(words),
                shown.status == 422 && shown.text().contains(&quoted),
            ];
            if is_refused != [true; 3] {
                wrong.push(format!(
                    "{url} {kind}: by command, program, page {is_refused:?} {} {}",
                    typed.err,
                    sent.text()
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let named = ["--webhook-network", "10.0.0.0/8"];
        let add = ["webhooks", "add", "Ours", "http://10.1.2.3/", "--kinds", "identity.*", "--key-file", &keys];
        assert_eq!(hall.program.run(ADMINISTRATOR, &[&add[..], &named[..]].concat()).code, 0, "the network is named");
        let change = ["webhooks", "change", "1", "Ours", "https://10.1.2.3/", "--kinds", "identity.*"];
        let words = hall.program.ends(ADMINISTRATOR, &change, 1);
        assert!(words.contains("has not named that network"), "{words}");
        hall.close().await;
    }
}
