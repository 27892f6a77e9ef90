//! Customer files: what comes in, what changes, what is rejected, and that it all comes out again.

use std::collections::BTreeMap;

use customers::{Customers, Purpose, account_named, in_force, mailing_addresses};
use imports::{Intake, Record, Taken};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use testkit::engines;

use crate::town::{HEADER, Town, day, intake, report};

const BASE: &str = "\
C1,person,Ada Lind,555-0101,ada@example.org,A1,2024-01-01,,,1 Elm St,Springfield,OH,45501
C1,person,Ada Lind,555-0101,ada@example.org,A2,2024-02-01,,Lind Rentals,2 Elm St,Springfield,OH,45501
C2,organization,Elm Co,,,,,,,,,,
C3,person,Bo Ray,,,A3,2025-01-01,C2,,,,,
";

#[tokio::test]
async fn a_file_opens_accounts_with_numbers_payers_and_addresses() {
    for engine in engines("a file opens accounts") {
        let town = Town::new(engine).await;
        assert_eq!(town.import(BASE).await, (report(4, 0, 0, 0), Vec::new()));
        let mut read = town.db().read().await.unwrap();
        let account = account_named(&mut read, "A2").await.unwrap().unwrap();
        let shown = customers::accounts_by_id(&mut read, &[account.id]).await.unwrap()[&account.id].clone();
        assert_eq!((shown.customer_reference.as_str(), shown.customer_name.as_str()), ("C1", "Ada Lind"));
        assert!(100_000 <= shown.number.serial());
        let by_number = account_named(&mut read, &shown.number.to_string()).await.unwrap().unwrap();
        assert_eq!((by_number.id, by_number.opened_on), (account.id, day("2024-02-01")));
        let addresses = mailing_addresses(&mut read, &[account.id], Purpose::Mailing).await.unwrap();
        let address = in_force(&addresses[&account.id], Some(day("2026-07-01"))).unwrap();
        assert_eq!((address.from_on, address.revision), (day("2024-02-01"), 1));
        assert_eq!((address.lines.recipient.as_str(), address.lines.street.as_str()), ("Lind Rentals", "2 Elm St"));
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
async fn what_a_file_says_otherwise_changes_what_may_change() {
    for engine in engines("what a file says otherwise") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        let again = "\
C1,person,Ada Lind,555-0101,,A1,2024-01-01,,,1 Elm St,Springfield,OH,45501
C2,organization,Elm Company,,,,,,,,,,
C3,person,Bo Ray,555-0303,,A3,2025-01-01,C2,,9 Oak St,Springfield,OH,45502
C1,person,Ada Lind,,,A2,2024-02-01,C3,,,,,
";
        assert_eq!(town.import(again).await, (report(0, 3, 1, 0), Vec::new()));
        let expected = "\
C2,organization,Elm Company,,,,,,,,,,
C3,person,Bo Ray,555-0303,,,,,,,,,
C1,person,Ada Lind,555-0101,ada@example.org,A1,2024-01-01,,,1 Elm St,Springfield,OH,45501
C1,person,Ada Lind,555-0101,ada@example.org,A2,2024-02-01,C3,Lind Rentals,2 Elm St,Springfield,OH,45501
C3,person,Bo Ray,555-0303,,A3,2025-01-01,C2,,9 Oak St,Springfield,OH,45502
";
        assert_eq!(town.export().await, expected);
        // A move is another day, a correction on the same day another revision.
        let third = "C3,person,Bo Ray,,,A3,2025-01-01,,,11 Oak St,Springfield,OH,45502\n";
        assert_eq!(town.import(third).await.0, report(0, 1, 0, 0));
        let sql = "select max(revision) from mailing_address where from_on = '2026-07-01'";
        assert_eq!(town.count(sql).await, 2);
        town.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_record_that_cannot_come_in_is_named_with_field_and_rule() {
    let rows = [
        ("C9,somebody,Cy Vale,,,,,,,,,,",                                   "kind",       "kind"),
        ("C9,unknown,Cy Vale,,,,,,,,,,",                                    "kind",       "kind"),
        (",person,Cy Vale,,,,,,,,,,",                                       "customer",   "present"),
        ("C9,person,,,,,,,,,,,",                                            "name",       "present"),
        ("C9,person,Cy Vale,,,A9,,,,,,,",                                   "opened_on",  "present"),
        ("C9,person,Cy Vale,,,A9,2026-02-30,,,,,,",                         "opened_on",  "date"),
        ("C9,person,Cy Vale,,,,2026-01-01,,,,,,",                           "account",    "present"),
        ("C9,person,Cy Vale,,,,,C1,,,,,",                                   "account",    "present"),
        ("C9,person,Cy Vale,,,,,,,1 Elm St,Springfield,,",                  "account",    "present"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,,,,Springfield,,",              "street",     "present"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,,Cy,,,,",                       "street",     "present"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,,,1 Elm St,,,",                 "city",       "present"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,C8,,,,,",                       "bill_payer", "customer_unknown"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,city,,,,,",                     "bill_payer", "customer_unknown"),
        ("C1,organization,Ada Lind,,,,,,,,,,",                              "kind",       "differs"),
        ("city,organization,The city,,,,,,,,,,",                            "customer",   "differs"),
        ("C2,organization,Elm Co,,,A1,2024-01-01,,,,,,",                    "account",    "differs"),
        ("C1,person,Ada Lind,,,A1,2024-01-02,,,,,,",                        "opened_on",  "differs"),
        ("C3,person,Bo Ray,,,A3,2025-01-01,C1,,,,,",                        "bill_payer", "differs"),
        ("C1,person,Ada Lind,,,A2,2024-02-01,,,,,,",                        "account",    "account_closed"),
        ("C9,person,Cy Vale,,,A9,2026-01-01,,,,,",                          "postal_code", "fields"),
    ];
    for engine in engines("a record that cannot come in") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.close_account("A2").await;
        let before = town.export().await;
        for (row, field, rule) in rows {
            let (told, rejects) = town.import(&format!("{row}\n")).await;
            assert_eq!(told, report(0, 0, 0, 1), "{row}");
            let reject = &rejects[0];
            assert_eq!((reject.line, reject.field.as_str(), reject.rule.as_str()), (2, field, rule), "{row}");
        }
        assert_eq!(town.export().await, before);
        town.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_file_that_contradicts_itself_keeps_what_it_said_first() {
    let rows = [
        ("C1,person,Ada Lind,,,,,,,,,,\nC1,person,Ada L. Lind,,,,,,,,,,",                                        "name",     "differs"),
        ("C1,person,Ada Lind,,,A1,2026-01-01,,,,,,\nC1,person,Ada L. Lind,,,A2,2026-01-01,,,,,,",                "name",     "differs"),
        ("C1,person,Ada Lind,1,,,,,,,,,\nC1,person,Ada Lind,2,,,,,,,,,",                                         "phone",    "differs"),
        ("C1,person,Ada Lind,,,A1,2026-01-01,,,1 Elm,B,,\nC1,person,Ada Lind,,,A1,2026-01-01,,,2 Elm,B,,",       "street",   "differs"),
        ("C1,person,Ada Lind,,,A1,2026-01-01,,,,,,\nC2,person,Bo Ray,,,A1,2026-01-01,,,,,,",                     "account",  "differs"),
        ("C1,person,Ada Lind,,,A1,2026-01-01,,,,,,\nC1,person,Ada Lind,,,A1,2026-01-01,,,,,,",                   "customer", "suspected_duplicate"),
        ("C1,person,Ada Lind,1,,A1,2026-01-01,,,,,,\nC1,person,Ada Lind,,,A1,2026-01-01,,,,,,",                  "account",  "suspected_duplicate"),
        ("C1,person,Ada Lind,,,A1,2026-01-01,,,,,,\nC1,person,Ada Lind,,,,,,,,,,",                               "customer", "suspected_duplicate"),
    ];
    for engine in engines("a file that contradicts itself") {
        for (text, field, rule) in rows {
            let town = Town::new(engine).await;
            let (told, rejects) = town.import(&format!("{text}\n")).await;
            assert_eq!(told, report(1, 0, 0, 1), "{text}");
            let reject = &rejects[0];
            assert_eq!((reject.line, reject.field.as_str(), reject.rule.as_str()), (3, field, rule), "{text}");
            town.remove().await;
        }
    }
}

#[tokio::test]
async fn what_came_in_goes_out_and_into_an_empty_town_and_out_the_same() {
    for engine in engines("what came in goes out") {
        let (town, other) = (Town::new(engine).await, Town::new(engine).await);
        town.import(BASE).await;
        // Billed for somebody whose record comes before theirs; opened later than today.
        town.import(
            "C9,person,\"Vale, \"\"Cy\"\"\",,,,,,,,,,\nC0,person,Zoë,,,A0,2026-09-01,C9,,5 Elm St,Springfield,,\n",
        )
        .await;
        let first = town.export().await;
        assert_eq!(first.lines().next(), Some("C2,organization,Elm Co,,,,,,,,,,"));
        assert_eq!(other.import(&first).await.0, report(6, 0, 0, 0));
        assert_eq!(other.export().await, first);
        assert_eq!(town.import(&first).await.0, report(0, 0, 6, 0), "on record already, all of it");
        town.remove().await;
        other.remove().await;
    }
}

/// Records that meet each other in every way: few customers, few accounts, few values.
fn row() -> impl Strategy<Value = BTreeMap<&'static str, String>> {
    let text = |name: &'static str, count: u8| (0..count).prop_map(move |number| (name, number));
    (
        text("customer", 3),
        text("kind", 5),
        text("name", 3),
        text("account", 4),
        text("bill_payer", 4),
        text("street", 3),
    )
        .prop_map(|(customer, kind, name, account, payer, street)| {
            let mut values = BTreeMap::from([("customer", format!("C{}", customer.1))]);
            values.insert("kind", if kind.1 == 0 { "organization" } else { "person" }.to_owned());
            values.insert("name", format!("N{}", name.1 / 2));
            if account.1 != 0 {
                values.insert("account", format!("A{}", account.1));
                values.insert("opened_on", "2026-01-01".to_owned());
                if payer.1 != 0 {
                    values.insert("bill_payer", format!("C{}", payer.1));
                }
                if street.1 != 0 {
                    values.insert("street", format!("{} Elm St", street.1));
                    values.insert("city", "Springfield".to_owned());
                }
            }
            values
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_depends_on_where_portions_end() {
    // Values are made beforehand: the runner of properties knows nothing of waiting.
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let cases: Vec<Vec<BTreeMap<&str, String>>> =
        (0..5).map(|_| proptest::collection::vec(row(), 1..25).new_tree(&mut runner).unwrap().current()).collect();
    for engine in engines("nothing depends on where portions end") {
        for rows in &cases {
            let records: Vec<Record> = (2..)
                .zip(rows)
                .map(|(line, values)| Record { line, date_format: "%Y-%m-%d".to_owned(), values: values.clone() })
                .collect();
            let mut found: Vec<(Vec<Taken>, String)> = Vec::new();
            for size in [1, 3, records.len()] {
                let town = Town::new(engine).await;
                let taken = testkit::take_by(town.db(), &intake(), size, &records).await;
                found.push((taken, town.export().await));
                town.remove().await;
            }
            assert_eq!(found[0], found[1], "{rows:?}");
            assert_eq!(found[0], found[2], "{rows:?}");
        }
    }
}

#[test]
fn the_export_has_the_fields_of_the_import() {
    let names: Vec<&str> = Intake::fields(&Customers).iter().map(|field| field.name).collect();
    assert_eq!(format!("{}\n", names.join(",")), HEADER);
}
