//! The books as CSV: one line a posting, with codes that people know and no ids.

use std::io::Write;

use db::Fault;
use ledger::Chart;

use super::Writer;
use crate::JournalEntry;

const HEAD: [&str; 8] = ["gl_on", "journal", "document", "kind", "fund", "debit", "credit", "amount"];

/// Lines on their way out; journals are numbered from 1 in the order of the export.
pub(super) struct CsvLines<'a> {
    chart: &'a Chart,
    out: csv::Writer<&'a mut (dyn Write + Send)>,
    journals: u64,
}

impl<'a> CsvLines<'a> {
    pub(super) fn new(chart: &'a Chart, out: &'a mut (dyn Write + Send)) -> Result<CsvLines<'a>, Fault> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(HEAD).map_err(failed)?;
        Ok(CsvLines { chart, out, journals: 0 })
    }
}

impl Writer for CsvLines<'_> {
    fn write_journal(&mut self, entry: &JournalEntry) -> Result<(), Fault> {
        let journal = entry.journal();
        self.journals += 1;
        let (gl_on, number) = (journal.gl_on.to_string(), self.journals.to_string());
        for posting in &journal.postings {
            let fund = self.chart.fund(posting.fund).map(|fund| fund.code.as_str());
            let side = |id| self.chart.ledger_account(id).map(|side| side.code.as_str());
            let (Some(fund), Some(debit), Some(credit)) = (fund, side(posting.debit), side(posting.credit)) else {
                return Err(Fault::new(format!("{} posts outside the chart; prove the ledger first", entry.document)));
            };
            let amount = posting.cents.to_string();
            let line = [&gl_on, &number, entry.document.as_str(), journal.kind.code(), fund, debit, credit, &amount];
            self.out.write_record(line).map_err(failed)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.out.flush().map_err(failed)
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::caused("writing the export", error)
}
