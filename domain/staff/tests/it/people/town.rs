//! A small city hall: `console` administers, `boss` approves, and a few roles.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use acts::{Act, Actor, By, Direction, Door, Failure, Registry};
use chrono::NaiveDate;
use db::{DoorKey, Engine, Read};
use kernel::{ActorId, Cents};
use serde::de::DeserializeOwned;
use staff::people::{Contact, OfficeHours};
use staff::{
    AssignRole, EndRole, EstablishRoles, JoinStaff, MoveStaff, NewLimit, NewPair, NewRole, StaffAuthority, StandIn,
};
use testkit::{TestDb, door};

/// A day of July 2026; the clock stands on the first, a Wednesday.
pub(crate) fn july(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
}

pub(crate) struct Town {
    pub(crate) base: TestDb,
    pub(crate) door: Door,
    asked: AtomicU64,
}

impl Town {
    /// A town without roles.
    pub(crate) async fn new(engine: Engine) -> Town {
        let base = TestDb::new(engine).await;
        staff::ensure_first_actor(&base.db, &DoorKey::for_the_door(), &[]).await.unwrap();
        let door = door(&base.db, Arc::new(StaffAuthority));
        Town { base, door, asked: AtomicU64::new(0) }
    }

    /// A town with roles, in which `boss` approves them.
    pub(crate) async fn founded(engine: Engine) -> Town {
        let town = Town::new(engine).await;
        assert_eq!(town.try_as("console", &roles()).await, Ok(()));
        assert_eq!(town.try_as("console", &join("boss", &["boss"])).await, Ok(()));
        town
    }

    pub(crate) async fn read(&self) -> Read {
        self.base.db.read().await.unwrap()
    }

    pub(crate) async fn id(&self, code: &str) -> ActorId {
        self.actor(code).await.id
    }

    async fn actor(&self, code: &str) -> Actor {
        let found = staff::actor_by_code(&mut self.read().await, code).await.unwrap();
        found.unwrap_or(Actor { id: ActorId(77), code: code.to_owned() })
    }

    async fn by(&self, code: &str) -> By {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        By { actor: self.actor(code).await, reason: "test".to_owned(), key: format!("{code} {number}") }
    }

    /// What comes of an act: nothing, that it waits for approval, or the code of the refusal.
    pub(crate) async fn try_as<A: Act>(&self, code: &str, act: &A) -> Result<(), &'static str> {
        match self.door.carry_out(&self.by(code).await, act).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(code_of(failure)),
        }
    }

    /// The same, and where it waits somebody approves it.
    pub(crate) async fn agreed<A: Act + DeserializeOwned + 'static>(
        &self,
        (code, approver): (&str, &str),
        act: &A,
    ) -> Result<(), &'static str> {
        let waiting = match self.door.carry_out(&self.by(code).await, act).await {
            Err(Failure::Waiting(waiting)) => waiting,
            Err(failure) => return Err(code_of(failure)),
            Ok(_) => return Ok(()),
        };
        let registry = Registry::default().with::<A>("a change of staff");
        match self.door.approve(&self.by(approver).await, waiting.proposal, &registry).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(code_of(failure)),
        }
    }

    /// What the console proposes and the boss approves.
    pub(crate) async fn ok<A: Act + DeserializeOwned + 'static>(&self, act: &A) {
        assert_eq!(self.agreed(("console", "boss"), act).await, Ok(()), "{}", A::KIND);
    }

    /// What somebody may on a day.
    pub(crate) async fn held(&self, code: &str, day: NaiveDate) -> BTreeSet<String> {
        let actor = self.id(code).await;
        staff::people::permissions_on(&mut self.read().await, actor, day).await.unwrap().codes()
    }
}

fn code_of(failure: Failure) -> &'static str {
    match failure {
        Failure::Refused(refusal) => refusal.code(),
        Failure::Waiting(_) => "waiting",
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

fn role(code: &str, permissions: &[&str], limit: Option<i64>) -> NewRole {
    let amount = |cents: i64| NewLimit {
        class: "adjustment".to_owned(),
        direction: Direction::Credit,
        act_cents: Cents(cents),
        actor_cents: Cents(cents * 10),
        account_cents: Cents(cents * 2),
    };
    NewRole {
        code: code.to_owned(),
        title: format!("The {code}"),
        sentence: "Works".to_owned(),
        permissions: permissions.iter().map(|code| (*code).to_owned()).collect(),
        limits: limit.map(amount).into_iter().collect(),
    }
}

/// The roles of the town.
pub(crate) fn roles() -> EstablishRoles {
    let pair = |permission: &str, other: &str| NewPair {
        permission: permission.to_owned(),
        other: other.to_owned(),
        sentence: "One person could hide it".to_owned(),
    };
    EstablishRoles {
        roles: vec![
            role("admin", &["staff.manage"], None),
            role("bank", &["treasury.reconcile"], None),
            role("boss", &["staff.approve", "staff.relations", "staff.review"], None),
            role("clerk", &["billing.adjust", "staff.relations"], Some(5_000)),
            role("senior", &["billing.adjust", "billing.moves"], Some(20_000)),
            role("till", &["payments.receive"], None),
        ],
        incompatible: vec![pair("payments.receive", "billing.adjust"), pair("treasury.reconcile", "payments.receive")],
        hours: OfficeHours {
            time_zone: "America/Phoenix".to_owned(),
            opens: "07:00".to_owned(),
            closes: "18:00".to_owned(),
        },
    }
}

fn codes(roles: &[&str]) -> BTreeSet<String> {
    roles.iter().map(|code| (*code).to_owned()).collect()
}

pub(crate) fn join(code: &str, roles: &[&str]) -> JoinStaff {
    JoinStaff {
        code: code.to_owned(),
        name: format!("Person {code}"),
        position: "Clerk".to_owned(),
        supervisor: None,
        skills: String::new(),
        contact: Contact {
            email: format!("{code}@example.com"),
            phone: "(602) 555-0100".to_owned(),
            address: "9 Main St.".to_owned(),
        },
        roles: codes(roles),
        joined_on: july(1),
    }
}

pub(crate) fn moved(actor: &str, roles: &[&str], from_on: NaiveDate) -> MoveStaff {
    let (actor, position) = (actor.to_owned(), "Senior clerk".to_owned());
    MoveStaff { actor, position, supervisor: None, roles: codes(roles), from_on }
}

pub(crate) fn assign(actor: &str, role: &str, from_on: NaiveDate, through_on: Option<NaiveDate>) -> AssignRole {
    AssignRole { actor: actor.to_owned(), role: role.to_owned(), from_on, through_on }
}

pub(crate) fn end_role(actor: &str, role: &str, through_on: NaiveDate) -> EndRole {
    EndRole { actor: actor.to_owned(), role: role.to_owned(), through_on }
}

pub(crate) fn stand_in(absent: &str, actor: &str, from_on: NaiveDate, through_on: NaiveDate) -> StandIn {
    StandIn { absent: absent.to_owned(), actor: actor.to_owned(), from_on, through_on }
}
