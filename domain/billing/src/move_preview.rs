//! What a move would change: who answers for each service point from which day, and what the last and first bills
//! would charge. Nothing is recorded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, AgreementId, Cents, ConsumptionId, CycleId, Period, Quantity, ServicePointId};
use metering::{
    Boundary, Consumption, Installation, MeasuredUse, MeterRead, PastUse, ReadKind, estimate, measure, uses_between,
};
use revenue::RateBook;

use crate::calendar::CyclePeriod;
use crate::inputs::{Facts, Inputs};
use crate::pricing::{Given, parts_of};
use crate::read_rule::NO_RULE;
use crate::served::{ServedService, services_at_points, services_of_account};
use crate::what_if::never_run;
use crate::{Agreement, BillRun, Exception, store};

/// A move that is thought of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MoveAsked {
    /// Whose services end.
    pub from: Option<AccountId>,
    /// Whose services begin; an account that is yet to be opened is city account 0.
    pub to: Option<AccountId>,
    /// Where; all places of the one who leaves when none is named.
    pub points: Vec<ServicePointId>,
    /// The first day of the one who comes, the day after the last of the one who leaves.
    pub on: NaiveDate,
    /// What meters showed, where that is known.
    pub counts: BTreeMap<ServicePointId, i64>,
    /// The day they were read; that of the move where none is said.
    pub counted_on: Option<NaiveDate>,
}

/// What a move would change.
#[derive(Clone, Debug, Default)]
pub struct MovePreview {
    /// Who answers for each place before and after.
    pub places: Vec<PlaceChange>,
    /// The last bill of whoever leaves, a service a line.
    pub last: Vec<PreviewedService>,
    /// The first bill of whoever comes.
    pub first: Vec<PreviewedService>,
    /// Services that whoever leaves keeps elsewhere.
    pub kept: usize,
}

/// Who answers for a service point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceChange {
    /// Where.
    pub service_point: ServicePointId,
    /// Its reference.
    pub reference: String,
    /// Its address.
    pub address: String,
    /// The services that change hands, by name.
    pub services: Vec<String>,
    /// The account that answers until the day; none where the place is vacant.
    pub before: Option<AccountId>,
    /// The account that answers from the day; none where the place is vacant then.
    pub after: Option<AccountId>,
    /// Days without anybody before the one who comes: since when, where the place was left earlier.
    pub vacant_since: Option<NaiveDate>,
}

/// One service on a bill as it would come out.
#[derive(Clone, Debug)]
pub struct PreviewedService {
    /// The reference of the service point.
    pub reference: String,
    /// The service.
    pub service: String,
    /// The rate schedule.
    pub schedule: String,
    /// What days it bills; none where the calendar has no period for them.
    pub billed: Option<PreviewedDays>,
    /// What was used, as far as it is known or can be estimated.
    pub quantity: Option<Quantity>,
    /// Where that comes from.
    pub basis: UseBasis,
    /// The charges with their titles.
    pub lines: Vec<(String, Cents)>,
    /// Their sum.
    pub total: Cents,
    /// Why it cannot be told, or what else is to be known.
    pub note: Option<String>,
    /// Whether there is no figure at all.
    pub is_open: bool,
}

/// The days of a service on a bill as it would come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreviewedDays {
    /// The days billed.
    pub days: Period,
    /// The period of the cycle they lie in.
    pub period: Period,
    /// The date of the bill.
    pub bill_on: NaiveDate,
}

/// Where the use on a bill that is thought of comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseBasis {
    /// It makes no difference.
    Unmeasured,
    /// It is on record.
    Recorded,
    /// It follows from the count that was given.
    Counted,
    /// It is estimated, from what these words say.
    Estimated(&'static str),
    /// Nobody knows yet.
    Unknown,
}

/// Use is looked for in as many days before.
const PAST_DAYS: u64 = 800;

/// Everything a preview is made from.
struct Looking {
    book: std::sync::Arc<RateBook>,
    calendars: BTreeMap<CycleId, Vec<CyclePeriod>>,
    rules: BTreeMap<String, crate::ClassReadRule>,
    installations: BTreeMap<ServicePointId, Vec<Installation>>,
    reads: BTreeMap<ServicePointId, Vec<MeterRead>>,
    on: NaiveDate,
    counted_on: NaiveDate,
    counts: BTreeMap<ServicePointId, i64>,
}

