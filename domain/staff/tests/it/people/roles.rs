//! Roles come into force as one text, give people what they may do and how much alone, and change only by two.

use acts::Direction;
use kernel::Cents;
use staff::people::{Limit, Source};
use staff::{ActorKind, AddActor, EstablishRoles, GrantPermission, NewLimit, StandIn};
use testkit::engines;

use super::town::{Town, assign, end_role, join, july, moved, roles};

#[tokio::test]
async fn roles_are_in_force_once_they_are_established_and_then_change_by_two() {
    for engine in engines("roles_are_in_force_once_they_are_established_and_then_change_by_two") {
        let town = Town::new(engine).await;
        assert!(!staff::people::are_roles_in_force(&mut town.read().await).await.unwrap());
        let console = town.id("console").await;
        let class = ("adjustment", Direction::Credit);
        let none = staff::people::limit_of(&mut town.read().await, console, class, july(1)).await.unwrap();
        assert_eq!(none, None, "a town that is being founded has no limits");

        assert_eq!(town.try_as("console", &roles()).await, Ok(()));
        assert!(staff::people::are_roles_in_force(&mut town.read().await).await.unwrap());
        let nothing = staff::people::limit_of(&mut town.read().await, console, class, july(1)).await.unwrap();
        assert_eq!(nothing, Some(Limit::NOTHING), "where roles are in force, nobody decides what no role says");
        let book = staff::people::role_book(&mut town.read().await).await.unwrap();
        assert_eq!(book.roles.len(), 6);
        assert_eq!(book.clash("payments.receive", "billing.adjust"), Some("One person could hide it"));
        assert_eq!(book.hours, Some(roles().hours));

        assert_eq!(town.try_as("console", &join("boss", &["boss"])).await, Ok(()), "the first who approves");
        assert_eq!(town.try_as("console", &join("ann", &["clerk"])).await, Err("waiting"));
        assert_eq!(town.try_as("console", &join("ann", &[])).await, Ok(()), "without roles nobody may do more");
        assert_eq!(town.try_as("console", &assign("ann", "clerk", july(1), None)).await, Err("waiting"));
        assert_eq!(town.try_as("console", &roles()).await, Err("waiting"));
        town.ok(&roles()).await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_person_may_what_roles_say_on_the_day_and_decides_alone_up_to_the_largest_limit() {
    for engine in engines("a_person_may_what_roles_say_on_the_day_and_decides_alone_up_to_the_largest_limit") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&assign("ann", "senior", july(5), Some(july(9)))).await;
        let ann = town.id("ann").await;
        let limit = |day| {
            let town = &town;
            async move {
                let class = ("adjustment", Direction::Credit);
                let mut read = town.read().await;
                staff::people::limit_of(&mut read, ann, class, july(day)).await.unwrap().unwrap().act_cents
            }
        };
        #[rustfmt::skip]
        let rows = [
            (1,  false, Cents(5_000)),
            (5,  true,  Cents(20_000)),
            (9,  true,  Cents(20_000)),
            (10, false, Cents(5_000)),
        ];
        for (day, may_move, cents) in rows {
            assert_eq!(town.held("ann", july(day)).await.contains("billing.moves"), may_move, "{day}");
            assert_eq!(limit(day).await, cents, "{day}");
        }
        let held = staff::people::permissions_on(&mut town.read().await, ann, july(5)).await.unwrap();
        let sources = ["clerk", "senior"].map(|role| Source::Role(role.to_owned()));
        assert_eq!(held.permissions["billing.adjust"], sources);
        let charge = ("adjustment", Direction::Charge);
        let other = staff::people::limit_of(&mut town.read().await, ann, charge, july(5)).await.unwrap();
        assert_eq!(other, Some(Limit::NOTHING), "the other direction has limits of its own");

        assert_eq!(town.try_as("console", &end_role("ann", "clerk", july(3))).await, Ok(()), "less needs nobody else");
        assert_eq!(town.held("ann", july(4)).await.len(), 0);
        assert_eq!(town.try_as("console", &end_role("ann", "senior", july(4))).await, Ok(()));
        assert_eq!(town.held("ann", july(5)).await.len(), 0, "what has not begun never begins");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn a_role_is_given_by_others_and_not_for_days_that_are_past() {
    for engine in engines("a_role_is_given_by_others_and_not_for_days_that_are_past") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("adm", &["admin"])).await;
        let yesterday = july(1).pred_opt().unwrap();
        #[rustfmt::skip]
        let rows = [
            ("own_change",         "adm",     assign("adm", "clerk", july(1), None)),
            ("permission_missing", "ann",     assign("ann", "senior", july(1), None)),
            ("unknown_actor",      "console", assign("nobody", "clerk", july(1), None)),
            ("not_on_staff",       "console", assign("console", "clerk", july(1), None)),
            ("unknown_role",       "console", assign("ann", "king", july(1), None)),
            ("role_held",          "console", assign("ann", "clerk", july(9), Some(july(9)))),
            ("day_past",           "console", assign("ann", "senior", yesterday, None)),
            ("days_backwards",     "console", assign("ann", "senior", july(5), Some(july(4)))),
            ("day_too_far",        "console", assign("ann", "senior", july(5), chrono::NaiveDate::from_ymd_opt(2099, 1, 1))),
            ("incompatible",       "console", assign("ann", "till", july(1), None)),
            ("incompatible",       "console", assign("ann", "admin", july(1), None)),
            ("incompatible",       "console", assign("boss", "admin", july(1), None)),
            ("waiting",            "console", assign("ann", "senior", july(1), None)),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        let senior = assign("boss", "senior", july(1), None);
        assert_eq!(
            town.agreed(("console", "boss"), &senior).await,
            Err("may_not_approve"),
            "nobody approves their own"
        );
        #[rustfmt::skip]
        let rows = [
            ("role_not_held", end_role("ann", "senior", july(1))),
            ("day_past",      end_role("ann", "clerk", yesterday.pred_opt().unwrap())),
            ("last_approver", end_role("boss", "boss", july(9))),
        ];
        for (expected, act) in rows {
            assert_eq!(town.try_as("console", &act).await, Err(expected), "{act:?}");
        }
        assert_eq!(town.try_as("console", &moved("boss", &["clerk"], july(2))).await, Err("last_approver"));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn roles_that_cannot_stand_are_refused_with_their_reason() {
    for engine in engines("roles_that_cannot_stand_are_refused_with_their_reason") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        let check = |expected: &'static str, change: fn(&mut EstablishRoles)| {
            let town = &town;
            async move {
                let mut act = roles();
                change(&mut act);
                assert_eq!(town.try_as("console", &act).await, Err(expected));
            }
        };
        check("how_many_roles", |act| act.roles.clear()).await;
        check("bad_hours", |act| act.hours.time_zone = "Mars/Olympus".to_owned()).await;
        check("bad_role_code", |act| act.roles[0].code = "Big Boss".to_owned()).await;
        check("text_missing", |act| act.roles[0].title = " ".to_owned()).await;
        check("text_too_long", |act| act.roles[0].sentence = "x".repeat(301)).await;
        check("text_broken", |act| act.roles[0].title = "two\nlines".to_owned()).await;
        check("no_permissions", |act| act.roles[0].permissions.clear()).await;
        check("bad_permission", |act| act.roles[0].permissions = ["everything".to_owned()].into()).await;
        check("role_twice", |act| act.roles.push(act.roles[3].clone())).await;
        check("bad_class", |act| act.roles[3].limits[0].class = "all of it".to_owned()).await;
        check("bad_limit", |act| act.roles[3].limits[0].act_cents = Cents(-1)).await;
        check("bad_limit", |act| act.roles[3].limits[0].actor_cents = Cents(4_999)).await;
        check("bad_limit", |act| act.roles[3].limits[0].account_cents = Cents(i64::MAX)).await;
        let twice = |act: &mut EstablishRoles| {
            let limit: NewLimit = act.roles[3].limits[0].clone();
            act.roles[3].limits.push(limit);
        };
        check("limit_twice", twice).await;
        check("pair_of_one", |act| act.incompatible[0].other = act.incompatible[0].permission.clone()).await;
        check("pair_twice", |act| act.incompatible.push(act.incompatible[0].clone())).await;
        check("bad_permission", |act| act.incompatible[0].other = "x".to_owned()).await;
        check("incompatible_role", |act| mix(act, "billing.adjust")).await;
        check("incompatible_role", |act| mix(act, "metering.enter_reads")).await;
        check("incompatible_role", |act| mix(act, "revenue.adopt_rates")).await;
        check("incompatible_role", |act| mix(act, "staff.approve")).await;
        check("incompatible_role", |act| {
            act.roles[5].permissions.insert("billing.adjust".to_owned());
        })
        .await;
        check("nobody_does", |act| drop(act.roles.remove(0))).await;
        check("role_in_use", |act| drop(act.roles.remove(3))).await;
        let spread = |act: &mut EstablishRoles| {
            act.roles[2].permissions.remove("staff.approve");
            act.roles[4].permissions.insert("staff.approve".to_owned());
        };
        check("no_approver_left", spread).await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn roles_that_would_give_somebody_too_much_together_are_refused() {
    for engine in engines("roles_that_would_give_somebody_too_much_together_are_refused") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["bank"])).await;
        town.ok(&assign("ann", "clerk", july(9), None)).await;
        let mut act = roles();
        act.incompatible.push(staff::NewPair {
            permission: "treasury.reconcile".to_owned(),
            other: "billing.adjust".to_owned(),
            sentence: "One person could hide it".to_owned(),
        });
        assert_eq!(town.try_as("console", &act).await, Err("incompatible"));
        assert_eq!(town.try_as("console", &end_role("ann", "bank", july(8))).await, Ok(()));
        town.ok(&act).await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn who_approves_for_some_days_only_is_asked_too() {
    for engine in engines("who_approves_for_some_days_only_is_asked_too") {
        let town = Town::new(engine).await;
        assert_eq!(town.try_as("console", &roles()).await, Ok(()));
        assert_eq!(town.try_as("console", &join("boss", &[])).await, Ok(()));
        assert_eq!(town.try_as("console", &assign("boss", "boss", july(1), Some(july(9)))).await, Ok(()), "the first");
        assert_eq!(town.try_as("console", &join("ann", &["clerk"])).await, Err("waiting"));
        town.ok(&join("ann", &["clerk"])).await;
        town.base.remove().await;
    }
}

#[tokio::test]
async fn nobody_approves_roles_that_give_themself_more() {
    for engine in engines("nobody_approves_roles_that_give_themself_more") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("chief", &["boss"])).await;
        let changed = |change: fn(&mut EstablishRoles)| {
            let mut act = roles();
            change(&mut act);
            act
        };
        let (both, approver) = (Err("may_not_approve"), ("console", "boss"));
        let more = |act: &mut EstablishRoles| act.roles[2].permissions.extend(["acts.read".to_owned()]);
        assert_eq!(town.agreed(approver, &changed(more)).await, both, "a permission more for who approves");
        let larger = |act: &mut EstablishRoles| act.roles[2].limits = vec![act.roles[3].limits[0].clone()];
        assert_eq!(town.agreed(approver, &changed(larger)).await, both, "a limit for who approves");
        let for_clerks = |act: &mut EstablishRoles| act.roles[3].limits[0].account_cents = Cents(20_000);
        assert_eq!(town.agreed(approver, &changed(for_clerks)).await, Ok(()), "a larger one for others");
        let less = |act: &mut EstablishRoles| act.roles[2].permissions.retain(|code| code != "staff.review");
        assert_eq!(town.agreed(approver, &changed(less)).await, Ok(()), "less for who approves");
        assert_eq!(town.agreed(approver, &roles()).await, both, "and it back again");
        // Who stands in for somebody with the role has it, too.
        let days = (july(1), july(9));
        town.ok(&StandIn { absent: "ann".to_owned(), actor: "chief".to_owned(), from_on: days.0, through_on: days.1 })
            .await;
        let for_clerks = |act: &mut EstablishRoles| act.roles[3].limits[0].account_cents = Cents(30_000);
        let mut act = changed(for_clerks);
        act.roles[2].permissions.remove("staff.review");
        assert_eq!(town.agreed(("console", "chief"), &act).await, both, "stands in for a clerk");
        assert_eq!(town.agreed(approver, &act).await, Ok(()));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn once_roles_are_in_force_only_programs_are_granted_permissions_and_by_two() {
    for engine in engines("once_roles_are_in_force_only_programs_are_granted_permissions_and_by_two") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        let add = |kind| AddActor {
            code: "night".to_owned(),
            name: "The night run".to_owned(),
            kind,
            permissions: ["billing.post".to_owned()].into(),
        };
        let grant = |actor: &str| {
            let (actor, permission) = (actor.to_owned(), "billing.close_reads".to_owned());
            GrantPermission { actor, permission }
        };
        assert_eq!(town.try_as("console", &add(ActorKind::Person)).await, Err("roles_in_force"));
        assert_eq!(town.try_as("console", &grant("ann")).await, Err("roles_in_force"));
        assert_eq!(town.try_as("console", &add(ActorKind::System)).await, Err("waiting"));
        town.ok(&add(ActorKind::System)).await;
        town.ok(&grant("night")).await;
        assert_eq!(town.held("night", july(1)).await.len(), 2);
        let money = |permission: &str| GrantPermission { actor: "night".to_owned(), permission: permission.to_owned() };
        town.ok(&money("payments.receive")).await;
        assert_eq!(town.try_as("console", &money("billing.adjust")).await, Err("incompatible"), "for programs too");
        assert_eq!(town.try_as("console", &money("staff.manage")).await, Err("incompatible"));
        town.base.remove().await;
    }
}

/// Gives the administrator something more.
fn mix(act: &mut EstablishRoles, code: &str) {
    act.roles[0].permissions.insert(code.to_owned());
}
