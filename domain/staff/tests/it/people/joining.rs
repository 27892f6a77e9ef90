//! People join, move and leave; who left can do nothing from then on.

use db::DoorKey;
use staff::people::Contact;
use staff::{ActorKind, AddActor, EraseContact, JoinStaff, LeaveStaff};
use testkit::{engines, noon};

use super::town::{Town, join, july, moved, stand_in};

fn leave(actor: &str, left_on: chrono::NaiveDate) -> LeaveStaff {
    LeaveStaff { actor: actor.to_owned(), left_on }
}

#[tokio::test]
async fn somebody_joins_moves_and_leaves() {
    for engine in engines("somebody_joins_moves_and_leaves") {
        let town = Town::founded(engine).await;
        town.ok(&JoinStaff { supervisor: Some("boss".to_owned()), ..join("ann", &["clerk"]) }).await;
        let ann = town.id("ann").await;
        let person = staff::people::person(&mut town.read().await, ann).await.unwrap().unwrap();
        assert_eq!((person.position.as_str(), person.supervisor), ("Clerk", Some(town.id("boss").await)));
        assert_eq!(person.roles_on(july(1)), ["clerk"]);
        assert!(person.is_active);

        town.ok(&moved("ann", &["senior"], july(5))).await;
        let person = staff::people::person(&mut town.read().await, ann).await.unwrap().unwrap();
        assert_eq!(person.position, "Senior clerk");
        assert_eq!((person.roles_on(july(4)), person.roles_on(july(5))), (vec!["clerk"], vec!["senior"]));
        town.ok(&moved("ann", &["clerk", "senior"], july(1))).await;
        let person = staff::people::person(&mut town.read().await, ann).await.unwrap().unwrap();
        assert_eq!(
            (person.roles_on(july(1)), person.roles_on(july(9))),
            (vec!["clerk", "senior"], vec!["clerk", "senior"])
        );
        assert_eq!(
            town.try_as("console", &moved("ann", &["clerk", "senior"], july(1))).await,
            Ok(()),
            "no role changes"
        );

        assert_eq!(town.try_as("console", &leave("ann", july(1))).await, Ok(()));
        assert_eq!(town.held("ann", july(1)).await.len(), 0);
        let people = staff::people::people(&mut town.read().await).await.unwrap();
        let left: Vec<_> = people.iter().map(|person| (person.code.as_str(), person.left_on)).collect();
        assert_eq!(left, [("ann", Some(july(1))), ("boss", None)]);
        town.base.remove().await;
    }
}

