//! Who gets in: deny by default, sign in first, the second factor, permissions.

use axum::http::StatusCode;

use crate::stand::Stand;

#[tokio::test]
async fn everything_not_allowed_is_denied() {
    let stand = Stand::new().await;
    #[rustfmt::skip]
    let rows = [
        // path           nobody  unknown  half  stranger  clerk
        ("/",            [303,    303,     303,  200,      200]),
        ("/open",        [200,    200,     200,  200,      200]),
        ("/thing",       [303,    303,     303,  403,      200]),
        ("/other",       [303,    303,     303,  403,      403]),
        ("/either",      [303,    303,     303,  403,      200]),
        ("/style",       [303,    303,     303,  200,      200]),
        ("/nowhere",     [404,    404,     404,  404,      404]),
        ("/thing/",      [404,    404,     404,  404,      404]),
        ("/assets/portreeve.css", [200, 200, 200, 200,     200]),
    ];
    for (path, expected) in rows {
        let mut seen = [0; 5];
        for (seen, session) in seen.iter_mut().zip(["", "unknown", "half", "stranger", "clerk"]) {
            *seen = stand.get(path, session).await.status.as_u16();
        }
        assert_eq!(seen, expected, "{path}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request = crate::stand::request(method.parse().unwrap(), "/thing", "clerk");
        let told = stand.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(told.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_comes_back_after_signing_in() {
    let stand = Stand::new().await;
    let told = stand.get("/thing?a=1&b=%2F%2Fevil", "").await;
    assert_eq!(told.header("location"), "/sign-in?return_to=%2Fthing%3Fa%3D1%26b%3D%252F%252Fevil");
    assert_eq!(stand.get("/", "").await.header("location"), "/sign-in");
    assert_eq!(stand.get("/thing", "half").await.header("location"), "/sign-in/code");
    let told = stand.post("/thing", "", "form_key=x").await;
    assert_eq!(told.status, StatusCode::UNAUTHORIZED);
    assert!(told.body.contains("Sign in first"));
}

#[tokio::test]
async fn a_refusal_names_the_permission() {
    let told = Stand::new().await.get("/other", "clerk").await;
    assert!(told.body.contains("“See the other thing” (test.other)"), "{}", told.body);
}

#[tokio::test]
async fn the_menu_shows_what_one_may_open() {
    let stand = Stand::new().await;
    let check = async |session: &str, expected: [bool; 3]| {
        let told = stand.get("/open", session).await;
        let menu = told.body.split_once("<nav class=\"menu\"").map_or("", |(_, rest)| rest);
        let menu = menu.split("</nav>").next().unwrap();
        let seen = ["href=\"/\"", "href=\"/thing\"", "href=\"/other\""].map(|link| menu.contains(link));
        assert_eq!(seen, expected, "{session}");
    };
    check("", [false, false, false]).await;
    check("half", [false, false, false]).await;
    check("stranger", [true, false, false]).await;
    check("clerk", [true, true, false]).await;
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let stand = Stand::new().await;
    for back in [
        "//evil.example",
        "https%3A%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%09%2Fevil.example",
        "javascript%3Aalert(1)",
    ] {
        let told = stand.get(&format!("/sign-in/as/clerk?return_to={back}"), "").await;
        assert_eq!((told.status.as_u16(), told.header("location")), (303, "/"), "{back}");
    }
    let told = stand.get("/sign-in/as/clerk?return_to=%2Fthing%3Fa%3D1", "").await;
    assert_eq!(told.header("location"), "/thing?a=1");
}
