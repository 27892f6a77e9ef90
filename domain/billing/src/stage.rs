//! The stage of a bill: an account's first, its last, or one in between; and what its reads were found to be.

use std::collections::{BTreeMap, BTreeSet};

use db::{Fault, Read};
use kernel::{AccountId, ConsumptionId};
use metering::NotedUse;

use crate::exception::{Exception, ExceptionCode};
use crate::pricing::note;
use crate::store;
use crate::{BillInputs, BillRun, RunKind};

/// Where a bill stands among those of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// One in between.
    Regular,
    /// The first: no service of it began before the period.
    First,
    /// The last: no service of it goes on after the period.
    Final,
}

/// What the bills of a chunk are, beyond their prices.
pub(crate) struct Stages {
    stages: BTreeMap<AccountId, Stage>,
    noted: BTreeMap<ConsumptionId, NotedUse>,
}

impl Stage {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Stage::Regular => "regular",
            Stage::First => "first",
            Stage::Final => "final",
        }
    }

    /// The stage with that code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Stage> {
        [Stage::Regular, Stage::First, Stage::Final].into_iter().find(|stage| stage.code() == code)
    }
}

impl Stages {
    /// The stages and findings of the bills of accounts `from..to` in a run.
    pub(crate) async fn of(read: &mut Read, run: &BillRun, range: (AccountId, AccountId)) -> Result<Stages, Fault> {
        if run.kind == RunKind::Charges {
            return Ok(Stages { stages: BTreeMap::new(), noted: BTreeMap::new() });
        }
        let stages = store::stages_between(read, run.cycle, range, run.period).await?;
        let noted = metering::noted_between(read, range, run.period).await?;
        Ok(Stages { stages, noted: noted.into_iter().map(|one| (one.consumption, one)).collect() })
    }

    pub(crate) fn stage(&self, account: AccountId) -> Stage {
        self.stages.get(&account).copied().unwrap_or(Stage::Regular)
    }

    /// Whether a bill stands on an estimate.
    pub(crate) fn is_estimated(&self, bill: &BillInputs) -> bool {
        self.noted(bill).iter().any(|noted| noted.is_estimated)
    }

    /// Adds to the exceptions of a bill what was found about its reads.
    pub(crate) fn add_findings(&self, bill: &BillInputs, exceptions: &mut Vec<Exception>) {
        for noted in self.noted(bill) {
            for finding in noted.findings.lines() {
                let Some((code, detail)) = finding.split_once(": ") else { continue };
                // What is only told with the bill, such as a register that began again, is no exception.
                if let Some(code) = ExceptionCode::parse(code) {
                    note(exceptions, Exception { code, detail: detail.to_owned() });
                }
            }
        }
    }

    /// What was noted of the uses on a bill, each use once though several services follow it.
    fn noted(&self, bill: &BillInputs) -> Vec<&NotedUse> {
        let used: BTreeSet<ConsumptionId> = bill.items.iter().filter_map(|item| item.consumption).collect();
        used.iter().filter_map(|used| self.noted.get(used)).collect()
    }
}