/// What a move would change.
pub async fn preview_move(read: &mut Read, asked: &MoveAsked) -> Result<MovePreview, Fault> {
    let mut preview = MovePreview::default();
    let leaving = match asked.from {
        Some(from) => services_of_account(read, from).await?,
        None => Vec::new(),
    };
    let chosen = |one: &ServedService| asked.points.is_empty() || asked.points.contains(&one.service_point);
    let (going, kept): (Vec<ServedService>, Vec<ServedService>) =
        leaving.into_iter().filter(|one| one.goes_on(asked.on)).partition(chosen);
    preview.kept = kept.len();
    let mut points: Vec<ServicePointId> = going.iter().map(|one| one.service_point).collect();
    points.extend(&asked.points);
    points.sort_unstable();
    points.dedup();
    let there = services_at_points(read, &points).await?;
    let looking = Looking::load(read, asked, &points).await?;
    let coming = asked.to.map(|_| coming(&going, &there, asked)).unwrap_or_default();
    preview.places = places(&points, &there, (&going, &coming), asked);
    for service in &going {
        preview.last.push(looking.last_bill(read, service).await?);
    }
    for service in &coming {
        preview.first.push(looking.first_bill(service));
    }
    Ok(preview)
}

/// What whoever comes is served with: what the one who leaves had, or what was there last.
fn coming(going: &[ServedService], there: &[ServedService], asked: &MoveAsked) -> Vec<ServedService> {
    if !going.is_empty() {
        return going.to_vec();
    }
    last_terms(there, &asked.points)
}

/// The terms on which each service was last delivered at some service points.
#[must_use]
pub fn last_terms(there: &[ServedService], points: &[ServicePointId]) -> Vec<ServedService> {
    let mut last: BTreeMap<(ServicePointId, &str), &ServedService> = BTreeMap::new();
    for one in there.iter().filter(|one| points.contains(&one.service_point)) {
        let known = last.entry((one.service_point, &one.service)).or_insert(one);
        if (known.starts_on, known.agreement) <= (one.starts_on, one.agreement) {
            *known = one;
        }
    }
    last.into_values().cloned().collect()
}

fn places(
    points: &[ServicePointId],
    there: &[ServedService],
    (going, coming): (&[ServedService], &[ServedService]),
    asked: &MoveAsked,
) -> Vec<PlaceChange> {
    let place = |point: &ServicePointId| {
        let of_point = |one: &&ServedService| one.service_point == *point;
        let known = there.iter().find(of_point)?;
        let moved = going.iter().chain(coming).filter(of_point);
        let services: BTreeSet<String> = moved.map(|one| one.service.clone()).collect();
        let before = there.iter().filter(of_point).filter(|one| one.is_active(asked.on.pred_opt().unwrap_or(asked.on)));
        let before = before.map(|one| (one.is_measured, one.account)).max().map(|(_, account)| account);
        let left = there.iter().filter(of_point).filter_map(|one| one.stops_on).filter(|day| *day < asked.on).max();
        Some(PlaceChange {
            service_point: *point,
            reference: known.reference.clone(),
            address: known.address.clone(),
            services: services.into_iter().collect(),
            before,
            after: asked.to,
            vacant_since: left.filter(|_| before.is_none()),
        })
    };
    points.iter().filter_map(place).collect()
}

impl Looking {
    async fn load(read: &mut Read, asked: &MoveAsked, points: &[ServicePointId]) -> Result<Looking, Fault> {
        let mut calendars: BTreeMap<CycleId, Vec<CyclePeriod>> = BTreeMap::new();
        for period in store::cycle_periods(read).await? {
            calendars.entry(period.cycle).or_default().push(period);
        }
        Ok(Looking {
            book: RateBook::load(read).await?,
            calendars,
            rules: store::read_rules(read).await?,
            installations: metering::installations_of(read, points).await?,
            reads: metering::reads_of(read, points).await?,
            on: asked.on,
            counted_on: asked.counted_on.unwrap_or(asked.on),
            counts: asked.counts.clone(),
        })
    }

    /// The period of a service's calendar that holds a day.
    fn period_of(&self, service: &ServedService, day: NaiveDate) -> Option<&CyclePeriod> {
        self.calendars.get(&service.cycle)?.iter().find(|one| one.period.contains(day))
    }

