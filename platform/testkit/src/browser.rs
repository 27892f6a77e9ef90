//! `Browser`: a headless Chromium that a test looks at pages with, and works as a clerk does: by words.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use data_encoding::BASE64;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::beside::{Beside, GLANCE, command, own_folder, told_place};
use crate::skip;

/// How long a page may take to show what is waited for.
const SHOWS_WITHIN: Duration = Duration::from_secs(10);

/// A browser that never calls home, keeps nothing, and dies with its driver, to which it is tied by a pipe.
const FLAGS: [&str; 15] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--lang=en-US",
    "--force-prefers-reduced-motion",
    // Pages that are not ours ask for fonts elsewhere; without a network they would be waited for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
];

/// A browser with one page; gone when dropped.
#[derive(Debug)]
pub struct Browser {
    client: fantoccini::Client,
    /// Where the driver takes commands of Chromium's own protocol.
    own_protocol: String,
    http: reqwest::Client,
    /// Clicks and keys that write nothing, since somebody asked.
    presses: AtomicU32,
    _driver: Beside,
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The width of the page in CSS pixels.
    pub width: u32,
    /// What the person prefers.
    pub scheme: Scheme,
    /// Whether scripts of pages run.
    pub scripts: Scripts,
}

/// The color scheme a person prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// Whether scripts of pages run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scripts {
    /// They run.
    On,
    /// They do not, as if the person had switched them off.
    Off,
}

impl Look {
    /// A desk: 1280 pixels, light, with scripts.
    pub const DESK: Look = Look { width: 1280, scheme: Scheme::Light, scripts: Scripts::On };
    /// The narrowest screen that pages are made for: 320 pixels, light, with scripts.
    pub const NARROW: Look = Look { width: 320, ..Look::DESK };

    /// The same, dark.
    #[must_use]
    pub const fn dark(self) -> Look {
        Look { scheme: Scheme::Dark, ..self }
    }

    /// The same, without scripts.
    #[must_use]
    pub const fn without_scripts(self) -> Look {
        Look { scripts: Scripts::Off, ..self }
    }
}

/// A key of a keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// One that writes.
    Letter(char),
    /// Enter.
    Enter,
    /// The next thing.
    Tab,
    /// The thing before: Tab with Shift held down.
    BackTab,
    /// Away from here.
    Escape,
    /// The space bar.
    Space,
    /// The arrow that points down.
    Down,
    /// The arrow that points up.
    Up,
}

impl Key {
    /// As WebDriver writes it.
    fn codes(self) -> Vec<char> {
        use fantoccini::key::Key as Code;
        let code = match self {
            Key::Letter(letter) => return vec![letter],
            Key::BackTab => return [Code::Shift, Code::Tab, Code::Null].map(char::from).into(),
            Key::Space => return vec![' '],
            Key::Enter => Code::Enter,
            Key::Tab => Code::Tab,
            Key::Escape => Code::Escape,
            Key::Down => Code::Down,
            Key::Up => Code::Up,
        };
        vec![code.into()]
    }
}

