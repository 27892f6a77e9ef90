//! What was posted, summed by day: trial balances, ledger accounts and the proof of a day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{Cents, FundId, LedgerAccountId, Month};
use ledger::{Chart, JournalKind};

use crate::{books, store};

/// What moved on one day between two ledger accounts of a fund, in journals of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySum {
    /// The day of the books.
    pub gl_on: NaiveDate,
    /// The fund.
    pub fund: FundId,
    /// The ledger account debited.
    pub debit: LedgerAccountId,
    /// The ledger account credited.
    pub credit: LedgerAccountId,
    /// What kind of journals moved it.
    pub kind: JournalKind,
    /// Whether it belongs to customers; otherwise to the city itself.
    pub is_customers: bool,
    /// How many postings.
    pub postings: i64,
    /// How much.
    pub cents: Cents,
}

/// How many journals of a kind were posted on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalCount {
    /// The day of the books.
    pub gl_on: NaiveDate,
    /// The kind.
    pub kind: JournalKind,
    /// How many.
    pub journals: i64,
}

/// One ledger account of a fund over some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// The balance before the days; debits are positive.
    pub before: Cents,
    /// Debits within the days.
    pub debit: Cents,
    /// Credits within the days.
    pub credit: Cents,
    /// Postings within the days; one that stands on both sides counts for each.
    pub postings: i64,
    /// What the balance after the days is made of: the part that is customers'.
    pub customers: Cents,
}

impl Turnover {
    /// The balance after the days.
    #[must_use]
    pub fn after(&self) -> Cents {
        self.before + self.debit - self.credit
    }
}

/// The trial balance over some days, by fund and ledger account.
#[derive(Clone, Debug)]
pub struct TrialBalance {
    /// The chart it stands on.
    pub chart: Chart,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub through_on: NaiveDate,
    /// Every place that anything was ever posted in, through the last day.
    pub places: BTreeMap<(FundId, LedgerAccountId), Turnover>,
}

impl TrialBalance {
    /// One place; nothing where nothing was posted.
    #[must_use]
    pub fn place(&self, fund: FundId, side: LedgerAccountId) -> Turnover {
        self.places.get(&(fund, side)).copied().unwrap_or_default()
    }

    /// A fund as a whole.
    #[must_use]
    pub fn fund(&self, fund: FundId) -> Turnover {
        let of_fund = self.places.iter().filter(|((id, _), _)| *id == fund);
        of_fund.fold(Turnover::default(), |sum, (_, one)| Turnover {
            before: sum.before + one.before,
            debit: sum.debit + one.debit,
            credit: sum.credit + one.credit,
            postings: sum.postings + one.postings,
            customers: sum.customers + one.customers,
        })
    }
}

/// The trial balance of some days of the books, the last of them included.
pub async fn trial_balance(
    read: &mut Read,
    (from_on, through_on): (NaiveDate, NaiveDate),
) -> Result<TrialBalance, Fault> {
    let chart = books::chart(read).await?;
    let mut places: BTreeMap<(FundId, LedgerAccountId), Turnover> = BTreeMap::new();
    if let Some(day_before) = from_on.pred_opt() {
        for sum in store::sums_through(read, day_before).await? {
            for (side, cents) in [(sum.debit, sum.cents), (sum.credit, -sum.cents)] {
                let place = places.entry((sum.fund, side)).or_default();
                place.before += cents;
                if sum.is_customers {
                    place.customers += cents;
                }
            }
        }
    }
    for sum in store::day_sums(read, (from_on, through_on)).await? {
        for (side, is_debit) in [(sum.debit, true), (sum.credit, false)] {
            let place = places.entry((sum.fund, side)).or_default();
            let cents = if is_debit { sum.cents } else { -sum.cents };
            if is_debit {
                place.debit += sum.cents;
            } else {
                place.credit += sum.cents;
            }
            place.postings += sum.postings;
            if sum.is_customers {
                place.customers += cents;
            }
        }
    }
    Ok(TrialBalance { chart, from_on, through_on, places })
}

/// What moved on each day of some days in one ledger account of a fund; the last day is included.
pub async fn ledger_account_days(
    read: &mut Read,
    place: (FundId, LedgerAccountId),
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<DaySum>, Fault> {
    store::day_sums_of(read, place, days).await
}

/// What moved on each day of some days in all funds; the last day is included.
pub async fn sums_between(read: &mut Read, days: (NaiveDate, NaiveDate)) -> Result<Vec<DaySum>, Fault> {
    store::day_sums(read, days).await
}

/// How many journals there are by day and kind, for some days; the last of them is included.
pub async fn journal_counts(read: &mut Read, days: (NaiveDate, NaiveDate)) -> Result<Vec<JournalCount>, Fault> {
    store::journal_counts(read, days).await
}

/// The first and the last day anything was posted on; `None` when nothing was.
pub async fn first_and_last_day(read: &mut Read) -> Result<Option<(NaiveDate, NaiveDate)>, Fault> {
    store::first_and_last(read).await
}

/// A month of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BooksMonth {
    /// Which.
    pub month: Month,
    /// Whether nothing more is posted into it.
    pub is_locked: bool,
    /// How many journals.
    pub journals: i64,
    /// How many postings.
    pub postings: i64,
    /// What they move: all debits, which are all credits.
    pub cents: Cents,
}

