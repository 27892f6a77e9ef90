//! Somebody begins to work here: the form of code, name, position, roles.

use std::collections::BTreeSet;

use db::Fault;
use web::{Answer, Ask, Choice, Field, Form};

use super::desk::{Everybody, staff_href};
use crate::JoinStaff;
use crate::people::{self, Contact, RoleBook};

pub(super) async fn show(ask: Ask) -> Answer {
    let form = form(&ask).await?;
    draw(&ask, &form)
}

pub(super) async fn send(ask: Ask) -> Answer {
    let mut form = form(&ask).await?;
    if form.is_good()
        && let Some(joined_on) = form.date("joined_on")
    {
        let contact = Contact { email: form.text("email"), phone: form.text("phone"), address: form.text("address") };
        let join = JoinStaff {
            code: form.text("code"),
            name: form.text("name"),
            position: form.text("position"),
            supervisor: form.optional_text("supervisor"),
            skills: form.text("skills"),
            contact,
            roles: form.all("roles").into_iter().collect::<BTreeSet<String>>(),
            joined_on,
        };
        let carried = form.carry_out(&ask, &join).await?;
        let done = format!("{} works here now", join.name);
        let path = match &carried {
            web::Carried::Done(_) => staff_href(&join.code),
            web::Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            web::Carried::Refused => String::new(),
        };
        if let Some(go) = carried.go(&path, done) {
            return go.answer();
        }
    }
    draw(&ask, &form)
}

fn draw(ask: &Ask, form: &Form) -> Answer {
    let lead = "Once somebody can approve roles, another person has to agree before the roles hold.";
    ask.page("Take somebody in").crumbs(&[("Staff", "/staff")]).lead(lead).form(form).answer()
}

/// All roles, as answers of a field.
pub(super) fn role_choices(book: &RoleBook) -> Vec<Choice> {
    let in_force = book.roles.values().filter(|role| !role.permissions.is_empty());
    in_force.map(|role| Choice::new(&role.code, &role.title).hint(&role.sentence)).collect()
}

async fn form(ask: &Ask) -> Result<Form, Fault> {
    let mut read = ask.read().await?;
    let everybody = Everybody::load(ask, &mut read).await?;
    let book = people::role_book(&mut read).await?;
    let code: String = ask.query().text("code").chars().take(40).collect();
    let roles = role_choices(&book);
    let form = ask
        .form("/staff/new", "Take in")
        .cancel("/staff")
        .field(
            Field::text("code", "Code")
                .max(40)
                .required()
                .value(code)
                .hint("What they sign in with. Letters and digits without spaces; it stays theirs forever.")
                .answers(&["bad_code", "code_taken"]),
        )
        .field(Field::text("name", "Name").max(120).required())
        .field(Field::text("position", "Position").max(120).required().hint("What they are employed as."))
        .field(Field::select("supervisor", "Reports to", everybody.choices(|_| true)).unchosen("Nobody").answers(&[
            "supervisor_circle",
            "not_on_staff",
            "unknown_actor",
        ]));
    let hint =
        if roles.is_empty() { "The town has no roles yet." } else { "What each may do stands on the page Roles." };
    let form = form
        .field(Field::checks("roles", "Roles", roles).hint(hint).answers(&[
            "unknown_role",
            "incompatible",
            "own_change",
        ]))
        .field(Field::date("joined_on", "First day").required().value(ask.today().to_string()).answers(&[
            "day_too_far",
            "day_past",
            "days_backwards",
        ]))
        .field(Field::text("skills", "Skills").max(500).hint("Separated by commas, such as Spanish, backflow."))
        .field(Field::email("email", "E-mail").max(200))
        .field(Field::phone("phone", "Phone"))
        .field(
            Field::text("address", "Home address")
                .max(300)
                .hint("Kept to warn of changes to accounts at the same address. Only who takes in staff sees it."),
        )
        .field(Field::reason());
    Ok(form)
}
