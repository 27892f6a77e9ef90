//! Two bills of an account compared: what each service cost then and now, and what made the difference.

mod of_bills;

use chrono::NaiveDate;
use kernel::{Cents, Period, Quantity};

pub use of_bills::compare_bills;

/// A bill beside another one of the same account.
#[derive(Clone, Debug)]
pub struct BillComparison {
    /// Service by service, in the order of the later bill; what ended comes last.
    pub services: Vec<ComparedService>,
    /// What the earlier bill came to.
    pub before: Cents,
    /// What the later bill comes to.
    pub after: Cents,
}

/// One service, or one thing charged besides, on two bills.
#[derive(Clone, Debug)]
pub struct ComparedService {
    /// What it is.
    pub kind: ComparedKind,
    /// The reference of the service point.
    pub service_point: String,
    /// The code of the schedule that prices it.
    pub schedule: String,
    /// How it stood on the earlier bill.
    pub before: Option<ServiceSide>,
    /// How it stands on the later bill.
    pub after: Option<ServiceSide>,
    /// What made the difference; together exactly the difference.
    pub parts: Vec<DifferencePart>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparedKind {
    /// A service of the bill's own period.
    Service,
    /// Days of an earlier period, settled.
    Settlement,
    /// A charge by code.
    Charge,
}

/// A service on one bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceSide {
    /// The days.
    pub period: Period,
    /// What was used, where that makes a difference.
    pub used: Option<Quantity>,
    /// What it costs with its taxes.
    pub cents: Cents,
}

/// A part of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DifferencePart {
    /// What made it.
    pub cause: Cause,
    /// How much; negative where less is charged.
    pub cents: Cents,
}

/// What makes two bills differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is for more or fewer days, at the use per day of the earlier bill.
    Days {
        /// Days of the earlier bill.
        before: i64,
        /// Days of the later bill.
        after: i64,
    },
    /// More or less was used than at the pace of the earlier bill.
    Use {
        /// What the pace of the earlier bill would have come to in these days.
        expected: Quantity,
        /// What was used.
        found: Quantity,
    },
    /// Quantities or exemptions changed: each with what it was and what it is.
    Terms(Vec<(String, String, String)>),
    /// It is another kind of customer: what it was and what it is.
    Class(String, String),
    /// Other rates hold: the first day of those before and of those now; the same day where only the season differs.
    Rates(NaiveDate, NaiveDate),
    /// It was not on the earlier bill.
    Began,
    /// It is not on the later bill.
    Ended,
    /// The earlier or later bill charges it for its own reasons, as a settlement does.
    Itself,
}

impl ComparedService {
    /// By how much the later bill charges more for it.
    #[must_use]
    pub fn difference(&self) -> Cents {
        let cents = |side: &Option<ServiceSide>| side.as_ref().map_or(Cents::ZERO, |side| side.cents);
        cents(&self.after) - cents(&self.before)
    }
}

/// A price that is changed into another one step by step.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    /// What the earlier bill charged.
    pub(crate) before: Cents,
    /// The same worked out by the last of its rates alone; other than `before` where several held in its days.
    pub(crate) base: Cents,
    /// The causes in their order, each with the price once it is changed; no price where there is none to be had.
    pub(crate) steps: Vec<(Cause, Option<Cents>)>,
    /// What the later bill charges.
    pub(crate) after: Cents,
    /// What is left is due to this.
    pub(crate) rest: Cause,
}

impl Ladder {
    /// The parts, which together are exactly the difference; causes that change nothing are left out.
    ///
    /// 40.00, with more days 44.00, with more use 60.00, and 63.00 by new rates: 4.00 + 16.00 + 3.00 = 23.00.
    pub(crate) fn parts(self) -> Vec<DifferencePart> {
        let mut parts = Vec::new();
        let mut push = |cause: Cause, cents: Cents| {
            if !cents.is_zero() {
                parts.push(DifferencePart { cause, cents });
            }
        };
        let mut stands = self.base;
        for (cause, price) in self.steps {
            let Some(price) = price else { continue };
            push(cause, price - stands);
            stands = price;
        }
        push(self.rest, (self.after - stands) + (self.base - self.before));
        parts
    }
}

#[cfg(test)]
mod tests {
    use kernel::Unit;
    use proptest::prelude::*;

    use super::*;

    fn kgal(steps: i64) -> Quantity {
        Quantity { steps, unit: Unit::Kgal }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn ladder(before: i64, base: i64, steps: [Option<i64>; 4], after: i64) -> Ladder {
        let causes = [
            Cause::Days { before: 30, after: 42 },
            Cause::Use { expected: kgal(14), found: kgal(22) },
            Cause::Terms(vec![("winter average".into(), "6".into(), "8".into())]),
            Cause::Class("residential".into(), "commercial".into()),
        ];
        let steps = causes.into_iter().zip(steps.map(|price| price.map(Cents))).collect();
        let rest = Cause::Rates(day("2025-01-01"), day("2025-07-01"));
        Ladder { before: Cents(before), base: Cents(base), steps, after: Cents(after), rest }
    }

    #[test]
    fn parts_are_what_each_step_adds() {
        type Row = (i64, i64, [Option<i64>; 4], i64, [i64; 5]);
        // before | by its last rates | days, use, terms, class | after || days, use, terms, class, rates
        #[rustfmt::skip]
        let rows: [Row; 6] = [
            (40_00, 40_00, [Some(44_00), Some(60_00), Some(60_00), Some(60_00)], 63_00, [4_00,  16_00, 0,    0,     3_00]),
            (40_00, 40_00, [Some(40_00), Some(30_00), Some(30_00), Some(30_00)], 30_00, [0,    -10_00, 0,    0,     0]),
            (40_00, 40_00, [Some(40_00), Some(40_00), Some(45_00), Some(45_00)], 45_00, [0,     0,     5_00, 0,     0]),
            (40_00, 40_00, [Some(44_00), Some(60_00), Some(60_00), None],        70_00, [4_00,  16_00, 0,    0,     10_00]),
            (40_00, 41_00, [Some(41_00), Some(51_00), Some(51_00), Some(51_00)], 51_00, [0,     10_00, 0,    0,     1_00]),
            (40_00, 40_00, [None, None, None, None],                             25_00, [0,     0,     0,    0,    -15_00]),
        ];
        for (before, base, steps, after, expected) in rows {
            let made = ladder(before, base, steps, after);
            let causes: Vec<Cause> =
                made.steps.iter().map(|(cause, _)| cause.clone()).chain([made.rest.clone()]).collect();
            let found = made.parts();
            let of = |cause: &Cause| found.iter().find(|part| part.cause == *cause).map_or(0, |part| part.cents.0);
            let found: Vec<i64> = causes.iter().map(of).collect();
            assert_eq!(found, expected, "{before} to {after}");
        }
    }

    proptest! {
        #[test]
        fn parts_are_the_whole_difference(
            before in -1_000_000..1_000_000_i64,
            base in -1_000_000..1_000_000_i64,
            steps in prop::array::uniform4(prop::option::of(-1_000_000..1_000_000_i64)),
            after in -1_000_000..1_000_000_i64,
        ) {
            let parts = ladder(before, base, steps, after).parts();
            let sum: Cents = parts.iter().map(|part| part.cents).sum();
            prop_assert_eq!(sum, Cents(after - before));
        }
    }
}
