//! Tallies: what a chunk's bills charge, by where it goes; the register sums them.

use std::collections::BTreeMap;

use kernel::{FundId, LedgerAccountId, Quantity, Unit};
use revenue::{Place, RateBook};

use crate::store::RunTally;
use crate::{BillInputs, PricedBill};

/// The ledger accounts between which a charge moves, and whether the city pays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) fund: FundId,
    pub(crate) debit: LedgerAccountId,
    pub(crate) credit: LedgerAccountId,
    pub(crate) is_borne: bool,
}

/// Adds up what a chunk's bills charge, by where it goes; items without a price count too.
#[derive(Default)]
pub(crate) struct Tallies(BTreeMap<TallyKey, (i64, i64, i64)>);

/// Service, class, version, revenue code, unit, and where in the books.
type TallyKey = (String, String, i64, String, Option<Unit>, Option<Spot>);

impl Spot {
    fn of(place: &Place) -> Spot {
        Spot { fund: place.fund, debit: place.debit, credit: place.credit, is_borne: place.is_borne }
    }
}

impl Tallies {
    pub(crate) fn add(&mut self, book: &RateBook, inputs: &BillInputs, priced: &PricedBill<'_>) {
        for (number, (item, _)) in inputs.all().enumerate() {
            let class = book.profile(item.profile).map_or_else(String::new, |profile| profile.class.clone());
            let version = item.version.map_or(0, |version| version.0);
            let service = item.version.and_then(|id| book.version(id)).map_or("", |version| &version.schedule.service);
            let mut quantity = item.quantity;
            let lines = priced.lines.iter().filter(|line| line.item == number);
            let mut has_line = false;
            for line in lines {
                has_line = true;
                let spot = Some(Spot::of(&line.place));
                // An item's quantity counts once, with its first line.
                let key = (service, class.as_str(), line.version.0, line.place.code.as_str());
                self.count(key, spot, quantity.take(), line.cents.0);
            }
            if !has_line {
                self.count((service, &class, version, ""), None, quantity, 0);
            }
        }
    }

    fn count(
        &mut self,
        (service, class, version, code): (&str, &str, i64, &str),
        spot: Option<Spot>,
        quantity: Option<Quantity>,
        cents: i64,
    ) {
        let unit = quantity.map(|quantity| quantity.unit);
        let key = (service.to_owned(), class.to_owned(), version, code.to_owned(), unit, spot);
        let sums = self.0.entry(key).or_default();
        sums.0 += 1;
        sums.1 += quantity.map_or(0, |quantity| quantity.steps);
        sums.2 += cents;
    }

    pub(crate) fn into_rows(self) -> Vec<RunTally> {
        let row =
            |((service, class, rate_version_id, revenue_code, unit, spot), (item_count, steps, cents))| RunTally {
                service,
                class,
                rate_version_id,
                revenue_code,
                unit: Option::<Unit>::map_or(unit, String::new(), |unit| unit.code().to_owned()),
                item_count,
                steps,
                cents,
                spot,
            };
        self.0.into_iter().map(row).collect()
    }
}
