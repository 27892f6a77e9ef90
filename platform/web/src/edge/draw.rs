//! Turns what handlers answer (a page, a way on, a problem) into what is sent.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::{Edge, cookies, headers, kind_of};
use crate::assets::{SCRIPT, STYLE, TOWN_STYLE};
use crate::go::SessionChange;
use crate::{Access, Alert, Ask, Go, Menu, Page, Problem, RouteKind, SIGN_OUT_PATH};

/// The frame around every page.
#[derive(Template)]
#[template(path = "layout.html")]
struct Layout<'a> {
    page: &'a Page,
    ask: &'a Ask,
    town: &'a str,
    menu: Vec<MenuPlace>,
    has_search: bool,
    alert: Option<&'a Alert>,
    style: String,
    town_style: String,
    script: String,
    sign_out: &'static str,
}

/// A link of the menu, or a group of them under a heading.
struct MenuPlace {
    heading: &'static str,
    links: Vec<MenuLink>,
}

impl MenuPlace {
    fn is_current(&self) -> bool {
        self.links.iter().any(|link| link.is_current)
    }
}

struct MenuLink {
    title: &'static str,
    path: &'static str,
    is_current: bool,
}

/// The body of an error page.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    problem: &'a Problem,
    request_id: &'a str,
    is_signed_in: bool,
}

/// Draws what came back and puts the headers on it.
pub(super) fn finish(edge: &Edge, ask: &Ask, method: &Method, response: Response) -> Response {
    let mut response = draw(edge, ask, response);
    if *method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    headers::put(&edge.site, ask.request_id(), response.headers_mut());
    response
}

fn draw(edge: &Edge, ask: &Ask, mut response: Response) -> Response {
    if let Some(page) = response.extensions_mut().remove::<Page>() {
        return draw_page(edge, ask, &page);
    }
    if let Some(go) = response.extensions_mut().remove::<Go>() {
        return draw_go(ask, &go);
    }
    let problem = response.extensions_mut().remove::<Problem>();
    match problem.or_else(|| silent_problem(response.status())) {
        Some(problem) => draw_problem(edge, ask, &problem),
        None => response,
    }
}

/// What the router answers by itself.
fn silent_problem(status: StatusCode) -> Option<Problem> {
    (status == StatusCode::METHOD_NOT_ALLOWED).then(|| {
        Problem::new(
            status,
            "method_not_allowed",
            "This cannot be done here",
            "The address does not take this request.",
        )
    })
}

fn draw_page(edge: &Edge, ask: &Ask, page: &Page) -> Response {
    let is_menu_shown = !page.is_narrow && ask.visitor().is_some_and(|visitor| visitor.is_whole);
    let layout = Layout {
        page,
        ask,
        town: &edge.site.town().name,
        menu: if is_menu_shown { menu(edge, ask) } else { Vec::new() },
        has_search: edge.has_search && is_menu_shown,
        alert: ask.alert(),
        style: STYLE.href(),
        town_style: TOWN_STYLE.href(edge.site.town().accent),
        script: SCRIPT.href(),
        sign_out: SIGN_OUT_PATH,
    };
    let html = match layout.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "the layout cannot be rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (page.status, Html(html)).into_response();
    if ask.alert().is_some() {
        add_cookie(&mut response, cookies::end_alert(&edge.site));
    }
    if ask.visitor().is_none() {
        add_cookie(&mut response, cookies::set_form(&edge.site, ask.form_key()));
    }
    response
}

/// The menu for who asks: each group where its first page is listed.
fn menu(edge: &Edge, ask: &Ask) -> Vec<MenuPlace> {
    let mut places: Vec<MenuPlace> = Vec::new();
    for item in edge.menu.iter().filter(|item| may_see(ask, item.access)) {
        let link = MenuLink { title: item.title, path: item.path, is_current: is_below(ask.path(), item.path) };
        let heading = if let Menu::Group(heading) = item.menu { heading } else { "" };
        let group = places.iter_mut().find(|place| !heading.is_empty() && place.heading == heading);
        match group {
            Some(group) => group.links.push(link),
            None => places.push(MenuPlace { heading, links: vec![link] }),
        }
    }
    places
}

fn draw_go(ask: &Ask, go: &Go) -> Response {
    let site = ask.site();
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(path) = HeaderValue::from_str(&go.path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    match &go.session {
        SessionChange::Stays => {}
        SessionChange::Begins(token) => add_cookie(&mut response, cookies::set_session(site, token)),
        SessionChange::Ends => add_cookie(&mut response, cookies::end_session(site)),
    }
    if let Some(alert) = &go.alert {
        add_cookie(&mut response, cookies::set_alert(site, alert));
    }
    response
}

fn draw_problem(edge: &Edge, ask: &Ask, problem: &Problem) -> Response {
    let mut response = match kind_of(ask.path()) {
        RouteKind::Api => problem.draw_json(ask.request_id()),
        RouteKind::Page | RouteKind::Asset => {
            let is_signed_in = ask.visitor().is_some_and(|visitor| visitor.is_whole);
            let body = ProblemPage { problem, request_id: ask.request_id(), is_signed_in };
            draw_page(edge, ask, &Page::new(&problem.title).status(problem.status).body(&body))
        }
    };
    if problem.status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

fn add_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// Whether the menu shows an address to this visitor.
fn may_see(ask: &Ask, access: Access) -> bool {
    match access {
        Access::Anyone | Access::SignedIn => true,
        Access::Needs(permission) => ask.may(permission),
        Access::NeedsAny(permissions) => permissions.iter().any(|permission| ask.may(*permission)),
    }
}

/// Whether one address is another or stands below it.
fn is_below(path: &str, top: &str) -> bool {
    path == top || (top != "/" && path.strip_prefix(top).is_some_and(|rest| rest.starts_with('/')))
}
