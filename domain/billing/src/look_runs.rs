//! A run as people look at it: where it stands, what its trial found, what it is compared with.

use std::collections::BTreeMap;

use acts::Progress;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, ActorId, Cents, OrderId, Period, Quantity, RateVersionId, Unit};
use revenue::RateBook;

use crate::acts::trial_of;
use crate::pricing::price;
use crate::run::{RunKind, RunProgress};
use crate::{BillRun, Limits, RunState, store};

/// What a run's trial comes to, held bills included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrialSum {
    /// Bills.
    pub bills: i64,
    /// Those that come to nothing.
    pub zero_bills: i64,
    /// What they come to.
    pub total: Cents,
    /// Bills of which something was corrected since *prepare*.
    pub refrozen: i64,
}

/// What the trial charged of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyLine {
    /// The service.
    pub service: String,
    /// The class.
    pub class: String,
    /// The code of the rate schedule; empty where nothing could be priced.
    pub schedule: String,
    /// The revenue code.
    pub revenue: String,
    /// The code of the fund.
    pub fund: String,
    /// Whether the city bears it, so that it is not part of the bills.
    pub is_borne: bool,
    /// How many services.
    pub count: i64,
    /// What was used, with the first line of each service.
    pub used: Option<Quantity>,
    /// What they are charged.
    pub cents: Cents,
}

/// The runs that a run is compared with.
#[derive(Clone, Debug, Default)]
pub struct Earlier {
    /// The one before it of the same cycle.
    pub last: Option<BillRun>,
    /// The one of the same cycle a year before.
    pub last_year: Option<BillRun>,
}

/// A line of a bill that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialLine {
    /// The service.
    pub service: String,
    /// The code of the rate schedule.
    pub schedule: String,
    /// The first day its rates hold.
    pub effective_on: Option<NaiveDate>,
    /// The title of the charge.
    pub charge: String,
    /// The days it is for.
    pub period: Period,
    /// How much was used.
    pub quantity: Option<Quantity>,
    /// The amount.
    pub cents: Cents,
    /// Whether the city bears it.
    pub is_borne: bool,
}

/// How far a run is, by the one order that decides it.
pub async fn run_state(read: &mut Read, run: &BillRun) -> Result<RunState, Fault> {
    Ok(run_states(read, std::slice::from_ref(run)).await?.remove(0))
}

/// How far several runs are, in the order given.
pub async fn run_states(read: &mut Read, runs: &[BillRun]) -> Result<Vec<RunState>, Fault> {
    let orders: Vec<OrderId> = runs.iter().filter_map(deciding_order).collect();
    let known = acts::progress_of(read, &orders).await?;
    let state = |run: &BillRun| {
        let progress = deciding_order(run).and_then(|order| known.get(&order)).copied().unwrap_or_default();
        run.state(&RunProgress { prepare: progress, trial: progress, post: progress, cancel: progress })
    };
    Ok(runs.iter().map(state).collect())
}

/// The order whose progress decides how far a run is.
fn deciding_order(run: &BillRun) -> Option<OrderId> {
    match (run.cancelled, run.post_order, run.is_signed) {
        (Some(_), _, _) => run.cancel_order,
        (None, Some(order), _) => Some(order),
        (None, None, true) => None,
        (None, None, false) => Some(run.trial_order.unwrap_or(run.prepare_order)),
    }
}

/// Who gave the trial of a run that stands.
pub async fn tried_by(read: &mut Read, run: &BillRun) -> Result<Option<ActorId>, Fault> {
    match run.trial_order {
        Some(order) => acts::order_given_by(read, order).await,
        None => Ok(None),
    }
}

/// Whether somebody prepared or tried a run, and so may not sign it: a trial freezes what was corrected anew, so whoever tried
/// the run has prepared it too.
pub async fn is_made_by(read: &mut Read, run: &BillRun, actor: ActorId) -> Result<bool, Fault> {
    Ok(run.prepared_by == actor || tried_by(read, run).await? == Some(actor))
}

/// The order of a run that is under way or was last, with how far it is.
pub async fn last_order(read: &mut Read, run: &BillRun) -> Result<(OrderId, Progress), Fault> {
    let order = run.cancel_order.or(run.post_order).or(run.trial_order).unwrap_or(run.prepare_order);
    Ok((order, acts::progress(read, order).await?))
}

/// What the trial of a run came to; `None` while there is none that is complete.
pub async fn trial_sum(read: &mut Read, run: &BillRun) -> Result<Option<TrialSum>, Fault> {
    let Some(order) = run.trial_order else { return Ok(None) };
    if !acts::progress(read, order).await?.is_complete() {
        return Ok(None);
    }
    let (tried, _) = trial_of(read, run).await?;
    Ok(Some(TrialSum {
        bills: tried.bills,
        zero_bills: tried.zero_bills,
        total: Cents(tried.total_cents),
        refrozen: tried.refrozen,
    }))
}

