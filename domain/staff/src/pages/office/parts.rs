//! What the pages of this room are put together from, beside the parts of the kit.

use askama::Template;
use askama::filters::HtmlSafe;
use web::{Ask, Field};

/// A part of a page under a heading of its own.
#[derive(Clone, Debug, Template)]
#[template(path = "office/section.html")]
pub(super) struct Section {
    name: String,
    heading: String,
    note: String,
    body: String,
}

impl HtmlSafe for Section {}

impl Section {
    /// A part; the name is its anchor.
    pub(super) fn new(name: &str, heading: &str) -> Section {
        Section { name: name.to_owned(), heading: heading.to_owned(), note: String::new(), body: String::new() }
    }

    /// A part without heading.
    pub(super) fn bare() -> Section {
        Section::new("", "")
    }

    /// With a sentence below the heading.
    pub(super) fn note(self, note: impl Into<String>) -> Section {
        Section { note: note.into(), ..self }
    }

    /// With something the kit or this file draws; several follow one another.
    pub(super) fn with(mut self, part: &impl HtmlSafe) -> Section {
        self.body.push_str(&part.to_string());
        self
    }
}

/// A wide column with a narrow one beside it; on a small screen one below the other.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "office/columns.html")]
pub(super) struct Columns {
    pub(super) main: Vec<Section>,
    pub(super) side: Vec<Section>,
}

impl HtmlSafe for Columns {}

/// Somebody's own words.
#[derive(Clone, Debug, Template)]
#[template(path = "office/said.html")]
pub(super) struct Said {
    words: String,
    who: String,
}

impl HtmlSafe for Said {}

impl Said {
    /// What was said, and by whom.
    pub(super) fn new(words: &str, who: &str) -> Said {
        Said { words: words.to_owned(), who: who.to_owned() }
    }
}

/// A paragraph.
#[derive(Clone, Debug, Template)]
#[template(path = "office/words.html")]
pub(super) struct Words {
    words: String,
}

impl HtmlSafe for Words {}

impl Words {
    /// A paragraph of these words.
    pub(super) fn new(words: impl Into<String>) -> Words {
        Words { words: words.into() }
    }
}

/// Something that opens when asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "office/folded.html")]
pub(super) struct Folded {
    summary: String,
    body: String,
}

impl HtmlSafe for Folded {}

impl Folded {
    /// What the summary says, and what is inside.
    pub(super) fn new(summary: &str, part: &impl HtmlSafe) -> Folded {
        Folded { summary: summary.to_owned(), body: part.to_string() }
    }
}

/// A form that only looks: its answers stand in the address.
#[derive(Clone, Debug, Template)]
#[template(path = "office/look_up.html")]
pub(super) struct LookUp {
    path: String,
    label: String,
    button: &'static str,
    fields: Vec<Field>,
    is_used: bool,
}

impl HtmlSafe for LookUp {}

impl LookUp {
    /// A form to the page it stands on.
    pub(super) fn new(ask: &Ask, label: &str, button: &'static str) -> LookUp {
        let is_used = !ask.query().is_empty();
        LookUp { path: ask.path().to_owned(), label: label.to_owned(), button, fields: Vec::new(), is_used }
    }

    /// With one more field.
    pub(super) fn field(mut self, field: Field) -> LookUp {
        self.fields.push(field.unchosen("All"));
        self
    }
}

/// Ways on below a list.
#[derive(Clone, Debug, Template)]
#[template(path = "office/links.html")]
pub(super) struct Links {
    label: String,
    links: Vec<WayOn>,
    is_listed: bool,
}

#[derive(Clone, Debug)]
struct WayOn {
    words: String,
    href: String,
    rel: Option<&'static str>,
    is_file: bool,
}

impl HtmlSafe for Links {}

impl Links {
    /// None yet.
    pub(super) fn new(label: &str) -> Links {
        Links { label: label.to_owned(), links: Vec::new(), is_listed: false }
    }

    /// The same, one below the other.
    pub(super) fn listed(label: &str) -> Links {
        Links { is_listed: true, ..Links::new(label) }
    }

    /// With one more.
    pub(super) fn link(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, None), href.into(), false)
    }

    /// With the next piece of a list.
    pub(super) fn next(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, Some("next")), href.into(), false)
    }

    /// With a file to take along.
    pub(super) fn file(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, None), href.into(), true)
    }

    /// Whether there is nowhere to go.
    pub(super) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    fn push(mut self, (words, rel): (&str, Option<&'static str>), href: String, is_file: bool) -> Links {
        self.links.push(WayOn { words: words.to_owned(), href, rel, is_file });
        self
    }
}
