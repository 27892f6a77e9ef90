//! Who is what for an account, and where its mail goes, by acts.

use std::sync::Arc;

use acts::{Act, Door, Failure, NoConflicts};
use customers::acts::{AuthorizePerson, EndParty, SetContact, SetMailingAddress, SetParty};
use customers::{
    AddressLines, AskedBy, Purpose, Role, account_named, customer_references, in_force, mailing_addresses, parties_of,
};
use testkit::{by, engines};

use crate::town::{Town, day};

const BASE: &str = "\
C1,person,Ada Lind,,,A1,2024-01-01,,,1 Elm St,Springfield,OH,45501
C2,person,Bo Ray,,,A2,2024-01-01,,,,,,
C3,organization,Elm Co,,,,,,,,,,
";

fn set(account: &str, role: Role, customer: &str, from: &str) -> SetParty {
    SetParty {
        account: account.to_owned(),
        role,
        customer: customer.to_owned(),
        from_on: day(from),
        seen: None,
        asked_by: Some(AskedBy::InPerson),
    }
}

fn end(account: &str, role: Role, customer: &str, to: &str) -> EndParty {
    EndParty {
        account: account.to_owned(),
        role,
        customer: customer.to_owned(),
        to_on: day(to),
        seen: None,
        by_mistake: false,
        asked_by: Some(AskedBy::InPerson),
    }
}

fn address(account: &str, from: &str, street: &str) -> SetMailingAddress {
    let text = str::to_owned;
    let lines = AddressLines {
        recipient: String::new(),
        street: text(street),
        city: text("Dayton"),
        state: text("OH"),
        postal_code: text("45402"),
    };
    SetMailingAddress {
        account: text(account),
        purpose: Purpose::Mailing,
        from_on: day(from),
        lines,
        seen: None,
        asked_by: Some(AskedBy::InPerson),
    }
}

#[tokio::test]
async fn a_role_begins_and_ends_and_stays_on_record() {
    for engine in engines("a role begins and ends") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.act("1", &set("A1", Role::BillPayer, "C3", "2026-01-01")).await.unwrap();
        town.act("2", &set("A1", Role::Tenant, "C2", "2026-01-01")).await.unwrap();
        town.act("3", &set("A1", Role::Tenant, "C3", "2026-01-01")).await.unwrap();
        town.act("4", &end("A1", Role::BillPayer, "C3", "2026-05-31")).await.unwrap();
        town.act("5", &set("A1", Role::BillPayer, "C1", "2026-06-01")).await.unwrap();
        let mut read = town.db().read().await.unwrap();
        let account = account_named(&mut read, "A1").await.unwrap().unwrap().id;
        let parties = parties_of(&mut read, &[account]).await.unwrap().remove(&account).unwrap();
        let ids: Vec<_> = parties.iter().map(|party| party.customer).collect();
        let names = customer_references(&mut read, &ids).await.unwrap();
        let told: Vec<(Role, &str, bool, bool)> = parties
            .iter()
            .map(|party| {
                let name = names[&party.customer].as_str();
                (party.role, name, party.holds_on(day("2026-05-31")), party.holds_on(day("2026-06-01")))
            })
            .collect();
        #[rustfmt::skip]
        assert_eq!(told, [
            (Role::BillPayer, "C3", true,  false),
            (Role::BillPayer, "C1", false, true),
            (Role::Tenant,    "C2", true,  true),
            (Role::Tenant,    "C3", true,  true),
        ]);
        drop(read);
        town.remove().await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn a_role_that_cannot_be_is_refused() {
    let sets = [
        ("A9",   Role::Owner,     "C1",   "2026-01-01", "account_unknown"),
        ("0",    Role::Owner,     "C1",   "2026-01-01", "account_unknown"),
        ("A1",   Role::Owner,     "C9",   "2026-01-01", "customer_unknown"),
        ("A1",   Role::Owner,     "city", "2026-01-01", "customer_unknown"),
        ("A1",   Role::Owner,     "C1",   "2023-12-31", "before_account"),
        ("A2",   Role::Owner,     "C1",   "2026-07-01", "account_closed"),
        ("A1",   Role::BillPayer, "C1",   "2026-07-01", "role_taken"),
        ("A1",   Role::BillPayer, "C3",   "2025-07-01", "role_taken"),
    ];
    let ends = [
        ("A9",   Role::BillPayer, "C3",   "2026-07-01", "account_unknown"),
        ("A1",   Role::BillPayer, "C9",   "2026-07-01", "customer_unknown"),
        ("A1",   Role::BillPayer, "C1",   "2026-07-01", "role_not_held"),
        ("A1",   Role::Tenant,    "C3",   "2026-07-01", "role_not_held"),
        ("A1",   Role::BillPayer, "C3",   "2025-12-31", "ends_before"),
    ];
    for engine in engines("a role that cannot be") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.close_account("A2").await;
        town.act("1", &set("A1", Role::BillPayer, "C3", "2026-01-01")).await.unwrap();
        for (account, role, customer, on, code) in sets {
            assert_eq!(town.refusal(&set(account, role, customer, on)).await, code, "{account} {role} {customer} {on}");
        }
        for (account, role, customer, on, code) in ends {
            assert_eq!(town.refusal(&end(account, role, customer, on)).await, code, "{account} {role} {customer} {on}");
        }
        assert_eq!(town.count("select count(*) from account_party").await, 1);
        town.remove().await;
    }
}