/// What the bills of a run came to so far, and how many there are: what *post* has written.
pub async fn posted_sum(read: &mut Read, run: &BillRun) -> Result<Option<(i64, Cents)>, Fault> {
    let Some(order) = run.post_order else { return Ok(None) };
    let (mut bills, mut total) = (0, Cents::ZERO);
    for chunk in acts::chunks(read, order).await?.iter().filter(|chunk| chunk.outcome.is_some()) {
        let posted: crate::acts::PostedChunk = crate::acts::read_outcome(chunk.outcome.as_deref())?;
        bills += posted.bills;
        total += Cents(posted.total_cents);
    }
    Ok(Some((bills, total)))
}

/// How many bills *prepare* has made so far.
pub async fn prepared_bills(read: &mut Read, run: &BillRun) -> Result<i64, Fault> {
    crate::acts::prepared_bills(read, run.prepare_order).await
}

/// What the trial charged by service, class, schedule, revenue code and fund; held bills are in it.
pub async fn tally_of(read: &mut Read, run: &BillRun) -> Result<Vec<TallyLine>, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let line = |row: store::RunTally| {
        let version = book.version(RateVersionId(row.rate_version_id));
        let fund = row.spot.and_then(|spot| chart.fund(spot.fund)).map(|fund| fund.code.clone());
        let used = Unit::parse(&row.unit).ok().map(|unit| Quantity { steps: row.steps, unit });
        TallyLine {
            service: row.service,
            class: row.class,
            schedule: version.map_or_else(String::new, |version| version.schedule.code.clone()),
            revenue: row.revenue_code,
            fund: fund.unwrap_or_default(),
            is_borne: row.spot.is_some_and(|spot| spot.is_borne),
            count: row.item_count,
            used,
            cents: Cents(row.cents),
        }
    };
    Ok(store::tallies(read, run.id).await?.into_iter().map(line).collect())
}

/// How near to a year two periods of the same cycle begin.
const YEAR_DAYS: i64 = 365;
const YEAR_SLACK: i64 = 20;

/// The runs of the same cycle that were not cancelled: the one before, and the one a year before.
pub async fn earlier_runs(read: &mut Read, run: &BillRun) -> Result<Earlier, Fault> {
    if run.kind != RunKind::Regular {
        return Ok(Earlier::default());
    }
    let mut runs = store::all_runs(read).await?;
    runs.retain(|other| {
        other.cycle == run.cycle
            && other.kind == RunKind::Regular
            && other.cancelled.is_none()
            && other.period.from() < run.period.from()
            && other.trial_order.is_some()
    });
    let days = |other: &BillRun| (run.period.from() - other.period.from()).num_days();
    let off = |other: &BillRun| (days(other) - YEAR_DAYS).abs();
    let last_year = runs.iter().filter(|other| off(other) <= YEAR_SLACK).min_by_key(|other| off(other)).cloned();
    let last = runs.into_iter().max_by_key(|other| other.period.from());
    Ok(Earlier { last, last_year })
}

/// What the bill of an account in a run would charge, line by line, by what the run holds.
pub async fn trial_lines(read: &mut Read, run: &BillRun, account: AccountId) -> Result<Vec<TrialLine>, Fault> {
    let book = RateBook::load(read).await?;
    let range = (account, AccountId(account.0 + 1));
    let mut lines = Vec::new();
    for bill in store::bills_between(read, run, range).await? {
        let priced = price(&book, &Limits::new(), &bill);
        let mut sums: BTreeMap<(usize, RateVersionId, String, bool), Cents> = BTreeMap::new();
        for line in &priced.lines {
            let key = (line.item, line.version, line.charge.to_string(), line.place.is_borne);
            *sums.entry(key).or_default() += line.cents;
        }
        for ((item, version, charge, is_borne), cents) in sums {
            let inputs = bill.item(item);
            let version = book.version(version);
            lines.push(TrialLine {
                service: version.map_or_else(String::new, |version| version.schedule.service.clone()),
                schedule: version.map_or_else(String::new, |version| version.schedule.code.clone()),
                effective_on: version.and_then(|version| Some(version.version()?.effective_on)),
                charge,
                period: inputs.period,
                quantity: inputs.quantity,
                cents,
                is_borne,
            });
        }
    }
    Ok(lines)
}

/// The exception rules in force, by code.
pub async fn exception_rules(read: &mut Read) -> Result<Vec<crate::ExceptionRule>, Fault> {
    store::rules(read).await
}

/// The amounts at which bills are looked at, by class.
pub async fn review_amounts(read: &mut Read) -> Result<Limits, Fault> {
    store::limits(read).await
}

/// The rules by which reads are judged, by class.
pub async fn class_read_rules(read: &mut Read) -> Result<BTreeMap<String, crate::ClassReadRule>, Fault> {
    store::read_rules(read).await
}
