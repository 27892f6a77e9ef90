//! A bill as a statement: what was owed, what happened since, what is charged now, what is due, as it stood that day.

use kernel::Cents;

use crate::stage::Stage;

/// A statement as it was printed with a bill; never worked out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whether the bill is an account's first, last or one in between.
    pub stage: Stage,
    /// Whether something on it is estimated.
    pub is_estimated: bool,
    /// What the last statement asked for.
    pub previous: Cents,
    /// Payments since then; negative where the customer paid.
    pub payments: Cents,
    /// What else changed since then: adjustments, bills taken back.
    pub adjustments: Cents,
    /// What is carried forward: the three together.
    pub forward: Cents,
    /// What this bill charges.
    pub current: Cents,
    /// What is due: carried forward and charged now.
    pub due: Cents,
    /// The part of what is carried forward that was due before the bill date.
    pub past_due: Cents,
    /// All payments of the account so far, by which the next statement tells its own.
    pub payments_total: Cents,
}

/// What a statement is made from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Standing {
    /// What the last statement asked for, and all payments when it was made.
    pub(crate) last: Option<(Cents, Cents)>,
    /// What the account owes before this bill.
    pub(crate) balance: Cents,
    /// All payments so far; negative where the customer paid.
    pub(crate) payments: Cents,
    /// What bills that are not due yet come to.
    pub(crate) not_due: Cents,
}

impl Statement {
    /// The statement of a bill that charges `current`.
    ///
    /// Last statement $80.00, paid $50.00, a credit of $5.00: $25.00 carried forward; $60.00 charged now: $85.00 due.
    /// The $80.00 were due by now, so all of the $25.00 is past due.
    pub(crate) fn of(standing: Standing, current: Cents, (stage, is_estimated): (Stage, bool)) -> Statement {
        let (previous, paid_then) = standing.last.unwrap_or_default();
        let payments = standing.payments - paid_then;
        let forward = standing.balance;
        let late = forward - standing.not_due;
        Statement {
            stage,
            is_estimated,
            previous,
            payments,
            adjustments: forward - previous - payments,
            forward,
            current,
            due: forward + current,
            past_due: late.min(forward).max(Cents::ZERO),
            payments_total: standing.payments,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_statement_adds_up_as_a_clerk_does() {
        // last due | paid then | balance | paid | not due || payments | adjustments | past due   (current is 60.00)
        let rows = [
            (80_00, 0, 25_00, -50_00, 0, -50_00, -5_00, 25_00),
            (80_00, -10_00, 25_00, -60_00, 0, -50_00, -5_00, 25_00),
            (80_00, 0, 80_00, 0, 80_00, 0, 0, 0),
            (80_00, 0, 80_00, 0, 30_00, 0, 0, 50_00),
            (80_00, 0, -20_00, -10_000, 0, -10_000, 0, 0),
            (0, 0, 0, 0, 0, 0, 0, 0),
            (80_00, 0, 0, 0, 0, 0, -80_00, 0),
        ];
        for (last, then, balance, paid, not_due, payments, adjustments, past_due) in rows {
            let standing = Standing {
                last: Some((Cents(last), Cents(then))),
                balance: Cents(balance),
                payments: Cents(paid),
                not_due: Cents(not_due),
            };
            let found = Statement::of(standing, Cents(60_00), (Stage::Regular, false));
            let figures = (found.payments.0, found.adjustments.0, found.forward.0, found.due.0, found.past_due.0);
            assert_eq!(figures, (payments, adjustments, balance, balance + 60_00, past_due), "{standing:?}");
        }
    }

    proptest! {
        #[test]
        fn every_statement_adds_up(
            numbers in prop::array::uniform6(-100_000_000..100_000_000_i64),
        ) {
            let [last, then, balance, paid, not_due, current] = numbers.map(Cents);
            let standing = Standing { last: Some((last, then)), balance, payments: paid, not_due };
            let made = Statement::of(standing, current, (Stage::Final, true));
            prop_assert_eq!(made.previous + made.payments + made.adjustments, made.forward);
            prop_assert_eq!(made.forward + made.current, made.due);
            prop_assert!(Cents::ZERO <= made.past_due && made.past_due <= made.forward.max(Cents::ZERO));
        }
    }
}
