//! `/books/days/{day}`: the journals of a day, page by page, and the list that other pages use for theirs.

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::{JournalLine, LinesOf, journal_lines};
use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId, Month};
use ledger::JournalKind;
use web::shown::{counted, date, money};
use web::{
    Answer, Ask, At, Cell, Choice, Column, Columns, Field, Links, LookUp, Problem, Section, Table, Words, address,
};

use super::parts::tabs;
use super::trial::counts;
use crate::days::{Days, day_of};
use crate::names::{Numbers, bill_href, kind_words};

/// Journals of one page.
const PAGE: usize = 50;
/// Journals of one file.
const FILE: usize = 100_000;

/// Which journals of a day are listed.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    pub(super) day: NaiveDate,
    pub(super) kind: Option<JournalKind>,
    pub(super) place: Option<(FundId, LedgerAccountId)>,
}

/// A page of journals as a table, with the way on.
pub(super) struct Listed {
    pub(super) table: Table,
    words: Option<String>,
    links: Links,
}

impl Listed {
    /// The table and what stands below it.
    pub(super) fn sections(&self) -> Vec<Section> {
        let section = Section::bare().with(&self.table);
        let section = match &self.words {
            Some(words) => section.with(&Words::new(words.clone())),
            None => section,
        };
        vec![section.with(&self.links)]
    }
}

/// The journals of a day from where the address says on; all of them for a file.
pub(super) async fn journals(ask: &Ask, read: &mut Read, of: Listing, caption: &str) -> Result<Listed, Fault> {
    let is_file = ask.window().file.is_some();
    let after = if is_file { None } else { cursor(ask.query().text("after")) };
    let begin = (JournalId(0), AccountId(-1));
    let mut of_page = LinesOf {
        gl_on: of.day,
        place: of.place,
        kind: of.kind,
        after: after.unwrap_or(begin),
        limit: if is_file { FILE } else { PAGE },
    };
    let mut found = journal_lines(read, of_page).await?;
    while let Some(next) = found.next.filter(|_| is_file && found.lines.len() < FILE) {
        of_page.after = next;
        let more = journal_lines(read, of_page).await?;
        found.lines.extend(more.lines);
        found.next = more.next;
    }
    let numbers = Numbers::load(read, found.lines.iter().map(|line| line.account)).await?;
    let is_whole = after.is_none() && found.next.is_none();
    let table = table(ask, of, caption, is_whole);
    let table = match of.place {
        Some(_) => table.rows(found.lines.iter().map(|line| {
            let [journal, account, kind, document, postings] = told(ask, &numbers, line);
            [journal, account, kind, document, postings, line.debit.into(), line.credit.into()]
        })),
        None => table.rows(found.lines.iter().map(|line| {
            let [journal, account, kind, document, postings] = told(ask, &numbers, line);
            [journal, account, kind, document, postings, line.debit.into()]
        })),
    };
    let words = (!is_whole && !is_file).then(|| page_words(of, &found.lines));
    let kind = of.kind.map_or("", JournalKind::code);
    let links = Links::new("Ways on");
    let links = match after {
        Some(_) => links.link("First page", address(ask.path(), &[("kind", kind)])),
        None => links,
    };
    let links = match found.next {
        Some((journal, account)) => {
            let place = format!("{}.{}", journal.0, account.0);
            links.next("Next page", address(ask.path(), &[("kind", kind), ("after", &place)]))
        }
        None => links,
    };
    let links = match found.lines.is_empty() {
        true => links,
        false => links
            .file("CSV", address(ask.path(), &[("kind", kind), ("as", "csv")]))
            .file("Spreadsheet", address(ask.path(), &[("kind", kind), ("as", "xlsx")])),
    };
    Ok(Listed { table, words, links })
}

fn table(ask: &Ask, of: Listing, caption: &str, is_whole: bool) -> Table {
    let sum = |column: Column| if is_whole { column.totaled() } else { column };
    let table = ask
        .table("journals", caption)
        .column(Column::text("journal", "Journal"))
        .column(Column::text("account", "Account"))
        .column(Column::text("kind", "Kind"))
        .column(Column::text("document", "Document"))
        .column(sum(Column::count("postings", "Postings")))
        .empty("No journal of this day fits. Choose another day or all kinds.")
        .plain();
    match of.place {
        Some(_) => table.column(sum(Column::money("debit", "Debit"))).column(sum(Column::money("credit", "Credit"))),
        None => table.column(sum(Column::money("moved", "Moved"))),
    }
}

