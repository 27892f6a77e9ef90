//! Duplicates are merged, everything finds the one who stays, and it can be taken back.

use customers::acts::{MergeCustomers, UnmergeCustomers};
use customers::{accounts_by_reference_or_number, customers_by_reference};
use testkit::engines;

use crate::town::{Town, report};

const BASE: &str = "\
C1,person,Ada Lind,,,A1,2024-01-01,,,,,,
C2,person,Ada Lynd,,,A2,2024-01-01,,,,,,
C3,organization,Elm Co,,,A3,2024-01-01,C2,,,,,
C4,person,A. Lind,,,,,,,,,,
";

fn merge(merged: &str, into: &str) -> MergeCustomers {
    MergeCustomers {
        merged: merged.to_owned(),
        into: into.to_owned(),
        reason: "same phone, same handwriting".to_owned(),
    }
}

fn part(merged: &str) -> UnmergeCustomers {
    UnmergeCustomers { merged: merged.to_owned(), reason: "mother and daughter".to_owned() }
}

#[tokio::test]
async fn a_duplicate_is_merged_and_taken_back() {
    for engine in engines("a duplicate is merged") {
        let town = Town::new(engine).await;
        // Payers come after those they pay for.
        let (told, _) = town.import(BASE).await;
        assert_eq!(told, report(4, 0, 0, 0));
        let before = town.export().await;
        assert_eq!(town.act("merge", &merge("C2", "C1")).await.unwrap(), 1);
        let merged = "\
C1,person,Ada Lind,,,,,,,,,,
C1,person,Ada Lind,,,A1,2024-01-01,,,,,,
C1,person,Ada Lind,,,A2,2024-01-01,,,,,,
C3,organization,Elm Co,,,A3,2024-01-01,C1,,,,,
C4,person,A. Lind,,,,,,,,,,
";
        assert_eq!(town.export().await, merged);
        let mut read = town.db().read().await.unwrap();
        let ids = customers_by_reference(&mut read, &["C1", "C2"]).await.unwrap();
        assert_eq!(ids["C1"], ids["C2"]);
        let accounts = accounts_by_reference_or_number(&mut read, &["A2"]).await.unwrap();
        assert_eq!(accounts["A2"].customer, ids["C1"]);
        drop(read);
        // A file that still speaks of the duplicate is told so.
        let (_, rejects) = town.import("C2,person,Ada Lynd,,,A9,2026-01-01,,,,,,\n").await;
        assert_eq!((rejects[0].field.as_str(), rejects[0].rule.as_str()), ("customer", "differs"));
        assert_eq!(town.act("part", &part("C2")).await.unwrap(), 1);
        assert_eq!(town.export().await, before);
        assert_eq!(town.count("select count(*) from merged_account").await, 2, "there and back");
        // And again, with what was opened meanwhile.
        town.import("C2,person,Ada Lynd,,,A8,2026-01-01,,,,,,\n").await;
        assert_eq!(town.act("merge again", &merge("C2", "C1")).await.unwrap(), 2);
        town.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn what_cannot_be_merged_or_parted_is_refused() {
    let merges = [
        ("C9",   "C1",   "customer_unknown"),
        ("C1",   "C9",   "customer_unknown"),
        ("C9",   "C9",   "customer_unknown"),
        ("C1",   "C1",   "same_customer"),
        ("city", "C3",   "city_itself"),
        ("C3",   "city", "city_itself"),
        ("C3",   "C1",   "kind_differs"),
        ("C2",   "C4",   "merged_already"),
        ("C4",   "C2",   "merged_already"),
        ("C1",   "C4",   "has_merged"),
    ];
    for engine in engines("what cannot be merged") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.act("merge", &merge("C2", "C1")).await.unwrap();
        let before = town.export().await;
        for (merged, into, code) in merges {
            assert_eq!(town.refusal(&merge(merged, into)).await, code, "{merged} into {into}");
        }
        let silent = MergeCustomers { reason: " ".to_owned(), ..merge("C4", "C1") };
        assert_eq!(town.refusal(&silent).await, "reason_missing");
        for (merged, code) in [("C9", "customer_unknown"), ("C1", "not_merged"), ("C4", "not_merged")] {
            assert_eq!(town.refusal(&part(merged)).await, code, "{merged}");
        }
        let silent = UnmergeCustomers { reason: String::new(), ..part("C2") };
        assert_eq!(town.refusal(&silent).await, "reason_missing");
        assert_eq!(town.export().await, before);
        town.remove().await;
    }
}
