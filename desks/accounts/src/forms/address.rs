//! `/accounts/{number}/address`: where mail of the account goes, from a day on.

use customers::acts::SetMailingAddress;
use customers::{AddressLines, AddressRecord, MailingAddress, Purpose, Wish, in_force, seen_addresses};
use db::Read;
use identity::{Asking, Shield};
use kernel::ActId;
use web::shown::date;
use web::{Answer, Ask, At, Cell, Column, Field, Folded, Form, Page, Problem, Section, address};

use super::{Settled, both, collision, page, settle};
use crate::words::{self, Named};

/// What the form is filled with.
struct Filled {
    from_on: String,
    lines: AddressLines,
    seen: String,
}

/// What is on record for one purpose, and whether the visitor may see it.
struct OnRecord {
    purpose: Purpose,
    records: Vec<AddressRecord>,
    is_hidden: bool,
    asking: Asking,
}

impl OnRecord {
    async fn load(ask: &Ask, read: &mut Read, (named, purpose): (&Named, Purpose)) -> Result<OnRecord, Problem> {
        let mut records = customers::address_records(read, named.id).await?;
        records.retain(|record| record.address.purpose == purpose);
        let is_hidden = Shield::load(ask, read, &[named.id]).await?.hides(named.id);
        let asking = Asking::load(ask, read, (named.id, Wish::Mail)).await?;
        Ok(OnRecord { purpose, records, is_hidden, asking })
    }

    fn addresses(&self) -> Vec<MailingAddress> {
        self.records.iter().map(|record| record.address.clone()).collect()
    }

    /// The lines in force, or those that come next; empty where they must not be shown.
    fn lines(&self, ask: &Ask) -> AddressLines {
        let addresses = self.addresses();
        let current = in_force(&addresses, Some(ask.today())).or_else(|| in_force(&addresses, None));
        current.filter(|_| !self.is_hidden).map_or_else(empty_lines, |current| current.lines.clone())
    }

    fn filled(&self, ask: &Ask) -> Filled {
        let seen = seen_addresses(&self.addresses());
        Filled { from_on: ask.today().to_string(), lines: self.lines(ask), seen }
    }

    /// What was recorded since a form was opened that had seen this: the newest records, until the rest is what it saw.
    fn since(&self, seen: &str) -> Vec<ActId> {
        let mut records: Vec<&AddressRecord> = self.records.iter().collect();
        records.sort_by_key(|record| record.act);
        let mut later = Vec::new();
        loop {
            let mut known: Vec<MailingAddress> = records.iter().map(|record| record.address.clone()).collect();
            known.sort_by_key(|address| (address.from_on, address.revision));
            if seen_addresses(&known) == seen {
                break;
            }
            let Some(newest) = records.pop() else { break };
            later.push(newest.act);
        }
        later.reverse();
        later
    }
}

fn empty_lines() -> AddressLines {
    let nothing = String::new;
    AddressLines { recipient: nothing(), street: nothing(), city: nothing(), state: nothing(), postal_code: nothing() }
}

fn purpose_of(ask: &Ask) -> Purpose {
    let said = if ask.posted().is_empty() { ask.query().text("purpose") } else { ask.posted().text("purpose") };
    Purpose::of_code(said).unwrap_or(Purpose::Mailing)
}

fn form(ask: &Ask, (named, action): (&Named, &str), there: &OnRecord, filled: &Filled) -> Form {
    let lines = &filled.lines;
    let form =
        ask.form(action, "Save address")
            .field(
                Field::date("from_on", "From").value(&filled.from_on).required().answers(&["before_account"]).hint(
                    "Mail of this day and later goes there. The same day again corrects what was recorded for it.",
                ),
            )
            .field(
                Field::text("recipient", "Recipient")
                    .value(&lines.recipient)
                    .max(120)
                    .hint("Only where it is not the customer's own name."),
            )
            .field(Field::text("street", "Street or PO box").value(&lines.street).max(120).required())
            .field(Field::text("city", "City").value(&lines.city).max(80).required())
            .field(Field::text("state", "State").value(&lines.state).max(40))
            .field(Field::text("postal_code", "ZIP code").value(&lines.postal_code).max(20));
    there
        .asking
        .on(ask, form)
        .field(Field::hidden("purpose", there.purpose.code()))
        .field(Field::hidden("seen", &filled.seen))
        .cancel(&named.href(""))
}

fn lines_of(form: &Form) -> AddressLines {
    AddressLines {
        recipient: form.text("recipient"),
        street: form.text("street"),
        city: form.text("city"),
        state: form.text("state"),
        postal_code: form.text("postal_code"),
    }
}

