//! Own accounts and those of the household: declared, so that nobody acts on them.

use std::collections::BTreeMap;

use kernel::AccountId;
use web::{Answer, Ask, Carried, Cell, Choice, Column, Field, Form, Links, Page, Problem, Section, Table, Tone};

use super::desk::{Everybody, directory};
use super::person::relation_words;
use crate::people::{self, Relation, RelationKind};
use crate::{DeclareRelation, EndRelation};

/// The longest number of an account somebody may type.
const NUMBER_MAX: usize = 40;

/// Who declares: themself, and who reports to them.
struct Desk {
    everybody: Everybody,
    me: String,
    relations: Vec<Relation>,
    numbers: BTreeMap<AccountId, String>,
}

impl Desk {
    async fn load(ask: &Ask) -> Result<Desk, Problem> {
        let mut read = ask.read().await?;
        let everybody = Everybody::load(ask, &mut read).await?;
        let actor = &ask.who()?.actor;
        let relations = people::relations(&mut read, actor.id).await?;
        let accounts: Vec<AccountId> = relations.iter().map(|relation| relation.account).collect();
        let numbers = match accounts.is_empty() {
            true => BTreeMap::new(),
            false => directory(ask).account_numbers(&mut read, &accounts).await?,
        };
        Ok(Desk { everybody, me: actor.code.clone(), relations, numbers })
    }

    /// Who reports to the visitor, as answers of a field.
    fn reports(&self, ask: &Ask) -> Vec<Choice> {
        let me = ask.visitor().map(|visitor| visitor.actor.id);
        self.everybody.choices(|person| me.is_some() && person.supervisor == me)
    }
}

/// Accounts of somebody as a table.
pub(super) fn table(ask: &Ask, relations: &[Relation], numbers: &BTreeMap<AccountId, String>) -> Table {
    let rows = relations.iter().map(|relation| {
        let number =
            numbers.get(&relation.account).cloned().unwrap_or_else(|| format!("Account {}", relation.account.0));
        let state = match relation.ended_on {
            None => Cell::tag(Tone::Info, "in force"),
            Some(_) => Cell::tag(Tone::Plain, "ended"),
        };
        let words = relation_words(relation.kind);
        [number.into(), words.into(), relation.declared_on.into(), relation.ended_on.into(), state]
    });
    ask.table("relations", "Accounts on which they do not act")
        .plain()
        .column(Column::text("account", "Account"))
        .column(Column::text("kind", "It is"))
        .column(Column::date("declared", "Declared"))
        .column(Column::date("ended", "Ended"))
        .column(Column::text("state", "State"))
        .empty("No account is declared. If the city serves your home, declare its account.")
        .rows(rows)
}

pub(super) async fn show(ask: Ask) -> Answer {
    let desk = Desk::load(&ask).await?;
    let form = form(&ask, &desk);
    draw(&ask, &desk, &form).answer()
}

fn draw(ask: &Ask, desk: &Desk, form: &Form) -> Page {
    let lead = "Nobody makes changes on their own account or one of their household: the program refuses it.";
    let own = Section::new("own", "Your accounts").with(&table(ask, &desk.relations, &desk.numbers));
    let declare = Section::new("declare", "Declare an account").with(form);
    let page = ask.page("Own accounts").lead(lead).body(&own).body(&declare);
    let page = match form.has_errors() {
        true => page.status(axum::http::StatusCode::UNPROCESSABLE_ENTITY),
        false => page,
    };
    if desk.reports(ask).is_empty() {
        return page;
    }
    page.body(&Links::new("Accounts of who reports to you").link("An account is theirs no more", "/relations/end"))
}

fn form(ask: &Ask, desk: &Desk) -> Form {
    let mut whose = vec![Choice::new(&desk.me, "Mine")];
    whose.extend(desk.reports(ask));
    let kinds = vec![
        Choice::new(RelationKind::Own.code(), "Own account"),
        Choice::new(RelationKind::Household.code(), "Of the household or family"),
    ];
    ask.form("/relations", "Declare")
        .because("declared by the person or their supervisor")
        .field(Field::select("actor", "Whose", whose).required().value(&desk.me).answers(&["not_their_supervisor"]))
        .field(account())
        .field(Field::radios("kind", "It is their", kinds).required())
}

fn account() -> Field {
    let field = Field::text("account", "Account number").max(NUMBER_MAX).required();
    field.hint("As it stands on the bill.").answers(&["unknown_account", "relation_stands", "no_relation"])
}

/// The account a form names; when there is none, the form says so.
async fn account_of(ask: &Ask, form: &mut Form) -> Result<Option<AccountId>, Problem> {
    let found = directory(ask).account(&mut ask.read().await?, &form.text("account")).await?;
    if found.is_none() {
        form.refuse_field("account", "Account number: there is no account with this number");
    }
    Ok(found)
}

pub(super) async fn declare(ask: Ask) -> Answer {
    let desk = Desk::load(&ask).await?;
    let mut form = form(&ask, &desk);
    if form.is_good()
        && let Some(account) = account_of(&ask, &mut form).await?
        && let Some(kind) = RelationKind::of_code(&form.text("kind"))
    {
        let act = DeclareRelation { actor: form.text("actor"), account, kind };
        if let Some(go) = carried(&form.carry_out(&ask, &act).await?, "The account is declared") {
            return go.answer();
        }
    }
    draw(&ask, &desk, &form).answer()
}

fn carried(carried: &Carried<()>, done: &str) -> Option<web::Go> {
    let path = match carried {
        Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
        Carried::Done(_) | Carried::Refused => "/relations".to_owned(),
    };
    carried.go(&path, done)
}

/// The form by which a supervisor ends a relation.
fn end_form(ask: &Ask, desk: &Desk) -> Form {
    let codes = &["own_change", "not_their_supervisor"];
    ask.form("/relations/end", "End the relation")
        .cancel("/relations")
        .field(Field::select("actor", "Whose", desk.reports(ask)).required().answers(codes))
        .field(account())
        .field(Field::reason())
}

fn draw_end(ask: &Ask, form: &Form) -> Answer {
    let lead = "Only a supervisor can: nobody opens the way to their own account.";
    let page = ask.page("An account is theirs no more").crumbs(&[("Own accounts", "/relations")]);
    page.lead(lead).form(form).answer()
}

pub(super) async fn show_end(ask: Ask) -> Answer {
    let desk = Desk::load(&ask).await?;
    draw_end(&ask, &end_form(&ask, &desk))
}

pub(super) async fn end(ask: Ask) -> Answer {
    let desk = Desk::load(&ask).await?;
    let mut form = end_form(&ask, &desk);
    if form.is_good()
        && let Some(account) = account_of(&ask, &mut form).await?
    {
        let act = EndRelation { actor: form.text("actor"), account };
        if let Some(go) = carried(&form.carry_out(&ask, &act).await?, "The relation has ended") {
            return go.answer();
        }
    }
    draw_end(&ask, &form)
}
