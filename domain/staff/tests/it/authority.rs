//! Everything not granted is denied, and what was taken away is gone at once.

use std::sync::Arc;

use acts::{Act, Actor, By, Door, Failure, Permission};
use db::{DoorKey, Engine};
use kernel::ActorId;
use staff::{ActorKind, AddActor, GrantPermission, MANAGE, RevokePermission, StaffAuthority};
use testkit::{TestDb, door, engines};

const TOWN: Permission = Permission { code: "town.found", sentence: "Found a town" };

struct Office {
    base: TestDb,
    door: Door,
}

impl Office {
    async fn new(engine: Engine) -> Office {
        let base = TestDb::new(engine).await;
        staff::ensure_first_actor(&base.db, &DoorKey::for_the_door(), &[TOWN]).await.unwrap();
        let door = door(&base.db, Arc::new(StaffAuthority));
        Office { base, door }
    }

    async fn actor(&self, code: &str) -> Actor {
        let found = staff::actor_by_code(&mut self.base.db.read().await.unwrap(), code).await.unwrap();
        found.unwrap_or(Actor { id: ActorId(77), code: code.to_owned() })
    }

    /// What comes of an act by an actor: nothing, or the code of the refusal.
    async fn try_as<A: Act>(&self, code: &str, key: &str, act: A) -> Result<(), &'static str> {
        let by = By { actor: self.actor(code).await, reason: "test".to_owned(), key: key.to_owned() };
        match self.door.carry_out(&by, &act).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused(refusal)) => Err(refusal.code()),
            Err(Failure::Fault(fault)) => panic!("{fault}"),
            Err(Failure::Waiting(waiting)) => panic!("{waiting}"),
        }
    }

    async fn permissions(&self, code: &str) -> Vec<String> {
        let id = self.actor(code).await.id;
        let found = staff::permissions_of(&mut self.base.db.read().await.unwrap(), id).await.unwrap();
        found.into_iter().collect()
    }
}

fn add(code: &str, permissions: &[&str]) -> AddActor {
    let permissions = permissions.iter().map(|code| (*code).to_owned()).collect();
    AddActor { code: code.to_owned(), name: format!("Clerk {code}"), kind: ActorKind::Person, permissions }
}

fn grant(actor: &str, permission: &str) -> GrantPermission {
    GrantPermission { actor: actor.to_owned(), permission: permission.to_owned() }
}

fn revoke(actor: &str, permission: &str) -> RevokePermission {
    RevokePermission { actor: actor.to_owned(), permission: permission.to_owned() }
}

#[tokio::test]
async fn only_who_was_granted_it_may_do_it() {
    for engine in engines("only_who_was_granted_it_may_do_it") {
        let office = Office::new(engine).await;
        assert_eq!(office.permissions("console").await, [MANAGE.code, TOWN.code]);
        assert_eq!(office.try_as("stranger", "0", add("eve", &[])).await, Err("permission_missing"));
        assert_eq!(office.try_as("console", "1", add("ann", &["billing.sign"])).await, Ok(()));
        assert_eq!(office.try_as("ann", "2", add("eve", &[])).await, Err("permission_missing"));
        assert_eq!(office.try_as("ann", "3", grant("ann", "staff.manage")).await, Err("permission_missing"));

        assert_eq!(office.try_as("console", "4", grant("ann", "staff.manage")).await, Ok(()));
        assert_eq!(office.try_as("ann", "5", add("eve", &[])).await, Ok(()));
        assert_eq!(office.try_as("console", "6", revoke("ann", "staff.manage")).await, Ok(()));
        assert_eq!(office.try_as("ann", "7", add("bob", &[])).await, Err("permission_missing"));
        assert_eq!(office.permissions("ann").await, ["billing.sign"]);

        let names = staff::names(&mut office.base.db.read().await.unwrap()).await.unwrap();
        let names: Vec<&str> = names.values().map(String::as_str).collect();
        assert_eq!(names, ["The machine on which the town is kept", "Clerk ann", "Clerk eve"]);
        office.base.remove().await;
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    for engine in engines("what_cannot_be_is_refused_with_its_reason") {
        let office = Office::new(engine).await;
        office.try_as("console", "ann", add("ann", &["staff.manage"])).await.unwrap();
        let nameless = AddActor { name: " ".to_owned(), ..add("bob", &[]) };
        assert_eq!(office.try_as("console", "1", add("b b", &[])).await, Err("bad_code"));
        assert_eq!(office.try_as("console", "2", nameless).await, Err("name_missing"));
        assert_eq!(office.try_as("console", "3", add("ann", &[])).await, Err("code_taken"));
        assert_eq!(office.try_as("console", "4", add("bob", &["everything"])).await, Err("bad_permission"));
        #[rustfmt::skip]
        let rows = [
            ("bad_permission",  grant("ann", "everything")),
            ("unknown_actor",   grant("bob", "billing.sign")),
            ("own_permission",  grant("console", "billing.sign")),
            ("already_granted", grant("ann", "staff.manage")),
        ];
        for (code, act) in rows {
            assert_eq!(office.try_as("console", code, act).await, Err(code));
        }
        assert_eq!(office.try_as("console", "5", revoke("bob", "billing.sign")).await, Err("unknown_actor"));
        assert_eq!(office.try_as("console", "6", revoke("ann", "billing.sign")).await, Err("not_granted"));
        assert_eq!(office.permissions("console").await, [MANAGE.code, TOWN.code]);
        office.base.remove().await;
    }
}

#[tokio::test]
async fn an_actor_who_is_not_active_is_allowed_nothing() {
    for engine in engines("an_actor_who_is_not_active_is_allowed_nothing") {
        let office = Office::new(engine).await;
        office.try_as("console", "ann", add("ann", &["staff.manage"])).await.unwrap();
        let mut tx = office.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        tx.run_once("update actor set is_active = $1 where code = 'ann'", vec![false.into()]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(office.try_as("ann", "1", add("eve", &[])).await, Err("permission_missing"));
        office.base.remove().await;
    }
}

#[tokio::test]
async fn the_first_actor_enters_an_empty_town_only() {
    for engine in engines("the_first_actor_enters_an_empty_town_only") {
        let office = Office::new(engine).await;
        assert_eq!(office.actor("console").await.id, ActorId(1));
        let key = DoorKey::for_the_door();
        staff::ensure_first_actor(&office.base.db, &key, &[TOWN, MANAGE, MANAGE]).await.unwrap();
        office.try_as("console", "1", revoke("console", "town.found")).await.unwrap();
        staff::ensure_first_actor(&office.base.db, &key, &[TOWN]).await.unwrap();
        assert_eq!(office.permissions("console").await, [MANAGE.code]);
        office.base.remove().await;
    }
}
