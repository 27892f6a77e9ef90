//! The SQL of reviews: of permissions that do not go together, and of what looked odd.

use chrono::{DateTime, NaiveDate, Utc};
use db::{Fault, Read, Tx};
use kernel::{ActId, ActorId};

use crate::people::Reviewed;
use crate::people::compatible::Reviews;

#[derive(sqlx::FromRow)]
struct ReviewRow {
    actor_id: i64,
    permission: String,
    other: String,
    reviewer_id: i64,
    words: String,
    through_on: NaiveDate,
}

/// An outlier somebody looked at.
#[derive(sqlx::FromRow)]
pub(crate) struct OutlierReviewRow {
    pub(crate) act_id: i64,
    pub(crate) pattern: String,
    pub(crate) reviewer_id: i64,
    pub(crate) words: String,
    pub(crate) reviewed_at: DateTime<Utc>,
}

/// All compensating reviews, in the order of actors and pairs.
pub(crate) async fn reviews(read: &mut Read) -> Result<Vec<Reviewed>, Fault> {
    const SQL: &str = "
        select actor_id, permission, other, reviewer_id, words, through_on
        from compensating_review
        order by actor_id, permission, other";
    let rows: Vec<ReviewRow> = read.all(SQL, vec![]).await?;
    let reviewed = |row: ReviewRow| Reviewed {
        actor: ActorId(row.actor_id),
        permission: row.permission,
        other: row.other,
        reviewer: ActorId(row.reviewer_id),
        words: row.words,
        through_on: row.through_on,
    };
    Ok(rows.into_iter().map(reviewed).collect())
}

/// Until when pairs are reviewed for an actor.
pub(crate) async fn reviews_of(read: &mut Read, actor: ActorId) -> Result<Reviews, Fault> {
    let all = reviews(read).await?.into_iter().filter(|review| review.actor == actor);
    Ok(all.map(|review| ((review.permission, review.other), review.through_on)).collect())
}

/// Records a review, in the place of an earlier one of the same pair.
pub(crate) async fn put_review(tx: &mut Tx, review: &Reviewed) -> Result<(), Fault> {
    const SQL: &str = "
        insert into compensating_review (actor_id, permission, other, reviewer_id, words, through_on)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (actor_id, permission, other) do update set
            reviewer_id = excluded.reviewer_id,
            words = excluded.words,
            through_on = excluded.through_on";
    let args = vec![
        review.actor.into(),
        review.permission.as_str().into(),
        review.other.as_str().into(),
        review.reviewer.into(),
        review.words.as_str().into(),
        review.through_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// All reviews of outliers, in the order of entries.
pub(crate) async fn outlier_reviews(read: &mut Read) -> Result<Vec<OutlierReviewRow>, Fault> {
    const SQL: &str = "
        select act_id, pattern, reviewer_id, words, reviewed_at
        from outlier_review
        order by act_id, pattern";
    read.all(SQL, vec![]).await
}

/// Records that an outlier was looked at; answers 0 when it was before.
pub(crate) async fn put_outlier_review_once(
    tx: &mut Tx,
    (act, pattern): (ActId, &str),
    (reviewer, words): (ActorId, &str),
    at: DateTime<Utc>,
) -> Result<u64, Fault> {
    const SQL: &str = "
        insert into outlier_review (act_id, pattern, reviewer_id, words, reviewed_at)
        values ($1, $2, $3, $4, $5)
        on conflict (act_id, pattern) do nothing";
    tx.run(SQL, vec![act.into(), pattern.into(), reviewer.into(), words.into(), at.into()]).await
}
