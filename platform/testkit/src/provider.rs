//! `Provider`: a real OpenID provider on this machine, `oidc-provider` run by node, to sign in through.

use serde_json::json;

use crate::beside::{Beside, command, own_folder, told_place};
use crate::{Browser, skip};

const SCRIPT: &str = include_str!("provider.mjs");

/// A running provider; gone when dropped.
///
/// Its sign-in page has the fields `login` and `password` and takes any password; then it asks for consent.
#[derive(Debug)]
pub struct Provider {
    /// The issuer, below which its discovery document lies.
    pub issuer: String,
    _program: Beside,
}

/// The one program that may send people to the provider.
#[derive(Clone, Debug)]
pub struct ProviderClient {
    /// Its name there.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Where people come back to.
    pub redirect_url: String,
}

/// Somebody whom the provider knows.
#[derive(Clone, Debug)]
pub struct ProviderAccount {
    /// What they sign in with; also the subject in the tokens.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Whether the provider vouches for that address.
    pub is_verified: bool,
}

impl ProviderClient {
    /// A client that takes people back at an address.
    #[must_use]
    pub fn at(redirect_url: &str) -> ProviderClient {
        let (id, secret) = ("portreeve".to_owned(), "a-secret-of-tests-longer-than-32-letters".to_owned());
        ProviderClient { id, secret, redirect_url: redirect_url.to_owned() }
    }
}

impl ProviderAccount {
    /// Somebody with a verified address at `city.example`.
    #[must_use]
    pub fn verified(login: &str, name: &str) -> ProviderAccount {
        let email = format!("{login}@city.example");
        ProviderAccount { login: login.to_owned(), name: name.to_owned(), email, is_verified: true }
    }
}

impl Provider {
    /// Starts a provider that knows these; `None`, recorded as skipped, where it is not installed.
    ///
    /// # Panics
    /// When it is installed and does not start.
    pub async fn start(test: &str, client: &ProviderClient, accounts: &[ProviderAccount]) -> Option<Provider> {
        let lib = told_place("PORTREEVE_TEST_NPM").map(|npm| npm.join("node_modules/oidc-provider/lib/index.js"));
        let Some(lib) = lib.filter(|lib| lib.exists()) else {
            skip(&format!("{test}: oidc-provider was not made ready"));
            return None;
        };
        let folder = own_folder();
        let script = folder.path().join("provider.mjs");
        std::fs::write(&script, SCRIPT).expect("a script can be written");
        let lib = lib.canonicalize().expect("the folder of npm is there");
        let people: Vec<_> = accounts
            .iter()
            .map(|one| {
                let ProviderAccount { login, name, email, is_verified } = one;
                json!({ "login": login, "name": name, "email": email, "is_verified": is_verified })
            })
            .collect();
        let told = json!({
            "lib": lib,
            "client": { "id": client.id, "secret": client.secret, "redirect_url": client.redirect_url },
            "accounts": people,
        });
        let mut node = command("node");
        node.arg(script).arg(told.to_string()).env("NODE_ENV", "test");
        let (program, issuer) = Beside::start(node, folder, "Serving ").await;
        Some(Provider { issuer, _program: program })
    }

    /// Signs somebody in on the provider's page, which a browser has come to, and lets the client know who they are.
    ///
    /// # Panics
    /// When the browser shows no such page.
    pub async fn sign_in(&self, browser: &Browser, login: &str) {
        browser.fill_named("login", login).await;
        browser.fill_named("password", "any").await;
        browser.press("Sign-in").await;
        browser.press("Continue").await;
    }
}
