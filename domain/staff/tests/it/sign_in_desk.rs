//! A town with people who sign in, for the tests of signing in.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use db::{DoorKey, Engine};
use kernel::ActorId;
use secrets::{BreachedList, Keys, Random, Token};
use staff::sign_in::{Client, Session, SignIn, SignInParts, SignInRefused, SingleSignOn, Step};
use testkit::{TestDb, noon};

/// A password that is taken.
pub(crate) const PASSWORD: &str = "maple dozen viaduct 7";

/// Another one.
pub(crate) const OTHER: &str = "gravel oboe tuesday pine";

pub(crate) struct Desk {
    pub(crate) base: TestDb,
    pub(crate) sign_in: SignIn,
}

/// What a desk may have besides the people.
#[derive(Default)]
pub(crate) struct With {
    pub(crate) breached: Option<BreachedList>,
    pub(crate) providers: Vec<SingleSignOn>,
}

impl Desk {
    pub(crate) async fn new(engine: Engine) -> Desk {
        Desk::with(engine, With::default()).await
    }

    pub(crate) async fn with(engine: Engine, with: With) -> Desk {
        let base = TestDb::new(engine).await;
        let random = Random::seeded(7);
        let keys = Arc::new(Keys::in_memory(&random));
        let sign_in = desk(&base, keys, random, with);
        Desk { base, sign_in }
    }

    /// Somebody who works here; active, and without a password.
    pub(crate) async fn person(&self, code: &str, email: &str) -> ActorId {
        self.actor(code, "person", email).await
    }

    pub(crate) async fn actor(&self, code: &str, kind: &str, email: &str) -> ActorId {
        let mut tx = self.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        let id: ActorId = tx.id("actor").await.unwrap();
        tx.run_once(
            "insert into actor (actor_id, code, name, kind, is_active) values ($1, $2, $3, $4, $5)",
            vec![id.into(), code.into(), format!("Clerk {code}").into(), kind.into(), true.into()],
        )
        .await
        .unwrap();
        tx.run_once(
            "insert into staff_member (actor_id, position, skills, email, phone, address, phone_key, address_key, joined_on)
             values ($1, 'Clerk', '', $2, '', '', '', '', $3)",
            vec![id.into(), email.into(), noon().date_naive().into()],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Somebody who has chosen [`PASSWORD`] and has no session.
    pub(crate) async fn clerk(&self, code: &str) -> ActorId {
        let id = self.person(code, "").await;
        let link = self.sign_in.first_link(code, at(-60)).await.unwrap().unwrap();
        let step = self.sign_in.use_link(link.text(), PASSWORD, &from("192.0.2.1"), at(-60)).await.unwrap();
        assert!(self.sign_in.sign_out(token_of(step).text(), at(-60)).await.unwrap());
        id
    }

    pub(crate) async fn leaves(&self, actor: ActorId) {
        let mut tx = self.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run_once("update actor set is_active = $2 where actor_id = $1", vec![actor.into(), false.into()])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What comes of a name and a password from one address.
    pub(crate) async fn tries(&self, code: &str, password: &str, address: &str, now: DateTime<Utc>) -> Step {
        self.sign_in.sign_in(code, password, &from(address), now).await.unwrap()
    }

    /// The token of a clerk who signs in with [`PASSWORD`].
    pub(crate) async fn enters(&self, code: &str, now: DateTime<Utc>) -> Token {
        token_of(self.tries(code, PASSWORD, "192.0.2.1", now).await)
    }

    pub(crate) async fn session(&self, token: &Token, now: DateTime<Utc>) -> Option<Session> {
        self.sign_in.session(token.text(), now).await.unwrap()
    }

    /// The codes of what happened around somebody, the first first.
    pub(crate) async fn events(&self, actor: ActorId) -> Vec<&'static str> {
        let events = self.sign_in.events_of(actor, 500).await.unwrap();
        events.iter().rev().map(|event| event.what.code()).collect()
    }
}

pub(crate) fn desk(base: &TestDb, keys: Arc<Keys>, random: Random, with: With) -> SignIn {
    SignIn::new(SignInParts {
        db: base.db.clone(),
        door_key: DoorKey::for_the_door(),
        keys,
        random,
        town: "Saguaro Bend".to_owned(),
        breached: with.breached,
        providers: with.providers,
    })
}

/// Minutes after noon.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    noon() + TimeDelta::minutes(minutes)
}

/// Seconds after noon.
pub(crate) fn at_second(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

pub(crate) fn from(address: &str) -> Client {
    Client { address: address.to_owned(), agent: "Browser of the test".to_owned() }
}

/// The token of a step that is one.
pub(crate) fn token_of(step: Step) -> Token {
    match step {
        Step::In(token) | Step::NeedsSecondFactor(token) => token,
        Step::Refused(refused) => panic!("{refused}"),
    }
}

/// The refusal of a step that is one.
pub(crate) fn refusal_of(step: Step) -> SignInRefused {
    match step {
        Step::Refused(refused) => refused,
        other => panic!("{other:?}"),
    }
}
