//! The pages of this room.

mod change;
mod list;
mod message;
mod one;
mod replay;
mod secret;

use acts::permissions::READ;
use kernel::ActId;
use web::{Access, Ask, Choice, Field, Page, Problem, Route, Tone, number};

use crate::permissions::MANAGE;
use crate::{Webhook, WebhookId, WebhookState, store};

/// Every kind of change there is, with what it is called; handed in by `app`, which knows all rooms.
#[derive(Clone, Debug, Default)]
pub struct KnownKinds(pub Vec<(&'static str, &'static str)>);

impl KnownKinds {
    /// What a kind is called; its own name when nobody knows it.
    #[must_use]
    pub fn title<'a>(&self, kind: &'a str) -> &'a str {
        self.0.iter().find(|(known, _)| *known == kind).map_or(kind, |(_, title)| title)
    }

    /// Whether there is such a kind; of one that stands for many, any of its part.
    #[must_use]
    pub fn has(&self, kind: &str) -> bool {
        match kind.strip_suffix('*') {
            Some(part) => self.0.iter().any(|(known, _)| known.starts_with(part)),
            None => self.0.iter().any(|(known, _)| *known == kind),
        }
    }

    /// The parts of the office there are, such as `billing`.
    fn parts(&self) -> Vec<&'static str> {
        let mut parts: Vec<&str> =
            self.0.iter().filter_map(|(kind, _)| kind.split_once('.')).map(|(part, _)| part).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    const MANAGES: Access = Access::Needs(MANAGE);
    vec![
        Route::page("/webhooks", "Webhooks", MANAGES, list::show).in_group("Administration"),
        Route::page("/webhooks/new", "Add a webhook", MANAGES, change::show_new),
        Route::form("/webhooks/new", "Add a webhook (sent)", MANAGES, change::send_new),
        Route::page("/webhooks/{id}", "Webhook", MANAGES, one::show),
        Route::page("/webhooks/{id}/change", "Change a webhook", MANAGES, change::show),
        Route::form("/webhooks/{id}/change", "Change a webhook (sent)", MANAGES, change::send),
        Route::page("/webhooks/{id}/secret", "Change the secret of a webhook", MANAGES, secret::show),
        Route::form("/webhooks/{id}/secret", "Change the secret of a webhook (sent)", MANAGES, secret::send),
        Route::page("/webhooks/{id}/replay", "Send messages again", MANAGES, replay::show),
        Route::form("/webhooks/{id}/replay", "Send messages again (sent)", MANAGES, replay::send),
        Route::form("/webhooks/{id}/test", "Send a test message", MANAGES, one::test),
        Route::form("/webhooks/{id}/stop", "Stop a webhook", MANAGES, one::stop),
        Route::form("/webhooks/{id}/start", "Start a webhook", MANAGES, one::start),
        Route::form("/webhooks/{id}/set-aside", "Set aside what was given up", MANAGES, one::set_aside),
        Route::page("/webhooks/{id}/messages/{message}", "Message of a webhook", MANAGES, message::show),
        Route::form("/webhooks/{id}/messages/{message}", "Send a message again", MANAGES, message::send),
    ]
}

/// The webhook of an address.
async fn load(ask: &Ask, id: &str) -> Result<Webhook, Problem> {
    let found = store::webhook(&mut ask.read().await?, WebhookId(number(id)?)).await?;
    found.ok_or_else(Problem::not_found)
}

fn path_of(webhook: WebhookId) -> String {
    format!("/webhooks/{}", webhook.0)
}

/// A page below a webhook's.
fn page(ask: &Ask, title: &str, webhook: &Webhook) -> Page {
    ask.page(title).crumbs(&[("Webhooks", "/webhooks"), (&webhook.title, &path_of(webhook.id))])
}

fn tone(webhook: &Webhook) -> Tone {
    match webhook.state {
        WebhookState::Active if webhook.secrets.newest.is_none() => Tone::Warning,
        WebhookState::Active => Tone::Good,
        WebhookState::Stopped => Tone::Plain,
        WebhookState::Gone => Tone::Warning,
    }
}

fn state_words(webhook: &Webhook) -> &'static str {
    match webhook.state {
        WebhookState::Active if webhook.secrets.newest.is_none() => "waits for a secret",
        state => state.title(),
    }
}

/// Where an entry of the log is read, for those who may.
fn entry_link(ask: &Ask, act: ActId) -> Option<String> {
    ask.may(READ).then(|| format!("/log/{}", act.0))
}

/// The hours for which the secret before still signs.
fn hours_field() -> Field {
    let choices = vec![
        Choice::new("24", "24 hours").hint("The receiver takes either secret meanwhile."),
        Choice::new("168", "A week"),
        Choice::new("0", "Not at all")
            .hint("Somebody may know the secret: messages are refused until the receiver has the new one."),
    ];
    Field::radios("hours", "The secret before also signs for", choices).value("24").required()
}
