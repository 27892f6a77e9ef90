//! The pictures of the manual: one list.

/// A picture: `docs/clerks/pictures/<name>.png`.
pub(crate) struct Shot {
    pub(crate) name: &'static str,
    /// Who looks; nobody before they sign in.
    pub(crate) who: Option<&'static str>,
    pub(crate) path: &'static str,
    /// What is done on the page before.
    pub(crate) before: &'static [Step],
    pub(crate) part: Part,
}

/// Something somebody does on a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Presses a button, a link or a summary.
    Press(&'static str),
    /// Writes into the field with a label.
    Fill(&'static str, &'static str),
    /// Waits for words.
    See(&'static str),
}

/// What of a page is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// What fits a window, from the top: so many pixels.
    Screen(u32),
    /// The page without the menu above it.
    Page(u32),
    /// What a selector names, so many pixels high at most.
    Of(&'static str, u32),
}

use Part::{Of, Page, Screen};
use Step::{Fill, Press, See};

const ANALYST: Option<&str> = Some("billing_analyst");
const CLERK: Option<&str> = Some("csr");
const SUPERVISOR: Option<&str> = Some("supervisor");
const TECHNICIAN: Option<&str> = Some("meter_technician");
const ACCOUNTANT: Option<&str> = Some("revenue_accountant");
const MANAGER: Option<&str> = Some("customer_service_manager");

const fn shot(name: &'static str, who: Option<&'static str>, path: &'static str, part: Part) -> Shot {
    Shot { name, who, path, before: &[], part }
}

impl Shot {
    const fn after(self, before: &'static [Step]) -> Shot {
        Shot { before, ..self }
    }
}

/// All of them, those of one person together.
pub(crate) const SHOTS: &[Shot] = &[
    shot("sign-in", None, "/sign-in", Of("main", 460)),
    // What a clerk at the telephone sees.
    shot("search", CLERK, "/", Screen(540)).after(&[Fill("Search", "garcia"), See("Canyon Wren")]),
    shot("account", CLERK, "/accounts/100001-7", Screen(900)),
    shot("account-timeline", CLERK, "/accounts/100001-7", Of("#timeline", 470)),
    shot("services", CLERK, "/accounts/100001-7", Of("#services", 520)),
    shot("verify", CLERK, "/accounts/100001-7/verify", Page(740)),
    shot("move-look", CLERK, "/moves/new?account=100001-7", Page(900)).after(&[
        Press("Go on"),
        See("Look at what changes"),
        Press("Look at what changes"),
        See("Who answers"),
    ]),
    shot("bill", CLERK, "/bills/66-000001", Screen(900)),
    shot("bill-compared", CLERK, "/bills/66-000001", Of("#compared-with", 520)),
    shot("bill-why", CLERK, "/bills/66-000001/why", Of("#service-1", 800)),
    shot("adjust", CLERK, "/bills/66-000001/adjust", Page(920)),
    shot("limits", CLERK, "/profile", Of("#limits", 260)),
    // What an analyst does between two bills.
    shot("home", ANALYST, "/", Of("#work", 460)),
    shot("runs", ANALYST, "/runs", Of("#cycles", 420)),
    shot("run", ANALYST, "/runs/70", Screen(760)),
    shot("exceptions", ANALYST, "/runs/70/exceptions", Screen(860)),
    shot("register", ANALYST, "/runs/69/register", Screen(760)),
    shot("reads", ANALYST, "/reads", Page(560)),
    shot("rates", ANALYST, "/rates/water/2025-10-01", Screen(900)),
    shot("rates-example", ANALYST, "/rates/water/2025-10-01", Of("#example", 760)),
    shot("report-question", ANALYST, "/reports/views/bills", Of("main details", 620))
        .after(&[Press("Columns, conditions and groups"), See("Put together by")]),
    shot("report", ANALYST, "/reports/views/bills?columns=total&group=bill_on.month", Of("#rows", 780)),
    shot("report-made", ANALYST, "/reports", Page(560)).after(&[Press("every Wednesday"), See("Next")]),
    // Reads and meters.
    shot("enter-reads", TECHNICIAN, "/reads", Page(560)).after(&[Press("Enter reads"), See("Only check")]),
    shot("routes", TECHNICIAN, "/reads/routes?cycle=C1&from=2026-01-01", Page(560)),
    shot("point", TECHNICIAN, "/points/P000003-W", Screen(760)),
    // A second person.
    // What was entered when stands below, and is never the same.
    shot("proposal", SUPERVISOR, "/approvals/21", Page(490)),
    // The books.
    shot("books", ACCOUNTANT, "/books?month=2026-01", Screen(760)),
    shot("proof", ACCOUNTANT, "/books/proof?on=2026-01-27", Page(700)),
    // People.
    shot("person", MANAGER, "/staff/csr", Screen(620)),
];
