//! `/webhooks/new` and `/webhooks/{id}/change`: where messages go, and of what a program is told.

use web::shown::capital;
use web::{Answer, Ask, At, Carried, Choice, Field, Form};

use super::{KnownKinds, load, page, path_of};
use crate::Webhook;
use crate::acts::{AddWebhook, ChangeWebhook};
use crate::wanted::EVERYTHING;

fn form(ask: &Ask, before: Option<&Webhook>) -> Form {
    let known = ask.site().part::<KnownKinds>();
    let mut choices = vec![Choice::new(EVERYTHING, "Every change")];
    choices.extend(known.parts().into_iter().map(|part| {
        let all = format!("{part}.*");
        Choice::new(&all, part_title(part)).hint(&all)
    }));
    let (many, single): (Vec<&str>, Vec<&str>) = match before {
        None => (Vec::new(), Vec::new()),
        Some(before) => before.wanted.kinds().partition(|kind| kind.ends_with('*')),
    };
    let words = if before.is_none() { "Add webhook" } else { "Save" };
    let text = |name, label, value: Option<&String>| Field::text(name, label).value(value.map_or("", String::as_str));
    let form = ask
        .form(ask.path(), words)
        .field(
            text("title", "Title", before.map(|before| &before.title))
                .hint("Whose program it is, such as: City data warehouse.")
                .required()
                .max(80)
                .answers(&["webhook_title", "webhook_title_taken"]),
        )
        .field(
            text("url", "Address", before.map(|before| &before.url))
                .hint("Where the program listens, such as https://warehouse.example.gov/portreeve.")
                .required()
                .max(500)
                .answers(&["webhook_url"]),
        )
        .field(Field::checks("many", "Is told of", choices).checked(many.into_iter().map(str::to_owned).collect()))
        .field(
            Field::lines("kinds", "And of single changes")
                .hint("One a line, such as billing.sign_run. The names stand in the list of messages and under /api/v1/changes.")
                .value(single.join("\n"))
                .max(4_000)
                .answers(&["webhook_kinds"]),
        )
        .field(Field::reason());
    match before {
        None => form.cancel("/webhooks"),
        Some(before) => form.cancel(&path_of(before.id)),
    }
}

/// What a part of the office is called on screens.
fn part_title(part: &str) -> String {
    match part {
        "acts" => "Approvals".to_owned(),
        "attachments" => "Files".to_owned(),
        "revenue" => "Rates and charges".to_owned(),
        "finance" => "Books".to_owned(),
        "metering" => "Reads and meters".to_owned(),
        other => capital(other),
    }
}

/// The kinds of change that are chosen, and those that are written.
fn kinds(form: &Form) -> Vec<String> {
    let single = form.text("kinds");
    form.all("many").into_iter().chain(single.split_whitespace().map(str::to_owned)).collect()
}

pub(super) async fn show_new(ask: Ask) -> Answer {
    draw(&ask, None, &form(&ask, None))
}

pub(super) async fn send_new(ask: Ask) -> Answer {
    let mut form = form(&ask, None);
    if form.is_good() {
        let act = AddWebhook { title: form.text("title"), url: form.text("url"), kinds: kinds(&form) };
        let carried: Carried<crate::WebhookId> = form.carry_out(&ask, &act).await?;
        let path = match &carried {
            Carried::Done(done) => format!("{}/secret", path_of(done.outcome)),
            Carried::Waiting(_) | Carried::Refused => "/webhooks".to_owned(),
        };
        if let Some(go) = carried.go(&path, "The webhook is added; it needs a secret before anything is sent") {
            return go.answer();
        }
    }
    draw(&ask, None, &form)
}

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    draw(&ask, Some(&webhook), &form(&ask, Some(&webhook)))
}

pub(super) async fn send(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let mut form = form(&ask, Some(&webhook));
    if form.is_good() {
        let (title, url, kinds) = (form.text("title"), form.text("url"), kinds(&form));
        let act = ChangeWebhook { webhook: webhook.id.0, title, url, kinds };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&path_of(webhook.id), "It is changed") {
            return go.answer();
        }
    }
    draw(&ask, Some(&webhook), &form)
}

fn draw(ask: &Ask, before: Option<&Webhook>, form: &Form) -> Answer {
    let lead = "A message says what was done, when and to what. Names, addresses and numbers of people never leave this way: \
                the receiver asks this office, with a token that says what it may see.";
    let page = match before {
        None => ask.page("Add a webhook").crumbs(&[("Webhooks", "/webhooks")]),
        Some(before) => page(ask, "Change a webhook", before),
    };
    page.lead(lead).form(form).answer()
}
