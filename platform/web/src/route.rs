//! `Route`: one address of the site with who may use it; the list of them is the whole site.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use acts::Permission;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::Site;

/// Who may use an address. There is no default: every route says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Also who is not signed in: sign-in itself, style sheets, health.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has this permission.
    Needs(Permission),
    /// Whoever has one of these.
    NeedsAny(&'static [Permission]),
}

/// What an address answers with, which decides how visitors prove themselves and how errors look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteKind {
    /// HTML for people, under a session cookie; forms need their form key.
    Page,
    /// JSON for programs, under a bearer token.
    Api,
    /// The same file for everybody.
    Asset,
}

/// Where in the menu a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// The menu does not lead there.
    No,
    /// By itself.
    Top,
    /// Under a heading that opens.
    Group(&'static str),
}

/// One method of one address.
#[derive(Clone)]
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Where, with `{names}` for parts that vary.
    pub path: &'static str,
    /// What it is, for the menu and for the matrix of who may do what.
    pub title: &'static str,
    /// Who may use it.
    pub access: Access,
    /// What it answers with.
    pub kind: RouteKind,
    /// Where in the menu it stands, for those who may.
    pub menu: Menu,
    /// Whether the answer is no page to look at, but a file, how far work is, or what a page fetches.
    pub is_piece: bool,
    /// Whether a file may be sent there: more than other requests hold.
    pub takes_files: bool,
    /// The parameters that its query may have; anything goes when nothing is said.
    pub parameters: Option<Arc<[String]>>,
    /// What answers.
    pub handler: MethodRouter<Site>,
}

impl Route {
    /// A page to look at.
    pub fn page<H, T>(path: &'static str, title: &'static str, access: Access, handler: H) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        Route::new(RouteKind::Page, Method::GET, path, (title, access), handler)
    }

    /// What a page or a visitor fetches besides pages: a file, how far work is, what was found while typing.
    pub fn piece<H, T>(path: &'static str, title: &'static str, access: Access, handler: H) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        Route { is_piece: true, ..Route::page(path, title, access, handler) }
    }

    /// What a form of a page is sent to; its form key was checked before the handler is called.
    pub fn form<H, T>(path: &'static str, title: &'static str, access: Access, handler: H) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        Route::new(RouteKind::Page, Method::POST, path, (title, access), handler)
    }

    /// An address for programs.
    pub fn api<H, T>(method: Method, path: &'static str, (title, access): (&'static str, Access), handler: H) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        Route::new(RouteKind::Api, method, path, (title, access), handler)
    }

    /// A file that is the same for everybody.
    pub fn asset<H, T>(path: &'static str, title: &'static str, handler: H) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        Route::new(RouteKind::Asset, Method::GET, path, (title, Access::Anyone), handler)
    }

    /// The same, and a file may be sent there, as large as the site's [`LargestFile`](crate::LargestFile).
    #[must_use]
    pub fn taking_files(self) -> Route {
        Route { takes_files: true, ..self }
    }

    /// The same, and a query with any other parameter than these is refused.
    #[must_use]
    pub fn with_parameters(self, parameters: impl IntoIterator<Item = String>) -> Route {
        Route { parameters: Some(parameters.into_iter().collect()), ..self }
    }

    /// The same, and the menu leads there.
    #[must_use]
    pub fn in_menu(self) -> Route {
        Route { menu: Menu::Top, ..self }
    }

    /// The same, and a group of the menu leads there.
    #[must_use]
    pub fn in_group(self, group: &'static str) -> Route {
        Route { menu: Menu::Group(group), ..self }
    }

    fn new<H, T>(
        kind: RouteKind,
        method: Method,
        path: &'static str,
        (title, access): (&'static str, Access),
        handler: H,
    ) -> Route
    where
        H: Handler<T, Site>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).expect("routes name one of the methods of HTTP");
        let answers: Answers = Arc::new(move |request, site| Box::pin(handler.clone().call(request, site)));
        let handler = one_type(filter, answers);
        let (menu, is_piece, takes_files, parameters) = (Menu::No, false, false, None);
        Route { method, path, title, access, kind, menu, is_piece, takes_files, parameters, handler }
    }
}

/// What a handler does, whatever its type.
type Answers = Arc<dyn Fn(Request, Site) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// All handlers as one type: what axum needs around a handler is compiled once, and not once a page.
fn one_type(filter: MethodFilter, answers: Answers) -> MethodRouter<Site> {
    on(filter, move |State(site): State<Site>, request: Request| answers(request, site))
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.access)
    }
}

impl fmt::Display for Access {
    /// For the matrix that a city manager reads: `anyone`, `signed in`, `billing.sign`, `a.x or b.y`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Access::Anyone => f.write_str("anyone"),
            Access::SignedIn => f.write_str("signed in"),
            Access::Needs(permission) => f.write_str(permission.code),
            Access::NeedsAny(permissions) => {
                let codes: Vec<&str> = permissions.iter().map(|permission| permission.code).collect();
                f.write_str(&codes.join(" or "))
            }
        }
    }
}
