//! Every change of the house, for programs: one address, and the list of what can be sent to it.

use acts::{Failure, Registry};
use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{OpenApi, ToSchema};
use web::{Access, Ask, At, Envelope, IdempotencyKey, JsonBody, List, Paging, Problem, Problems, Route, is_name};

use super::change_examples::{change_examples, describe_examples};
use crate::registry::registry;

/// Where changes are sent.
const SEND_PATH: &str = "/api/v1/changes/{kind}";

/// The longest reason.
const REASON_MAX: usize = 500;

/// What is carried out with a file at hand, which a program does not send along.
const NEEDS_A_FILE: [&str; 4] =
    ["imports.file", "billing.import_consumption", "attachments.attach", "attachments.record_scan"];

/// What this part describes of the API.
#[derive(OpenApi)]
#[openapi(paths(list, send))]
struct Description;

/// What this part describes of the API.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let mut described = Description::openapi();
    web::one_of(&mut described, ("make_change", "kind"), kinds_by_program(&registry()));
    describe_examples(&mut described, (SEND_PATH, "make_change"));
    described
}

/// What programs can ask for, in order.
pub fn kinds_by_program(registry: &Registry) -> Vec<&'static str> {
    registry.kinds().map(|(kind, _)| kind).filter(|kind| by_program(kind)).collect()
}

/// The two addresses.
pub fn routes() -> Vec<Route> {
    vec![
        Route::api(Method::GET, "/api/v1/changes", ("Kinds of change, for programs", Access::SignedIn), list),
        Route::api(Method::POST, SEND_PATH, ("Make a change, for programs", Access::SignedIn), send),
    ]
}

/// A kind of change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct KindOfChange {
    /// Its name, such as `billing.sign_run`.
    kind: String,
    /// What it is called on screens.
    title: String,
    /// The permission it asks for.
    permission: Option<String>,
    /// A command of it as it holds in the demo's town, to see its fields.
    example: Value,
}

/// A change that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeAsked {
    /// Why. Recorded with the change.
    #[schema(max_length = 500)]
    reason: String,
    /// The fields of the kind, as its example has them.
    command: Value,
}

/// What came of a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeMade {
    /// The number of its entry in the log.
    entry: i64,
    /// What it answers; what that is depends on the kind.
    outcome: Value,
    /// Whether it had been made before under the same key, and nothing was done now.
    was_repeated: bool,
}

/// A change that waits for a second person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeWaiting {
    /// The number of the proposal.
    proposal: i64,
    /// Why somebody else has to agree.
    why: String,
}

/// Every kind of change a program can ask for, with an example. Whether a token may is decided when it asks.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "changes", operation_id = "list_kinds_of_change", security(("bearer" = [])),
    params(Paging),
    responses((status = 200, description = "A piece of the list.", body = List<KindOfChange>), Problems)
)]
async fn list(ask: Ask, paging: Paging) -> Result<List<KindOfChange>, Problem> {
    let after: String = paging.after()?.unwrap_or_default();
    let registry = ask.site().part::<Registry>();
    let examples = change_examples();
    let kind = |(kind, title): (&'static str, &'static str)| {
        let command = examples.get(kind).map_or(Value::Null, |example| example.command.clone());
        KindOfChange {
            kind: kind.to_owned(),
            title: title.to_owned(),
            permission: registry.permission(kind, &command.to_string()).map(|permission| permission.code.to_owned()),
            example: command,
        }
    };
    let following = registry.kinds().filter(|(kind, _)| by_program(kind) && after.as_str() < *kind);
    let kinds = following.take(paging.limit + 1).map(kind).collect();
    Ok(List::of(kinds, &paging, |one| one.kind.clone()))
}

