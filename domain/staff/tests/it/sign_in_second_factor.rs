//! The second factor: set up, asked for, used once, lost.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrets::{Keys, Random, Token, one_time};
use staff::sign_in::{Passwords, SignInRefused, Step};
use testkit::engines;

use crate::sign_in_desk::{Desk, OTHER, PASSWORD, With, at, at_second, desk, from, refusal_of, token_of};

/// The app of somebody who is signed in, turned on; its first code is used up.
pub(crate) async fn set_up_app(desk: &Desk, token: &Token, now: DateTime<Utc>) -> one_time::Secret {
    turn_on(desk, token, now).await.0
}

/// The app and the recovery codes.
async fn turn_on(desk: &Desk, token: &Token, now: DateTime<Utc>) -> (one_time::Secret, Vec<String>) {
    let session = desk.session(token, now).await.unwrap();
    let setup = desk.sign_in.start_totp(&session, now).await.unwrap().unwrap();
    let letters = setup.secret_text.replace(' ', "");
    assert!(setup.url.starts_with("otpauth://totp/Saguaro%20Bend:"), "{}", setup.url);
    assert!(setup.url.contains(&letters));
    let bytes = data_encoding::BASE32_NOPAD.decode(letters.as_bytes()).unwrap();
    let app = one_time::Secret::from_bytes(&bytes).unwrap();
    let codes = desk.sign_in.confirm_totp(&session, &app.code_at(now), now).await.unwrap().unwrap();
    (app, codes)
}

impl Desk {
    /// What comes of a second code at a fresh sign-in from an address of its own.
    async fn second(&self, code: &str, address: &str, now: DateTime<Utc>) -> Step {
        let half = match self.tries("ann", PASSWORD, address, now).await {
            Step::NeedsSecondFactor(half) => half,
            other => panic!("{other:?}"),
        };
        self.sign_in.second_factor(half.text(), code, &from(address), now).await.unwrap()
    }
}

