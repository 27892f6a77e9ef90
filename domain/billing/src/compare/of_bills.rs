//! The comparison of two bills that were written: each step is priced by the rates themselves.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AgreementId, BillNumber, Cents, Quantity};
use rates::Exact;
use revenue::RateBook;

use super::{BillComparison, Cause, ComparedKind, ComparedService, Ladder, ServiceSide};
use crate::BillInputs;
use crate::inputs::Inputs;
use crate::particulars::{Particulars, days_of};
use crate::pricing::{Given, plan_of, price};
use crate::store;
use crate::views::{find_bill, inputs_of_bill};

/// A bill as it is compared.
struct Side {
    inputs: BillInputs,
    /// What each of its items comes to, then each extra.
    cents: Vec<Cents>,
    total: Cents,
}

/// A bill compared with an earlier one of the same account; `None` when one of them was never written.
pub async fn compare_bills(
    read: &mut Read,
    before: BillNumber,
    after: BillNumber,
) -> Result<Option<BillComparison>, Fault> {
    let book = RateBook::load(read).await?;
    let (Some(before), Some(after)) = (side(read, &book, before).await?, side(read, &book, after).await?) else {
        return Ok(None);
    };
    let points = store::service_points_of(read, after.inputs.account).await?;
    let ids: Vec<kernel::ServicePointId> = points.values().copied().collect();
    let names = premises::references_by_id(read, &ids).await?;
    let name =
        |agreement: AgreementId| points.get(&agreement).and_then(|point| names.get(point)).cloned().unwrap_or_default();
    let compared = Compared { book: &book, before: &before, after: &after };
    let mut services = compared.services(&name);
    services.extend(compared.extras(&name));
    Ok(Some(BillComparison { services, before: before.total, after: after.total }))
}

async fn side(read: &mut Read, book: &RateBook, number: BillNumber) -> Result<Option<Side>, Fault> {
    let Some((run, bill)) = find_bill(read, number).await? else { return Ok(None) };
    let inputs = inputs_of_bill(read, &run, &bill).await?;
    let priced = price(book, &BTreeMap::new(), &inputs);
    let mut cents = vec![Cents::ZERO; inputs.items.len() + inputs.extras.len()];
    for line in priced.lines.iter().filter(|line| !line.place.is_borne) {
        cents[line.item] += line.cents;
    }
    Ok(Some(Side { inputs, cents, total: bill.total }))
}

struct Compared<'a> {
    book: &'a RateBook,
    before: &'a Side,
    after: &'a Side,
}

impl Compared<'_> {
    fn services(&self, name: &impl Fn(AgreementId) -> String) -> Vec<ComparedService> {
        let mut gone: Vec<usize> = (0..self.before.inputs.items.len()).collect();
        let mut services = Vec::new();
        for (place, item) in self.after.inputs.items.iter().enumerate() {
            let same = |old: &usize| self.before.inputs.items[*old].agreement == item.agreement;
            let old = gone.iter().position(same).map(|at| gone.remove(at));
            let parts = match old {
                Some(old) => self.parts(old, place),
                None => alone(Cause::Began, self.after.cents[place]),
            };
            services.push(ComparedService {
                kind: ComparedKind::Service,
                service_point: name(item.agreement),
                schedule: self.schedule(item),
                before: old.map(|old| self.side(self.before, old)),
                after: Some(self.side(self.after, place)),
                parts,
            });
        }
        for old in gone {
            let item = &self.before.inputs.items[old];
            services.push(ComparedService {
                kind: ComparedKind::Service,
                service_point: name(item.agreement),
                schedule: self.schedule(item),
                before: Some(self.side(self.before, old)),
                after: None,
                parts: alone(Cause::Ended, -self.before.cents[old]),
            });
        }
        services
    }

    /// What the bills charge besides services: never compared with each other.
    fn extras(&self, name: &impl Fn(AgreementId) -> String) -> Vec<ComparedService> {
        let of = |side: &Side, is_after: bool| {
            let first = side.inputs.items.len();
            let extra = |(place, extra): (usize, &crate::Extra)| {
                let (cents, here) = (side.cents[first + place], Some(self.side(side, first + place)));
                ComparedService {
                    kind: match extra.kind {
                        crate::ExtraKind::Settlement => ComparedKind::Settlement,
                        crate::ExtraKind::Charge(_) => ComparedKind::Charge,
                    },
                    service_point: name(extra.inputs.agreement),
                    schedule: self.schedule(&extra.inputs),
                    before: if is_after { None } else { here.clone() },
                    after: if is_after { here } else { None },
                    parts: alone(Cause::Itself, if is_after { cents } else { -cents }),
                }
            };
            side.inputs.extras.iter().enumerate().map(extra).collect::<Vec<_>>()
        };
        [of(self.after, true), of(self.before, false)].concat()
    }

    fn schedule(&self, item: &Inputs) -> String {
        let version = item.version.and_then(|id| self.book.version(id));
        version.map_or_else(String::new, |version| version.schedule.code.clone())
    }

    fn side(&self, side: &Side, place: usize) -> ServiceSide {
        let item = side.inputs.item(place);
        ServiceSide { period: item.period, used: item.quantity, cents: side.cents[place] }
    }

    /// The difference of a service, taken apart: days, use, quantities, class, and the rest to the rates.
    fn parts(&self, old: usize, new: usize) -> Vec<super::DifferencePart> {
        let (then, now) = (&self.before.inputs.items[old], &self.after.inputs.items[new]);
        let (before_on, after_on) = (self.before.inputs.bill_on, self.after.inputs.bill_on);
        let (days, now_days) = (then.period.days(), now.period.days());
        let rates = Rates { book: self.book, price_on: before_on, item: then };
        let used = rates.used();
        let paced = used.times(&Exact::ratio(now_days, days).unwrap_or_else(Exact::one));
        let found = match (then.quantity, now.quantity) {
            (Some(then), Some(now)) if then.unit == now.unit => Exact::from(now),
            (Some(_), Some(_)) | (None, _) | (_, None) => paced.clone(),
        };
        let as_now = Inputs { profile: now.profile, ..then.clone() };
        let class = Rates { item: &as_now, ..rates };
        let mut steps = vec![(Cause::Days { before: days, after: now_days }, rates.price(&paced, now, then))];
        if let (Some(was), Some(found_now)) = (then.quantity, now.quantity) {
            let expected = Quantity { steps: pace(was.steps, now_days, days), unit: was.unit };
            steps.push((Cause::Use { expected, found: found_now }, rates.price(&found, now, then)));
        }
        steps.push((Cause::Terms(terms(then, now)), rates.price(&found, now, now)));
        if then.profile != now.profile {
            let cause = Cause::Class(self.class(then), self.class(now));
            steps.push((cause, class.price(&found, now, now)));
        }
        let before = self.before.cents[old];
        let base = rates.price(&used, then, then);
        Ladder {
            before,
            base: base.unwrap_or(before),
            steps: if base.is_some() { steps } else { Vec::new() },
            after: self.after.cents[new],
            rest: Cause::Rates(self.since(then, before_on), self.since(now, after_on)),
        }
        .parts()
    }

    /// The first day of the rates of an item.
    fn since(&self, item: &Inputs, otherwise: NaiveDate) -> NaiveDate {
        let version = item.version.and_then(|id| self.book.version(id)).and_then(|version| version.version());
        version.map_or(otherwise, |version| version.effective_on)
    }

    fn class(&self, item: &Inputs) -> String {
        let Some(profile) = self.book.profile(item.profile) else { return String::new() };
        let values = profile.dimensions.values().map(String::as_str);
        [profile.class.as_str()].into_iter().chain(values).collect::<Vec<_>>().join(", ")
    }
}