/// Makes a change: it is checked, done and recorded as if its owner had made it on a page.
#[utoipa::path(
    post, path = "/api/v1/changes/{kind}", tag = "changes", operation_id = "make_change",
    security(("bearer" = [])), request_body = ChangeAsked,
    params(
        ("kind" = String, Path, description = "The kind of change, such as `billing.sign_run`."),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "It is done.", body = Envelope<ChangeMade>),
        (status = 202, description = "It waits for a second person.", body = Envelope<ChangeWaiting>),
        Problems,
    )
)]
async fn send(ask: Ask, At(kind): At<String>, key: IdempotencyKey, body: JsonBody) -> Result<Response, Problem> {
    let registry = ask.site().part::<Registry>();
    if !is_name(&kind) || !by_program(&kind) || registry.title(&kind) == kind {
        return Err(Problem::not_found());
    }
    let asked = read(&body.0)?;
    let command = asked.command.to_string();
    let Some(permissions) = registry.permissions(&kind, &command) else {
        let why = format!("`command` does not have the fields of {kind}; see its example in /api/v1/changes.");
        return Err(Problem::bad_request(why));
    };
    // A token counts only for what it was made for, whatever its owner may do; the door asks again about the owner.
    if let Some(missing) = permissions.into_iter().find(|permission| !ask.may(*permission)) {
        return Err(Problem::not_allowed(&[missing]));
    }
    if let Some(field) = registry.unknown_field(&kind, &command) {
        let why =
            format!("`command` has a field `{field}` that {kind} does not know; see its example in /api/v1/changes.");
        return Err(Problem::bad_request(why));
    }
    let by = ask.who()?.by(asked.reason, &format!("api {}", key.0));
    let carried = ask.site().door().carry_out_text(&by, registry, (&kind, &command)).await;
    match carried.ok_or_else(Problem::not_found)? {
        Ok(done) => {
            let outcome = serde_json::from_str(&done.outcome).unwrap_or(Value::String(done.outcome));
            let made = ChangeMade { entry: done.act.0, outcome, was_repeated: done.was_repeated };
            Ok(Envelope::of(made).into_response())
        }
        Err(Failure::Waiting(waiting)) => {
            let waits = ChangeWaiting { proposal: waiting.proposal.0, why: waiting.why };
            Ok((StatusCode::ACCEPTED, Json(Envelope::of(waits))).into_response())
        }
        Err(failure) => Err(Problem::from(failure)),
    }
}

fn by_program(kind: &str) -> bool {
    !NEEDS_A_FILE.contains(&kind)
}

fn read(body: &[u8]) -> Result<ChangeAsked, Problem> {
    let asked: ChangeAsked = serde_json::from_slice(body)
        .map_err(|_| Problem::bad_request("The body is a JSON object with the fields `reason` and `command`."))?;
    if REASON_MAX < asked.reason.chars().count() || asked.reason.chars().any(is_odd) {
        return Err(Problem::bad_request(format!("`reason` has at most {REASON_MAX} characters that can be printed.")));
    }
    if let Some(place) = odd_place(&asked.command) {
        let why = format!("`command{place}` has characters that cannot be stored, such as a zero character.");
        return Err(Problem::bad_request(why));
    }
    Ok(asked)
}

/// Control characters but those that lines are made of.
fn is_odd(letter: char) -> bool {
    letter.is_control() && !['\n', '\r', '\t'].contains(&letter)
}

/// Where a command has a text that cannot be stored: `.service_points[0]`.
fn odd_place(command: &Value) -> Option<String> {
    match command {
        Value::String(text) => text.contains(is_odd).then(String::new),
        Value::Array(items) => {
            let place = |(at, item): (usize, &Value)| Some(format!("[{at}]{}", odd_place(item)?));
            items.iter().enumerate().find_map(place)
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| match name.contains(is_odd) {
            true => Some(String::new()),
            false => Some(format!(".{name}{}", odd_place(value)?)),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_cannot_be_stored_is_named_by_its_place() {
        #[rustfmt::skip]
        let rows = [
            (json!({"account": "100001-7", "lines": ["a\nb", ""], "count": 3}), None),
            (json!({"account": "a\u{0}b"}),                                      Some(".account")),
            (json!({"lines": ["a", {"street": "\u{7}"}]}),                       Some(".lines[1].street")),
            (json!({"a\u{0}": 1}),                                               Some("")),
            (json!("a\r\n\tb"),                                                  None),
            (json!("\u{1b}"),                                                    Some("")),
        ];
        for (command, expected) in rows {
            assert_eq!(odd_place(&command).as_deref(), expected, "{command}");
        }
    }
}
