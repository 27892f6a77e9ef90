//! An act is done once per key, by whoever may, or not at all.

use std::sync::Arc;

use acts::{Actor, Authority, By, Conflict, Conflicts, Door, Failure, Judged, Subject};
use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Db, Fault, Read};
use testkit::{TestDb, by, engines, frozen_clock, open_door};

use crate::notes::{Write, acts_logged, noted, write};

struct Nobody;

#[async_trait]
impl Authority for Nobody {
    async fn allows(&self, _read: &mut Read, _actor: &Actor, _permission: &str, _on: NaiveDate) -> Result<bool, Fault> {
        Ok(false)
    }
}

struct Neighbors;

#[async_trait]
impl Conflicts for Neighbors {
    async fn between(
        &self,
        _read: &mut Read,
        _actor: &Actor,
        _what: (&Subject, &Judged),
        _today: NaiveDate,
    ) -> Result<Vec<Conflict>, Fault> {
        Ok(vec![Conflict::Forbids("they share a household".to_owned())])
    }
}

fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::Refused(refusal) => refusal.code(),
        Failure::Waiting(waiting) => panic!("{waiting}"),
        Failure::Fault(fault) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn the_same_key_from_two_connections_at_once_is_one_act() {
    for engine in engines("the same key from two connections") {
        let town = TestDb::new(engine).await;
        let other = Db::open(&town.url).await.unwrap();
        let (ours, theirs) = (open_door(&town.db), open_door(&other));
        for round in 0..10 {
            let (by, act) = (by(&format!("round {round}")), write(&[&format!("note {round}")]));
            let (first, second) = tokio::join!(ours.carry_out(&by, &act), theirs.carry_out(&by, &act));
            let (first, second) = (first.unwrap(), second.unwrap());
            assert_eq!((first.act, first.outcome), (second.act, second.outcome));
            assert_ne!(first.was_repeated, second.was_repeated);
            assert_eq!(noted(&town.db, &format!("note {round}")).await, Some(1));
        }
        assert_eq!(acts_logged(&town.db).await, 10);
        other.close().await;
        town.remove().await;
    }
}

#[tokio::test]
async fn a_key_belongs_to_one_command() {
    for engine in engines("a key belongs to one command") {
        let town = TestDb::new(engine).await;
        let door = open_door(&town.db);
        assert_eq!(door.carry_out(&by("key"), &write(&["a"])).await.unwrap().outcome, 1);
        let refused = door.carry_out(&by("key"), &write(&["b"])).await.unwrap_err();
        assert_eq!(code(&refused), "key_reused");
        assert_eq!((noted(&town.db, "a").await, noted(&town.db, "b").await), (Some(1), None));
        let repeated = door.carry_out(&by("key"), &write(&["a"])).await.unwrap();
        assert_eq!((repeated.outcome, repeated.was_repeated), (1, true));
        assert_eq!(noted(&town.db, "a").await, Some(1));
        town.remove().await;
    }
}

#[tokio::test]
async fn a_refused_act_leaves_nothing_and_its_key_stays_free() {
    for engine in engines("a refused act leaves nothing") {
        let town = TestDb::new(engine).await;
        let door = open_door(&town.db);
        let refused = door.carry_out(&by("key"), &Write { is_refused: true, ..write(&["a", "b"]) }).await.unwrap_err();
        assert_eq!(code(&refused), "no_more");
        assert_eq!((noted(&town.db, "a").await, acts_logged(&town.db).await), (None, 0));
        let done = door.carry_out(&by("key"), &write(&["a"])).await.unwrap();
        assert!(!done.was_repeated);
        town.remove().await;
    }
}

#[tokio::test]
async fn whoever_may_not_act_leaves_nothing() {
    for engine in engines("whoever may not act") {
        let town = TestDb::new(engine).await;
        let clock = || Arc::new(frozen_clock());
        let everybody = Arc::new(Everybody);
        let denied = Door::new(town.db.clone(), clock(), Arc::new(Nobody), Arc::new(acts::NoConflicts));
        let in_conflict = Door::new(town.db.clone(), clock(), everybody, Arc::new(Neighbors));
        let silent = By { reason: " ".to_owned(), ..by("silent") };
        // door | who | refusal
        let rows = [
            (denied, by("denied"), "permission_missing"),
            (in_conflict, by("conflict"), "conflict_of_interest"),
            (open_door(&town.db), silent, "reason_missing"),
        ];
        for (door, by, expected) in rows {
            let refused = door.carry_out(&by, &write(&["a"])).await.unwrap_err();
            assert_eq!(code(&refused), expected);
        }
        assert_eq!((noted(&town.db, "a").await, acts_logged(&town.db).await), (None, 0));
        town.remove().await;
    }
}

struct Everybody;

#[async_trait]
impl Authority for Everybody {
    async fn allows(&self, _read: &mut Read, _actor: &Actor, _permission: &str, _on: NaiveDate) -> Result<bool, Fault> {
        Ok(true)
    }
}