/// The page without its form: which purpose, and everything recorded for it.
fn around(ask: &Ask, named: &Named, there: &OnRecord) -> Page {
    let title = match there.purpose {
        Purpose::Mailing => "Mailing address",
        Purpose::Forwarding => "Forwarding address",
    };
    let (lead, other, words) = match there.purpose {
        Purpose::Mailing => ("Where bills and letters go.", Purpose::Forwarding, "Forwarding address instead"),
        Purpose::Forwarding => ("Where somebody went who moved out.", Purpose::Mailing, "Mailing address instead"),
    };
    let switch = address(&named.href("address"), &[("purpose", other.code())]);
    page(ask, named, title).lead(lead).action(words, &switch)
}

fn history(ask: &Ask, there: &OnRecord) -> Option<Section> {
    if there.records.is_empty() || there.is_hidden {
        return None;
    }
    let may_read = ask.may(::acts::permissions::READ);
    let table = ask
        .table("recorded", "Everything recorded")
        .plain()
        .column(Column::text("from", "From"))
        .column(Column::text("address", "Address"))
        .column(Column::text("entry", "Entry"));
    let rows = there.records.iter().rev().map(|record| {
        let address = &record.address;
        let entry = Cell::text(record.act.0.to_string());
        let revision = if 1 < address.revision { "corrected" } else { "" };
        [
            Cell::text(date(&address.from_on)).note(revision),
            Cell::text(words::on_one_line(&address.lines)),
            if may_read { entry.link(format!("/log/{}", record.act.0)) } else { entry },
        ]
    });
    let table = table.rows(rows);
    Some(Section::bare().with(&Folded::new("Everything recorded so far", &table)))
}

fn draw(ask: &Ask, (named, there): (&Named, &OnRecord), form: &Form) -> Answer {
    let page = around(ask, named, there).form(form);
    match history(ask, there) {
        Some(history) => page.body(&history).answer(),
        None => page.answer(),
    }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let there = OnRecord::load(&ask, &mut read, (&named, purpose_of(&ask))).await?;
    drop(read);
    let form = form(&ask, (&named, &named.href("address")), &there, &there.filled(&ask));
    draw(&ask, (&named, &there), &form)
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let there = OnRecord::load(&ask, &mut read, (&named, purpose_of(&ask))).await?;
    drop(read);
    let mut sent = form(&ask, (&named, &named.href("address")), &there, &there.filled(&ask));
    if let Some(from_on) = sent.date("from_on").filter(|_| sent.is_good()) {
        let (account, purpose) = (named.number.clone(), there.purpose);
        let (lines, seen, asked_by) = (lines_of(&sent), sent.optional_text("seen"), Asking::answer(&sent));
        let act = SetMailingAddress { account, purpose, from_on, lines, seen, asked_by };
        match settle(&ask, &mut sent, &act, (&named.href(""), "The address is recorded")).await? {
            Settled::Gone(go) => return go.answer(),
            Settled::Refused => {}
            Settled::Collided => return collided(&ask, &named, act).await,
        }
    }
    draw(&ask, (&named, &there), &sent)
}

/// What is there now beside what was entered, and the form once more.
async fn collided(ask: &Ask, named: &Named, act: SetMailingAddress) -> Answer {
    let mut read = ask.read().await?;
    let now = OnRecord::load(ask, &mut read, (named, act.purpose)).await?;
    let mut entries = Vec::new();
    for later in now.since(act.seen.as_deref().unwrap_or_default()) {
        entries.extend(::acts::logged_act(&mut read, later).await?);
    }
    let alert = collision(ask, &mut read, &entries).await?;
    drop(read);
    let shown = |line: &str| if now.is_hidden { customers::CONFIDENTIAL.to_owned() } else { line.to_owned() };
    let lines = now.lines(ask);
    let rows = vec![
        ("Recipient", shown(&lines.recipient), act.lines.recipient.clone()),
        ("Street or PO box", shown(&lines.street), act.lines.street.clone()),
        ("City", shown(&lines.city), act.lines.city.clone()),
        ("State", shown(&lines.state), act.lines.state.clone()),
        ("ZIP code", shown(&lines.postal_code), act.lines.postal_code.clone()),
    ];
    let again = Filled { from_on: act.from_on.to_string(), lines: act.lines, seen: seen_addresses(&now.addresses()) };
    let action = address(&named.href("address"), &[("again", "1")]);
    let form = form(ask, (named, &action), &now, &again);
    let page = around(ask, named, &now).alert(alert).body(&both(ask, rows)).form(&form);
    page.status(axum::http::StatusCode::CONFLICT).answer()
}
