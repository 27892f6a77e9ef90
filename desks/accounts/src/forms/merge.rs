//! `/accounts/{number}/merge`: a customer who is on record twice, side by side, before anything moves.

mod proposed;
mod sides;

use std::collections::BTreeMap;

use customers::acts::MergeCustomers;
use customers::{CustomerInFull, ListedAccount};
use db::Read;
use kernel::CustomerId;
use web::shown::{capital, counted};
use web::{
    Alert, Answer, Ask, At, Carried, Cell, Changes, Column, Field, Form, Links, LookUp, Page, Problem, Section, address,
};

use proposed::Proposed;
use sides::Sides;

use super::page;
use crate::account::name_of;
use crate::words::Named;

/// The most accounts that are listed one by one.
const ACCOUNTS_MAX: usize = 50;

/// Two customers who may be the same.
struct Pair {
    goes: CustomerInFull,
    stays: CustomerInFull,
    accounts: BTreeMap<CustomerId, Vec<ListedAccount>>,
    sides: Sides,
}

impl Pair {
    fn accounts(&self, customer: &CustomerInFull) -> &[ListedAccount] {
        self.accounts.get(&customer.id).map_or(&[], Vec::as_slice)
    }

    /// Both, a fact a row.
    fn side_by_side(&self, ask: &Ask) -> Section {
        let row = |what: &str, of: &dyn Fn(&CustomerInFull) -> String| {
            let (goes, stays) = (of(&self.goes), of(&self.stays));
            let is_same = !["Accounts", "Customer since", "Tax ID and license"].contains(&what)
                && !goes.is_empty()
                && kernel::search_key(&goes) == kernel::search_key(&stays);
            let stays = Cell::text(stays);
            [Cell::text(what), Cell::text(goes), if is_same { stays.note("the same") } else { stays }]
        };
        let count = |customer: &CustomerInFull| {
            let count = i64::try_from(self.accounts(customer).len()).unwrap_or(i64::MAX);
            counted(count, "account", "accounts")
        };
        let since = |customer: &CustomerInFull| {
            let first = self.accounts(customer).iter().map(|account| account.opened_on).min();
            first.map(|first| web::shown::date(&first)).unwrap_or_default()
        };
        let table = ask
            .table("both-customers", "Both customers")
            .plain()
            .column(Column::text("fact", "What is known"))
            .column(Column::text("goes", "Goes"))
            .column(Column::text("stays", "Stays"))
            .rows([
                row("Name", &|customer| customer.name.clone()),
                row("Reference", &|customer| customer.reference.clone()),
                row("Kind", &|customer| capital(customer.kind.code())),
                row("Telephone", &|customer| customer.phone.clone()),
                row("E-mail", &|customer| customer.email.clone()),
                row("Tax ID and license", &|customer| self.sides.documents(ask, customer.id)),
                row("Customer since", &since),
                row("Accounts", &count),
            ]);
        Section::new("both", "Are they the same?").with(&table)
    }

    /// Where both are served, and what they owe.
    fn their_accounts(&self, ask: &Ask) -> Section {
        self.sides.accounts(ask, [("Goes", self.accounts(&self.goes)), ("Stays", self.accounts(&self.stays))])
    }

    /// Which accounts would change hands.
    fn moving(&self) -> Section {
        let section = Section::new("moves", "What would move");
        let accounts = self.accounts(&self.goes);
        if accounts.is_empty() {
            return section.note("The one who goes has no account, so nothing would move.");
        }
        let (from, to) = (name_of(&self.goes), name_of(&self.stays));
        let (from, to) = (format!("{from} ({})", self.goes.reference), format!("{to} ({})", self.stays.reference));
        let changes = accounts
            .iter()
            .take(ACCOUNTS_MAX)
            .fold(Changes::new(), |all, account| all.change(&format!("Account {}", account.number), &from, &to));
        let section = section.with(&changes);
        if accounts.len() <= ACCOUNTS_MAX {
            return section;
        }
        section.note(format!("The first {ACCOUNTS_MAX} of {} accounts are listed; all of them move.", accounts.len()))
    }
}

/// Whom the visitor named: by reference, or by the number of an account of theirs.
async fn other(read: &mut Read, said: &str) -> Result<Option<CustomerId>, Problem> {
    if said.is_empty() || said.chars().any(char::is_control) {
        return Ok(None);
    }
    if let Some(customer) = customers::customers_by_reference(read, &[said]).await?.remove(said) {
        return Ok(Some(customer));
    }
    Ok(customers::account_named(read, said).await?.map(|account| account.customer))
}

