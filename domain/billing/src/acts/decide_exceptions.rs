//! Decides many exceptions at once: those of a list, or all that a filter finds, with one reason.

use std::collections::BTreeSet;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use db::Fault;
use kernel::{AccountId, RateProfileId, RunId};
use serde::{Deserialize, Serialize};

use super::work_exceptions::{account_in, check_hold, check_reason};
use super::{RunRefused, run_in};
use crate::exception::{Decision, ExceptionFilter, ExceptionState};
use crate::look_queue::profiles_of;
use crate::{BillRun, ExceptionCode, RunState, permissions, store};

/// Releases, holds or opens again many exceptions of a run.
///
/// Holding holds the whole bill. A bill without a price is left as it is when others are released. Opening again takes
/// a decision back; what somebody took out of the run stays out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecideExceptions {
    /// The run.
    pub run: RunId,
    /// Which exceptions.
    pub which: Which,
    /// What becomes of them.
    pub decision: Decision,
    /// Why; the clerk on the phone reads it out.
    pub reason: String,
    /// How many exceptions whoever decides by a filter has seen: when there are others by now, nothing is done.
    pub seen: i64,
}

/// Which exceptions are decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// These.
    Listed(Vec<ListedException>),
    /// All that a filter finds.
    Matching(ExceptionFilter),
}

/// One exception by account number and code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedException {
    /// The number of the account.
    pub account: String,
    /// The exception.
    pub code: ExceptionCode,
    /// How it stood when it was looked at: when it stands otherwise by now, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<ExceptionState>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Exceptions that were decided.
    pub decided: i64,
    /// Exceptions that were left as they are, since their bills have no price.
    pub left: i64,
}

/// The most exceptions of a list.
const LISTED_MAX: usize = 200;

impl Act for DecideExceptions {
    const KIND: &'static str = "billing.decide_exceptions";
    type Outcome = Decided;

    fn permission(&self) -> Permission {
        permissions::EXCEPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Decided, Failure> {
        check_reason(&self.reason)?;
        // After sign-off a bill can still be taken out, never put in.
        let allowed: &[RunState] = match &self.decision {
            Decision::Hold { .. } => &[RunState::Tried, RunState::Signed],
            Decision::Release | Decision::Reopen => &[RunState::Tried],
        };
        let (run, _) = run_in(entry, self.run, allowed).await?;
        if let Decision::Hold { assignee, due_on } = &self.decision {
            check_hold(entry, assignee, *due_on)?;
        }
        match &self.which {
            Which::Listed(listed) => self.decide_listed(entry, &run, listed).await,
            Which::Matching(filter) => self.decide_matching(entry, &run, filter).await,
        }
    }
}

impl DecideExceptions {
    async fn decide_listed(
        &self,
        entry: &mut Entry,
        run: &BillRun,
        listed: &[ListedException],
    ) -> Result<Decided, Failure> {
        if listed.is_empty() || LISTED_MAX < listed.len() {
            return refuse(RunRefused::HowManyExceptions { most: LISTED_MAX, count: listed.len() });
        }
        let by = (entry.actor.id, self.reason.as_str());
        let mut accounts = Vec::with_capacity(listed.len());
        for one in listed {
            let account = account_in(entry, run, &one.account).await?;
            check_as_seen(entry, (account, run.id), one).await?;
            accounts.push(account);
        }
        let bills: BTreeSet<AccountId> = accounts.iter().copied().collect();
        let before = store::counts_of_bills(entry, run.id, &bills).await?;
        let mut done = Decided { decided: 0, left: 0 };
        for (account, ListedException { code, .. }) in accounts.into_iter().zip(listed) {
            done.decided += match &self.decision {
                Decision::Release if code.is_blocking() => {
                    done.left += 1;
                    continue;
                }
                Decision::Release => i64::from(store::decide_one(entry, (account, run.id, *code), by).await?),
                Decision::Hold { assignee, due_on } => {
                    store::hold_bill(entry, (account, run.id), by, (assignee, *due_on)).await?;
                    1
                }
                Decision::Reopen => store::reopen_one(entry, (account, run.id, *code)).await?.min(1),
            };
        }
        store::change_counts_of_bills(entry, (run.id, &bills), before).await?;
        Ok(done)
    }

    async fn decide_matching(
        &self,
        entry: &mut Entry,
        run: &BillRun,
        filter: &ExceptionFilter,
    ) -> Result<Decided, Failure> {
        let profiles = profiles_of(entry, filter).await?;
        let found = store::queue_sum(entry, (run.id, filter, profiles.as_deref())).await?;
        if found.exceptions != self.seen {
            return refuse(RunRefused::QueueChanged { seen: self.seen, count: found.exceptions });
        }
        concern_own(entry, run, filter).await?;
        let each: Vec<Option<RateProfileId>> =
            profiles.map_or_else(|| vec![None], |profiles| profiles.into_iter().map(Some).collect());
        let (by, mut decided) = (entry.actor.id, 0);
        for profile in each {
            let what = (by, self.reason.as_str(), &self.decision);
            decided += store::decide_matching(entry, (run.id, filter, profile), what).await?;
        }
        store::count_again(entry, run.id).await?;
        let left = match &self.decision {
            Decision::Release => found.blocking,
            Decision::Hold { .. } | Decision::Reopen => 0,
        };
        Ok(Decided { decided, left })
    }
}

/// Refuses what somebody else decided since it was looked at.
async fn check_as_seen(
    entry: &mut Entry,
    (account, run): (AccountId, RunId),
    listed: &ListedException,
) -> Result<(), Failure> {
    let Some(seen) = listed.seen else { return Ok(()) };
    let there = store::exceptions_of_bill(entry, run, account).await?;
    let state = there.iter().map(|line| &line.exception).find(|one| one.code == listed.code).map(|one| one.state);
    if state == Some(seen) {
        return Ok(());
    }
    let (account, code) = (listed.account.clone(), listed.code.code());
    refuse(RunRefused::ExceptionChanged { account, code, state: state.map_or("gone", ExceptionState::code) })
}

/// Whoever decides on all that a filter finds decides on their own account too, when it is among them.
async fn concern_own(entry: &mut Entry, run: &BillRun, filter: &ExceptionFilter) -> Result<(), Fault> {
    let actor = entry.actor.id;
    let own: Vec<AccountId> =
        staff::people::relations(entry, actor).await?.iter().map(|relation| relation.account).collect();
    for account in store::found_among(entry, (run.id, filter), &own).await? {
        entry.concerns(account);
    }
    Ok(())
}
