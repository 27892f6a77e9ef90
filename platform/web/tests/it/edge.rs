//! The edge: headers, cookies, faults and panics, too many requests.

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use web::Pace;

use crate::stand::{Stand, Told, request};

fn check_headers(told: &Told, what: &str) {
    let policy = told.header("content-security-policy");
    for part in
        ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "script-src 'self'"]
    {
        assert!(policy.contains(part), "{what}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{what}: {policy}");
    let seen = ["x-content-type-options", "x-frame-options", "referrer-policy", "cross-origin-opener-policy"]
        .map(|name| told.header(name));
    assert_eq!(seen, ["nosniff", "DENY", "same-origin", "same-origin"], "{what}");
    assert_eq!(told.header("x-request-id").len(), 16, "{what}");
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let stand = Stand::new().await;
    for path in [
        "/",
        "/open",
        "/other",
        "/nowhere",
        "/panic",
        "/fault",
        "/api/v1/things",
        "/api/nowhere",
        "/assets/portreeve.js",
        "/table?as=csv",
    ] {
        let told = stand.get(path, "clerk").await;
        check_headers(&told, path);
        let kept = told.header("cache-control");
        let is_asset = path.starts_with("/assets/");
        assert_eq!(kept.contains("immutable"), is_asset, "{path}: {kept}");
        assert_eq!(kept == "no-store", !is_asset, "{path}: {kept}");
        assert_eq!(told.header("strict-transport-security"), "", "not over plain HTTP");
    }
    check_headers(&stand.post("/thing", "clerk", "").await, "a refused form");
    assert!(
        Stand::of(true, Pace::default())
            .await
            .get("/open", "")
            .await
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn cookies_are_kept_from_scripts_and_other_sites() {
    let plain = Stand::new().await.get("/sign-in/as/clerk?return_to=/", "").await;
    assert_eq!(plain.cookie("portreeve").unwrap(), "portreeve=clerk; Path=/; HttpOnly; SameSite=Lax");
    let stand = Stand::of(true, Pace::default()).await;
    let secure = stand.get("/sign-in/as/clerk?return_to=/", "").await;
    assert_eq!(
        secure.cookie("__Host-portreeve").unwrap(),
        "__Host-portreeve=clerk; Path=/; HttpOnly; SameSite=Lax; Secure"
    );
    let form = stand.get("/open", "").await.cookie("__Host-portreeve-form").unwrap();
    assert!(form.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200"), "{form}");
    let ended = stand.get("/sign-in/as/nobody", "").await.cookie("__Host-portreeve").unwrap();
    assert!(ended.starts_with("__Host-portreeve=; ") && ended.ends_with("Max-Age=0"), "{ended}");
    // A plain cookie, as a neighbor under the same domain could set it, counts for nothing there.
    assert_eq!(stand.get("/thing", "clerk").await.status, StatusCode::SEE_OTHER);
    // Two cookies of one name: somebody else set one of them, so neither counts.
    let stand = Stand::new().await;
    let twice = request(Method::GET, "/thing", "clerk").header(header::COOKIE, "portreeve=other-clerk");
    assert_eq!(stand.send(twice.body(Body::empty()).unwrap()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn faults_and_panics_tell_a_number_and_nothing_else() {
    let stand = Stand::new().await;
    for (path, session) in [("/panic", "clerk"), ("/fault", ""), ("/thing", "broken")] {
        let told = stand.get(path, session).await;
        assert_eq!(told.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        assert!(told.body.contains(told.header("x-request-id")), "{path}");
        assert!(told.body.contains("Something went wrong on our side"), "{path}");
        for secret in ["defect", "secret", "disk", "password", "panicked"] {
            assert!(!told.body.contains(secret), "{path} tells {secret}: {}", told.body);
        }
    }
    assert_eq!(stand.get("/thing", "clerk").await.status, StatusCode::OK, "others are not concerned");
}

#[tokio::test]
async fn who_asks_too_often_waits() {
    let stand = Stand::of(false, Pace { at_once: 3, each_second: 0 }).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(stand.get("/open", "").await.status.as_u16());
    }
    assert_eq!(seen, [200, 200, 200, 429]);
    let told = stand.get("/api/v1/things", "").await;
    assert_eq!((told.status.as_u16(), told.header("retry-after")), (429, "5"));
    assert_eq!(told.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn behind_a_proxy_its_last_word_on_the_address_counts() {
    let stand = Stand::of(true, Pace { at_once: 1, each_second: 0 }).await;
    let ask = async |told: &str| {
        let request = request(Method::GET, "/open", "").header("x-forwarded-for", told);
        stand.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!(ask("10.0.0.1").await, 200);
    assert_eq!(ask("6.6.6.6, 10.0.0.1").await, 429, "what the visitor says of themself does not count");
    assert_eq!(ask("10.0.0.1, 10.0.0.2").await, 200);
    let stand = Stand::of(false, Pace { at_once: 1, each_second: 0 }).await;
    let ask = async |told: &str| {
        let request = request(Method::GET, "/open", "").header("x-forwarded-for", told);
        stand.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
    };
    assert_eq!((ask("10.0.0.1").await, ask("10.0.0.2").await), (200, 429), "without a proxy nobody is believed");
}

#[tokio::test]
async fn addresses_have_an_end() {
    let stand = Stand::new().await;
    let told = stand.get(&format!("/open?q={}", "x".repeat(5_000)), "").await;
    assert_eq!(told.status, StatusCode::URI_TOO_LONG);
    check_headers(&told, "a long address");
    let head = stand.send(request(Method::HEAD, "/open", "").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status.as_u16(), head.body.as_str()), (200, ""));
}
