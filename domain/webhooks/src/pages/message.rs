//! `/webhooks/{id}/messages/{message}`: one message as it is sent, and sending it again.

use askama::Template;
use web::{Answer, Ask, At, Carried, Form, Problem, Section};

use super::one::message_facts;
use super::{load, page, path_of};
use crate::acts::Replay;
use crate::{Delivery, DeliveryState, Webhook, WebhookState, store};

#[derive(Template)]
#[template(path = "pages/message.html")]
struct Shown {
    facts: Section,
    message: String,
    body: String,
}

async fn find(ask: &Ask, (id, message): (&str, &str)) -> Result<(Webhook, Delivery), Problem> {
    let webhook = load(ask, id).await?;
    let found = store::deliveries::delivery(&mut ask.read().await?, webhook.id, message).await?;
    Ok((webhook, found.ok_or_else(Problem::not_found)?))
}

fn form(ask: &Ask, (webhook, message): (&Webhook, &Delivery)) -> Form {
    let words = if message.state == DeliveryState::Open { "Try it now" } else { "Send it again" };
    ask.form(&path_of_message(webhook, message), words).because("sent again on its page").small()
}

fn path_of_message(webhook: &Webhook, message: &Delivery) -> String {
    format!("{}/messages/{}", path_of(webhook.id), web::encoded(&message.message))
}

fn draw(ask: &Ask, (webhook, message): (&Webhook, &Delivery), form: &Form) -> Answer {
    let facts = Section::new("about", "How it stands").with(&message_facts(ask, webhook, message));
    let body = message.body(&ask.site().town().name);
    let shown = Shown { facts, message: message.message.clone(), body };
    let page = page(ask, "Message", webhook).body(&shown);
    if webhook.state == WebhookState::Active { page.form(form).answer() } else { page.answer() }
}

pub(super) async fn show(ask: Ask, At((id, message)): At<(String, String)>) -> Answer {
    let (webhook, message) = find(&ask, (&id, &message)).await?;
    let form = form(&ask, (&webhook, &message));
    draw(&ask, (&webhook, &message), &form)
}

pub(super) async fn send(ask: Ask, At((id, message)): At<(String, String)>) -> Answer {
    let (webhook, message) = find(&ask, (&id, &message)).await?;
    let mut form = form(&ask, (&webhook, &message));
    let act =
        Replay { webhook: webhook.id.0, message: Some(message.message.clone()), since: None, with_delivered: false };
    let carried: Carried<u64> = form.carry_out(&ask, &act).await?;
    match carried.go(&path_of_message(&webhook, &message), "It is on its way again, under the same id") {
        Some(go) => go.answer(),
        None => draw(&ask, (&webhook, &message), &form),
    }
}
