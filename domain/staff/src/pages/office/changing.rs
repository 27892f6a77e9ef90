//! The forms that change what somebody may do: assign and end a role, move, stand in, leave.

use acts::Act;
use db::Read;
use web::{Answer, Ask, At, Carried, Choice, Field, Form, Problem, read_number};

use super::desk::{Everybody, role_title, staff_href};
use super::joining::role_choices;
use super::person::nobody;
use crate::people::{self, Person, RoleBook, StandingIn};
use crate::{AssignRole, EndRole, EndStandIn, EraseContact, LeaveStaff, MoveStaff, StandIn};

/// The codes of refusals that a first day answers for.
const FIRST_DAY: &[&str] = &["day_past", "days_backwards", "role_held", "stand_in_held"];
/// The codes of refusals that a last day answers for.
const LAST_DAY: &[&str] = &["day_past", "days_backwards", "day_too_far", "role_not_held", "unknown_stand_in"];
/// The codes of refusals that a role answers for.
const ROLE: &[&str] = &["unknown_role", "incompatible"];

/// Whom a form is about, with what it offers.
struct Desk {
    everybody: Everybody,
    book: RoleBook,
    stand_ins: Vec<StandingIn>,
    person: Person,
}

impl Desk {
    async fn load(ask: &Ask, code: &str) -> Result<Desk, Problem> {
        let mut read: Read = ask.read().await?;
        let everybody = Everybody::load(ask, &mut read).await?;
        let person = everybody.by_code(code).cloned().ok_or_else(nobody)?;
        let book = people::role_book(&mut read).await?;
        let stand_ins = people::stand_ins(&mut read).await?;
        Ok(Desk { everybody, book, stand_ins, person })
    }

    fn form(&self, ask: &Ask, button: &str) -> Form {
        ask.form(ask.path(), button).cancel(&staff_href(&self.person.code))
    }

    fn draw(&self, ask: &Ask, title: &str, lead: &str, form: &Form) -> Answer {
        let href = staff_href(&self.person.code);
        let page = ask.page(title).crumbs(&[("Staff", "/staff"), (&self.person.name, &href)]);
        page.lead(format!("{} ({}). {lead}", self.person.name, self.person.code)).form(form).answer()
    }

    /// Carries out the change, and leads to the person, or to the proposal it became.
    async fn carry_out<A: Act>(
        &self,
        ask: &Ask,
        form: &mut Form,
        act: &A,
        done: &str,
    ) -> Result<Option<web::Go>, Problem> {
        let carried = form.carry_out(ask, act).await?;
        let path = match &carried {
            Carried::Waiting(waiting) => format!("/approvals/{}", waiting.proposal.0),
            Carried::Done(_) | Carried::Refused => staff_href(&self.person.code),
        };
        Ok(carried.go(&path, done))
    }
}

fn day(ask: &Ask, name: &str, label: &str, codes: &'static [&'static str]) -> Field {
    Field::date(name, label).required().value(ask.today().to_string()).answers(codes)
}

/// Assign a role.
fn assign_form(ask: &Ask, desk: &Desk) -> Form {
    desk.form(ask, "Assign")
        .field(Field::select("role", "Role", role_choices(&desk.book)).required().answers(ROLE))
        .field(day(ask, "from_on", "From", FIRST_DAY))
        .field(
            Field::date("through_on", "Through").hint("Leave empty while no end is known.").answers(&["day_too_far"]),
        )
        .field(Field::reason())
}

const ASSIGN: (&str, &str) = ("Assign a role", "Another person has to agree before it holds.");

pub(super) async fn show_assign(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, ASSIGN.0, ASSIGN.1, &assign_form(&ask, &desk))
}

pub(super) async fn assign(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = assign_form(&ask, &desk);
    if form.is_good()
        && let Some(from_on) = form.date("from_on")
    {
        let through_on = form.date("through_on");
        let act = AssignRole { actor: desk.person.code.clone(), role: form.text("role"), from_on, through_on };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "The role is assigned").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, ASSIGN.0, ASSIGN.1, &form)
}

