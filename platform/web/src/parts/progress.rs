//! `Progress`: how far long work is, live where a script runs and by loading again where none does.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::shown;

/// How far long work is.
#[derive(Clone, Debug, Template)]
#[template(path = "progress.html")]
pub struct Progress {
    title: String,
    done: i64,
    total: i64,
    words: String,
    live: Option<String>,
}

impl HtmlSafe for Progress {}

/// What is sent to the script each time.
#[derive(Serialize)]
struct Told<'a> {
    done: i64,
    total: i64,
    words: &'a str,
    is_over: bool,
}

/// How often live progress is looked up.
const EVERY: Duration = Duration::from_secs(1);

/// How long one connection tells progress; the script connects again after that.
const TELLS_MAX: u32 = 600;

impl Progress {
    /// So much of so much, such as chunks of an order.
    #[must_use]
    pub fn new(title: &str, done: i64, total: i64) -> Progress {
        let words = format!("{} of {}", shown::count(&done), shown::count(&total));
        Progress { title: title.to_owned(), done, total, words, live: None }
    }

    /// In other words than "3 of 44", such as with rate and time left.
    #[must_use]
    pub fn words(self, words: impl Into<String>) -> Progress {
        Progress { words: words.into(), ..self }
    }

    /// Told live by this address, whose handler answers with [`live`]. Let the page be refreshing, for no script.
    #[must_use]
    pub fn live(self, href: impl Into<String>) -> Progress {
        Progress { live: Some(href.into()), ..self }
    }

    /// Whether all of it is done.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.total <= self.done
    }

    fn percent(&self) -> i64 {
        let share = i128::from(self.done.max(0)) * 100 / i128::from(self.total.max(1));
        i64::try_from(share.min(100)).unwrap_or(100)
    }
}

/// Tells progress live, once a second, until the work is over or cannot be asked about (`None`).
pub fn live<F, Fut>(ask: F) -> Response
where
    F: Fn() -> Fut + Send + 'static,
    Fut: Future<Output = Option<Progress>> + Send + 'static,
{
    let tells = futures_util::stream::unfold((ask, 0, false), |(ask, told, is_over)| async move {
        if is_over || TELLS_MAX < told {
            return None;
        }
        if told != 0 {
            tokio::time::sleep(EVERY).await;
        }
        let progress = ask().await?;
        let is_over = progress.is_over();
        let told_now = Told { done: progress.done, total: progress.total, words: &progress.words, is_over };
        let text = serde_json::to_string(&told_now).ok()?;
        Some((Ok::<Event, Infallible>(Event::default().data(text)), (ask, told + 1, is_over)))
    });
    Sse::new(tells).keep_alive(KeepAlive::default()).into_response()
}
