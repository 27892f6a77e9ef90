//! `/accounts/{number}/note`: a note for whoever has the customer on the phone next.

use customers::acts::{AddNote, NOTE_MAX};
use web::{Answer, Ask, At, Carried, Field, Form, Section, Words};

use super::page;
use crate::words::Named;

fn form(ask: &Ask, named: &Named) -> Form {
    let words = Field::lines("words", "Note").max(NOTE_MAX).required().answers(&["note_empty", "note_too_long"]);
    let words = words.hint("What the next colleague has to know. Notes are kept with your name and cannot be changed.");
    ask.form(&named.href("note"), "Add note")
        .because("a note for colleagues")
        .field(words.focused())
        .cancel(&named.href(""))
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    draw(&ask, &named, &form(&ask, &named))
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let mut form = form(&ask, &named);
    if form.is_good() {
        let act = AddNote { account: named.number.clone(), words: form.text("words") };
        let carried: Carried<()> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&named.href(""), "The note is on the account") {
            return go.answer();
        }
    }
    draw(&ask, &named, &form)
}

fn draw(ask: &Ask, named: &Named, form: &Form) -> Answer {
    let advice =
        Words::new("Write what was said and agreed, not what you think of it: the customer may ask to read it.");
    let title = format!("Put a note on account {}", named.number);
    page(ask, named, &title).body(&Section::bare().with(&advice)).form(form).answer()
}
