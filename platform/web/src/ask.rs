//! `Ask`: one request as its handler sees it: who asks, what was sent, and how to answer.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read};

use crate::{Alert, Form, Go, Page, Posted, Problem, Site, Table, Visitor, Window, address};

/// One request. Handlers take it as an argument; it also makes what they answer with.
#[derive(Clone)]
pub struct Ask(Arc<Asked>);

#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) site: Site,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) form_key: String,
    pub(crate) path: String,
    pub(crate) query: Posted,
    pub(crate) posted: Posted,
    pub(crate) client: IpAddr,
    pub(crate) request_id: String,
    /// The value of the session cookie, as it came.
    pub(crate) session_token: Option<String>,
    /// What the page before wanted said on this one.
    pub(crate) alert: Option<Alert>,
}

impl Ask {
    pub(crate) fn new(asked: Asked) -> Ask {
        Ask(Arc::new(asked))
    }

    /// The same request with something else known about it.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Asked)) -> Ask {
        let mut asked = Asked::clone(&self.0);
        change(&mut asked);
        Ask::new(asked)
    }

    /// What pages stand on.
    #[must_use]
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// Who asks, if they are signed in. They may still owe the second factor: see [`Visitor::is_whole`].
    #[must_use]
    pub fn visitor(&self) -> Option<&Visitor> {
        self.0.visitor.as_ref()
    }

    /// Who asks, wholly signed in; a problem otherwise.
    pub fn who(&self) -> Result<&Visitor, Problem> {
        self.visitor().filter(|visitor| visitor.is_whole).ok_or_else(Problem::not_signed_in)
    }

    /// The address that was asked for with one more part; after what a piece of a list begins, and which file it was, are left
    /// out.
    #[must_use]
    pub fn here(&self, name: &str, value: &str) -> String {
        let kept = self.query().pairs().filter(|(kept, _)| !["after", "as", name].contains(kept));
        let pairs: Vec<(&str, &str)> = kept.chain([(name, value)]).collect();
        address(self.path(), &pairs)
    }

    /// Whether the visitor may do this.
    #[must_use]
    pub fn may(&self, permission: acts::Permission) -> bool {
        self.visitor().is_some_and(|visitor| visitor.may(permission))
    }

    /// Opens the database for reading.
    pub async fn read(&self) -> Result<Read, Fault> {
        self.site().door().db().read().await
    }

    /// When it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.site().door().now()
    }

    /// The office's business date.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.site().door().today()
    }

    /// An instant as the town's clocks show it.
    #[must_use]
    pub fn when(&self, at: DateTime<Utc>) -> String {
        crate::shown::instant(&at, &self.site().town().zone)
    }

    /// The address that is asked for, without its query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What stands behind the `?` of the address.
    #[must_use]
    pub fn query(&self) -> &Posted {
        &self.0.query
    }

    /// What the form sent; empty when there was none.
    #[must_use]
    pub fn posted(&self) -> &Posted {
        &self.0.posted
    }

    /// Where the visitor sits on the network.
    #[must_use]
    pub fn client(&self) -> IpAddr {
        self.0.client
    }

    /// The number under which the log knows this request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The session token the visitor came with, for sign-in and sign-out.
    #[must_use]
    pub fn session_token(&self) -> Option<&str> {
        self.0.session_token.as_deref()
    }

    /// What every form of this visitor carries against forgery.
    #[must_use]
    pub fn form_key(&self) -> &str {
        &self.0.form_key
    }

    pub(crate) fn alert(&self) -> Option<&Alert> {
        self.0.alert.as_ref()
    }

    /// A page with a heading.
    #[must_use]
    pub fn page(&self, title: &str) -> Page {
        Page::new(title)
    }

    /// A form sent to an address of this site. On the way back its fields hold what was sent, judged.
    #[must_use]
    pub fn form(&self, action: &str, button: &str) -> Form {
        Form::new(self, action, button)
    }

    /// A table that the visitor can sort, filter, leaf through and take along.
    #[must_use]
    pub fn table(&self, name: &str, caption: &str) -> Table {
        Table::new(self, name, caption)
    }

    /// Which part of a long list is asked for, for rooms that let the database sort and cut.
    #[must_use]
    pub fn window(&self) -> Window {
        Window::of(self.query())
    }

    /// Sends the visitor on to an address of this site.
    #[must_use]
    pub fn go(&self, path: &str) -> Go {
        Go::to(path)
    }
}

impl FromRequestParts<Site> for Ask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _site: &Site) -> Result<Ask, Problem> {
        Ok(parts.extensions.get::<Ask>().expect("the router puts it into every request").clone())
    }
}
