//! A bill made again from today's facts, before anybody makes it: its lines then and now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AgreementId, BillNumber, Cents, Refusal, ServicePointId};
use metering::NewConsumption;
use revenue::RateBook;

use crate::gather::bill_again;
use crate::measuring::use_to_work_out;
use crate::pricing::{PricedBill, price};
use crate::store;
use crate::views::{find_bill, inputs_of_bill};
use crate::{BillInputs, BillRun, Exception, RunKind};

/// What making a bill again would change.
#[derive(Clone, Debug)]
pub struct RebillPreview {
    /// The number of the regular run whose bill it is; that one is named to make it again.
    pub regular_run: i64,
    /// The date on the first bill, whose rates and taxes hold.
    pub price_on: NaiveDate,
    /// Line by line; what is the same on both is there, too.
    pub lines: Vec<RebilledLine>,
    /// What the bill comes to.
    pub before: Cents,
    /// What it would come to.
    pub after: Cents,
    /// What would have to be looked at; a blocking one leaves lines out.
    pub exceptions: Vec<Exception>,
    /// Whether the facts are those the bill was made from.
    pub is_same: bool,
}

/// From this difference on, either way, a supervisor is shown that a wrong bill stays as it is: it is as much as a leak or a
/// month of a house.
pub const ODD_TO_STAY: Cents = Cents(2_500);

impl RebillPreview {
    /// Why it looks odd when the bill is not made again; `None` where that is about little.
    #[must_use]
    pub fn why_odd_to_stay(&self) -> Option<String> {
        if self.exceptions.iter().any(|one| one.code.is_blocking()) {
            return Some("nobody can tell what it would come to".to_owned());
        }
        let (before, after) = (self.before, self.after);
        (ODD_TO_STAY <= (after - before).abs())
            .then(|| format!("it comes to {} and would come to {}", before.dollars(), after.dollars()))
    }
}

/// A line of a bill and of the one that would take its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RebilledLine {
    /// The service agreement.
    pub agreement: AgreementId,
    /// The reference of the service point.
    pub service_point: String,
    /// The name of the charge in its rates.
    pub charge: String,
    /// The revenue code.
    pub revenue: String,
    /// What it was.
    pub before: Cents,
    /// What it would be.
    pub after: Cents,
}

/// Why a bill is not made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRebilled {
    /// It was taken back.
    #[error("this bill was taken back already; make the bill again that took its place")]
    TakenBack,
    /// It bills charges by code alone.
    #[error("this bill has charges by code alone; end or add charges on the account, and bill them again")]
    ChargesOnly,
}

impl Refusal for NotRebilled {
    fn code(&self) -> &'static str {
        match self {
            NotRebilled::TakenBack => "bill_cancelled",
            NotRebilled::ChargesOnly => "bill_of_charges",
        }
    }
}

/// What making a bill again today would change; `None` when there is no such bill.
pub async fn rebill_preview(
    read: &mut Read,
    number: BillNumber,
) -> Result<Option<Result<RebillPreview, NotRebilled>>, Fault> {
    let Some((run, bill)) = find_bill(read, number).await? else { return Ok(None) };
    if bill.cancelled_by.is_some() || run.cancelled.is_some() {
        return Ok(Some(Err(NotRebilled::TakenBack)));
    }
    let regular = match run.kind {
        RunKind::Charges => return Ok(Some(Err(NotRebilled::ChargesOnly))),
        RunKind::Regular => run.clone(),
        RunKind::OffCycle => {
            let of = run.of_run.ok_or_else(|| Fault::new("a run beside the cycle names no run"))?;
            store::run_by_id(read, of).await?.ok_or_else(|| Fault::new("a run beside the cycle has no run"))?
        }
    };
    let cycles = store::cycles(read).await?;
    let rule = cycles.iter().find(|cycle| cycle.id == regular.cycle).map(|cycle| cycle.due_rule);
    let rule = rule.ok_or_else(|| Fault::new("a run has no cycle"))?;
    let book = RateBook::load(read).await?;
    let was = inputs_of_bill(read, &run, &bill).await?;
    let made = BillRun { kind: RunKind::OffCycle, of_run: Some(regular.id), id: kernel::RunId(0), ..regular.clone() };
    let now = bill_again(read, (&made, rule), &book, (bill.account, run.id)).await?;
    let (old, new) = (price(&book, &BTreeMap::new(), &was), price(&book, &BTreeMap::new(), &now));
    let points = store::service_points_of(read, bill.account).await?;
    let ids: Vec<ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let mut lines = lines((&was, &old), (&now, &new));
    for line in &mut lines {
        let name = points.get(&line.agreement).and_then(|point| names.get(point));
        line.service_point = name.cloned().unwrap_or_default();
    }
    let is_same = was.items == now.items && was.extras == now.extras;
    Ok(Some(Ok(RebillPreview {
        regular_run: regular.number,
        price_on: regular.price_on,
        lines,
        before: bill.total,
        after: new.total,
        exceptions: new.exceptions,
        is_same,
    })))
}