#[tokio::test]
async fn a_code_is_asked_for_once_confirmed_and_good_once() {
    for engine in engines("a_code_is_asked_for_once_confirmed_and_good_once") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let session = desk.session(&token, at(0)).await.unwrap();
        desk.sign_in.start_totp(&session, at(0)).await.unwrap().unwrap();
        assert!(matches!(desk.tries("ann", PASSWORD, "a", at(0)).await, Step::In(_)), "not confirmed, not asked for");
        let wrong = desk.sign_in.confirm_totp(&session, "000000", at(0)).await.unwrap();
        assert_eq!(wrong, Err(SignInRefused::WrongCode));

        let app = set_up_app(&desk, &token, at(0)).await;
        assert!(desk.session(&token, at(0)).await.is_some());
        assert_eq!(desk.sign_in.sessions_of(ann, at(0)).await.unwrap().len(), 1, "other sessions end");
        let replay = desk.second(&app.code_at(at(0)), "b", at(0)).await;
        assert_eq!(refusal_of(replay), SignInRefused::WrongCode, "the code of the set-up is used up");
        let code = app.code_at(at(1));
        assert!(matches!(desk.second(&code, "c", at(1)).await, Step::In(_)));
        assert_eq!(refusal_of(desk.second(&code, "d", at_second(61)).await), SignInRefused::WrongCode);
        assert_eq!(refusal_of(desk.second(&app.code_at(at(0)), "e", at(1)).await), SignInRefused::WrongCode, "older");
        assert!(matches!(desk.second(&app.code_at(at(2)), "f", at(2)).await, Step::In(_)));
        assert_eq!(desk.sign_in.factors(ann).await.unwrap().totp_since, Some(at(0)));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn one_code_given_twice_at_once_is_taken_once() {
    for engine in engines("one_code_given_twice_at_once_is_taken_once") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let app = set_up_app(&desk, &token, at(0)).await;
        let halves = [
            token_of(desk.tries("ann", PASSWORD, "a", at(5)).await),
            token_of(desk.tries("ann", PASSWORD, "b", at(5)).await),
        ];
        let tries = halves.map(|half| {
            let (sign_in, code) = (desk.sign_in.clone(), app.code_at(at(5)));
            tokio::spawn(async move { sign_in.second_factor(half.text(), &code, &from("c"), at(5)).await.unwrap() })
        });
        let mut taken = 0;
        for step in tries {
            taken += i32::from(matches!(step.await.unwrap(), Step::In(_)));
        }
        assert_eq!(taken, 1);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_across_sign_ins() {
    for engine in engines("guessing_codes_is_slowed_down_across_sign_ins") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let app = set_up_app(&desk, &token, at(0)).await;
        for guess in 0..5 {
            let step = desk.second("000000", &format!("address{guess}"), at(5)).await;
            assert_eq!(refusal_of(step), SignInRefused::WrongCode);
        }
        let step = desk.second(&app.code_at(at(5)), "new", at(5)).await;
        assert_eq!(refusal_of(step), SignInRefused::Waits { seconds: 30 });
        assert!(matches!(desk.second(&app.code_at(at(6)), "newer", at(6)).await, Step::In(_)));
        assert!(desk.events(ann).await.contains(&"sign_in_blocked"));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn recovery_codes_work_once_each() {
    for engine in engines("recovery_codes_work_once_each") {
        let desk = Desk::new(engine).await;
        let (ann, bob) = (desk.clerk("ann").await, desk.clerk("bob").await);
        let (_, codes) = turn_on(&desk, &desk.enters("ann", at(0)).await, at(0)).await;
        let (_, his) = turn_on(&desk, &desk.enters("bob", at(0)).await, at(0)).await;
        assert_eq!(codes.len(), 10);
        assert!(matches!(desk.second(&codes[3], "a", at(1)).await, Step::In(_)));
        assert_eq!(refusal_of(desk.second(&codes[3], "b", at(2)).await), SignInRefused::WrongCode);
        assert_eq!(refusal_of(desk.second(&his[0], "c", at(3)).await), SignInRefused::WrongCode, "somebody else's");
        let written = codes[4].to_uppercase().replace('-', " ");
        assert!(matches!(desk.second(&written, "d", at(4)).await, Step::In(_)));
        assert_eq!(desk.sign_in.factors(ann).await.unwrap().recovery_codes, 8);
        assert_eq!(desk.sign_in.factors(bob).await.unwrap().recovery_codes, 10);
        assert!(desk.events(ann).await.contains(&"recovery_code_used"));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_half_session_opens_nothing_but_the_second_step() {
    for engine in engines("a_half_session_opens_nothing_but_the_second_step") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let app = set_up_app(&desk, &token, at(0)).await;
        let half = token_of(desk.tries("ann", PASSWORD, "a", at(5)).await);
        let session = desk.session(&half, at(5)).await.unwrap();
        let missing = SignInRefused::SecondFactorMissing;
        let code = app.code_at(at(5));
        let changed = desk.sign_in.change_password(&session, Passwords { old: PASSWORD, new: OTHER }, at(5)).await;
        assert_eq!(changed.unwrap(), Err(missing.clone()));
        assert_eq!(desk.sign_in.start_totp(&session, at(5)).await.unwrap(), Err(missing.clone()));
        assert_eq!(desk.sign_in.stop_totp(&session, &code, at(5)).await.unwrap(), Err(missing.clone()));
        assert_eq!(desk.sign_in.confirm_totp(&session, &code, at(5)).await.unwrap(), Err(missing));
        // A whole session is not stepped up again.
        let whole = desk.sign_in.second_factor(token.text(), &code, &from("a"), at(5)).await.unwrap();
        assert_eq!(refusal_of(whole), SignInRefused::NotSignedIn);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn it_is_turned_off_by_a_code_or_by_an_administrator() {
    for engine in engines("it_is_turned_off_by_a_code_or_by_an_administrator") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let session = desk.session(&token, at(0)).await.unwrap();
        let off = SignInRefused::SecondFactorIsOff;
        assert_eq!(desk.sign_in.stop_totp(&session, "000000", at(0)).await.unwrap(), Err(off.clone()));
        assert_eq!(desk.sign_in.confirm_totp(&session, "000000", at(0)).await.unwrap(), Err(off.clone()));
        let app = set_up_app(&desk, &token, at(0)).await;
        assert_eq!(desk.sign_in.start_totp(&session, at(1)).await.unwrap(), Err(SignInRefused::SecondFactorIsOn));
        let wrong = desk.sign_in.stop_totp(&session, &app.code_at(at(0)), at(0)).await.unwrap();
        assert_eq!(wrong, Err(SignInRefused::WrongCode));
        assert_eq!(desk.sign_in.stop_totp(&session, &app.code_at(at(1)), at(1)).await.unwrap(), Ok(()));
        assert!(matches!(desk.tries("ann", PASSWORD, "a", at(1)).await, Step::In(_)));

        set_up_app(&desk, &token, at(2)).await;
        assert_eq!(desk.sign_in.clear_second_factor(ann, at(3)).await.unwrap(), Ok(()));
        assert_eq!(desk.session(&token, at(3)).await, None);
        assert!(matches!(desk.tries("ann", PASSWORD, "b", at(3)).await, Step::In(_)));
        assert_eq!(desk.sign_in.clear_second_factor(ann, at(3)).await.unwrap(), Err(off));
        assert_eq!(desk.sign_in.factors(ann).await.unwrap().recovery_codes, 0);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn an_ended_session_sets_nothing_up() {
    for engine in engines("an_ended_session_sets_nothing_up") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let session = desk.session(&token, at(0)).await.unwrap();
        desk.sign_in.end_all(ann, at(0)).await.unwrap();
        assert_eq!(desk.sign_in.start_totp(&session, at(0)).await.unwrap(), Err(SignInRefused::NotSignedIn));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn after_a_new_key_what_was_sealed_opens_and_is_sealed_again() {
    for engine in engines("after_a_new_key_what_was_sealed_opens_and_is_sealed_again") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("town.keys");
        let random = Random::seeded(3);
        let old_keys = Arc::new(Keys::create(&path, &random).unwrap());
        let base = testkit::TestDb::new(engine).await;
        let sign_in = desk(&base, old_keys.clone(), random.clone(), With::default());
        let mut town = Desk { base, sign_in };
        let ann = town.clerk("ann").await;
        let app = set_up_app(&town, &town.enters("ann", at(0)).await, at(0)).await;

        let new_keys = Arc::new(Keys::add_key(&path, &random).unwrap());
        town.sign_in = desk(&town.base, new_keys.clone(), random.clone(), With::default());
        assert_eq!(town.sign_in.keys_in_use().await.unwrap().keys().next().unwrap(), old_keys.newest_id());
        assert!(matches!(town.second(&app.code_at(at(1)), "a", at(1)).await, Step::In(_)));
        assert_eq!(town.sign_in.seal_again().await.unwrap(), 1);
        assert_eq!(town.sign_in.seal_again().await.unwrap(), 0);
        assert_eq!(town.sign_in.keys_in_use().await.unwrap().keys().next().unwrap(), new_keys.newest_id());
        assert!(matches!(town.second(&app.code_at(at(2)), "b", at(2)).await, Step::In(_)));

        // A sealed secret that was copied to another person's row does not open there.
        town.clerk("bob").await;
        let mut tx = town.base.db.write(&db::DoorKey::for_the_door()).await.unwrap();
        let swap = "update sign_in_secret
            set totp_sealed = (select totp_sealed from sign_in_secret where actor_id = $1),
                totp_key_id = (select totp_key_id from sign_in_secret where actor_id = $1), totp_confirmed_at = $2
            where actor_id <> $1";
        tx.run_once(swap, vec![ann.into(), at(0).into()]).await.unwrap();
        tx.commit().await.unwrap();
        let half = token_of(town.tries("bob", PASSWORD, "c", at(3)).await);
        let fault = town.sign_in.second_factor(half.text(), &app.code_at(at(3)), &from("c"), at(3)).await.unwrap_err();
        assert!(fault.to_string().contains("does not open"), "{fault}");
        town.base.remove().await;
    }
}
