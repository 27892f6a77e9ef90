//! `/webhooks/{id}/replay`: sends again what was done since a day.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use web::shown::counted;
use web::{Answer, Ask, At, Carried, Choice, Field, Form};

use super::{load, page, path_of};
use crate::Webhook;
use crate::acts::Replay;

fn form(ask: &Ask, webhook: &Webhook) -> Form {
    let which = vec![
        Choice::new("failed", "Only what was given up or set aside"),
        Choice::new("all", "Everything, also what arrived")
            .hint("For a receiver that lost what it had. It knows repeats by their ids."),
    ];
    ask.form(ask.path(), "Send again")
        .field(
            Field::date("since", "What was done since")
                .hint("From the beginning of that day on.")
                .required()
                .answers(&["webhook_nothing_since"]),
        )
        .field(Field::radios("which", "Which messages", which).value("failed").required())
        .field(Field::reason())
        .cancel(&path_of(webhook.id))
}

/// The beginning of a day where the town's clocks hang.
fn begins(ask: &Ask, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    let local = ask.site().town().zone.from_local_datetime(&midnight).earliest();
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    draw(&ask, &webhook, &form(&ask, &webhook))
}

pub(super) async fn send(ask: Ask, At(id): At<String>) -> Answer {
    let webhook = load(&ask, &id).await?;
    let mut form = form(&ask, &webhook);
    if let (true, Some(day)) = (form.is_good(), form.date("since")) {
        let act = Replay {
            webhook: webhook.id.0,
            message: None,
            since: Some(begins(&ask, day)),
            with_delivered: form.text("which") == "all",
        };
        let carried: Carried<u64> = form.carry_out(&ask, &act).await?;
        let count = match &carried {
            Carried::Done(done) => i64::try_from(done.outcome).unwrap_or(i64::MAX),
            Carried::Waiting(_) | Carried::Refused => 0,
        };
        let done = format!("{} sent again", counted(count, "message is", "messages are"));
        if let Some(go) = carried.go(&path_of(webhook.id), done) {
            return go.answer();
        }
    }
    draw(&ask, &webhook, &form)
}

fn draw(ask: &Ask, webhook: &Webhook, form: &Form) -> Answer {
    let lead = "Messages keep their ids, so a receiver that had one already can tell.";
    page(ask, "Send messages again", webhook).lead(lead).form(form).answer()
}
