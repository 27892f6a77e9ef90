//! The outlier review: what looked odd in some days, and whether somebody has looked at it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use db::{Fault, Read};
use kernel::{AccountId, ActorId};
use reports::{Kind, Report, Section};

use super::{Outlier, outlier, store};

/// An outlier, with who looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedOutlier {
    /// What was seen.
    pub outlier: Outlier,
    /// Who looked at it, what they found, and when; `None` while nobody has.
    pub review: Option<(ActorId, String, DateTime<Utc>)>,
}

/// Everything odd of these business dates, both days included: by the rules, and what was seen as it was done.
pub async fn outliers(read: &mut Read, from: NaiveDate, to: NaiveDate) -> Result<Vec<ReviewedOutlier>, Fault> {
    let first = from.checked_sub_days(Days::new(outlier::LOOK_BACK_DAYS)).unwrap_or(from);
    let weighed = acts::weights(read, first, to).await?;
    let hours = store::role_book(read).await?.hours.and_then(|hours| hours.read());
    let mut found = outlier::find(&weighed, hours);
    found.retain(|outlier| from <= outlier.business_on);
    for flagged in acts::flags(read, from, to).await? {
        found.push(Outlier {
            act: flagged.act,
            pattern: flagged.pattern,
            actor: flagged.actor,
            account: flagged.account,
            acts: vec![flagged.act],
            words: flagged.words,
            business_on: flagged.business_on,
        });
    }
    found.sort_by(|one, two| (one.business_on, one.act, &one.pattern).cmp(&(two.business_on, two.act, &two.pattern)));
    let reviews = store::outlier_reviews(read).await?.into_iter();
    let mut reviews: BTreeMap<(i64, String), (ActorId, String, DateTime<Utc>)> = reviews
        .map(|row| ((row.act_id, row.pattern), (ActorId(row.reviewer_id), row.words, row.reviewed_at)))
        .collect();
    let reviewed = |outlier: Outlier| {
        let review = reviews.remove(&(outlier.act.0, outlier.pattern.clone()));
        ReviewedOutlier { outlier, review }
    };
    Ok(found.into_iter().map(reviewed).collect())
}

/// The outlier review as a report, with what actors and accounts are called.
#[must_use]
pub fn outlier_report(
    rows: &[ReviewedOutlier],
    (names, accounts): (&BTreeMap<ActorId, String>, &BTreeMap<AccountId, String>),
    (from, to): (NaiveDate, NaiveDate),
) -> Report {
    let columns = [
        ("Date", Kind::Date),
        ("Entry", Kind::Count),
        ("Pattern", Kind::Text),
        ("Who", Kind::Text),
        ("Account", Kind::Text),
        ("What was seen", Kind::Text),
        ("Entries", Kind::Text),
        ("Reviewed by", Kind::Text),
        ("Found", Kind::Text),
    ];
    let name = |actor: &ActorId| names.get(actor).cloned().unwrap_or_default();
    let mut section = Section::new("To look at", &columns);
    for ReviewedOutlier { outlier, review } in rows {
        let account = outlier.account.and_then(|account| accounts.get(&account).cloned()).unwrap_or_default();
        let entries: Vec<String> = outlier.acts.iter().map(|act| act.0.to_string()).collect();
        let (reviewer, found) =
            review.as_ref().map_or_else(Default::default, |(reviewer, words, _)| (name(reviewer), words.clone()));
        section.push(vec![
            outlier.business_on.into(),
            reports::Cell::Count(outlier.act.0),
            outlier.pattern.as_str().into(),
            name(&outlier.actor).as_str().into(),
            account.as_str().into(),
            outlier.words.as_str().into(),
            entries.join(" ").as_str().into(),
            reviewer.as_str().into(),
            found.as_str().into(),
        ]);
    }
    if rows.is_empty() {
        section.note("Nothing looked odd in these days.");
    }
    Report {
        title: "OUTLIER REVIEW".to_owned(),
        subtitle: vec![format!("Business dates {from} through {to}")],
        dated_on: to,
        sections: vec![section],
    }
}
