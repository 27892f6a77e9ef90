//! `/webhooks/{id}`: one webhook, how it stands, and its messages.

use web::shown::counted;
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Column, Columns, Facts, Form, Links, Section, Tabs, Tone, Words, encoded,
};

use super::{KnownKinds, entry_link, load, path_of, state_words, tone};
use crate::acts::{SendTest, SetAside, StartWebhook, StopWebhook};
use crate::store::deliveries::{DeliveryCounts, counts, deliveries};
use crate::{Delivery, DeliveryState, Webhook, WebhookState};

/// So many messages are shown at once.
const SHOWN: i64 = 50;

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    draw(&ask, &webhook, None).await
}

async fn draw(ask: &Ask, webhook: &Webhook, refused: Option<&Form>) -> Answer {
    let mut read = ask.read().await?;
    let counts = counts(&mut read).await?.get(&webhook.id).copied().unwrap_or_default();
    let state = DeliveryState::of_code(ask.query().text("state"));
    let before = ask.query().text("before").parse().unwrap_or(i64::MAX);
    let messages = deliveries(&mut read, (webhook.id, state), before, SHOWN).await?;
    let mut page = ask.page(&webhook.title).crumbs(&[("Webhooks", "/webhooks")]);
    for alert in alerts(webhook, counts) {
        page = page.alert(alert);
    }
    if let Some(form) = refused {
        page = page.form(form);
    }
    let columns = Columns {
        main: vec![messages_section(ask, webhook, (state, counts), &messages)],
        side: vec![
            Section::new("about", "About").with(&facts(ask, webhook)).with(&links(webhook)),
            doing(ask, webhook, counts),
        ],
    };
    page.body(&columns).answer()
}

fn alerts(webhook: &Webhook, counts: DeliveryCounts) -> Vec<Alert> {
    let path = path_of(webhook.id);
    let mut alerts = Vec::new();
    if webhook.secrets.newest.is_none() {
        let alert = Alert::warning("Nothing is sent before it has a secret");
        let text = "What is done meanwhile waits. The receiver knows messages of this city by the secret.";
        alerts.push(alert.text(text).link("Make a secret", format!("{path}/secret")));
    }
    if webhook.state == WebhookState::Gone {
        let alert = Alert::warning("Its receiver wants no more messages");
        alerts.push(alert.text(
            "It answered 410 Gone, so nothing is sent. Ask whose program it is; then start it again, or stop it.",
        ));
    }
    if 0 < counts.given_up {
        let heading = format!("{} given up", counted(counts.given_up, "message was", "messages were"));
        let text = "They were tried for three days. When the receiver works again, send them again.";
        alerts.push(Alert::warning(heading).text(text).link("Send messages again", format!("{path}/replay")));
    }
    alerts
}

fn facts(ask: &Ask, webhook: &Webhook) -> Facts {
    let facts = Facts::new()
        .fact("Address", webhook.url.clone())
        .tag("State", tone(webhook), state_words(webhook))
        .fact("Since", ask.when(webhook.since))
        .fact("Is told of", webhook.wanted.words());
    let secret = match (&webhook.secrets.newest, &webhook.secrets.before) {
        (None, _) => "none yet".to_owned(),
        (Some(_), Some((_, until))) if ask.now() < *until => format!("two, until {}", ask.when(*until)),
        (Some(_), _) => "in use, shown to nobody".to_owned(),
    };
    let facts = facts.fact("Secret", secret);
    match webhook.last {
        None => facts.fact("Last tried", "never"),
        Some(last) => {
            let words = last.refused.map_or("delivered", crate::DeliveryRefused::words);
            let answer = last.status.map(|status| format!(" (answer {status})")).unwrap_or_default();
            facts.fact("Last tried", ask.when(last.at)).fact("What came of it", format!("{words}{answer}"))
        }
    }
}

fn links(webhook: &Webhook) -> Links {
    let path = path_of(webhook.id);
    let secret = if webhook.secrets.newest.is_none() { "Make a secret" } else { "Change the secret" };
    Links::listed("Pages: webhook")
        .link("Change it", format!("{path}/change"))
        .link(secret, format!("{path}/secret"))
        .link("Send messages again", format!("{path}/replay"))
        .link("How it was changed", format!("/history/webhook/{}", webhook.id.0))
}

