//! `/accounts/{number}/parties`: who is bill payer, owner, tenant or authorized, from a day to a day.

use std::collections::BTreeMap;

use customers::acts::{EndParty, SetParty};
use customers::{CustomerInFull, Party, Role, Wish, seen_parties};
use db::Read;
use identity::Asking;
use kernel::{ActId, CustomerId};
use web::shown::date;
use web::{Answer, Ask, At, Cell, Choice, Column, Columns, Field, Form, Links, Page, Problem, Section, Tone, address};

use super::{Settled, collision, entries_since, newest_entry, page, settle};
use crate::account::{name_of, role_words};
use crate::words::Named;

/// The kinds of entries that change who is what.
const KINDS: [&str; 3] = ["customers.set_party", "customers.end_party", "customers.authorize_person"];

/// Who is what now.
struct There {
    parties: Vec<Party>,
    customers: BTreeMap<CustomerId, CustomerInFull>,
    newest: ActId,
    asking: Asking,
}

/// What a form is filled with: role, customer, day.
type Filled = (String, String, String);

impl There {
    async fn load(ask: &Ask, read: &mut Read, named: &Named) -> Result<There, Problem> {
        let parties = customers::parties_of(read, &[named.id]).await?.remove(&named.id).unwrap_or_default();
        let ids: Vec<CustomerId> = parties.iter().map(|party| party.customer).collect();
        let customers = customers::customers_in_full(read, &ids).await?;
        let asking = Asking::load(ask, read, (named.id, Wish::Party)).await?;
        Ok(There { parties, customers, newest: newest_entry(read, named).await?, asking })
    }

    fn name(&self, party: &Party) -> String {
        self.customers.get(&party.customer).map_or_else(String::new, |known| name_of(known).to_owned())
    }

    fn reference(&self, party: &Party) -> String {
        self.customers.get(&party.customer).map_or_else(String::new, |known| known.reference.clone())
    }

    /// Roles without an end, as answers of a field: role and reference.
    fn endable(&self) -> Vec<Choice> {
        let open = self.parties.iter().filter(|party| party.to_on.is_none());
        let choice = |party: &Party| {
            let words = format!("{}: {} since {}", role_words(party.role), self.name(party), date(&party.from_on));
            Choice::new(format!("{} {}", party.role.code(), self.reference(party)), words)
        };
        open.map(choice).collect()
    }

    fn carrying(&self, ask: &Ask, form: Form, named: &Named) -> Form {
        self.asking
            .on(ask, form)
            .field(Field::hidden("seen", seen_parties(&self.parties)))
            .field(Field::hidden("since", self.newest.0.to_string()))
            .cancel(&named.href(""))
    }

    fn name_form(&self, ask: &Ask, (named, action): (&Named, &str), filled: &Filled) -> Form {
        let roles = Role::ALL.map(|role| Choice::new(role.code(), role_words(role))).to_vec();
        let (role, customer, from_on) = filled;
        let role = Field::select("role", "Is", roles).value(role).required().answers(&["role_taken"]);
        let who = Field::text("customer", "Customer").value(customer).required().max(60);
        let who = who.hint("Their reference, such as C100001, or the number of an account of theirs.");
        let from = Field::date("from_on", "From").value(from_on).required();
        let form = ask.form(action, "Record").field(role);
        let form = form.field(who.answers(&["customer_unknown"]));
        self.carrying(ask, form.field(from.answers(&["before_account", "account_closed"])), named)
    }

    fn end_form(&self, ask: &Ask, (named, action): (&Named, &str), (held, to_on): (&str, &str)) -> Form {
        let held = Field::select("held", "Who", self.endable()).value(held).required().answers(&["role_not_held"]);
        let to = Field::date("to_on", "Last day").value(to_on).required().answers(&["ends_before"]);
        let mistake =
            Field::check("by_mistake", "It was recorded today by mistake, and ends at once as if it had never been");
        let form = ask.form(action, "End the role").field(held).field(to).field(mistake.answers(&["not_of_today"]));
        self.carrying(ask, form, named)
    }

    fn table(&self, ask: &Ask) -> Section {
        let table = ask
            .table("parties", "Who is who")
            .plain()
            .column(Column::text("role", "Is"))
            .column(Column::text("who", "Who"))
            .column(Column::text("reference", "Reference"))
            .column(Column::text("days", "Days"))
            .column(Column::text("state", "State"))
            .empty("Nobody is named beside the customer, who gets the bills.");
        let mut parties: Vec<&Party> = self.parties.iter().collect();
        parties.sort_by_key(|party| (!party.holds_since(ask.today()), party.role, party.from_on));
        let table = table.rows(parties.into_iter().map(|party| {
            let days = match party.to_on {
                Some(to_on) => format!("{} to {}", date(&party.from_on), date(&to_on)),
                None => format!("since {}", date(&party.from_on)),
            };
            let state = match (party.holds_on(ask.today()), party.holds_since(ask.today())) {
                (true, _) => Cell::tag(Tone::Good, "in force"),
                (false, true) => Cell::tag(Tone::Info, "to come"),
                (false, false) => Cell::tag(Tone::Plain, "over"),
            };
            let (who, reference) = (Cell::text(self.name(party)), Cell::text(self.reference(party)));
            [Cell::text(role_words(party.role)), who, reference, Cell::text(days), state]
        }));
        Section::new("now", "On record now").with(&table)
    }
}

const TITLE: &str = "Payer, owner, tenant, authorized";

