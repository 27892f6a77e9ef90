//! Counts for those who watch over the machine: how much was done, what waits, and since when nothing was sealed.

use chrono::{DateTime, Utc};
use db::{Fault, Read};

use super::{count_unsealed, seal_head};
use crate::ProposalState;

/// The log and the proposals in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Acts in the log.
    pub acts: i64,
    /// Of them, those that no seal protects yet.
    pub unsealed: i64,
    /// When the last seal was made.
    pub sealed_at: Option<DateTime<Utc>>,
    /// How many proposals stand so, for every state.
    pub proposals: Vec<(ProposalState, i64)>,
}

/// Counts.
pub async fn watched(read: &mut Read) -> Result<Watched, Fault> {
    const SQL: &str = "
        select state, count(*)
        from proposal
        group by state";
    let head = seal_head(read).await?;
    let unsealed = count_unsealed(read).await?;
    let there: Vec<(String, i64)> = read.all(SQL, vec![]).await?;
    let count = |state: ProposalState| {
        let found = there.iter().find(|(code, _)| code == state.code());
        (state, found.map_or(0, |(_, count)| *count))
    };
    Ok(Watched {
        // Every sealed act has a position, and positions have no gaps.
        acts: head.as_ref().map_or(0, |head| head.position) + unsealed,
        unsealed,
        sealed_at: head.map(|head| head.sealed_at),
        proposals: ProposalState::ALL.into_iter().map(count).collect(),
    })
}