/// The rates of a bill, asked what other figures would have cost.
#[derive(Clone, Copy)]
struct Rates<'a> {
    book: &'a RateBook,
    price_on: NaiveDate,
    item: &'a Inputs,
}

impl Rates<'_> {
    /// What was used; nothing where no use is charged.
    fn used(&self) -> Exact {
        self.item.quantity.map_or_else(Exact::zero, Exact::from)
    }

    /// The price of some use in the days of one item with the quantities and exemptions of another.
    fn price(&self, used: &Exact, days: &Inputs, terms: &Inputs) -> Option<Cents> {
        let plan = plan_of(self.book, self.price_on, self.item, self.item.version).ok()?;
        let nothing = Particulars::default();
        let cut = days.particulars.as_deref().unwrap_or(&nothing).cut;
        let given = Given::of(terms);
        let unit = self.item.quantity.map_or(kernel::Unit::Each, |quantity| quantity.unit);
        let inputs = given.inputs((used.clone(), unit), days_of(days.period, cut, plan.plan.normal_days()));
        plan.plan.price_for(&inputs).ok().map(|price| price.total)
    }
}

fn alone(cause: Cause, cents: Cents) -> Vec<super::DifferencePart> {
    if cents.is_zero() { Vec::new() } else { vec![super::DifferencePart { cause, cents }] }
}

/// What a pace comes to in other days, to the nearest step.
fn pace(steps: i64, days: i64, of: i64) -> i64 {
    let (numerator, denominator) = (i128::from(steps) * i128::from(days), i128::from(of.max(1)));
    i64::try_from((2 * numerator + denominator) / (2 * denominator)).unwrap_or(i64::MAX)
}

/// The quantities and exemptions that differ.
fn terms(then: &Inputs, now: &Inputs) -> Vec<(String, String, String)> {
    let held = |item: &Inputs| {
        let mut held = BTreeMap::new();
        if let Some(particulars) = &item.particulars {
            for (name, quantity) in &particulars.quantities {
                held.insert(name.replace('_', " "), quantity.amount.normalize().to_string());
            }
            for exemption in &particulars.exemptions {
                held.insert(format!("exemption {}", exemption.code.replace('_', " ")), exemption.certificate.clone());
            }
        }
        held
    };
    let (then, now) = (held(then), held(now));
    let names: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let of = |held: &BTreeMap<String, String>, name: &String| held.get(name).cloned().unwrap_or_else(|| "none".into());
    let differs = names.into_iter().filter(|name| then.get(*name) != now.get(*name));
    differs.map(|name| (name.clone(), of(&then, name), of(&now, name))).collect()
}
