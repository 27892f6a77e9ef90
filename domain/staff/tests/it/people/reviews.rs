//! Reviews: what makes up for permissions in one hand, who may do what, and what looked odd.

use acts::{Act, Entry, Failure, Permission, Subject, Weight};
use kernel::{AccountId, Cents};
use serde::{Deserialize, Serialize};
use staff::{RecordCompensatingReview, ReviewOutlier};
use testkit::{engines, noon};

use super::town::{Town, assign, join, july, stand_in};

const ADJUST: Permission = Permission { code: "billing.adjust", sentence: "adjusts" };
const APPROVE: Permission = Permission { code: "billing.approve", sentence: "approves" };

/// Moves cents on an account, as an adjustment does.
#[derive(Serialize, Deserialize)]
struct Give {
    account: AccountId,
    cents: i64,
}

impl Act for Give {
    const KIND: &'static str = "test.give";
    type Outcome = ();

    fn permission(&self) -> Permission {
        ADJUST
    }

    fn subject(&self) -> Subject {
        Subject::account(self.account)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let (direction, cents) = (acts::Direction::of(Cents(self.cents)), Cents(self.cents).abs());
        let weight = Weight { class: "adjustment", direction, cents, account: self.account, approving: APPROVE };
        entry.weighs(weight);
        Ok(())
    }
}

fn review(actor: &str, pair: (&str, &str)) -> RecordCompensatingReview {
    RecordCompensatingReview {
        actor: actor.to_owned(),
        permission: pair.0.to_owned(),
        other: pair.1.to_owned(),
        words: "Every adjustment is compared with the till once a week".to_owned(),
        through_on: july(20),
    }
}

