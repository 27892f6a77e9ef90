//! City hall in a browser: who sits at it signs in, sets up the second factor, sends forms.

use std::net::TcpListener;

use acts::{Clock, SystemClock};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use secrets::one_time::Secret;
use testkit::{Browser, Provider, Served};

/// What everybody chooses who gets a link.
const PASSWORD: &str = "nine gulls over the quiet harbor";

/// On the page of whoever is signed in.
pub(crate) const HOME: &str = "Waiting for you";

/// On the page that asks for a code.
pub(crate) const ASKS_FOR_CODE: &str = "Confirm that it is you";

/// Seconds for which the app shows a code.
const STEP_SECONDS: i64 = 30;

/// An address at which nobody listens, for a program that others must know before it does.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").to_string()
}

/// A browser before which one person after another sits down.
pub(crate) struct Hall<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) served: &'a Served,
}

/// Somebody's app for codes. Each code is good once, so it never shows one twice.
pub(crate) struct App {
    secret: Secret,
    last_step: i64,
}

impl App {
    /// A code that was not used and is good now; waits for the next one where there is none.
    async fn code(&mut self) -> String {
        let clock = SystemClock { today: NaiveDate::MIN };
        let step = || clock.now().timestamp() / STEP_SECONDS;
        let next = (self.last_step + 1).max(step());
        while step() + 1 < next {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        self.last_step = next;
        self.secret.code_at(DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(next * STEP_SECONDS))
    }
}

impl Hall<'_> {
    /// Opens a page of the town.
    pub(crate) async fn open(&self, path: &str) {
        self.browser.open(&self.served.url(path)).await;
    }

    /// Somebody opens their one-time link, chooses a password and sets up the second factor they have to have.
    pub(crate) async fn welcome(&self, link: &str) -> App {
        self.browser.forget().await;
        self.browser.open(link).await;
        self.browser.fill("New password", PASSWORD).await;
        self.browser.fill("New password, once more", PASSWORD).await;
        self.browser.press("Set password and sign in").await;
        self.set_up_app().await
    }

    /// Sets up the second factor on the page that asks for it.
    pub(crate) async fn set_up_app(&self) -> App {
        self.browser.wait_for_text("You need an authenticator app").await;
        self.browser.press("I have an app").await;
        self.browser.wait_for_text("Code the app shows").await;
        let secret = self.browser.evaluate("return document.querySelector('.secret code').textContent").await;
        let letters = secret.as_str().expect("the secret stands on the page").replace(' ', "");
        let bytes = BASE32_NOPAD.decode(letters.as_bytes()).expect("in base 32");
        let secret = Secret::from_bytes(&bytes).expect("of 20 bytes");
        let mut app = App { secret, last_step: 0 };
        self.browser.fill("Code the app shows", &app.code().await).await;
        self.browser.press("Confirm").await;
        self.browser.wait_for_text("They are shown this one time.").await;
        app
    }

    /// Somebody signs in with password and code.
    pub(crate) async fn sign_in(&self, code: &str, app: &mut App) {
        self.give_password((code, PASSWORD)).await;
        self.give_code(app).await;
    }

    /// Somebody sits down and gives name and password.
    pub(crate) async fn give_password(&self, (code, password): (&str, &str)) {
        self.browser.forget().await;
        self.open("/sign-in").await;
        self.browser.fill("Sign-in name", code).await;
        self.browser.fill("Password", password).await;
        self.browser.press("Sign in").await;
    }

    /// Gives the code the page asks for, and is in.
    pub(crate) async fn give_code(&self, app: &mut App) {
        self.browser.wait_for_text(ASKS_FOR_CODE).await;
        self.browser.fill("Code", &app.code().await).await;
        self.browser.press("Continue").await;
        self.browser.wait_for_text(HOME).await;
    }

    /// Somebody goes to the city's provider and signs in there.
    pub(crate) async fn leave_for(&self, provider: &Provider, (name, login): (&str, &str)) {
        self.browser.forget().await;
        self.open("/sign-in").await;
        self.browser.press(&format!("Sign in with {name}")).await;
        provider.sign_in(self.browser, login).await;
    }

    /// Clicks one of several choices of a form, by what it sends.
    pub(crate) async fn click_choice(&self, name: &str, value: &str) {
        let clicked =
            format!("document.querySelector('input[name=\"{name}\"][value=\"{value}\"]').click(); return true");
        self.browser.evaluate(&clicked).await;
    }

    /// Makes a link for somebody, as whoever manages staff and is signed in, and reads it.
    pub(crate) async fn link_for(&self, code: &str) -> String {
        self.open(&format!("/staff/{code}/sign-in/link")).await;
        self.browser.fill("Reason", "they begin to work here").await;
        self.browser.press("Make a one-time link").await;
        self.browser.wait_for_text("Hand it over now").await;
        let link = self.browser.evaluate("return document.querySelector('.shown-once code').textContent").await;
        link.as_str().expect("the link stands on the page").to_owned()
    }

    /// Takes somebody in with a role; what the page says then.
    pub(crate) async fn take_in(&self, (code, name): (&str, &str), role: &str, reports_to: Option<&str>) -> String {
        self.open("/staff/new").await;
        self.browser.fill("Code", code).await;
        self.browser.fill("Name", name).await;
        self.browser.fill("Position", name).await;
        if let Some(supervisor) = reports_to {
            self.browser.choose("Reports to (optional)", supervisor).await;
        }
        self.click_choice("roles", role).await;
        self.browser.fill("E-mail (optional)", &format!("{code}@city.example")).await;
        self.browser.fill("Reason", "the position is vacant").await;
        self.browser.press("Take in").await;
        self.browser.wait_for_text(name).await
    }

    /// Decides on a proposal with some words; what the page says then.
    pub(crate) async fn decide(&self, proposal: &str, decision: &str, (words, then): (&str, &str)) -> String {
        self.open(&format!("/approvals/{proposal}")).await;
        self.click_choice("decision", decision).await;
        self.browser.fill("Your words", words).await;
        self.browser.press("Decide").await;
        self.browser.wait_for_text(then).await
    }
}
