//! What looks odd about amounts that were moved, by rules over values. Odd is not wrong: somebody looks at it.

use std::collections::BTreeMap;

use acts::{Direction, Weighed};
use chrono::{Days, NaiveDate};
use kernel::{AccountId, ActId, ActorId, Cents};

use super::hours::OpenHours;

/// A pattern that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// Several amounts on one account, each within the limit and together beyond it.
    SplitAmounts,
    /// An amount at 90 percent of the limit or more.
    JustUnderLimit,
    /// One actor favors one account again and again.
    SameBeneficiary,
    /// Entered while the office was closed.
    AfterHours,
    /// An amount that the same actor took back soon, or the other way round.
    BackAndForth,
}

/// Something that somebody else should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlier {
    /// The entry that completed the pattern; with the pattern's code it is what a review is of.
    pub act: ActId,
    /// The stable code of the pattern.
    pub pattern: String,
    /// Who did it.
    pub actor: ActorId,
    /// On whose account.
    pub account: Option<AccountId>,
    /// All entries that make the pattern, the completing one last.
    pub acts: Vec<ActId>,
    /// What was seen.
    pub words: String,
    /// The business date of the entry that completed it.
    pub business_on: NaiveDate,
}

/// Days within which amounts count as split.
const SPLIT_DAYS: u64 = 7;
/// Days within which credits to one account are counted.
const BENEFICIARY_DAYS: u64 = 30;
/// Days within which an amount that goes back is odd.
const BACK_DAYS: u64 = 7;
/// How many credits to one account are odd.
const BENEFICIARY_COUNT: usize = 3;
/// How many days before the first one asked for can take part in a pattern.
pub(crate) const LOOK_BACK_DAYS: u64 = 30;

impl Pattern {
    /// The stable code, as stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Pattern::SplitAmounts => "split_amounts",
            Pattern::JustUnderLimit => "just_under_limit",
            Pattern::SameBeneficiary => "same_beneficiary",
            Pattern::AfterHours => "after_hours",
            Pattern::BackAndForth => "back_and_forth",
        }
    }
}

/// Every pattern in what was moved, in the order of days, entries and patterns. The amounts must be in the order of
/// their days.
pub(crate) fn find(weighed: &[Weighed], hours: Option<OpenHours>) -> Vec<Outlier> {
    let mut before: BTreeMap<(ActorId, AccountId), Vec<&Weighed>> = BTreeMap::new();
    let mut found = Vec::new();
    for one in weighed {
        let same_hands = before.entry((one.actor, one.account)).or_default();
        let patterns = [
            split_amounts(one, same_hands),
            just_under_limit(one),
            same_beneficiary(one, same_hands),
            hours.and_then(|hours| after_hours(one, hours)),
            back_and_forth(one, same_hands),
        ];
        found.extend(patterns.into_iter().flatten());
        same_hands.push(one);
    }
    found.sort_by(|one, two| (one.business_on, one.act, &one.pattern).cmp(&(two.business_on, two.act, &two.pattern)));
    found
}

fn outlier(pattern: Pattern, one: &Weighed, earlier: &[&Weighed], words: String) -> Outlier {
    let acts = earlier.iter().map(|other| other.act).chain([one.act]).collect();
    Outlier {
        act: one.act,
        pattern: pattern.code().to_owned(),
        actor: one.actor,
        account: Some(one.account),
        acts,
        words,
        business_on: one.business_on,
    }
}

/// Those of the last days, today's included: seven days are today and the six before.
fn within<'a>(one: &Weighed, before: &[&'a Weighed], days: u64) -> Vec<&'a Weighed> {
    let first = one.business_on.checked_sub_days(Days::new(days - 1)).unwrap_or(one.business_on);
    before.iter().filter(|other| first <= other.business_on).copied().collect()
}

fn is_alike(one: &Weighed, other: &Weighed) -> bool {
    one.class == other.class && one.direction == other.direction
}

