//! The pages there are, as the program lists them, and the addresses at which they were found.

use std::collections::BTreeSet;

use stories::Program;

/// Page patterns, such as `/people/{code}`, asked of the program.
pub(crate) fn pages() -> Vec<String> {
    let said = Program::without_database(&["serve", "--list-routes"]);
    assert_eq!(said.code, 0, "portreeve serve --list-routes said:\n{}{}", said.out, said.err);
    let pages = pages_in(&said.out);
    assert!(!pages.is_empty(), "no pages are listed:\n{}", said.out);
    pages
}

/// Reads lines of method, path and kind, with tabs between them.
fn pages_in(list: &str) -> Vec<String> {
    let routes = list.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let pages = routes.filter_map(|fields| match fields[..] {
        [method, path, kind, ..] => (method == "GET" && kind.eq_ignore_ascii_case("page")).then(|| path.to_owned()),
        _ => panic!("'{fields:?}' is no route"),
    });
    pages.collect()
}

/// The address of a page: itself, the first link that leads to one of its kind, or the one of somebody.
pub(crate) fn address_of(page: &str, links: &BTreeSet<String>, somebody: &str) -> Option<String> {
    let of_somebody = page.replace("{code}", somebody);
    links.iter().find(|link| fits(page, link)).cloned().or_else(|| (!of_somebody.contains('{')).then_some(of_somebody))
}

/// Whether a link leads to a page.
pub(crate) fn fits(page: &str, link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let (wanted, given): (Vec<_>, Vec<_>) = (page.split('/').collect(), path.split('/').collect());
    let is_same = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(is_same)
}

#[test]
fn pages_are_listed_and_links_lead_to_them() {
    let list = "GET\t/people\tpage\nPOST\t/people\tpage\nGET\t/people/{code}\tPage\nGET\t/api/v1/people\tapi\n";
    assert_eq!(pages_in(list), ["/people", "/people/{code}"]);
    let links = ["/people/", "/people/csr/roles", "/people/csr?page=2", "/people/mail"].map(str::to_owned).into();
    for (page, address) in [
        ("/people", Some("/people")),
        ("/people/{code}", Some("/people/csr?page=2")),
        ("/people/{code}/roles", Some("/people/csr/roles")),
        ("/people/{code}/leave", Some("/people/ann/leave")),
        ("/runs/{run}", None),
    ] {
        assert_eq!(address_of(page, &links, "ann").as_deref(), address, "{page}");
    }
}
