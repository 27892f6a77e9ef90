//! `WhatIfReport`: who would pay more, who less, and what the city would take in.

use std::collections::BTreeMap;

use db::{Fault, Read};
use kernel::{AccountId, Cents, Decimal, Month};
use rates::tools::per_cent_change;
use serde::{Serialize, Serializer};

use super::WhatIf;
use crate::Exception;

/// What a proposal would have changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WhatIfReport {
    /// The code of the schedule.
    pub schedule: String,
    /// The ordinance of the version proposed.
    pub ordinance: String,
    /// How many of the town's pieces of accounts were looked at, and how many there are; the same unless sampled.
    pub pieces: (i64, i64),
    /// The months whose use was priced.
    #[serde(serialize_with = "month_texts")]
    pub months: Vec<Month>,
    /// By class.
    pub classes: BTreeMap<String, Effect>,
    /// All together; an account with services of two classes counts once.
    pub total: Effect,
    /// The accounts whose bills grow most, largest first.
    pub largest: Vec<Increase>,
    /// Services that the rates in force cannot price, by reason; they count nowhere else.
    pub not_priced_before: BTreeMap<String, i64>,
    /// Services that the proposal cannot price, by reason; they count nowhere else.
    pub not_priced_after: BTreeMap<String, i64>,
}

/// What changes for some accounts; each is counted once, by all its bills together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// Accounts priced under both.
    pub accounts: i64,
    /// Services and months priced under both.
    pub services: i64,
    /// What they paid under the rates in force.
    pub before_cents: Cents,
    /// What they would have paid.
    pub after_cents: Cents,
    /// The change in per cent, to one place; nothing where nothing was paid before.
    pub change_per_cent: Option<Decimal>,
    /// Accounts that would pay less.
    pub less: i64,
    /// Accounts that would pay the same.
    pub same: i64,
    /// Accounts that would pay more.
    pub more: i64,
    /// Accounts by the size of their change, in the order of [`Change::ALL`].
    pub by_change: BTreeMap<Change, i64>,
}

/// How much more or less an account would pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// More than 50 per cent less.
    DownMoreThan50,
    /// Above 25 and at most 50 per cent less.
    DownTo50,
    /// Above 10 and at most 25 per cent less.
    DownTo25,
    /// Above 5 and at most 10 per cent less.
    DownTo10,
    /// At most 5 per cent less.
    DownTo5,
    /// Nothing.
    Same,
    /// At most 5 per cent more.
    UpTo5,
    /// Above 5 and at most 10 per cent more.
    UpTo10,
    /// Above 10 and at most 25 per cent more.
    UpTo25,
    /// Above 25 and at most 50 per cent more.
    UpTo50,
    /// More than 50 per cent more.
    UpMoreThan50,
    /// Nothing was paid before, or the city paid.
    NothingBefore,
}

/// An account whose bills would grow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Increase {
    /// The account.
    #[serde(skip)]
    pub account: AccountId,
    /// Its number.
    pub account_number: String,
    /// The classes of its services.
    pub classes: Vec<String>,
    /// What it paid.
    pub before_cents: Cents,
    /// What it would have paid.
    pub after_cents: Cents,
}

/// How many of the largest increases are kept.
const LARGEST: usize = 20;
/// How many reasons are told apart.
const REASONS_MAX: usize = 50;

/// The sums of a chunk of accounts.
#[derive(Default)]
pub(super) struct Sums {
    accounts: BTreeMap<AccountId, BTreeMap<String, Paid>>,
    not_priced_before: BTreeMap<String, i64>,
    not_priced_after: BTreeMap<String, i64>,
}

/// What one account paid for the services of one class.
#[derive(Clone, Copy, Debug, Default)]
struct Paid {
    services: i64,
    before: Cents,
    after: Cents,
}

impl Sums {
    /// A service of an account under both rates.
    pub(super) fn add(
        &mut self,
        (account, class): (AccountId, &str),
        before: Result<Cents, Exception>,
        after: Result<Cents, Exception>,
    ) {
        let (before, after) = match (before, after) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(why), _) => return count(&mut self.not_priced_before, why.detail, 1),
            (Ok(_), Err(why)) => return count(&mut self.not_priced_after, why.detail, 1),
        };
        let of_account = self.accounts.entry(account).or_default();
        if !of_account.contains_key(class) {
            of_account.insert(class.to_owned(), Paid::default());
        }
        if let Some(paid) = of_account.get_mut(class) {
            paid.services += 1;
            paid.before += before;
            paid.after += after;
        }
    }
}

impl WhatIfReport {
    pub(super) fn new(asked: &WhatIf<'_>, months: &[Month]) -> WhatIfReport {
        WhatIfReport {
            schedule: asked.schedule.code.clone(),
            ordinance: asked.version.ordinance.clone(),
            pieces: (0, 0),
            months: months.to_vec(),
            classes: BTreeMap::new(),
            total: Effect::default(),
            largest: Vec::new(),
            not_priced_before: BTreeMap::new(),
            not_priced_after: BTreeMap::new(),
        }
    }