/// End a role.
fn end_role_form(ask: &Ask, desk: &Desk) -> Form {
    let held = desk.person.roles.iter().filter(|one| one.days.reach(ask.today()));
    let mut roles: Vec<Choice> = held.map(|one| Choice::new(&one.role, role_title(&desk.book, &one.role))).collect();
    roles.dedup();
    let hint = "The last day with the role. Yesterday ends it at once.";
    desk.form(ask, "End the role")
        .field(Field::select("role", "Role", roles).required().answers(ROLE))
        .field(day(ask, "through_on", "Last day", LAST_DAY).hint(hint))
        .field(Field::reason())
}

const END_ROLE: (&str, &str) = ("End a role", "Less may be done by one person: nobody else has to agree.");

pub(super) async fn show_end_role(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, END_ROLE.0, END_ROLE.1, &end_role_form(&ask, &desk))
}

pub(super) async fn end_role(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = end_role_form(&ask, &desk);
    if form.is_good()
        && let Some(through_on) = form.date("through_on")
    {
        let act = EndRole { actor: desk.person.code.clone(), role: form.text("role"), through_on };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "The role ends").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, END_ROLE.0, END_ROLE.1, &form)
}

/// Move.
fn move_form(ask: &Ask, desk: &Desk) -> Form {
    let person = &desk.person;
    let supervisor = person.supervisor.map(|actor| desk.everybody.code(actor)).unwrap_or_default();
    let roles = person.roles_on(ask.today()).into_iter().map(str::to_owned).collect();
    let others = desk.everybody.choices(|other| other.actor != person.actor);
    desk.form(ask, "Move")
        .field(Field::text("position", "Position").max(120).required().value(&person.position))
        .field(Field::select("supervisor", "Reports to", others).unchosen("Nobody").value(supervisor).answers(&[
            "supervisor_circle",
            "not_on_staff",
            "unknown_actor",
        ]))
        .field(Field::checks("roles", "Roles from then on", role_choices(&desk.book)).checked(roles).answers(ROLE))
        .field(day(ask, "from_on", "Roles change on", FIRST_DAY).hint("What is not checked ends the day before."))
        .field(Field::reason())
}

const MOVE: (&str, &str) = ("Change position and roles", "Position and supervisor change at once, roles on the day.");

pub(super) async fn show_move(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, MOVE.0, MOVE.1, &move_form(&ask, &desk))
}

pub(super) async fn move_on(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = move_form(&ask, &desk);
    if form.is_good()
        && let Some(from_on) = form.date("from_on")
    {
        let act = MoveStaff {
            actor: desk.person.code.clone(),
            position: form.text("position"),
            supervisor: form.optional_text("supervisor"),
            roles: form.all("roles").into_iter().collect(),
            from_on,
        };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "The change is recorded").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, MOVE.0, MOVE.1, &form)
}

/// Stand in.
fn stand_in_form(ask: &Ask, desk: &Desk) -> Form {
    let others = desk.everybody.choices(|other| other.actor != desk.person.actor);
    let codes = &["own_change", "stand_in_circle", "stand_in_for_self", "incompatible", "not_on_staff"];
    desk.form(ask, "Name the stand-in")
        .field(Field::select("actor", "Who stands in", others).required().answers(codes))
        .field(day(ask, "from_on", "From", FIRST_DAY))
        .field(day(ask, "through_on", "Through", &["day_too_far"]))
        .field(Field::reason())
}

const STAND_IN: (&str, &str) =
    ("Name a stand-in", "Whoever stands in acts by their roles, beside their own. Another person has to agree.");

pub(super) async fn show_stand_in(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, STAND_IN.0, STAND_IN.1, &stand_in_form(&ask, &desk))
}