#[tokio::test]
async fn a_small_office_makes_up_for_it_by_a_review_while_that_holds() {
    for engine in engines("a_small_office_makes_up_for_it_by_a_review_while_that_holds") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        let pair = ("payments.receive", "billing.adjust");
        let till = assign("ann", "till", july(1), None);
        assert_eq!(town.try_as("console", &till).await, Err("incompatible"));
        #[rustfmt::skip]
        let rows = [
            ("permission_missing", "ann",  review("boss", pair)),
            ("own_change",         "boss", review("boss", pair)),
            ("unknown_actor",      "boss", review("nobody", pair)),
            ("nothing_to_review",  "boss", review("ann", ("billing.adjust", "billing.moves"))),
            ("never_together",     "boss", review("ann", ("staff.manage", "billing.adjust"))),
            ("text_missing",       "boss", RecordCompensatingReview { words: " ".to_owned(), ..review("ann", pair) }),
            ("day_past",           "boss", RecordCompensatingReview { through_on: july(1).pred_opt().unwrap(), ..review("ann", pair) }),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        assert_eq!(town.try_as("boss", &review("ann", pair)).await, Ok(()));
        assert_eq!(town.try_as("console", &assign("ann", "till", july(21), None)).await, Err("incompatible"));
        town.ok(&till).await;
        assert!(town.held("ann", july(1)).await.contains("payments.receive"));
        let stands = staff::people::reviews(&mut town.read().await).await.unwrap();
        assert_eq!((stands.len(), stands[0].reviewer), (1, town.id("boss").await));

        let lines = staff::people::access_review(&mut town.read().await, july(20), noon()).await.unwrap();
        assert!(lines.iter().all(|line| line.clashes_with.is_none()));
        let lines = staff::people::access_review(&mut town.read().await, july(21), noon()).await.unwrap();
        let clashes: Vec<_> = lines.iter().filter_map(|line| line.clashes_with.as_deref()).collect();
        assert_eq!(clashes, ["payments.receive", "billing.adjust"], "the review is over");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn the_access_review_says_who_may_what_from_where_and_when_they_last_did() {
    for engine in engines("the_access_review_says_who_may_what_from_where_and_when_they_last_did") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("ben", &["senior"])).await;
        town.ok(&stand_in("ben", "ann", july(1), july(5))).await;
        assert_eq!(town.try_as("ann", &Give { account: AccountId(5), cents: -100 }).await, Ok(()));
        let lines = staff::people::access_review(&mut town.read().await, july(1), noon()).await.unwrap();
        let text = staff::people::access_report(&lines, july(1)).to_csv();
        #[rustfmt::skip]
        let expected = [
            "ann,Person ann,Clerk,billing.adjust,\"The clerk, acting for Person ben\",2026-07-01 12:00,",
            "ann,Person ann,Clerk,billing.moves,acting for Person ben,never,not used for 90 days",
            "ann,Person ann,Clerk,staff.relations,The clerk,never,",
            "console,The machine on which the town is kept,,staff.manage,granted directly,2026-07-01 12:00,",
        ];
        for line in expected {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let later = noon() + chrono::TimeDelta::days(90);
        let lines = staff::people::access_review(&mut town.read().await, july(1), later).await.unwrap();
        let stale = lines.iter().filter(|line| line.code == "ann" && line.is_stale).count();
        assert_eq!(stale, 2, "used 90 days ago, and lent without a day");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn what_looked_odd_is_listed_until_somebody_else_has_looked() {
    for engine in engines("what_looked_odd_is_listed_until_somebody_else_has_looked") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        for cents in [-3_000, -2_500] {
            assert_eq!(town.try_as("ann", &Give { account: AccountId(5), cents }).await, Ok(()));
        }
        let odd = staff::people::outliers(&mut town.read().await, july(1), july(1)).await.unwrap();
        // Noon in London is five in the morning in Phoenix.
        let seen: Vec<_> = odd.iter().map(|one| one.outlier.pattern.as_str()).collect();
        assert_eq!(seen, ["after_hours", "after_hours", "split_amounts"]);
        let split = odd[2].outlier.clone();
        assert_eq!(
            split.words,
            "2 amounts on one account within 7 days, each within the limit of $50.00 and together $55.00"
        );
        assert_eq!((split.account, split.acts.len()), (Some(AccountId(5)), 2));

        let look = |pattern: &str| ReviewOutlier {
            entry: split.act.0,
            pattern: pattern.to_owned(),
            words: "Two leaks in one week".to_owned(),
        };
        #[rustfmt::skip]
        let rows = [
            ("permission_missing", "ann",  look("split_amounts")),
            ("unknown_outlier",    "boss", look("same_beneficiary")),
            ("unknown_outlier",    "boss", ReviewOutlier { entry: 99_999, ..look("split_amounts") }),
            ("unknown_outlier",    "boss", ReviewOutlier { entry: i64::MIN, ..look("split_amounts") }),
            ("text_missing",       "boss", ReviewOutlier { words: String::new(), ..look("split_amounts") }),
            ("text_too_long",      "boss", ReviewOutlier { words: "x".repeat(1_001), ..look("split_amounts") }),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        assert_eq!(town.try_as("boss", &look("split_amounts")).await, Ok(()));
        assert_eq!(town.try_as("boss", &look("split_amounts")).await, Err("outlier_reviewed"));
        let odd = staff::people::outliers(&mut town.read().await, july(1), july(1)).await.unwrap();
        let reviewers: Vec<_> = odd.iter().map(|one| one.review.as_ref().map(|(who, _, _)| *who)).collect();
        assert_eq!(reviewers, [None, None, Some(town.id("boss").await)]);
        let (names, accounts) = (staff::names(&mut town.read().await).await.unwrap(), Default::default());
        let text = staff::people::outlier_report(&odd, (&names, &accounts), (july(1), july(1))).to_csv();
        assert!(text.contains("Person boss,Two leaks in one week"), "{text}");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn nobody_looks_at_their_own() {
    for engine in engines("nobody_looks_at_their_own") {
        let town = Town::new(engine).await;
        let mut act = super::town::roles();
        act.roles[2].permissions.insert("billing.adjust".to_owned());
        act.roles[2].limits = act.roles[3].limits.clone();
        assert_eq!(town.try_as("console", &act).await, Ok(()));
        assert_eq!(town.try_as("console", &join("boss", &["boss"])).await, Ok(()));
        assert_eq!(town.try_as("boss", &Give { account: AccountId(5), cents: -4_900 }).await, Ok(()));
        let odd = staff::people::outliers(&mut town.read().await, july(1), july(1)).await.unwrap();
        let entry = odd[0].outlier.act.0;
        let look = ReviewOutlier { entry, pattern: "just_under_limit".to_owned(), words: "fine".to_owned() };
        assert_eq!(town.try_as("boss", &look).await, Err("own_change"));
        town.base.remove().await;
    }
}
