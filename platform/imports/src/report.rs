//! `ImportReport`: what became of the records of a file.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many records came in, and how many could not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// On record now.
    pub new: i64,
    /// By which something on record changed.
    pub changed: i64,
    /// On record already, just so.
    pub unchanged: i64,
    /// Rejected, each kept with line, field and rule.
    pub rejected: i64,
}

impl ImportReport {
    /// Adds what became of other records.
    pub fn add(&mut self, other: ImportReport) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportReport { new, changed, unchanged, rejected } = self;
        let all = new + changed + unchanged + rejected;
        write!(f, "{all} records: {new} new, {changed} changed, {unchanged} unchanged, {rejected} rejected")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_adds_up_and_reads_aloud() {
        let mut report = ImportReport { new: 1, changed: 2, unchanged: 3, rejected: 4 };
        report.add(ImportReport { new: 10, changed: 20, unchanged: 30, rejected: 40 });
        assert_eq!(report.to_string(), "110 records: 11 new, 22 changed, 33 unchanged, 44 rejected");
    }
}
