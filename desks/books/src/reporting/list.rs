//! `/reports`: what there is to report: fixed reports at their pages, and views to build one's own from.

use acts::Permission;
use web::{Answer, Ask, Cell, Column, Section, Table};

use super::views::VIEWS;

/// A report that stands on a page of its own.
struct Fixed {
    title: &'static str,
    words: &'static str,
    href: &'static str,
    needs: Permission,
}

const FIXED: &[Fixed] = &[
    Fixed {
        title: "Accuracy of billing",
        words: "By month: bills on estimates, bills taken back, adjustments per 1,000 bills, bills per run",
        href: "/reports/accuracy",
        needs: billing::permissions::SEE,
    },
    Fixed {
        title: "Registers of bill runs",
        words: "Of each run: what was charged, held, taxed and posted; what changed since last cycle",
        href: "/runs",
        needs: billing::permissions::SEE,
    },
    Fixed {
        title: "Trial balance",
        words: "By fund and ledger account for a month or a day, down to each posting",
        href: "/books",
        needs: finance::SEE,
    },
    Fixed {
        title: "Daily proof",
        words: "What holds of the books on the evening of a day, claim by claim",
        href: "/books/proof",
        needs: finance::SEE,
    },
    Fixed {
        title: "Receivables by age",
        words: "What customers owe by how long it has been due, down to each account",
        href: "/books/receivables",
        needs: finance::SEE,
    },
    Fixed {
        title: "Taxes by authority",
        words: "What bills owe each authority, beside what was posted",
        href: "/books/taxes",
        needs: finance::SEE,
    },
    Fixed {
        title: "Books for other programs",
        words: "Every journal of a month as CSV or for hledger",
        href: "/books/exports",
        needs: finance::SEE,
    },
    Fixed {
        title: "Log",
        words: "Every change: who, when, why; by person, kind, thing and day",
        href: "/log",
        needs: acts::permissions::READ,
    },
    Fixed {
        title: "What looked odd",
        words: "Patterns in what was moved, and what somebody found about them",
        href: "/outliers",
        needs: staff::REVIEW,
    },
];

/// All reports that the visitor may look at.
pub(super) async fn show(ask: Ask) -> Answer {
    let fixed = table(&ask, ("reports", "Reports")).rows(
        FIXED
            .iter()
            .filter(|one| ask.may(one.needs))
            .map(|one| [Cell::text(one.title).link(one.href), Cell::text(one.words)]),
    );
    let own = table(&ask, ("views", "Views")).rows(
        VIEWS
            .iter()
            .filter(|view| ask.may(view.access))
            .map(|view| [Cell::text(view.title).link(format!("/reports/views/{}", view.code)), Cell::text(view.lead)]),
    );
    let note = "Choose columns, set conditions, put rows together and add them up. The address holds the whole report: \
                keep it as a bookmark, or send it to a colleague.";
    let saved = super::saved::table(&ask, &mut ask.read().await?).await?;
    ask.page("Reports")
        .lead("Every figure of a report leads to the rows behind it.")
        .body(&Section::new("fixed", "Ready to read").with(&fixed))
        .body(&Section::new("kept", "Kept").with(&saved))
        .body(&Section::new("own", "Of your own").note(note).with(&own))
        .answer()
}

fn table(ask: &Ask, (name, caption): (&str, &str)) -> Table {
    ask.table(name, caption)
        .column(Column::text("report", "Report"))
        .column(Column::text("words", "What it shows"))
        .empty("Your position sees none of these. Ask your supervisor when you need one.")
        .plain()
}
