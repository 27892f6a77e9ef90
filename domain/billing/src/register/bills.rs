//! Which kind of bill each is, for the counts of a register.

use std::collections::BTreeMap;

use crate::{BillInputs, BillKind};
use kernel::Cents;

/// What a bill counts as. Every bill is of one kind: the first in this order that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillCount {
    /// It stays back.
    Held,
    /// It owes the customer.
    Credit,
    /// It comes to nothing.
    Zero,
    /// All its services end within the period.
    Final,
    /// All its services begin within the period.
    First,
    /// Some of its consumption was estimated.
    Estimated,
    /// None of these.
    Regular,
}

/// How many bills there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BillCounts(BTreeMap<BillCount, i64>);

impl BillCount {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [BillCount; 7] = [
        BillCount::Held,
        BillCount::Credit,
        BillCount::Zero,
        BillCount::Final,
        BillCount::First,
        BillCount::Estimated,
        BillCount::Regular,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            BillCount::Held => "held",
            BillCount::Credit => "credit",
            BillCount::Zero => "zero",
            BillCount::Final => "final",
            BillCount::First => "first",
            BillCount::Estimated => "estimated",
            BillCount::Regular => "regular",
        }
    }

    /// What a bill with this total counts as.
    pub(crate) fn of(bill: &BillInputs, total: Cents, facts: Facts) -> BillCount {
        let cuts = || bill.items.iter().map(|item| item.particulars.as_ref().and_then(|particulars| particulars.cut));
        let is_each =
            |is: fn(&crate::Cut) -> bool| !bill.items.is_empty() && cuts().all(|cut| cut.as_ref().is_some_and(is));
        match BillKind::of(total) {
            _ if facts.is_held => BillCount::Held,
            BillKind::Credit => BillCount::Credit,
            BillKind::Zero => BillCount::Zero,
            BillKind::Regular if is_each(|cut| cut.is_final) => BillCount::Final,
            BillKind::Regular if is_each(|cut| cut.is_first) => BillCount::First,
            BillKind::Regular if facts.is_estimated => BillCount::Estimated,
            BillKind::Regular => BillCount::Regular,
        }
    }
}

/// What decides the kind of a bill besides its inputs and total.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) is_held: bool,
    pub(crate) is_estimated: bool,
}

impl BillCounts {
    pub(crate) fn count(&mut self, kind: BillCount) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// How many bills are of a kind.
    #[must_use]
    pub fn of(&self, kind: BillCount) -> i64 {
        self.0.get(&kind).copied().unwrap_or(0)
    }

    /// How many bills there are.
    #[must_use]
    pub fn all(&self) -> i64 {
        self.0.values().sum()
    }

    /// How many bills go out.
    #[must_use]
    pub fn going_out(&self) -> i64 {
        self.all() - self.of(BillCount::Held)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use kernel::{AccountId, AgreementId, Period, RateProfileId};

    use super::*;
    use crate::{Cut, Inputs, Particulars};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn bill(cuts: &[Option<(bool, bool)>]) -> BillInputs {
        let item = |cut: &Option<(bool, bool)>| Inputs {
            agreement: AgreementId(1),
            period: Period::new(day("2026-06-01"), day("2026-07-01")).unwrap(),
            version: None,
            profile: RateProfileId(1),
            consumption: None,
            quantity: None,
            particulars: cut.map(|(is_first, is_final)| {
                let cut = Some(Cut { of: 30, is_first, is_final });
                Box::new(Particulars { cut, ..Particulars::default() })
            }),
        };
        let items = cuts.iter().map(item).collect();
        BillInputs { items, ..BillInputs::empty(AccountId(1), 1, day("2026-06-30")) }
    }

    #[test]
    fn every_bill_is_of_one_kind_the_first_that_it_is() {
        let (none, first, last, both) = (None, Some((true, false)), Some((false, true)), Some((true, true)));
        type Cuts<'a> = &'a [Option<(bool, bool)>];
        #[rustfmt::skip]
        let rows: [(Cuts<'_>, i64, bool, bool, &str); 14] = [
            (&[last],         -1, true,  true,  "held"),
            (&[last],         -1, false, true,  "credit"),
            (&[last],          0, false, true,  "zero"),
            (&[last],          1, false, true,  "final"),
            (&[both],          1, false, true,  "final"),
            (&[last, both],    1, false, true,  "final"),
            (&[last, none],    1, false, false, "regular"),
            (&[first],         1, false, true,  "first"),
            (&[first, both],   1, false, false, "first"),
            (&[first, none],   1, false, true,  "estimated"),
            (&[first, last],   1, false, false, "regular"),
            (&[none],          1, false, true,  "estimated"),
            (&[none, none],    1, false, false, "regular"),
            (&[],              1, false, false, "regular"),
        ];
        let mut counts = BillCounts::default();
        for (cuts, total, is_held, is_estimated, word) in rows {
            let kind = BillCount::of(&bill(cuts), Cents(total), Facts { is_held, is_estimated });
            assert_eq!(kind.word(), word, "{cuts:?} {total} {is_held} {is_estimated}");
            counts.count(kind);
        }
        assert_eq!((counts.all(), counts.going_out()), (14, 13));
        assert_eq!(BillCount::ALL.iter().map(|kind| counts.of(*kind)).sum::<i64>(), counts.all());
    }
}
