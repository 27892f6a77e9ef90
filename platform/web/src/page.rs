//! `Page`: what a handler answers with; the site puts its layout around it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::{Alert, Answer, Form, Problem};

/// A page: heading, where it stands, and the body its room rendered.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) crumbs: Vec<PageLink>,
    pub(crate) actions: Vec<PageLink>,
    pub(crate) alerts: Vec<Alert>,
    pub(crate) body: String,
    pub(crate) status: StatusCode,
    pub(crate) is_narrow: bool,
    pub(crate) refresh_seconds: Option<u32>,
    is_broken: bool,
}

/// A link of the page's head: its words and where it leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageLink {
    pub(crate) text: String,
    pub(crate) href: String,
}

impl PageLink {
    fn new(text: &str, href: &str) -> PageLink {
        PageLink { text: text.to_owned(), href: href.to_owned() }
    }
}

impl Page {
    /// A page with this title, which is also its one heading of the first level.
    #[must_use]
    pub fn new(title: &str) -> Page {
        Page {
            title: title.to_owned(),
            lead: String::new(),
            crumbs: Vec::new(),
            actions: Vec::new(),
            alerts: Vec::new(),
            body: String::new(),
            status: StatusCode::OK,
            is_narrow: false,
            refresh_seconds: None,
            is_broken: false,
        }
    }

    /// With a sentence below the heading.
    #[must_use]
    pub fn lead(self, lead: impl Into<String>) -> Page {
        Page { lead: lead.into(), ..self }
    }

    /// With the pages above this one, outermost first; home and the page itself are added.
    #[must_use]
    pub fn crumbs(mut self, above: &[(&str, &str)]) -> Page {
        self.crumbs.extend(above.iter().map(|(text, href)| PageLink::new(text, href)));
        self
    }

    /// With a button beside the heading that leads to another page.
    #[must_use]
    pub fn action(mut self, text: &str, href: &str) -> Page {
        self.actions.push(PageLink::new(text, href));
        self
    }

    /// With a message above the body.
    #[must_use]
    pub fn alert(mut self, alert: Alert) -> Page {
        self.alerts.push(alert);
        self
    }

    /// With what the template renders. Several bodies follow one another.
    #[must_use]
    pub fn body(mut self, template: &impl Template) -> Page {
        match template.render() {
            Ok(html) => self.body.push_str(&html),
            Err(error) => {
                // Without the title, which may be a name.
                tracing::error!(%error, "a template cannot be rendered");
                self.is_broken = true;
            }
        }
        self
    }

    /// With a form; when it has errors, the status says that nothing was done (422).
    #[must_use]
    pub fn form(self, form: &Form) -> Page {
        let status = if form.has_errors() { StatusCode::UNPROCESSABLE_ENTITY } else { self.status };
        Page { status, ..self }.body(form)
    }

    /// With another status than 200.
    #[must_use]
    pub fn status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    /// In one narrow column without menu: sign-in and the like.
    #[must_use]
    pub fn narrow(self) -> Page {
        Page { is_narrow: true, ..self }
    }

    /// Loaded again every few seconds where no script runs, for work under way.
    #[must_use]
    pub fn refreshing(self, seconds: u32) -> Page {
        Page { refresh_seconds: Some(seconds), ..self }
    }

    /// As what handlers return.
    pub fn answer(self) -> Answer {
        Ok(self.into_response())
    }
}

impl IntoResponse for Page {
    /// Empty but for the page itself, which the edge of the site draws.
    fn into_response(self) -> Response {
        if self.is_broken {
            return Problem::our_fault().into_response();
        }
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
