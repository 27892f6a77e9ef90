//! The bills that a run takes the place of: what posting takes back before it writes the new ones.
//!
//! They are priced again from what was frozen for them, never read from their reversals, which are not there before the run
//! is posted: so a signed register is the same before and after.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{AccountId, BillNumber, Cents, RunId};

use crate::{BillInputs, BillRun, RunKind, store};

/// A bill that is replaced, beside the one that takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedLine {
    /// The number of the account.
    pub account: String,
    /// The number of the bill that is taken back.
    pub old: BillNumber,
    /// The number of the bill that takes its place.
    pub new: BillNumber,
    /// What the old bill comes to.
    pub was: Cents,
    /// What the new bill comes to.
    pub is: Cents,
    /// Why.
    pub reason: String,
}

impl ReplacedLine {
    /// What the customer owes more, or less, than before.
    #[must_use]
    pub fn difference(&self) -> Cents {
        self.is - self.was
    }
}

/// A bill that a run takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReplacedBill {
    pub(crate) account: AccountId,
    /// The run it belongs to.
    pub(crate) run: RunId,
    pub(crate) number: BillNumber,
    pub(crate) total: Cents,
    /// The position of the bill that takes its place.
    pub(crate) position: i64,
    pub(crate) reason: String,
}

/// The bills of some accounts that a run replaces, each with what was frozen for it; accounts of which no bill goes out
/// keep theirs.
pub(super) async fn replaced_bills(
    read: &mut Read,
    run: &BillRun,
    stretches: &[(AccountId, AccountId)],
    going_out: &BTreeSet<AccountId>,
) -> Result<Vec<(ReplacedBill, BillInputs)>, Fault> {
    let mut replaced = Vec::new();
    match run.kind {
        RunKind::OffCycle => {}
        RunKind::Regular | RunKind::Charges => return Ok(replaced),
    }
    let mut runs: BTreeMap<RunId, BillRun> = BTreeMap::new();
    for range in stretches {
        let mut bills = ReplacedBill::between(read, run.id, *range).await?;
        bills.retain(|bill| going_out.contains(&bill.account));
        let mut inputs: BTreeMap<(AccountId, RunId), BillInputs> = BTreeMap::new();
        for old in bills.iter().map(|bill| bill.run).collect::<BTreeSet<RunId>>() {
            if let Entry::Vacant(place) = runs.entry(old) {
                let impossible = || Fault::impossible_row("run_scope", "replaces_run_id", run.id.0);
                place.insert(store::run_by_id(read, old).await?.ok_or_else(impossible)?);
            }
            let of_run = store::bills_between(read, &runs[&old], *range).await?;
            inputs.extend(of_run.into_iter().map(|bill| ((bill.account, old), bill)));
        }
        for bill in bills {
            let frozen = inputs.remove(&(bill.account, bill.run));
            let gone = || Fault::new(format!("what bill {} was made from is not there", bill.number));
            replaced.push((bill.clone(), frozen.ok_or_else(gone)?));
        }
    }
    Ok(replaced)
}
