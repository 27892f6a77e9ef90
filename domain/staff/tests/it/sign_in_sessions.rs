//! Sessions: how they idle out, end, and are told apart.

use staff::sign_in::{SESSION_HOURS, SESSION_IDLE_MINUTES, SignInRefused, Step};
use testkit::engines;

use crate::sign_in_desk::{Desk, at, at_second, from, refusal_of};
use crate::sign_in_second_factor::set_up_app;

#[tokio::test]
async fn a_session_idles_out_unless_it_is_used() {
    for engine in engines("a_session_idles_out_unless_it_is_used") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let (used, left) = (desk.enters("ann", at(0)).await, desk.enters("ann", at(0)).await);
        for minutes in [10, 20, SESSION_IDLE_MINUTES - 1] {
            assert!(desk.session(&used, at(minutes)).await.is_some(), "{minutes}");
        }
        assert_eq!(desk.session(&left, at(SESSION_IDLE_MINUTES)).await, None);
        assert!(desk.session(&used, at(SESSION_IDLE_MINUTES)).await.is_some());
        assert!(desk.session(&used, at(2 * SESSION_IDLE_MINUTES - 1)).await.is_some());
        assert_eq!(desk.session(&used, at(3 * SESSION_IDLE_MINUTES)).await, None);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_session_ends_after_half_a_day_whatever_is_done() {
    for engine in engines("a_session_ends_after_half_a_day_whatever_is_done") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let end = SESSION_HOURS * 60;
        for minutes in (20..end).step_by(20) {
            assert!(desk.session(&token, at(minutes)).await.is_some(), "{minutes}");
        }
        assert!(desk.session(&token, at(end - 1)).await.is_some());
        assert_eq!(desk.session(&token, at(end)).await, None);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn use_is_written_at_most_once_a_minute() {
    for engine in engines("use_is_written_at_most_once_a_minute") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        for (second, seen) in [(59, 0), (60, 60), (119, 60), (121, 121)] {
            desk.session(&token, at_second(second)).await.unwrap();
            let sessions = desk.sign_in.sessions_of(ann, at_second(second)).await.unwrap();
            assert_eq!(sessions[0].seen_at, at_second(seen), "{second}");
        }
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_all_at_once_and_by_leaving() {
    for engine in engines("sessions_are_ended_one_by_one_all_at_once_and_by_leaving") {
        let desk = Desk::new(engine).await;
        let (ann, bob) = (desk.clerk("ann").await, desk.clerk("bob").await);
        let first = desk.enters("ann", at(0)).await;
        let second = desk.enters("ann", at(1)).await;
        let third = desk.enters("ann", at(2)).await;
        let his = desk.enters("bob", at(0)).await;
        let seen = desk.sign_in.sessions_of(ann, at(2)).await.unwrap();
        assert_eq!(seen.len(), 3);
        assert_eq!(seen[0].client, "192.0.2.1 Browser of the test");

        let number = desk.session(&first, at(2)).await.unwrap().session_id;
        assert!(!desk.sign_in.end_session(bob, number, at(2)).await.unwrap(), "not his to end");
        assert!(desk.sign_in.end_session(ann, number, at(2)).await.unwrap());
        assert!(!desk.sign_in.end_session(ann, number, at(2)).await.unwrap());
        assert_eq!(desk.session(&first, at(2)).await, None);

        assert!(desk.sign_in.sign_out(second.text(), at(2)).await.unwrap());
        assert!(!desk.sign_in.sign_out(second.text(), at(2)).await.unwrap());
        assert_eq!(desk.session(&second, at(2)).await, None);

        assert_eq!(desk.sign_in.end_all(ann, at(2)).await.unwrap(), 1);
        assert_eq!(desk.sign_in.end_all(ann, at(2)).await.unwrap(), 0);
        assert_eq!(desk.session(&third, at(2)).await, None);
        assert_eq!(
            desk.events(ann).await[5..],
            ["signed_in", "signed_in", "signed_in", "session_ended", "signed_out", "sessions_ended"]
        );

        assert!(desk.session(&his, at(2)).await.is_some());
        desk.leaves(bob).await;
        assert_eq!(desk.session(&his, at(2)).await, None);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_token_that_was_not_given_out_opens_nothing() {
    for engine in engines("a_token_that_was_not_given_out_opens_nothing") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let long = token.text().repeat(1000);
        for text in ["", "a", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &token.text()[1..], &long, "' or 1=1 --"] {
            assert_eq!(desk.sign_in.session(text, at(0)).await.unwrap(), None, "{text:.50}");
            assert!(!desk.sign_in.sign_out(text, at(0)).await.unwrap());
        }
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn the_token_changes_with_each_step_up() {
    for engine in engines("the_token_changes_with_each_step_up") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let app = set_up_app(&desk, &token, at(0)).await;
        let Step::NeedsSecondFactor(half) = desk.tries("ann", crate::sign_in_desk::PASSWORD, "a", at(5)).await else {
            panic!("the second code was not asked for")
        };
        let before = desk.session(&half, at(5)).await.unwrap();
        assert!(!before.is_whole);
        let step = desk.sign_in.second_factor(half.text(), &app.code_at(at(5)), &from("a"), at(5)).await.unwrap();
        let Step::In(whole) = step else { panic!("{step:?}") };
        assert_ne!(half, whole);
        assert_eq!(desk.session(&half, at(5)).await, None, "a token planted before is worth nothing");
        let after = desk.session(&whole, at(5)).await.unwrap();
        assert!(after.is_whole);
        assert_ne!(before.form_key, after.form_key);
        assert_ne!(before.session_id, after.session_id);
        // The half session neither waits forever nor is made whole twice.
        let again = desk.sign_in.second_factor(half.text(), &app.code_at(at(6)), &from("a"), at(6)).await.unwrap();
        assert_eq!(refusal_of(again), SignInRefused::NotSignedIn);
        let Step::NeedsSecondFactor(slow) = desk.tries("ann", crate::sign_in_desk::PASSWORD, "a", at(7)).await else {
            panic!("the second code was not asked for")
        };
        assert_eq!(desk.session(&slow, at(17)).await, None);
        desk.base.remove().await;
    }
}
