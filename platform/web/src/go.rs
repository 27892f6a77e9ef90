//! `Go`: an answer that sends the visitor on to another page of this site, and may say something there.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::{Alert, Answer};

/// Sends the visitor on, after a change or to a page where something has to be done first.
#[derive(Clone, Debug)]
pub struct Go {
    pub(crate) path: String,
    pub(crate) alert: Option<Alert>,
    pub(crate) session: SessionChange,
}

/// What becomes of the visitor's session cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum SessionChange {
    #[default]
    Stays,
    Begins(String),
    Ends,
}

impl Go {
    /// To a path of this site; anything else leads home, so that nobody is sent away by a crafted link.
    #[must_use]
    pub fn to(path: &str) -> Go {
        Go { path: safe_return_to(path).to_owned(), alert: None, session: SessionChange::Stays }
    }

    /// The page reached shows this once.
    #[must_use]
    pub fn saying(self, alert: Alert) -> Go {
        Go { alert: Some(alert), ..self }
    }

    /// What it shows has one more line.
    #[must_use]
    pub fn noting(self, line: impl Into<String>) -> Go {
        Go { alert: self.alert.map(|alert| alert.item(line)), ..self }
    }

    /// From now on the visitor comes with this session.
    #[must_use]
    pub fn with_session(self, token: &str) -> Go {
        Go { session: SessionChange::Begins(token.to_owned()), ..self }
    }

    /// From now on the visitor comes without a session.
    #[must_use]
    pub fn without_session(self) -> Go {
        Go { session: SessionChange::Ends, ..self }
    }

    /// As what handlers return.
    pub fn answer(self) -> Answer {
        Ok(self.into_response())
    }
}

impl IntoResponse for Go {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The longest address one is sent back to.
const PATH_MAX: usize = 1_000;

/// A path of this site as it is, and `/` for anything that could lead to another one.
///
/// Browsers read `//host` and `/\host` as other sites, and leave out tabs and line ends before they do.
#[must_use]
pub fn safe_return_to(path: &str) -> &str {
    let is_ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= PATH_MAX
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for path in ["/", "/staff/people?sort=name", "/a//b", "/%2F%2Fevil.example", "/@evil"] {
            assert_eq!(safe_return_to(path), path);
        }
        let long = format!("/{}", "a".repeat(2_000));
        for path in [
            "",
            "staff",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil",
            " /x",
            "/a b",
            "/é",
            long.as_str(),
        ] {
            assert_eq!(safe_return_to(path), "/", "{path}");
        }
    }
}
