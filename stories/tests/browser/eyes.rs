//! `Eyes`: looks at a page as everybody may have to, takes its picture, and says what is wrong with it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use testkit::{Axe, Browser, Look, Scheme};

/// No page is heavier, style sheet and scripts included.
const HEAVIEST_BYTES: u64 = 150_000;

/// How a page is looked at with scripts: name of the picture, and the look.
const LOOKS: [(&str, Look); 4] = [
    ("1280-light", Look::DESK),
    ("1280-dark", Look::DESK.dark()),
    ("320-light", Look::NARROW),
    ("320-dark", Look::NARROW.dark()),
];

/// What a page holds, whether or not its scripts ran, and what would not work without them.
const CONTENTS: &str = "
    const seen = element => element.checkVisibility();
    const all = what => [...document.querySelectorAll(what)].filter(seen);
    const words = element => (element.innerText || '').trim().replace(/\\s+/g, ' ');
    const asks = button => button.hasAttribute('popovertarget') || button.hasAttribute('commandfor');
    const works = button => (button.form && button.type !== 'button') || asks(button) || button.closest('summary');
    const empty = link => !link.hasAttribute('href') || /^(#?$|javascript:)/.test(link.getAttribute('href'));
    return {
        headings: all('h1, h2, h3, caption, legend').map(words),
        forms: all('form').length,
        fields: all('input:not([type=hidden]), select, textarea').length,
        tables: all('table').length,
        dead: [...all('button').filter(one => !works(one)), ...all('a').filter(empty)].map(one => one.outerHTML),
    }";

const MEASURES: &str = "
    const [page] = performance.getEntriesByType('navigation');
    const parts = performance.getEntriesByType('resource');
    return {
        status: page.responseStatus,
        bytes: [page, ...parts].reduce((sum, part) => sum + part.transferSize, 0),
        first_headings: document.querySelectorAll('h1').length,
    }";

/// Looks at pages, and keeps their pictures in a folder.
pub(crate) struct Eyes {
    pub(crate) browser: Browser,
    axe: Axe,
    pictures: PathBuf,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Contents {
    headings: Vec<String>,
    forms: u32,
    fields: u32,
    tables: u32,
    dead: Vec<String>,
}

#[derive(Deserialize)]
struct Measures {
    status: u16,
    bytes: u64,
    first_headings: u32,
}

impl Eyes {
    /// Opens them; `None`, recorded as skipped, where something for it is not installed.
    pub(crate) async fn open(test: &str, pictures: &Path) -> Option<Eyes> {
        let axe = Axe::ready(test)?;
        Some(Eyes { browser: Browser::start(test).await?, axe, pictures: pictures.to_owned() })
    }

    /// Opens a page without judging it, and gives the status of the answer and the address that answered.
    pub(crate) async fn visit(&self, url: &str) -> (u16, String) {
        self.browser.open(url).await;
        let _not_judged = self.browser.complaints().await;
        (self.measures().await.status, self.browser.url().await)
    }

    /// Everything that is wrong with a page; nothing when all is well.
    pub(crate) async fn faults(&self, name: &str, url: &str, status: u16) -> Vec<String> {
        let mut faults = Vec::new();
        self.browser.look(Look::DESK).await;
        let _of_other_pages = self.browser.complaints().await;
        self.browser.open(url).await;
        let Measures { status: answered, bytes, first_headings } = self.measures().await;
        faults.extend((answered != status).then(|| format!("answers {answered} in place of {status}")));
        faults.extend((HEAVIEST_BYTES < bytes).then(|| format!("weighs {bytes} bytes")));
        faults.extend((first_headings != 1).then(|| format!("has {first_headings} headings of the first level")));
        // A browser complains of a page that answers with an error, which is what such a page is for.
        let complaints = self.browser.complaints().await;
        faults.extend(
            complaints.into_iter().filter(|one| status == 200 || !one.contains(&format!("status of {status}"))),
        );
        faults.extend(self.faults_of_looks(name).await);
        faults.extend(self.faults_without_scripts(url).await);
        faults.iter().map(|fault| format!("{name}: {fault}")).collect()
    }

    /// What is wrong with the answer to a form, which stands in the browser and cannot be opened again.
    pub(crate) async fn faults_of_answer(&self, name: &str) -> Vec<String> {
        let mut faults = self.faults_of_looks(name).await;
        faults.extend(self.browser.complaints().await);
        self.browser.look(Look::DESK).await;
        faults.iter().map(|fault| format!("{name}: {fault}")).collect()
    }

    /// What is wrong with how the page looks that stands in the browser; takes its pictures.
    async fn faults_of_looks(&self, name: &str) -> Vec<String> {
        let mut faults = self.anchors_said_twice().await;
        for (look_name, look) in LOOKS {
            self.browser.look(look).await;
            // Light and dark differ in colors only.
            let violations = match look.scheme {
                Scheme::Light => self.axe.violations(&self.browser).await,
                Scheme::Dark => self.axe.violations_of_colors(&self.browser).await,
            };
            faults.extend(violations.iter().map(|one| format!("{look_name}: {one}")));
            faults.extend(self.too_wide(look).await.map(|words| format!("{look_name}: {words}")));
            self.browser.screenshot(&self.pictures.join(format!("{name}-{look_name}.png"))).await;
        }
        faults
    }

    /// What is there with scripts is there without, and whatever can be pressed does something.
    async fn faults_without_scripts(&self, url: &str) -> Vec<String> {
        self.browser.look(Look::NARROW).await;
        let with = self.contents().await;
        self.browser.look(Look::NARROW.without_scripts()).await;
        self.browser.open(url).await;
        let without = self.contents().await;
        self.browser.look(Look::DESK).await;
        let mut faults: Vec<String> =
            without.dead.iter().map(|one| format!("without scripts, this does nothing: {one}")).collect();
        let lost: Vec<_> = with.headings.iter().filter(|one| !without.headings.contains(one)).collect();
        faults.extend((!lost.is_empty()).then(|| format!("without scripts, these are gone: {lost:?}")));
        for (what, with, without) in [
            ("forms", with.forms, without.forms),
            ("fields", with.fields, without.fields),
            ("tables", with.tables, without.tables),
        ] {
            faults.extend((without < with).then(|| format!("without scripts, {without} of {with} {what} are left")));
        }
        faults
    }

    /// An anchor leads to one place.
    async fn anchors_said_twice(&self) -> Vec<String> {
        let ids = "const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
            return ids.filter((id, at) => ids.indexOf(id) !== at);";
        let twice = self.browser.evaluate(ids).await;
        let twice = twice.as_array().expect("a list of ids");
        twice.iter().map(|id| format!("the id {id} is there twice")).collect()
    }

    async fn too_wide(&self, look: Look) -> Option<String> {
        let width = self.browser.evaluate("return document.scrollingElement.scrollWidth").await;
        let width = width.as_u64().expect("a width is a number");
        (u64::from(look.width) < width).then(|| format!("scrolls sideways: {width} pixels"))
    }

    async fn contents(&self) -> Contents {
        serde_json::from_value(self.browser.evaluate(CONTENTS).await).expect("the script gives these")
    }

    async fn measures(&self) -> Measures {
        serde_json::from_value(self.browser.evaluate(MEASURES).await).expect("the script gives these")
    }
}
