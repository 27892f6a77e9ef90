//! What the last step asks: who comes, where mail goes, why; and what was told, as the change takes it.

use customers::acts::{OpenAccount, PersonFacts};
use customers::permissions::CHANGE;
use customers::{AddressLines, CustomerKind};
use web::{Ask, Choice, Field, Form};

use super::super::Kind;
use super::Loaded;

/// Codes of refusals that the account of whoever comes answers for.
const WHOSE: &[&str] = &["customer_unknown", "whose_account", "name_missing", "same_account"];

pub(super) fn form(ask: &Ask, loaded: &Loaded) -> Form {
    let button = match loaded.state.kind {
        Kind::Start => "Move them in",
        Kind::Stop => "Move them out",
        Kind::Transfer => "Hand the services over",
        Kind::Revert => "Hand over to the owner",
    };
    let mut form = ask.form("/moves/preview", button).field(Field::hidden("state", loaded.state.text()).max(4_000));
    if loaded.opens() {
        form = match &loaded.owner {
            Some(_) => form,
            None => somebody(form),
        };
        form = mailing(form, loaded);
    }
    if loaded.state.kind.leaves() && ask.may(CHANGE) {
        form = address(form, "forward", "Forwarding street or P.O. box", "Where the final bill goes, if it is known.");
    }
    form.field(Field::reason().hint("Such as who called, and when.")).cancel("/moves")
}

fn somebody(form: Form) -> Form {
    let kinds = vec![Choice::new("person", "A person"), Choice::new("organization", "An organization")];
    form.field(
        Field::text("customer", "Customer on record")
            .max(60)
            .hint("A reference, or the number of another account of theirs. For somebody new leave it empty.")
            .answers(WHOSE),
    )
    .field(Field::text("name", "Name of whoever is new").max(120).answers(&["line_unprintable"]))
    .field(Field::radios("who", "Who they are", kinds).required().value("person"))
    .field(Field::phone("phone", "Telephone"))
    .field(Field::email("email", "E-mail").max(120))
}

fn mailing(form: Form, loaded: &Loaded) -> Form {
    let known = |text: fn(&premises::Location) -> &str| loaded.location.as_ref().map_or("", text).to_owned();
    form.field(
        Field::text("mail_street", "Mail goes to: street or P.O. box")
            .max(120)
            .value(known(|at| &at.street))
            .answers(&["line_missing"]),
    )
    .field(Field::text("mail_city", "City").max(80).value(known(|at| &at.city)))
    .field(Field::text("mail_state", "State").max(20).value(known(|at| &at.state)))
    .field(Field::text("mail_zip", "ZIP code").max(20).value(known(|at| &at.postal_code)))
}

fn address(form: Form, name: &str, label: &str, hint: &str) -> Form {
    form.field(Field::text(&format!("{name}_street"), label).max(120).hint(hint))
        .field(Field::text(&format!("{name}_city"), "Forwarding city").max(80))
        .field(Field::text(&format!("{name}_state"), "Forwarding state").max(20))
        .field(Field::text(&format!("{name}_zip"), "Forwarding ZIP code").max(20))
}

/// Says what the change would refuse with words that name no field.
pub(super) fn judge(loaded: &Loaded, form: &mut Form) {
    if form.has_errors() {
        return;
    }
    if loaded.opens() && loaded.owner.is_none() && form.text("customer").is_empty() == form.text("name").is_empty() {
        let words = "Name a customer on record, or enter the name of whoever is new: one of the two.";
        form.refuse_field(if form.text("name").is_empty() { "name" } else { "customer" }, words);
    }
    let prefixes = [("mail", loaded.opens()), ("forward", loaded.state.kind.leaves())];
    for (prefix, _) in prefixes.into_iter().filter(|(_, is_asked)| *is_asked) {
        let lines = lines(form, prefix);
        for (part, text) in [("street", &lines.street), ("city", &lines.city)] {
            if !lines.is_empty() && text.is_empty() {
                form.refuse_field(&format!("{prefix}_{part}"), "An address needs a street and a city.");
            }
        }
    }
}

fn lines(form: &Form, prefix: &str) -> AddressLines {
    let text = |part: &str| form.text(&format!("{prefix}_{part}"));
    AddressLines {
        recipient: String::new(),
        street: text("street"),
        city: text("city"),
        state: text("state"),
        postal_code: text("zip"),
    }
}

/// The account that is opened for whoever comes.
pub(super) fn opened(loaded: &Loaded, form: &Form) -> OpenAccount {
    let mailing = Some(lines(form, "mail")).filter(|lines| !lines.is_empty());
    let opened_on = loaded.on;
    if let Some(owner) = &loaded.owner {
        return OpenAccount { customer: Some(owner.reference.clone()), new_customer: None, opened_on, mailing };
    }
    let customer = form.optional_text("customer");
    let kind = match form.text("who").as_str() {
        "organization" => CustomerKind::Organization,
        _ => CustomerKind::Person,
    };
    let facts = PersonFacts { kind, name: form.text("name"), phone: form.text("phone"), email: form.text("email") };
    let new_customer = customer.is_none().then_some(facts);
    OpenAccount { customer, new_customer, opened_on, mailing }
}

/// Where whoever leaves goes.
pub(super) fn forwarding(loaded: &Loaded, form: &Form) -> Option<AddressLines> {
    loaded.state.kind.leaves().then(|| lines(form, "forward")).filter(|lines| !lines.is_empty())
}
