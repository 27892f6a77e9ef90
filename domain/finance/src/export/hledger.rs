//! The books as a journal file that both `hledger` and `ledger` accept under their strictest checks.
//!
//! A journal without postings, such as that of a zero bill, is written as two lines of $0.00: a bare
//! header is accepted too, but `ledger` then drops the transaction without a word.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use db::Fault;
use kernel::{Cents, FundId, LedgerAccountId};
use ledger::{AccountKind, Chart, Control};

use super::Writer;
use crate::JournalEntry;

/// A ledger account within a fund.
type Place = (FundId, LedgerAccountId);

/// On which side of a journal; debits are written first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Debit,
    Credit,
}

/// A journal file on its way out.
pub(super) struct Hledger<'a> {
    out: &'a mut (dyn Write + Send),
    /// The names under which the ledger accounts of the chart are written.
    names: BTreeMap<Place, String>,
    /// Where a journal without postings is shown: a receivable and a revenue of one fund.
    nothing: Option<(Place, Place)>,
}

impl<'a> Hledger<'a> {
    /// Begins the file: its commodity, and the ledger accounts in the order of the chart.
    pub(super) fn new(chart: &Chart, out: &'a mut (dyn Write + Send)) -> Result<Hledger<'a>, Fault> {
        let mut names = BTreeMap::new();
        let mut taken = BTreeSet::new();
        let mut head = String::from("commodity $\n  format $1,000.00\n\n");
        for (fund, side) in chart.opened() {
            let fund_part = name_part(&format!("{} {}", fund.code, fund.name));
            let side_part = name_part(&format!("{} {}", side.code, side.name));
            let mut name = format!("{}:{fund_part}:{side_part}", top(side.kind));
            while !taken.insert(name.clone()) {
                name.push('+');
            }
            head.push_str(&format!("account {name}\n"));
            names.insert((fund.id, side.id), name);
        }
        out.write_all(head.as_bytes()).map_err(failed)?;
        Ok(Hledger { out, names, nothing: place_of_nothing(chart) })
    }

    fn name(&self, place: Place, entry: &JournalEntry) -> Result<&str, Fault> {
        let name = self.names.get(&place).map(String::as_str);
        name.ok_or_else(|| Fault::new(format!("{} posts outside the chart; prove the ledger first", entry.document)))
    }
}

impl Writer for Hledger<'_> {
    fn write_journal(&mut self, entry: &JournalEntry) -> Result<(), Fault> {
        let journal = entry.journal();
        let document = plain(&entry.document);
        let code = if document.is_empty() { String::new() } else { format!(" ({document})") };
        let mut text = format!("\n{}{code} {} {document}", journal.gl_on, sentence_case(journal.kind.words()));
        text.truncate(text.trim_end().len());
        text.push('\n');
        for ((side, fund, ledger_account), cents) in lines_of(entry) {
            let name = self.name((fund, ledger_account), entry)?;
            text.push_str(&line(name, side, cents));
        }
        if let (true, Some((debit, credit))) = (journal.postings.is_empty(), self.nothing) {
            text.push_str(&line(self.name(debit, entry)?, Side::Debit, Cents::ZERO));
            text.push_str(&line(self.name(credit, entry)?, Side::Debit, Cents::ZERO));
        }
        self.out.write_all(text.as_bytes()).map_err(failed)
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.out.flush().map_err(failed)
    }
}

/// What a journal moves, one amount for each ledger account and side.
fn lines_of(entry: &JournalEntry) -> BTreeMap<(Side, FundId, LedgerAccountId), Cents> {
    let mut lines: BTreeMap<_, Cents> = BTreeMap::new();
    for posting in &entry.journal().postings {
        *lines.entry((Side::Debit, posting.fund, posting.debit)).or_default() += posting.cents;
        *lines.entry((Side::Credit, posting.fund, posting.credit)).or_default() += posting.cents;
    }
    lines
}

/// A line of a journal: four spaces, the name, at least two spaces, the amount.
fn line(name: &str, side: Side, cents: Cents) -> String {
    let dollars = cents.dollars();
    match side {
        Side::Debit => format!("    {name}    {dollars}\n"),
        Side::Credit => format!("    {name}    {}\n", dollars.replacen('$', "$-", 1)),
    }
}

/// The first receivable, and the first revenue of the same fund.
fn place_of_nothing(chart: &Chart) -> Option<(Place, Place)> {
    let mut receivables = chart.opened().filter(|(_, side)| side.control == Some(Control::Receivable));
    receivables.find_map(|(fund, receivable)| {
        let mut revenues =
            chart.opened().filter(|(other, side)| other.id == fund.id && side.kind == AccountKind::Revenue);
        revenues.next().map(|(_, revenue)| ((fund.id, receivable.id), (fund.id, revenue.id)))
    })
}

/// The top account by which both programs know on which statement it stands.
fn top(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Asset => "Assets",
        AccountKind::Liability => "Liabilities",
        AccountKind::Equity => "Equity",
        AccountKind::Revenue => "Revenues",
        AccountKind::Expense => "Expenses",
    }
}

/// One part of an account's name: without what would end the name or begin a part of it.
fn name_part(text: &str) -> String {
    plain(text).replace(':', "-")
}

/// A text without what the formats give a meaning: comments, codes, payees, breaks, double spaces.
fn plain(text: &str) -> String {
    let harmless = text.chars().map(|letter| match letter {
        ';' => ',',
        '(' | '[' | '{' => '<',
        ')' | ']' | '}' => '>',
        '|' => '/',
        other if other.is_control() || other.is_whitespace() => ' ',
        other => other,
    });
    let harmless: String = harmless.collect();
    harmless.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
}

fn failed(error: std::io::Error) -> Fault {
    Fault::caused("writing the export", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_what_the_formats_would_read_into_them() {
        let rows = [
            ("Water Fund", "Water Fund"),
            ("(old)  Water;\tsewer: both", "<old> Water, sewer- both"),
            ("a|b\n2014-01-01 c", "a/b 2014-01-01 c"),
            ("  ", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(name_part(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_credit_has_its_sign_behind_the_dollar() {
        assert_eq!(line("A", Side::Debit, Cents(123_450)), "    A    $1,234.50\n");
        assert_eq!(line("A", Side::Credit, Cents(123_450)), "    A    $-1,234.50\n");
        assert_eq!(sentence_case(ledger::JournalKind::BillReversal.words()), "Bill reversal");
    }
}
