//! The declared views: what a report of one's own may be made of. Nothing else can be asked.

use acts::Permission;
use reports::Kind;

/// What rows a view has, and what stands in them.
pub(super) struct View {
    /// Its name in addresses.
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    /// What a row is.
    pub(super) lead: &'static str,
    /// Who may look at it.
    pub(super) access: Permission,
    pub(super) columns: &'static [ViewColumn],
    pub(super) rows: Rows,
}

/// Where the rows of a view come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Accounts,
    Bills,
    Adjustments,
    Uses,
    Exceptions,
    Weighed,
}

/// A column of a view.
pub(super) struct ViewColumn {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) kind: Kind,
    pub(super) leads: Leads,
    /// Whether it is shown when nobody chose.
    pub(super) is_shown: bool,
}

/// The page that a value of a column leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leads {
    Nowhere,
    Account,
    Bill,
    Run,
    Entry,
}

const fn column(name: &'static str, title: &'static str, kind: Kind) -> ViewColumn {
    ViewColumn { name, title, kind, leads: Leads::Nowhere, is_shown: true }
}

const fn leading(name: &'static str, title: &'static str, leads: Leads) -> ViewColumn {
    ViewColumn { name, title, kind: Kind::Text, leads, is_shown: true }
}

const fn extra(name: &'static str, title: &'static str, kind: Kind) -> ViewColumn {
    ViewColumn { name, title, kind, leads: Leads::Nowhere, is_shown: false }
}

/// All views, in the order in which they are offered.
pub(super) const VIEWS: &[View] = &[
    View {
        code: "accounts",
        title: "Accounts with balance and age",
        lead: "A row is an account: what it owes today, by how long it has been due.",
        access: customers::permissions::SEE,
        columns: &[
            leading("account", "Account", Leads::Account),
            column("balance", "Balance", Kind::Money),
            column("not_due", "Not due", Kind::Money),
            column("days_30", "1–30 days", Kind::Money),
            column("days_60", "31–60 days", Kind::Money),
            column("days_90", "61–90 days", Kind::Money),
            column("older", "Over 90 days", Kind::Money),
            extra("credits", "Credits", Kind::Money),
            extra("state", "State", Kind::Text),
        ],
        rows: Rows::Accounts,
    },
    View {
        code: "bills",
        title: "Bills",
        lead: "A row is a bill that was written, taken back or not.",
        access: customers::permissions::SEE,
        columns: &[
            leading("bill", "Bill", Leads::Bill),
            leading("account", "Account", Leads::Account),
            leading("run", "Run", Leads::Run),
            column("bill_on", "Bill date", Kind::Date),
            extra("due_on", "Due", Kind::Date),
            extra("gl_on", "Date in the books", Kind::Date),
            extra("run_kind", "Kind of run", Kind::Text),
            column("state", "State", Kind::Text),
            column("total", "Total", Kind::Money),
        ],
        rows: Rows::Bills,
    },
    View {
        code: "adjustments",
        title: "Adjustments",
        lead: "A row is an adjustment of what an account owes, taken back or not.",
        access: customers::permissions::SEE,
        columns: &[
            leading("account", "Account", Leads::Account),
            column("effective_on", "Effective date", Kind::Date),
            column("charge", "Charge", Kind::Text),
            column("reason", "Reason", Kind::Text),
            column("state", "State", Kind::Text),
            column("amount", "Without tax", Kind::Money),
            column("tax", "Tax", Kind::Money),
        ],
        rows: Rows::Adjustments,
    },
    View {
        code: "consumption",
        title: "Reads and consumption",
        lead: "A row is what one service point used between two reads.",
        access: customers::permissions::SEE,
        columns: &[
            leading("account", "Account", Leads::Account),
            column("from_on", "From", Kind::Date),
            column("read_on", "Read", Kind::Date),
            column("days", "Days", Kind::Count),
            column("used", "Used", Kind::Quantity),
            column("unit", "Unit", Kind::Text),
            column("how", "How", Kind::Text),
        ],
        rows: Rows::Uses,
    },
    View {
        code: "exceptions",
        title: "Exceptions of bill runs",
        lead: "A row is something that a trial found unusual, decided or still open, in runs that were not canceled.",
        access: billing::permissions::SEE,
        columns: &[
            leading("run", "Run", Leads::Run),
            leading("account", "Account", Leads::Account),
            column("code", "What is unusual", Kind::Text),
            extra("detail", "In figures", Kind::Text),
            column("state", "State", Kind::Text),
            column("assignee", "Who looks after it", Kind::Text),
            column("due_on", "Until", Kind::Date),
            extra("reason", "Why", Kind::Text),
        ],
        rows: Rows::Exceptions,
    },
    View {
        code: "log",
        title: "Changes with an amount",
        lead: "A row is a change that moved money, of the last 400 days: who decided, on which account, how much.",
        access: acts::permissions::READ,
        columns: &[
            leading("entry", "Entry", Leads::Entry),
            column("day", "Day", Kind::Date),
            column("who", "Who", Kind::Text),
            leading("account", "Account", Leads::Account),
            column("class", "Kind", Kind::Text),
            column("direction", "In favor of", Kind::Text),
            column("amount", "Amount", Kind::Money),
            extra("limit", "Limit at the time", Kind::Money),
        ],
        rows: Rows::Weighed,
    },
];

impl View {
    /// The view with a name.
    pub(super) fn by_code(code: &str) -> Option<&'static View> {
        VIEWS.iter().find(|view| view.code == code)
    }

    /// The place of a column.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn views_and_columns_have_names_of_their_own() {
        let codes: BTreeSet<&str> = VIEWS.iter().map(|view| view.code).collect();
        assert_eq!(codes.len(), VIEWS.len());
        for view in VIEWS {
            let names: BTreeSet<&str> = view.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), view.columns.len(), "{}", view.code);
            assert!(view.columns.iter().any(|column| column.is_shown), "{}", view.code);
        }
    }
}
