//! Signs a run: someone who did not prepare it stands for its register.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use db::Fault;
use kernel::{Cents, Digest, DigestBuilder, RunId};
use serde::{Deserialize, Serialize};

use super::try_run::TriedChunk;
use super::{RunRefused, read_outcome, run_in};
use crate::store::Signoff;
use crate::{BillKind, BillRun, RunState, permissions, store};

/// Signs a tried run; stores counts, totals and the digest over all items in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignRun {
    /// The run.
    pub run: RunId,
    /// The hash of the register that was read; when it is another one by now, nothing is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

impl Act for SignRun {
    const KIND: &'static str = "billing.sign_run";
    /// The total that was signed.
    type Outcome = Cents;

    fn permission(&self) -> Permission {
        permissions::SIGN
    }

    fn subject(&self) -> Subject {
        Subject::run(self.run)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Cents, Failure> {
        let (run, _) = run_in(entry, self.run, &[RunState::Tried]).await?;
        let actor = entry.actor.id;
        if crate::is_made_by(entry, &run, actor).await? {
            return refuse(RunRefused::SignedByPreparer { run: run.number, actor: entry.actor.code.clone() });
        }
        let open = store::open_count(entry, run.id).await?;
        if open != 0 {
            return refuse(RunRefused::ExceptionsOpen { run: run.number, count: open });
        }
        let proof = crate::run_completeness(entry, &run).await?;
        if let Some(first) = proof.unexplained.first() {
            let count = proof.unexplained.len();
            return refuse(RunRefused::Unexplained { run: run.number, count, first: first.account_number.clone() });
        }
        let register = crate::register(entry, &run).await?;
        if self.seen.as_ref().is_some_and(|seen| *seen != register.digest().to_string()) {
            return refuse(RunRefused::RegisterChanged { run: run.number });
        }
        let (tried, items) = trial_of(entry, &run).await?;
        let held = store::held_accounts(entry, run.id).await?;
        let held_count = i64::try_from(held.len()).map_err(|_| Fault::new("too many held bills"))?;
        let held_zero = held.values().filter(|total| BillKind::of(**total) == BillKind::Zero).count();
        let held_zero = i64::try_from(held_zero).map_err(|_| Fault::new("too many held bills"))?;
        let signoff = Signoff {
            signed_by: entry.actor.id,
            bills: tried.bills - held_count,
            zero_bills: tried.zero_bills - held_zero,
            held: held_count,
            total: Cents(tried.total_cents) - held.values().copied().sum(),
            items,
            register_number: run.number,
            register: register.digest(),
        };
        let act = entry.act;
        store::insert_signoff(entry, run.id, act, &signoff).await?;
        Ok(signoff.total)
    }
}

/// What a run's trial comes to, and the digest over all its items in order.
pub(crate) async fn trial_of(entry: &mut db::Read, run: &BillRun) -> Result<(TriedChunk, Digest), Fault> {
    let order = run.trial_order.ok_or_else(|| Fault::new("a run that was tried has no trial"))?;
    let mut sum = TriedChunk::default();
    let mut digest = DigestBuilder::new();
    for chunk in ::acts::chunks(entry, order).await? {
        let tried: TriedChunk = read_outcome(chunk.outcome.as_deref())?;
        sum.bills += tried.bills;
        sum.zero_bills += tried.zero_bills;
        sum.total_cents += tried.total_cents;
        sum.refrozen += tried.refrozen;
        let of_chunk = chunk.digest.ok_or_else(|| Fault::new("a chunk that is done has no digest"))?;
        digest.bytes(&of_chunk.0);
    }
    Ok((sum, digest.finish()))
}