fn split_amounts(one: &Weighed, before: &[&Weighed]) -> Option<Outlier> {
    let limit = Cents(one.limit_cents?);
    let is_within = |cents: Cents| cents <= limit;
    let mut earlier = within(one, before, SPLIT_DAYS);
    earlier.retain(|other| is_alike(one, other) && is_within(other.cents));
    if earlier.is_empty() || !is_within(one.cents) {
        return None;
    }
    let together: i128 = earlier.iter().map(|other| i128::from(other.cents.0)).sum::<i128>() + i128::from(one.cents.0);
    if together <= i128::from(limit.0) {
        return None;
    }
    let together = Cents(i64::try_from(together).unwrap_or(i64::MAX));
    let count = earlier.len() + 1;
    let words = format!(
        "{count} amounts on one account within {SPLIT_DAYS} days, each within the limit of {} and together {}",
        limit.dollars(),
        together.dollars()
    );
    Some(outlier(Pattern::SplitAmounts, one, &earlier, words))
}

fn just_under_limit(one: &Weighed) -> Option<Outlier> {
    let limit = one.limit_cents.filter(|limit| 0 < *limit)?;
    let cents = one.cents.0;
    let is_near = i128::from(limit) * 9 <= i128::from(cents) * 10 && cents <= limit;
    let words = || format!("{} is just under the limit of {}", one.cents.dollars(), Cents(limit).dollars());
    is_near.then(|| outlier(Pattern::JustUnderLimit, one, &[], words()))
}

fn same_beneficiary(one: &Weighed, before: &[&Weighed]) -> Option<Outlier> {
    let is_credit = |other: &Weighed| other.direction == Direction::Credit;
    let mut earlier = within(one, before, BENEFICIARY_DAYS);
    earlier.retain(|other| is_credit(other));
    let count = earlier.len() + 1;
    let words = || format!("{count} credits to one account within {BENEFICIARY_DAYS} days");
    let is_odd = is_credit(one) && BENEFICIARY_COUNT <= count;
    is_odd.then(|| outlier(Pattern::SameBeneficiary, one, &earlier, words()))
}

fn after_hours(one: &Weighed, hours: OpenHours) -> Option<Outlier> {
    let when = hours.closed_at(one.entered_at)?;
    let words = format!("{} was entered while the office was closed, {when}", one.cents.dollars());
    Some(outlier(Pattern::AfterHours, one, &[], words))
}

fn back_and_forth(one: &Weighed, before: &[&Weighed]) -> Option<Outlier> {
    let earlier = within(one, before, BACK_DAYS);
    let is_opposite =
        |other: &&&Weighed| other.class == one.class && other.direction != one.direction && other.cents == one.cents;
    let other = *earlier.iter().rev().find(is_opposite)?;
    let words = format!("{} went one way and back within {BACK_DAYS} days", one.cents.dollars());
    Some(outlier(Pattern::BackAndForth, one, &[other], words))
}

