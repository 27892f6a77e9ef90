//! The API: programs with tokens, problems as JSON, lists by cursor, keys.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde::Serialize;
use web::{Access, Answer, Ask, Envelope, IdempotencyKey, List, Paging, Problem, Route};

use crate::stand::{OTHER, SEE, Stand, Told, request};

#[derive(Serialize)]
struct Thing {
    id: i64,
}

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::GET, "/api/v1/things", ("List things", Access::Needs(SEE)), list_things),
        Route::api(Method::POST, "/api/v1/things", ("Make a thing", Access::Needs(SEE)), make_thing),
        Route::api(Method::GET, "/api/v1/others", ("List others", Access::Needs(OTHER)), list_things),
    ]
}

async fn list_things(paging: Paging) -> Result<List<Thing>, Problem> {
    let after = paging.after::<i64>()?.unwrap_or(0);
    let read = (1..=7).filter(|id| after < *id).take(paging.limit + 1).map(|id| Thing { id }).collect();
    Ok(List::of(read, &paging, |last| last.id))
}

async fn make_thing(ask: Ask, key: IdempotencyKey, body: String) -> Answer {
    let by = ask.who()?.by("made by a program", &key.0);
    assert!(body.len() < 100);
    Ok(axum::response::IntoResponse::into_response(Envelope::of(by.key)))
}

async fn ask(stand: &Stand, method: Method, path: &str, headers: &[(&str, &str)]) -> Told {
    let request =
        headers.iter().fold(request(method, path, ""), |request, (name, value)| request.header(*name, *value));
    stand.send(request.body(Body::from("{}")).unwrap()).await
}

const PROGRAM: (&str, &str) = ("authorization", "Bearer program");

#[tokio::test]
async fn programs_prove_themselves_by_token() {
    let stand = Stand::new().await;
    type Headers<'a> = &'a [(&'a str, &'a str)];
    #[rustfmt::skip]
    let rows: [(Method, &str, Headers<'_>, u16); 10] = [
        (Method::GET,  "/api/v1/things", &[PROGRAM],                                          200),
        (Method::GET,  "/api/v1/others", &[PROGRAM],                                          403),
        (Method::GET,  "/api/v1/things", &[],                                                 401),
        (Method::GET,  "/api/v1/things", &[("authorization", "Bearer wrong")],                401),
        (Method::GET,  "/api/v1/things", &[("authorization", "Basic program")],               401),
        (Method::GET,  "/api/v1/things", &[("cookie", "portreeve=clerk")],                    200),
        // A wrong token is not made good by a session, and a session changes nothing here: forged requests carry it.
        (Method::GET,  "/api/v1/things", &[("authorization", "Bearer wrong"), ("cookie", "portreeve=clerk")], 401),
        (Method::POST, "/api/v1/things", &[("cookie", "portreeve=clerk"), ("idempotency-key", "k")],          401),
        (Method::POST, "/api/v1/things", &[PROGRAM, ("idempotency-key", "k")],                200),
        (Method::POST, "/api/v1/things", &[PROGRAM],                                          400),
    ];
    for (method, path, headers, expected) in rows {
        let told = ask(&stand, method, path, headers).await;
        assert_eq!(told.status.as_u16(), expected, "{path} {headers:?}: {}", told.body);
        if 400 <= expected {
            assert_eq!(told.header("content-type"), "application/problem+json");
            let problem: serde_json::Value = serde_json::from_str(&told.body).unwrap();
            assert_eq!(problem["status"], expected);
            assert_eq!(problem["instance"], told.header("x-request-id"));
            assert_eq!(told.header("www-authenticate") == "Bearer", expected == 401);
        }
    }
    let page =
        stand.send(request(Method::GET, "/thing", "").header(PROGRAM.0, PROGRAM.1).body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "pages are not for tokens");
}

#[tokio::test]
async fn lists_go_on_after_their_cursor() {
    let stand = Stand::new().await;
    let (mut path, mut seen) = ("/api/v1/things?limit=3".to_owned(), Vec::new());
    loop {
        let told = ask(&stand, Method::GET, &path, &[PROGRAM]).await;
        let list: serde_json::Value = serde_json::from_str(&told.body).unwrap();
        seen.extend(list["data"].as_array().unwrap().iter().map(|thing| thing["id"].as_i64().unwrap()));
        let Some(cursor) = list["next_cursor"].as_str() else { break };
        path = format!("/api/v1/things?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    for query in ["limit=0", "limit=1000", "limit=x", "cursor=x", "cursor=%27%3B--", "cursor=e30"] {
        let told = ask(&stand, Method::GET, &format!("/api/v1/things?{query}"), &[PROGRAM]).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn keys_and_bodies_are_bounded() {
    let stand = Stand::new().await;
    for key in ["", " ", "a b", &"k".repeat(201)] {
        let told = ask(&stand, Method::POST, "/api/v1/things", &[PROGRAM, ("idempotency-key", key)]).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST, "{key}");
    }
    let told = ask(&stand, Method::POST, "/api/v1/things", &[PROGRAM, ("idempotency-key", "k-1")]).await;
    assert!(told.body.contains("web 7 k-1"), "the key counts for its actor alone: {}", told.body);
    let request =
        request(Method::POST, "/api/v1/things", "").header(PROGRAM.0, PROGRAM.1).header("idempotency-key", "k");
    let told = stand
        .send(request.header(header::CONTENT_TYPE, "application/json").body(Body::from(vec![b' '; 1_100_000])).unwrap())
        .await;
    assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn unknown_addresses_of_the_api_are_problems_too() {
    let told = ask(&Stand::new().await, Method::GET, "/api/v2/things", &[PROGRAM]).await;
    assert_eq!((told.status.as_u16(), told.header("content-type")), (404, "application/problem+json"));
}