/// The buttons, each below what it does.
fn doing(ask: &Ask, webhook: &Webhook, counts: DeliveryCounts) -> Section {
    let mut section = Section::new("do", "Do");
    if webhook.state == WebhookState::Active {
        section = section.with(&Words::new("See whether a message arrives.")).with(&test_form(ask, webhook));
    }
    if webhook.state != WebhookState::Active {
        section = section.with(&Words::new("Tell it again, and send what waits.")).with(&start_form(ask, webhook));
    }
    if webhook.state != WebhookState::Stopped {
        let words = Words::new("Send nothing. What is done meanwhile is not kept for it.");
        section = section.with(&words).with(&stop_form(ask, webhook));
    }
    if 0 < counts.given_up {
        let words = Words::new("Let be what was given up, so that nobody looks at it again.");
        section = section.with(&words).with(&set_aside_form(ask, webhook));
    }
    section
}

fn messages_section(
    ask: &Ask,
    webhook: &Webhook,
    (state, counts): (Option<DeliveryState>, DeliveryCounts),
    messages: &[Delivery],
) -> Section {
    let path = path_of(webhook.id);
    let of_state = |state: DeliveryState| format!("{path}?state={}", state.code());
    let current = state.map_or_else(|| path.clone(), of_state);
    let tabs = Tabs::new("Messages by state")
        .tab("All", path.clone())
        .counted("Waiting", of_state(DeliveryState::Open), counts.open)
        .tab("Delivered", of_state(DeliveryState::Delivered))
        .counted("Given up", of_state(DeliveryState::GivenUp), counts.given_up)
        .tab("Set aside", of_state(DeliveryState::SetAside))
        .current(&current);
    let table = ask
        .table("message-list", "Messages, the newest first")
        .column(Column::text("what", "What was done"))
        .column(Column::text("subject", "To what"))
        .column(Column::text("when", "When"))
        .column(Column::text("state", "State"))
        .column(Column::count("tries", "Tries"))
        .empty(empty_words(state))
        .plain()
        .rows(messages.iter().map(|message| row(ask, message)));
    let section = Section::new("messages", "Messages").with(&tabs).with(&table);
    match messages.last() {
        Some(last) if i64::try_from(messages.len()).is_ok_and(|count| count == SHOWN) => {
            let state = state.map(DeliveryState::code).unwrap_or_default();
            let older = web::address(&path, &[("state", state), ("before", &last.id.to_string())]);
            section.with(&Links::new("Older messages").next("Older messages", older))
        }
        _ => section,
    }
}

fn empty_words(state: Option<DeliveryState>) -> &'static str {
    match state {
        None => "Nothing was done yet that it is told of. Send a test message to see whether it arrives.",
        Some(DeliveryState::Open) => "Nothing waits.",
        Some(DeliveryState::Delivered) => "Nothing was delivered yet.",
        Some(DeliveryState::GivenUp) => "Nothing was given up.",
        Some(DeliveryState::SetAside) => "Nothing was set aside.",
    }
}

fn row(ask: &Ask, message: &Delivery) -> [Cell; 5] {
    let known = ask.site().part::<KnownKinds>();
    let href = format!("{}/messages/{}", path_of(message.webhook), encoded(&message.message));
    let state = Cell::tag(state_tone(message.state), message.state.title());
    let state = match (message.state, message.last_refused) {
        (DeliveryState::Open, Some(refused)) => {
            state.note(format!("{}; next try {}", refused.words(), ask.when(message.next_at)))
        }
        (DeliveryState::GivenUp | DeliveryState::SetAside, Some(refused)) => state.note(refused.words()),
        (DeliveryState::Open | DeliveryState::Delivered | DeliveryState::GivenUp | DeliveryState::SetAside, _) => state,
    };
    [
        Cell::text(known.title(&message.kind)).link(href).note(message.kind.clone()),
        Cell::text(subject_words(message)),
        Cell::instant(ask, message.happened_at),
        state,
        Cell::count(message.attempts),
    ]
}

