//! A page with one fault of each sort planted, and one without any: what the gallery sees is what is there.

use testkit::{Asked, LittleSite, Told};

use crate::eyes::Eyes;
use crate::gallery::Gallery;

const SOUND: &str = r#"<!doctype html><html lang="en"><head><title>Sound</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"></head><body><main><h1>Sound</h1>
<form action="/sound"><label>Name <input name="name"></label> <button>Find</button></form></main></body></html>"#;

const PLANTED: &str = r#"<!doctype html><html lang="en"><head><title>Planted</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><script src="/heavy.js" defer></script>
<style>@media (prefers-color-scheme: dark) { h1 { color: #222; background: #000 } }</style></head><body><main>
<h1>Planted</h1><h1>Twice</h1><img src="/none.png"><div style="width: 400px">Wide</div>
<p><a href="javascript:void 0">Goes nowhere</a></p><p><button type="button">Dead</button></p></main></body></html>"#;

fn answer(asked: &Asked) -> Told {
    match asked.path.as_str() {
        "/sound" => Told::html(SOUND),
        "/planted" => Told::html(PLANTED),
        "/heavy.js" => Told::script(format!(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<form><h2>Made</h2></form>'); // {}",
            "heavy ".repeat(30_000)
        )),
        "/" => Told::html(SOUND.replace("</h1>", "</h1><p><a href=\"/people/csr?all=1\">Somebody</a></p>")),
        "/people/csr" => Told::html(SOUND),
        "/kept" => Told { status: "403 Forbidden", ..Told::html(SOUND) },
        "/away" => Told { status: "303 See Other", headers: vec!["location: /sound".to_owned()], text: String::new() },
        _ => Told { status: "404 Not Found", ..Told::html(SOUND) },
    }
}

#[tokio::test]
async fn planted_faults_of_a_page_are_seen_and_no_others() {
    let pictures = tempfile::tempdir().unwrap();
    let test = "planted_faults_of_a_page_are_seen_and_no_others";
    let Some(eyes) = Eyes::open(test, pictures.path()).await else { return };
    let site = LittleSite::start(answer).await;
    assert_eq!(eyes.faults("sound", &site.url("/sound"), 200).await, [""; 0]);
    assert_eq!(eyes.faults("nothing", &site.url("/nothing"), 404).await, [""; 0]);
    assert_eq!(std::fs::read_dir(pictures.path()).unwrap().count(), 8, "four pictures a page");
    let faults = eyes.faults("planted", &site.url("/planted"), 200).await;
    for expected in [
        "planted: weighs 1",
        "planted: has 2 headings of the first level",
        "none.png",
        "1280-light: image-alt",
        "320-light: image-alt",
        "1280-dark: color-contrast",
        "320-dark: color-contrast",
        "320-light: scrolls sideways: 4",
        "this does nothing: <button type=\"button\">Dead</button>",
        "this does nothing: <a href=\"javascript:void 0\">Goes nowhere</a>",
        "these are gone: [\"Made\"]",
        "0 of 1 forms are left",
    ] {
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{expected}: {faults:#?}");
    }
    let wrong = eyes.faults("sound", &site.url("/sound"), 404).await;
    assert_eq!(wrong, ["sound: answers 200 in place of 404"]);
}

#[tokio::test]
async fn a_walk_follows_links_and_names_what_nobody_was_shown() {
    let pictures = tempfile::tempdir().unwrap();
    let test = "a_walk_follows_links_and_names_what_nobody_was_shown";
    let Some(eyes) = Eyes::open(test, pictures.path()).await else { return };
    let site = LittleSite::start(answer).await;
    let pages = ["/", "/away", "/kept", "/people/{code}", "/runs/{run}"].map(str::to_owned).to_vec();
    let mut gallery = Gallery::new(eyes, &site.address, pages);
    gallery.walk("csr").await;
    let unseen = ["/away", "/kept", "/runs/{run}"].map(|page| format!("{page} was shown to nobody"));
    assert_eq!(gallery.complaints(), unseen);
    let seen = ["home", "people-code", "refused-to-csr"];
    assert!(seen.iter().all(|name| pictures.path().join(format!("{name}-320-dark.png")).exists()));
}
