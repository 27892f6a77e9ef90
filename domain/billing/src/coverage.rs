//! Completeness across the city, day by day: every service day lies in exactly one bill that stands, or is listed.
//!
//! What is listed has a reason, somebody who looks after it, and a date. What is still listed when the cycle's next run
//! is posted has been left over two runs, and escalates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, CycleId, Period, RunId};
use serde::Serialize;

use crate::store::{self, BilledDays, GapFacts, PointService};
use crate::{BillRun, CHUNK_ACCOUNTS, ExceptionState, RunKind, RunState};

/// What the proof found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// The day as of which it was made.
    pub as_of: NaiveDate,
    /// Services that had a day to bill.
    pub services: i64,
    /// Service days that should be billed by then.
    pub days: i64,
    /// Those in exactly one bill that stands.
    pub billed_days: i64,
    /// Services with days that are not billed, each with its reason.
    pub listed: Vec<Uncovered>,
    /// How many are listed, by reason.
    pub by_reason: BTreeMap<UncoveredReason, i64>,
    /// Days billed twice, or billed though nobody was served: nothing explains these.
    pub findings: Vec<Overbilled>,
}

/// Days of a service that no bill has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// The number of the account; what the record says where there is none.
    pub account_number: String,
    /// The service.
    pub service: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The day after the last; none where the service has not begun to be billed.
    pub to_on: Option<NaiveDate>,
    /// Why.
    pub reason: UncoveredReason,
    /// The reason in words, as the record has it.
    pub words: String,
    /// Who looks after it.
    pub assignee: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Whether it was left over two runs, so that the supervisor looks after it.
    pub is_escalated: bool,
}

/// Why days of a service are on no bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UncoveredReason {
    /// The record lacks account, schedule or cycle, so the service is not active.
    Incomplete,
    /// No meter is installed, so nothing can be billed by use.
    NoMeter,
    /// The bill is held in the exception queue.
    Held,
    /// Exceptions of the bill are still open.
    ExceptionOpen,
    /// The run is not posted yet, or there is none.
    NotBilledYet,
    /// The cycle bills what is read, and nothing was.
    NotRead,
    /// The service came on record, or changed its days, after the period was billed.
    Late,
    /// The bill was cancelled and not made again.
    Cancelled,
}

/// Days that are billed twice, or outside of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Overbilled {
    /// The number of the account.
    pub account_number: String,
    /// The service.
    pub service: String,
    /// What is wrong, by a stable name: `billed_twice` or `beyond_service`.
    pub name: &'static str,
    /// The first day concerned.
    pub from_on: NaiveDate,
    /// How many days.
    pub days: i64,
}

/// Who looks after days that came late, and how many days there are to do it.
const ASSIGNEE: &str = "billing analyst";
const SUPERVISOR: &str = "billing supervisor";
const LATE_DAYS: u64 = 14;
/// Before every day that can be meant.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date of the calendar");

impl Coverage {
    /// Whether every service day is billed once or listed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Proves that every service day up to the last period billed by a day is billed once, or listed.
pub async fn coverage(read: &mut Read, as_of: NaiveDate) -> Result<Coverage, Fault> {
    let mut proof = Coverage { as_of, ..Coverage::default() };
    let city = City::load(read, as_of).await?;
    let whole = Period::new(FIRST_DAY, as_of).map_err(|error| Fault::caused("the days up to a date", error))?;
    for chunk in store::account_chunks(read, None, whole, CHUNK_ACCOUNTS).await? {
        let range = (AccountId(chunk.from), AccountId(chunk.to));
        city.look_at(read, range, &mut proof).await?;
    }
    for pending in store::pending_agreements(read).await? {
        proof.listed.push(Uncovered {
            account_number: pending.account,
            service: pending.service,
            from_on: pending.starts_on,
            to_on: None,
            reason: UncoveredReason::Incomplete,
            words: format!("service point {} lacks: {}", pending.service_point, pending.missing),
            is_escalated: pending.due_on < as_of,
            assignee: if pending.due_on < as_of { SUPERVISOR.to_owned() } else { pending.assignee },
            due_on: pending.due_on,
        });
    }
    for listed in &proof.listed {
        *proof.by_reason.entry(listed.reason).or_default() += 1;
    }
    Ok(proof)
}

/// Runs and the periods they bill, for the whole city.
struct City {
    as_of: NaiveDate,
    /// By cycle, the periods that should be billed by the day, in order.
    periods: BTreeMap<CycleId, BTreeMap<NaiveDate, Period>>,
    /// The regular run of a cycle and first day that was not cancelled, with its state.
    regular: BTreeMap<(CycleId, NaiveDate), (BillRun, RunState)>,
    cancelled: BTreeSet<(CycleId, NaiveDate)>,
    when_read: BTreeSet<CycleId>,
}

/// A service with a part of a period that no bill covers.
struct Gap<'a> {
    service: &'a PointService,
    period: Period,
    missing: Period,
}