pub(super) fn state_tone(state: DeliveryState) -> Tone {
    match state {
        DeliveryState::Open => Tone::Info,
        DeliveryState::Delivered => Tone::Good,
        DeliveryState::GivenUp => Tone::Bad,
        DeliveryState::SetAside => Tone::Plain,
    }
}

pub(super) fn subject_words(message: &Delivery) -> String {
    let subject = &message.subject;
    match (&subject.account_number, subject.kind.as_str()) {
        (Some(number), _) => format!("account {number}"),
        (None, "town") => "the town".to_owned(),
        (None, kind) => format!("{} {}", kind.replace('_', " "), subject.id),
    }
}

fn button(ask: &Ask, webhook: &Webhook, (what, words, reason): (&str, &str, &str)) -> Form {
    ask.form(&format!("{}/{what}", path_of(webhook.id)), words).because(reason).small()
}

fn test_form(ask: &Ask, webhook: &Webhook) -> Form {
    button(ask, webhook, ("test", "Send a test message", "to see whether messages arrive"))
}

fn stop_form(ask: &Ask, webhook: &Webhook) -> Form {
    button(ask, webhook, ("stop", "Stop it", "stopped on its page")).danger()
}

fn start_form(ask: &Ask, webhook: &Webhook) -> Form {
    button(ask, webhook, ("start", "Start it", "started on its page"))
}

fn set_aside_form(ask: &Ask, webhook: &Webhook) -> Form {
    button(ask, webhook, ("set-aside", "Set it aside", "looked at and let be"))
}

pub(super) async fn test(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let form = test_form(&ask, &webhook);
    carry_out(&ask, &webhook, form, (SendTest { webhook: webhook.id.0 }, "A test message is on its way")).await
}

pub(super) async fn stop(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let form = stop_form(&ask, &webhook);
    carry_out(&ask, &webhook, form, (StopWebhook { webhook: webhook.id.0 }, "It is stopped; nothing is sent")).await
}

pub(super) async fn start(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let form = start_form(&ask, &webhook);
    let act = StartWebhook { webhook: webhook.id.0 };
    carry_out(&ask, &webhook, form, (act, "It is started; what waited is sent")).await
}

pub(super) async fn set_aside(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let form = set_aside_form(&ask, &webhook);
    carry_out(&ask, &webhook, form, (SetAside { webhook: webhook.id.0 }, "What was given up is set aside")).await
}

async fn carry_out<A: acts::Act>(ask: &Ask, webhook: &Webhook, mut form: Form, (act, done): (A, &str)) -> Answer {
    let carried: Carried<A::Outcome> = form.carry_out(ask, &act).await?;
    match carried.go(&path_of(webhook.id), done) {
        Some(go) => go.answer(),
        None => draw(ask, webhook, Some(&form)).await,
    }
}

pub(super) fn message_facts(ask: &Ask, webhook: &Webhook, message: &Delivery) -> Facts {
    let known = ask.site().part::<KnownKinds>();
    let facts = Facts::new().link("Webhook", webhook.title.clone(), path_of(webhook.id));
    let facts = match entry_link(ask, message.act) {
        Some(href) => facts.link("What was done", known.title(&message.kind), href),
        None => facts.fact("What was done", known.title(&message.kind)),
    };
    let facts = facts
        .fact("To what", subject_words(message))
        .fact("When", ask.when(message.happened_at))
        .tag("State", state_tone(message.state), message.state.title())
        .fact("Tries", message.attempts.to_string());
    let facts = match message.last_at {
        None => facts,
        Some(at) => facts.fact("Last tried", ask.when(at)),
    };
    let facts = match (message.last_refused, message.last_status) {
        (Some(refused), Some(status)) => facts.fact("Why not", format!("{} (answer {status})", refused.words())),
        (Some(refused), None) => facts.fact("Why not", refused.words()),
        (None, Some(status)) => facts.fact("Answer", status.to_string()),
        (None, None) => facts,
    };
    match message.state {
        DeliveryState::Open => facts.fact("Next try", ask.when(message.next_at)),
        DeliveryState::Delivered | DeliveryState::GivenUp | DeliveryState::SetAside => facts,
    }
}
