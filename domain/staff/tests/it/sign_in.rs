//! Links, passwords and throttling: who gets in, who does not, and what is said.

use std::fs;

use secrets::{BreachedList, PasswordRefused, Token};
use staff::sign_in::{LINK_HOURS, Passwords, SignInRefused, Step};
use testkit::engines;

use crate::sign_in_desk::{Desk, OTHER, PASSWORD, With, at, at_second, from, refusal_of, token_of};

#[tokio::test]
async fn a_link_lets_somebody_choose_a_password_once() {
    for engine in engines("a_link_lets_somebody_choose_a_password_once") {
        let desk = Desk::new(engine).await;
        let ann = desk.person("ann", "").await;
        let link = desk.sign_in.first_link("ann", at(0)).await.unwrap().unwrap();
        let holder = desk.sign_in.link_holder(link.text(), at(0)).await.unwrap().unwrap();
        assert_eq!((holder.code.as_str(), holder.name.as_str()), ("ann", "Clerk ann"));

        let client = from("192.0.2.1");
        let use_it = |password| desk.sign_in.use_link(link.text(), password, &client, at(1));
        let short = use_it("short").await.unwrap();
        assert_eq!(refusal_of(short), SignInRefused::Password(PasswordRefused::TooShort));
        let token = token_of(use_it(PASSWORD).await.unwrap());
        let session = desk.session(&token, at(1)).await.unwrap();
        assert_eq!((session.actor.id, session.name.as_str(), session.is_whole), (ann, "Clerk ann", true));

        assert_eq!(refusal_of(use_it(OTHER).await.unwrap()), SignInRefused::LinkExpired);
        assert_eq!(desk.sign_in.link_holder(link.text(), at(1)).await.unwrap(), None);
        assert!(matches!(desk.tries("ann", PASSWORD, "a", at(2)).await, Step::In(_)));
        assert_eq!(desk.events(ann).await, ["link_made", "link_used", "password_changed", "signed_in", "signed_in"]);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_link_ends_by_time_by_another_link_and_when_its_person_leaves() {
    for engine in engines("a_link_ends_by_time_by_another_link_and_when_its_person_leaves") {
        let desk = Desk::new(engine).await;
        let ann = desk.person("ann", "").await;
        let is_good =
            async |link: &Token, minutes| desk.sign_in.link_holder(link.text(), at(minutes)).await.unwrap().is_some();
        let first = desk.sign_in.first_link("ann", at(0)).await.unwrap().unwrap();
        assert!(is_good(&first, LINK_HOURS * 60 - 1).await);
        assert!(!is_good(&first, LINK_HOURS * 60).await);
        let late = desk.sign_in.use_link(first.text(), PASSWORD, &from("a"), at(LINK_HOURS * 60)).await.unwrap();
        assert_eq!(refusal_of(late), SignInRefused::LinkExpired);

        let second = desk.sign_in.first_link("ann", at(1)).await.unwrap().unwrap();
        assert!(!is_good(&first, 2).await);
        assert!(is_good(&second, 2).await);
        desk.leaves(ann).await;
        assert!(!is_good(&second, 2).await);

        for bad in ["", "x", &"A".repeat(43), &"A".repeat(100_000), "'; drop table session; --"] {
            let step = desk.sign_in.use_link(bad, PASSWORD, &from("a"), at(2)).await.unwrap();
            assert_eq!(refusal_of(step), SignInRefused::LinkExpired);
        }
        desk.actor("night_run", "system", "").await;
        for (code, expected) in [("ann", "not_active"), ("night_run", "not_a_person"), ("nobody", "unknown_person")] {
            let refused = desk.sign_in.first_link(code, at(3)).await.unwrap().unwrap_err();
            assert_eq!(kernel::Refusal::code(&refused), expected);
        }
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_new_link_keeps_the_second_factor_and_ends_sessions() {
    for engine in engines("a_new_link_keeps_the_second_factor_and_ends_sessions") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let app = crate::sign_in_second_factor::set_up_app(&desk, &token, at(0)).await;
        let link = desk.sign_in.first_link("ann", at(1)).await.unwrap().unwrap();
        let step = desk.sign_in.use_link(link.text(), OTHER, &from("a"), at(1)).await.unwrap();
        assert_eq!(desk.session(&token, at(1)).await, None);
        let Step::NeedsSecondFactor(half) = step else { panic!("{step:?}") };
        let step = desk.sign_in.second_factor(half.text(), &app.code_at(at(1)), &from("a"), at(1)).await.unwrap();
        assert!(matches!(step, Step::In(_)));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn passwords_that_others_would_guess_are_refused() {
    for engine in engines("passwords_that_others_would_guess_are_refused") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stolen.txt");
        // SHA-1 of "gravel oboe tuesday pine", so that a good password is a stolen one.
        fs::write(&path, format!("{}:12\n", sha1_of_other())).unwrap();
        let breached = Some(BreachedList::open(&path).unwrap());
        let desk = Desk::with(engine, With { breached, ..With::default() }).await;
        desk.person("vandermeulen", "vandermeulen@rotterdam.example").await;
        let link = desk.sign_in.first_link("vandermeulen", at(0)).await.unwrap().unwrap();
        for (password, expected) in [
            ("", PasswordRefused::TooShort),
            ("eleven char", PasswordRefused::TooShort),
            (&"maple ".repeat(60), PasswordRefused::TooLong),
            ("password1234", PasswordRefused::Guessable),
            ("vandermeulenrotterdam", PasswordRefused::Guessable),
            (OTHER, PasswordRefused::Breached),
        ] {
            let step = desk.sign_in.use_link(link.text(), password, &from("a"), at(0)).await.unwrap();
            assert_eq!(refusal_of(step), SignInRefused::Password(expected), "{password:.30}");
        }
        token_of(desk.sign_in.use_link(link.text(), PASSWORD, &from("a"), at(0)).await.unwrap());
        desk.base.remove().await;
    }
}

fn sha1_of_other() -> &'static str {
    "1086793EB983202F850C02387A25551385FE191A"
}

#[tokio::test]
async fn whoever_does_not_get_in_is_told_the_same_words() {
    for engine in engines("whoever_does_not_get_in_is_told_the_same_words") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let bob = desk.clerk("bob").await;
        desk.leaves(bob).await;
        desk.person("without_password", "").await;
        desk.actor("night_run", "system", "").await;
        let long = "a".repeat(100_000);
        let injection = "ann' or '1'='1";
        for (place, (code, password)) in [
            ("ann", OTHER),
            ("ann", ""),
            ("ann", long.as_str()),
            ("ANN", PASSWORD),
            ("nobody", PASSWORD),
            ("bob", PASSWORD),
            ("without_password", PASSWORD),
            ("without_password", ""),
            ("night_run", PASSWORD),
            (long.as_str(), PASSWORD),
            (injection, PASSWORD),
            ("", ""),
        ]
        .into_iter()
        .enumerate()
        {
            // Each from an address of its own: this test is not about throttling.
            let step = desk.tries(code, password, &format!("192.0.2.{place}"), at(0)).await;
            assert_eq!(refusal_of(step), SignInRefused::WrongCredentials, "{code:.20}");
        }
        assert!(matches!(desk.tries(" ann ", PASSWORD, "b", at(0)).await, Step::In(_)));
        assert_eq!(desk.events(ann).await[5..], ["sign_in_failed", "sign_in_failed", "sign_in_failed", "signed_in"]);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn guessing_one_name_from_many_addresses_is_slowed_down() {
    for engine in engines("guessing_one_name_from_many_addresses_is_slowed_down") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        desk.clerk("bob").await;
        for code in ["ann", "nobody"] {
            for guess in 0..5 {
                let step = desk.tries(code, OTHER, &format!("{code}{guess}"), at(0)).await;
                assert_eq!(refusal_of(step), SignInRefused::WrongCredentials, "{code} {guess}");
            }
            // The right password is not looked at either, and an unknown name waits as a known one does.
            let step = desk.tries(code, PASSWORD, &format!("{code}new"), at_second(10)).await;
            assert_eq!(refusal_of(step), SignInRefused::Waits { seconds: 20 });
        }
        assert!(matches!(desk.tries("bob", PASSWORD, "elsewhere", at_second(10)).await, Step::In(_)));
        assert_eq!(desk.events(ann).await.last(), Some(&"sign_in_blocked"));

        let step = desk.tries("ann", OTHER, "c", at_second(30)).await;
        assert_eq!(refusal_of(step), SignInRefused::WrongCredentials);
        let step = desk.tries("ann", PASSWORD, "d", at_second(89)).await;
        assert_eq!(refusal_of(step), SignInRefused::Waits { seconds: 1 });
        assert!(matches!(desk.tries("ann", PASSWORD, "d", at_second(90)).await, Step::In(_)));
        // The name's count begins anew.
        assert_eq!(refusal_of(desk.tries("ann", OTHER, "e", at_second(91)).await), SignInRefused::WrongCredentials);
        assert!(matches!(desk.tries("ann", PASSWORD, "f", at_second(92)).await, Step::In(_)));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn guessing_many_names_from_one_address_is_slowed_down() {
    for engine in engines("guessing_many_names_from_one_address_is_slowed_down") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        desk.clerk("thief").await;
        // A whole city hall may share an address, so a hundred are free there.
        for guess in 0..99 {
            let step = desk.tries(&format!("name{guess}"), OTHER, "one", at(0)).await;
            assert_eq!(refusal_of(step), SignInRefused::WrongCredentials);
            // Getting in with a password of one's own in between does not wipe the slate.
            if guess % 25 == 0 {
                assert!(matches!(desk.tries("thief", PASSWORD, "one", at(0)).await, Step::In(_)));
            }
        }
        assert_eq!(refusal_of(desk.tries("ann", OTHER, "one", at(0)).await), SignInRefused::WrongCredentials);
        let step = desk.tries("ann", PASSWORD, "one", at(0)).await;
        assert_eq!(refusal_of(step), SignInRefused::Waits { seconds: 30 });
        assert!(matches!(desk.tries("ann", PASSWORD, "two", at(0)).await, Step::In(_)));
        assert!(matches!(desk.tries("ann", PASSWORD, "one", at_second(30)).await, Step::In(_)));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn guesses_made_side_by_side_are_all_counted() {
    for engine in engines("guesses_made_side_by_side_are_all_counted") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let guesses = (0..12).map(|guess| {
            let sign_in = desk.sign_in.clone();
            tokio::spawn(async move {
                sign_in.sign_in("ann", OTHER, &from(&format!("192.0.2.{guess}")), at(0)).await.unwrap()
            })
        });
        let mut judged = 0;
        for guess in guesses.collect::<Vec<_>>() {
            judged += i32::from(refusal_of(guess.await.unwrap()) == SignInRefused::WrongCredentials);
        }
        assert_eq!(judged, 5);
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn changing_the_password_needs_the_old_one_and_ends_other_sessions() {
    for engine in engines("changing_the_password_needs_the_old_one_and_ends_other_sessions") {
        let desk = Desk::new(engine).await;
        let ann = desk.clerk("ann").await;
        let (here, there) = (desk.enters("ann", at(0)).await, desk.enters("ann", at(0)).await);
        let session = desk.session(&here, at(0)).await.unwrap();
        let change = |old, new| desk.sign_in.change_password(&session, Passwords { old, new }, at(1));
        assert_eq!(change(OTHER, OTHER).await.unwrap(), Err(SignInRefused::WrongPassword));
        assert_eq!(change(PASSWORD, "short").await.unwrap(), Err(PasswordRefused::TooShort.into()));
        let new = change(PASSWORD, OTHER).await.unwrap().unwrap();
        for ended in [&here, &there] {
            assert_eq!(desk.session(ended, at(1)).await, None);
        }
        assert_eq!(desk.session(&new, at(1)).await.unwrap().actor.id, ann);
        assert_eq!(refusal_of(desk.tries("ann", PASSWORD, "b", at(1)).await), SignInRefused::WrongCredentials);
        assert!(matches!(desk.tries("ann", OTHER, "c", at(1)).await, Step::In(_)));
        // A session that was ended changes nothing, even by who knows the password.
        assert_eq!(change(OTHER, PASSWORD).await.unwrap(), Err(SignInRefused::NotSignedIn));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn guessing_the_old_password_from_within_is_slowed_down() {
    for engine in engines("guessing_the_old_password_from_within_is_slowed_down") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        let session = desk.session(&token, at(0)).await.unwrap();
        let guess = || desk.sign_in.change_password(&session, Passwords { old: OTHER, new: OTHER }, at(1));
        for _ in 0..5 {
            assert_eq!(guess().await.unwrap(), Err(SignInRefused::WrongPassword));
        }
        assert_eq!(guess().await.unwrap(), Err(SignInRefused::Waits { seconds: 30 }));
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn the_database_keeps_neither_passwords_nor_tokens_nor_what_was_typed() {
    for engine in engines("the_database_keeps_neither_passwords_nor_tokens_nor_what_was_typed") {
        let desk = Desk::new(engine).await;
        desk.clerk("ann").await;
        let token = desk.enters("ann", at(0)).await;
        desk.tries("my secret typed as a name", OTHER, "192.0.2.77", at(0)).await;
        let mut read = desk.base.db.read().await.unwrap();
        let mut texts: Vec<String> = Vec::new();
        for sql in [
            "select bucket from sign_in_throttle",
            "select what from sign_in_event",
            "select password_hash from sign_in_secret",
            "select client from session",
        ] {
            let rows: Vec<(String,)> = read.all(sql, vec![]).await.unwrap();
            assert!(!rows.is_empty(), "{sql}");
            texts.extend(rows.into_iter().map(|(text,)| text));
        }
        for secret in [PASSWORD, OTHER, token.text(), "typed", "192.0.2.77"] {
            assert!(texts.iter().all(|text| !text.contains(secret)), "{secret}");
        }
        let hashes: Vec<(Vec<u8>,)> = read.all("select token_hash from session", vec![]).await.unwrap();
        assert!(hashes.iter().all(|(hash,)| hash.len() == 32 && hash != token.text().as_bytes()));
        drop(read);
        desk.base.remove().await;
    }
}
