//! Parts of a page: facts, steps, tabs, a timeline, an empty state, a change before and after.

mod blocks;
mod chart;
mod progress;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::Tone;

pub use blocks::{Columns, Folded, Links, LookUp, Said, Section, Words};
pub use chart::Chart;
pub use progress::{Progress, live};

/// What is known about one thing: a name and a value a line, as a description list.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "facts.html")]
pub struct Facts {
    facts: Vec<Fact>,
}

#[derive(Clone, Debug)]
struct Fact {
    name: String,
    value: String,
    href: Option<String>,
    tone: Option<Tone>,
}

impl HtmlSafe for Facts {}

impl Facts {
    /// None yet.
    #[must_use]
    pub fn new() -> Facts {
        Facts::default()
    }

    /// With one more; an empty value is shown as a dash.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<String>) -> Facts {
        self.facts.push(Fact { name: name.to_owned(), value: value.into(), href: None, tone: None });
        self
    }

    /// With one more that leads somewhere.
    #[must_use]
    pub fn link(mut self, name: &str, value: impl Into<String>, href: impl Into<String>) -> Facts {
        self.facts.push(Fact { name: name.to_owned(), value: value.into(), href: Some(href.into()), tone: None });
        self
    }

    /// With one more whose value is a word in a colored frame.
    #[must_use]
    pub fn tag(mut self, name: &str, tone: Tone, value: impl Into<String>) -> Facts {
        self.facts.push(Fact { name: name.to_owned(), value: value.into(), href: None, tone: Some(tone) });
        self
    }
}

/// How far somebody is in a task of several pages.
#[derive(Clone, Debug, Template)]
#[template(path = "steps.html")]
pub struct Steps {
    names: Vec<String>,
    current: usize,
}

impl HtmlSafe for Steps {}

impl Steps {
    /// These steps, of which the one at `current` (from 1) is under way; beyond the last, all are done.
    #[must_use]
    pub fn new(names: &[&str], current: usize) -> Steps {
        Steps { names: names.iter().map(|name| (*name).to_owned()).collect(), current }
    }
}

/// Several views of one thing, a page each.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "tabs.html")]
pub struct Tabs {
    label: String,
    tabs: Vec<Tab>,
}

#[derive(Clone, Debug)]
struct Tab {
    text: String,
    href: String,
    count: Option<i64>,
    is_current: bool,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    /// Views of what the label names.
    #[must_use]
    pub fn new(label: &str) -> Tabs {
        Tabs { label: label.to_owned(), tabs: Vec::new() }
    }

    /// With one more view.
    #[must_use]
    pub fn tab(mut self, text: &str, href: impl Into<String>) -> Tabs {
        self.tabs.push(Tab { text: text.to_owned(), href: href.into(), count: None, is_current: false });
        self
    }

    /// With one more view and how many things are in it.
    #[must_use]
    pub fn counted(mut self, text: &str, href: impl Into<String>, count: i64) -> Tabs {
        self.tabs.push(Tab { text: text.to_owned(), href: href.into(), count: Some(count), is_current: false });
        self
    }

    /// The view that leads to this address is the one in sight.
    #[must_use]
    pub fn current(mut self, href: &str) -> Tabs {
        for tab in &mut self.tabs {
            tab.is_current = tab.href == href;
        }
        self
    }
}

/// What happened to one thing, in the order given.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "timeline.html")]
pub struct Timeline {
    events: Vec<Event>,
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    when: String,
    title: String,
    text: String,
    who: String,
    href: Option<String>,
    tone: Tone,
}

impl HtmlSafe for Timeline {}

impl Timeline {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Timeline {
        Timeline::default()
    }

    /// With one more.
    #[must_use]
    pub fn event(mut self, event: Event) -> Timeline {
        self.events.push(event);
        self
    }
}

impl Event {
    /// When, in the words of [`shown`](crate::shown), and what.
    #[must_use]
    pub fn new(when: impl Into<String>, title: impl Into<String>) -> Event {
        let (when, title) = (when.into(), title.into());
        Event { when, title, text: String::new(), who: String::new(), href: None, tone: Tone::Plain }
    }

    /// By whom.
    #[must_use]
    pub fn by(self, who: impl Into<String>) -> Event {
        Event { who: who.into(), ..self }
    }

    /// With a sentence below.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Event {
        Event { text: text.into(), ..self }
    }

    /// Its title leads somewhere.
    #[must_use]
    pub fn link(self, href: impl Into<String>) -> Event {
        Event { href: Some(href.into()), ..self }
    }

    /// How it is meant.
    #[must_use]
    pub fn tone(self, tone: Tone) -> Event {
        Event { tone, ..self }
    }
}

/// What a change turns into what, a field a line.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "changes.html")]
pub struct Changes {
    changes: Vec<(String, String, String)>,
}

impl HtmlSafe for Changes {}

impl Changes {
    /// None yet.
    #[must_use]
    pub fn new() -> Changes {
        Changes::default()
    }

    /// With one more: the field, what it was, what it becomes.
    #[must_use]
    pub fn change(mut self, field: &str, before: impl Into<String>, after: impl Into<String>) -> Changes {
        self.changes.push((field.to_owned(), before.into(), after.into()));
        self
    }
}

/// What stands where nothing is yet: why, and what to do.
#[derive(Clone, Debug, Template)]
#[template(path = "empty.html")]
pub struct Empty {
    heading: String,
    text: String,
    action: Option<(String, String)>,
}

impl HtmlSafe for Empty {}

impl Empty {
    /// What is not there.
    #[must_use]
    pub fn new(heading: &str) -> Empty {
        Empty { heading: heading.to_owned(), text: String::new(), action: None }
    }

    /// Why, in a sentence.
    #[must_use]
    pub fn text(self, text: &str) -> Empty {
        Empty { text: text.to_owned(), ..self }
    }

    /// What to do, as a link.
    #[must_use]
    pub fn action(self, text: &str, href: &str) -> Empty {
        Empty { action: Some((text.to_owned(), href.to_owned())), ..self }
    }
}

/// Work that waits, as the home page shows it: what, how much, how old.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "queues.html")]
pub struct Queues {
    queues: Vec<Queue>,
}

#[derive(Clone, Debug)]
struct Queue {
    title: String,
    href: String,
    count: i64,
    age: String,
    tone: Tone,
}

impl HtmlSafe for Queues {}

impl Queues {
    /// None yet.
    #[must_use]
    pub fn new() -> Queues {
        Queues::default()
    }

    /// With one more: its title, where it is worked, how many wait, since when in words, and how urgent that is.
    #[must_use]
    pub fn queue(mut self, (title, href): (&str, &str), count: i64, age: impl Into<String>, tone: Tone) -> Queues {
        self.queues.push(Queue { title: title.to_owned(), href: href.to_owned(), count, age: age.into(), tone });
        self
    }
}
