//! Whoever moves somebody holds the place before the account, as whoever measures does: so the two never wait for each other.

use std::sync::Arc;

use acts::Act;
use billing::Agreements;
use billing::acts::{ChangeStop, MovePeople, MoveRead, StartService, StopService, TransferService};
use db::{DoorKey, Engine};
use imports::Intake;
use kernel::{AccountId, ServicePointId};
use testkit::engines;

use crate::metered::Metered;
use crate::town::{by, day};

/// As somebody who measures the place meanwhile needs the account afterwards; refused where another has it.
const TAKE: &str = "
    select count(*)
    from (
        select account_id
        from account
        where account_id = $1
        for no key update nowait
    ) taken";

/// Somebody holds a place; an act comes and waits. The accounts are still free.
async fn waits_for_the_place<A: Act + Clone + 'static>(
    town: &Metered,
    (point, accounts): (ServicePointId, &[AccountId]),
    (number, act): (i64, A),
) {
    let office = &town.tariff.town;
    let mut measuring = office.base.db.write(&DoorKey::for_the_door()).await.unwrap();
    premises::lock_service_points(&mut measuring, &[point]).await.unwrap();
    let door = office.door.clone();
    let moving = tokio::spawn(async move { door.carry_out(&by(number), &act).await.map(|_| ()) });
    while !moving.is_finished() && waiting(town).await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!moving.is_finished(), "{} asks nobody who holds the place", A::KIND);
    for account in accounts {
        let taken = measuring.hold(TAKE, vec![(*account).into()]).await;
        assert!(taken.is_ok(), "{} holds an account while it waits for the place", A::KIND);
    }
    measuring.commit().await.unwrap();
    moving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_file_of_agreements_holds_the_place_as_a_move_does() {
    let test = "a file of agreements holds the place as a move does";
    if !engines(test).contains(&Engine::Postgres) {
        return;
    }
    let town = Metered::new(Engine::Postgres).await;
    let office = &town.tariff.town;
    let house = town.house(100).await;
    let (point, place, account) = (town.point(house).await, town.place(house).await, office.number(house).await);
    let mut moving = office.base.db.write(&DoorKey::for_the_door()).await.unwrap();
    premises::lock_service_points(&mut moving, &[point]).await.unwrap();
    let lines = format!(
        "service_point,service,account,schedule,cycle,class,dimensions,starts_on,stops_on\n\
         {place},trash,{account},none,A,HOUSE,,2025-01-01,\n"
    );
    let db = office.base.db.clone();
    let intake: Arc<dyn Intake> = Arc::new(Agreements);
    let importing = tokio::spawn(async move { testkit::import(&db, &intake, &lines).await });
    while !importing.is_finished() && waiting(&town).await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!importing.is_finished(), "a file asks nobody who holds the place");
    moving.commit().await.unwrap();
    importing.await.unwrap();
    town.tariff.town.base.remove().await;
}

/// How many connections to the test's database wait for a lock.
async fn waiting(town: &Metered) -> i64 {
    let sql = "
        select count(*)
        from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    town.tariff.town.read().await.number(sql, vec![]).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_move_holds_the_place_before_the_account() {
    if !engines("every move holds the place before the account").contains(&Engine::Postgres) {
        return;
    }
    let town = Metered::new(Engine::Postgres).await;
    let office = &town.tariff.town;
    let (one, other) = (town.house(100).await, town.house(100).await);
    let (account, to_account) = (office.number(one).await, office.number(other).await);
    let (point, reference, reason) = (town.point(one).await, town.place(one).await, "they move".to_owned());
    let accounts = [one, other];
    let held = (point, &accounts[..]);

    let stops_on = day("2025-03-01");
    let stop = StopService { account: account.clone(), service_point: None, stops_on, reason: reason.clone() };
    waits_for_the_place(&town, held, (101, stop)).await;
    let (stopped_on, back) = (stops_on, None);
    let back = ChangeStop { account: account.clone(), service_point: None, stopped_on, stops_on: back, reason };
    waits_for_the_place(&town, held, (102, back)).await;
    let hand_over = TransferService {
        from_account: account.clone(),
        to_account: to_account.clone(),
        service_point: None,
        on: stops_on,
        reason: "they move".into(),
    };
    waits_for_the_place(&town, held, (103, hand_over)).await;
    let (service_point, read_on, is_right) = (reference.clone(), day("2025-04-01"), Some(true));
    let read = MoveRead { service_point, read_on, count: 120, kind: metering::ReadKind::Actual, is_right };
    let returns = MovePeople {
        from_account: Some(to_account),
        to_account: Some(account.clone()),
        opens: None,
        service_points: vec![],
        on: day("2025-04-01"),
        reads: vec![read],
        forwarding: None,
        asked_by: None,
        reason: "they come back".into(),
    };
    waits_for_the_place(&town, held, (104, returns)).await;
    let (stops_on, reason) = (day("2025-05-01"), "they move".to_owned());
    office.act(&StopService { account: account.clone(), service_point: None, stops_on, reason }).await;
    let start = StartService {
        account,
        service_point: reference,
        service: "water".into(),
        schedule: "kgal-water".into(),
        cycle: "A".into(),
        class: "HOUSE".into(),
        dimensions: [].into(),
        starts_on: stops_on,
        reason: "they stay".into(),
    };
    waits_for_the_place(&town, held, (105, start)).await;
    town.tariff.town.base.remove().await;
}
