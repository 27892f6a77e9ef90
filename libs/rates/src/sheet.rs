//! `sheet::read`: a sheet of rates as CSV, one row per line of a bill, as schedules of ours.
//!
//! The columns are those of the rate tables behind Duke University's Water Affordability Dashboard
//! (github.com/NIEPS-Water-Program/water-affordability). Amounts and bounds are stated for a bill; the
//! schedules made here price a month: a bill's bounds and amounts are divided by its months, each row is
//! a line of its own, rounded to cents, and a cubic foot is 7.48052 gallons.

mod build;
mod doubt;
mod line;
mod row;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Rounding;

pub use doubt::{Doubt, Doubtful};

use crate::finding::{Finding, Reason, TextRefused};
use crate::schedule::{Basis, Schedule};
use line::{Column, Columns};
use row::Row;

/// What the analyst decides, because a sheet does not say it.
#[derive(Clone, Debug)]
pub struct SheetOptions {
    /// What the versions cite; the rate set is named behind it.
    pub ordinance: String,
    /// Which date decides the version.
    pub basis: Basis,
    /// How a fraction of a cent is settled on every line.
    pub rounding: Rounding,
    /// The first day, where the analyst knows better than the column `effective_year`.
    pub effective_on: Option<NaiveDate>,
}

/// Which utility, service and customers a set of rows is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SetKey {
    /// The number of the water system, such as `CA1910001`.
    pub pwsid: String,
    /// The service, such as `water`.
    pub service: String,
    /// Where the customers live, such as `inside`; the class of the schedule.
    pub category: String,
}

/// Every rate set of a sheet.
#[derive(Clone, Debug)]
pub struct RateSheet {
    /// By key.
    sets: BTreeMap<SetKey, RateSet>,
    /// Rows that name no set, so that nothing can be said about whose rates they are.
    pub strays: Vec<Finding>,
}

/// The rates of one utility, service and category.
#[derive(Clone, Debug)]
pub struct RateSet {
    /// The line of its first row.
    pub line: usize,
    /// The schedule, which compiles; or every row that is not understood.
    pub schedule: Result<Schedule, TextRefused>,
    /// What was read as it stands, though it may not be meant.
    pub doubts: Vec<Doubt>,
}

/// Bytes of a sheet; the whole of ten states has one and a half million.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Rows of one set; real ones have at most twenty.
const ROWS_MAX: usize = 200;
/// Findings kept of one set, and stray rows kept of a sheet.
const FINDINGS_MAX: usize = 100;

/// Reads a sheet; a row that is not understood refuses its own set and no other.
pub fn read(bytes: &[u8], options: &SheetOptions) -> Result<RateSheet, TextRefused> {
    if BYTES_MAX < bytes.len() {
        return Err(TextRefused::one(1, "", Reason::TooLong { what: "the sheet", max: "32 MiB" }));
    }
    let mut lines = line::lines(bytes);
    let Some(header) = lines.next() else {
        return Err(TextRefused::one(1, "", Reason::NotA { expected: "a sheet with a line of column names" }));
    };
    let columns = Columns::find(&header, options.effective_on.is_some())?;
    let mut found: BTreeMap<SetKey, Found> = BTreeMap::new();
    let mut strays = Vec::new();
    for line in lines {
        match columns.key(&line) {
            Some(key) => found.entry(key).or_insert_with(|| Found::at(line.number)).add(&columns, &line),
            None => keep(&mut strays, vec![line.finding(Column::Pwsid, Reason::Missing)]),
        }
    }
    let sets = found.into_iter().map(|(key, found)| {
        let set = found.finish(&key, options);
        (key, set)
    });
    Ok(RateSheet { sets: sets.collect(), strays })
}

impl SheetOptions {
    /// The rules by which the tables of Duke University were priced.
    #[must_use]
    pub fn citing(ordinance: &str) -> SheetOptions {
        let (basis, rounding) = (Basis::BillDate, Rounding::HalfEven);
        SheetOptions { ordinance: ordinance.to_owned(), basis, rounding, effective_on: None }
    }
}

impl RateSheet {
    /// The rates of a utility, service and category.
    #[must_use]
    pub fn set(&self, key: &SetKey) -> Option<&RateSet> {
        self.sets.get(key)
    }

    /// Every set, by key.
    pub fn sets(&self) -> impl Iterator<Item = (&SetKey, &RateSet)> {
        self.sets.iter()
    }
}

/// A set while its rows are read.
struct Found {
    line: usize,
    rows: Vec<Row>,
    findings: Vec<Finding>,
}

impl Found {
    fn at(line: usize) -> Found {
        Found { line, rows: Vec::new(), findings: Vec::new() }
    }

    fn add(&mut self, columns: &Columns, line: &line::Line<'_>) {
        if self.rows.len() == ROWS_MAX {
            let reason = Reason::TooLong { what: "the rate set", max: "200 rows" };
            keep(&mut self.findings, vec![line.finding(Column::RateType, reason)]);
            return;
        }
        match row::read(columns, line) {
            Ok(row) => self.rows.push(row),
            Err(findings) => keep(&mut self.findings, findings),
        }
    }

    fn finish(self, key: &SetKey, options: &SheetOptions) -> RateSet {
        let Found { line, rows, findings } = self;
        if !findings.is_empty() {
            return RateSet { line, schedule: Err(TextRefused::new(findings)), doubts: Vec::new() };
        }
        let doubts = doubt::find(&rows);
        RateSet { line, schedule: build::schedule(key, &rows, options), doubts }
    }
}

fn keep(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    let room = FINDINGS_MAX.saturating_sub(findings.len());
    findings.extend(more.into_iter().take(room));
}
