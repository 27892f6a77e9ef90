//! When something is due, and how old it is: one rule for pages, reports and bills.

use chrono::NaiveDate;

/// How old what is owed can be, as pages and files say it.
pub const AGES: [&str; 6] = ["Not due", "1–30 days", "31–60 days", "61–90 days", "91–120 days", "Over 120 days"];

/// Whether something is past due on a day: not on the day by which it is to be paid, but from the next one on.
#[must_use]
pub fn is_past_due(due_on: NaiveDate, as_of: NaiveDate) -> bool {
    due_on < as_of
}

/// Which of [`AGES`] an amount has, by how many days it is past due.
#[must_use]
pub fn age_of(due_on: NaiveDate, as_of: NaiveDate) -> usize {
    if !is_past_due(due_on, as_of) {
        return 0;
    }
    match (as_of - due_on).num_days() {
        ..=30 => 1,
        31..=60 => 2,
        61..=90 => 3,
        91..=120 => 4,
        121.. => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_due_through_its_due_date_and_past_due_the_day_after() {
        let due_on: NaiveDate = "2026-06-30".parse().unwrap();
        #[rustfmt::skip]
        let rows = [
            // days behind the due date | past due | age
            (-1,  false, "Not due"),
            (0,   false, "Not due"),
            (1,   true,  "1–30 days"),
            (30,  true,  "1–30 days"),
            (31,  true,  "31–60 days"),
            (60,  true,  "31–60 days"),
            (61,  true,  "61–90 days"),
            (91,  true,  "91–120 days"),
            (120, true,  "91–120 days"),
            (121, true,  "Over 120 days"),
        ];
        for (days, expected, age) in rows {
            let as_of = due_on + chrono::TimeDelta::days(days);
            assert_eq!(
                (is_past_due(due_on, as_of), AGES[age_of(due_on, as_of)]),
                (expected, age),
                "{days} days behind"
            );
        }
    }
}
