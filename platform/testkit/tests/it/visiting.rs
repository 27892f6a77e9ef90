//! What a client sends and is sent, and a whole sign-in at the provider.

use reqwest::{Method, Url};
use testkit::{Answer, Browser, Client, Provider, ProviderAccount, ProviderClient};

use crate::site;

/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn a_client_keeps_cookies_and_sends_hidden_fields() {
    let site = site::start().await;
    let stepping = Client::stepping(&site.address);
    assert_eq!(stepping.get("/away").await.sent_to(), Some("/form"));
    let client = Client::new(&site.address);
    let page = client.get("/away").await;
    assert_eq!((page.status, page.url.path(), page.is_html()), (200, "/form", true));
    assert!(page.header("content-security-policy").is_some());
    let answer = client.post_form(&page, "/answer", &[("name", "Rosa")]).await;
    assert!(answer.text().contains("form_key=k%261&amp;name=Rosa true true"), "{}", answer.text());
    let forged = client.post_form(&page, "/answer", &[("form_key", "x")]).await;
    assert!(forged.text().contains("form_key=x true true"), "{}", forged.text());
    let plain = stepping.post("/answer", &[("name", "Rosa")]).await;
    assert!(plain.text().contains("name=Rosa true true"), "{}", plain.text());
    let foreign = Answer::of(Client::new(&site.address).request(Method::POST, "/answer").body("name=Rosa")).await;
    assert!(foreign.text().contains("name=Rosa false false"), "{}", foreign.text());
    assert_eq!(client.get("/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_person_signs_in_at_the_provider_and_comes_back_with_a_code() {
    let test = "a_person_signs_in_at_the_provider_and_comes_back_with_a_code";
    let site = site::start().await;
    let asking = ProviderClient::at(&site.url("/back"));
    let accounts = [ProviderAccount::verified("rosa", "Rosa Diaz"), ProviderAccount::verified("li", "Li Wei")];
    let Some(provider) = Provider::start(test, &asking, &accounts).await else { return };
    let client = Client::new(&provider.issuer);
    let discovery = client.get("/.well-known/openid-configuration").await.json();
    assert_eq!(discovery["issuer"], provider.issuer.as_str());
    let address_of = |what: &str| discovery[what].as_str().expect("the document names it").to_owned();
    let sign_in = client.get(&question(&address_of("authorization_endpoint"), &asking)).await;
    let action = |page: &Answer| page.forms().first().expect("the page has a form").action.clone();
    let consent = client.post_form(&sign_in, &action(&sign_in), &[("login", "rosa"), ("password", "any")]).await;
    let back = client.post_form(&consent, &action(&consent), &[]).await;
    assert!(back.text().contains("You are back"), "{}", back.text());
    let told =
        |name: &str| back.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    assert_eq!(told("state").as_deref(), Some("of-this-test"));
    let code = told("code").expect("a code comes back");
    let exchange = client
        .request(Method::POST, &address_of("token_endpoint"))
        .basic_auth(&asking.id, Some(&asking.secret))
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &asking.redirect_url),
            ("code_verifier", VERIFIER),
        ]);
    let tokens = Answer::of(exchange).await.json();
    let access = tokens["access_token"].as_str().unwrap_or_else(|| panic!("no token: {tokens}"));
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let claims = client.request(Method::GET, &address_of("userinfo_endpoint")).bearer_auth(access);
    let claims = Answer::of(claims).await.json();
    assert_eq!(claims["sub"], "rosa");
    assert_eq!((&claims["email"], &claims["email_verified"]), (&"rosa@city.example".into(), &true.into()), "{claims}");
}

#[tokio::test]
async fn a_browser_signs_in_at_the_provider() {
    let test = "a_browser_signs_in_at_the_provider";
    let Some(browser) = Browser::start(test).await else { return };
    let site = site::start().await;
    let asking = ProviderClient::at(&site.url("/back"));
    let accounts = [ProviderAccount::verified("li", "Li Wei")];
    let Some(provider) = Provider::start(test, &asking, &accounts).await else { return };
    browser.open(&question(&format!("{}/auth", provider.issuer), &asking)).await;
    provider.sign_in(&browser, "li").await;
    browser.wait_for_text("You are back").await;
    assert!(browser.url().await.contains("state=of-this-test"), "{}", browser.url().await);
}

/// The address at which the provider is asked who somebody is.
fn question(endpoint: &str, asking: &ProviderClient) -> String {
    let words = [
        ("client_id", asking.id.as_str()),
        ("redirect_uri", &asking.redirect_url),
        ("response_type", "code"),
        ("scope", "openid email profile"),
        ("state", "of-this-test"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    Url::parse_with_params(endpoint, words).unwrap().to_string()
}
