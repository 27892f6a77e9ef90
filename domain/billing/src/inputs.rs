//! The inputs of a bill: what is frozen when a run is prepared, and compared when it is posted.

use chrono::{Datelike, NaiveDate};
use kernel::{
    AccountId, AgreementId, ConsumptionId, Digest, DigestBuilder, Period, Quantity, RateProfileId, RateVersionId,
};
use metering::Consumption;
use rates::Needs;
use revenue::{PricePlan, RateBook};

use crate::extra::Extra;
use crate::particulars::{Cut, Holdings, Particulars, Segment};
use crate::{Agreement, BillRun};

/// Everything the price of one agreement's service depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The agreement.
    pub agreement: AgreementId,
    /// The days billed.
    pub period: Period,
    /// The version of its rate schedule that holds, of several the last; none when there is no such schedule.
    pub version: Option<RateVersionId>,
    /// Its class and dimension values.
    pub profile: RateProfileId,
    /// What was used; none when it was not read, or makes no difference.
    pub consumption: Option<ConsumptionId>,
    /// How much was used.
    pub quantity: Option<Quantity>,
    /// What else its price depends on; none for most services.
    pub particulars: Option<Box<Particulars>>,
}

/// The inputs of one bill: an account's services together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillInputs {
    /// Who is billed.
    pub account: AccountId,
    /// The position in the run, from 1.
    pub position: i64,
    /// The date that may decide versions and seasons: the bill date, of a bill made again that of the first.
    pub bill_on: NaiveDate,
    /// One for each service agreement that is due.
    pub items: Vec<Inputs>,
    /// What it charges besides: settlements of estimates, charges by code.
    pub extras: Vec<Extra>,
}

/// What inputs are gathered by, besides the agreement and its use.
pub(crate) struct Facts<'a> {
    pub(crate) run: &'a BillRun,
    pub(crate) book: &'a RateBook,
    pub(crate) holdings: &'a Holdings,
}

impl Inputs {
    /// Gathers the inputs of an agreement from today's facts; `None` when it covers no day of
    /// the period. `used` is the consumption of the agreement's service point in the period.
    pub(crate) fn gather(agreement: &Agreement, used: Option<&Consumption>, facts: &Facts<'_>) -> Option<Inputs> {
        let Facts { run, book, holdings } = facts;
        let period = agreement.days_in(run.period)?;
        let parts = book.versions_for(&agreement.schedule, run.price_on, period);
        let plan = |part: &(RateVersionId, Period)| -> Option<&PricePlan> {
            book.plan(part.0, agreement.profile, (run.price_on, period))?.as_ref().ok()
        };
        let plans: Vec<Option<&PricePlan>> = parts.iter().map(plan).collect();
        let needs: Vec<&Needs> = plans.iter().flatten().map(|plan| plan.plan.needs()).collect();
        // Use that makes no difference is no input: what is billed by the month is not read.
        let is_measured = needs.len() < plans.len().max(1) || needs.iter().any(|needs| needs.usage);
        let used = used.filter(|_| is_measured);
        let segment = |part: &(RateVersionId, Period)| Segment { version: part.0, period: part.1 };
        let particulars = Particulars {
            cut: Cut::of(period, run.period),
            quantities: holdings.quantities((agreement.account, agreement.id), &needs),
            exemptions: holdings.exemptions(agreement.account, &needs),
            segments: if parts.len() < 2 { Vec::new() } else { parts.iter().map(segment).collect() },
        };
        Some(Inputs {
            agreement: agreement.id,
            period,
            version: parts.last().map(|part| part.0),
            profile: agreement.profile,
            consumption: used.map(|used| used.id),
            quantity: used.map(|used| used.quantity),
            particulars: particulars.unless_empty(),
        })
    }

    /// Every version that prices some of it.
    pub(crate) fn versions(&self) -> impl Iterator<Item = RateVersionId> {
        let segments = self.particulars.iter().flat_map(|particulars| &particulars.segments);
        segments.map(|segment| segment.version).chain(self.version)
    }
}

impl BillInputs {
    /// A bill without anything on it yet.
    pub(crate) fn empty(account: AccountId, position: i64, bill_on: NaiveDate) -> BillInputs {
        BillInputs { account, position, bill_on, items: Vec::new(), extras: Vec::new() }
    }