pub(super) async fn stand_in(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = stand_in_form(&ask, &desk);
    if form.is_good()
        && let (Some(from_on), Some(through_on)) = (form.date("from_on"), form.date("through_on"))
    {
        let absent = desk.person.code.clone();
        let act = StandIn { absent, actor: form.text("actor"), from_on, through_on };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "The stand-in is named").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, STAND_IN.0, STAND_IN.1, &form)
}

/// End a stand-in.
fn end_stand_in_form(ask: &Ask, desk: &Desk) -> Form {
    let person = desk.person.actor;
    let theirs = desk.stand_ins.iter().filter(|one| one.absent == person || one.actor == person);
    let words = |one: &StandingIn| {
        let (who, absent) = (desk.everybody.name(one.actor), desk.everybody.name(one.absent));
        Choice::new(one.id.to_string(), format!("{who} for {absent}, from {}", web::shown::date(&one.days.from_on)))
    };
    let reaching = theirs.filter(|one| one.days.reach(ask.today())).map(words).collect();
    desk.form(ask, "End it")
        .field(Field::select("stand_in", "Stand-in", reaching).required())
        .field(day(ask, "through_on", "Last day", LAST_DAY).hint("Yesterday ends it at once."))
        .field(Field::reason())
}

const END_STAND_IN: (&str, &str) = ("End a stand-in", "Nobody else has to agree.");

pub(super) async fn show_end_stand_in(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, END_STAND_IN.0, END_STAND_IN.1, &end_stand_in_form(&ask, &desk))
}

pub(super) async fn end_stand_in(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = end_stand_in_form(&ask, &desk);
    if form.is_good()
        && let (Some(stand_in), Some(through_on)) = (read_number(&form.text("stand_in")), form.date("through_on"))
    {
        let act = EndStandIn { stand_in, through_on };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "The stand-in ends").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, END_STAND_IN.0, END_STAND_IN.1, &form)
}

/// Leave.
fn leave_form(ask: &Ask, desk: &Desk) -> Form {
    let hint = "Today, or a day that is past. From now on they can do nothing: sessions and tokens end at once.";
    desk.form(ask, "Record that they left")
        .danger()
        .field(day(ask, "left_on", "Last day", LAST_DAY).hint(hint))
        .field(Field::reason())
}

const LEAVE: (&str, &str) = ("Record that somebody left", "What they did stays in the log under their name.");

pub(super) async fn show_leave(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, LEAVE.0, LEAVE.1, &leave_form(&ask, &desk))
}

pub(super) async fn leave(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = leave_form(&ask, &desk);
    if form.is_good()
        && let Some(left_on) = form.date("left_on")
    {
        let act = LeaveStaff { actor: desk.person.code.clone(), left_on };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "It is recorded that they left").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, LEAVE.0, LEAVE.1, &form)
}

/// Erase.
fn erase_form(ask: &Ask, desk: &Desk) -> Form {
    desk.form(ask, "Erase for good").danger().field(Field::reason().answers(&["works_here", "reason_missing"]))
}

const ERASE: (&str, &str) = (
    "Erase how somebody was reached",
    "Mail address, telephone, address and single sign-on go, here and in the log; what they did stays under their name. \
     Another person has to agree, and nobody can undo it.",
);

pub(super) async fn show_erase(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    desk.draw(&ask, ERASE.0, ERASE.1, &erase_form(&ask, &desk))
}

pub(super) async fn erase(ask: Ask, At(code): At<String>) -> Answer {
    let desk = Desk::load(&ask, &code).await?;
    let mut form = erase_form(&ask, &desk);
    if form.is_good() {
        let act = EraseContact { actor: desk.person.code.clone() };
        if let Some(go) = desk.carry_out(&ask, &mut form, &act, "How they were reached is erased").await? {
            return go.answer();
        }
    }
    desk.draw(&ask, ERASE.0, ERASE.1, &form)
}
