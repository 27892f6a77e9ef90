//! `Alert`: something said once, above a page or inside it; its tone is told in a word, too.

use askama::Template;
use askama::filters::HtmlSafe;
use serde::{Deserialize, Serialize};

/// How something is meant. Screens show it by a color and by a word or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    /// Neither good nor bad.
    Plain,
    /// Worth knowing.
    Info,
    /// It worked.
    Good,
    /// Look twice.
    Warning,
    /// It did not work, or must not stay so.
    Bad,
}

/// A message with a tone.
#[derive(Clone, Debug, PartialEq, Eq, Template, Serialize, Deserialize)]
#[template(path = "alert.html")]
pub struct Alert {
    tone: Tone,
    heading: String,
    text: String,
    items: Vec<AlertItem>,
}

/// A line of an alert, which may lead to a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AlertItem {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

impl HtmlSafe for Alert {}

impl Tone {
    /// Its name in the style sheet.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Info => "info",
            Tone::Good => "good",
            Tone::Warning => "warning",
            Tone::Bad => "bad",
        }
    }

    /// Its word, for those who do not see the color.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Tone::Plain => "Note",
            Tone::Info => "Information",
            Tone::Good => "Done",
            Tone::Warning => "Warning",
            Tone::Bad => "Error",
        }
    }
}

impl Alert {
    /// A message of any tone.
    #[must_use]
    pub fn new(tone: Tone, heading: impl Into<String>) -> Alert {
        Alert { tone, heading: heading.into(), text: String::new(), items: Vec::new() }
    }

    /// Worth knowing.
    #[must_use]
    pub fn info(heading: impl Into<String>) -> Alert {
        Alert::new(Tone::Info, heading)
    }

    /// It worked.
    #[must_use]
    pub fn good(heading: impl Into<String>) -> Alert {
        Alert::new(Tone::Good, heading)
    }

    /// Look twice.
    #[must_use]
    pub fn warning(heading: impl Into<String>) -> Alert {
        Alert::new(Tone::Warning, heading)
    }

    /// It did not work.
    #[must_use]
    pub fn bad(heading: impl Into<String>) -> Alert {
        Alert::new(Tone::Bad, heading)
    }

    /// With a sentence below the heading: why, and what to do now.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Alert {
        Alert { text: text.into(), ..self }
    }

    /// With a line that leads somewhere.
    #[must_use]
    pub fn link(mut self, text: impl Into<String>, href: impl Into<String>) -> Alert {
        self.items.push(AlertItem { text: text.into(), href: Some(href.into()) });
        self
    }

    /// With one more line.
    #[must_use]
    pub fn item(mut self, text: impl Into<String>) -> Alert {
        self.items.push(AlertItem { text: text.into(), href: None });
        self
    }
}