    /// Takes in a chunk.
    pub(super) fn add(&mut self, sums: Sums) {
        for (account, classes) in sums.accounts {
            let mut whole = Paid::default();
            for (class, paid) in &classes {
                self.classes.entry(class.clone()).or_default().add(*paid);
                whole.services += paid.services;
                whole.before += paid.before;
                whole.after += paid.after;
            }
            self.total.add(whole);
            if whole.before < whole.after {
                let (before_cents, after_cents) = (whole.before, whole.after);
                let classes = classes.into_keys().collect();
                let account_number = String::new();
                self.largest.push(Increase { account, account_number, classes, before_cents, after_cents });
            }
        }
        let growth = |one: &Increase| one.after_cents - one.before_cents;
        self.largest.sort_by_key(|one| (-growth(one), one.account));
        self.largest.truncate(LARGEST);
        sums.not_priced_before.into_iter().for_each(|(why, times)| count(&mut self.not_priced_before, why, times));
        sums.not_priced_after.into_iter().for_each(|(why, times)| count(&mut self.not_priced_after, why, times));
    }

    /// Whether only some accounts were looked at.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.pieces.0 < self.pieces.1
    }

    pub(super) fn is_about_nobody(&self) -> bool {
        self.classes.is_empty() && self.not_priced_before.is_empty() && self.not_priced_after.is_empty()
    }

    /// Puts in what is known only at the end: percentages, and the numbers of accounts.
    pub(super) async fn finish(&mut self, read: &mut Read) -> Result<(), Fault> {
        for effect in self.classes.values_mut().chain([&mut self.total]) {
            effect.change_per_cent = per_cent_change(effect.before_cents, effect.after_cents);
        }
        let accounts: Vec<AccountId> = self.largest.iter().map(|one| one.account).collect();
        let named = customers::accounts_by_id(read, &accounts).await?;
        for one in &mut self.largest {
            one.account_number = named.get(&one.account).map_or_else(String::new, |account| account.number.to_string());
        }
        Ok(())
    }
}

impl Effect {
    fn add(&mut self, paid: Paid) {
        self.accounts += 1;
        self.services += paid.services;
        self.before_cents += paid.before;
        self.after_cents += paid.after;
        match paid.before.cmp(&paid.after) {
            std::cmp::Ordering::Greater => self.less += 1,
            std::cmp::Ordering::Equal => self.same += 1,
            std::cmp::Ordering::Less => self.more += 1,
        }
        *self.by_change.entry(Change::of(paid.before, paid.after)).or_default() += 1;
    }
}

impl Change {
    /// All of them, from the largest fall to the largest rise, in words.
    pub const ALL: [(Change, &'static str); 12] = [
        (Change::DownMoreThan50, "more than 50 % less"),
        (Change::DownTo50, "25 to 50 % less"),
        (Change::DownTo25, "10 to 25 % less"),
        (Change::DownTo10, "5 to 10 % less"),
        (Change::DownTo5, "up to 5 % less"),
        (Change::Same, "the same"),
        (Change::UpTo5, "up to 5 % more"),
        (Change::UpTo10, "5 to 10 % more"),
        (Change::UpTo25, "10 to 25 % more"),
        (Change::UpTo50, "25 to 50 % more"),
        (Change::UpMoreThan50, "more than 50 % more"),
        (Change::NothingBefore, "nothing before"),
    ];

    /// The change from one amount to another.
    #[must_use]
    pub fn of(before: Cents, after: Cents) -> Change {
        if before == after {
            return Change::Same;
        }
        if before <= Cents::ZERO {
            return Change::NothingBefore;
        }
        let (change, before) = (i128::from(after.0) - i128::from(before.0), i128::from(before.0));
        let is_within = |per_cent: i128| change.abs() * 100 <= before * per_cent;
        let (less, more) = match [5, 10, 25, 50].into_iter().position(is_within) {
            Some(0) => (Change::DownTo5, Change::UpTo5),
            Some(1) => (Change::DownTo10, Change::UpTo10),
            Some(2) => (Change::DownTo25, Change::UpTo25),
            Some(_) => (Change::DownTo50, Change::UpTo50),
            None => (Change::DownMoreThan50, Change::UpMoreThan50),
        };
        if change < 0 { less } else { more }
    }
}

/// Counts a reason; when there are too many different ones, the rest count together.
fn count(reasons: &mut BTreeMap<String, i64>, why: String, times: i64) {
    let is_new = !reasons.contains_key(&why);
    let why = if is_new && REASONS_MAX <= reasons.len() { "other reasons".to_owned() } else { why };
    *reasons.entry(why).or_default() += times;
}

fn month_texts<S: Serializer>(months: &[Month], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(months.iter().map(ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_belongs_to_the_smallest_band_that_holds_it() {
        #[rustfmt::skip]
        let rows = [
            (10_000, 10_000, Change::Same),
            (10_000, 10_500, Change::UpTo5),
            (10_000, 10_501, Change::UpTo10),
            (10_000, 12_500, Change::UpTo25),
            (10_000, 15_000, Change::UpTo50),
            (10_000, 15_001, Change::UpMoreThan50),
            (10_000,  95_00, Change::DownTo5),
            (10_000,  89_99, Change::DownTo25),
            (10_000,  50_00, Change::DownTo50),
            (10_000, -50_00, Change::DownMoreThan50),
            (     0,      1, Change::NothingBefore),
            ( -5_00,   1_00, Change::NothingBefore),
            (     0,      0, Change::Same),
        ];
        for (before, after, expected) in rows {
            assert_eq!(Change::of(Cents(before), Cents(after)), expected, "{before} to {after}");
        }
    }
}
