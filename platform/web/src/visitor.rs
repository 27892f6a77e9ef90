//! `Visitor`: who is asking, as the gate knows them; `Gate`: the question, answered by the staff room.

use std::collections::BTreeSet;

use acts::{Actor, By, Permission};
use async_trait::async_trait;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use db::Fault;

use crate::{Ask, Problem, Site};

/// Tells who stands behind a session or a token. Everything it does not know is nobody.
#[async_trait]
pub trait Gate: Send + Sync {
    /// Who is signed in under this session, if it still counts.
    async fn visitor(&self, session_token: &str) -> Result<Option<Visitor>, Fault>;
    /// Who may use the API with this bearer token, with the token's permissions only.
    async fn bearer(&self, token: &str) -> Result<Option<Visitor>, Fault>;
}

/// Somebody who proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// Under whom changes are recorded.
    pub actor: Actor,
    /// As shown in the header of every page.
    pub name: String,
    /// Titles of their roles.
    pub roles: Vec<String>,
    /// Codes of what they may do.
    pub permissions: BTreeSet<String>,
    /// The session's secret against forged forms.
    pub form_key: String,
    /// Whether the second factor was given, or is not needed.
    pub is_whole: bool,
    /// Whether this is a program with a token.
    pub is_api: bool,
}

impl Visitor {
    /// Whether they may do this; the door asks again in the act's own transaction.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.is_whole && self.permissions.contains(permission.code)
    }

    /// A command of theirs. The key counts for them alone, so that nobody meets another's.
    #[must_use]
    pub fn by(&self, reason: impl Into<String>, key: &str) -> By {
        By { actor: self.actor.clone(), reason: reason.into(), key: format!("web {} {key}", self.actor.id.0) }
    }
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Visitor, Problem> {
        let ask = parts.extensions.get::<Ask>();
        ask.and_then(Ask::visitor).filter(|visitor| visitor.is_whole).cloned().ok_or_else(Problem::not_signed_in)
    }
}

impl OptionalFromRequestParts<Site> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Option<Visitor>, Problem> {
        Ok(parts.extensions.get::<Ask>().and_then(Ask::visitor).cloned())
    }
}
