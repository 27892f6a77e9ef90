//! The register of a run: what an analyst checks and someone else signs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Cents, Digest, Period, Quantity, RateVersionId, Unit};
use revenue::RateBook;

use crate::acts::trial_of;
use crate::pricing::price;
use crate::store::{self, RunTally};
use crate::tally::{Spot, Tallies};
use crate::{BillRun, ExceptionCode, Limits};

/// The register of a run.
#[derive(Clone, Debug)]
pub struct Register {
    /// The number of the run, which is the register's number.
    pub number: i64,
    /// The code of the cycle.
    pub cycle: String,
    /// The days billed.
    pub period: Period,
    /// The date on the bills.
    pub bill_on: NaiveDate,
    /// When they are due.
    pub due_on: NaiveDate,
    /// Bills with something owed.
    pub regular: i64,
    /// Bills that come to nothing.
    pub zero: i64,
    /// Bills that owe the customer.
    pub credit: i64,
    /// Bills that stay back.
    pub held: i64,
    /// What the bills that go out come to.
    pub total: Cents,
    /// Charges of the bills that go out.
    pub charges: Vec<RegisterLine>,
    /// What will be posted: (fund, debit, credit) ids to the sum.
    pub journal: Vec<JournalLine>,
    /// Exceptions by code and state.
    pub exceptions: BTreeMap<(ExceptionCode, &'static str), i64>,
    /// The digest over all items, in order.
    pub items: Digest,
}

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
    /// How many services.
    pub count: i64,
    /// Consumption, in its unit.
    pub consumption: String,
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
    /// How much.
    pub cents: Cents,
}

impl Register {
    /// The fingerprint of the register's text.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.body().as_bytes())
    }

    /// The register as it is read, ending with its hash.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}Hash of this register {}\n", self.body(), self.digest())
    }

    fn body(&self) -> String {
        let mut text = String::new();
        let last_on = self.period.to().pred_opt().unwrap_or(self.period.to());
        let lines = [
            format!("BILLING REGISTER {}", self.number),
            format!("Cycle {}   service {} to {last_on}", self.cycle, self.period.from()),
            format!("Bill date {}   due date {}", self.bill_on, self.due_on),
            String::new(),
            format!(
                "Bills   regular {:>9}   zero {:>9}   credit {:>9}   held {:>9}",
                self.regular, self.zero, self.credit, self.held
            ),
            format!("Total charged {:>24}", self.total.dollars()),
            String::new(),
            format!(
                "{:<10}{:<20}{:<34}{:<20}{:<8}{:>9}{:>22}{:>18}",
                "Service", "Class", "Schedule", "Charge", "Fund", "Count", "Consumption", "Charged"
            ),
        ];
        for line in lines {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        for line in &self.charges {
            let RegisterLine { service, class, schedule, revenue, fund, count, consumption, charged, is_borne } = line;
            let (charged, mark) = (charged.dollars(), if *is_borne { " *" } else { "" });
            let _ = writeln!(
                text,
                "{service:<10}{class:<20}{schedule:<34}{revenue:<20}{fund:<8}{count:>9}{consumption:>22}{charged:>18}{mark}"
            );
        }
        if self.charges.iter().any(|line| line.is_borne) {
            let _ = writeln!(text, "* borne by the city: posted, and not part of the bills");
        }
        let _ = writeln!(text, "\nJournal to come");
        for JournalLine { fund, debit, credit, cents } in &self.journal {
            let _ = writeln!(text, "  {fund:<8}debit {debit:<32}credit {credit:<32}{:>18}", cents.dollars());
        }
        let _ = writeln!(text, "\nExceptions");
        for ((code, state), count) in &self.exceptions {
            let _ = writeln!(text, "  {:<18}{state:<10}{count:>9}", code.code());
        }
        let _ = writeln!(text, "\nDigest over all items {}", self.items);
        text
    }
}

/// The register of a tried run as it stands: what is held is left out of every sum.
pub async fn register(read: &mut Read, run: &BillRun) -> Result<Register, Fault> {
    let book = RateBook::load(read).await?;
    let (tried, items) = trial_of(read, run).await?;
    let held = store::held_accounts(read, run.id).await?;
    let mut sums = sums_of(store::tallies(read, run.id).await?);
    let kinds = take_out(read, run, &book, &held, &mut sums).await?;
    let cycles = store::cycles(read).await?;
    let cycle = cycles.into_iter().find(|cycle| cycle.id == run.cycle).map_or_else(String::new, |cycle| cycle.code);
    let held_count = i64::try_from(held.len()).map_err(|_| Fault::new("too many held bills"))?;
    let (zero, credit) = (tried.zero_bills - kinds.0, tried.credit_bills - kinds.1);
    let chart = finance::chart(read).await?;
    Ok(Register {
        number: run.number,
        cycle,
        period: run.period,
        bill_on: run.bill_on,
        due_on: run.due_on,
        regular: tried.bills - held_count - zero - credit,
        zero,
        credit,
        held: held_count,
        total: Cents(tried.total_cents) - held.values().copied().sum(),
        charges: charges_of(&book, &chart, &sums),
        journal: journal_of(&book, &chart, &sums),
        exceptions: store::exception_counts(read, run.id).await?,
        items,
    })
}

