//! `Camera`: goes to a page as somebody, does what is to be seen, and takes the part that matters as a small picture.

use std::path::PathBuf;

use serde_json::Value;
use testkit::{Browser, Served};

use crate::png;
use crate::shots::{Part, Shot, Step};

/// What everybody of the demo signs in with.
const PASSWORD: &str = "desert sunrise over the canal";
/// On the page of whoever is signed in.
const HOME: &str = "Waiting for you";
/// Around a part of a page.
const EDGE: i64 = 12;
/// The width of the window.
const WIDTH: i64 = 1280;

/// Nothing that moves or blinks, so that a picture taken again is the same.
const STILL: &str = "
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { caret-color: transparent !important; animation: none !important; transition: none !important }' +
        'html { scrollbar-width: none !important }');
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    await document.fonts.ready;
    return true";

/// Takes pictures.
pub(crate) struct Camera<'a> {
    browser: Browser,
    served: &'a Served,
    folder: PathBuf,
    /// Who sits before it.
    who: Option<&'static str>,
}

impl<'a> Camera<'a> {
    pub(crate) fn new(browser: Browser, served: &'a Served, folder: PathBuf) -> Camera<'a> {
        Camera { browser, served, folder, who: None }
    }

    /// Takes a picture and writes it.
    pub(crate) async fn take(&mut self, shot: &Shot) {
        self.sit_down(shot.who).await;
        self.browser.open(&self.served.url(shot.path)).await;
        for step in shot.before {
            self.step(*step).await;
        }
        self.browser.evaluate(&format!("return (async () => {{ {STILL} }})()")).await;
        let bytes = png::small(&self.browser.picture(self.rectangle(shot).await).await);
        std::fs::create_dir_all(&self.folder).expect("the folder of the pictures can be made");
        let file = self.folder.join(format!("{}.png", shot.name));
        std::fs::write(&file, bytes).expect("a picture can be written");
    }

    async fn sit_down(&mut self, who: Option<&'static str>) {
        if self.who == who {
            return;
        }
        self.browser.forget().await;
        self.who = who;
        let Some(code) = who else { return };
        self.browser.open(&self.served.url("/sign-in")).await;
        self.browser.fill("Sign-in name", code).await;
        self.browser.fill("Password", PASSWORD).await;
        self.browser.press("Sign in").await;
        self.browser.wait_for_text(HOME).await;
    }

    async fn step(&self, step: Step) {
        match step {
            Step::Press(words) => self.browser.press(words).await,
            Step::Fill(label, text) => self.browser.fill(label, text).await,
            Step::See(words) => drop(self.browser.wait_for_text(words).await),
        }
    }

    /// The rectangle of the part, in whole pixels, within the page.
    async fn rectangle(&self, shot: &Shot) -> [u32; 4] {
        let (what, most) = match shot.part {
            Part::Screen(most) => return [0, 0, 1280, most],
            Part::Page(most) => ("main", most),
            Part::Of(what, most) => (what, most),
        };
        let script = format!(
            "const found = document.querySelector({what:?});
            if (!found) throw new Error('nothing is ' + {what:?});
            const box = found.getBoundingClientRect();
            return [box.left, box.top + scrollY, box.right, box.bottom + scrollY].map(Math.round)"
        );
        let corners = self.browser.evaluate(&script).await;
        let corner = |place: usize| corners.get(place).and_then(Value::as_i64).expect("a corner is a number");
        // Above a page lies the menu.
        let above = if what == "main" { 0 } else { EDGE };
        let (left, top) = ((corner(0) - EDGE).max(0), (corner(1) - above).max(0));
        let (right, bottom) = ((corner(2) + EDGE).min(WIDTH), corner(3) + EDGE);
        let height = (bottom - top).min(i64::from(most));
        [left, top, right - left, height].map(|pixels| u32::try_from(pixels).expect("a part has a size"))
    }
}
