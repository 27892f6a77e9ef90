//! `PagesBeside`: pages of rooms above that belong beside an entry of the log and a proposal, such as their files.

use acts::Permission;
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

/// All of them. `app` hands them in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PagesBeside(pub Vec<PageBeside>);

/// The section with links to the pages beside an address, for who may.
pub(super) fn with_pages_beside(ask: &Ask, path: &str, section: Section) -> Section {
    let all = ask.site().part_if_any::<PagesBeside>();
    let pages = all.map_or(&[][..], |all| &all.0).iter().filter(|page| ask.may(page.permission));
    let link = |links: Links, page: &PageBeside| links.link(page.words, format!("{path}{}", page.ending));
    let links = pages.fold(Links::new("Beside"), link);
    if links.is_empty() { section } else { section.with(&links) }
}
