//! `what_if`: what recorded use would have cost under rates that nobody has adopted.

mod effect;
mod print;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use acts::Progress;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, Cents, CycleId, Month, Period, Refusal};
use metering::{Consumption, consumption_between};
use rates::tools::{AccountKind, CustomerKind, LintFacts, Uses};
use rates::{RateError, Schedule, Version};
use revenue::{RateBook, RateProfile};

pub use effect::{Change, Effect, Increase, WhatIfReport};

use crate::gather::is_unmeasured;
use crate::inputs::{Facts, Inputs, match_consumption};
use crate::particulars::Holdings;
use crate::pricing::{Given, parts_of, plan_of, quantity_of};
use crate::{Agreement, BillRun, CHUNK_ACCOUNTS, Exception, ExceptionCode, RunKind, store};
use effect::Sums;

/// What is asked.
#[derive(Clone, Debug)]
pub struct WhatIf<'a> {
    /// The schedule that the version is for.
    pub schedule: &'a Schedule,
    /// The version that would have held.
    pub version: &'a Version,
    /// The version it is compared with, as if that held on every day; nothing for the rates in force on each day.
    pub before: Option<&'a Version>,
    /// The months whose use is priced, first and last; otherwise the last twelve in which anything was read.
    pub months: Option<(Month, Month)>,
    /// How many accounts are priced at a time; nothing for the usual number.
    pub chunk_accounts: Option<i64>,
    /// About how many accounts are looked at, in pieces spread evenly over the town; nothing for all.
    pub sample: Option<i64>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfRefused {
    /// The version contradicts itself.
    #[error("version {effective_on}: {flaw}")]
    Version {
        /// The version.
        effective_on: NaiveDate,
        /// What is wrong.
        flaw: RateError,
    },
    /// The last month comes before the first.
    #[error("{to} comes before {from}")]
    NoMonth {
        /// The first month.
        from: Month,
        /// The last month.
        to: Month,
    },
    /// Nothing was read, ever.
    #[error("nothing was ever read; name the months")]
    NothingRead,
    /// No agreement with a schedule of that code, or nothing was read for any.
    #[error("nothing that a schedule '{schedule}' prices was used in these months")]
    NothingUsed {
        /// The code.
        schedule: String,
    },
}

impl Refusal for WhatIfRefused {
    fn code(&self) -> &'static str {
        match self {
            WhatIfRefused::Version { .. } => "rates_inconsistent",
            WhatIfRefused::NoMonth { .. } => "no_month",
            WhatIfRefused::NothingRead => "nothing_read",
            WhatIfRefused::NothingUsed { .. } => "nothing_used",
        }
    }
}

/// Accounts in a piece of a sample.
const SAMPLE_PIECE: i64 = 100;
/// Months in a year.
const YEAR: usize = 12;
/// A billion dollars: larger bills are slips, and below it no sum of a town leaves the range of `Cents`.
const BILL_MAX: Cents = Cents(100_000_000_000);

/// The profiles of the agreements that a schedule prices on a day or later, each with their number.
pub async fn profiles_in_use(read: &mut Read, schedule: &str, on: NaiveDate) -> Result<Vec<(RateProfile, u64)>, Fault> {
    let book = RateBook::load(read).await?;
    let counts = store::profile_counts(read, schedule, on).await?;
    let known = |(id, count)| Some((book.profile(id)?.clone(), u64::try_from(count).unwrap_or(0)));
    Ok(counts.into_iter().filter_map(known).collect())
}

/// What linting a schedule for the accounts, meters and rates of the town needs to know.
pub async fn lint_facts(read: &mut Read, schedule: &Schedule, on: NaiveDate) -> Result<LintFacts, Fault> {
    let in_use = profiles_in_use(read, &schedule.code, on).await?;
    let kind = |(profile, accounts): (RateProfile, u64)| {
        let RateProfile { class, dimensions } = profile;
        AccountKind { kind: CustomerKind { class, dimensions: dimensions.into_iter().collect() }, accounts }
    };
    let first = schedule.versions.first().map(|version| version.effective_on);
    let book = RateBook::load(read).await?;
    let standing = book.standing_versions(&schedule.code);
    let before = standing.filter(|version| first.is_some_and(|first| version.effective_on < first)).last().cloned();
    Ok(LintFacts {
        accounts: in_use.into_iter().map(kind).collect(),
        meter_units: metering::units_in_use(read).await?,
        before,
        uses: Uses::default(),
    })
}

