//! Who the customer is, who is what for the account, and where its mail goes.

use customers::permissions::CHANGE;
use customers::{MailingAddress, Party, Purpose, Role, in_force};
use web::shown::{capital, date};
use web::{Ask, Cell, Column, Facts, Links, Section, Tone, encoded};

use super::alerts::past_due_href;
use super::loaded::{Loaded, name_of};
use crate::words;

/// The customer and what the account comes to, in short.
pub(crate) fn facts(loaded: &Loaded) -> Section {
    let balance = loaded.owing.balance();
    let facts = Facts::new().link("Balance", web::shown::money(&balance), loaded.named.href("ledger"));
    let late = loaded.owing.past_due();
    let facts = match late.is_zero() {
        true => facts.tag("Past due", Tone::Good, "nothing"),
        false => facts.link("Past due", web::shown::money(&late), past_due_href(loaded)),
    };
    let facts = match loaded.newest_bill() {
        Some(bill) => facts.link("Newest bill", bill.number.to_string(), format!("/bills/{}", bill.number)),
        None => facts.fact("Newest bill", ""),
    };
    let facts = facts.fact("Account", loaded.named.number.clone());
    let Some(customer) = loaded.customer() else { return Section::bare().with(&facts) };
    let facts = facts
        .fact("Customer", format!("{} ({})", name_of(customer), customer.reference))
        .fact("Kind", capital(customer.kind.code()))
        .fact(
            "Phone",
            if loaded.shield.hides(loaded.named.id) { "Confidential".to_owned() } else { customer.phone.clone() },
        )
        .fact("E-mail", customer.email.clone());
    Section::bare().with(&facts)
}

/// Who is what, today and later first; those of the past folded away on the page of parties.
pub(crate) fn who(ask: &Ask, loaded: &Loaded) -> Section {
    let section = Section::new("who", "Who is who");
    let held: Vec<&Party> = loaded.parties.iter().filter(|party| party.holds_since(loaded.today)).collect();
    let past = loaded.parties.len() - held.len();
    let has_payer = held.iter().any(|party| party.role == Role::BillPayer && party.holds_on(loaded.today));
    let mut rows: Vec<[Cell; 2]> = Vec::new();
    if !has_payer {
        let note = "the customer, since nobody else was named";
        rows.push([Cell::text("Bill payer"), Cell::text(loaded.title()).note(note)]);
    }
    rows.extend(held.into_iter().map(|party| {
        let days = match party.to_on {
            Some(to_on) => format!("{} to {}", date(&party.from_on), date(&to_on)),
            None => format!("since {}", date(&party.from_on)),
        };
        let days = if loaded.today < party.from_on { format!("from {}", date(&party.from_on)) } else { days };
        [Cell::text(role_words(party.role)), Cell::text(loaded.name(party.customer)).note(days)]
    }));
    let table = ask.table("parties", "People of the account").plain();
    let table = table.column(Column::text("role", "Is")).column(Column::text("who", "Who")).rows(rows);
    let section = section.with(&table);
    if past == 0 || !ask.may(CHANGE) {
        return section;
    }
    let words = web::shown::counted(i64::try_from(past).unwrap_or(0), "role that ended", "roles that ended");
    section.with(&Links::new("Roles that ended").link(&words, loaded.named.href("parties")))
}

/// What a role is called where it begins a line.
pub(crate) fn role_words(role: Role) -> String {
    match role {
        Role::Authorized => "Authorized person".to_owned(),
        Role::BillPayer | Role::Owner | Role::Tenant => capital(&role.to_string()),
    }
}

/// Where bills go, and where somebody went.
pub(crate) fn mail(ask: &Ask, loaded: &Loaded) -> Section {
    let section = Section::new("mail", "Mail");
    if loaded.shield.hides(loaded.named.id) {
        let facts = Facts::new().tag("Address", Tone::Warning, "confidential");
        return section.with(&facts.fact("Mail goes to", loaded.place("")));
    }
    let of = |purpose: Purpose| -> Vec<MailingAddress> {
        let records = loaded.addresses.iter().filter(|record| record.address.purpose == purpose);
        records.map(|record| record.address.clone()).collect()
    };
    let (mailing, forwarding) = (of(Purpose::Mailing), of(Purpose::Forwarding));
    let mut facts = Facts::new();
    facts = match in_force(&mailing, Some(loaded.today)) {
        Some(address) => facts.fact("Bills go to", words::on_one_line(&address.lines)),
        None => facts.fact("Bills go to", ""),
    };
    let later = mailing.iter().filter(|address| loaded.today < address.from_on).max_by_key(|one| one.revision);
    if let Some(address) = later {
        let title = format!("From {}", date(&address.from_on));
        facts = facts.fact(&title, words::on_one_line(&address.lines));
    }
    if let Some(address) = in_force(&forwarding, None) {
        let title = format!("Forwarding from {}", date(&address.from_on));
        facts = facts.fact(&title, words::on_one_line(&address.lines));
    }
    let section = section.with(&facts);
    match ask.may(acts::permissions::READ).then(|| loaded.addresses.last()).flatten() {
        Some(record) => {
            let links =
                Links::new("Mail").link("Who recorded it", format!("/log/{}", encoded(&record.act.0.to_string())));
            section.with(&links)
        }
        None => section,
    }
}