fn draw(page: Page, main: Vec<Section>, form: &Form, heading: &str) -> Answer {
    let side = vec![Section::new("change", heading).with(form)];
    let page = page.body(&Columns { main, side });
    match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY).answer(),
        false => page.answer(),
    }
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let (named, there) = both_of(&ask, &number).await?;
    let filled = (ask.query().text("role").to_owned(), String::new(), ask.today().to_string());
    let form = there.name_form(&ask, (&named, &named.href("parties")), &filled);
    draw_naming(&ask, (&named, &there), &form)
}

fn draw_naming(ask: &Ask, (named, there): (&Named, &There), form: &Form) -> Answer {
    let mut ways = Links::listed("More");
    if !there.endable().is_empty() {
        ways = ways.link("End a role", named.href("parties/end"));
    }
    let mut now = there.table(ask);
    if !ways.is_empty() {
        now = now.with(&ways);
    }
    draw(page(ask, named, TITLE), vec![now], form, "Name somebody")
}

async fn both_of(ask: &Ask, number: &str) -> Result<(Named, There), Problem> {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, number).await?;
    let there = There::load(ask, &mut read, &named).await?;
    Ok((named, there))
}

/// The customer somebody names by reference or by the number of an account of theirs.
async fn reference_of(ask: &Ask, said: &str) -> Result<String, Problem> {
    let mut read = ask.read().await?;
    if !customers::customers_by_reference(&mut read, &[said]).await?.is_empty() {
        return Ok(said.to_owned());
    }
    let Some(account) = customers::account_named(&mut read, said).await? else { return Ok(said.to_owned()) };
    let found = customers::customer_references(&mut read, &[account.customer]).await?;
    Ok(found.get(&account.customer).cloned().unwrap_or_else(|| said.to_owned()))
}

pub(crate) async fn name(ask: Ask, At(number): At<String>) -> Answer {
    let (named, there) = both_of(&ask, &number).await?;
    let own = named.href("parties");
    let mut sent = there.name_form(&ask, (&named, &own), &Filled::default());
    let role = Role::of_code(&sent.text("role"));
    if let Some((role, from_on)) = role.zip(sent.date("from_on")).filter(|_| sent.is_good()) {
        let customer = reference_of(&ask, &sent.text("customer")).await?;
        let account = named.number.clone();
        let (seen, asked_by) = (sent.optional_text("seen"), Asking::answer(&sent));
        let act = SetParty { account, role, customer, from_on, seen, asked_by };
        match settle(&ask, &mut sent, &act, (&named.href(""), "It is recorded who is who")).await? {
            Settled::Gone(go) => return go.answer(),
            Settled::Refused => {}
            Settled::Collided => {
                let (page, there) = collided(&ask, &named, &sent).await?;
                let filled = (role.code().to_owned(), act.customer, from_on.to_string());
                let form = there.name_form(&ask, (&named, &address(&own, &[("again", "1")])), &filled);
                return draw(page, vec![there.table(&ask)], &form, "What you entered");
            }
        }
    }
    draw_naming(&ask, (&named, &there), &sent)
}

/// The page that says who was faster, and who is what now.
async fn collided(ask: &Ask, named: &Named, sent: &Form) -> Result<(Page, There), Problem> {
    let mut read = ask.read().await?;
    let there = There::load(ask, &mut read, named).await?;
    let since = ActId(web::read_number(&sent.text("since")).unwrap_or(0));
    let entries = entries_since(&mut read, named, since, &KINDS).await?;
    let alert = collision(ask, &mut read, &entries).await?;
    Ok((page(ask, named, TITLE).alert(alert).status(axum::http::StatusCode::CONFLICT), there))
}

pub(crate) async fn show_end(ask: Ask, At(number): At<String>) -> Answer {
    let (named, there) = both_of(&ask, &number).await?;
    let form = there.end_form(&ask, (&named, &named.href("parties/end")), ("", &ask.today().to_string()));
    draw(page(&ask, &named, "End a role"), vec![there.table(&ask)], &form, "End a role")
}

pub(crate) async fn end(ask: Ask, At(number): At<String>) -> Answer {
    let (named, there) = both_of(&ask, &number).await?;
    let own = named.href("parties/end");
    let mut sent = there.end_form(&ask, (&named, &own), ("", ""));
    let held = sent.text("held");
    let who = held.split_once(' ').and_then(|(role, customer)| Some((Role::of_code(role)?, customer.to_owned())));
    if let Some(((role, customer), to_on)) = who.zip(sent.date("to_on")).filter(|_| sent.is_good()) {
        let account = named.number.clone();
        let (seen, asked_by) = (sent.optional_text("seen"), Asking::answer(&sent));
        let by_mistake = sent.is_checked("by_mistake");
        let act = EndParty { account, role, customer, to_on, seen, by_mistake, asked_by };
        let done = if by_mistake { "The role is taken out" } else { "The role ends with that day" };
        match settle(&ask, &mut sent, &act, (&named.href(""), done)).await? {
            Settled::Gone(go) => return go.answer(),
            Settled::Refused => {}
            Settled::Collided => {
                let (page, there) = collided(&ask, &named, &sent).await?;
                let action = address(&own, &[("again", "1")]);
                let form = there.end_form(&ask, (&named, &action), (&held, &to_on.to_string()));
                return draw(page, vec![there.table(&ask)], &form, "What you entered");
            }
        }
    }
    draw(page(&ask, &named, "End a role"), vec![there.table(&ask)], &sent, "End a role")
}
