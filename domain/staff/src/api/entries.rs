//! The log, for programs.

use acts::LogFilter;
use kernel::ActId;
use web::{Ask, At, Envelope, List, Paging, Problem, is_name, number};

use super::bodies::{LogEntry, codes};
use super::{Problems, date};
use crate::unsaid::complete;

/// Entries of the log, newest first.
#[utoipa::path(
    get, path = "/api/v1/acts", tag = "log", operation_id = "list_acts", security(("bearer" = [])),
    params(
        ("actor" = Option<String>, Query, example = "analyst", description = "The code of who did it."),
        ("kind" = Option<String>, Query, pattern = "^[a-z_.]+$", example = "billing.post_run", description = "The kind of change, such as `billing.sign_run`."),
        ("subject_kind" = Option<String>, Query, pattern = "^[a-z_.]+$", example = "bill_run", description = "What it was done to, such as `account`."),
        ("subject_id" = Option<i64>, Query, example = 1, description = "Its number; goes with `subject_kind`."),
        ("from" = Option<chrono::NaiveDate>, Query, example = "2025-01-01", description = "The first business date."),
        ("through" = Option<chrono::NaiveDate>, Query, example = "2026-12-31", description = "The last business date."),
        Paging,
    ),
    responses((status = 200, description = "A piece of the list.", body = List<LogEntry>), Problems)
)]
pub(super) async fn list(ask: Ask, paging: Paging) -> Result<List<LogEntry>, Problem> {
    let before = ActId(paging.after::<i64>()?.unwrap_or(i64::MAX));
    let mut read = ask.read().await?;
    let codes = codes(&mut read).await?;
    let query = ask.query();
    let actor = match query.text("actor") {
        "" => None,
        code => {
            let found = codes.iter().find(|(_, known)| *known == code).map(|(actor, _)| *actor);
            Some(found.ok_or_else(|| Problem::bad_request("Nobody has the code in `actor`."))?)
        }
    };
    let subject = match (query.text("subject_kind"), query.text("subject_id")) {
        ("", "") => None,
        (kind, id) if is_name(kind) => {
            let id = id.parse().map_err(|_| Problem::bad_request("`subject_id` is a whole number."))?;
            Some((kind.to_owned(), id))
        }
        _ => {
            return Err(Problem::bad_request(
                "`subject_id` goes with `subject_kind`, which is a name such as `account`.",
            ));
        }
    };
    let kind = match query.text("kind") {
        "" => None,
        kind if is_name(kind) => Some(kind.to_owned()),
        _ => return Err(Problem::bad_request("`kind` is a name such as `billing.sign_run`.")),
    };
    let (from, through) = (date(&ask, "from")?, date(&ask, "through")?);
    let filter = LogFilter { actor, kind, subject, from, through };
    let limit = i64::try_from(paging.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = acts::search_log(&mut read, &filter, before, limit).await?;
    complete(&ask, &mut read, &mut found).await?;
    let entries = found.iter().map(|entry| LogEntry::of(entry, &codes)).collect();
    Ok(List::of(entries, &paging, LogEntry::id))
}

/// One entry of the log.
#[utoipa::path(
    get, path = "/api/v1/acts/{id}", tag = "log", operation_id = "get_act", security(("bearer" = [])),
    params(("id" = i64, Path, minimum = 1, example = 85, description = "The number of the entry.")),
    responses((status = 200, description = "The entry.", body = Envelope<LogEntry>), Problems)
)]
pub(super) async fn one(ask: Ask, At(id): At<String>) -> Result<Envelope<LogEntry>, Problem> {
    let id = ActId(number(&id)?);
    let mut read = ask.read().await?;
    let mut entry = acts::logged_act(&mut read, id).await?.ok_or_else(Problem::not_found)?;
    complete(&ask, &mut read, std::slice::from_mut(&mut entry)).await?;
    Ok(Envelope::of(LogEntry::of(&entry, &codes(&mut read).await?)))
}
