//! `RecordCompensatingReview` and `ReviewOutlier`: somebody else looks at what one hand does, and at what looked odd.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::ActId;
use serde::{Deserialize, Serialize};

use super::checks::{Before, Need, check_days, check_not_own, check_not_past, check_text, other_staff_named};
use super::{PeopleRefused, staff};
use crate::REVIEW;
use crate::people::{self, Days, Reviewed};

/// Records how somebody else regularly looks at what a person with two permissions does that do not go together. For
/// a small office, in which the work cannot be divided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordCompensatingReview {
    /// The code of who has both.
    pub actor: String,
    /// One permission.
    pub permission: String,
    /// The other.
    pub other: String,
    /// What is looked at, and how often.
    pub words: String,
    /// The last day it holds.
    pub through_on: NaiveDate,
}

/// Records what somebody found who looked at something odd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewOutlier {
    /// The number of the entry that completed the pattern.
    pub entry: i64,
    /// The code of the pattern.
    pub pattern: String,
    /// What they found.
    pub words: String,
}

impl Act for RecordCompensatingReview {
    const KIND: &'static str = "staff.record_compensating_review";
    type Outcome = ();

    fn permission(&self) -> Permission {
        REVIEW
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_text("What is looked at", &self.words, 1_000, Need::Needed).map_err(refused)?;
        check_days(Days::from(self.through_on), entry.today).map_err(refused)?;
        check_not_past(self.through_on, entry.today).map_err(refused)?;
        let book = Before::of(entry).await?.book;
        let person = other_staff_named(entry, &self.actor).await?;
        let (one, two) = (self.permission.clone(), self.other.clone());
        let (permission, other) = if one < two { (one, two) } else { (two, one) };
        let Some(sentence) = book.clash(&permission, &other) else {
            return refuse(PeopleRefused::NothingToReview { permission, other });
        };
        if people::is_system_clash(&permission, &other) {
            let sentence = sentence.to_owned();
            return refuse(PeopleRefused::NeverTogether { permission, other, sentence });
        }
        let (words, through_on, reviewer) = (self.words.clone(), self.through_on, entry.actor.id);
        let review = Reviewed { actor: person.actor, permission, other, reviewer, words, through_on };
        people::put_review(entry, &review).await?;
        Ok(())
    }
}

impl Act for ReviewOutlier {
    const KIND: &'static str = "staff.review_outlier";
    type Outcome = ();

    fn permission(&self) -> Permission {
        REVIEW
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_text("What you found", &self.words, 1_000, Need::Needed).map_err(refused)?;
        let unknown = || PeopleRefused::UnknownOutlier { entry: self.entry, pattern: short(&self.pattern) };
        let before = self.entry.checked_sub(1).filter(|before| 0 <= *before).ok_or_else(|| refused(unknown()))?;
        let logged = acts::log(entry, ActId(before), 1).await?.into_iter().next();
        let logged = logged.filter(|logged| logged.act == ActId(self.entry)).ok_or_else(|| refused(unknown()))?;
        let seen = people::outliers(entry, logged.business_on, logged.business_on).await?;
        let is_meant =
            |one: &people::ReviewedOutlier| one.outlier.act == ActId(self.entry) && one.outlier.pattern == self.pattern;
        let found = seen.into_iter().find(is_meant).ok_or_else(|| refused(unknown()))?;
        let own = entry.actor.code.clone();
        // An approved change is its proposer's and its approver's.
        check_not_own(entry, found.outlier.actor, &own)?;
        check_not_own(entry, logged.actor, &own)?;
        let (reviewer, now) = (entry.actor.id, entry.now);
        let key = (ActId(self.entry), self.pattern.as_str());
        match people::put_outlier_review_once(entry, key, (reviewer, &self.words), now).await? {
            0 => refuse(PeopleRefused::OutlierReviewed { entry: self.entry, pattern: self.pattern.clone() }),
            _ => Ok(()),
        }
    }
}

/// As much of a text as belongs in a sentence.
fn short(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(40).collect()
}
