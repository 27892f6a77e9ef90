//! What was put off: bills that were held and made later, stops that were put off or taken back, starts that complete
//! what a file had left open.

use billing::acts::{ChangeStop, PostRun, PrepareOffCycle, StartService, StopService, TryRun};
use billing::{ExceptionFilter, ExceptionState};
use kernel::{AccountId, RunId};
use testkit::engines;

use crate::metered::Metered;
use crate::tariff::{Priced, service};
use crate::town::{Town, by, code_of, day, house};

/// How many held bills of a run wait: by count, in the queue, in its sum, in the list of all, past their day.
async fn waiting(town: &Town, run: RunId, today: &str) -> [i64; 5] {
    let mut read = town.read().await;
    let counts = billing::waiting_counts(&mut read, run).await.unwrap();
    let counted = counts.iter().filter(|((_, state), _)| *state == "held").map(|(_, count)| count).sum();
    let filter = ExceptionFilter { state: ExceptionState::Held, code: None, class: None, service: None };
    let page = billing::queue_page(&mut read, (run, &filter), None, 10).await.unwrap();
    let sum = billing::queue_sum(&mut read, run, &filter).await.unwrap();
    let all = billing::held_bills(&mut read, &[run], None, 10).await.unwrap();
    let past = billing::held_past(&mut read, &[run], day(today)).await.unwrap();
    let count = |number: usize| i64::try_from(number).unwrap();
    [counted, count(page.len()), sum.bills, count(all.len()), past.get(&run).map_or(0, |past| past.bills)]
}

#[tokio::test]
async fn a_held_bill_waits_until_it_is_made_and_again_when_that_is_cancelled() {
    for engine in engines("a held bill waits until it is made") {
        let (town, opened) = Town::new(engine, &[house(10), house(20)]).await;
        let account = opened[0].0;
        let run = town.prepared("A").await;
        town.tried(run).await;
        town.hold(run, account).await.unwrap();
        town.sign(run).await.unwrap();
        town.post(run).await;
        assert_eq!(waiting(&town, run, "2026-07-15").await, [1, 1, 1, 1, 0], "its day is not past");
        assert_eq!(waiting(&town, run, "2026-07-16").await, [1, 1, 1, 1, 1]);
        let number = town.run(run).await.number;
        let accounts = vec![town.number(account).await];
        let (bill_on, reason) = (day("2026-07-01"), "looked at".to_owned());
        let prepared = town.act(&PrepareOffCycle { run: number, accounts, bill_on, reason }).await;
        assert_eq!(town.finish(prepared.order).await.refusals, [""; 0]);
        let order = town.act(&TryRun { run: prepared.run }).await;
        town.finish(order).await;
        town.sign(prepared.run).await.unwrap();
        assert_eq!(waiting(&town, run, "2026-07-16").await, [1, 1, 1, 1, 1], "it is not written yet");
        let order = town.act(&PostRun { run: prepared.run }).await;
        assert_eq!(town.finish(order).await.refusals, [""; 0]);
        assert_eq!(waiting(&town, run, "2026-07-16").await, [0; 5]);
        let counts = billing::exception_counts(&mut town.read().await, run).await.unwrap();
        assert_eq!(counts.values().sum::<i64>(), 1, "what was decided then stays on record");
        let held_in = town.run(run).await;
        let mut read = town.read().await;
        let made = billing::bill_made_since(&mut read, &held_in, account).await.unwrap().unwrap();
        assert_eq!(made.run, number + 1);
        assert_eq!(billing::bill_in_run(&mut read, run, account).await.unwrap(), None);
        assert!(billing::bill_in_run(&mut read, run, opened[1].0).await.unwrap().is_some());
        drop(read);
        town.cancel(prepared.run).await;
        assert_eq!(waiting(&town, run, "2026-07-16").await, [1, 1, 1, 1, 1], "there is no bill again");
        town.base.remove().await;
    }
}

fn stop(account: &str, on: &str) -> StopService {
    StopService { account: account.to_owned(), service_point: None, stops_on: day(on), reason: "moves".to_owned() }
}

fn change(account: &str, stopped_on: &str, stops_on: Option<&str>) -> ChangeStop {
    ChangeStop {
        account: account.to_owned(),
        service_point: None,
        stopped_on: day(stopped_on),
        stops_on: stops_on.map(day),
        reason: "the truck comes later".to_owned(),
    }
}

