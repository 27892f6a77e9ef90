//! What a leak adjustment of a bill would come to: the use it leaves, priced by the rates of the bill itself.

use chrono::{Datelike, Days, NaiveDate};
use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, Period, Quantity, ServicePointId};
use metering::PeriodUse;
use rates::{Exact, ExplainedCharge, Explanation, PricedStep, StepKind};
use revenue::RateBook;

use super::{Forgiven, LeakCredit, LeakRefused, LeakRule, NormalUse, PastPeriod};
use crate::Limits;
use crate::acts::adjusting::OfBill;
use crate::inputs::Inputs;
use crate::pricing::{Given, parts_of, price};
use crate::store::{self, Adjustment, BillInOrder};
use crate::views::{find_bill, inputs_of_bill};

/// How far back earlier use is looked at.
const DAYS_BACK: u64 = 366 * 6;

/// What a bill's leak adjustment would be.
#[derive(Clone, Debug)]
pub struct LeakQuote {
    /// The bill.
    pub bill: BillNumber,
    /// Whose it is.
    pub account: AccountId,
    /// How many adjustments the account has, of which the figures know.
    pub seen: usize,
    /// Its services that are charged by use, each with the figures or why there are none.
    pub services: Vec<LeakService>,
    /// What stays as it is, and what a leak does to later bills.
    pub effects: Vec<LeakEffect>,
}

/// One service of the bill.
#[derive(Clone, Debug)]
pub struct LeakService {
    /// The reference of the service point.
    pub service_point: String,
    /// The schedule that prices it.
    pub schedule: String,
    /// Its class.
    pub class: String,
    /// The rule, where the town has one.
    pub rule: Option<LeakRule>,
    /// The figures, or why there are none.
    pub outcome: Result<LeakFigures, LeakRefused>,
}

/// The figures of a leak adjustment.
#[derive(Clone, Debug)]
pub struct LeakFigures {
    /// The days of the service on the bill; the bill of a run can hold fewer than the run's.
    pub period: Period,
    /// What was used.
    pub used: Quantity,
    /// What is normal, and from what that follows.
    pub normal: NormalUse,
    /// What is above it, in smallest steps.
    pub excess: i64,
    /// What of that is forgiven, in smallest steps.
    pub forgiven: i64,
    /// What the bill charges for the use.
    pub charged: Cents,
    /// What it would have charged.
    pub would_charge: Cents,
    /// What was given back on it before, for other reasons; negative.
    pub given: Cents,
    /// What is given back, without tax; negative.
    pub credit: Cents,
    /// Whether the rule's greatest amount cut it.
    pub is_capped: bool,
    /// How the bill's charge came about, for each version that prices some of the days.
    pub now: Vec<(Period, ExplainedCharge)>,
    /// How it would, with what is forgiven left out.
    pub less: Vec<(Period, ExplainedCharge)>,
    /// What is forgiven, at the price of the lowest tier, where the rule charges that.
    pub at_lowest: Vec<PricedStep>,
}

/// What a leak does beside the adjustment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeakEffect {
    /// A service priced by the same use has no rule: it stays as billed.
    Stays {
        /// The schedule.
        schedule: String,
    },
    /// A service is priced by a winter average; this bill does not change it.
    NotByThisUse {
        /// The schedule.
        schedule: String,
    },
    /// The use of this bill counts in the next winter average.
    CountsInWinter {
        /// The schedule.
        schedule: String,
        /// The name of the quantity.
        quantity: String,
        /// The month of the first bills that use it, from 1.
        bills_from_month: u32,
    },
}

/// All that the figures of one service are worked out from.
struct Facts<'a> {
    book: &'a RateBook,
    rules: &'a [LeakRule],
    bill: (BillNumber, bool),
    bill_on: NaiveDate,
    price_on: NaiveDate,
    today: NaiveDate,
    uses: &'a [PeriodUse],
    adjustments: &'a [Adjustment],
    bills: &'a [BillInOrder],
    of_bill: OfBill<'a>,
}

