//! Staff, for programs.

use web::{Ask, At, Envelope, List, Paging, Problem};

use super::Problems;
use super::bodies::{RoleAssignment, StaffMember, StaffMemberInFull, codes};
use crate::people;

/// Everybody who works here or did, in the order of codes.
#[utoipa::path(
    get, path = "/api/v1/staff", tag = "staff", operation_id = "list_staff", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<StaffMember>), Problems)
)]
pub(super) async fn list(ask: Ask, paging: Paging) -> Result<List<StaffMember>, Problem> {
    let after: String = paging.after()?.unwrap_or_default();
    let mut read = ask.read().await?;
    let (staff, codes) = (people::people(&mut read).await?, codes(&mut read).await?);
    let following = staff.iter().filter(|person| after.is_empty() || after < person.code).take(paging.limit + 1);
    let members = following.map(|person| StaffMember::of(person, &codes, ask.today())).collect();
    Ok(List::of(members, &paging, |member| member.code().to_owned()))
}

/// Somebody, with roles of all days and what they may do today.
#[utoipa::path(
    get, path = "/api/v1/staff/{code}", tag = "staff", operation_id = "get_staff_member", security(("bearer" = [])),
    params(("code" = String, Path, example = "csr", description = "The code they sign in with.")),
    responses((status = 200, description = "The person.", body = Envelope<StaffMemberInFull>), Problems)
)]
pub(super) async fn one(ask: Ask, At(code): At<String>) -> Result<Envelope<StaffMemberInFull>, Problem> {
    let mut read = ask.read().await?;
    let staff = people::people(&mut read).await?;
    let person = staff.iter().find(|person| person.code == code).ok_or_else(Problem::not_found)?;
    let held = people::permissions_on(&mut read, person.actor, ask.today()).await?;
    let codes = codes(&mut read).await?;
    let assignment = |one: &people::Assignment| RoleAssignment {
        role: one.role.clone(),
        from_on: one.days.from_on,
        through_on: one.days.through_on,
    };
    Ok(Envelope::of(StaffMemberInFull {
        member: StaffMember::of(person, &codes, ask.today()),
        assignments: person.roles.iter().map(assignment).collect(),
        permissions: held.permissions.into_keys().collect(),
    }))
}