/// Every month that was posted in or locked, the oldest first.
pub async fn months(read: &mut Read) -> Result<Vec<BooksMonth>, Fault> {
    let mut all: BTreeMap<NaiveDate, BooksMonth> = BTreeMap::new();
    let empty = |month: Month| BooksMonth { month, is_locked: false, journals: 0, postings: 0, cents: Cents::ZERO };
    for (month_on, is_locked) in store::months(read).await? {
        all.insert(month_on, BooksMonth { is_locked, ..empty(Month::of(month_on)) });
    }
    if let Some(days) = store::first_and_last(read).await? {
        for count in store::journal_counts(read, days).await? {
            let month = Month::of(count.gl_on);
            all.entry(month.first_on()).or_insert_with(|| empty(month)).journals += count.journals;
        }
        for sum in store::day_sums(read, days).await? {
            let month = Month::of(sum.gl_on);
            let kept = all.entry(month.first_on()).or_insert_with(|| empty(month));
            kept.postings += sum.postings;
            kept.cents += sum.cents;
        }
    }
    Ok(all.into_values().collect())
}

/// The most postings of a day that are added up while somebody waits.
pub const RECOUNTED: i64 = 400_000;

/// What holds of the books on the evening of a day.
#[derive(Clone, Debug)]
pub struct DayProof {
    /// The balances, with what moved on the day.
    pub balances: TrialBalance,
    /// The funds' shares in pooled cash together.
    pub pooled: Cents,
    /// Money that came in less money that went out: what payments and openings moved in pooled cash.
    pub tender: Cents,
    /// Clearing accounts with something left in them.
    pub clearing: Vec<(FundId, LedgerAccountId, Cents)>,
    /// Balances where the chart has no open ledger account.
    pub strays: Vec<(FundId, LedgerAccountId, Cents)>,
    /// Whether the day's postings, added up again one by one, are what was kept; `None` when there are too many.
    pub is_recounted: Option<bool>,
    /// How many postings the day has.
    pub postings: i64,
    /// How many journals the day has.
    pub journals: i64,
}

impl DayProof {
    /// Control accounts whose balance is not the sum of their customers: fund, ledger account, balance, customers.
    #[must_use]
    pub fn controls(&self) -> Vec<(FundId, LedgerAccountId, Cents, Cents)> {
        let chart = &self.balances.chart;
        let controls = chart.opened().filter(|(_, side)| side.control.is_some());
        let line = |fund: FundId, side: LedgerAccountId| {
            let place = self.balances.place(fund, side);
            (fund, side, place.after(), place.customers)
        };
        controls.map(|(fund, side)| line(fund.id, side.id)).collect()
    }

    /// Whether everything that was looked at holds. Something left in clearing is no fault of the books.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        let funds_balance = self.balances.chart.funds().all(|fund| self.balances.fund(fund.id).after().is_zero());
        let controls_agree = self.controls().iter().all(|(_, _, control, customers)| control == customers);
        let is_recounted = self.is_recounted.unwrap_or(true);
        funds_balance && controls_agree && self.pooled == self.tender && self.strays.is_empty() && is_recounted
    }
}

/// Proves the books as of the evening of a day, from the sums, and the day's sums from its postings.
pub async fn prove_day(read: &mut Read, on: NaiveDate) -> Result<DayProof, Fault> {
    let balances = trial_balance(read, (on, on)).await?;
    let chart = &balances.chart;
    let is_pooled = |side: LedgerAccountId| chart.ledger_account(side).is_some_and(|side| side.is_pooled_cash);
    let mut tender = Cents::ZERO;
    for sum in store::sums_through(read, on).await? {
        if matches!(sum.kind, JournalKind::Payment | JournalKind::Opening) {
            tender += if is_pooled(sum.debit) { sum.cents } else { Cents::ZERO };
            tender += if is_pooled(sum.credit) { -sum.cents } else { Cents::ZERO };
        }
    }
    let (mut pooled, mut clearing, mut strays) = (Cents::ZERO, Vec::new(), Vec::new());
    for ((fund, side), place) in &balances.places {
        let balance = place.after();
        if is_pooled(*side) {
            pooled += balance;
        }
        if !balance.is_zero() && chart.ledger_account(*side).is_some_and(|side| side.is_clearing) {
            clearing.push((*fund, *side, balance));
        }
        if !balance.is_zero() && !chart.is_open(*fund, *side) {
            strays.push((*fund, *side, balance));
        }
    }
    let kept = store::day_sums(read, (on, on)).await?;
    let postings = kept.iter().map(|sum| sum.postings).sum();
    let is_recounted = match postings {
        ..=RECOUNTED => Some(by_place(&store::recount_day(read, on).await?) == by_place(&kept)),
        _ => None,
    };
    let journals = store::journal_counts(read, (on, on)).await?.iter().map(|count| count.journals).sum();
    Ok(DayProof { pooled, tender, clearing, strays, is_recounted, postings, journals, balances })
}

type Place = (FundId, LedgerAccountId, LedgerAccountId, JournalKind, bool);

fn by_place(sums: &[DaySum]) -> BTreeMap<Place, (i64, Cents)> {
    let place =
        |sum: &DaySum| ((sum.fund, sum.debit, sum.credit, sum.kind, sum.is_customers), (sum.postings, sum.cents));
    sums.iter().map(place).collect()
}
