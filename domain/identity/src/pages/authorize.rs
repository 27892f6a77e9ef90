//! Letting a person ask about an account, such as a daughter who looks after the bills.

use customers::Wish;
use customers::acts::AuthorizePerson;
use web::{Answer, Ask, At, Carried, Field, Form, Problem};

use super::place::Place;
use crate::Asking;

async fn load(ask: &Ask, number: &str) -> Result<(Place, Form), Problem> {
    let mut read = ask.read().await?;
    let place = Place::load(ask, &mut read, number).await?;
    let asking = Asking::load(ask, &mut read, (place.account.id, Wish::Authorized)).await?;
    let form = form(ask, &place, &asking);
    Ok((place, form))
}

fn form(ask: &Ask, place: &Place, asking: &Asking) -> Form {
    let form = ask
        .form(ask.path(), "Authorize")
        .field(Field::text("name", "Name").max(120).required().answers(&[
            "name_missing",
            "role_taken",
            "account_closed",
        ]))
        .field(Field::phone("phone", "Telephone").hint("By its last four digits they can prove who they are."));
    asking
        .on(ask, form)
        .field(Field::reason().hint("Such as: looks after the bills of her mother."))
        .cancel(&place.identity())
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let (place, form) = load(&ask, &number).await?;
    draw(&ask, &place, &form)
}

pub(super) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let (place, mut form) = load(&ask, &number).await?;
    if form.is_good() {
        let (account, from_on) = (place.number.clone(), ask.today());
        let (name, phone, asked_by) = (form.text("name"), form.text("phone"), Asking::answer(&form));
        let act = AuthorizePerson { account, name, phone, from_on, asked_by };
        let carried: Carried<String> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&place.identity(), "They may ask about the account from today") {
            return go.answer();
        }
    }
    draw(&ask, &place, &form)
}

fn draw(ask: &Ask, place: &Place, form: &Form) -> Answer {
    let lead = "Only the account holder can ask for this. Verify the caller first.";
    place.page(ask, "Authorize a person").lead(lead).form(form).answer()
}
