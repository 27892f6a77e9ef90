//! Access tokens: what they open, and when they end.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use staff::sign_in::{NewToken, SignInRefused};
use testkit::engines;

use crate::sign_in_desk::{Desk, at};

fn new(name: &str, days: i64) -> NewToken {
    let scopes = BTreeSet::from(["billing.sign".to_owned(), "staff.observe".to_owned()]);
    NewToken { name: name.to_owned(), scopes, expires_on: at(0).date_naive() + TimeDelta::days(days) }
}

#[tokio::test]
async fn a_token_opens_its_scopes_until_its_last_day() {
    for engine in engines("a_token_opens_its_scopes_until_its_last_day") {
        let desk = Desk::new(engine).await;
        let hub = desk.actor("hub", "system", "").await;
        let (now, today) = (at(0), at(0).date_naive());
        let token = desk.sign_in.new_token(hub, &new(" meter hub ", 30), now, today).await.unwrap().unwrap();
        let bearer = desk.sign_in.bearer(token.text(), now, today).await.unwrap().unwrap();
        assert_eq!((bearer.actor.code.as_str(), bearer.actor.id), ("hub", hub));
        assert_eq!(bearer.scopes, new("", 0).scopes);
        let seen = desk.sign_in.tokens_of(hub).await.unwrap();
        assert_eq!((seen[0].name.as_str(), seen[0].used_at), ("meter hub", Some(now)));
        assert_eq!(seen[0].scopes, bearer.scopes);

        let opens =
            async |days| desk.sign_in.bearer(token.text(), now, today + TimeDelta::days(days)).await.unwrap().is_some();
        assert!(opens(30).await);
        assert!(!opens(31).await);
        for text in ["", "x", &token.text()[1..], &token.text().repeat(999)] {
            assert_eq!(desk.sign_in.bearer(text, now, today).await.unwrap(), None);
        }
        assert_eq!(desk.sign_in.session(token.text(), now).await.unwrap(), None, "a token is no session");
        desk.base.remove().await;
    }
}

#[tokio::test]
async fn a_token_ends_by_its_owner_and_with_its_owner() {
    for engine in engines("a_token_ends_by_its_owner_and_with_its_owner") {
        let desk = Desk::new(engine).await;
        let (ann, bob) = (desk.clerk("ann").await, desk.clerk("bob").await);
        let (now, today) = (at(0), at(0).date_naive());
        let first = desk.sign_in.new_token(ann, &new("first", 30), now, today).await.unwrap().unwrap();
        let second = desk.sign_in.new_token(ann, &new("second", 30), now, today).await.unwrap().unwrap();
        let opens =
            async |token: &secrets::Token| desk.sign_in.bearer(token.text(), now, today).await.unwrap().is_some();
        let seen = desk.sign_in.tokens_of(ann).await.unwrap();
        let names: Vec<&str> = seen.iter().map(|token| token.name.as_str()).collect();
        assert_eq!(names, ["second", "first"]);
        assert!(!desk.sign_in.end_token(bob, seen[1].token_id, now).await.unwrap(), "not his to end");
        assert!(opens(&first).await);
        assert!(desk.sign_in.end_token(ann, seen[1].token_id, now).await.unwrap());
        assert!(!desk.sign_in.end_token(ann, seen[1].token_id, now).await.unwrap());
        assert!(!opens(&first).await);
        assert!(opens(&second).await);
        assert_eq!(desk.events(ann).await[5..], ["token_made", "token_made", "token_ended"]);

        desk.leaves(ann).await;
        assert!(!opens(&second).await);
        let refused = desk.sign_in.new_token(ann, &new("third", 30), now, today).await.unwrap();
        assert_eq!(refused, Err(SignInRefused::NotSignedIn));
        let refused = desk.sign_in.new_token(bob, &new("", 30), now, today).await.unwrap();
        assert_eq!(refused, Err(SignInRefused::TokenName));
        desk.base.remove().await;
    }
}
