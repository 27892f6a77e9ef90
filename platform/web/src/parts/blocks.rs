//! What pages are put together from: parts under headings, columns, paragraphs, ways on, forms that only look.

use crate::{Ask, Field};
use askama::Template;
use askama::filters::HtmlSafe;

/// A part of a page under a heading of its own.
#[derive(Clone, Debug, Template)]
#[template(path = "section.html")]
pub struct Section {
    name: String,
    heading: String,
    note: String,
    body: String,
}

impl HtmlSafe for Section {}

impl Section {
    /// A part; the name is its anchor.
    #[must_use]
    pub fn new(name: &str, heading: &str) -> Section {
        Section { name: name.to_owned(), heading: heading.to_owned(), note: String::new(), body: String::new() }
    }

    /// A part without heading.
    #[must_use]
    pub fn bare() -> Section {
        Section::new("", "")
    }

    /// With a sentence below the heading.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Section {
        Section { note: note.into(), ..self }
    }

    /// With something the kit or this file draws; several follow one another.
    #[must_use]
    pub fn with(mut self, part: &impl HtmlSafe) -> Section {
        self.body.push_str(&part.to_string());
        self
    }
}

/// A wide column with a narrow one beside it; on a small screen one below the other.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "columns.html")]
pub struct Columns {
    /// What is read first.
    pub main: Vec<Section>,
    /// What stands beside it.
    pub side: Vec<Section>,
}

impl HtmlSafe for Columns {}

/// Somebody's own words.
#[derive(Clone, Debug, Template)]
#[template(path = "said.html")]
pub struct Said {
    words: String,
    who: String,
}

impl HtmlSafe for Said {}

impl Said {
    /// What was said, and by whom.
    #[must_use]
    pub fn new(words: &str, who: &str) -> Said {
        Said { words: words.to_owned(), who: who.to_owned() }
    }
}

/// A paragraph.
#[derive(Clone, Debug, Template)]
#[template(path = "words.html")]
pub struct Words {
    words: String,
}

impl HtmlSafe for Words {}

impl Words {
    /// A paragraph of these words.
    #[must_use]
    pub fn new(words: impl Into<String>) -> Words {
        Words { words: words.into() }
    }
}

/// Something that opens when asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "folded.html")]
pub struct Folded {
    summary: String,
    body: String,
}

impl HtmlSafe for Folded {}

impl Folded {
    /// What the summary says, and what is inside.
    #[must_use]
    pub fn new(summary: &str, part: &impl HtmlSafe) -> Folded {
        Folded { summary: summary.to_owned(), body: part.to_string() }
    }
}

/// A form that only looks: its answers stand in the address.
#[derive(Clone, Debug, Template)]
#[template(path = "look_up.html")]
pub struct LookUp {
    path: String,
    label: String,
    button: &'static str,
    fields: Vec<Field>,
    is_used: bool,
}

impl HtmlSafe for LookUp {}

impl LookUp {
    /// A form to the page it stands on.
    #[must_use]
    pub fn new(ask: &Ask, label: &str, button: &'static str) -> LookUp {
        let is_used = !ask.query().is_empty();
        LookUp { path: ask.path().to_owned(), label: label.to_owned(), button, fields: Vec::new(), is_used }
    }

    /// With one more field.
    #[must_use]
    pub fn field(mut self, field: Field) -> LookUp {
        self.fields.push(field.unchosen("All"));
        self
    }
}

/// Ways on below a list.
#[derive(Clone, Debug, Template)]
#[template(path = "links.html")]
pub struct Links {
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
    #[must_use]
    pub fn new(label: &str) -> Links {
        Links { label: label.to_owned(), links: Vec::new(), is_listed: false }
    }

    /// The same, one below the other.
    #[must_use]
    pub fn listed(label: &str) -> Links {
        Links { is_listed: true, ..Links::new(label) }
    }

    /// With one more.
    #[must_use]
    pub fn link(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, None), href.into(), false)
    }

    /// With the next piece of a list.
    #[must_use]
    pub fn next(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, Some("next")), href.into(), false)
    }

    /// With a file to take along.
    #[must_use]
    pub fn file(self, words: &str, href: impl Into<String>) -> Links {
        self.push((words, None), href.into(), true)
    }

    /// The ways on from a piece of a list that is too long for one page: to its first piece, to the next one, which begins
    /// after what is said, and to the files. The address keeps what was asked for.
    #[must_use]
    pub fn ways_on(ask: &Ask, next: Option<&str>, is_empty: bool) -> Links {
        let links = Links::new("Ways on");
        let links = match ask.query().text("after") {
            "" => links,
            _ => links.link("First page", ask.here("after", "")),
        };
        let links = match next {
            Some(next) => links.next("Next page", ask.here("after", next)),
            None => links,
        };
        match is_empty {
            true => links,
            false => links.file("CSV", ask.here("as", "csv")).file("Spreadsheet", ask.here("as", "xlsx")),
        }
    }

    /// Whether there is nowhere to go.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    fn push(mut self, (words, rel): (&str, Option<&'static str>), href: String, is_file: bool) -> Links {
        self.links.push(WayOn { words: words.to_owned(), href, rel, is_file });
        self
    }
}