#[tokio::test]
async fn a_role_of_a_merged_customer_can_be_ended_under_either_name() {
    for engine in engines("a role of a merged customer") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.act("1", &set("A1", Role::Tenant, "C2", "2026-01-01")).await.unwrap();
        let reason = "same".to_owned();
        let merge = customers::acts::MergeCustomers { merged: "C2".to_owned(), into: "C1".to_owned(), reason };
        town.act("2", &merge).await.unwrap();
        assert_eq!(town.refusal(&set("A1", Role::Tenant, "C1", "2026-02-01")).await, "role_taken");
        town.act("3", &end("A1", Role::Tenant, "C1", "2026-03-31")).await.unwrap();
        assert_eq!(town.count("select count(*) from account_party where to_on is null").await, 0);
        town.remove().await;
    }
}

#[tokio::test]
async fn mail_goes_where_it_was_said_last() {
    for engine in engines("mail goes where it was said last") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        town.act("1", &address("A1", "2026-08-01", " 9 Main St ")).await.unwrap();
        town.act("2", &address("A1", "2026-08-01", "19 Main St")).await.unwrap();
        let mut read = town.db().read().await.unwrap();
        let account = account_named(&mut read, "A1").await.unwrap().unwrap().id;
        let all = mailing_addresses(&mut read, &[account], Purpose::Mailing).await.unwrap().remove(&account).unwrap();
        let told = |on| in_force(&all, Some(day(on))).map(|one| (one.lines.street.as_str(), one.revision));
        let rows =
            [("2023-12-31", None), ("2026-07-31", Some(("1 Elm St", 1))), ("2026-08-01", Some(("19 Main St", 2)))];
        for (on, expected) in rows {
            assert_eq!(told(on), expected, "{on}");
        }
        let forwarding = mailing_addresses(&mut read, &[account], Purpose::Forwarding).await.unwrap();
        assert!(forwarding.is_empty());
        drop(read);
        #[rustfmt::skip]
        let refused = [
            (address("A9", "2026-08-01", "9 Main St"),       "account_unknown"),
            (address("A1", "2023-12-31", "9 Main St"),       "before_account"),
            (address("A1", "2026-08-01", "  "),              "line_missing"),
            (address("A1", "2026-08-01", "9 Main\nSt"),      "line_unprintable"),
            (address("A1", "2026-08-01", &"9".repeat(201)),  "line_unprintable"),
        ];
        for (act, code) in refused {
            assert_eq!(town.refusal(&act).await, code, "{act:?}");
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn a_role_recorded_by_mistake_is_taken_out_on_the_same_day() {
    for engine in engines("a_role_recorded_by_mistake_is_taken_out_on_the_same_day") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        let mistake = |role, customer| EndParty { by_mistake: true, ..end("A1", role, customer, "2026-07-01") };
        town.act("1", &set("A1", Role::Authorized, "C3", "2026-07-01")).await.unwrap();
        town.act("2", &mistake(Role::Authorized, "C3")).await.unwrap();
        let mut read = town.db().read().await.unwrap();
        let account = account_named(&mut read, "A1").await.unwrap().unwrap().id;
        assert!(parties_of(&mut read, &[account]).await.unwrap().is_empty(), "nobody may ask until midnight");
        drop(read);
        town.act("3", &set("A1", Role::Authorized, "C3", "2026-07-01")).await.unwrap();
        let clock = Arc::new(acts::FixedClock(testkit::noon() + chrono::TimeDelta::days(1)));
        let tomorrow = Door::new(town.db().clone(), clock, testkit::everything(), Arc::new(NoConflicts));
        let late = tomorrow.carry_out(&by("4"), &mistake(Role::Authorized, "C3")).await;
        let Err(Failure::Refused(refusal)) = late else { panic!("taken out on a later day") };
        assert_eq!(refusal.code(), "not_of_today");
        town.remove().await;
    }
}

#[tokio::test]
async fn a_change_says_how_it_was_asked_for_or_why_the_city_makes_it() {
    let city = |why: &str| Some(AskedBy::City { why: why.to_owned() });
    let paper = |document: &str| Some(AskedBy::InWriting { document: document.to_owned() });
    let long = "w".repeat(201);
    #[rustfmt::skip]
    let ways = [
        (None,                      Some("asked_by_missing")),
        (Some(AskedBy::Caller),     Some("caller_not_verified")),
        (paper(""),                 Some("document_missing")),
        (paper(&long),              Some("document_missing")),
        (city(" "),                 Some("why_missing")),
        (city(&long),               Some("why_missing")),
        (city("mail came back"),    None),
        (paper("letter of July 1"), None),
    ];
    for engine in engines("a_change_says_how_it_was_asked_for") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        for (at, (asked_by, code)) in ways.iter().enumerate() {
            let asked_by = || asked_by.clone();
            let contact = SetContact {
                customer: "C1".to_owned(),
                phone: None,
                email: String::new(),
                seen: None,
                seen_entry: None,
                asked_by: asked_by(),
            };
            let mail = SetMailingAddress { asked_by: asked_by(), ..address("A1", "2026-08-01", "9 Main St") };
            let (from, to) = (format!("2026-{:02}-01", at + 1), format!("2026-{:02}-28", at + 1));
            let tenant = SetParty { asked_by: asked_by(), ..set("A1", Role::Tenant, "C2", &from) };
            let over = EndParty { asked_by: asked_by(), ..end("A1", Role::Tenant, "C2", &to) };
            let found = [
                refused_for(&town, &format!("contact {at}"), &contact).await,
                refused_for(&town, &format!("mail {at}"), &mail).await,
                refused_for(&town, &format!("tenant {at}"), &tenant).await,
                refused_for(&town, &format!("over {at}"), &over).await,
            ];
            assert_eq!(found, [*code; 4], "{:?}", asked_by());
        }
        town.remove().await;
    }
}