/// When the services of an account stop.
async fn stops(town: &Metered, account: AccountId) -> Vec<Option<String>> {
    let services = billing::services_of_account(&mut town.tariff.town.read().await, account).await.unwrap();
    services.iter().map(|one| one.stops_on.map(|on| on.to_string())).collect()
}

#[tokio::test]
async fn a_stop_is_put_off_and_taken_back_while_nothing_depends_on_it() {
    for engine in engines("a stop is put off") {
        let town = Metered::new(engine).await;
        let office = &town.tariff.town;
        let leaving = town.house(100).await;
        let number = office.number(leaving).await;
        office.act(&stop(&number, "2025-01-20")).await;
        assert_eq!(office.act(&change(&number, "2025-01-20", Some("2025-01-25"))).await, 2, "water and sewer");
        assert_eq!(stops(&town, leaving).await, [Some("2025-01-25".to_owned()), Some("2025-01-25".to_owned())]);
        #[rustfmt::skip]
        let rows = [
            (change(&number, "2025-01-20", None),                                            "service_not_stopped"),
            (change(&number, "2025-01-25", Some("2025-01-25")),                              "no_later_day"),
            (ChangeStop { reason: " ".to_owned(), ..change(&number, "2025-01-25", None) },   "reason_missing"),
        ];
        for (act, code) in rows {
            assert_eq!(code_of(office.door.carry_out(&by(1), &act).await).err(), Some(code));
        }
        assert_eq!(office.act(&change(&number, "2025-01-25", None)).await, 2);
        assert_eq!(stops(&town, leaving).await, [None, None], "they go on");
        // Once somebody else has the place, it cannot go on beyond their first day.
        office.act(&stop(&number, "2025-01-20")).await;
        let coming = office.number(other(&town).await).await;
        office.act(&start(&coming, &town.place(leaving).await, "2025-01-28")).await;
        let taken = change(&number, "2025-01-20", None);
        assert_eq!(code_of(office.door.carry_out(&by(1), &taken).await).err(), Some("place_taken"));
        office.act(&change(&number, "2025-01-20", Some("2025-01-28"))).await;
        // Once a bill has charged through the last day, the last bill said that it ended.
        town.read(&town.place(leaving).await, "2025-02-01", 108).await;
        town.bill("2025-01").await;
        let billed = change(&number, "2025-01-28", Some("2025-01-29"));
        assert_eq!(code_of(office.door.carry_out(&by(1), &billed).await).err(), Some("billed_to_the_end"));
        town.tariff.town.base.remove().await;
    }
}

/// An account that was served elsewhere.
async fn other(town: &Metered) -> AccountId {
    let ended = Priced { starts_on: day("2024-01-01"), stops_on: Some(day("2024-02-01")), ..service("sewer") };
    town.tariff.open(&[ended]).await
}

fn start(account: &str, service_point: &str, on: &str) -> StartService {
    StartService {
        account: account.to_owned(),
        service_point: service_point.to_owned(),
        service: "water".to_owned(),
        schedule: "kgal-water".to_owned(),
        cycle: "A".to_owned(),
        class: "HOUSE".to_owned(),
        dimensions: [].into(),
        starts_on: day(on),
        reason: "moves in".to_owned(),
    }
}

#[tokio::test]
async fn a_start_completes_what_a_file_left_open_for_the_place_and_day() {
    for engine in engines("a start completes what waits") {
        let town = Metered::new(engine).await;
        let office = &town.tariff.town;
        let leaving = town.house(100).await;
        let place = town.place(leaving).await;
        office.act(&stop(&office.number(leaving).await, "2025-01-20")).await;
        let sql = "
            insert into pending_agreement (pending_id, service_point, service, account, schedule_code, cycle, class,
                                           dimensions, starts_on, missing, assignee, due_on, source)
            values ($1, $2, 'water', '', '', '', 'HOUSE', '', $3, 'account', 'billing analyst', $4, 'file/1')";
        for (id, on) in [(1_i64, "2025-01-22"), (2, "2025-03-01")] {
            let args = vec![id.into(), place.as_str().into(), day(on).into(), day("2025-02-05").into()];
            assert_eq!(office.tamper(sql, args).await, 1);
        }
        let coming = office.number(other(&town).await).await;
        office.act(&start(&coming, &place, "2025-01-22")).await;
        let left = billing::pending_agreements(&mut office.read().await).await.unwrap();
        assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [2], "that of another day waits on");
        town.tariff.town.base.remove().await;
    }
}
