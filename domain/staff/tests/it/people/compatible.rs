//! Whatever is tried, nobody ends up with two permissions that do not go together.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use testkit::engines;

use super::town::{Town, assign, end_role, join, july, moved, stand_in};

const PEOPLE: [&str; 4] = ["ann", "ben", "cat", "dan"];
const ROLES: [&str; 5] = ["bank", "clerk", "senior", "till", "admin"];

/// What is tried: which of four things, with whom, by which role, on which days.
type Try = (u8, (usize, usize), (usize, usize), (u32, u32));

async fn attempt(town: &Town, (what, (one, other), (role, second), (from, days)): Try) -> bool {
    let (one, other, role, second) = (PEOPLE[one], PEOPLE[other], ROLES[role], ROLES[second]);
    let both = ("console", "boss");
    let outcome = match what {
        0 => town.agreed(both, &assign(one, role, july(from), Some(july(from + days)))).await,
        1 => town.agreed(both, &stand_in(one, other, july(from), july(from + days))).await,
        2 => town.agreed(both, &moved(one, &[role, second], july(from))).await,
        _ => town.agreed(both, &end_role(one, role, july(from))).await,
    };
    outcome.is_ok()
}

#[tokio::test]
async fn no_sequence_of_assignments_ends_with_an_incompatible_pair() {
    for engine in engines("no_sequence_of_assignments_ends_with_an_incompatible_pair") {
        let town = Town::founded(engine).await;
        for code in PEOPLE {
            town.ok(&join(code, &[])).await;
        }
        let book = staff::people::role_book(&mut town.read().await).await.unwrap();
        let tries = proptest::collection::vec(
            (0..4_u8, (0..4_usize, 0..4_usize), (0..5_usize, 0..5_usize), (1..9_u32, 0..5_u32)),
            60,
        );
        let sequence = tries.new_tree(&mut TestRunner::deterministic()).unwrap().current();
        let mut done = 0;
        for one in sequence {
            done += usize::from(attempt(&town, one).await);
            for (code, day) in PEOPLE.iter().flat_map(|code| (1..15).map(move |day| (code, july(day)))) {
                let held = town.held(code, day).await;
                let clash = held.iter().find(|one| held.iter().any(|other| book.clash(one, other).is_some()));
                assert_eq!(clash, None, "{code} on {day} after {one:?}");
            }
        }
        assert!(15 < done, "only {done} of the tries were done: the test tries too little");
        town.base.remove().await;
    }
}

#[tokio::test]
async fn two_who_assign_at_once_do_not_give_a_pair_together() {
    for engine in engines("two_who_assign_at_once_do_not_give_a_pair_together") {
        let town = Town::new(engine).await;
        assert_eq!(town.try_as("console", &super::town::roles()).await, Ok(()));
        for number in 0..8 {
            let code = format!("p{number}");
            assert_eq!(town.try_as("console", &join(&code, &[])).await, Ok(()));
            let (clerk, till) = (assign(&code, "clerk", july(1), None), assign(&code, "till", july(1), None));
            let (one, other) = tokio::join!(town.try_as("console", &clerk), town.try_as("console", &till));
            let mut outcomes = [one, other];
            outcomes.sort();
            assert_eq!(outcomes, [Ok(()), Err("incompatible")], "{code}");
        }
        town.base.remove().await;
    }
}
