//! Where a file stands in the house, told from its path alone.

/// The floors from the bottom up, each with its crates in the order in which they may lean on each other.
pub(super) const FLOORS: [(&str, &[&str]); 5] = [
    ("libs", &["kernel", "ledger", "rates", "formats", "staffing", "print"]),
    ("platform", &["secrets", "db", "acts", "jobs", "imports", "reports", "objects", "testkit", "web"]),
    (
        "domain",
        &[
            "staff",
            "customers",
            "premises",
            "metering",
            "finance",
            "revenue",
            "billing",
            "identity",
            "search",
            "attachments",
            "webhooks",
            "payments",
            "treasury",
            "credit",
            "mail",
            "desk",
            "contact",
            "management",
            "records",
        ],
    ),
    ("desks", &["accounts", "moves", "reads", "runs", "bills", "schedules", "books"]),
    ("app", &["portreeve"]),
];

/// Crates beside the house, which may lean on everything and follow no rule about words.
const OUTSIDE: [&str; 4] = ["stories/", "benches/", "fuzz/", "xtask/"];

/// How high a crate stands: its floor, then its place on the floor.
pub(super) fn rank(name: &str) -> Option<(usize, usize)> {
    FLOORS.iter().enumerate().find_map(|(floor, (_, crates))| {
        let room = crates.iter().position(|listed| *listed == name)?;
        Some((floor, room))
    })
}

/// Whether a file belongs to a crate beside the house.
pub(super) fn is_outside(path: &str) -> bool {
    OUTSIDE.iter().any(|folder| path.starts_with(folder))
}

/// Whether a file is one in which a room keeps its SQL: `src/store.rs`, `src/store_runs.rs`, `src/store/runs.rs`.
pub(super) fn is_store(path: &str) -> bool {
    let in_a_room = ["domain/", "platform/", "app/"].iter().any(|floor| path.starts_with(floor));
    match path.split_once("/src/") {
        Some((_, inside)) => in_a_room && inside.split('/').any(|part| part.starts_with("store")),
        None => false,
    }
}

/// Whether the whole file is test code.
pub(super) fn is_test(path: &str) -> bool {
    is_outside(path) || path.starts_with("platform/testkit/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// Whether a path has a folder or a file of that name, such as `pages` or `cli` (`cli.rs` counts).
pub(super) fn has_part(path: &str, name: &str) -> bool {
    path.split('/').any(|part| part == name || part.strip_suffix(".rs") == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rank_grows_with_floor_and_order() {
        assert!(rank("kernel") < rank("ledger"));
        assert!(rank("print") < rank("db"));
        assert!(rank("testkit") < rank("staff"));
        assert!(rank("records") < rank("portreeve"));
        assert_eq!(rank("somewhere"), None);
    }

    #[test]
    fn stores_are_known_by_their_path() {
        let check = |path, expected| assert_eq!(is_store(path), expected, "{path}");
        check("domain/billing/src/store.rs", true);
        check("domain/billing/src/store/runs.rs", true);
        check("domain/billing/src/store_runs.rs", true);
        check("platform/jobs/src/store.rs", true);
        check("domain/billing/src/views.rs", false);
        check("libs/ledger/src/store.rs", false);
        check("domain/billing/tests/it/store.rs", false);
    }

    #[test]
    fn parts_are_folders_or_files() {
        assert!(has_part("domain/desk/src/cli.rs", "cli"));
        assert!(has_part("domain/desk/src/pages/staff/account.rs", "pages"));
        assert!(!has_part("domain/desk/src/clipboard.rs", "cli"));
    }
}