#[tokio::test]
async fn who_leaves_is_signed_out_and_may_come_back() {
    for engine in engines("who_leaves_is_signed_out_and_may_come_back") {
        let town = Town::founded(engine).await;
        town.ok(&join("ann", &["clerk"])).await;
        town.ok(&join("ben", &["senior"])).await;
        town.ok(&stand_in("ben", "ann", july(1), july(9))).await;
        let ann = town.id("ann").await;
        let mut tx = town.base.db.write(&DoorKey::for_the_door()).await.unwrap();
        let sql = "
            insert into session (token_hash, session_id, actor_id, form_key, is_whole, client, started_at, seen_at, expires_at)
            values ($1, 1, $2, 'key', $3, '', $4, $4, $4)";
        tx.run_once(sql, vec![vec![7_u8].into(), ann.into(), true.into(), noon().into()]).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(town.try_as("console", &leave("ann", july(1))).await, Ok(()));
        let open = "select count(*) from session where ended_at is null";
        assert_eq!(town.read().await.number(open, vec![]).await.unwrap(), Some(0));
        let standing = staff::people::stand_ins(&mut town.read().await).await.unwrap();
        assert_eq!(standing[0].days.through_on, Some(july(1)));
        assert_eq!(town.try_as("console", &leave("ann", july(1))).await, Err("not_on_staff"));

        let other = JoinStaff { name: "Somebody else".to_owned(), ..join("ann", &["clerk"]) };
        assert_eq!(town.try_as("console", &other).await, Err("code_taken"), "a code is never given to anybody else");
        assert_eq!(town.try_as("console", &join("ann", &[])).await, Err("waiting"), "they may have what they had");
        town.ok(&join("ann", &["senior"])).await;
        assert_eq!(town.id("ann").await, ann);
        assert!(town.held("ann", july(2)).await.contains("billing.moves"));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn how_somebody_who_left_was_reached_is_erased_and_the_seals_hold() {
    for engine in engines("how_somebody_who_left_was_reached_is_erased_and_the_seals_hold") {
        let town = Town::founded(engine).await;
        let contact = Contact {
            email: "ann@example.com".to_owned(),
            phone: "480-555-0177".to_owned(),
            address: "77 Elm St".to_owned(),
        };
        town.ok(&JoinStaff { contact, ..join("ann", &["clerk"]) }).await;
        let erase = EraseContact { actor: "ann".to_owned() };
        acts::seal(&town.base.db, noon()).await.unwrap();
        assert_eq!(town.try_as("console", &erase).await, Err("works_here"));
        assert_eq!(town.try_as("console", &leave("ann", july(1))).await, Ok(()));
        assert_eq!(town.try_as("console", &EraseContact { actor: "zoe".to_owned() }).await, Err("unknown_actor"));
        assert_eq!(town.try_as("boss", &erase).await, Err("permission_missing"));
        let all = everywhere(&town).await;
        assert_eq!(all.matches("555-0177").count(), 3, "on record, beside the log, in the proposal: {all}");
        town.ok(&erase).await;
        let left = everywhere(&town).await;
        for gone in ["555-0177", "ann@", "77 Elm", "4805550177", "77 elm"] {
            assert!(!left.contains(gone), "{gone}: {left}");
        }
        assert!(left.contains("Person ann"), "what they did stays under their name: {left}");
        acts::seal(&town.base.db, noon()).await.unwrap();
        let proof = acts::verify_seals(&mut town.read().await, &[]).await.unwrap();
        assert_eq!((proof.broken, proof.unsealed), (None, 0));
        town.base.remove().await;
    }
}

/// Everything that is stored of staff, of the log and of what waited.
async fn everywhere(town: &Town) -> String {
    let mut read = town.read().await;
    let mut all = String::new();
    for sql in [
        "select command from act",
        "select reason from act",
        "select outcome from act",
        "select command from act_personal",
        "select command from proposal",
        "select changes from proposal",
        "select name from actor",
        "select concat(email, ' ', phone, ' ', address, ' ', phone_key, ' ', address_key) from staff_member",
    ] {
        let rows: Vec<(String,)> = read.all(sql, vec![]).await.unwrap();
        all.extend(rows.into_iter().map(|(text,)| text + "\n"));
    }
    all
}

#[tokio::test]
async fn who_was_let_in_before_there_were_roles_joins_under_their_code() {
    for engine in engines("who_was_let_in_before_there_were_roles_joins_under_their_code") {
        let town = Town::new(engine).await;
        let add = |code: &str, kind| AddActor {
            code: code.to_owned(),
            name: format!("Person {code}"),
            kind,
            permissions: ["payments.receive".to_owned()].into(),
        };
        assert_eq!(town.try_as("console", &add("old", ActorKind::Person)).await, Ok(()));
        assert_eq!(town.try_as("console", &add("night", ActorKind::System)).await, Ok(()));
        assert_eq!(town.try_as("console", &super::town::roles()).await, Ok(()));
        assert_eq!(
            town.try_as("console", &join("night", &["till"])).await,
            Err("code_taken"),
            "a program is no person"
        );
        assert_eq!(town.try_as("console", &join("old", &["clerk"])).await, Err("incompatible"), "granted directly too");
        assert_eq!(town.try_as("console", &join("old", &["till"])).await, Ok(()));
        town.base.remove().await;
    }
}

#[tokio::test]
async fn joining_moving_and_leaving_are_refused_with_their_reason() {
    for engine in engines("joining_moving_and_leaving_are_refused_with_their_reason") {
        let town = Town::founded(engine).await;
        let by_boss = |code: &str| JoinStaff { supervisor: Some("boss".to_owned()), ..join(code, &["clerk"]) };
        town.ok(&by_boss("ann")).await;
        town.ok(&join("adm", &["admin"])).await;
        let contact = |address: &str| Contact { address: address.to_owned(), ..Contact::default() };
        #[rustfmt::skip]
        let rows = [
            ("bad_code",        JoinStaff { code: "b b".to_owned(), ..join("x", &[]) }),
            ("bad_code",        JoinStaff { code: "é".to_owned(), ..join("x", &[]) }),
            ("text_too_long",   JoinStaff { code: "x".repeat(41), ..join("x", &[]) }),
            ("text_missing",    JoinStaff { name: " ".to_owned(), ..join("x", &[]) }),
            ("text_too_long",   JoinStaff { name: "x".repeat(121), ..join("x", &[]) }),
            ("text_missing",    JoinStaff { position: String::new(), ..join("x", &[]) }),
            ("text_broken",     JoinStaff { contact: contact("a\u{7}b"), ..join("x", &[]) }),
            ("day_too_far",     JoinStaff { joined_on: chrono::NaiveDate::MAX, ..join("x", &[]) }),
            ("unknown_role",    join("x", &["king"])),
            ("unknown_actor",   JoinStaff { supervisor: Some("nobody".to_owned()), ..join("x", &[]) }),
            ("not_on_staff",    JoinStaff { supervisor: Some("console".to_owned()), ..join("x", &[]) }),
            ("code_taken",      join("ann", &[])),
            ("own_change",      join("console", &[])),
            ("incompatible",    join("x", &["clerk", "till"])),
        ];
        for (expected, act) in rows {
            assert_eq!(town.try_as("console", &act).await, Err(expected), "{act:?}");
        }
        let under = |actor: &str, above: &str| {
            let supervisor = Some(above.to_owned());
            staff::MoveStaff { supervisor, ..moved(actor, &["boss"], july(1)) }
        };
        #[rustfmt::skip]
        let rows = [
            ("supervisor_circle", "console", under("boss", "ann")),
            ("supervisor_circle", "console", under("boss", "boss")),
            ("own_change",        "adm",     moved("adm", &["clerk"], july(1))),
            ("day_past",          "console", moved("ann", &["clerk"], july(1).pred_opt().unwrap())),
            ("incompatible",      "console", moved("ann", &["clerk", "till"], july(1))),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        #[rustfmt::skip]
        let rows = [
            ("unknown_actor",     "console", leave("nobody", july(1))),
            ("own_change",        "adm",     leave("adm", july(1))),
            ("day_too_far",       "console", leave("ann", july(2))),
            ("days_backwards",    "console", leave("ann", july(1).pred_opt().unwrap())),
            ("still_reported_to", "console", leave("boss", july(1))),
        ];
        for (expected, who, act) in rows {
            assert_eq!(town.try_as(who, &act).await, Err(expected), "{act:?}");
        }
        assert_eq!(town.try_as("console", &leave("ann", july(1))).await, Ok(()));
        assert_eq!(town.try_as("console", &leave("boss", july(1))).await, Err("last_approver"));
        town.base.remove().await;
    }
}