fn told(ask: &Ask, numbers: &Numbers, line: &JournalLine) -> [Cell; 5] {
    let document = match line.kind {
        JournalKind::Bill | JournalKind::BillReversal | JournalKind::Adjustment => bill_href(ask, &line.document),
        JournalKind::Payment | JournalKind::Transfer | JournalKind::Opening => None,
    };
    let words = Cell::text(&line.document);
    [
        Cell::text(line.journal.0.to_string()).link(numbers.journal_href(line.account, line.journal)),
        numbers.cell(ask, line.account),
        Cell::text(kind_words(line.kind)),
        match document {
            Some(href) => words.link(href),
            None => words,
        },
        Cell::count(line.postings),
    ]
}

fn page_words(of: Listing, lines: &[JournalLine]) -> String {
    let journals = counted(i64::try_from(lines.len()).unwrap_or(0), "journal", "journals");
    let debit: Cents = lines.iter().map(|line| line.debit).sum();
    let credit: Cents = lines.iter().map(|line| line.credit).sum();
    match of.place {
        Some(_) => format!("On this page: {journals}, debits {}, credits {}.", money(&debit), money(&credit)),
        None => format!("On this page: {journals}, {} moved.", money(&debit)),
    }
}

/// A place in the list, as an address says it: journal and account.
fn cursor(text: &str) -> Option<(JournalId, AccountId)> {
    let (journal, account) = text.split_once('.')?;
    let account = if account == "0" { Some(0) } else { web::read_number(account) };
    Some((JournalId(web::read_number(journal)?), AccountId(account?)))
}

/// `/books/days/{day}`.
pub(super) async fn show(ask: Ask, At(day): At<String>) -> Answer {
    let day = day_of(&day).ok_or_else(Problem::not_found)?;
    let kind = JournalKind::parse(ask.query().text("kind")).ok();
    let mut read = ask.read().await?;
    let listed =
        journals(&ask, &mut read, Listing { day, kind, place: None }, &format!("Journals of {}", date(&day))).await?;
    if let Some(file) = listed.table.file()? {
        return Ok(file);
    }
    let fits = |other: JournalKind| kind.is_none_or(|kind| kind == other);
    let counted = finance::journal_counts(&mut read, (day, day)).await?;
    let journals = counted.iter().filter(|one| fits(one.kind)).map(|one| one.journals).sum();
    let sums = finance::sums_between(&mut read, (day, day)).await?;
    let of_kind = || sums.iter().filter(|sum| fits(sum.kind));
    let facts = counts(journals, of_kind().map(|sum| sum.postings).sum(), of_kind().map(|sum| sum.cents).sum());
    let facts = facts.link("Trial balance", date(&day), Days::day(day).address("/books"));
    let choices = JournalKind::ALL.map(|kind| Choice::new(kind.code(), kind_words(kind))).to_vec();
    let field = Field::select("kind", "Kind of journal", choices);
    let field = match kind {
        Some(kind) => field.value(kind.code()),
        None => field,
    };
    let month = Month::of(day);
    let columns = Columns { main: listed.sections(), side: vec![Section::bare().with(&facts)] };
    ask.page(&format!("Journals of {}", date(&day)))
        .crumbs(&[("Books", "/books"), (&crate::days::month_words(month), &format!("/books/months/{month}"))])
        .body(&tabs("/books/periods"))
        .body(&LookUp::new(&ask, "Kind", "Show").field(field))
        .body(&columns)
        .answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_is_a_journal_and_an_account() {
        #[rustfmt::skip]
        let rows = [
            ("12.7", Some((12, 7))),
            ("12.0", Some((12, 0))),
            ("12",   None),
            ("0.7",  None),
            ("12.-7", None),
            ("a.b",  None),
            ("",     None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(|(journal, account)| (JournalId(journal), AccountId(account)));
            assert_eq!(cursor(text), expected, "{text}");
        }
    }
}
