//! The style sheet and the script: the same for everybody, kept by browsers until they change.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::Digest;

use crate::{Accent, Ask, Route};

/// A file inside the program.
pub(crate) struct Asset {
    path: &'static str,
    kind: &'static str,
    text: &'static str,
}

/// The town's own color, which depends on the town file.
pub(crate) struct TownStyle(&'static str);

pub(crate) const STYLE: Asset = Asset {
    path: "/assets/portreeve.css",
    kind: "text/css; charset=utf-8",
    text: include_str!("../assets/portreeve.css"),
};

pub(crate) const SCRIPT: Asset = Asset {
    path: "/assets/portreeve.js",
    kind: "text/javascript; charset=utf-8",
    text: include_str!("../assets/portreeve.js"),
};

pub(crate) const TOWN_STYLE: TownStyle = TownStyle("/assets/town.css");

/// A sign for browser tabs: a gate under a roof.
const ICON: Asset = Asset { path: "/assets/icon.svg", kind: "image/svg+xml", text: include_str!("../assets/icon.svg") };

impl Asset {
    /// Its address, which changes when it does.
    pub(crate) fn href(&self) -> String {
        format!("{}?v={}", self.path, version(self.text))
    }

    fn answer(&self) -> Response {
        kept(self.kind, self.text.to_owned())
    }
}

impl TownStyle {
    pub(crate) fn href(&self, accent: Accent) -> String {
        format!("{}?v={}", self.0, accent.name())
    }
}

/// The files every page needs.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::asset(STYLE.path, "Style sheet", async || STYLE.answer()),
        Route::asset(SCRIPT.path, "Script", async || SCRIPT.answer()),
        Route::asset(ICON.path, "Icon", async || ICON.answer()),
        Route::asset(TOWN_STYLE.0, "Color of the town", async |ask: Ask| {
            kept(STYLE.kind, ask.site().town().accent.style_sheet())
        }),
    ]
}

fn kept(kind: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

fn version(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string().chars().take(12).collect()
}
