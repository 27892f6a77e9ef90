//! Every active agreement is on one bill or listed with its reason; sign-off waits for that.

use billing::{ExceptionCode, Reason, month_completeness, run_completeness};
use kernel::{AccountId, Month};
use testkit::engines;

use crate::town::{Service, Town, consumption, day, house};

fn month() -> Month {
    Month::parse("2026-06").unwrap()
}

#[tokio::test]
async fn consumption_that_comes_after_prepare_stops_the_sign_off() {
    for engine in engines("consumption after prepare") {
        let read = |used| Service { cycle: "READ", used, ..house(1) };
        let (town, opened) = Town::new(engine, &[read(Some(5)), read(None), read(Some(7))]).await;
        let run = town.prepared("READ").await;
        town.tried(run).await;
        let found = run_completeness(&mut town.read().await, &town.run(run).await).await.unwrap();
        assert_eq!((found.billed, found.listed.get(&Reason::NotRead)), (2, Some(&1)));
        assert!(found.is_complete());
        import_late(&town, opened[1].0).await;
        let (code, words) = town.sign(run).await.unwrap_err();
        let number = town.number(opened[1].0).await;
        assert_eq!(code, "agreements_unexplained");
        assert!(words.contains(&number), "{words}");
        town.cancel(run).await;
        let run = town.signed("READ").await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        assert_eq!(town.billed().await.len(), 3);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_service_opened_after_prepare_stops_the_sign_off() {
    for engine in engines("a service opened after prepare") {
        let (town, _) = Town::new(engine, &[house(5), house(6), house(7)]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        let late = town.open(&[house(8)]).await[0].0;
        let (code, words) = town.sign(run).await.unwrap_err();
        assert_eq!(code, "agreements_unexplained");
        assert!(words.contains(&town.number(late).await), "{words}");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_is_due_every_period_and_was_not_read_is_an_exception() {
    for engine in engines("due and not read") {
        let (town, opened) = Town::new(engine, &[house(5), Service { used: None, ..house(0) }]).await;
        let run = town.prepared("A").await;
        town.tried(run).await;
        let queue = billing::queue(&mut town.read().await, run, AccountId(0), 10).await.unwrap();
        let found: Vec<_> = queue.iter().map(|queued| (queued.account, queued.code)).collect();
        assert_eq!(found, [(opened[1].0, ExceptionCode::NoConsumption)]);
        assert_eq!(town.sign(run).await.unwrap_err().0, "exceptions_open");
        town.hold(run, opened[1].0).await.unwrap();
        town.sign(run).await.unwrap();
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        let proof = month_completeness(&mut town.read().await, month()).await.unwrap();
        assert_eq!((proof.billed, proof.listed.get(&Reason::Held)), (1, Some(&1)));
        assert!(proof.is_complete());
        town.base.remove().await;
    }
}

#[tokio::test]
async fn an_agreement_is_due_only_while_it_lasts() {
    for engine in engines("only while it lasts") {
        let from = |starts_on: &str, stops_on: Option<&str>| Service {
            starts_on: day(starts_on),
            stops_on: stops_on.map(day),
            ..house(5)
        };
        // starts | stops | is due in June
        let rows = [
            (from("2026-01-01", Some("2026-06-01")), false),
            (from("2026-01-01", Some("2026-06-02")), true),
            (from("2026-06-30", None), true),
            (from("2026-07-01", None), false),
            (from("2026-06-10", Some("2026-06-20")), true),
        ];
        let services: Vec<Service> = rows.iter().map(|(service, _)| service.clone()).collect();
        let (town, opened) = Town::new(engine, &services).await;
        let run = town.signed("A").await;
        assert_eq!(town.post(run).await.refusals, [""; 0]);
        let due: Vec<AccountId> =
            opened.iter().zip(&rows).filter(|(_, (_, is_due))| *is_due).map(|((account, _), _)| *account).collect();
        assert_eq!(town.billed().await, due);
        let proof = month_completeness(&mut town.read().await, month()).await.unwrap();
        assert_eq!((proof.agreements, proof.billed), (3, 3));
        assert!(proof.is_complete());
        town.base.remove().await;
    }
}

/// A read that comes in for an account that was not read before.
async fn import_late(town: &Town, account: AccountId) {
    let sql = "select service_point_id from service_agreement where account_id = $1";
    let point = town.read().await.number(sql, vec![account.into()]).await.unwrap().unwrap();
    let mut tx = town.base.db.write(&db::DoorKey::for_the_door()).await.unwrap();
    let id = tx.id("consumption").await.unwrap();
    let late = consumption(id, (account, point.into()), 1, 9);
    metering::insert_consumption(&mut tx, vec![late]).await.unwrap();
    tx.commit().await.unwrap();
}
