//! Letting a person ask about an account, such as a daughter who looks after the bills.

use customers::acts::AuthorizePerson;
use web::{Answer, Ask, At, Carried, Field, Form};

use super::place::Place;

fn form(ask: &Ask, place: &Place) -> Form {
    ask.form(ask.path(), "Authorize")
        .field(Field::text("name", "Name").max(120).required().answers(&[
            "name_missing",
            "role_taken",
            "account_closed",
        ]))
        .field(Field::phone("phone", "Telephone").hint("By its last four digits they can prove who they are."))
        .field(Field::reason().hint("Who asked for it, and how they proved who they are."))
        .cancel(&place.identity())
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &number).await?;
    let form = form(&ask, &place);
    draw(&ask, &place, &form)
}

pub(super) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let place = Place::load(&ask, &mut ask.read().await?, &number).await?;
    let mut form = form(&ask, &place);
    if form.is_good() {
        let (account, from_on) = (place.number.clone(), ask.today());
        let act = AuthorizePerson { account, name: form.text("name"), phone: form.text("phone"), from_on };
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
