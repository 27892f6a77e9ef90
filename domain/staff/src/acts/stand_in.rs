//! `StandIn` and `EndStandIn`: somebody acts for somebody absent, for days that are said beforehand.

use std::collections::BTreeSet;

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::ActorId;
use serde::{Deserialize, Serialize};

use super::checks::{Before, check_days, check_held, check_not_own, check_not_past, staff_named};
use super::{PeopleRefused, staff};
use crate::MANAGE;
use crate::people::{self, Days, Person, StandingIn};

/// Lets somebody act by the roles of somebody absent, beside their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// The code of who is absent.
    pub absent: String,
    /// The code of who acts for them.
    pub actor: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day.
    pub through_on: NaiveDate,
}

/// Ends acting authority earlier than was said. What has not begun by then never begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndStandIn {
    /// Its number.
    pub stand_in: i64,
    /// The last day; yesterday ends it at once.
    pub through_on: NaiveDate,
}

impl Act for StandIn {
    const KIND: &'static str = "staff.stand_in";
    /// The number under which it can be ended.
    type Outcome = i64;

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<i64, Failure> {
        let days = Days { from_on: self.from_on, through_on: Some(self.through_on) };
        check_days(days, entry.today).map_err(refused)?;
        check_not_past(self.from_on, entry.today).map_err(refused)?;
        let before = Before::of(entry).await?;
        let absent = staff_named(entry, &self.absent).await?;
        let actor = staff_named(entry, &self.actor).await?;
        if absent.actor == actor.actor {
            return refuse(PeopleRefused::StandInForSelf { actor: self.actor.clone() });
        }
        check_not_own(entry, actor.actor, &self.actor)?;
        let standing = people::stand_ins(entry).await?;
        self.check_others((&absent, &actor), days, &standing).map_err(refused)?;
        let id = entry.id("stand_in").await?;
        let new = StandingIn { id, absent: absent.actor, actor: actor.actor, days };
        people::insert_stand_in(entry, new).await?;
        check_held(entry, &before.book, actor.actor).await?;
        let when = format!("{} acts for {} from {} through {}", self.actor, self.absent, self.from_on, self.through_on);
        entry.changes("acting authority", "", when);
        entry.favors(actor.actor);
        before.ask_second(entry);
        Ok(id)
    }
}

impl StandIn {
    fn check_others(
        &self,
        (absent, actor): (&Person, &Person),
        days: Days,
        standing: &[StandingIn],
    ) -> Result<(), PeopleRefused> {
        let is_same = |one: &&StandingIn| one.absent == absent.actor && one.actor == actor.actor;
        let held = standing.iter().filter(is_same).find(|one| one.days.shared(days).is_some());
        let (named, of) = (self.actor.clone(), self.absent.clone());
        if let Some(held) = held {
            return Err(PeopleRefused::StandInHeld { actor: named, absent: of, from_on: held.days.from_on });
        }
        if acts_for((absent.actor, actor.actor), days, standing) {
            return Err(PeopleRefused::StandInCircle { actor: named, absent: of });
        }
        Ok(())
    }
}

/// Whether one actor acts for the other on some of these days, be it by way of others.
fn acts_for((one, other): (ActorId, ActorId), days: Days, standing: &[StandingIn]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![(one, days)];
    while let Some((actor, within)) = open.pop() {
        for next in standing.iter().filter(|next| next.actor == actor) {
            let Some(shared) = next.days.shared(within) else { continue };
            if next.absent == other {
                return true;
            }
            if seen.insert((next.id, shared)) {
                open.push((next.absent, shared));
            }
        }
    }
    false
}

impl Act for EndStandIn {
    const KIND: &'static str = "staff.end_stand_in";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let EndStandIn { stand_in, through_on } = *self;
        let yesterday = entry.today.pred_opt().unwrap_or(entry.today);
        check_not_past(through_on, yesterday).map_err(refused)?;
        Before::of(entry).await?;
        let standing = people::stand_in(entry, stand_in).await?;
        let ends_later = |one: &StandingIn| one.days.through_on.is_none_or(|last| through_on < last);
        let Some(standing) = standing.filter(ends_later) else {
            return refuse(PeopleRefused::UnknownStandIn { stand_in, through_on });
        };
        if standing.days.from_on <= through_on {
            people::end_stand_in(entry, stand_in, through_on).await?;
        } else {
            people::delete_stand_in(entry, stand_in).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who acts for whom on which days of July 2026.
    fn standing(rows: &[(i64, i64, u32, u32)]) -> Vec<StandingIn> {
        let row = |(id, (actor, absent, from, through)): (i64, &(i64, i64, u32, u32))| {
            let (actor, absent) = (ActorId(*actor), ActorId(*absent));
            StandingIn { id, absent, actor, days: days(*from, *through) }
        };
        (1..).zip(rows).map(row).collect()
    }

    fn days(from: u32, through: u32) -> Days {
        let day = |day| NaiveDate::from_ymd_opt(2026, 7, day).unwrap();
        Days { from_on: day(from), through_on: Some(day(through)) }
    }

    #[test]
    fn who_acts_for_whom_is_followed_through_others_on_shared_days() {
        type Stands = (i64, i64, u32, u32);
        #[rustfmt::skip]
        let rows: &[(&[Stands], bool)] = &[
            (&[],                                                       false),
            (&[(1, 2, 1, 9)],                                           true),
            (&[(2, 1, 1, 9)],                                           false),
            (&[(1, 2, 1, 4)],                                           false),
            (&[(1, 3, 1, 9), (3, 2, 1, 9)],                             true),
            (&[(1, 3, 1, 6), (3, 2, 7, 9)],                             false),
            (&[(1, 3, 1, 9), (3, 1, 1, 9)],                             false),
            (&[(1, 3, 1, 9), (3, 4, 1, 9), (4, 5, 5, 5), (5, 2, 5, 5)], true),
        ];
        for (rows, expected) in rows {
            let found = acts_for((ActorId(1), ActorId(2)), days(5, 8), &standing(rows));
            assert_eq!(found, *expected, "{rows:?}");
        }
    }
}