/// Prices what was used in some months under the rates in force then and under a version that would have held.
///
/// Accounts are taken in chunks, so memory does not grow with the town; `told` hears how far the work is.
pub async fn what_if(
    read: &mut Read,
    asked: &WhatIf<'_>,
    told: &(dyn Fn(Progress) + Sync),
) -> Result<Result<WhatIfReport, WhatIfRefused>, Fault> {
    let months = match months(read, asked.months).await? {
        Ok(months) => months,
        Err(refused) => return Ok(Err(refused)),
    };
    let book = RateBook::load(read).await?;
    let proposed = match book.proposing(asked.schedule, asked.version) {
        Ok(proposed) => proposed,
        Err(flaw) => return Ok(Err(WhatIfRefused::Version { effective_on: asked.version.effective_on, flaw })),
    };
    let now = match asked.before.map(|before| (before, book.proposing(asked.schedule, before))) {
        Some((_, Ok(now))) => Arc::new(now),
        Some((before, Err(flaw))) => {
            return Ok(Err(WhatIfRefused::Version { effective_on: before.effective_on, flaw }));
        }
        None => book.clone(),
    };
    let (first, last) = (months[0], months[months.len() - 1]);
    let whole = Period::new(first.first_on(), last.next().first_on()).unwrap_or(first.period());
    let runs = runs(read, &months).await?;
    let books = Books { now: &now, proposed: &proposed, schedule: &asked.schedule.code };
    let size = match asked.sample {
        Some(_) => SAMPLE_PIECE,
        None => asked.chunk_accounts.unwrap_or(CHUNK_ACCOUNTS),
    };
    let mut chunks = store::account_chunks(read, None, whole, size).await?;
    let number = |chunks: &Vec<_>| i64::try_from(chunks.len()).unwrap_or(i64::MAX);
    let all = number(&chunks);
    if let Some(sample) = asked.sample {
        chunks = spread(chunks, usize::try_from((sample / SAMPLE_PIECE).max(1)).unwrap_or(usize::MAX));
    }
    let count = number(&chunks);
    let mut report = WhatIfReport::new(asked, &months);
    report.pieces = (count, all);
    for (done, chunk) in (0_i64..).zip(chunks) {
        told(Progress { chunks: count, done, refused: 0 });
        let mut sums = Sums::default();
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        for of_month in runs.chunk_by(|one, next| one.period == next.period) {
            books.price_month(read, (range, of_month), &mut sums).await?;
        }
        report.add(sums);
    }
    if report.is_about_nobody() {
        let schedule = asked.schedule.code.clone();
        return Ok(Err(WhatIfRefused::NothingUsed { schedule }));
    }
    report.finish(read).await?;
    Ok(Ok(report))
}

/// So many of a list, at even distances.
fn spread<T>(all: Vec<T>, wanted: usize) -> Vec<T> {
    let (count, wanted) = (all.len(), wanted.max(1));
    if count <= wanted {
        return all;
    }
    let is_taken = |at: usize| (at * wanted) / count != ((at + 1) * wanted) / count;
    all.into_iter().enumerate().filter(|(at, _)| is_taken(*at)).map(|(_, one)| one).collect()
}

/// The months asked for, or the last twelve in which a period that was read begins.
async fn months(read: &mut Read, asked: Option<(Month, Month)>) -> Result<Result<Vec<Month>, WhatIfRefused>, Fault> {
    if let Some((from, to)) = asked {
        let months: Vec<Month> =
            std::iter::successors(Some(from), |month| Some(month.next())).take_while(|month| *month <= to).collect();
        return Ok(if months.is_empty() { Err(WhatIfRefused::NoMonth { from, to }) } else { Ok(months) });
    }
    let mut months: Vec<Month> = metering::period_starts(read).await?.into_iter().map(Month::of).collect();
    months.dedup();
    months.drain(..months.len().saturating_sub(YEAR));
    Ok(if months.is_empty() { Err(WhatIfRefused::NothingRead) } else { Ok(months) })
}

/// A run for every month and cycle: the one there was, or one that would have billed on the day after the month.
async fn runs(read: &mut Read, months: &[Month]) -> Result<Vec<BillRun>, Fault> {
    let cycles = store::cycles(read).await?;
    let mut runs = Vec::with_capacity(months.len() * cycles.len());
    for month in months {
        let there = store::runs_of_month(read, month.period()).await?;
        for cycle in &cycles {
            let run = there.iter().rfind(|run| run.cycle == cycle.id && run.period == month.period()).cloned();
            runs.push(run.unwrap_or_else(|| never_run(cycle.id, month.period())));
        }
    }
    Ok(runs)
}

