//! A town whose changes other programs are told of, and such a program.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use acts::{Act, Clock, Door, Entry, Failure, NoConflicts, Permission, Subject, refuse};
use chrono::{DateTime, NaiveDate, Utc};
use db::{DoorKey, Engine};
use jobs::Stop;
use kernel::Refusal;
use secrets::{Keys, Random};
use serde::{Deserialize, Serialize};
use testkit::{Asked, LittleSite, TestDb, Told, by};
use webhooks::acts::{AddWebhook, SetWebhookSecret};
use webhooks::{Delivery, KnownKinds, Network, Networks, Outbox, Sender, SenderParts, WebhookId, WebhookSecret};

/// The machine itself.
pub(crate) const HERE: &str = "127.0.0.0/8";

fn networks_of(text: &str) -> Networks {
    Networks(text.split_whitespace().map(|network| network.parse::<Network>().unwrap()).collect())
}

/// A clock that stands still until a test moves it.
pub(crate) struct MovedClock(Mutex<DateTime<Utc>>);

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }
}

pub(crate) struct Town {
    base: TestDb,
    clock: Arc<MovedClock>,
    keys: Keys,
    random: Random,
}

/// Something that is done, or refused after it was done.
#[derive(Serialize, Deserialize)]
pub(crate) struct Happen {
    pub(crate) is_refused: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("it is refused")]
struct Refused;

impl Refusal for Refused {
    fn code(&self) -> &'static str {
        "refused"
    }
}

impl Act for Happen {
    const KIND: &'static str = "test.happen";
    type Outcome = ();

    fn permission(&self) -> Permission {
        Permission { code: "test.happen", sentence: "lets things happen" }
    }

    fn subject(&self) -> Subject {
        Subject { kind: "thing", id: 7 }
    }

    async fn perform(&self, _entry: &mut Entry) -> Result<(), Failure> {
        if self.is_refused { refuse(Refused) } else { Ok(()) }
    }
}

impl Town {
    pub(crate) async fn new(engine: Engine) -> Town {
        let random = Random::seeded(5);
        Town {
            base: TestDb::new(engine).await,
            clock: Arc::new(MovedClock(Mutex::new(testkit::noon()))),
            keys: Keys::in_memory(&random),
            random,
        }
    }

    pub(crate) fn door(&self) -> Door {
        let everybody = testkit::everything();
        let door = Door::new(self.base.db.clone(), self.clock.clone(), everybody, Arc::new(NoConflicts));
        let kinds = [("billing.sign_run", "Sign a bill run"), ("test.happen", "Something happens")];
        door.followed_by(Arc::new(Outbox)).telling(KnownKinds(kinds.into())).telling(networks_of(HERE))
    }

    pub(crate) fn db(&self) -> &db::Db {
        &self.base.db
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(crate) fn later(&self, seconds: i64) {
        *self.clock.0.lock().unwrap() += chrono::Duration::seconds(seconds);
    }

    pub(crate) async fn act<A: Act>(&self, key: &str, act: &A) -> A::Outcome {
        self.door().carry_out(&by(key), act).await.unwrap().outcome
    }

    /// The code by which an act is refused.
    pub(crate) async fn refusal<A: Act>(&self, key: &str, act: &A) -> &'static str {
        match self.door().carry_out(&by(key), act).await.map(|_| ()) {
            Err(Failure::Refused(refusal)) => refusal.code(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn happens(&self, key: &str) {
        self.act(key, &Happen { is_refused: false }).await;
    }

    /// A webhook that is told of everything of the tests, with a secret.
    pub(crate) async fn webhook(&self, title: &str, url: &str) -> (WebhookId, WebhookSecret) {
        let add = AddWebhook { title: title.to_owned(), url: url.to_owned(), kinds: vec!["test.*".to_owned()] };
        let id = self.act(&format!("add {title}"), &add).await;
        let secret = self.secret(id, 24).await;
        (id, secret)
    }

    /// Another secret.
    pub(crate) async fn secret(&self, id: WebhookId, hours: i64) -> WebhookSecret {
        let secret = WebhookSecret::new(&self.random);
        let sealed = secret.seal(id, &self.keys, &self.random);
        let key = format!("secret of {} at {}", id.0, secret.text());
        self.act(&key, &SetWebhookSecret::of(id, &sealed, hours)).await;
        secret
    }

    pub(crate) fn sender(&self, networks: &str) -> Sender {
        Sender::new(SenderParts {
            door: self.door(),
            door_key: DoorKey::for_the_door(),
            keys: Arc::new(self.keys.clone()),
            networks: networks_of(networks),
            town: "Saguaro Bend".to_owned(),
        })
        .unwrap()
    }

    /// Sends until messages stand as a test wants them, with as many senders beside each other as are given.
    pub(crate) async fn send_until(&self, senders: &[Sender], id: WebhookId, stands: impl Fn(&[Delivery]) -> bool) {
        let stop = Stop::default();
        let mut hands = tokio::task::JoinSet::new();
        for sender in senders {
            let (sender, stop) = (sender.clone(), stop.clone());
            hands.spawn(async move { sender.stand(&stop).await });
        }
        let mut is_so = false;
        for _ in 0..400 {
            is_so = stands(&self.messages(id).await);
            if is_so {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        stop.tell();
        while hands.join_next().await.is_some() {}
        assert!(is_so, "messages never stand so: {:?}", self.messages(id).await);
    }

    /// All messages, the oldest first.
    pub(crate) async fn messages(&self, id: WebhookId) -> Vec<Delivery> {
        let mut read = self.base.db.read().await.unwrap();
        let mut all = webhooks::deliveries(&mut read, (id, None), i64::MAX, 1_000).await.unwrap();
        all.reverse();
        all
    }

    pub(crate) async fn state(&self, id: WebhookId) -> webhooks::WebhookState {
        webhooks::webhook(&mut self.base.db.read().await.unwrap(), id).await.unwrap().unwrap().state
    }

    pub(crate) async fn remove(self) {
        self.base.remove().await;
    }
}

/// A program that is told: it keeps what came, and answers what it was told to, then 200. A header stands behind a semicolon.
pub(crate) struct Receiver {
    site: LittleSite,
    got: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl Receiver {
    pub(crate) async fn new() -> Receiver {
        let (got, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
        let (keeps, tells) = (got.clone(), answers.clone());
        let site = LittleSite::start(move |asked: &Asked| {
            keeps.lock().unwrap().push(asked.clone());
            let answer = tells.lock().unwrap().pop_front().unwrap_or("200 OK");
            let (status, header) = answer.split_once("; ").unwrap_or((answer, "x-nothing: more"));
            let headers = vec!["location: http://127.0.0.1:9/elsewhere".to_owned(), header.to_owned()];
            Told { status, headers, text: "thanks".to_owned() }
        })
        .await;
        Receiver { site, got, answers }
    }

    pub(crate) fn url(&self) -> String {
        self.site.url("/hook")
    }

    pub(crate) fn answers(&self, statuses: &[&'static str]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub(crate) fn got(&self) -> Vec<Asked> {
        self.got.lock().unwrap().clone()
    }
}
