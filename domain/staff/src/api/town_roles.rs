//! Roles, for programs.

use web::{Ask, List, Paging, Problem};

use super::Problems;
use super::bodies::TownRole;
use crate::people;

/// All roles in the order of their codes, with what they allow and how much they decide alone.
#[utoipa::path(
    get, path = "/api/v1/roles", tag = "staff", operation_id = "list_roles", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<TownRole>), Problems)
)]
pub(super) async fn list(ask: Ask, paging: Paging) -> Result<List<TownRole>, Problem> {
    let after: String = paging.after()?.unwrap_or_default();
    let book = people::role_book(&mut ask.read().await?).await?;
    let following = book.roles.values().filter(|role| after.is_empty() || after < role.code);
    let roles = following.take(paging.limit + 1).map(TownRole::of).collect();
    Ok(List::of(roles, &paging, |role| role.code.clone()))
}