impl Browser {
    /// Starts a browser at a desk; `None`, recorded as skipped, where none is installed.
    ///
    /// # Panics
    /// When it is installed and does not start.
    pub async fn start(test: &str) -> Option<Browser> {
        let places = (told_place("PORTREEVE_TEST_CHROMIUM"), told_place("PORTREEVE_TEST_CHROMEDRIVER"));
        let (Some(chromium), Some(chromedriver)) = places else {
            skip(&format!("{test}: no browser was made ready"));
            return None;
        };
        let folder = own_folder();
        let mut flags: Vec<String> = FLAGS.iter().map(|flag| (*flag).to_owned()).collect();
        flags.push(format!("--user-data-dir={}", folder.path().join("profile").display()));
        let mut start = command(chromedriver);
        start.arg("--port=0").env("HOME", folder.path()).env_remove("DISPLAY");
        let (driver, port) = Beside::start(start, folder, "started successfully on port ").await;
        let address = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
        let wanted = json!({
            "goog:chromeOptions": { "binary": chromium, "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(wanted) = wanted else { unreachable!("written as an object above") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(wanted).connect(&address).await.expect("a browser starts");
        let session = done("its session", client.session_id().await).expect("a session has an id");
        let own_protocol = format!("{address}/session/{session}");
        let browser =
            Browser { client, own_protocol, http: reqwest::Client::new(), presses: AtomicU32::new(0), _driver: driver };
        browser.command("Network.enable", json!({})).await;
        browser.command("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
        browser.look(Look::DESK).await;
        Some(browser)
    }

    /// Looks at this page, and at all that follow, in this way; scripts are on or off from the next page on.
    ///
    /// # Panics
    /// When the browser cannot.
    pub async fn look(&self, look: Look) {
        let metrics = json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = match look.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.command("Emulation.setEmulatedMedia", media).await;
        let is_off = look.scripts == Scripts::Off;
        self.command("Emulation.setScriptExecutionDisabled", json!({ "value": is_off })).await;
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Panics
    /// When nobody answers there, or not to the end.
    pub async fn open(&self, url: &str) {
        done(url, self.client.goto(url).await);
        // Where scripts are off, the driver comes back before a long page has arrived.
        let begun = Instant::now();
        while self.evaluate("return document.readyState").await != "complete" {
            assert!(begun.elapsed() < SHOWS_WITHIN, "{url} was never loaded to its end");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// The address of the page.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn url(&self) -> String {
        done("the address", self.client.current_url().await).to_string()
    }

    /// The title of the page.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn title(&self) -> String {
        done("the title", self.client.title().await)
    }

    /// The text of the page, as far as it can be seen.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn text(&self) -> String {
        // Between two pages there may be no body for a moment, or the one that was found is gone.
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page shows some words, and gives all its text.
    ///
    /// # Panics
    /// When they do not appear in time; says what stood there instead.
    pub async fn wait_for_text(&self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return text;
            }
            assert!(begun.elapsed() < SHOWS_WITHIN, "'{words}' never appeared at {}:\n{text}", self.url().await);
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Writes into the field with a label, in place of what stands there; a date as 2026-07-01.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.field(label).await;
        // A hand clicks into a field it is not in.
        let here = done(label, self.client.active_element().await).element_id();
        self.count(u32::from(here != field.element_id()));
        done(label, field.clear().await);
        let kind = done(label, field.prop("type").await);
        let date = text.split_once('-').and_then(|(year, rest)| Some((year, rest.split_once('-')?)));
        let keys = match (kind.as_deref(), date) {
            (Some("date"), Some((year, (month, day)))) => format!("{month}{day}{year}"),
            _ => text.to_owned(),
        };
        done(label, field.send_keys(&keys).await);
    }

    /// Chooses from the list with a label, by the words of the choice.
    ///
    /// # Panics
    /// When there is no such list, or no such choice.
    pub async fn choose(&self, label: &str, choice: &str) {
        // The list is opened, and the choice clicked.
        self.count(2);
        let choices = done(label, self.field(label).await.find_all(Locator::Css("option")).await);
        for one in choices {
            if done(label, one.text().await).trim() == choice {
                return done(choice, one.click().await);
            }
        }
        panic!("'{label}' has no choice '{choice}'");
    }

    /// Clicks the box or the radio button with a label.
    ///
    /// # Panics
    /// When there is none.
    pub async fn tick(&self, label: &str) {
        self.count(1);
        done(label, self.field(label).await.click().await);
    }

    /// What stands in the field with a label.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn filled(&self, label: &str) -> String {
        done(label, self.field(label).await.prop("value").await).unwrap_or_default()
    }

    /// Presses the button, the link or the summary with these words.
    ///
    /// # Panics
    /// When none can be seen.
    pub async fn press(&self, words: &str) {
        let said = quoted(words);
        let path = ["button", "a[@href]", "summary", "*[@role='button']"]
            .map(|kind| format!("//{kind}[normalize-space()={said} or @aria-label={said}]"))
            .join(" | ");
        let path = format!("{path} | //input[@type='submit' and @value={said}]");
        self.count(1);
        done(words, self.first_seen(words, &path).await.click().await);
    }

    /// Clicks what a selector finds first among what can be seen, where several things have the same words.
    ///
    /// # Panics
    /// When none can be seen.
    pub async fn click(&self, selector: &str) {
        self.count(1);
        let begun = Instant::now();
        while begun.elapsed() < SHOWS_WITHIN {
            for one in self.client.find_all(Locator::Css(selector)).await.unwrap_or_default() {
                if one.is_displayed().await.unwrap_or(false) {
                    return done(selector, one.click().await);
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("'{selector}' is not on the page at {}:\n{}", self.url().await, self.text().await);
    }

    /// How often a hand did something besides writing since this was last asked: clicks, and keys that write nothing.
    #[must_use]
    pub fn presses(&self) -> u32 {
        self.presses.swap(0, Ordering::Relaxed)
    }

    fn count(&self, presses: u32) {
        self.presses.fetch_add(presses, Ordering::Relaxed);
    }

    /// Presses keys one after another, wherever the focus is, as a hand at a keyboard does.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn type_keys(&self, keys: &[Key]) {
        let focused = done("the focus", self.client.active_element().await);
        let kind = done("the focus", focused.tag_name().await);
        // A letter writes in a field, and is a shortcut elsewhere.
        let is_field = ["input", "textarea", "select"].contains(&kind.as_str());
        let others = keys.iter().filter(|key| !is_field || !matches!(key, Key::Letter(_)));
        self.count(u32::try_from(others.count()).unwrap_or(u32::MAX));
        let text: String = keys.iter().flat_map(|key| key.codes()).collect();
        done("keys", focused.send_keys(&text).await);
    }

    /// The words of what has the focus: its label, its text, or what stands in it; empty when nothing has.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn focused(&self) -> String {
        let script = "const at = document.activeElement; if (!at || at === document.body) return '';
            const label = at.labels && at.labels[0] ? at.labels[0].textContent : '';
            return (at.getAttribute('aria-label') || label || at.textContent || at.value || '').trim();";
        self.evaluate(script).await.as_str().unwrap_or_default().to_owned()
    }

    /// Writes into a field by its name, on a page that is not ours and has no labels.
    pub(crate) async fn fill_named(&self, name: &str, text: &str) {
        let field = self.first_seen(name, &format!("//input[@name={}]", quoted(name))).await;
        done(name, field.send_keys(text).await);
    }

    /// Runs a script in the page, whatever the page allows, and gives what it returns.
    ///
    /// # Panics
    /// When the script fails.
    pub async fn evaluate(&self, script: &str) -> Value {
        done(script, self.client.execute(script, Vec::new()).await)
    }

    /// Runs a script that ends by calling its last argument, and gives what it called it with.
    pub(crate) async fn evaluate_slowly(&self, script: &str) -> Value {
        done("a script", self.client.execute_async(script, Vec::new()).await)
    }

    /// A picture of a rectangle of the page, in CSS pixels: left, top, width, height. As PNG, one pixel each.
    ///
    /// # Panics
    /// When it cannot be taken.
    pub async fn picture(&self, [left, top, width, height]: [u32; 4]) -> Vec<u8> {
        let clip = json!({ "x": left, "y": top, "width": width, "height": height, "scale": 1 });
        let words = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = self.command("Page.captureScreenshot", words).await;
        let text = picture["data"].as_str().expect("a picture comes as text");
        BASE64.decode(text.as_bytes()).expect("in base 64")
    }

    /// Writes a picture of the whole page, at the width it is looked at, into a PNG file.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn screenshot(&self, file: &Path) {
        let picture = self.command("Page.captureScreenshot", json!({ "captureBeyondViewport": true })).await;
        let text = picture["data"].as_str().expect("a picture comes as text");
        let bytes = BASE64.decode(text.as_bytes()).expect("in base 64");
        std::fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("the folder can be made");
        std::fs::write(file, bytes).expect("the picture can be written");
    }

    /// What the page complained about since this was last asked: errors of scripts, of policy, of loading.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.post("se/log", &json!({ "type": "browser" })).await;
        let entries = entries.as_array().cloned().unwrap_or_default();
        let severe = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        severe.filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }

    /// Forgets everything it was told to keep: who was signed in is not any more.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn forget(&self) {
        self.command("Network.clearBrowserCookies", json!({})).await;
    }

    /// The field that a label names: by `for`, around it, or in `aria-label`.
    async fn field(&self, label: &str) -> Element {
        let said = quoted(label);
        let kinds = "self::input or self::select or self::textarea";
        let path = format!(
            "//*[({kinds}) and (@id=//label[normalize-space()={said}]/@for or ancestor::label[normalize-space()={said}] \
             or @aria-label={said})]"
        );
        self.first_seen(label, &path).await
    }

    /// The first element at a path that can be seen; a page that is still coming gets its time.
    async fn first_seen(&self, words: &str, path: &str) -> Element {
        let begun = Instant::now();
        while begun.elapsed() < SHOWS_WITHIN {
            for one in self.client.find_all(Locator::XPath(path)).await.unwrap_or_default() {
                if one.is_displayed().await.unwrap_or(false) {
                    return one;
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("'{words}' is not on the page at {}:\n{}", self.url().await, self.text().await);
    }

    /// A command of Chromium's own protocol.
    async fn command(&self, name: &str, words: Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": name, "params": words })).await
    }

    async fn post(&self, path: &str, words: &Value) -> Value {
        let url = format!("{}/{path}", self.own_protocol);
        let answer = self.http.post(url).json(words).send().await.expect("the driver answers");
        let is_content = answer.status().is_success();
        let mut answer: Value = answer.json().await.expect("the driver answers in JSON");
        assert!(is_content, "{path} {words}: {answer}");
        answer["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is asked waits for its browser to go, so that nobody writes into the folder any more.
        let _killed_then = take_leave(&self.own_protocol);
    }
}

/// Ends a session; written by hand, since nothing can be waited for asynchronously while a test is torn down.
fn take_leave(session: &str) -> std::io::Result<()> {
    let (host, path) = session.trim_start_matches("http://").split_once('/').unwrap_or((session, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(SHOWS_WITHIN))?;
    write!(stream, "DELETE /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")?;
    // It answers when the browser has gone, and keeps the line open.
    stream.read(&mut [0; 1024]).map(|_| ())
}

/// Words as XPath writes them.
fn quoted(words: &str) -> String {
    if words.contains('"') { format!("'{words}'") } else { format!("\"{words}\"") }
}

fn done<T>(what: &str, answer: Result<T, CmdError>) -> T {
    answer.unwrap_or_else(|error| panic!("{what}: {error}"))
}
