//! Premises files: what comes in, what is rejected, and that it all comes out again.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use db::DoorKey;
use imports::{Intake, Record};
use premises::{
    NewServicePoint, addresses_by_id, insert_service_points, owners_on, points_by_reference, points_of_premise,
    premises_by_reference,
};
use testkit::{TestDb, engines};

use crate::town::{HEADER, Town, premises, report};

const BASE: &str = "\
P1,1 Elm St,Springfield,OH,45501,17-04,R1,S1,sewer,C1,2020-05-01
P1,1 Elm St,Springfield,OH,45501,17-04,R1,W1,water,C1,2020-05-01
P2,2 Elm St,Springfield,,,,,W2,water,,
P3,3 Elm St,Springfield,OH,45501,17-04,R1,W3,water,city,2019-01-01
";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_file_brings_premises_parcels_owners_and_service_points() {
    for engine in engines("a file brings premises") {
        let town = Town::new(engine).await;
        assert_eq!(town.import(BASE).await, (report(4, 0, 0, 0), Vec::new()));
        // Another owner from another day, whatever the order.
        let owners = "\
P1,1 Elm St,Springfield,OH,45501,17-04,R1,S1,sewer,C2,2026-06-15
P1,1 Elm St,Springfield,OH,45501,17-04,R1,W1,water,,
";
        assert_eq!(town.import(owners).await.0, report(0, 1, 1, 0));
        let mut read = town.db().read().await.unwrap();
        let known = premises_by_reference(&mut read, &["P1", "P2", "P9"]).await.unwrap();
        assert_eq!(known.keys().collect::<Vec<_>>(), ["P1", "P2"]);
        let first = known["P1"].clone();
        assert_eq!(first.location.one_line(), "1 Elm St, Springfield, OH 45501");
        let parcel = first.parcel.unwrap();
        assert_eq!((parcel.number.as_str(), parcel.property_use.as_str()), ("17-04", "R1"));
        assert_eq!(known["P2"].parcel, None);
        let points = points_of_premise(&mut read, first.id).await.unwrap();
        let told: Vec<(&str, &str)> =
            points.iter().map(|point| (point.reference.as_str(), point.service.as_str())).collect();
        assert_eq!(told, [("S1", "sewer"), ("W1", "water")]);
        let addresses = addresses_by_id(&mut read, &[points[1].id]).await.unwrap();
        assert_eq!(addresses[&points[1].id], "1 Elm St, Springfield, OH 45501");
        let ids = customers::customers_by_reference(&mut read, &["C1", "C2"]).await.unwrap();
        let rows = [("2020-04-30", None), ("2026-06-14", Some("C1")), ("2026-06-15", Some("C2"))];
        for (on, expected) in rows {
            let owners = owners_on(&mut read, &[first.id], day(on)).await.unwrap();
            assert_eq!(owners.get(&first.id), expected.map(|owner| &ids[owner]), "{on}");
        }
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_record_that_cannot_come_in_is_named_with_field_and_rule() {
    let rows = [
        (",9 Oak St,Dayton,,,,,W9,water,,",                                     "premise",       "present"),
        ("P9,,Dayton,,,,,W9,water,,",                                           "street",        "present"),
        ("P9,9 Oak St,Dayton,,,,,,water,,",                                     "service_point", "present"),
        ("P9,9 Oak St,Dayton,,,,,W9,gas,,",                                     "service",       "service_unknown"),
        ("P9,9 Oak St,Dayton,,,17-09,,W9,water,,",                              "property_use",  "present"),
        ("P9,9 Oak St,Dayton,,,,R1,W9,water,,",                                 "parcel",        "present"),
        ("P9,9 Oak St,Dayton,,,17-09,R9,W9,water,,",                            "property_use",  "property_use_unknown"),
        ("P9,9 Oak St,Dayton,,,17-04,B1,W9,water,,",                            "property_use",  "differs"),
        ("P9,9 Oak St,Dayton,,,,,W9,water,C1,",                                 "owner_from",    "present"),
        ("P9,9 Oak St,Dayton,,,,,W9,water,,2026-01-01",                         "owner",         "present"),
        ("P9,9 Oak St,Dayton,,,,,W9,water,C1,yesterday",                        "owner_from",    "date"),
        ("P9,9 Oak St,Dayton,,,,,W9,water,C9,2026-01-01",                       "owner",         "customer_unknown"),
        ("P1,1 Oak St,Springfield,OH,45501,17-04,R1,W9,water,,",                "street",        "premise_differs"),
        ("P1,1 Elm St,Springfield,OH,,17-04,R1,W9,water,,",                     "postal_code",   "premise_differs"),
        ("P1,1 Elm St,Springfield,OH,45501,,,W9,water,,",                       "parcel",        "premise_differs"),
        ("P2,2 Elm St,Springfield,,,17-04,R1,W9,water,,",                       "parcel",        "premise_differs"),
        ("P1,1 Elm St,Springfield,OH,45501,17-04,R1,W9,water,C2,2020-05-01",    "owner",         "premise_differs"),
        ("P1,1 Elm St,Springfield,OH,45501,17-04,R1,W1,trash,,",                "service",       "differs"),
        ("P1,1 Elm St,Springfield,OH,45501,17-04,R1,W2,water,,",                "premise",       "differs"),
        ("P9,9 Oak St,Dayton,,,,,W2,water,,",                                   "premise",       "differs"),
    ];
    for engine in engines("a record that cannot come in") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        let before = town.export().await;
        for (row, field, rule) in rows {
            let (told, rejects) = town.import(&format!("{row}\n")).await;
            assert_eq!(told, report(0, 0, 0, 1), "{row}");
            assert_eq!((rejects[0].field.as_str(), rejects[0].rule.as_str()), (field, rule), "{row}");
        }
        // Twice in one file with the same meaning and other words: an owner is not repeated.
        let twice = "P9,9 Oak St,Dayton,,,,,W9,water,C1,2026-01-01\nP9,9 Oak St,Dayton,,,,,W9,water,,\n";
        let (told, rejects) = town.import(twice).await;
        assert_eq!((told, rejects[0].rule.as_str()), (report(1, 0, 0, 1), "suspected_duplicate"));
        let after = town.export().await;
        assert_eq!(after.replace("P9,9 Oak St,Dayton,,,,,W9,water,C1,2026-01-01\n", ""), before);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_service_point_that_was_known_before_its_premises_finds_them() {
    for engine in engines("a service point that was known before") {
        let town = Town::new(engine).await;
        let mut tx = town.db().write(&DoorKey::for_the_door()).await.unwrap();
        let point = |id: i64, reference: &str, address: &str| NewServicePoint {
            id: kernel::ServicePointId(id),
            reference: reference.to_owned(),
            service: "water".to_owned(),
            address: address.to_owned(),
        };
        let points = vec![point(900_001, "OLD1", ""), point(900_002, "OLD2", "behind the church")];
        insert_service_points(&mut tx, points).await.unwrap();
        tx.commit().await.unwrap();
        let rows = "P1,1 Elm St,Springfield,,,,,OLD1,water,,\nP1,1 Elm St,Springfield,,,,,OLD2,water,,\n";
        assert_eq!(town.import(rows).await.0, report(1, 1, 0, 0));
        let mut read = town.db().read().await.unwrap();
        let known = points_by_reference(&mut read, &["OLD1", "OLD2"]).await.unwrap();
        assert_eq!(known["OLD1"].address, "1 Elm St, Springfield");
        assert_eq!(known["OLD2"].address, "behind the church");
        assert_eq!(known["OLD1"].premise, known["OLD2"].premise);
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
async fn what_came_in_goes_out_and_into_an_empty_town_and_out_the_same() {
    for engine in engines("what came in goes out") {
        let (town, other) = (Town::new(engine).await, Town::new(engine).await);
        town.import(BASE).await;
        town.import("P4,\"4 \"\"Old\"\" Elm, rear\",Zoë,,,,,W4,water,C2,2026-09-01\n").await;
        let first = town.export().await;
        assert_eq!(first.lines().count(), 5);
        assert!(first.ends_with("P3,3 Elm St,Springfield,OH,45501,17-04,R1,W3,water,city,2019-01-01\nP4,\"4 \"\"Old\"\" Elm, rear\",Zoë,,,,,W4,water,C2,2026-09-01\n"));
        assert_eq!(other.import(&first).await.0, report(5, 0, 0, 0));
        assert_eq!(other.export().await, first);
        assert_eq!(town.import(&first).await.0, report(0, 0, 5, 0), "on record already, all of it");
        town.remove().await;
        other.remove().await;
    }
}

#[tokio::test]
async fn nothing_depends_on_where_portions_end() {
    let header: Vec<&'static str> = HEADER.trim_end().split(',').collect();
    let rows = [
        "P1,1 Elm St,S,,,17-04,R1,W1,water,C1,2020-05-01",
        "P1,1 Elm St,S,,,17-04,R1,W1,water,,",
        "P1,1 Elm St,S,,,17-04,R1,W2,water,C2,2020-05-01",
        "P1,1 Elm St,S,,,17-04,R1,W2,water,C2,2021-05-01",
        "P1,1 Elm St,T,,,17-04,R1,W3,water,,",
        "P2,2 Elm St,S,,,17-04,B1,W3,water,,",
        "P2,2 Elm St,S,,,17-04,R1,W2,water,,",
        "P2,2 Elm St,S,,,17-04,R1,W3,sewer,C1,2020-01-01",
        "P2,2 Elm St,S,,,17-04,R1,W3,water,,",
        "P1,1 Elm St,S,,,17-04,R1,W2,water,C1,2022-05-01",
    ];
    let records: Vec<Record> = (2..)
        .zip(rows)
        .map(|(line, row)| {
            let given = header.iter().copied().zip(row.split(',')).filter(|(_, value)| !value.is_empty());
            let values: BTreeMap<&'static str, String> = given.map(|(name, value)| (name, value.to_owned())).collect();
            Record { line, date_format: "%Y-%m-%d".to_owned(), values }
        })
        .collect();
    for engine in engines("nothing depends on where portions end") {
        let mut found = Vec::new();
        for size in [1, 2, 3, records.len()] {
            let town = Town::new(engine).await;
            let intake: Arc<dyn Intake> = Arc::new(premises());
            let taken = testkit::take_by(town.db(), &intake, size, &records).await;
            found.push((taken, town.export().await));
            town.remove().await;
        }
        assert!(found.windows(2).all(|pair| pair[0] == pair[1]), "{found:#?}");
        // In an empty town nobody is known, and nothing comes in.
        let empty = TestDb::new(engine).await;
        let intake: Arc<dyn Intake> = Arc::new(premises());
        let (told, _) = testkit::import(&empty.db, &intake, &format!("{HEADER}{}\n", rows[0])).await;
        assert_eq!(told, report(0, 0, 0, 1));
        empty.remove().await;
    }
}