#[cfg(test)]
mod tests {
    use super::super::OfficeHours;
    use super::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, 6).unwrap() + Days::new(number)
    }

    /// An amount: entry, actor, account, day; below zero it is a credit. The limit is $50.00; noon in Phoenix.
    fn moved(act: i64, (actor, account): (i64, i64), on: u64, cents: i64) -> Weighed {
        Weighed {
            act: ActId(act),
            actor: ActorId(actor),
            account: AccountId(account),
            class: "adjustment".to_owned(),
            direction: Direction::of(Cents(cents)),
            cents: Cents(cents.abs()),
            limit_cents: Some(5_000),
            business_on: day(on),
            entered_at: day(on).and_hms_opt(19, 0, 0).unwrap().and_utc(),
        }
    }

    fn seen(weighed: &[Weighed], hours: Option<OpenHours>) -> Vec<(i64, String)> {
        find(weighed, hours).into_iter().map(|outlier| (outlier.act.0, outlier.pattern)).collect()
    }

    /// What is found in amounts given as (actor, account), day, cents; entries are numbered from 1.
    fn check(rows: &[((i64, i64), u64, i64)], expected: &[(i64, &str)]) {
        let weighed: Vec<Weighed> =
            (1..).zip(rows).map(|(act, (hands, on, cents))| moved(act, *hands, *on, *cents)).collect();
        let expected: Vec<(i64, String)> = expected.iter().map(|(act, code)| (*act, (*code).to_owned())).collect();
        assert_eq!(seen(&weighed, None), expected, "{rows:?}");
    }

    #[test]
    fn each_pattern_is_seen_at_its_edge_and_not_before() {
        const A: (i64, i64) = (7, 100);
        const OTHER_ACCOUNT: (i64, i64) = (7, 101);
        const OTHER_ACTOR: (i64, i64) = (8, 100);
        type Moved = ((i64, i64), u64, i64);
        type Seen<'a> = &'a [(i64, &'a str)];
        #[rustfmt::skip]
        let rows: &[(&[Moved], Seen<'_>)] = &[
            // Split: together over $50.00 within seven days, by one actor on one account, one way.
            (&[(A, 0, -3_000), (A, 6, -2_001)],             &[(2, "split_amounts")]),
            (&[(A, 0, -3_000), (A, 6, -2_000)],             &[]),
            (&[(A, 0, -3_000), (A, 7, -2_001)],             &[]),
            (&[(A, 0, -3_000), (OTHER_ACCOUNT, 1, -3_000)], &[]),
            (&[(A, 0, -3_000), (OTHER_ACTOR, 1, -3_000)],   &[]),
            (&[(A, 0, -3_000), (A, 1, 2_001)],              &[]),
            (&[(A, 0, -9_000), (A, 1, -3_000)],             &[]),
            // Just under: $45.00 to $50.00.
            (&[(A, 0, -4_499)],                             &[]),
            (&[(A, 0, -4_500)],                             &[(1, "just_under_limit")]),
            (&[(A, 0, 5_000)],                              &[(1, "just_under_limit")]),
            (&[(A, 0, -5_001)],                             &[]),
            // Same beneficiary: three credits within thirty days.
            (&[(A, 0, -100), (A, 9, -200), (A, 29, -300)],  &[(3, "same_beneficiary")]),
            (&[(A, 0, -100), (A, 9, -200), (A, 30, -300)],  &[]),
            (&[(A, 0, -100), (A, 9, 200),  (A, 29, -300)],  &[]),
            (&[(A, 0, -100), (OTHER_ACTOR, 1, -100), (A, 2, -101)], &[]),
            // Back and forth: the same amount both ways within seven days.
            (&[(A, 0, -1_234), (A, 6, 1_234)],              &[(2, "back_and_forth")]),
            (&[(A, 0, -1_234), (A, 7, 1_234)],              &[]),
            (&[(A, 0, -1_234), (A, 6, 1_235)],              &[]),
            (&[(A, 0, -1_234), (OTHER_ACTOR, 6, 1_234)],    &[]),
        ];
        for (rows, expected) in rows {
            check(rows, expected);
        }
    }

    #[test]
    fn what_is_entered_while_the_office_is_closed_is_seen() {
        let [time_zone, opens, closes] = ["America/Phoenix", "07:00", "18:00"].map(str::to_owned);
        let hours = OfficeHours { time_zone, opens, closes }.read();
        let noon = moved(1, (7, 100), 0, -100);
        let night = Weighed { entered_at: day(1).and_hms_opt(5, 0, 0).unwrap().and_utc(), ..moved(2, (7, 101), 0, 1) };
        let saturday = moved(3, (7, 102), 5, 100);
        let found = find(&[noon, night, saturday], hours);
        let words: Vec<&str> = found.iter().map(|outlier| outlier.words.as_str()).collect();
        #[rustfmt::skip]
        assert_eq!(words, [
            "$0.01 was entered while the office was closed, at 22:00",
            "$1.00 was entered while the office was closed, on a Saturday at 12:00",
        ]);
    }

    #[test]
    fn an_outlier_names_all_its_entries_and_no_limit_is_no_pattern() {
        let rows = [moved(1, (7, 100), 0, -2_600), moved(2, (7, 100), 1, -2_700)];
        let found = find(&rows, None);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].acts, [ActId(1), ActId(2)]);
        assert_eq!(
            found[0].words,
            "2 amounts on one account within 7 days, each within the limit of $50.00 and together $53.00"
        );
        let unlimited = rows.map(|one| Weighed { limit_cents: None, ..one });
        assert_eq!(find(&unlimited, None), []);
        let huge = [1, 2].map(|act| Weighed { limit_cents: Some(i64::MAX), ..moved(act, (7, 100), 0, -i64::MAX) });
        assert_eq!(find(&huge, None).len(), 3, "two just under the limit, and split");
    }
}