/// References of the service points of a bill whose reads changed since the use of its period was worked out: made again
/// today, it would charge the old use.
pub async fn points_to_work_out(read: &mut Read, number: BillNumber) -> Result<Vec<String>, Fault> {
    let Some((run, bill)) = find_bill(read, number).await? else { return Ok(Vec::new()) };
    let points: BTreeSet<ServicePointId> = store::service_points_of(read, bill.account).await?.into_values().collect();
    let points: Vec<ServicePointId> = points.into_iter().collect();
    let is_of_bill = |figure: &NewConsumption| {
        let days = &figure.period;
        figure.account == bill.account && days.from() < run.period.to() && run.period.from() < days.to()
    };
    let figures = use_to_work_out(read, &points).await?;
    let points: BTreeSet<ServicePointId> =
        figures.iter().filter(|figure| is_of_bill(figure)).map(|figure| figure.service_point).collect();
    let points: Vec<ServicePointId> = points.into_iter().collect();
    Ok(premises::references_by_id(read, &points).await?.into_values().collect())
}

/// The lines of both, each charge of an agreement once, in the order of the new bill.
fn lines(old: (&BillInputs, &PricedBill<'_>), new: (&BillInputs, &PricedBill<'_>)) -> Vec<RebilledLine> {
    let (before, after) = (sums(old), sums(new));
    let keys = after.iter().map(|(key, _)| key).chain(before.iter().map(|(key, _)| key));
    let mut seen = BTreeSet::new();
    let of = |sums: &[(LineKey, Cents)], key: &LineKey| {
        sums.iter().filter(|(known, _)| known == key).map(|(_, cents)| *cents).sum::<Cents>()
    };
    let mut lines = Vec::new();
    for key in keys {
        if seen.insert(key.clone()) {
            let (agreement, charge, revenue) = key.clone();
            let (before, after) = (of(&before, key), of(&after, key));
            lines.push(RebilledLine { agreement, service_point: String::new(), charge, revenue, before, after });
        }
    }
    lines.retain(|line| !line.before.is_zero() || !line.after.is_zero());
    lines
}

/// An agreement, the name of a charge, a revenue code.
type LineKey = (AgreementId, String, String);

fn sums((inputs, priced): (&BillInputs, &PricedBill<'_>)) -> Vec<(LineKey, Cents)> {
    let billed = priced.lines.iter().filter(|line| !line.place.is_borne);
    let keyed = billed.map(|line| {
        let agreement = inputs.item(line.item).agreement;
        ((agreement, line.charge.clone().into_owned(), line.place.code.clone()), line.cents)
    });
    keyed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ExceptionCode;

    #[test]
    fn it_looks_odd_that_a_bill_stays_from_25_dollars_on_or_where_nobody_can_tell() {
        let code = |code| vec![Exception { code, detail: String::new() }];
        let (none, high, unknown) = (vec![], code(ExceptionCode::High), code(ExceptionCode::NoConsumption));
        let differs = |words: &str| Some(format!("it comes to $99.25 and would come to {words}"));
        #[rustfmt::skip]
        let rows = [
            (9_925,  &none,    None),
            (9_913,  &none,    None),
            (12_424, &none,    None),
            (12_425, &none,    differs("$124.25")),
            (7_426,  &none,    None),
            (7_425,  &none,    differs("$74.25")),
            (9_925,  &high,    None),
            (9_925,  &unknown, Some("nobody can tell what it would come to".to_owned())),
        ];
        for (after, exceptions, why) in rows {
            let preview = RebillPreview {
                regular_run: 3,
                price_on: NaiveDate::from_ymd_opt(2026, 7, 1).expect("a day of July"),
                lines: vec![],
                before: Cents(9_925),
                after: Cents(after),
                exceptions: exceptions.clone(),
                is_same: false,
            };
            assert_eq!(preview.why_odd_to_stay(), why, "{after} {exceptions:?}");
        }
    }
}
