//! Withdrawing a file that was attached wrongly.

use axum::http::StatusCode;
use web::{Answer, Ask, At, Carried, Field, Form};

use super::file::Place;
use crate::acts::Withdraw;

fn form(ask: &Ask, place: &Place) -> Form {
    let reason = Field::reason().hint("Why it does not belong here. Recorded with your name.");
    ask.form(&place.href("withdraw"), "Withdraw the file").field(reason).danger().cancel(&place.href(""))
}

pub(super) async fn show(ask: Ask, At(id): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    let form = form(&ask, &place);
    draw(&ask, &place, &form)
}

pub(super) async fn send(ask: Ask, At(id): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &id).await?;
    let mut form = form(&ask, &place);
    if form.is_good() {
        let carried: Carried<()> = form.carry_out(&ask, &Withdraw { attachment: place.file.id }).await?;
        if let Some(go) = carried.go(&place.href(""), "The file is withdrawn") {
            return go.answer();
        }
    }
    draw(&ask, &place, &form)
}

fn draw(ask: &Ask, place: &Place, form: &Form) -> Answer {
    let lead = "Nobody is given it any more. That it was here, who attached it and why it was withdrawn stay on record. \
                The file itself is destroyed later, when the administrator sweeps.";
    let (subject, files, file) = (place.found.title(), place.found.href(), place.href(""));
    let page = ask
        .page(&format!("Withdraw {}", place.file.name))
        .crumbs(&[(&subject, &files), (&place.file.name, &file)])
        .lead(lead)
        .form(form);
    if form.has_errors() { page.status(StatusCode::UNPROCESSABLE_ENTITY).answer() } else { page.answer() }
}