#[tokio::test]
async fn the_city_itself_authorizes_nobody_and_may_end_it() {
    for engine in engines("the_city_itself_authorizes_nobody") {
        let town = Town::new(engine).await;
        town.import(BASE).await;
        let city = || Some(AskedBy::City { why: "found in the old papers".to_owned() });
        let person = |asked_by| AuthorizePerson {
            account: "A1".to_owned(),
            name: "Dora Lind".to_owned(),
            phone: String::new(),
            from_on: day("2026-07-01"),
            asked_by,
        };
        let role = |asked_by| SetParty { asked_by, ..set("A1", Role::Authorized, "C2", "2026-01-01") };
        assert_eq!(town.refusal(&person(None)).await, "asked_by_missing");
        assert_eq!(town.refusal(&person(city())).await, "city_authorizes");
        assert_eq!(town.refusal(&role(city())).await, "city_authorizes");
        town.act("person", &person(Some(AskedBy::InPerson))).await.unwrap();
        town.act("role", &role(Some(AskedBy::InPerson))).await.unwrap();
        let over = EndParty { asked_by: city(), ..end("A1", Role::Authorized, "C2", "2026-07-01") };
        town.act("over", &over).await.unwrap();
        town.remove().await;
    }
}

/// The code by which an act is refused under a key, if it is.
async fn refused_for<A: Act>(town: &Town, key: &str, act: &A) -> Option<&'static str> {
    match town.act(key, act).await {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => Some(refusal.code()),
        Err(other) => panic!("{}: {other:?}", A::KIND),
    }
}
