//! What is asked of whoever an account is opened for, and the account that comes of it: with a move, or by itself.

use chrono::NaiveDate;
use customers::acts::{OpenAccount, PersonFacts};
use customers::{AddressLines, CustomerKind};
use web::{Choice, Field, Form};

/// Codes of refusals that the account of whoever comes answers for.
const WHOSE: &[&str] = &["customer_unknown", "whose_account", "name_missing", "same_account"];

/// Asks who they are: a customer on record, or somebody new.
pub(crate) fn somebody(form: Form) -> Form {
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

/// Asks where their mail goes; filled with the premises, where they are known.
pub(crate) fn mailing(form: Form, location: Option<&premises::Location>) -> Form {
    let known = |text: fn(&premises::Location) -> &str| location.map_or("", text).to_owned();
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

/// Says where neither or both of a customer on record and somebody new are named.
pub(crate) fn judge_somebody(form: &mut Form) {
    if form.text("customer").is_empty() == form.text("name").is_empty() {
        let words = "Name a customer on record, or enter the name of whoever is new: one of the two.";
        form.refuse_field(if form.text("name").is_empty() { "name" } else { "customer" }, words);
    }
}

/// Says where an address that begins to be one has no street or city.
pub(crate) fn judge_lines(form: &mut Form, prefix: &str) {
    let lines = lines(form, prefix);
    for (part, text) in [("street", &lines.street), ("city", &lines.city)] {
        if !lines.is_empty() && text.is_empty() {
            form.refuse_field(&format!("{prefix}_{part}"), "An address needs a street and a city.");
        }
    }
}

/// The address of the fields with a prefix.
pub(crate) fn lines(form: &Form, prefix: &str) -> AddressLines {
    let text = |part: &str| form.text(&format!("{prefix}_{part}"));
    AddressLines {
        recipient: String::new(),
        street: text("street"),
        city: text("city"),
        state: text("state"),
        postal_code: text("zip"),
    }
}

/// Where mail goes, if it is said.
pub(crate) fn told_mailing(form: &Form) -> Option<AddressLines> {
    Some(lines(form, "mail")).filter(|lines| !lines.is_empty())
}

/// The account of whoever the form names.
pub(crate) fn account(form: &Form, opened_on: NaiveDate) -> OpenAccount {
    let customer = form.optional_text("customer");
    let kind = match form.text("who").as_str() {
        "organization" => CustomerKind::Organization,
        _ => CustomerKind::Person,
    };
    let facts = PersonFacts { kind, name: form.text("name"), phone: form.text("phone"), email: form.text("email") };
    let new_customer = customer.is_none().then_some(facts);
    OpenAccount { customer, new_customer, opened_on, mailing: told_mailing(form) }
}