/// What leak adjustments of a bill would come to; `None` when there is no such bill.
pub async fn leak_quote(read: &mut Read, number: BillNumber, today: NaiveDate) -> Result<Option<LeakQuote>, Fault> {
    let Some((run, bill)) = find_bill(read, number).await? else { return Ok(None) };
    let book = RateBook::load(read).await?;
    let inputs = inputs_of_bill(read, &run, &bill).await?;
    let rules = store::leak_rules(read).await?;
    let account = bill.account;
    let from = run.period.from().checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(NaiveDate::MIN);
    let window = Period::new(from, run.period.to()).map_err(|error| Fault::caused("the days before a bill", error))?;
    let uses = metering::uses_between(read, (account, AccountId(account.0 + 1)), window).await?;
    let adjustments = store::adjustments_of(read, account).await?;
    let bills = store::bills_of_account(read, account).await?;
    let points = store::service_points_of(read, account).await?;
    let ids: Vec<ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let priced = price(&book, &Limits::new(), &inputs);
    let facts = Facts {
        of_bill: OfBill { book: &book, inputs: &inputs, lines: &priced.lines },
        book: &book,
        rules: &rules,
        bill: (number, bill.cancelled_by.is_some() || run.cancelled.is_some()),
        bill_on: bill.bill_on,
        price_on: run.price_on,
        today,
        uses: &uses,
        adjustments: &adjustments,
        bills: &bills,
    };
    let seen = adjustments.len();
    let mut quote = LeakQuote { bill: number, account, seen, services: Vec::new(), effects: Vec::new() };
    for item in &inputs.items {
        let point = points.get(&item.agreement).copied();
        let name = point.and_then(|point| names.get(&point)).cloned().unwrap_or_default();
        facts.add(item, (point, name), &mut quote)?;
    }
    Ok(Some(quote))
}