/// Both customers, when the one named is another than that of the account; whether the other one stays.
async fn pair(ask: &Ask, named: &Named, (said, stays): (&str, bool)) -> Result<Result<Pair, String>, Problem> {
    let mut read = ask.read().await?;
    let own = named.account.customer;
    let Some(other) = other(&mut read, said).await?.filter(|other| other.0 != 0) else {
        return Ok(Err(format!(
            "Nobody is known by “{said}”: enter a reference such as C100001, or an account number."
        )));
    };
    if other == own {
        return Ok(Err(format!("“{said}” is the customer of this account already.")));
    }
    let mut known = customers::customers_in_full(&mut read, &[own, other]).await?;
    if !ask.may(identity::permissions::SEE_PROTECTED) {
        for protected in customers::protected_customers(&mut read, &[own, other]).await?.keys() {
            known.entry(*protected).and_modify(|customer| "Confidential".clone_into(&mut customer.phone));
        }
    }
    let accounts = customers::accounts_of_customers(&mut read, &[own, other]).await?;
    let sides = Sides::load(ask, &mut read, &accounts, &[own, other]).await?;
    let (Some(own), Some(other)) = (known.remove(&own), known.remove(&other)) else {
        return Err(Problem::not_found());
    };
    let (goes, stays) = if stays { (own, other) } else { (other, own) };
    Ok(Ok(Pair { goes, stays, accounts, sides }))
}

fn form(ask: &Ask, named: &Named, (goes, stays): (&str, &str)) -> Form {
    let codes = &["reason_missing", "same_customer", "merged_already", "has_merged", "kind_differs"];
    let reason = Field::lines("words", "How it is known that both are the same").max(500).required();
    ask.form(&named.href("merge"), "Merge")
        .because("found to be the same customer")
        .field(reason.answers(codes).hint("Such as: same telephone and signature, asked by phone on July 1."))
        .field(Field::hidden("goes", goes))
        .field(Field::hidden("stays", stays))
        .cancel(&named.href(""))
}

fn title_page(ask: &Ask, named: &Named) -> Page {
    let lead = "Both stay on record, so that old papers find their way. Only the accounts move, and a merge can be \
                taken back.";
    let page = page(ask, named, "Merge customers").lead(lead);
    page.action("Take a merge back", &named.href("unmerge"))
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let said: String = ask.query().text("other").chars().take(60).collect();
    let who = Field::text("other", "The other customer").value(&said);
    let look_up = LookUp::new(&ask, "The other customer", "Compare").field(who);
    let page = title_page(&ask, &named).body(&look_up);
    if said.is_empty() {
        let proposed = Proposed::load(&ask, &mut ask.read().await?, &named).await?;
        return page.body(&proposed.section(&ask, &named)).answer();
    }
    let is_swapped = ask.query().text("stays") == "other";
    let pair = match pair(&ask, &named, (&said, is_swapped)).await? {
        Err(why) => return page.alert(Alert::bad("This customer cannot be compared").text(why)).answer(),
        Ok(pair) => pair,
    };
    let stays = if is_swapped { "" } else { "other" };
    let swapped = address(&named.href("merge"), &[("other", &said), ("stays", stays)]);
    let way = Links::new("Who stays").link("The other way around", swapped);
    let form = form(&ask, &named, (&pair.goes.reference, &pair.stays.reference));
    let page = page.body(&pair.side_by_side(&ask).with(&way)).body(&pair.their_accounts(&ask));
    page.body(&pair.moving()).form(&form).answer()
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let named = Named::find(&mut ask.read().await?, &number).await?;
    let mut form = form(&ask, &named, ("", ""));
    if form.is_good() {
        let act = MergeCustomers { merged: form.text("goes"), into: form.text("stays"), reason: form.text("words") };
        let carried: Carried<i64> = form.carry_out(&ask, &act).await?;
        let done = format!("{} was merged into {}", act.merged, act.into);
        if let Some(go) = carried.go(&named.href(""), done) {
            return go.answer();
        }
    }
    // What was compared stays in sight, so that it can be looked at and sent again.
    let (goes, stays) = (form.text("goes"), form.text("stays"));
    let own = customers::customer_references(&mut ask.read().await?, &[named.account.customer]).await?;
    let other_stays = own.get(&named.account.customer).is_some_and(|own| *own == goes);
    let said = if other_stays { &stays } else { &goes };
    let page = title_page(&ask, &named).status(axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    match pair(&ask, &named, (said, other_stays)).await? {
        Ok(pair) => {
            let page = page.body(&pair.side_by_side(&ask)).body(&pair.their_accounts(&ask));
            page.body(&pair.moving()).form(&form).answer()
        }
        Err(_) => page.form(&form).answer(),
    }
}
