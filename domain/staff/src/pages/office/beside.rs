//! `PagesBeside`: pages of rooms above that belong beside an entry of the log and a proposal, such as their files.

use acts::{Permission, Proposal};
use web::{Ask, Links, Section};

/// A page beside another one, at its address and an ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageBeside {
    /// What it is called.
    pub words: &'static str,
    /// What its address ends in, such as `/attachments`.
    pub ending: &'static str,
    /// Who is led there.
    pub permission: Permission,
}

/// A page about what a change of some kind would do, for whoever decides on it.
#[derive(Clone, Copy, Debug)]
pub struct PageOfProposal {
    /// What it is called.
    pub words: &'static str,
    /// The kind of change.
    pub kind: &'static str,
    /// Who is led there: whoever may do any of this, everybody where nothing is named.
    pub needs_any: &'static [Permission],
    /// Its address, by the change as it is kept; `None` where there is none.
    pub href: fn(&str) -> Option<String>,
}

/// All of them. `app` hands them in.
#[derive(Clone, Debug, Default)]
pub struct PagesBeside {
    /// Beside entries and proposals.
    pub pages: Vec<PageBeside>,
    /// About what proposals would do.
    pub of_proposals: Vec<PageOfProposal>,
}

/// The section with links to the pages beside an address, for who may.
pub(super) fn with_pages_beside(ask: &Ask, path: &str, section: Section) -> Section {
    let all = ask.site().part_if_any::<PagesBeside>();
    let pages = all.map_or(&[][..], |all| &all.pages).iter().filter(|page| ask.may(page.permission));
    let link = |links: Links, page: &PageBeside| links.link(page.words, format!("{path}{}", page.ending));
    let links = pages.fold(Links::new("Beside"), link);
    if links.is_empty() { section } else { section.with(&links) }
}

/// The section with links to the pages about what a change would do, for who may.
pub(super) fn with_pages_of(ask: &Ask, proposal: &Proposal, section: Section) -> Section {
    let all = ask.site().part_if_any::<PagesBeside>();
    let may = |page: &&PageOfProposal| page.needs_any.is_empty() || page.needs_any.iter().any(|one| ask.may(*one));
    let pages = all.map_or(&[][..], |all| &all.of_proposals).iter().filter(|page| page.kind == proposal.kind);
    let link = |links: Links, page: &PageOfProposal| match (page.href)(&proposal.command) {
        Some(href) => links.link(page.words, href),
        None => links,
    };
    let links = pages.filter(may).fold(Links::new("Before deciding"), link);
    if links.is_empty() { section } else { section.with(&links) }
}
