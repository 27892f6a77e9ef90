//! The charges of a register, and the journal they make.

use std::collections::BTreeMap;

use kernel::{Cents, RateVersionId};
use ledger::Chart;
use revenue::RateBook;

use super::receivables::named;
use crate::store::RunTally;
use crate::tally::Spot;

/// Charges of one class under one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterLine {
    /// The service.
    pub service: String,
    /// The class.
    pub class: String,
    /// The schedule with the first day of its version.
    pub schedule: String,
    /// The revenue code.
    pub revenue: String,
    /// The code of the fund.
    pub fund: String,
    /// The code and name of the ledger account debited; empty where nothing could be priced.
    pub debit: String,
    /// How many services.
    pub count: i64,
    /// What they are charged.
    pub charged: Cents,
    /// Whether the city bears it, so that it is not part of the bills.
    pub is_borne: bool,
}

/// A line of the journal to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalLine {
    /// The code of the fund.
    pub fund: String,
    /// The code and name of the ledger account debited.
    pub debit: String,
    /// The code and name of the ledger account credited.
    pub credit: String,
    /// The revenue code it is for.
    pub revenue: String,
    /// How much.
    pub cents: Cents,
}

/// Service, class, version, revenue code and place.
type ChargeKey<'a> = (&'a str, &'a str, i64, &'a str, Option<Spot>);

/// Charges by service, class, version, revenue code and place; those that differ in the unit of use are one.
pub(crate) fn charges_of(book: &RateBook, chart: &Chart, rows: &[RunTally]) -> Vec<RegisterLine> {
    let mut sums: BTreeMap<ChargeKey<'_>, (i64, Cents)> = BTreeMap::new();
    for row in rows {
        let key = (row.service.as_str(), row.class.as_str(), row.rate_version_id, row.revenue_code.as_str(), row.spot);
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 + row.item_count, sum.1 + Cents(row.cents));
    }
    let line = |((service, class, version, revenue, spot), (count, charged)): (_, _)| {
        let (service, class, revenue): (&str, &str, &str) = (service, class, revenue);
        let schedule = book.version(RateVersionId(version)).and_then(|version| {
            let effective_on = version.version()?.effective_on;
            Some(format!("{} {effective_on}", version.schedule.code))
        });
        let spot = place_of(book, revenue, spot);
        let fund = spot.and_then(|spot| chart.fund(spot.fund));
        RegisterLine {
            service: service.to_owned(),
            class: class.to_owned(),
            schedule: schedule.unwrap_or_default(),
            revenue: revenue.to_owned(),
            fund: fund.map_or_else(String::new, |fund| fund.code.clone()),
            debit: spot.map_or_else(String::new, |spot| named(chart, spot.debit)),
            count,
            charged,
            is_borne: spot.is_some_and(|spot| spot.is_borne),
        }
    };
    sums.into_iter().map(line).collect()
}

/// What will be posted, by revenue code and place.
pub(super) fn journal_of(book: &RateBook, chart: &Chart, rows: &[RunTally]) -> Vec<JournalLine> {
    let mut by_line: BTreeMap<(&str, Spot), Cents> = BTreeMap::new();
    for row in rows {
        if let Some(spot) = place_of(book, &row.revenue_code, row.spot) {
            *by_line.entry((&row.revenue_code, spot)).or_default() += Cents(row.cents);
        }
    }
    let line = |((revenue, spot), cents): ((&str, Spot), Cents)| {
        let fund = chart.fund(spot.fund).map_or_else(String::new, |fund| fund.code.clone());
        let (debit, credit) = (named(chart, spot.debit), named(chart, spot.credit));
        JournalLine { fund, debit, credit, revenue: revenue.to_owned(), cents }
    };
    by_line.into_iter().filter(|(_, cents)| !cents.is_zero()).map(line).collect()
}

/// What will be posted for bills that are taken back: the same with the sides swapped.
pub(super) fn reversals_of(book: &RateBook, chart: &Chart, rows: &[RunTally]) -> Vec<JournalLine> {
    let mut lines = journal_of(book, chart, rows);
    lines.iter_mut().for_each(|line| std::mem::swap(&mut line.debit, &mut line.credit));
    lines
}

/// Where a tallied charge goes; what was tallied before places were kept goes where its code does.
fn place_of(book: &RateBook, code: &str, spot: Option<Spot>) -> Option<Spot> {
    spot.or_else(|| {
        let line = book.line(code)?;
        Some(Spot { fund: line.fund, debit: line.receivable, credit: line.revenue, is_borne: false })
    })
}