impl Facts<'_> {
    fn add(
        &self,
        item: &Inputs,
        (point, service_point): (Option<ServicePointId>, String),
        quote: &mut LeakQuote,
    ) -> Result<(), Fault> {
        let version = item.version.and_then(|id| self.book.version(id));
        let schedule = version.map_or_else(String::new, |version| version.schedule.code.clone());
        let class = self.book.profile(item.profile).map_or_else(String::new, |profile| profile.class.clone());
        if let Some(version) = version.and_then(|version| version.version()) {
            for quantity in &version.quantities {
                let Some(winter) = &quantity.winter_average else { continue };
                let is_asked = self.asks(item, &quantity.name);
                let (schedule, quantity) = (schedule.clone(), quantity.name.clone());
                if is_asked && winter.months.contains(&self.bill_on.month()) {
                    let bills_from_month = winter.bills_from_month;
                    quote.effects.push(LeakEffect::CountsInWinter { schedule, quantity, bills_from_month });
                } else if is_asked {
                    quote.effects.push(LeakEffect::NotByThisUse { schedule });
                }
            }
        }
        let rule = LeakRule::holding(self.rules, (&schedule, &class), self.bill_on);
        let (Some(used), Some(rule)) = (item.quantity, rule) else {
            if item.quantity.is_some() && self.asks_for_use(item) {
                quote.effects.push(LeakEffect::Stays { schedule });
            }
            return Ok(());
        };
        let outcome = self.figures(rule, (item, used, point))?;
        let rule = Some(rule.clone());
        quote.services.push(LeakService { service_point, schedule, class, rule, outcome });
        Ok(())
    }

    fn asks(&self, item: &Inputs, quantity: &str) -> bool {
        let plan = item.version.and_then(|version| self.book.plan(version, item.profile, (self.price_on, item.period)));
        matches!(plan, Some(Ok(plan)) if plan.plan.needs().quantities.iter().any(|name| name == quantity))
    }

    fn asks_for_use(&self, item: &Inputs) -> bool {
        let plan = item.version.and_then(|version| self.book.plan(version, item.profile, (self.price_on, item.period)));
        matches!(plan, Some(Ok(plan)) if plan.plan.needs().usage)
    }

    fn figures(
        &self,
        rule: &LeakRule,
        (item, used, point): (&Inputs, Quantity, Option<ServicePointId>),
    ) -> Result<Result<LeakFigures, LeakRefused>, Fault> {
        let (normal, (excess, forgiven)) = match self.shares(rule, (item, used, point)) {
            Ok(shares) => shares,
            Err(refused) => return Ok(Err(refused)),
        };
        let now = self.charges(rule, item, used)?;
        let less = self.charges(rule, item, Quantity { steps: used.steps - forgiven, unit: used.unit })?;
        let charged: Cents = now.iter().map(|(_, charge)| charge.cents).sum();
        let mut would_charge: Cents = less.iter().map(|(_, charge)| charge.cents).sum();
        let mut at_lowest = Vec::new();
        if rule.forgive_by == Forgiven::LowestTier {
            let mut sum = Cents::ZERO;
            for ((_, full), (_, left)) in now.iter().zip(&less) {
                let (cents, step) =
                    with_lowest(full, left).ok_or_else(|| Fault::new("a leak adjustment is larger than any amount"))?;
                sum += cents;
                at_lowest.extend(step);
            }
            would_charge = sum;
        }
        let run = self.run_of_bill();
        let left = self.of_bill.left_of(&rule.revenue, self.adjustments.iter().filter(|one| one.run == run));
        let given = left.iter().filter(|one| one.agreement == item.agreement).map(|one| one.given).sum::<Cents>();
        let (mut credit, mut is_capped) = (would_charge - charged, false);
        if let Some(cap) = rule.cap.filter(|cap| credit < -*cap) {
            (credit, is_capped) = (-cap, true);
        }
        // No more is given back than is left of the charge.
        credit = credit.max(-(charged + given)).min(Cents::ZERO);
        if credit.is_zero() {
            return Ok(Err(LeakRefused::NothingSaved));
        }
        Ok(Ok(LeakFigures {
            period: item.period,
            used,
            normal,
            excess,
            forgiven,
            charged,
            would_charge,
            given,
            credit,
            is_capped,
            now,
            less,
            at_lowest,
        }))
    }

    fn run_of_bill(&self) -> kernel::RunId {
        let of_bill = self.bills.iter().find(|one| one.number == self.bill.0);
        of_bill.map_or(kernel::RunId(0), |one| one.run)
    }

    /// What stands on the account's bills on the revenue line of a rule.
    fn standing<'a>(&'a self, rule: &'a LeakRule) -> impl Iterator<Item = &'a Adjustment> {
        self.adjustments.iter().filter(|one| one.reversed_by.is_none() && one.revenue == rule.revenue)
    }

    /// The normal use and what is forgiven, or why there is no adjustment.
    fn shares(
        &self,
        rule: &LeakRule,
        (item, used, point): (&Inputs, Quantity, Option<ServicePointId>),
    ) -> Result<(NormalUse, (i64, i64)), LeakRefused> {
        if self.bill.1 {
            return Err(LeakRefused::Cancelled(self.bill.0));
        }
        if !self.asks_for_use(item) {
            return Err(LeakRefused::NotMeasured);
        }
        let own = self.uses.iter().find(|one| Some(one.consumption) == item.consumption);
        if own.is_some_and(|own| own.is_estimated) {
            return Err(LeakRefused::Estimated);
        }
        let is_of_it = |one: &&Adjustment| one.agreement.is_none_or(|agreement| agreement == item.agreement);
        let leaks = self.standing(rule).filter(is_of_it).filter(|one| one.reason_code == rule.reason_code);
        let credits: Vec<LeakCredit> = leaks
            .filter_map(|one| self.bills.iter().find(|bill| bill.run == one.run))
            .map(|bill| LeakCredit { bill: bill.number, period: bill.period, bill_on: bill.bill_on })
            .collect();
        if credits.iter().any(|one| one.bill == self.bill.0) {
            return Err(LeakRefused::AdjustedAlready);
        }
        rule.check_in_time(self.bill_on, self.today)?;
        rule.check_not_before((item.period, self.bill_on), &credits)?;
        let past = |one: &PeriodUse| PastPeriod {
            period: one.period,
            steps: one.quantity.steps,
            is_estimated: one.is_estimated,
            is_left_out: one.is_vacant || credits.iter().any(|leak| leak.period.from() == one.period.from()),
        };
        let is_there = |one: &&PeriodUse| Some(one.service_point) == point && one.quantity.unit == used.unit;
        let mut past: Vec<PastPeriod> = self.uses.iter().filter(is_there).map(past).collect();
        past.sort_by_key(|one| one.period.from());
        let normal = rule.normal(item.period, &past).ok_or(LeakRefused::NoHistory)?;
        let shares = rule.shares(used, normal.steps)?;
        Ok((normal, shares))
    }

    /// The charges of a rule's revenue line for some use, each with its steps; one for each version that prices days.
    fn charges(&self, rule: &LeakRule, item: &Inputs, used: Quantity) -> Result<Vec<(Period, ExplainedCharge)>, Fault> {
        let item = Inputs { quantity: Some(used), ..item.clone() };
        let given = Given::of(&item);
        let mut charges = Vec::new();
        for part in parts_of(self.book, self.price_on, &item).map_err(|exception| Fault::new(exception.detail))? {
            let explained = part.plan.plan.explain(&part.inputs(&given));
            let explained: Explanation = explained.map_err(|refused| Fault::caused("pricing a leak", refused))?;
            let own = explained.charges.into_iter().filter(|charge| charge.is_billed && charge.revenue == rule.revenue);
            charges.extend(own.map(|charge| (part.period, charge)));
        }
        Ok(charges)
    }
}

/// A charge with what was left out of it at the price of its lowest tier; `None` beyond the range of an amount.
///
/// 20 kgal left, 10 forgiven, 3.28 in the first tier: 10 x 3.28 = 32.80 more.
fn with_lowest(full: &ExplainedCharge, left: &ExplainedCharge) -> Option<(Cents, Option<PricedStep>)> {
    let lowest = full.steps.iter().find(|step| matches!(&step.kind, StepKind::Tier(tier) if tier.number == 1));
    let (Some(lowest), Some(all), Some(rest)) = (lowest, &full.measured, &left.measured) else {
        return Some((left.cents, None));
    };
    let quantity = all.priced.minus(&rest.priced);
    let amount = quantity.times(&lowest.price).checked_div(&lowest.per).unwrap_or_else(Exact::zero);
    let cents = left.exact.plus(&amount).cents(full.rounding)?;
    Some((cents, Some(PricedStep { quantity, amount, ..lowest.clone() })))
}
