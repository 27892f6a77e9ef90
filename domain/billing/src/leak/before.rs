//! Whether a leak adjustment was given before: once in so many months, and one leak on so many bills in a row.

use chrono::{Months, NaiveDate};
use kernel::{BillNumber, Period};

use super::{LeakRefused, LeakRule};

/// A bill of the account that had a leak adjustment which stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeakCredit {
    /// The bill.
    pub bill: BillNumber,
    /// The days it is for.
    pub period: Period,
    /// The date on it.
    pub bill_on: NaiveDate,
}

impl LeakRule {
    /// Refuses when the adjustment was given for another leak too recently, or for this leak on enough bills.
    ///
    /// Bills in a row are one leak. With two bills each and twelve months between: September and October together, and
    /// the next one from the following October on.
    pub fn check_not_before(
        &self,
        (period, bill_on): (Period, NaiveDate),
        given: &[LeakCredit],
    ) -> Result<(), LeakRefused> {
        let leak = in_a_row(period, given);
        let others = given.iter().filter(|one| !leak.iter().any(|same| same.bill == one.bill));
        if let Some(last) = leak.last().filter(|_| self.bills_each <= i64::try_from(leak.len()).unwrap_or(i64::MAX)) {
            return Err(LeakRefused::SameLeak { bill: last.bill, bills_each: self.bills_each });
        }
        for one in others {
            let (first, second) = if one.bill_on < bill_on { (one.bill_on, bill_on) } else { (bill_on, one.bill_on) };
            let months = Months::new(u32::try_from(self.months_between).unwrap_or(0));
            let free_on = first.checked_add_months(months).unwrap_or(NaiveDate::MAX);
            if second < free_on {
                let (bill, bill_on, months) = (one.bill, one.bill_on, self.months_between);
                return Err(LeakRefused::UsedBefore { bill, bill_on, months, free_on });
            }
        }
        Ok(())
    }
}

/// The bills that touch these days, directly or over each other.
fn in_a_row(period: Period, given: &[LeakCredit]) -> Vec<LeakCredit> {
    let mut sorted: Vec<LeakCredit> = given.to_vec();
    sorted.sort_by_key(|one| one.period.from());
    let (mut from, mut to) = (period.from(), period.to());
    let mut leak = Vec::new();
    for one in sorted.iter().rev() {
        if one.period.to() == from {
            from = one.period.from();
            leak.push(*one);
        }
    }
    for one in &sorted {
        if one.period.from() == to {
            to = one.period.to();
            leak.push(*one);
        }
    }
    leak.sort_by_key(|one| one.period.from());
    leak
}