/// A run that was never made: what would be billed for a period on the day after it.
pub(crate) fn never_run(cycle: CycleId, period: Period) -> BillRun {
    BillRun {
        id: 0.into(),
        number: 0,
        cycle,
        period,
        kind: RunKind::Regular,
        of_run: None,
        bill_on: period.to(),
        price_on: period.to(),
        due_on: period.to(),
        gl_on: period.to(),
        prepared_by: 0.into(),
        prepare_order: 0.into(),
        trial_order: None,
        post_order: None,
        cancel_order: None,
        cancelled: None,
        issued: None,
        is_signed: false,
    }
}

/// The rates in force and the rates proposed, for the agreements of one schedule.
struct Books<'a> {
    now: &'a RateBook,
    proposed: &'a RateBook,
    schedule: &'a str,
}

impl Books<'_> {
    /// Prices a month of some accounts; `runs` are those of its cycles.
    async fn price_month(
        &self,
        read: &mut Read,
        (range, runs): ((AccountId, AccountId), &[BillRun]),
        sums: &mut Sums,
    ) -> Result<(), Fault> {
        let Some(first) = runs.first() else { return Ok(()) };
        let used = consumption_between(read, range, first.period).await?;
        let mut holdings: BTreeMap<NaiveDate, Holdings> = BTreeMap::new();
        for run in runs {
            let mut agreements = store::agreements_between(read, run.cycle, range, run.period).await?;
            agreements.retain(|agreement| agreement.schedule == self.schedule);
            if agreements.is_empty() {
                continue;
            }
            let held = match holdings.entry(run.bill_on) {
                Entry::Occupied(held) => held.into_mut(),
                Entry::Vacant(place) => place.insert(store::holdings(read, range, run.bill_on).await?),
            };
            let borrowed: Vec<&Agreement> = agreements.iter().collect();
            let matched = match_consumption(&borrowed, &used);
            for (agreement, used) in agreements.iter().zip(matched) {
                self.price_one((agreement, used), (run, held), sums);
            }
        }
        Ok(())
    }

    /// What was read is priced, and what costs the same whatever is used.
    fn price_one(
        &self,
        (agreement, used): (&Agreement, Option<&Consumption>),
        (run, holdings): (&BillRun, &Holdings),
        sums: &mut Sums,
    ) {
        if used.is_none() && !is_unmeasured(self.now, (run.period, run.bill_on), agreement) {
            return;
        }
        let priced = |book: &RateBook| -> Option<Result<Cents, Exception>> {
            let item = Inputs::gather(agreement, used, &Facts { run, book, holdings })?;
            Some(total(book, run.bill_on, &item))
        };
        let (Some(before), Some(after)) = (priced(self.now), priced(self.proposed)) else { return };
        let class = self.now.profile(agreement.profile).map_or("", |profile| profile.class.as_str());
        sums.add((agreement.account, class), before, after);
    }
}

/// What a service costs on its own, without a look at the books.
fn total(book: &RateBook, bill_on: NaiveDate, item: &Inputs) -> Result<Cents, Exception> {
    if item.particulars.is_none() {
        let plan = plan_of(book, bill_on, item, item.version)?;
        if plan.plan.normal_days().is_none() {
            let price = plan.plan.price(quantity_of(plan, item)?);
            return within_reason(price.map_err(|refused| not_priceable(refused.to_string()))?.total);
        }
    }
    let given = Given::of(item);
    let mut total = Cents::ZERO;
    for part in parts_of(book, bill_on, item)? {
        let price = part.plan.plan.price_for(&part.inputs(&given));
        let price = price.map_err(|refused| not_priceable(refused.to_string()))?;
        total = within_reason(total + within_reason(price.total)?)?;
    }
    Ok(total)
}

/// A slip in a price must not spoil the sums.
fn within_reason(total: Cents) -> Result<Cents, Exception> {
    if BILL_MAX < total.abs() {
        return Err(not_priceable(format!("bills of more than {} are left out", BILL_MAX.dollars())));
    }
    Ok(total)
}

fn not_priceable(detail: String) -> Exception {
    Exception { code: ExceptionCode::NotPriceable, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_evenly() {
        // pieces | wanted | taken
        let rows: [(usize, usize, &[usize]); 4] =
            [(10, 2, &[4, 9]), (10, 5, &[1, 3, 5, 7, 9]), (3, 5, &[0, 1, 2]), (7, 3, &[2, 4, 6])];
        for (pieces, wanted, taken) in rows {
            assert_eq!(spread((0..pieces).collect(), wanted), taken, "{wanted} of {pieces}");
        }
    }
}
