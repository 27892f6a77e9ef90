//! From a one-time link to signing out, and what visitors try who should not get in.

use chrono::TimeDelta;
use db::Engine;
use staff::SecondFactorRule::{Optional, Required};
use testkit::{Answer, noon};

use super::house::{House, app_on, sets_up_app, signs_in, token_of};
use crate::sign_in_desk::{OTHER, PASSWORD};

#[tokio::test]
async fn a_link_leads_to_a_password_a_second_factor_and_out_again() {
    let house = House::new(Engine::Sqlite, Required).await;
    let ann = house.visitor();
    let link = house.sign_in.first_link("ann", noon()).await.unwrap().unwrap();
    let path = format!("/welcome/{}", link.text());
    let page = ann.get(&path).await;
    assert!(page.text().contains("Person ann"), "{}", page.text());
    for (password, again, words) in
        [("short", "short", "too short"), (PASSWORD, OTHER, "not the same"), ("", "", "enter something")]
    {
        let answer = ann.post_form(&page, &path, &[("password", password), ("again", again)]).await;
        assert_eq!(answer.status, 422, "{words}");
        assert!(answer.text().contains(words), "{words}");
        assert!(!answer.text().contains(PASSWORD), "a password is never shown again");
    }
    let chosen = ann.post_form(&page, &path, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!(chosen.sent_to(), Some("/"));
    assert_eq!(ann.get(&path).await.status, 410, "a link is good once");

    // A clerk's work moves money: nothing opens before the second factor.
    assert_eq!(ann.get("/").await.sent_to(), Some(web::SECOND_FACTOR_PATH));
    assert_eq!(ann.get("/profile").await.sent_to(), Some(web::SECOND_FACTOR_PATH));
    assert_eq!(ann.get(web::SECOND_FACTOR_PATH).await.sent_to(), Some("/profile/second-factor"));
    let page = ann.get("/profile/second-factor").await;
    assert_eq!(ann.post_form(&page, "/profile/second-factor/start", &[]).await.status, 303);
    let scan = ann.get("/profile/second-factor").await;
    assert!(scan.text().contains("<svg class=\"qr\""));
    let confirm = "/profile/second-factor/confirm";
    let wrong = ann.post_form(&scan, confirm, &[("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(app_on(&wrong), app_on(&scan), "the same secret, to try again");
    let code = app_on(&scan).code_at(noon() - TimeDelta::seconds(30));
    let codes = ann.post_form(&scan, confirm, &[("code", &code)]).await;
    assert_eq!((codes.status, codes.text().matches("<li><code>").count()), (200, 10));
    let again = ann.post_form(&scan, confirm, &[("code", &code)]).await;
    assert_eq!(again.sent_to(), Some("/profile/second-factor"), "codes are shown once");

    let home = ann.get("/").await;
    assert_eq!(home.status, 200);
    assert_eq!(ann.post_form(&home, "/sign-out", &[]).await.sent_to(), Some("/sign-in"));
    assert_eq!(ann.get("/").await.sent_to(), Some("/sign-in"));
    house.town.base.remove().await;
}

#[tokio::test]
async fn signing_in_leads_back_to_the_page_that_was_asked_for() {
    let house = House::new(Engine::Sqlite, Required).await;
    let ann = house.visitor();
    house.welcomed(&ann, "ann").await;
    let (app, codes) = sets_up_app(&ann).await;
    let other = house.visitor();
    assert_eq!(other.get("/adjust").await.sent_to(), Some("/sign-in?return_to=%2Fadjust"));
    let half = signs_in(&other, "/sign-in?return_to=%2Fadjust", ("ann", PASSWORD)).await;
    assert_eq!(half.sent_to(), Some("/sign-in/code?return_to=%2Fadjust"));
    assert_eq!(other.get("/adjust").await.sent_to(), Some(web::SECOND_FACTOR_PATH));
    let page = other.get("/sign-in/code?return_to=%2Fadjust").await;
    let second = web::SECOND_FACTOR_PATH;
    assert_eq!(other.post_form(&page, second, &[("second", "000000")]).await.status, 422);
    let code = app.code_at(noon());
    let whole = other.post_form(&page, second, &[("second", &code)]).await;
    assert_eq!(whole.sent_to(), Some("/adjust"));
    assert_ne!(token_of(&half), token_of(&whole), "a new token with each step");
    assert_eq!(other.get("/adjust").await.status, 200);

    // The code is used up, in any browser; a recovery code is good once.
    let third = house.visitor();
    signs_in(&third, "/sign-in", ("ann", PASSWORD)).await;
    let page = third.get("/sign-in/code").await;
    assert_eq!(third.post_form(&page, second, &[("second", &code)]).await.status, 422);
    let page = third.get("/sign-in/code?with=recovery").await;
    assert_eq!(third.post_form(&page, second, &[("second", &codes[0])]).await.sent_to(), Some("/"));
    let fourth = house.visitor();
    signs_in(&fourth, "/sign-in", ("ann", PASSWORD)).await;
    let page = fourth.get("/sign-in/code?with=recovery").await;
    assert_eq!(fourth.post_form(&page, second, &[("second", &codes[0])]).await.status, 422);
    house.town.base.remove().await;
}

#[tokio::test]
async fn nobody_learns_who_works_here_or_is_led_elsewhere() {
    let house = House::new(Engine::Sqlite, Optional).await;
    house.welcomed(&house.visitor(), "ann").await;
    let told = async |code: &str| {
        let answer = signs_in(&house.visitor(), "/sign-in", (code, OTHER)).await;
        (answer.status, lasting(&answer, code))
    };
    let known = told("ann").await;
    assert_eq!(known.0, 422);
    assert_eq!(told("zoe").await, known, "nobody");
    assert_eq!(told("boss").await, known, "somebody without a password");
    // One more failure from this address, and there would be a pause.
    let (status, body) = told("<script>alert(1)</script>").await;
    assert!(status == 422 && !body.contains("<script>alert"), "{body}");

    for away in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let client = house.visitor();
        let page = client.get("/sign-in").await;
        let fields = [("code", "ann"), ("password", PASSWORD), ("return_to", away)];
        assert_eq!(client.post_form(&page, "/sign-in", &fields).await.sent_to(), Some("/"), "{away}");
        let query = format!("/sign-in?return_to={}", away.replace('/', "%2F").replace(':', "%3A").replace('\\', "%5C"));
        assert_eq!(client.get(&query).await.sent_to(), Some("/"), "{away} when signed in already");
    }
    house.town.base.remove().await;
}

/// The lines of a page that do not change from one request to the next.
fn lasting(page: &Answer, code: &str) -> String {
    let text = page.text();
    let lines = text.lines().filter(|line| !line.contains("type=\"hidden\"") && !line.contains("Request <code>"));
    lines.map(|line| line.replace(&format!("value=\"{code}\""), "value")).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn forms_of_others_and_planted_sessions_are_worth_nothing() {
    let house = House::new(Engine::Sqlite, Optional).await;
    let (ann, root) = (house.visitor(), house.visitor());
    house.welcomed(&ann, "ann").await;
    let planted = token_of(&house.welcomed(&root, "root").await);

    let bare = house.visitor();
    let fields = [("code", "ann"), ("password", PASSWORD)];
    assert_eq!(bare.post("/sign-in", &fields).await.status, 403, "without a form key");
    let elsewhere = house.visitor().get("/sign-in").await;
    assert_eq!(bare.post_form(&elsewhere, "/sign-in", &fields).await.status, 403, "a key of another browser");
    let of_root = root.get("/profile/tokens").await;
    let stolen = ann.post_form(&of_root, "/profile/tokens", &[("name", "x"), ("scopes", "billing.adjust")]).await;
    assert_eq!(stolen.status, 403, "a key of another session");

    // Somebody was made to come with a session of another's, and signs in: it is not theirs afterwards.
    let page = root.get("/profile").await;
    assert_eq!(page.status, 200);
    let form = page.forms().into_iter().find(|form| form.action == "/sign-out").unwrap();
    let key = form.hidden.iter().find(|(name, _)| name == "form_key").map(|(_, value)| value.as_str()).unwrap();
    let request = house.visitor().request("POST".parse().unwrap(), "/sign-in");
    let request = request.header("cookie", format!("portreeve={planted}"));
    let fields = [("code", "ann"), ("password", PASSWORD), ("form_key", key)];
    let answer = Answer::of(request.form(&fields)).await;
    assert_eq!(answer.status, 303);
    assert_ne!(token_of(&answer), planted);
    assert_eq!(root.get("/profile").await.sent_to(), Some("/sign-in?return_to=%2Fprofile"), "the planted one ended");
    house.town.base.remove().await;
}

#[tokio::test]
async fn a_profile_ends_sessions_changes_the_password_and_makes_tokens_once() {
    let house = House::new(Engine::Sqlite, Optional).await;
    let (ann, other, root) = (house.visitor(), house.visitor(), house.visitor());
    house.welcomed(&ann, "ann").await;
    house.welcomed(&root, "root").await;
    signs_in(&other, "/sign-in", ("ann", PASSWORD)).await;
    let profile = ann.get("/profile").await;
    let text = profile.text();
    for words in ["Adjust what an account owes", "The clerk", "$50.00", "this one", "/relations"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let ends: Vec<String> = profile.forms().into_iter().map(|form| form.action).collect();
    let end = ends.iter().find(|action| action.ends_with("/end") && *action != "/profile/sessions/end").unwrap();
    assert_eq!(root.post_form(&root.get("/profile").await, "/profile/sessions/end", &[]).await.status, 303);
    house.welcomed(&root, "root").await;
    let forged = root.get("/profile").await.forms()[0].hidden.clone();
    let forged: Vec<(&str, &str)> = forged.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(root.post(end, &forged).await.status, 404, "the session of another");
    assert_eq!(ann.post_form(&profile, end, &[]).await.sent_to(), Some("/profile"));
    assert_eq!(other.get("/").await.sent_to(), Some("/sign-in"));

    let page = ann.get("/profile/tokens").await;
    let fields = [("name", "hub"), ("scopes", "billing.adjust"), ("expires_on", "2026-07-31")];
    let made = ann.post_form(&page, "/profile/tokens", &fields).await;
    assert!(made.status == 200 && made.text().contains("class=\"shown-once\""), "{}", made.text());
    assert_eq!(ann.post_form(&page, "/profile/tokens", &fields).await.status, 422, "sent twice, made once");
    for scope in ["staff.manage", "everything", ""] {
        let fields = [("name", "more"), ("scopes", scope), ("expires_on", "2026-07-31")];
        assert_eq!(ann.post_form(&page, "/profile/tokens", &fields).await.status, 422, "{scope}");
    }

    let page = ann.get("/profile/password").await;
    let change = async |old: &str| {
        let fields = [("old", old), ("password", OTHER), ("again", OTHER)];
        ann.post_form(&page, "/profile/password", &fields).await
    };
    assert_eq!(change(OTHER).await.status, 422);
    assert_eq!(change(PASSWORD).await.sent_to(), Some("/profile"));
    assert_eq!(ann.get("/profile").await.status, 200);
    assert_eq!(signs_in(&house.visitor(), "/sign-in", ("ann", PASSWORD)).await.status, 422);
    house.town.base.remove().await;
}

#[tokio::test]
async fn outside_words_do_no_harm() {
    let house = House::new(Engine::Sqlite, Optional).await;
    let client = house.visitor();
    let long = "a".repeat(100_000);
    for path in
        ["/welcome/x", "/welcome/%FF", "/welcome/..%2F..", "/sign-in/with/0", "/sign-in/with/-1", "/sign-in/with/x"]
    {
        let status = client.get(path).await.status;
        assert!([404, 410].contains(&status), "{path}: {status}");
    }
    assert_eq!(client.get("/sign-in/returned?state=x&code=y").await.sent_to(), Some("/sign-in"));
    assert_eq!(client.get("/sign-in/returned?error=access_denied").await.sent_to(), Some("/sign-in"));
    for (code, password) in [(long.as_str(), PASSWORD), ("ann", long.as_str()), ("", ""), ("ann\0", "x")] {
        assert_eq!(signs_in(&house.visitor(), "/sign-in", (code, password)).await.status, 422);
    }
    house.town.base.remove().await;
}
