//! `Client`: a visitor without a browser, who keeps cookies and fills in forms, or sends what no form would.

use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, ORIGIN};
use reqwest::{Method, RequestBuilder, StatusCode, Url, redirect};

use crate::markup::{self, Form};

/// A visitor of one server, with a jar of cookies.
#[derive(Clone, Debug)]
pub struct Client {
    base: Url,
    http: reqwest::Client,
}

/// An answer of a server, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// The address it came from, after redirects.
    pub url: Url,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Client {
    /// A visitor who goes where they are sent.
    ///
    /// # Panics
    /// When the address is none.
    #[must_use]
    pub fn new(address: &str) -> Client {
        Client::with(address, redirect::Policy::limited(20))
    }

    /// A visitor who sees each redirect and follows none.
    ///
    /// # Panics
    /// When the address is none.
    #[must_use]
    pub fn stepping(address: &str) -> Client {
        Client::with(address, redirect::Policy::none())
    }

    fn with(address: &str, redirects: redirect::Policy) -> Client {
        let base = Url::parse(address).expect("a server has an address");
        let builder = reqwest::Client::builder().cookie_store(true).redirect(redirects).no_proxy();
        Client { base, http: builder.build().expect("a client can be made") }
    }

    /// Opens a page by its path, or by a whole address.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// Sends the form of a page that goes to an address, with its hidden fields, and these in place of or beside them.
    ///
    /// The address is given as the page writes it; a form without one has the page's path.
    ///
    /// # Panics
    /// When the page has no such form, or nobody answers.
    pub async fn post_form(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let forms = page.forms();
        let is_meant = |form: &&Form| form.action == action || (form.action.is_empty() && action == page.url.path());
        let form = forms.iter().find(is_meant);
        let form = form.unwrap_or_else(|| panic!("no form goes to {action}: {forms:?}\n{}", page.text()));
        let hidden = form.hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = hidden.filter(|(name, _)| fields.iter().all(|(given, _)| given != name));
        let sent: Vec<_> = kept.chain(fields.iter().copied()).collect();
        let target = page.url.join(action).expect("a form has an address");
        Answer::of(self.as_own_page(Method::POST, target.as_str()).form(&sent)).await
    }

    /// Sends fields to an address as if a form of the server's own page had them, without any hidden ones.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.as_own_page(Method::POST, path).form(fields)).await
    }

    /// Any request, with the cookies of this visitor, to be finished by the caller and read by [`Answer::of`].
    ///
    /// # Panics
    /// When the path is none.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.base.join(path).expect("a path of the server"))
    }

    /// A request as browsers mark one that comes from a page of the same server.
    fn as_own_page(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.base.join(path).expect("a path of the server");
        let origin = url.origin().ascii_serialization();
        self.http.request(method, url).header(ORIGIN, origin).header("sec-fetch-site", "same-origin")
    }
}

impl Answer {
    /// Sends a request and reads the answer.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn of(request: RequestBuilder) -> Answer {
        let answer = request.send().await.expect("the server answers");
        let (status, url, headers) = (answer.status().as_u16(), answer.url().clone(), answer.headers().clone());
        let body = answer.bytes().await.expect("the answer has an end").to_vec();
        Answer { status, url, headers, body }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// A header, when it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where it sends the visitor, when it does.
    #[must_use]
    pub fn sent_to(&self) -> Option<&str> {
        let is_sending = StatusCode::from_u16(self.status).is_ok_and(|status| status.is_redirection());
        if is_sending { self.header(LOCATION.as_str()) } else { None }
    }

    /// Whether it is a page.
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("text/html"))
    }

    /// The forms of the page.
    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        markup::forms(&self.text())
    }
}