    /// Everything that is priced, each with the date that decides its rates: the services, then the extras.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Inputs, NaiveDate)> {
        let items = self.items.iter().map(|item| (item, self.bill_on));
        items.chain(self.extras.iter().map(|extra| (&extra.inputs, extra.price_on)))
    }

    /// What the line of a bill with this item number is for.
    pub(crate) fn item(&self, number: usize) -> &Inputs {
        match number.checked_sub(self.items.len()) {
            None => &self.items[number],
            Some(extra) => &self.extras[extra].inputs,
        }
    }

    /// The fingerprint of all inputs, the same whenever and on whichever engine it is taken.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digest = DigestBuilder::new();
        let day = |day: NaiveDate| i64::from(day.num_days_from_ce());
        digest.int(self.account.0).int(self.position).int(day(self.bill_on));
        for (item, _) in self.all() {
            digest.int(item.agreement.0).int(day(item.period.from())).int(day(item.period.to()));
            digest.int(item.version.map_or(0, |version| version.0)).int(item.profile.0);
            digest.int(item.consumption.map_or(0, |consumption| consumption.0));
            match item.quantity {
                Some(quantity) => digest.text(quantity.unit.code()).int(quantity.steps),
                None => digest.text("").int(0),
            };
            match &item.particulars {
                Some(particulars) => digest.text(&particulars.to_text()),
                None => digest.text(""),
            };
        }
        for extra in &self.extras {
            digest.text(extra.kind.code()).int(extra.kind.charge().map_or(0, |charge| charge.0));
            digest.int(day(extra.price_on)).text(&extra.billed_text());
        }
        digest.finish()
    }
}

/// The consumption at each agreement's service point, the last that begins while the agreement lasts, in step with
/// the agreements.
///
/// Both lists are ordered by account; an account has few service points, so each is searched.
#[must_use]
pub fn match_consumption<'a>(agreements: &[&Agreement], used: &'a [Consumption]) -> Vec<Option<&'a Consumption>> {
    let mut matched = Vec::with_capacity(agreements.len());
    let mut start = 0;
    for agreement in agreements {
        while used.get(start).is_some_and(|row| row.account < agreement.account) {
            start += 1;
        }
        let of_account = used[start..].iter().take_while(|row| row.account == agreement.account);
        let is_own = |row: &&Consumption| {
            row.service_point == agreement.service_point
                && agreement.stops_on.is_none_or(|stops_on| row.from_on < stops_on)
        };
        matched.push(of_account.filter(is_own).last());
    }
    matched
}

#[cfg(test)]
mod tests {
    use kernel::{ServicePointId, Unit};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn agreement(account: i64, point: i64) -> Agreement {
        Agreement {
            id: AgreementId(point),
            account: AccountId(account),
            service_point: ServicePointId(point),
            schedule: "water".into(),
            profile: RateProfileId(1),
            starts_on: day("2014-01-01"),
            stops_on: None,
        }
    }

    fn used(account: i64, point: i64, steps: i64) -> Consumption {
        Consumption {
            id: ConsumptionId(steps),
            account: AccountId(account),
            service_point: ServicePointId(point),
            from_on: day("2014-03-01"),
            quantity: Quantity { steps, unit: Unit::Ccf },
            is_estimated: false,
        }
    }

    #[test]
    fn each_service_point_finds_its_own_consumption() {
        let agreements = [agreement(1, 10), agreement(1, 11), agreement(3, 30), agreement(4, 40)];
        let agreements: Vec<&Agreement> = agreements.iter().collect();
        let rows = [used(1, 11, 5), used(2, 20, 6), used(4, 40, 7)];
        let found: Vec<Option<i64>> =
            match_consumption(&agreements, &rows).into_iter().map(|row| row.map(|row| row.id.0)).collect();
        assert_eq!(found, [None, Some(5), None, Some(7)]);
    }

    #[test]
    fn every_input_counts_in_the_digest() {
        let item = Inputs {
            agreement: AgreementId(1),
            period: Period::new(day("2014-03-01"), day("2014-04-01")).unwrap(),
            version: Some(RateVersionId(1)),
            profile: RateProfileId(1),
            consumption: Some(ConsumptionId(1)),
            quantity: Some(Quantity { steps: 1, unit: Unit::Ccf }),
            particulars: None,
        };
        let changes: [fn(&mut Inputs); 8] = [
            |item| item.agreement = AgreementId(2),
            |item| item.period = Period::new(item.period.from(), item.period.from().succ_opt().unwrap()).unwrap(),
            |item| item.version = None,
            |item| item.profile = RateProfileId(2),
            |item| item.consumption = Some(ConsumptionId(2)),
            |item| item.quantity = Some(Quantity { steps: 2, unit: Unit::Ccf }),
            |item| item.quantity = Some(Quantity { steps: 1, unit: Unit::Kgal }),
            |item| {
                let cut = Some(Cut { of: 31, is_first: true, is_final: false });
                item.particulars = Some(Box::new(Particulars { cut, ..Particulars::default() }));
            },
        ];
        let bill = |item: Inputs| BillInputs {
            account: AccountId(1),
            position: 1,
            bill_on: day("2014-04-01"),
            items: vec![item],
            extras: Vec::new(),
        };
        let later = BillInputs { bill_on: day("2014-04-02"), ..bill(item.clone()) };
        assert_ne!(bill(item.clone()).digest(), later.digest(), "the date on the bill went unnoticed");
        for (number, change) in changes.iter().enumerate() {
            let mut other = item.clone();
            change(&mut other);
            assert_ne!(bill(item.clone()).digest(), bill(other).digest(), "change {number} went unnoticed");
        }
    }
}