    async fn last_bill(&self, read: &mut Read, service: &ServedService) -> Result<PreviewedService, Fault> {
        let last_day = self.on.pred_opt().unwrap_or(self.on);
        let Some(one) = self.period_of(service, last_day) else { return Ok(nothing(service, "last")) };
        let Ok(days) = Period::new(service.starts_on.max(one.period.from()), self.on) else {
            return Ok(nothing(service, "last"));
        };
        let alone = (service.account, AccountId(service.account.0 + 1));
        let run = run_for(one);
        let holdings = store::holdings(read, alone, run.price_on).await?;
        let (quantity, basis) = self.used(read, service, days).await?;
        let agreement = Agreement { stops_on: Some(self.on), ..agreement_of(service) };
        let used = quantity.map(|quantity| consumption_of(service, days, quantity));
        let item =
            Inputs::gather(&agreement, used.as_ref(), &Facts { run: &run, book: &self.book, holdings: &holdings });
        let mut shown = self.priced(service, (one, days), item.as_ref(), basis);
        let billed = store::billed_days_between(read, alone).await?;
        let billed = billed.iter().filter(|billed| billed.agreement == service.agreement).map(|one| one.period.to());
        match billed.max() {
            Some(billed) if self.on < billed => {
                shown.note = Some(format!(
                    "Bills that stand reach through {}. Make the bill of these days again after the move.",
                    billed.pred_opt().unwrap_or(billed)
                ));
            }
            Some(billed) if days.from() < billed => {
                shown.note = Some("These days are on a bill that stands; what changes is settled.".to_owned());
            }
            Some(billed) if billed < days.from() => shown.note = Some(not_billed(billed, days.from())),
            None if service.starts_on < days.from() => {
                shown.note = Some(not_billed(service.starts_on, days.from()));
            }
            Some(_) | None => {}
        }
        Ok(shown)
    }

    fn first_bill(&self, service: &ServedService) -> PreviewedService {
        let Some(one) = self.period_of(service, self.on) else { return nothing(service, "first") };
        let Ok(days) = Period::new(self.on, one.period.to()) else { return nothing(service, "first") };
        let run = run_for(one);
        let agreement = Agreement {
            id: AgreementId(0),
            account: AccountId::CITY,
            starts_on: self.on,
            stops_on: None,
            ..agreement_of(service)
        };
        let unit = self.installations.get(&service.service_point).and_then(|all| all.last()).map(|one| one.unit);
        let used = unit.map(|unit| consumption_of(service, days, Quantity::zero(unit)));
        let holdings = crate::particulars::Holdings::default();
        let item =
            Inputs::gather(&agreement, used.as_ref(), &Facts { run: &run, book: &self.book, holdings: &holdings });
        let basis = match item.as_ref().and_then(|item| item.consumption) {
            Some(_) => UseBasis::Unknown,
            None => UseBasis::Unmeasured,
        };
        let mut shown = self.priced(service, (one, days), item.as_ref(), basis);
        if shown.basis == UseBasis::Unknown && !shown.is_open {
            shown.note = Some("Without use; what is used is added by the first read.".to_owned());
        }
        shown
    }

    /// What was used in some days: on record, by the count that was given, or as it would be estimated.
    async fn used(
        &self,
        read: &mut Read,
        service: &ServedService,
        days: Period,
    ) -> Result<(Option<Quantity>, UseBasis), Fault> {
        let point = service.service_point;
        let alone = (service.account, AccountId(service.account.0 + 1));
        let since = days.from().checked_sub_days(chrono::Days::new(PAST_DAYS)).unwrap_or(days.from());
        let Ok(window) = Period::new(since, days.to()) else { return Ok((None, UseBasis::Unknown)) };
        let mut uses = uses_between(read, alone, window).await?;
        uses.retain(|used| used.service_point == point);
        if let Some(same) = uses.iter().find(|used| used.period == days && !used.is_estimated) {
            return Ok((Some(same.quantity), UseBasis::Recorded));
        }
        let Some(meter) = self.installations.get(&point).and_then(|all| all.last()) else {
            return Ok((None, UseBasis::Unmeasured));
        };
        if let Some(counted) = self.counted(point, days) {
            return Ok((Some(counted), UseBasis::Counted));
        }
        let past: Vec<PastUse> = uses
            .iter()
            .map(|used| PastUse { period: used.period, steps: used.quantity.steps, is_estimated: used.is_estimated })
            .collect();
        let rule = match self.rules.get(&service.class) {
            Some(rule) => rule.in_unit(meter.unit).map_err(|error| Fault::caused("reading a read rule", error))?,
            None => NO_RULE,
        };
        Ok(match estimate(rule.estimate_by, days, &past) {
            Some(found) => {
                (Some(Quantity { steps: found.steps, unit: meter.unit }), UseBasis::Estimated(found.words()))
            }
            None => (None, UseBasis::Unknown),
        })
    }

