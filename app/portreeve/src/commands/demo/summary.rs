//! What the billed year of the demo came to, read from the database; and its journals as files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufWriter;
use std::path::PathBuf;

use billing::{BillCount, BillRun, Register};
use chrono::NaiveDate;
use db::Db;
use finance::Form;
use kernel::Cents;

use super::papers::proving;
use crate::commands::Ended;

/// The kind of a ledger account that takes in what is earned.
const REVENUE: &str = "revenue";

/// What is counted over all runs.
#[derive(Default)]
pub struct Sums {
    runs: i64,
    off_cycle: i64,
    bills: BTreeMap<BillCount, i64>,
    total: Cents,
    decided: BTreeMap<(&'static str, &'static str, String), i64>,
}

impl Sums {
    /// Adds a run by its register.
    pub fn add(&mut self, run: &BillRun, register: &Register) {
        self.runs += 1;
        self.off_cycle += i64::from(run.of_run.is_some());
        for kind in BillCount::ALL {
            *self.bills.entry(kind).or_default() += register.counts.of(kind);
        }
        self.total += register.total;
        for line in &register.exceptions {
            let by = if line.rule.is_empty() { "one by one".to_owned() } else { format!("rule {}", line.rule) };
            *self.decided.entry((line.code.code(), line.state.code(), by)).or_default() += line.count;
        }
    }
}

/// The summary of a year that was billed up to a day, the same whenever it is read.
pub async fn summary(db: &Db, as_of: NaiveDate, sums: Sums) -> Result<String, Ended> {
    let proof = proving(db.read().await?);
    let coverage = billing::coverage(&mut db.read().await?, as_of).await?;
    let proof = proof.end().await?;
    let mut text = String::new();
    let _ = writeln!(text, "Bill runs   {}, {} of them for held and corrected bills", sums.runs, sums.off_cycle);
    let _ = writeln!(text, "\nBills");
    for (kind, count) in sums.bills.iter().filter(|(_, count)| **count != 0) {
        let _ = writeln!(text, "  {:<24}{count:>12}", kind.word());
    }
    let _ = writeln!(text, "  {:<24}{:>12}", "charged", sums.total.dollars());
    let _ = writeln!(text, "\nRevenue by fund");
    let mut revenue: BTreeMap<&str, Cents> = BTreeMap::new();
    for line in proof.trial_balance.iter().filter(|line| line.kind == REVENUE) {
        *revenue.entry(&line.fund).or_default() += -line.balance_cents;
    }
    for fund in &proof.funds {
        let Some(cents) = revenue.get(fund.fund.as_str()).filter(|cents| !cents.is_zero()) else { continue };
        let _ = writeln!(text, "  {:<6}{:<34}{:>16}", fund.fund, fund.name, cents.dollars());
    }
    let _ = writeln!(text, "\nExceptions");
    for ((code, state, by), count) in &sums.decided {
        let _ = writeln!(text, "  {code:<20}{state:<10}{count:>8}   {by}");
    }
    let billing::Coverage { services, days, billed_days, by_reason, findings, .. } = coverage;
    let _ = writeln!(text, "\nCompleteness   {services} services, {days} days to bill, {billed_days} billed once");
    for (reason, count) in by_reason {
        let reason = serde_json::to_value(reason).map_err(|error| Ended::Fault(error.to_string()))?;
        let _ = writeln!(text, "  listed, {:<20}{count:>8}", reason.as_str().unwrap_or_default());
    }
    let found = if findings.is_empty() { "none".to_owned() } else { findings.len().to_string() };
    let _ = writeln!(text, "Findings   {found}");
    let proved = if proof.is_proved { "proved" } else { "NOT PROVED: see `portreeve ledger prove`" };
    let _ = writeln!(text, "Books   {} journals, {} postings: {proved}", proof.journals, proof.postings);
    Ok(text)
}

/// Writes the journals for two programs.
pub async fn write_journals(db: Db, folder: PathBuf) -> Result<(), Ended> {
    let failed = |error: std::io::Error| Ended::Fault(format!("writing the journals: {error}"));
    let gl = folder.join("gl");
    std::fs::create_dir_all(&gl).map_err(failed)?;
    let sink = |name: &str| std::fs::File::create(gl.join(name)).map(BufWriter::new).map_err(failed);
    let (mut journal, mut lines) = (sink("books.journal")?, sink("books.csv")?);
    finance::export(&db, &mut [(Form::Hledger, &mut journal), (Form::Csv, &mut lines)]).await?;
    Ok(())
}