impl City {
    async fn load(read: &mut Read, as_of: NaiveDate) -> Result<City, Fault> {
        let (mut regular, mut cancelled) = (BTreeMap::new(), BTreeSet::new());
        let mut first: BTreeMap<CycleId, NaiveDate> = BTreeMap::new();
        let mut periods: BTreeMap<CycleId, BTreeMap<NaiveDate, Period>> = BTreeMap::new();
        for run in store::all_runs(read).await? {
            if run.kind != RunKind::Regular || as_of < run.bill_on {
                continue;
            }
            let key = (run.cycle, run.period.from());
            let begun = first.entry(run.cycle).or_insert(run.period.from());
            *begun = run.period.from().min(*begun);
            if run.cancelled.is_some() {
                cancelled.insert(key);
                continue;
            }
            periods.entry(run.cycle).or_default().insert(run.period.from(), run.period);
            let progress = store::run_progress(read, &run).await?;
            let state = run.state(&progress);
            regular.insert(key, (run, state));
        }
        for one in store::cycle_periods(read).await? {
            let is_due = one.bill_on <= as_of && first.get(&one.cycle).is_some_and(|first| *first <= one.period.from());
            if is_due {
                periods.entry(one.cycle).or_default().insert(one.period.from(), one.period);
            }
        }
        let cycles = store::cycles(read).await?;
        let when_read = cycles.into_iter().filter(|cycle| cycle.due_rule == crate::DueRule::WhenRead);
        Ok(City { as_of, periods, regular, cancelled, when_read: when_read.map(|cycle| cycle.id).collect() })
    }

    async fn look_at(&self, read: &mut Read, range: (AccountId, AccountId), proof: &mut Coverage) -> Result<(), Fault> {
        let services = store::services_between(read, range).await?;
        let mut billed: BTreeMap<(AccountId, AgreementId), Vec<BilledDays>> = BTreeMap::new();
        for days in store::billed_days_between(read, range).await? {
            billed.entry((days.account, days.agreement)).or_default().push(days);
        }
        let (mut gaps, mut over) = (Vec::new(), Vec::new());
        for service in &services {
            let of_service = billed.get(&(service.account, service.agreement)).map_or(&[][..], Vec::as_slice);
            let found = self.compare(service, of_service, &mut gaps, &mut over);
            proof.services += i64::from(0 < found.0);
            proof.days += found.0;
            proof.billed_days += found.1;
        }
        if gaps.is_empty() && over.is_empty() {
            return Ok(());
        }
        let accounts: BTreeSet<AccountId> = gaps.iter().map(|gap| gap.service.account).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let facts = store::gap_facts(read, &accounts).await?;
        let metered = metered(read, &gaps).await?;
        let named: Vec<AccountId> = accounts.iter().copied().chain(over.iter().map(|(account, _)| *account)).collect();
        let numbers = customers::accounts_by_id(read, &named).await?;
        let number = |account: AccountId| numbers.get(&account).map_or_else(String::new, |one| one.number.to_string());
        for gap in &gaps {
            let account_number = number(gap.service.account);
            let has_meter = !gap.service.needs_meter() || metered.contains(&gap.service.service_point);
            proof.listed.push(self.explain(gap, &facts, has_meter, account_number));
        }
        proof
            .findings
            .extend(over.into_iter().map(|(account, found)| Overbilled { account_number: number(account), ..found }));
        Ok(())
    }

