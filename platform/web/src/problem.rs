//! `Problem`: why somebody did not get what they asked for; a page for people, problem+json for programs.

use acts::{Failure, Permission};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::Fault;
use kernel::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request came to nothing. A handler returns it with `?`; the site draws it as the route's kind wants.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// A stable code that programs rely on.
    pub code: &'static str,
    /// What happened, in a few words.
    pub title: String,
    /// Why, in a sentence.
    pub why: String,
    /// What to do now, in a sentence.
    pub next: String,
}

/// What handlers that answer in several ways return.
pub type Answer = Result<Response, Problem>;

/// A problem as RFC 9457 writes it, `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// A name for the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in a few words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// A stable code that programs rely on.
    pub code: String,
    /// Why, and what to do now.
    pub detail: String,
    /// The request, for whoever looks into the log.
    pub instance: String,
}

impl Problem {
    /// A problem of any kind; `why` and `next` are sentences.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, title: &str, why: impl Into<String>) -> Problem {
        Problem { status, code, title: title.to_owned(), why: why.into(), next: String::new() }
    }

    /// The same, with what to do now.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Problem {
        Problem { next: next.into(), ..self }
    }

    /// There is no such thing, or none that the visitor may know of.
    #[must_use]
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "Page not found", "There is nothing at this address.")
            .next("Check the address, or start from the home page.")
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn not_signed_in() -> Problem {
        let why = "You are not signed in, or your session has ended.";
        Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Sign in first", why)
            .next("Sign in, then open the page again.")
    }

    /// Somebody is signed in who may not.
    #[must_use]
    pub fn not_allowed(permissions: &[Permission]) -> Problem {
        let needed: Vec<String> =
            permissions.iter().map(|permission| format!("“{}” ({})", permission.sentence, permission.code)).collect();
        let why = match needed.as_slice() {
            [] => "Your roles do not include this.".to_owned(),
            needed => format!("This needs the permission {}, which none of your roles has.", needed.join(" or ")),
        };
        Problem::new(StatusCode::FORBIDDEN, "permission_missing", "You may not open this", why)
            .next("If your work needs it, ask your supervisor for the role.")
    }

    /// The request cannot be read.
    #[must_use]
    pub fn bad_request(why: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, "bad_request", "This cannot be read", why).next("Go back and try again.")
    }

    /// The form did not come from a page of this session.
    #[must_use]
    pub fn forged_form() -> Problem {
        let why = "The form is from an earlier session or from another site. Nothing was changed.";
        Problem::new(StatusCode::FORBIDDEN, "form_key_wrong", "This form is no longer valid", why)
            .next("Open the page again and fill in the form once more.")
    }

    /// The rules say no.
    #[must_use]
    pub fn refused(refusal: &dyn Refusal) -> Problem {
        let why = sentence(&refusal.to_string());
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.code(), "This was refused", why)
    }

    /// The program or its surroundings failed. What failed is in the log, not on the screen.
    #[must_use]
    pub fn our_fault() -> Problem {
        let why = "Something went wrong on our side. Nothing was changed.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", "This did not work", why)
            .next("Try again in a minute. If it stays so, tell the administrator the request number below.")
    }

    /// The same for programs, with the id of the request.
    #[must_use]
    pub fn body(&self, request_id: &str) -> ProblemBody {
        let detail = if self.next.is_empty() { self.why.clone() } else { format!("{} {}", self.why, self.next) };
        ProblemBody {
            kind: format!("urn:portreeve:problem:{}", self.code),
            title: self.title.clone(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail,
            instance: request_id.to_owned(),
        }
    }

    /// Drawn for programs.
    pub(crate) fn draw_json(&self, request_id: &str) -> Response {
        let mut response = (self.status, Json(self.body(request_id))).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        tracing::error!(fault = %fault, "a request met a fault");
        Problem::our_fault()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => Problem::refused(&*refusal),
            Failure::Waiting(waiting) => {
                let title = format!("Sent for approval as proposal {}", waiting.proposal.0);
                let why = format!("A second person has to agree, because {}.", waiting.why);
                Problem::new(StatusCode::ACCEPTED, "waiting_for_approval", &title, why)
            }
            Failure::Fault(fault) => Problem::from(fault),
        }
    }
}

impl IntoResponse for Problem {
    /// Empty but for the problem itself, which the edge of the site draws.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Words as a sentence: a capital letter in front, a full stop at the end.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let mut sentence: String = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    sentence.push_str(letters.as_str());
    if !sentence.is_empty() && !sentence.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}
