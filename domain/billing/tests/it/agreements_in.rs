//! Files of service agreements: complete ones are active, others wait, and none comes in twice.

use std::sync::Arc;

use billing::Agreements;
use db::{DoorKey, Engine, Rows};
use imports::{FileReject, ImportReport, Intake};
use kernel::{AccountId, ServicePointId};
use testkit::{engines, exported, import};

use crate::town::{Town, day, house};

const HEADER: &str = "service_point,service,account,schedule,cycle,class,dimensions,starts_on,stops_on\n";

fn agreements() -> Arc<dyn Intake> {
    Arc::new(Agreements)
}

fn report(new: i64, changed: i64, unchanged: i64, rejected: i64) -> ImportReport {
    ImportReport { new, changed, unchanged, rejected }
}

async fn given(town: &Town, lines: &str) -> (ImportReport, Vec<FileReject>) {
    import(&town.base.db, &agreements(), &format!("{HEADER}{lines}")).await
}

/// A town whose cycle `A` has a calendar, with water points `w1` to `w4`, a trash point `t1`, and the accounts `acc-1`
/// to `acc-3`, of which the last was closed at the end of 2025.
async fn town(engine: Engine) -> (Town, Vec<AccountId>) {
    let (town, opened) = Town::new(engine, &[house(1), house(2), house(3)]).await;
    let accounts: Vec<AccountId> = opened.into_iter().map(|(account, _)| account).collect();
    let cycle = billing::cycle_by_code(&mut town.read().await, "A").await.unwrap().unwrap();
    let columns = ["cycle_id", "period_from", "period_to", "read_from", "read_through", "bill_on"];
    let mut periods = Rows::new("cycle_period", &columns);
    let days = ["2026-06-01", "2026-07-01", "2026-06-25", "2026-07-05", "2026-07-06"].map(day);
    periods.push([cycle.id.into(), days[0].into(), days[1].into(), days[2].into(), days[3].into(), days[4].into()]);
    let mut points = Rows::new("service_point", &["service_point_id", "reference", "service", "address"]);
    for (id, reference, service) in
        [(901, "w1", "water"), (902, "w2", "water"), (903, "w3", "water"), (904, "w4", "water"), (905, "t1", "trash")]
    {
        points.push([i64::from(id).into(), reference.into(), service.into(), "".into()]);
    }
    let mut references = Rows::new("account_reference", &["reference", "account_id", "source"]);
    for (number, account) in (1..).zip(&accounts) {
        references.push([format!("acc-{number}").into(), (*account).into(), "".into()]);
    }
    let key = DoorKey::for_the_door();
    for rows in [periods, points, references] {
        town.base.db.load(&key, rows).await.unwrap();
    }
    let mut tx = town.base.db.write(&key).await.unwrap();
    let args = vec![accounts[2].into(), day("2025-12-31").into()];
    tx.run_once("update account set opened_on = $2, closed_on = $2 where account_id = $1", args).await.unwrap();
    tx.commit().await.unwrap();
    (town, accounts)
}

