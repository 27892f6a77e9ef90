//! The inputs of a bill: what is frozen when a run is prepared, and compared when it is posted.

use chrono::{Datelike, NaiveDate};
use kernel::{
    AccountId, AgreementId, ConsumptionId, Digest, DigestBuilder, Period, Quantity, RateProfileId, RateVersionId,
};
use metering::Consumption;
use revenue::RateBook;

use crate::Agreement;

/// Everything the price of one agreement's service depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The agreement.
    pub agreement: AgreementId,
    /// The days billed.
    pub period: Period,
    /// The version of its rate schedule that holds; none when there is no such schedule.
    pub version: Option<RateVersionId>,
    /// Its class and dimension values.
    pub profile: RateProfileId,
    /// What was used; none when it was not read.
    pub consumption: Option<ConsumptionId>,
    /// How much was used.
    pub quantity: Option<Quantity>,
}

/// The inputs of one bill: an account's services together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillInputs {
    /// Who is billed.
    pub account: AccountId,
    /// The position in the run, from 1.
    pub position: i64,
    /// One for each service agreement that is due.
    pub items: Vec<Inputs>,
}

impl Inputs {
    /// Gathers the inputs of an agreement from today's facts; `None` when it covers no day of
    /// the period. `used` is the consumption of the agreement's service point in the period.
    #[must_use]
    pub fn gather(
        agreement: &Agreement,
        used: Option<&Consumption>,
        book: &RateBook,
        (period, bill_on): (Period, NaiveDate),
    ) -> Option<Inputs> {
        let period = agreement.days_in(period)?;
        Some(Inputs {
            agreement: agreement.id,
            period,
            version: book.version_for(&agreement.schedule, bill_on, period),
            profile: agreement.profile,
            consumption: used.map(|used| used.id),
            quantity: used.map(|used| used.quantity),
        })
    }
}

impl BillInputs {
    /// The fingerprint of all inputs, the same whenever and on whichever engine it is taken.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut digest = DigestBuilder::new();
        digest.int(self.account.0).int(self.position);
        for item in &self.items {
            let day = |day: NaiveDate| i64::from(day.num_days_from_ce());
            digest.int(item.agreement.0).int(day(item.period.from())).int(day(item.period.to()));
            digest.int(item.version.map_or(0, |version| version.0)).int(item.profile.0);
            digest.int(item.consumption.map_or(0, |consumption| consumption.0));
            match item.quantity {
                Some(quantity) => digest.text(quantity.unit.code()).int(quantity.steps),
                None => digest.text("").int(0),
            };
        }
        digest.finish()
    }
}

/// The consumption at each agreement's service point, in step with the agreements.
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
        matched.push(of_account.filter(|row| row.service_point == agreement.service_point).last());
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
            quantity: Quantity { steps, unit: Unit::Ccf },
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
        };
        let changes: [fn(&mut Inputs); 7] = [
            |item| item.agreement = AgreementId(2),
            |item| item.period = Period::new(item.period.from(), item.period.from().succ_opt().unwrap()).unwrap(),
            |item| item.version = None,
            |item| item.profile = RateProfileId(2),
            |item| item.consumption = Some(ConsumptionId(2)),
            |item| item.quantity = Some(Quantity { steps: 2, unit: Unit::Ccf }),
            |item| item.quantity = Some(Quantity { steps: 1, unit: Unit::Kgal }),
        ];
        let bill = |item: Inputs| BillInputs { account: AccountId(1), position: 1, items: vec![item] };
        for (number, change) in changes.iter().enumerate() {
            let mut other = item.clone();
            change(&mut other);
            assert_ne!(bill(item.clone()).digest(), bill(other).digest(), "change {number} went unnoticed");
        }
    }
}