    /// Compares the days a service should be billed with those that bills have; answers how many, and how many are.
    fn compare<'a>(
        &self,
        service: &'a PointService,
        billed: &[BilledDays],
        gaps: &mut Vec<Gap<'a>>,
        over: &mut Vec<(AccountId, Overbilled)>,
    ) -> (i64, i64) {
        let mut finding = |name, from_on, days| {
            let (account_number, service_name) = (String::new(), service.service.clone());
            over.push((service.account, Overbilled { account_number, service: service_name, name, from_on, days }));
        };
        let mut next: Option<NaiveDate> = None;
        for days in billed {
            if let Some(next) = next.filter(|next| days.period.from() < *next) {
                finding(
                    "billed_twice",
                    days.period.from(),
                    (next.min(days.period.to()) - days.period.from()).num_days(),
                );
            }
            next = Some(next.map_or(days.period.to(), |next| next.max(days.period.to())));
            let end = service.stops_on.unwrap_or(NaiveDate::MAX);
            if days.period.from() < service.starts_on || end < days.period.to() {
                let late = (days.period.to() - days.period.from().max(end)).num_days().max(0);
                let early = (service.starts_on.min(days.period.to()) - days.period.from()).num_days().max(0);
                finding("beyond_service", days.period.from(), late + early);
            }
        }
        let (mut should, mut are) = (0, 0);
        for period in self.periods.get(&service.cycle).into_iter().flat_map(BTreeMap::values) {
            let from = service.starts_on.max(period.from());
            let to = service.stops_on.map_or(period.to(), |stops_on| stops_on.min(period.to()));
            let Ok(own) = Period::new(from, to) else { continue };
            should += own.days();
            let mut from = own.from();
            for days in billed.iter().filter_map(|days| days.period.overlap(own)) {
                if let Ok(missing) = Period::new(from, days.from()) {
                    gaps.push(Gap { service, period: *period, missing });
                }
                are += (days.to() - days.from().max(from)).num_days().max(0);
                from = from.max(days.to());
            }
            if let Ok(missing) = Period::new(from, own.to()) {
                gaps.push(Gap { service, period: *period, missing });
            }
        }
        (should, are)
    }

    /// Why days are on no bill, who looks after them, and until when.
    fn explain(&self, gap: &Gap<'_>, facts: &GapFacts, has_meter: bool, account_number: String) -> Uncovered {
        let (service, key) = (gap.service, (gap.service.cycle, gap.period.from()));
        let run = self.regular.get(&key);
        let runs: Vec<RunId> = facts.runs_of(service.account, service.agreement, gap.period);
        let queued: Vec<_> = runs.iter().flat_map(|run| facts.exceptions(service.account, *run)).collect();
        let held = queued.iter().find(|queued| queued.state == ExceptionState::Held);
        let is_open = queued.iter().any(|queued| queued.state == ExceptionState::Open);
        let late_on = self.as_of + Days::new(LATE_DAYS);
        let own = |reason, words: &str, due_on| (reason, words.to_owned(), ASSIGNEE.to_owned(), due_on);
        let (reason, words, assignee, due_on) = match (held, run) {
            (Some(held), _) => {
                let reason = if has_meter { UncoveredReason::Held } else { UncoveredReason::NoMeter };
                let words = held.reason.clone().unwrap_or_default();
                (reason, words, held.assignee.clone().unwrap_or_default(), held.due_on.unwrap_or(late_on))
            }
            (None, _) if is_open => own(UncoveredReason::ExceptionOpen, "its exceptions are not decided", late_on),
            (None, Some((run, RunState::Posted))) if !runs.contains(&run.id) => match self.when_read.contains(&key.0) {
                true => own(UncoveredReason::NotRead, "nothing was read for the period", late_on),
                false => own(UncoveredReason::Late, "it came on record after the period was billed", late_on),
            },
            (None, Some((_, RunState::Posted))) => {
                own(UncoveredReason::Cancelled, "its bill was taken back and not made again", late_on)
            }
            (None, None) if self.cancelled.contains(&key) => {
                own(UncoveredReason::Cancelled, "the run was canceled and not made again", late_on)
            }
            (None, _) => own(UncoveredReason::NotBilledYet, "its run is not posted yet", late_on),
        };
        let is_escalated = self.is_left_over(key, run);
        Uncovered {
            account_number,
            service: service.service.clone(),
            from_on: gap.missing.from(),
            to_on: Some(gap.missing.to()),
            reason,
            words,
            assignee: if is_escalated { SUPERVISOR.to_owned() } else { assignee },
            due_on,
            is_escalated,
        }
    }

    /// Whether a later period of the cycle was posted while this one still lacks a bill.
    fn is_left_over(&self, (cycle, from): (CycleId, NaiveDate), run: Option<&(BillRun, RunState)>) -> bool {
        let after = self.regular.range((cycle, from)..).skip(usize::from(run.is_some()));
        after.take_while(|((of, _), _)| *of == cycle).any(|(_, (_, state))| *state == RunState::Posted)
    }
}

/// The service points among some gaps that have or had a meter.
async fn metered(read: &mut Read, gaps: &[Gap<'_>]) -> Result<BTreeSet<kernel::ServicePointId>, Fault> {
    let points: BTreeSet<kernel::ServicePointId> = gaps.iter().map(|gap| gap.service.service_point).collect();
    let points: Vec<kernel::ServicePointId> = points.into_iter().collect();
    Ok(metering::installations_of(read, &points).await?.into_keys().collect())
}
