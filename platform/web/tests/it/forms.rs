//! Forms: only those of ours are believed, and what is wrong stands beside its field.

use axum::body::Body;
use axum::http::{StatusCode, header};

use crate::stand::{HOSTILE, Stand, form, request};

#[tokio::test]
async fn a_form_needs_the_key_of_its_session() {
    let stand = Stand::new().await;
    #[rustfmt::skip]
    let rows = [
        ("form_key=form-key-of-clerk",                        303),
        ("name=x",                                            403),
        ("form_key=",                                         403),
        ("form_key=form-key-of-other-clerk",                  403),
        ("form_key=form-key-of-clerkk",                       403),
        ("form_key=form-key-of-cler",                         403),
        ("",                                                  403),
    ];
    for (body, expected) in rows {
        assert_eq!(stand.post("/thing", "clerk", body).await.status.as_u16(), expected, "{body}");
    }
    let of_page = stand.get("/open", "clerk").await.hidden("form_key");
    assert_eq!(of_page, "form-key-of-clerk");
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let stand = Stand::new().await;
    let send = async |headers: &[(&str, &str)]| {
        let request = request(axum::http::Method::POST, "/thing", "clerk")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        stand.send(request.body(Body::from("form_key=form-key-of-clerk")).unwrap()).await.status.as_u16()
    };
    assert_eq!(send(&[]).await, 303, "programs that send neither need the form key all the same");
    assert_eq!(send(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]).await, 303);
    for origin in ["https://evil.example", "null", "http://localhost:8081", "http://localhost:8080.evil.example", ""] {
        assert_eq!(send(&[("origin", origin)]).await, 403, "{origin}");
    }
    for from in ["cross-site", "same-site", "?"] {
        assert_eq!(send(&[("sec-fetch-site", from), ("origin", "http://localhost:8080")]).await, 403, "{from}");
    }
}

