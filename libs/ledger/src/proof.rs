//! `Proof`: the sums that must agree, side by side, for the auditor and the morning check.

use std::collections::BTreeMap;

use kernel::{Cents, FundId, LedgerAccountId};

use crate::{Chart, Fund, LedgerAccount};

/// What was compared and what came out; every list is in the order of the codes.
///
/// It holds the agreeing sums too, so that a page can show what was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Every fund, with the sum of its balances: zero when it balances.
    pub funds: Vec<FundProof>,
    /// Every control account in every fund, with the sum of its customers' balances.
    pub controls: Vec<ControlProof>,
    /// All funds' shares in pooled cash.
    pub pooled_shares: Cents,
    /// All money that came in less all that went out.
    pub tender: Cents,
    /// Clearing accounts that are not zero; there are none at day's end.
    pub open_clearing: Vec<OpenClearing>,
    /// Balances where the chart has no open ledger account, in the order of ids; there are none.
    pub strays: Vec<StrayBalance>,
}

/// One fund: whether its debits equal its credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundProof {
    /// The fund.
    pub fund: FundId,
    /// The sum of all its balances.
    pub sum: Cents,
}

/// One control account in one fund: whether it is the sum of its customers' balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlProof {
    /// The fund.
    pub fund: FundId,
    /// The control account.
    pub ledger_account: LedgerAccountId,
    /// Its balance in the fund.
    pub control: Cents,
    /// The sum of the customers' balances in it.
    pub customers: Cents,
}

/// A clearing account with something left in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenClearing {
    /// The fund.
    pub fund: FundId,
    /// The clearing account.
    pub ledger_account: LedgerAccountId,
    /// What is left, debits positive.
    pub balance: Cents,
}

/// A balance where none can be: the ledger account is not open in that fund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrayBalance {
    /// The fund, perhaps unknown to the chart.
    pub fund: FundId,
    /// The ledger account, perhaps unknown to the chart.
    pub ledger_account: LedgerAccountId,
    /// What was found there, debits positive.
    pub balance: Cents,
}

/// The sums a proof is made of, from a `Book` or from a database; missing means zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProofSums {
    /// The balance of each ledger account in each fund, debits positive.
    pub balances: BTreeMap<(FundId, LedgerAccountId), Cents>,
    /// The sum over customers, the city excepted, of what they have in each.
    pub customers: BTreeMap<(FundId, LedgerAccountId), Cents>,
    /// The sum of all journals' tender.
    pub tender: Cents,
}

impl Proof {
    /// Compares the sums under a chart.
    #[must_use]
    pub fn of(chart: &Chart, sums: &ProofSums) -> Proof {
        let opened_as = |is: fn(&LedgerAccount) -> bool| chart.opened().filter(move |(_, side)| is(side));
        let control = |(fund, side): (&Fund, &LedgerAccount)| ControlProof {
            fund: fund.id,
            ledger_account: side.id,
            control: at(&sums.balances, fund, side),
            customers: at(&sums.customers, fund, side),
        };
        let clearing = |(fund, side): (&Fund, &LedgerAccount)| OpenClearing {
            fund: fund.id,
            ledger_account: side.id,
            balance: at(&sums.balances, fund, side),
        };
        Proof {
            funds: prove_funds(chart, sums),
            controls: opened_as(|side| side.control.is_some()).map(control).collect(),
            pooled_shares: opened_as(|side| side.is_pooled_cash)
                .map(|(fund, side)| at(&sums.balances, fund, side))
                .sum(),
            tender: sums.tender,
            open_clearing: opened_as(|side| side.is_clearing)
                .map(clearing)
                .filter(|open| !open.balance.is_zero())
                .collect(),
            strays: find_strays(chart, sums),
        }
    }

    /// Whether every sum agrees. Money in clearing is not an error before day's end: see `is_clear`.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.funds.iter().all(FundProof::is_balanced)
            && self.controls.iter().all(ControlProof::agrees)
            && self.pooled_shares == self.tender
            && self.strays.is_empty()
    }

    /// Whether nothing is left in clearing, as at day's end.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.open_clearing.is_empty()
    }
}

impl FundProof {
    /// Whether debits equal credits.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.sum.is_zero()
    }
}

impl ControlProof {
    /// Whether the control account is the sum of its customers' balances.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.control == self.customers
    }
}

fn prove_funds(chart: &Chart, sums: &ProofSums) -> Vec<FundProof> {
    let mut by_fund: BTreeMap<FundId, Cents> = BTreeMap::new();
    for ((fund, _), cents) in &sums.balances {
        *by_fund.entry(*fund).or_default() += *cents;
    }
    let sum = |fund: &Fund| by_fund.get(&fund.id).copied().unwrap_or_default();
    chart.funds().map(|fund| FundProof { fund: fund.id, sum: sum(fund) }).collect()
}

fn find_strays(chart: &Chart, sums: &ProofSums) -> Vec<StrayBalance> {
    let all = sums.balances.iter().chain(&sums.customers);
    let strays = all.filter(|((fund, side), cents)| !cents.is_zero() && !chart.is_open(*fund, *side));
    let found: BTreeMap<_, _> = strays.collect();
    found
        .into_iter()
        .map(|((fund, side), cents)| StrayBalance { fund: *fund, ledger_account: *side, balance: *cents })
        .collect()
}

fn at(sums: &BTreeMap<(FundId, LedgerAccountId), Cents>, fund: &Fund, side: &LedgerAccount) -> Cents {
    sums.get(&(fund.id, side.id)).copied().unwrap_or_default()
}