    /// What reads say was used in some days, with the count that was given for the move.
    fn counted(&self, point: ServicePointId, days: Period) -> Option<Quantity> {
        let installations = self.installations.get(&point)?;
        let mut reads = self.reads.get(&point).cloned().unwrap_or_default();
        if let Some(count) = self.counts.get(&point) {
            reads.retain(|one| one.read_on < self.counted_on);
            // On the day of an exchange it is the new meter that is read.
            let is_there = |one: &&Installation| {
                one.installed_on <= self.counted_on
                    && one.removed_on.is_none_or(|removed_on| self.counted_on <= removed_on)
            };
            let meter = installations.iter().rfind(is_there)?.meter;
            reads.push(MeterRead { read_on: self.counted_on, meter, count: *count, kind: ReadKind::Actual });
        }
        let around = |on: NaiveDate| {
            let days = chrono::Days::new(3);
            Boundary { on, read_from: on - days, read_through: on + days }
        };
        let measured = measure(installations, &reads, &[around(days.from()), around(days.to())]);
        match measured.into_iter().next()?.outcome {
            MeasuredUse::Known { steps, unit, .. } => Some(Quantity { steps, unit }),
            MeasuredUse::Unknown => None,
        }
    }

    fn priced(
        &self,
        service: &ServedService,
        (one, days): (&CyclePeriod, Period),
        item: Option<&Inputs>,
        basis: UseBasis,
    ) -> PreviewedService {
        let billed = Some(PreviewedDays { days, period: one.period, bill_on: one.bill_on });
        let mut shown = PreviewedService { billed, note: None, ..nothing(service, "") };
        let Some(item) = item else { return shown };
        shown.quantity = item.quantity;
        shown.basis =
            if item.consumption.is_none() && basis != UseBasis::Unknown { UseBasis::Unmeasured } else { basis };
        match explained(&self.book, one.bill_on, item) {
            Ok((lines, total)) => {
                (shown.lines, shown.total, shown.is_open, shown.note) = (lines, total, false, None);
            }
            Err(exception) => shown.note = Some(exception.detail),
        }
        shown
    }
}

/// A service whose bill nobody can tell.
fn nothing(service: &ServedService, which: &str) -> PreviewedService {
    PreviewedService {
        reference: service.reference.clone(),
        service: service.service.clone(),
        schedule: service.schedule.clone(),
        billed: None,
        quantity: None,
        basis: UseBasis::Unknown,
        lines: Vec::new(),
        total: Cents::ZERO,
        note: Some(format!("the calendar of cycle {} has no period for the {which} days", service.cycle_code)),
        is_open: true,
    }
}

fn not_billed(from: NaiveDate, to: NaiveDate) -> String {
    let through = to.pred_opt().unwrap_or(to);
    format!("The days from {from} through {through} are not billed yet; their bills come first.")
}

/// A run that would bill a period of a calendar.
fn run_for(one: &CyclePeriod) -> BillRun {
    let run = never_run(one.cycle, one.period);
    BillRun { bill_on: one.bill_on, price_on: one.bill_on, due_on: one.bill_on, gl_on: one.bill_on, ..run }
}

fn agreement_of(service: &ServedService) -> Agreement {
    Agreement {
        id: service.agreement,
        account: service.account,
        service_point: service.service_point,
        schedule: service.schedule.clone(),
        profile: service.profile,
        starts_on: service.starts_on,
        stops_on: service.stops_on,
    }
}

fn consumption_of(service: &ServedService, days: Period, quantity: Quantity) -> Consumption {
    Consumption {
        id: ConsumptionId(0),
        account: service.account,
        service_point: service.service_point,
        from_on: days.from(),
        quantity,
        is_estimated: true,
    }
}

/// The charges of a service with their titles, and what they come to.
fn explained(book: &RateBook, price_on: NaiveDate, item: &Inputs) -> Result<(Vec<(String, Cents)>, Cents), Exception> {
    let given = Given::of(item);
    let (mut lines, mut total) = (Vec::new(), Cents::ZERO);
    for part in parts_of(book, price_on, item)? {
        let not_priceable = |refused: rates::PricingRefused| Exception {
            code: crate::ExceptionCode::NotPriceable,
            detail: refused.to_string(),
        };
        let explanation = part.plan.plan.explain(&part.inputs(&given)).map_err(not_priceable)?;
        total += explanation.total;
        let billed = explanation.charges.iter().filter(|charge| charge.is_billed);
        lines.extend(billed.map(|charge| (charge.title.title("en").to_owned(), charge.cents)));
    }
    Ok((lines, total))
}
