//! `/webhooks/{id}/secret`: makes a secret, which is shown once.

use std::sync::Arc;

use askama::Template;
use secrets::Keys;
use web::{Alert, Answer, Ask, At, Carried, Field, Form};

use super::{hours_field, load, page, path_of};
use crate::acts::SetWebhookSecret;
use crate::{Webhook, WebhookSecret};

#[derive(Template)]
#[template(path = "pages/secret_made.html")]
struct Made {
    secret: String,
    path: String,
}

fn form(ask: &Ask, webhook: &Webhook) -> Form {
    let words = if webhook.secrets.newest.is_none() { "Make a secret" } else { "Change the secret" };
    let form = ask.form(ask.path(), words).cancel(&path_of(webhook.id));
    match webhook.secrets.newest {
        None => form.because("the first secret of a webhook"),
        Some(_) => form.field(hours_field()).field(Field::reason()),
    }
}

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    draw(&ask, &webhook, &form(&ask, &webhook))
}

pub(super) async fn send(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let mut form = form(&ask, &webhook);
    if form.is_good() {
        // The first secret has none before it, and its form does not ask.
        let hours = match webhook.secrets.newest {
            None => 0,
            Some(_) => form.text("hours").parse().unwrap_or(0),
        };
        if let Some(answer) = make(&ask, &webhook, (&mut form, hours)).await? {
            return Ok(answer);
        }
    }
    draw(&ask, &webhook, &form)
}

/// Makes a secret, seals it, and shows it this one time; nothing when it was refused, and the form says why.
async fn make(
    ask: &Ask,
    webhook: &Webhook,
    (form, hours): (&mut Form, i64),
) -> Result<Option<axum::response::Response>, web::Problem> {
    let (keys, random) = (ask.site().part::<Arc<Keys>>(), ask.site().random());
    let secret = WebhookSecret::new(random);
    let act = SetWebhookSecret::of(webhook.id, &secret.seal(webhook.id, keys, random), hours);
    let carried: Carried<()> = form.carry_out(ask, &act).await?;
    if !matches!(carried, Carried::Done(_)) {
        return carried.go(&path_of(webhook.id), "").map(web::Go::answer).transpose();
    }
    shown(ask, webhook, &secret).map(Some)
}

fn shown(ask: &Ask, webhook: &Webhook, secret: &WebhookSecret) -> Answer {
    let alert = Alert::warning("Copy it now").text("It is shown this one time, and nobody can look it up afterwards.");
    let made = Made { secret: secret.text(), path: path_of(webhook.id) };
    page(ask, "The secret", webhook).alert(alert).body(&made).answer()
}

fn draw(ask: &Ask, webhook: &Webhook, form: &Form) -> Answer {
    let (title, lead) = match webhook.secrets.newest {
        None => (
            "Make a secret",
            "The receiver knows by it that a message is from this city and unchanged. It is shown once.",
        ),
        Some(_) => ("Change the secret", "The new one is shown once. Meanwhile messages can be signed with both."),
    };
    page(ask, title, webhook).lead(lead).form(form).answer()
}
