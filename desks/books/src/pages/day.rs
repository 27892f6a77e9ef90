//! `/books/days/{day}`: the journals of a day, page by page, and the list that other pages use for theirs.

use chrono::NaiveDate;
use db::{Fault, Read};
use finance::{DaySum, JournalLine, LinesOf, journal_lines};
use kernel::{AccountId, Cents, FundId, JournalId, LedgerAccountId, Month};
use ledger::{Chart, Control, JournalKind};
use web::shown::{counted, date, money};
use web::{
    Answer, Ask, At, Cell, Choice, Column, Columns, Facts, Field, Links, LookUp, Problem, Section, Table, Words,
    address,
};

use super::parts::tabs;
use super::trial::counts;
use crate::days::{Days, day_of};
use crate::names::{Numbers, bill_href, day_href, kind_words, run_of};

/// Journals of one page.
const PAGE: usize = 50;
/// Journals of one file.
const FILE: usize = 100_000;

/// Which journals of a day are listed.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    pub(super) day: NaiveDate,
    pub(super) kind: Option<JournalKind>,
    /// Only the bills of this run.
    pub(super) run: Option<i64>,
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
        run: of.run,
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
    let next = found.next.map(|(journal, account)| format!("{}.{}", journal.0, account.0));
    let links = Links::ways_on(ask, next.as_deref(), found.lines.is_empty());
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
        .empty("No journal of this day fits. Choose another day, all kinds or all runs.")
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

/// What the journals come to, from the sums.
async fn facts(ask: &Ask, read: &mut Read, of: Listing) -> Result<Facts, Fault> {
    let day = of.day;
    let (counted, sums) = match of.run {
        Some(run) => {
            let found = finance::run_on_day(read, day, run).await?;
            (found.journals, found.sums)
        }
        None => {
            let counted = finance::journal_counts(read, (day, day)).await?;
            (counted, finance::sums_between(read, (day, day)).await?)
        }
    };
    let fits = |other: JournalKind| of.kind.is_none_or(|kind| kind == other);
    let journals = counted.iter().filter(|one| fits(one.kind)).map(|one| one.journals).sum();
    let of_kind = || sums.iter().filter(|sum| fits(sum.kind));
    let moved = (of_kind().map(|sum| sum.postings).sum(), of_kind().map(|sum| sum.cents).sum());
    let facts = counts((journals, moved.0, moved.1), None);
    let facts = match of.run {
        Some(run) => {
            let billed = billed(&finance::chart(read).await?, of_kind());
            let charges = address(&format!("/runs/{run}/charges"), &[("paid-by", "customer"), ("bills", "out")]);
            match ask.may(billing::permissions::SEE) {
                true => facts.link("Billed to customers", money(&billed), charges).link(
                    "Bill run",
                    run.to_string(),
                    format!("/runs/{run}"),
                ),
                false => facts.fact("Billed to customers", money(&billed)).fact("Bill run", run.to_string()),
            }
        }
        None => facts,
    };
    Ok(facts.link("Trial balance", date(&day), Days::day(day).address("/books")))
}

/// By how much customers owe more: what is debited in receivables less what is credited there.
fn billed<'a>(chart: &Chart, sums: impl Iterator<Item = &'a DaySum>) -> Cents {
    let is_owed = |side| chart.ledger_account(side).is_some_and(|side| side.control == Some(Control::Receivable));
    let of_sum = |sum: &DaySum| match (is_owed(sum.debit), is_owed(sum.credit)) {
        (true, false) => sum.cents,
        (false, true) => -sum.cents,
        (true, true) | (false, false) => Cents::ZERO,
    };
    sums.map(of_sum).sum()
}

/// `/books/days/{day}`.
pub(super) async fn show(ask: Ask, At(day): At<String>) -> Answer {
    let day = day_of(&day).ok_or_else(Problem::not_found)?;
    let run = run_of(&ask)?;
    // Of a run there are only its bills.
    let kind = run.map_or_else(|| JournalKind::parse(ask.query().text("kind")).ok(), |_| Some(JournalKind::Bill));
    let mut read = ask.read().await?;
    let of = Listing { day, kind, run, place: None };
    let listed = journals(&ask, &mut read, of, &format!("Journals of {}", date(&day))).await?;
    if let Some(file) = listed.table.file()? {
        return Ok(file);
    }
    let facts = facts(&ask, &mut read, of).await?;
    let choices = JournalKind::ALL.map(|kind| Choice::new(kind.code(), kind_words(kind))).to_vec();
    let field = Field::select("kind", "Kind of journal", choices);
    let field = match kind {
        Some(kind) => field.value(kind.code()),
        None => field,
    };
    let number = Field::whole("run", "Bill run").value(run.map_or_else(String::new, |run| run.to_string()));
    let month = Month::of(day);
    let columns = Columns { main: listed.sections(), side: vec![Section::bare().with(&facts)] };
    let page = ask
        .page(&format!("Journals of {}", date(&day)))
        .crumbs(&[("Books", "/books"), (&crate::days::month_words(month), &format!("/books/months/{month}"))]);
    let page = match run {
        Some(run) => page.lead(format!("Only the bills of run {run}.")).action("Show every run", &day_href(day, kind)),
        None => page,
    };
    page.body(&tabs("/books/periods"))
        .body(&LookUp::new(&ask, "Kind and run", "Show").field(field).field(number))
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
