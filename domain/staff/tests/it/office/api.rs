//! The API of staff, roles, the log and proposals: tokens, scopes, lists, decisions, its description.

use axum::http::Method;
use testkit::engines;

use super::pages::{HOSTILE, Stand};

const WORDS: &str = r#"{"reason":"Seen at the counter"}"#;

#[tokio::test]
async fn programs_get_what_their_token_was_made_for() {
    for engine in engines("programs_get_what_their_token_was_made_for") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        #[rustfmt::skip]
        let rows = [
            // address                    nobody wrong eye  scoped  scopeless
            ("/api/v1/staff",             [401,  401,  200, 200,    403]),
            ("/api/v1/staff/ann",         [401,  401,  200, 200,    403]),
            ("/api/v1/staff/nobody",      [401,  401,  404, 404,    403]),
            ("/api/v1/roles",             [401,  401,  200, 200,    403]),
            ("/api/v1/acts",              [401,  401,  200, 403,    403]),
            ("/api/v1/acts/1",            [401,  401,  200, 403,    403]),
            ("/api/v1/acts/99999",        [401,  401,  404, 403,    403]),
            ("/api/v1/acts/x",            [401,  401,  404, 403,    403]),
            ("/api/v1/proposals",         [401,  401,  200, 200,    200]),
            ("/api/v1/nothing",           [404,  404,  404, 404,    404]),
        ];
        for (path, expected) in rows {
            let mut seen = [0; 5];
            for (seen, token) in
                seen.iter_mut().zip(["", "stranger:", "eye:acts.read,staff.review", "eye:staff.review", "eye:"])
            {
                let told = stand.ask(Method::GET, path, token, None, "").await;
                if 400 <= told.status {
                    assert_eq!(told.header("content-type"), "application/problem+json", "{path}");
                    assert_eq!(told.json()["status"], told.status);
                }
                *seen = told.status;
            }
            assert_eq!(seen, expected, "{path}");
        }
        let nothing = stand.ask(Method::GET, "/api/v1/proposals", "ann:", None, "").await;
        assert_eq!(nothing.json()["data"].as_array().unwrap().len(), 0, "own ones are not for every token");
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn lists_go_on_by_their_cursor_and_filters_hold() {
    for engine in engines("lists_go_on_by_their_cursor_and_filters_hold") {
        let stand = Stand::new(engine).await;
        let token = "eye:acts.read,staff.review";
        let all = stand.entries().await;
        for (path, key, expected) in
            [("/api/v1/acts", "id", all), ("/api/v1/staff", "code", 6), ("/api/v1/roles", "code", 8)]
        {
            let (mut at, mut seen) = (format!("{path}?limit=2"), Vec::new());
            loop {
                let list = stand.ask(Method::GET, &at, token, None, "").await.json();
                seen.extend(list["data"].as_array().unwrap().iter().map(|one| one[key].to_string()));
                let Some(cursor) = list["next_cursor"].as_str() else { break };
                at = format!("{path}?limit=2&cursor={cursor}");
            }
            assert_eq!(seen.len(), expected, "{path}: {seen:?}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), expected, "{path}");
        }
        let joined = stand.ask(Method::GET, "/api/v1/acts?kind=staff.join&actor=console", token, None, "").await.json();
        assert!(joined["data"].as_array().unwrap().iter().all(|one| one["kind"] == "staff.join"), "{joined}");
        assert_eq!(joined["data"][0]["command"]["code"], "root");
        for query in [
            "actor=nobody",
            "from=x",
            "subject_id=1",
            "subject_kind=account",
            "subject_kind=account&subject_id=x",
            "limit=0",
            "cursor=Zm9v",
            "limit=201",
            "kind=a%00b",
            "subject_kind=a%00b&subject_id=1",
        ] {
            let told = stand.ask(Method::GET, &format!("/api/v1/acts?{query}"), token, None, "").await;
            assert_eq!(told.status, 400, "{query}: {}", told.body);
        }
        let person = stand.ask(Method::GET, "/api/v1/staff/ann", token, None, "").await.json();
        assert_eq!(person["data"]["supervisor"], "boss");
        assert_eq!(person["data"]["permissions"], serde_json::json!(["billing.adjust", "staff.relations"]));
        assert!(!person.to_string().contains("Main St"), "where somebody lives is not for programs");
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn a_decision_counts_once_and_only_by_the_right_token() {
    for engine in engines("a_decision_counts_once_and_only_by_the_right_token") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let list = stand.ask(Method::GET, "/api/v1/proposals?state=open", "big:billing.approve", None, "").await.json();
        let id = list["data"][0]["id"].as_i64().unwrap();
        assert_eq!(list["data"][0]["changes"][0]["after"], "$60.00");
        let path = |what: &str| format!("/api/v1/proposals/{id}/{what}");
        let before = stand.entries().await;
        #[rustfmt::skip]
        let rows = [
            ("approve",  "",                    Some("k1"), WORDS, 401),
            ("approve",  "big:billing.approve", None,       WORDS, 400),
            ("approve",  "big:billing.approve", Some("k1"), "",    400),
            ("approve",  "big:billing.approve", Some("k1"), "{}",  400),
            ("approve",  "big:billing.approve", Some("k1"), r#"{"reason":"x","more":1}"#, 400),
            ("approve",  "big:billing.approve", Some("k1"), r#"{"reason":" "}"#, 422),
            ("approve",  "big:billing.adjust",  Some("k1"), WORDS, 404),
            ("approve",  "big:",                Some("k1"), WORDS, 404),
            ("approve",  "ann:billing.adjust",  Some("k1"), WORDS, 403),
            ("approve",  "cid:billing.adjust",  Some("k1"), WORDS, 404),
            ("approve",  "eye:acts.read",       Some("k1"), WORDS, 403),
            ("withdraw", "big:billing.approve,billing.adjust", Some("k1"), WORDS, 422),
        ];
        for (what, token, key, body, expected) in rows {
            let told = stand.ask(Method::POST, &path(what), token, key, body).await;
            assert_eq!(told.status, expected, "{what} {token} {body}: {}", told.body);
        }
        assert_eq!(stand.entries().await, before);
        for _ in 0..2 {
            let told = stand.ask(Method::POST, &path("approve"), "big:billing.approve", Some("k2"), WORDS).await;
            assert_eq!(
                (told.status, told.json()["data"]["state"].as_str().unwrap()),
                (200, "approved"),
                "{}",
                told.body
            );
        }
        assert_eq!(stand.entries().await, before + 2);
        let told = stand.ask(Method::POST, &path("refuse"), "big:billing.approve", Some("k3"), WORDS).await;
        assert_eq!((told.status, told.json()["code"].as_str().unwrap()), (422, "proposal_not_open"));

        for (what, token, state) in [
            ("refuse", "big:billing.approve", "refused"),
            ("send-back", "big:billing.approve", "returned"),
            ("withdraw", "ann:billing.adjust", "withdrawn"),
        ] {
            assert_eq!(stand.give("ann", 2, -7_000).await, Err("waiting"));
            let list = stand.ask(Method::GET, "/api/v1/proposals?state=open", "eye:acts.read", None, "").await.json();
            let id = list["data"][0]["id"].as_i64().unwrap();
            let at = format!("/api/v1/proposals/{id}/{what}");
            let told = stand.ask(Method::POST, &at, token, Some(what), WORDS).await;
            assert_eq!(told.json()["data"]["state"], state, "{}", told.body);
        }
        stand.town.base.remove().await;
    }
}

#[tokio::test]
async fn hostile_requests_are_told_no() {
    for engine in engines("hostile_requests_are_told_no") {
        let stand = Stand::new(engine).await;
        assert_eq!(stand.give("ann", 1, -6_000).await, Err("waiting"));
        let token = "big:billing.approve";
        let bodies = [
            format!("{{\"reason\":{}}}", serde_json::to_string(&"a".repeat(10_000)).unwrap()),
            "{\"reason\":\"a\\u0000b\"}".to_owned(),
            "{\"reason\":7}".to_owned(),
            format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
            HOSTILE.to_owned(),
        ];
        for body in bodies {
            let told = stand.ask(Method::POST, "/api/v1/proposals/1/refuse", token, Some("k"), &body).await;
            assert_eq!(told.status, 400, "{}", told.body);
        }
        for id in ["0", "-1", "x", "99999999999999999999", "%00", "1%27--"] {
            let told = stand.ask(Method::GET, &format!("/api/v1/proposals/{id}"), token, None, "").await;
            assert_eq!(told.status, 404, "{id}: {}", told.body);
        }
        stand.town.base.remove().await;
    }
}
