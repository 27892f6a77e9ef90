//! `/accounts/{number}/contact`: how the customer is called and written to.

use customers::acts::{SetContact, last_contact_entry, seen_contact};
use customers::{CustomerInFull, Wish};
use db::Read;
use identity::Asking;
use kernel::ActId;
use web::{Answer, Ask, At, Field, Form, Problem, address, read_number};

use super::{Settled, both, collision, entries_since, newest_entry, page, settle};
use crate::words::Named;

/// What the form is filled with.
struct Filled {
    phone: String,
    email: String,
    /// What was seen, in short; empty where the telephone number is covered.
    seen: String,
    /// The last entry that set them, which tells nothing of a covered number.
    seen_entry: ActId,
    since: ActId,
    /// Whether the customer is protected and the visitor may not see their telephone number.
    is_covered: bool,
    asking: Asking,
}

async fn customer_of(read: &mut Read, named: &Named) -> Result<CustomerInFull, Problem> {
    let customer = named.account.customer;
    let found = customers::customers_in_full(read, &[customer]).await?.remove(&customer);
    found.ok_or_else(Problem::not_found)
}

async fn on_record(ask: &Ask, read: &mut Read, named: &Named, customer: &CustomerInFull) -> Result<Filled, Problem> {
    let (phone, email) = (customer.phone.clone(), customer.email.clone());
    let since = newest_entry(read, named).await?;
    let asking = Asking::load(ask, read, (named.id, Wish::Contact)).await?;
    let protected = customers::protected_customers(read, &[customer.id]).await?;
    if !protected.is_empty() && !ask.may(identity::permissions::SEE_PROTECTED) {
        // Not even a digest of the number, which could be tried through.
        let seen_entry = last_contact_entry(read, customer.id).await?;
        let (phone, seen) = (String::new(), String::new());
        return Ok(Filled { phone, email, seen, seen_entry, since, is_covered: true, asking });
    }
    let seen = seen_contact(&phone, &email);
    Ok(Filled { phone, email, seen, seen_entry: ActId(0), since, is_covered: false, asking })
}

fn form(ask: &Ask, (named, action): (&Named, &str), filled: &Filled) -> Form {
    let phone = Field::phone("phone", "Telephone").max(40).value(&filled.phone).answers(&["phone_unreadable"]);
    let phone = match filled.is_covered {
        false => phone,
        true => phone.hint("A number on record is confidential. Leave this empty to keep it, or type a new one."),
    };
    let form = ask
        .form(action, "Save")
        .field(phone)
        .field(Field::email("email", "E-mail").max(200).value(&filled.email).answers(&["email_unreadable"]));
    filled
        .asking
        .on(ask, form)
        .field(Field::hidden("seen", &filled.seen))
        .field(Field::hidden("seen_entry", filled.seen_entry.0.to_string()))
        .field(Field::hidden("since", filled.since.0.to_string()))
        .cancel(&named.href(""))
}

fn phone_now(now: &Filled) -> String {
    if now.is_covered { "Confidential".to_owned() } else { now.phone.clone() }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let customer = customer_of(&mut read, &named).await?;
    let filled = on_record(&ask, &mut read, &named, &customer).await?;
    drop(read);
    let form = form(&ask, (&named, &named.href("contact")), &filled);
    page(&ask, &named, "Telephone and e-mail").lead(lead(&customer)).form(&form).answer()
}

fn lead(customer: &CustomerInFull) -> String {
    format!("Of {} ({}), for all accounts of theirs.", customer.name, customer.reference)
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let customer = customer_of(&mut read, &named).await?;
    let filled = on_record(&ask, &mut read, &named, &customer).await?;
    drop(read);
    let own = named.href("contact");
    let mut sent = form(&ask, (&named, &own), &filled);
    let title = "Telephone and e-mail";
    if sent.is_good() {
        // Nobody erases what they may not see: an empty number of a protected person stays as it is.
        let (phone, seen_entry) = match filled.is_covered {
            true => (sent.optional_text("phone"), sent.text("seen_entry").parse().ok().map(ActId)),
            // A number that stays as it is goes on counting when a caller is verified.
            false => (Some(sent.text("phone")).filter(|phone| *phone != filled.phone), None),
        };
        let (email, seen) = (sent.text("email"), sent.optional_text("seen"));
        let (customer_reference, asked_by) = (customer.reference.clone(), Asking::answer(&sent));
        let act = SetContact { customer: customer_reference, phone, email, seen, seen_entry, asked_by };
        match settle(&ask, &mut sent, &act, (&named.href(""), "Telephone and e-mail are recorded")).await? {
            Settled::Gone(go) => return go.answer(),
            Settled::Refused => {}
            Settled::Collided => {
                let mut read = ask.read().await?;
                let customer = customer_of(&mut read, &named).await?;
                let now = on_record(&ask, &mut read, &named, &customer).await?;
                let since = ActId(read_number(&sent.text("since")).unwrap_or(0));
                let entries = entries_since(&mut read, &named, since, &["customers.set_contact"]).await?;
                let alert = collision(&ask, &mut read, &entries).await?;
                let rows = vec![
                    ("Telephone", phone_now(&now), sent.text("phone")),
                    ("E-mail", now.email.clone(), act.email.clone()),
                ];
                let again = Filled { phone: sent.text("phone"), email: act.email, ..now };
                let form = form(&ask, (&named, &address(&own, &[("again", "1")])), &again);
                let page = page(&ask, &named, title).lead(lead(&customer)).alert(alert).body(&both(&ask, rows));
                return page.form(&form).status(axum::http::StatusCode::CONFLICT).answer();
            }
        }
    }
    page(&ask, &named, title).lead(lead(&customer)).form(&sent).answer()
}