#[tokio::test]
#[rustfmt::skip]
async fn a_wrong_agreement_is_told_by_field_and_rule() {
    let rows = [
        // the record                                                     | field           | rule
        ("w1,water,acc-1,water,A,HOUSE,\"meter_size=5/8\"\"\",2020-01-01,2024-01-01", "",      ""),
        ("w1,water,acc-2,water,A,HOUSE,,2024-01-01,",                      "",               ""),
        ("w2,water,acc-3,water,A,SHOP,,2020-01-01,2026-01-01",             "",               ""),
        ("w9,water,acc-1,water,A,HOUSE,,2020-01-01,",                      "service_point",  "service_point_unknown"),
        ("w3,steam,acc-1,water,A,HOUSE,,2020-01-01,",                      "service",        "service_unknown"),
        ("w3,water,acc-9,water,A,HOUSE,,2020-01-01,",                      "account",        "account_unknown"),
        ("w3,water,100000-0,water,A,HOUSE,,2020-01-01,",                   "account",        "account_unknown"),
        ("w3,water,acc-3,water,A,HOUSE,,2020-01-01,",                      "account",        "account_closed"),
        ("w3,water,acc-3,water,A,HOUSE,,2020-01-01,2026-01-02",            "account",        "account_closed"),
        ("w3,water,acc-1,steam,A,HOUSE,,2020-01-01,",                      "schedule",       "schedule_unknown"),
        ("w3,sewer,acc-1,water,A,HOUSE,,2020-01-01,",                      "schedule",       "schedule_differs"),
        ("w3,water,acc-1,water,Z,HOUSE,,2020-01-01,",                      "cycle",          "cycle_unknown"),
        ("w3,water,acc-1,water,READ,HOUSE,,2020-01-01,",                   "cycle",          "no_calendar"),
        ("w3,water,,,READ,HOUSE,,2020-01-01,",                             "cycle",          "no_calendar"),
        ("w3,water,acc-1,water,A,CASTLE,,2020-01-01,",                     "class",          "class_unknown"),
        ("w3,water,acc-1,water,A,HOUSE,zone,2020-01-01,",                  "dimensions",     "dimensions"),
        ("w3,water,acc-1,water,A,HOUSE,,2020-02-30,",                      "starts_on",      "date"),
        ("w3,water,acc-1,water,A,HOUSE,,2066-01-01,",                      "starts_on",      "date"),
        ("w3,water,acc-1,water,A,HOUSE,,2020-01-01,2019-12-31",            "stops_on",       "stops_before_start"),
        ("w3,water,acc-1,water,A,HOUSE,,2020-01-01,2020-01-01",            "stops_on",       "stops_before_start"),
        ("w1,water,acc-1,water,A,HOUSE,,2025-01-01,",                      "starts_on",      "agreement_overlaps"),
        ("w1,water,acc-1,water,A,HOUSE,,2019-01-01,2020-01-02",            "starts_on",      "agreement_overlaps"),
        ("w1,water,,,,HOUSE,,2023-01-01,",                                 "starts_on",      "agreement_overlaps"),
        ("w1,water,acc-1,water,A,HOUSE,,2024-01-01,",                      "account",        "differs"),
        ("w1,water,acc-2,water,A,SHOP,,2024-01-01,",                       "class",          "differs"),
        ("w1,water,acc-2,water,A,HOUSE,zone=1,2024-01-01,",                "dimensions",     "differs"),
        ("w1,water,acc-2,water,A,HOUSE,,2024-01-01,2026-01-01",            "stops_on",       "differs"),
        ("w1,water,acc-2,water,,HOUSE,,2024-01-01,",                       "service_point",  "suspected_duplicate"),
        ("w3,water,acc-1,water,A,,,2020-01-01,",                           "class",          "present"),
    ];
    for engine in engines("a wrong agreement") {
        let (town, _) = town(engine).await;
        let lines: Vec<&str> = rows.iter().map(|(line, ..)| *line).collect();
        let (told, rejects) = given(&town, &lines.join("\n")).await;
        for (line, (record, field, rule)) in (2..).zip(rows) {
            let found = rejects.iter().find(|reject| reject.line == line);
            let found = found.map_or(("", ""), |reject| (reject.field.as_str(), reject.rule.as_str()));
            assert_eq!(found, (field, rule), "{record}");
        }
        assert_eq!(told, report(3, 0, 0, 26));
        assert_eq!(billing::pending_agreements(&mut town.read().await).await.unwrap(), []);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn an_agreement_that_lacks_something_waits_until_it_is_told() {
    for engine in engines("an agreement waits") {
        let (town, _) = town(engine).await;
        let (told, rejects) =
            given(&town, "w1,water,,,,HOUSE,zone=1,2026-07-01,\nw2,water,acc-1,,A,SHOP,,2026-07-01,\n").await;
        assert_eq!((told, rejects), (report(2, 0, 0, 0), vec![]));
        let short = |one: &billing::PendingAgreement| {
            let billing::PendingAgreement { service_point, missing, assignee, due_on, .. } = one;
            format!("{service_point}: {missing}; {assignee} by {due_on}")
        };
        let waiting = billing::pending_agreements(&mut town.read().await).await.unwrap();
        #[rustfmt::skip]
        assert_eq!(waiting.iter().map(short).collect::<Vec<_>>(), [
            "w1: account, schedule, cycle; billing analyst by 2026-07-15",
            "w2: schedule; billing analyst by 2026-07-15",
        ]);
        assert_eq!(points_answered(&town).await, 0, "what waits is not active");
        // More is known of one; the other is told again; a third is new and completed by the same file.
        let lines = "w1,water,acc-2,,,HOUSE,zone=1,2026-07-01,\nw2,water,acc-1,,A,SHOP,,2026-07-01,\n\
            w3,water,,water,A,SHOP,,2026-07-01,\nw3,water,acc-1,water,A,SHOP,,2026-07-01,2026-08-01\n";
        assert_eq!(given(&town, lines).await, (report(1, 2, 1, 0), vec![]));
        let waiting = billing::pending_agreements(&mut town.read().await).await.unwrap();
        assert_eq!(waiting.iter().map(short).collect::<Vec<_>>().len(), 2);
        assert_eq!((waiting[0].account.as_str(), waiting[0].missing.as_str()), ("acc-2", "schedule, cycle"));
        // Complete, they are active and wait no more; the file that told less says nothing new.
        let lines = "w1,water,acc-2,water,A,HOUSE,zone=1,2026-07-01,\nw2,water,acc-1,water,A,SHOP,,2026-07-01,\n";
        assert_eq!(given(&town, lines).await, (report(0, 2, 0, 0), vec![]));
        assert_eq!(billing::pending_agreements(&mut town.read().await).await.unwrap(), []);
        assert_eq!(points_answered(&town).await, 3);
        assert_eq!(given(&town, "w1,water,,,,HOUSE,zone=1,2026-07-01,\n").await, (report(0, 0, 1, 0), vec![]));
        let acts = "select count(*) from pending_agreement where completed_act_id is not null";
        assert_eq!(town.read().await.number(acts, vec![]).await.unwrap(), Some(3));
        town.base.remove().await;
    }
}

/// For how many of the new service points somebody answers.
async fn points_answered(town: &Town) -> usize {
    let points: Vec<ServicePointId> = (901..=905).map(ServicePointId).collect();
    billing::point_agreements(&mut town.read().await, &points).await.unwrap().len()
}

#[tokio::test]
async fn sewer_by_the_water_meter_does_not_answer_for_the_point() {
    for engine in engines("sewer by the water meter") {
        let (town, accounts) = town(engine).await;
        town.act(&revenue::acts::AdoptRates { text: SEWER.to_owned() }).await;
        let lines = "w1,sewer,acc-2,sewer,A,HOUSE,,2026-01-01,\nw1,water,acc-1,water,A,HOUSE,,2026-01-01,\n";
        assert_eq!(given(&town, lines).await, (report(2, 0, 0, 0), vec![]));
        let answers = billing::point_agreements(&mut town.read().await, &[ServicePointId(901)]).await.unwrap();
        assert_eq!(answers[&ServicePointId(901)].account, accounts[0]);
        town.base.remove().await;
    }
}

const SEWER: &str = r#"
schedule = "sewer"
service = "sewer"
title = { en = "Sewer", es = "Alcantarillado" }

[[version]]
effective_on = 2025-01-01
ordinance = "none: made up for a test"
basis = "bill_date"
classes = ["HOUSE"]

[[version.charge]]
name = "consumption"
title = { en = "Sewer", es = "Alcantarillado" }
revenue = "water.consumption"
measured_by = "usage"
unit = "ccf"
rounding = "half_away_from_zero"

[[version.charge.case]]
class = "HOUSE"
tiers = [{ first = 0, price = 1.00 }]
"#;

#[tokio::test]
async fn agreements_come_out_as_they_came_in_and_a_file_given_again_changes_nothing() {
    for engine in engines("agreements in and out") {
        let (first, _) = town(engine).await;
        let lines = "w1,water,acc-1,water,A,HOUSE,\"meter_size=5/8\"\"\",2020-01-01,2024-01-01\n\
            w1,water,acc-2,water,A,HOUSE,,2024-01-01,\nw2,water,,water,A,SHOP,zone=1,2026-07-01,\n\
            w3,water,acc-1,water,A,SHOP,,2026-07-01,\n";
        assert_eq!(given(&first, lines).await, (report(4, 0, 0, 0), vec![]));
        assert_eq!(given(&first, lines).await, (report(4, 0, 0, 0), vec![]), "the first report is told again");
        let out = exported(&first.base.db, &Agreements).await;
        let of_points = |text: &str| -> String {
            text.lines().filter(|line| line.starts_with('w')).map(|line| format!("{line}\n")).collect()
        };
        assert_eq!(of_points(&out), lines);
        let reversed: Vec<&str> = lines.lines().rev().collect();
        assert_eq!(given(&first, &reversed.join("\n")).await, (report(0, 0, 4, 0), vec![]));
        let (second, _) = town(engine).await;
        assert_eq!(given(&second, &of_points(&out)).await, (report(4, 0, 0, 0), vec![]));
        assert_eq!(exported(&second.base.db, &Agreements).await, out);
        first.base.remove().await;
        second.base.remove().await;
    }
}
