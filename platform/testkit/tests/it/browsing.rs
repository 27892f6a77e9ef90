//! What a browser of a test sees and does, and what its judge finds.

use testkit::{Axe, Browser, Look};

use crate::site;

#[tokio::test]
async fn a_form_is_filled_in_by_its_words_with_scripts_and_without() {
    let test = "a_form_is_filled_in_by_its_words_with_scripts_and_without";
    let Some(browser) = Browser::start(test).await else { return };
    let site = site::start().await;
    for (look, words) in [(Look::DESK, "scripts are on"), (Look::NARROW.without_scripts(), "scripts are off")] {
        browser.look(look).await;
        browser.open(&site.url("/form")).await;
        browser.wait_for_text(words).await;
        assert_eq!(browser.title().await, "Form");
        assert_eq!(browser.filled("Name").await, "old");
        browser.fill("Name", "Rosa O'Hara").await;
        browser.fill("Day", "2026-07-01").await;
        browser.choose("Role", "Cashier").await;
        browser.tick("Agreed").await;
        browser.press("Send it").await;
        let text = browser.wait_for_text("Answer").await;
        assert!(text.contains("form_key=k%261&name=Rosa+O%27Hara&day=2026-07-01&role=2&agreed=yes"), "{text}");
        assert_eq!(browser.url().await, site.url("/answer"));
    }
}

#[tokio::test]
async fn planted_faults_are_found_under_a_strict_policy_and_nothing_else_is() {
    let test = "planted_faults_are_found_under_a_strict_policy_and_nothing_else_is";
    let (Some(browser), Some(axe)) = (Browser::start(test).await, Axe::ready(test)) else { return };
    let site = site::start().await;
    let found = async |path: &str, look| {
        browser.look(look).await;
        browser.open(&site.url(path)).await;
        let found = axe.violations(&browser).await;
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(found("/planted", Look::DESK).await, ["image-alt"]);
    assert_eq!(found("/planted", Look::DESK.dark()).await, ["color-contrast", "image-alt"]);
    let of_colors = axe.violations_of_colors(&browser).await;
    assert_eq!(of_colors.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["color-contrast"]);
    let complaints = browser.complaints().await;
    assert!(complaints.iter().any(|one| one.contains("none.png")), "the policy refused a picture: {complaints:?}");
    assert_eq!(found("/form", Look::DESK).await, [""; 0]);
    assert_eq!(found("/form", Look::NARROW.dark()).await, [""; 0]);
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test]
async fn a_page_is_seen_as_wide_and_as_dark_as_was_asked() {
    let test = "a_page_is_seen_as_wide_and_as_dark_as_was_asked";
    let Some(browser) = Browser::start(test).await else { return };
    let site = site::start().await;
    browser.open(&site.url("/form")).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, look, expected) in [
        ("desk", Look::DESK, "[1280,false]"),
        ("narrow", Look::NARROW, "[320,false]"),
        ("narrow, dark", Look::NARROW.dark(), "[320,true]"),
    ] {
        browser.look(look).await;
        let seen = browser.evaluate("return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]").await;
        assert_eq!(seen.to_string(), expected, "{name}");
        let file = folder.path().join(format!("gallery/{name}.png"));
        browser.screenshot(&file).await;
        let picture = std::fs::read(file).unwrap();
        assert!(picture.starts_with(b"\x89PNG"), "{name}");
        assert_eq!(picture[16..20], look.width.to_be_bytes(), "{name}");
    }
}
