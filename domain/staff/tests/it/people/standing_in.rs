//! Somebody acts for somebody absent: on those days, by those roles, and never by too much together.

use staff::EndStandIn;
use staff::people::Source;
use testkit::engines;

use super::town::{Town, assign, join, july, stand_in};

#[tokio::test]
async fn who_stands_in_may_what_the_absent_may_on_those_days() {
    for engine in engines("who_stands_in_may_what_the_absent_may_on_those_days") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("ben", &["senior"])).await;
        town.ok(&join("cat", &["clerk"])).await;
        assert_eq!(town.try_as("console", &stand_in("ben", "ann", july(3), july(5))).await, Err("waiting"));
        town.ok(&stand_in("ben", "ann", july(3), july(5))).await;
        for (day, expected) in [(2, false), (3, true), (5, true), (6, false)] {
            assert_eq!(town.held("ann", july(day)).await.contains("billing.moves"), expected, "{day}");
        }
        let (ann, ben) = (town.id("ann").await, town.id("ben").await);
        let held = staff::people::permissions_on(&mut town.read().await, ann, july(3)).await.unwrap();
        assert_eq!(held.permissions["billing.moves"], [Source::ActingFor(ben)]);
        let class = ("adjustment", acts::Direction::Credit);
        let limit = staff::people::limit_of(&mut town.read().await, ann, class, july(3)).await.unwrap().unwrap();
        assert_eq!(limit.act_cents, kernel::Cents(20_000));

        town.ok(&stand_in("ann", "cat", july(3), july(5))).await;
        assert!(!town.held("cat", july(3)).await.contains("billing.moves"), "what is lent is not lent on");

        let first = staff::people::stand_ins(&mut town.read().await).await.unwrap()[0];
        let end = |through_on| EndStandIn { stand_in: first.id, through_on };
        assert_eq!(town.try_as("console", &end(july(5))).await, Err("unknown_stand_in"), "it ends then anyway");
        assert_eq!(town.try_as("console", &end(july(3))).await, Ok(()));
        assert!(!town.held("ann", july(4)).await.contains("billing.moves"));
        assert_eq!(town.try_as("console", &end(july(1))).await, Ok(()));
        assert_eq!(town.try_as("console", &end(july(1))).await, Err("unknown_stand_in"), "it never begins");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn standing_in_is_refused_with_its_reason() {
    for engine in engines("standing_in_is_refused_with_its_reason") {
        let town = Town::founded(engine).await;
        for (code, role) in [("ann", "clerk"), ("ben", "senior"), ("cat", "till"), ("adm", "admin"), ("dan", "clerk")] {
            town.ok(&join(code, &[role])).await;
        }
        town.ok(&stand_in("ben", "ann", july(3), july(5))).await;
        town.ok(&stand_in("dan", "ben", july(1), july(9))).await;
        #[rustfmt::skip]
        let rows = [
            ("stand_in_for_self", "console", stand_in("ann", "ann", july(3), july(5))),
            ("unknown_actor",     "console", stand_in("nobody", "ann", july(3), july(5))),
            ("not_on_staff",      "console", stand_in("ann", "console", july(3), july(5))),
            ("days_backwards",    "console", stand_in("ben", "dan", july(5), july(3))),
            ("day_past",          "console", stand_in("ben", "dan", july(1).pred_opt().unwrap(), july(3))),
            ("own_change",        "adm",     stand_in("ann", "adm", july(3), july(5))),
            ("stand_in_held",     "console", stand_in("ben", "ann", july(5), july(7))),
            ("stand_in_circle",   "console", stand_in("ann", "ben", july(5), july(7))),
            ("stand_in_circle",   "console", stand_in("ann", "dan", july(5), july(7))),
            ("incompatible",      "console", stand_in("cat", "ann", july(3), july(5))),
            ("incompatible",      "console", stand_in("adm", "boss", july(3), july(5))),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        let till = assign("ben", "till", july(3), Some(july(3)));
        assert_eq!(town.try_as("console", &till).await, Err("incompatible"));
        let own = stand_in("ann", "boss", july(3), july(5));
        assert_eq!(town.agreed(("console", "boss"), &own).await, Err("may_not_approve"));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_role_for_the_absent_is_held_against_who_stands_in() {
    for engine in engines("a_role_for_the_absent_is_held_against_who_stands_in") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("ben", &["bank"])).await;
        town.ok(&stand_in("ben", "ann", july(3), july(5))).await;
        assert_eq!(
            town.try_as(
                "console",
                &staff::EndRole { actor: "ben".to_owned(), role: "bank".to_owned(), through_on: july(1) }
            )
            .await,
            Ok(())
        );
        let till = |from, through| assign("ben", "till", july(from), Some(july(through)));
        assert_eq!(town.try_as("console", &till(5, 6)).await, Err("incompatible"), "ann would have it on the 5th");
        assert_eq!(town.try_as("console", &till(6, 7)).await, Err("waiting"));
        town.base.remove().await;
    }
}