/// Service, class, version, revenue code, unit, where in the books; then count, steps, cents.
type Sums = BTreeMap<(String, String, i64, String, String, Option<Spot>), (i64, i64, i64)>;

fn sums_of(tallies: Vec<RunTally>) -> Sums {
    let sum = |row: RunTally| {
        let key = (row.service, row.class, row.rate_version_id, row.revenue_code, row.unit, row.spot);
        (key, (row.item_count, row.steps, row.cents))
    };
    tallies.into_iter().map(sum).collect()
}

/// Takes the held bills out of the sums; answers how many of them are zero and credit bills.
async fn take_out(
    read: &mut Read,
    run: &BillRun,
    book: &RateBook,
    held: &BTreeMap<AccountId, Cents>,
    sums: &mut Sums,
) -> Result<(i64, i64), Fault> {
    let mut tallies = Tallies::default();
    let mut kinds = (0, 0);
    for total in held.values() {
        kinds.0 += i64::from(total.is_zero());
        kinds.1 += i64::from(*total < Cents::ZERO);
    }
    let accounts: Vec<AccountId> = held.keys().copied().collect();
    for bill in store::items_of_bills(read, &accounts, run).await? {
        // What was frozen is what the tallies hold, whatever changed since.
        tallies.add(book, &bill, &price(book, &Limits::new(), &bill));
    }
    for (key, (count, steps, cents)) in sums_of(tallies.into_rows()) {
        let sum = sums.entry(key).or_default();
        *sum = (sum.0 - count, sum.1 - steps, sum.2 - cents);
    }
    sums.retain(|_, sum| *sum != (0, 0, 0));
    Ok(kinds)
}

fn charges_of(book: &RateBook, chart: &ledger::Chart, sums: &Sums) -> Vec<RegisterLine> {
    let mut lines = Vec::new();
    for ((service, class, version, revenue, unit, spot), (count, steps, cents)) in sums {
        let schedule = book.version(RateVersionId(*version)).and_then(|version| {
            let effective_on = version.version()?.effective_on;
            Some(format!("{} {effective_on}", version.schedule.code))
        });
        let consumption = match Unit::parse(unit) {
            Ok(unit) => format!("{} {}", Quantity { steps: *steps, unit }, unit.code()),
            Err(_) => String::new(),
        };
        let fund = place_of(book, revenue, *spot).and_then(|spot| chart.fund(spot.fund));
        lines.push(RegisterLine {
            service: service.clone(),
            class: class.clone(),
            schedule: schedule.unwrap_or_default(),
            revenue: revenue.clone(),
            fund: fund.map_or_else(String::new, |fund| fund.code.clone()),
            count: *count,
            consumption,
            charged: Cents(*cents),
            is_borne: spot.is_some_and(|spot| spot.is_borne),
        });
    }
    lines
}

fn journal_of(book: &RateBook, chart: &ledger::Chart, sums: &Sums) -> Vec<JournalLine> {
    let mut by_line: BTreeMap<(&str, Spot), Cents> = BTreeMap::new();
    for ((_, _, _, revenue, _, spot), (_, _, cents)) in sums {
        if let Some(spot) = place_of(book, revenue, *spot) {
            *by_line.entry((revenue, spot)).or_default() += Cents(*cents);
        }
    }
    let named = |id| {
        let account = chart.ledger_account(id);
        account.map_or_else(String::new, |account| format!("{} {}", account.code, account.name))
    };
    let line = |((_, spot), cents): ((&str, Spot), Cents)| {
        let fund = chart.fund(spot.fund).map_or_else(String::new, |fund| fund.code.clone());
        JournalLine { fund, debit: named(spot.debit), credit: named(spot.credit), cents }
    };
    by_line.into_iter().filter(|(_, cents)| !cents.is_zero()).map(line).collect()
}

/// Where a tallied charge goes; what was tallied before places were kept goes where its code does.
fn place_of(book: &RateBook, code: &str, spot: Option<Spot>) -> Option<Spot> {
    spot.or_else(|| {
        let line = book.line(code)?;
        Some(Spot { fund: line.fund, debit: line.receivable, credit: line.revenue, is_borne: false })
    })
}
