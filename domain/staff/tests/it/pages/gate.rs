//! The gate: who stands behind a session or a token today.

use std::collections::BTreeSet;

use staff::SecondFactorRule::{Optional, Required};
use staff::sign_in::NewToken;
use staff::{LeaveStaff, StaffGate};
use testkit::{engines, noon};
use web::Gate;

use super::house::{House, sets_up_app, token_of};
use crate::people::town::{july, moved};

#[tokio::test]
async fn a_session_is_as_good_as_its_person_is_today() {
    for engine in engines("a_session_is_as_good_as_its_person_is_today") {
        let house = House::new(engine, Optional).await;
        let token = token_of(&house.welcomed(&house.visitor(), "ann").await);
        let visitor = house.gate.visitor(&token).await.unwrap().unwrap();
        assert!(visitor.is_whole && !visitor.is_api);
        assert_eq!(visitor.roles, ["The clerk"]);
        assert_eq!(visitor.permissions, codes(&["billing.adjust", "staff.relations"]));

        // The same session where a second factor is asked for: nothing but setting it up.
        let strict = StaffGate::new(house.town.door.clone(), house.sign_in.clone(), Required);
        let owing = strict.visitor(&token).await.unwrap().unwrap();
        assert!(!owing.is_whole && owing.permissions.is_empty() && owing.roles.is_empty());

        house.town.ok(&moved("ann", &["till"], july(1))).await;
        let visitor = house.gate.visitor(&token).await.unwrap().unwrap();
        assert_eq!(visitor.permissions, codes(&["payments.receive"]));

        house.town.ok(&LeaveStaff { actor: "ann".to_owned(), left_on: july(1) }).await;
        assert_eq!(house.gate.visitor(&token).await.unwrap(), None);
        for bad in ["", "x", "' or 1=1", &"A".repeat(43)] {
            assert_eq!(house.gate.visitor(bad).await.unwrap(), None);
            assert_eq!(house.gate.bearer(bad).await.unwrap(), None);
        }
        house.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_token_opens_what_is_written_on_it_and_its_owner_may_today() {
    for engine in engines("a_token_opens_what_is_written_on_it_and_its_owner_may_today") {
        let house = House::new(engine, Required).await;
        let ann = house.town.id("ann").await;
        let new = NewToken {
            name: "hub".to_owned(),
            scopes: codes(&["billing.adjust", "staff.manage"]),
            expires_on: july(31),
        };
        let token = house.sign_in.new_token(ann, &new, noon(), july(1)).await.unwrap().unwrap();
        assert_eq!(house.gate.bearer(token.text()).await.unwrap(), None, "as long as they owe a second factor");
        let theirs = house.visitor();
        house.welcomed(&theirs, "ann").await;
        sets_up_app(&theirs).await;
        assert_eq!(house.gate.bearer(token.text()).await.unwrap(), None, "a link that is used ends tokens");
        let token = house.sign_in.new_token(ann, &new, noon(), july(1)).await.unwrap().unwrap();
        let bearer = house.gate.bearer(token.text()).await.unwrap().unwrap();
        assert_eq!(bearer.permissions, codes(&["billing.adjust"]));
        assert!(bearer.is_api && bearer.is_whole);
        assert_eq!(house.gate.visitor(token.text()).await.unwrap(), None, "a token is no session");

        let client = house.visitor();
        let ask = async || {
            let request = client.request("GET".parse().unwrap(), "/api/v1/adjust");
            testkit::Answer::of(request.bearer_auth(token.text())).await.status
        };
        assert_eq!(ask().await, 200);
        house.town.ok(&moved("ann", &["till"], july(1))).await;
        assert_eq!(ask().await, 403);
        house.town.ok(&LeaveStaff { actor: "ann".to_owned(), left_on: july(1) }).await;
        assert_eq!(ask().await, 401);
        house.town.base.remove().await;
    }
}

fn codes(codes: &[&str]) -> BTreeSet<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}