#[tokio::test]
async fn a_form_without_session_needs_the_cookie_it_was_made_with() {
    let stand = Stand::new().await;
    let page = stand.get("/open", "").await;
    let (key, cookie) = (page.hidden("form_key"), page.cookie("portreeve-form").unwrap());
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let send = async |key: &str, cookie: &str| {
        let request = form("/open", "").header(header::COOKIE, cookie);
        stand.send(request.body(Body::from(format!("form_key={key}&name=Ana"))).unwrap()).await.status.as_u16()
    };
    assert_eq!(send(&key, &cookie).await, 303);
    let other = stand.get("/open", "").await;
    let other_key = other.hidden("form_key");
    assert_ne!(key, other_key);
    assert_eq!(send(&other_key, &cookie).await, 403, "a key of another browser");
    assert_eq!(send(&key, "portreeve-form=x").await, 403);
    assert_eq!(send(&key, "a=b").await, 403);
    let held = cookie.trim_start_matches("portreeve-form=");
    assert_eq!(send(held, &cookie).await, 403, "without its mark");
    assert_eq!(send(&format!("{held}.{}", "A".repeat(43)), &cookie).await, 403, "with a made-up mark");
    // Whoever signs in gets another key: one from before is worth nothing then.
    assert_eq!(stand.post("/thing", "clerk", &format!("form_key={key}")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field() {
    let stand = Stand::new().await;
    let body = "form_key=form-key-of-clerk&key=0123456789abcdef&name=&count=many&password=hunter2hunter2";
    let told = stand.post("/open", "clerk", body).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.body.contains("<title>Error: Open"), "{}", told.body);
    assert!(told.body.contains("<a href=\"#field-name\">Name: enter something</a>"));
    assert!(
        told.body.contains("id=\"field-count-error\"><span class=\"unseen\">Error: </span>Count: enter a whole number")
    );
    assert!(told.body.contains("value=\"many\""), "what was sent stays");
    assert!(!told.body.contains("hunter2"), "passwords do not");
    assert_eq!(told.hidden("key"), "0123456789abcdef", "nothing was done, so its key stays");
}

#[tokio::test]
async fn a_stale_form_comes_back_with_what_is_so_now_and_can_be_sent_again() {
    let stand = Stand::new().await;
    let body = "form_key=form-key-of-clerk&key=0123456789abcdef&seen=before&name=Ana";
    let told = stand.post("/stale", "clerk", body).await;
    assert!(told.body.contains("It changed since you looked."), "{}", told.body);
    assert!(told.body.contains("value=\"Ana\""), "what was typed stays");
    assert_eq!(told.hidden("seen"), "now", "what was seen does not");
    let again = format!("form_key=form-key-of-clerk&key=0123456789abcdef&seen={}&name=Ana", told.hidden("seen"));
    assert_eq!(stand.post("/stale", "clerk", &again).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn bad_input_is_refused_calmly() {
    let stand = Stand::new().await;
    let long = "x".repeat(100_000);
    let many = "&a=b".repeat(6_000);
    #[rustfmt::skip]
    let rows = [
        (format!("name={long}"),                           422),
        ("name=%00%1b".to_owned(),                         422),
        ("name=12345678901".to_owned(),                    422),
        ("name=ok&count=99999999999999999999999".to_owned(), 422),
        ("name=ok&count=1e9".to_owned(),                   422),
        ("name=ok&count=%2712%27%20or%201%3D1".to_owned(), 422),
        ("name=%FF%FE".to_owned(),                         303),
        ("name=ok&name=second".to_owned(),                 303),
        (format!("name=ok{many}"),                         400),
    ];
    for (body, expected) in rows {
        let told = stand.post("/open", "clerk", &format!("form_key=form-key-of-clerk&{body}")).await;
        assert_eq!(told.status.as_u16(), expected, "{}", &body[..body.len().min(60)]);
    }
    let told =
        stand.post("/open", "clerk", &format!("form_key=form-key-of-clerk&name={}", "x".repeat(1_100_000))).await;
    assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
    let request = request(axum::http::Method::POST, "/open", "clerk").header(header::CONTENT_TYPE, "text/plain");
    let told = stand.send(request.body(Body::from("form_key=form-key-of-clerk&name=ok")).unwrap()).await;
    assert_eq!(told.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_message_is_shown_once_and_cannot_be_made_up() {
    let stand = Stand::new().await;
    let body = format!("form_key=form-key-of-clerk&name={}", "%3Cb%3E%27");
    let told = stand.post("/open", "clerk", &body).await;
    let cookie = told.cookie("portreeve-alert").unwrap().split(';').next().unwrap().to_owned();
    let show = async |cookie: &str| {
        let request = request(axum::http::Method::GET, "/thing", "clerk").header(header::COOKIE, cookie);
        stand.send(request.body(Body::empty()).unwrap()).await
    };
    let page = show(&cookie).await;
    assert!(page.body.contains("Hello &#60;b&#62;&#39;"), "{}", page.body);
    assert!(page.cookie("portreeve-alert").unwrap().contains("Max-Age=0"));
    let forged = cookie.replacen("alert=", "alert=A", 1);
    assert!(!show(&forged).await.body.contains("Hello"));
}

#[tokio::test]
async fn words_from_outside_are_only_words() {
    let stand = Stand::new().await;
    let name: String = HOSTILE.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let body = format!("form_key=form-key-of-clerk&name={name}&count={name}");
    let pages = [
        stand.get("/thing", "clerk").await,
        stand.get(&format!("/table?filter={name}&sort={name}&extra={name}"), "clerk").await,
        stand.get("/table", "clerk").await,
        stand.post("/open", "clerk", &body).await,
        stand.get(&format!("/nowhere/{name}"), "clerk").await,
    ];
    for page in pages {
        let scripts = page.body.matches("<script").count();
        assert_eq!(scripts, 1, "only the kit's own: {}", page.body);
        assert!(!page.body.contains("<img"), "{}", page.body);
        assert!(!page.body.contains("onerror=alert(1)>"), "{}", page.body);
    }
}
