//! Recording a tax ID, a driver's license, or a word agreed with a customer. Each is sealed or hashed here, before it becomes
//! part of a command.

use std::sync::Arc;

use secrets::{Keys, hash_password};
use web::{Alert, Answer, Ask, At, Carried, Choice, Field, Form};

use super::aside;
use super::place::{Place, Somebody};
use super::verify::folded;
use crate::acts::{AgreeWord, RecordIdentifier};
use crate::identifier::TAX_FORMS;
use crate::{NotAnIdentifier, PlainIdentifier};

/// The answer that a license was shown.
const LICENSE: &str = "license";
/// The fewest letters of an agreed word.
const WORD_MIN: usize = 4;

fn form(ask: &Ask, place: &Place) -> Form {
    let kinds: Vec<Choice> = TAX_FORMS.iter().map(|(code, title)| Choice::new(*code, *title)).collect();
    let kinds = [kinds, vec![Choice::new(LICENSE, "Driver's license or state ID card")]].concat();
    ask.form(ask.path(), "Encrypt and record")
        .because("a document was shown")
        .field(Field::radios("kind", "What was shown", kinds).required().value("ssn"))
        .field(
            Field::secret("number", "Number")
                .hint("With or without dashes. It is encrypted at once and shown masked.")
                .required()
                .max(30)
                .answers(&["not_sealed"]),
        )
        .field(Field::text("state", "State of a license").hint("Two letters. Leave empty for a tax ID.").max(2))
        .cancel(&place.identity())
}

pub(super) async fn show(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody) = Place::with(&ask, &mut ask.read().await?, (&number, &customer)).await?;
    let form = form(&ask, &place);
    draw(&ask, (&place, &somebody), &form)
}

pub(super) async fn send(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody) = Place::with(&ask, &mut ask.read().await?, (&number, &customer)).await?;
    let mut form = form(&ask, &place);
    if form.is_good() {
        match read(&form) {
            Err(wrong) => {
                let field = if wrong == NotAnIdentifier::NoState { "state" } else { "number" };
                form.refuse_field(field, web::shown::capital(&wrong.to_string()));
            }
            Ok(plain) => {
                let keys = ask.site().part::<Arc<Keys>>();
                let value = plain.seal(somebody.person.id, keys, ask.site().random());
                let act = RecordIdentifier::of(&somebody.person.reference, &value);
                let carried: Carried<()> = form.carry_out(&ask, &act).await?;
                if let Some(go) = carried.go(&place.identity(), "The number is encrypted and recorded") {
                    return go.answer();
                }
            }
        }
    }
    draw(&ask, (&place, &somebody), &form)
}

fn read(form: &Form) -> Result<PlainIdentifier, NotAnIdentifier> {
    let (kind, number) = (form.text("kind"), form.secret("number"));
    match kind.as_str() {
        LICENSE => PlainIdentifier::driver_license(&form.text("state"), &number),
        tax_form => PlainIdentifier::tax_id(tax_form, &number),
    }
}

fn draw(ask: &Ask, (place, somebody): (&Place, &Somebody), form: &Form) -> Answer {
    let title = format!("Record an identifier of {}", somebody.name());
    let lead = "Look at the document; a number said on the phone is not proof. What is on record of the same kind is replaced.";
    place.page(ask, &title).lead(lead).form(form).answer()
}

fn word_form(ask: &Ask, place: &Place) -> Form {
    let word = Field::secret("word", "Word or PIN");
    let word = word.hint("At least four letters or digits. Leave empty to take an agreed word away.").max(60);
    ask.form(ask.path(), "Agree on it")
        .because("a word was agreed with the customer")
        .field(word.answers(&["not_sealed"]))
        .cancel(&place.identity())
}

pub(super) async fn show_word(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody) = Place::with(&ask, &mut ask.read().await?, (&number, &customer)).await?;
    let form = word_form(&ask, &place);
    draw_word(&ask, (&place, &somebody), &form)
}

pub(super) async fn send_word(ask: Ask, At((number, customer)): At<(String, String)>) -> Answer {
    let (place, somebody) = Place::with(&ask, &mut ask.read().await?, (&number, &customer)).await?;
    let mut form = word_form(&ask, &place);
    if form.is_good() {
        let word = folded(&form.secret("word"));
        if !word.is_empty() && word.chars().count() < WORD_MIN {
            form.refuse_field("word", "Word or PIN: at least four letters or digits");
        } else {
            let hash = match word.is_empty() {
                true => String::new(),
                false => {
                    let (word, random) = (word.clone(), ask.site().random().clone());
                    aside(move || hash_password(&word, &random)).await?
                }
            };
            let act = AgreeWord { customer: somebody.person.reference.clone(), hash };
            let carried: Carried<()> = form.carry_out(&ask, &act).await?;
            let done = if word.is_empty() { "No word is agreed any more" } else { "The word is agreed" };
            if let Some(go) = carried.go(&place.identity(), done) {
                return go.answer();
            }
        }
    }
    draw_word(&ask, (&place, &somebody), &form)
}

fn draw_word(ask: &Ask, (place, somebody): (&Place, &Somebody), form: &Form) -> Answer {
    let title = format!("Agree on a word with {}", somebody.name());
    let page = place.page(ask, &title).lead("The customer chooses it and says it whenever they call.");
    page.alert(Alert::info("Nobody can look it up, not even you. It is compared when somebody says it."))
        .form(form)
        .answer()
}
