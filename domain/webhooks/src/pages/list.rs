//! `/webhooks`: which programs are told of what is done here.

use web::{Answer, Ask, Cell, Column, Empty};

use super::{path_of, state_words, tone};
use crate::store;

pub(super) async fn show(ask: Ask) -> Answer {
    let mut read = ask.read().await?;
    let webhooks = store::webhooks(&mut read).await?;
    let counts = store::deliveries::counts(&mut read).await?;
    let page = ask.page("Webhooks").action("Add a webhook", "/webhooks/new");
    let page = page.lead("Other programs are told at once of what is done here: signed, tried again for three days, sent again on demand.");
    if webhooks.is_empty() {
        let empty = Empty::new("No program is told of anything yet")
            .text("A data warehouse, a payment portal or a chat channel can be told the moment something is done.")
            .action("Add a webhook", "/webhooks/new");
        return page.body(&empty).answer();
    }
    let row = |webhook: &crate::Webhook| {
        let counts = counts.get(&webhook.id).copied().unwrap_or_default();
        let path = path_of(webhook.id);
        let last = match &webhook.last {
            None => Cell::text("never"),
            Some(last) => {
                let note = last.refused.map_or("delivered", crate::DeliveryRefused::words);
                Cell::instant(&ask, last.at).note(note)
            }
        };
        let given_up = Cell::count(counts.given_up);
        let given_up = if 0 < counts.given_up { given_up.link(format!("{path}?state=given_up")) } else { given_up };
        [
            Cell::text(webhook.title.clone()).link(path).note(webhook.host()),
            Cell::text(webhook.wanted.words()),
            Cell::tag(tone(webhook), state_words(webhook)),
            Cell::count(counts.open),
            given_up,
            last,
        ]
    };
    let table = ask
        .table("webhooks", "Webhooks")
        .column(Column::text("title", "Webhook"))
        .column(Column::text("kinds", "Is told of"))
        .column(Column::text("state", "State"))
        .column(Column::count("open", "Waiting"))
        .column(Column::count("given_up", "Given up"))
        .column(Column::text("last", "Last tried"))
        .rows(webhooks.iter().map(row));
    if let Some(file) = table.file()? {
        return Ok(file);
    }
    page.body(&table).answer()
}
