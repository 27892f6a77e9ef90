//! `Chart`: the funds, the ledger accounts, and which ledger account is open in which fund.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{FundId, LedgerAccountId, Refusal};

use crate::{AccountKind, Fund, LedgerAccount, Role};

/// The chart of accounts, known good: what it holds can be posted to without further doubt.
///
/// Invariants: ids and codes are unique; every ledger account plays at most one role, of the right
/// kind; every opened pair names a fund and a ledger account of this chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    funds: BTreeMap<FundId, Fund>,
    ledger_accounts: BTreeMap<LedgerAccountId, LedgerAccount>,
    fund_codes: BTreeMap<String, FundId>,
    ledger_account_codes: BTreeMap<String, LedgerAccountId>,
    opened: BTreeSet<(FundId, LedgerAccountId)>,
}

/// Why a chart of accounts is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChartError {
    /// A code that cannot be printed, searched and exported.
    #[error("'{code}' cannot be the code of a fund or ledger account; use letters, digits and signs without spaces")]
    BadCode {
        /// What was read.
        code: String,
    },
    /// Nothing to call it by.
    #[error("{code} has no name")]
    NameMissing {
        /// The code of the fund or ledger account.
        code: String,
    },
    /// Two funds with one code or one id.
    #[error("Fund {code} is in the chart twice")]
    DuplicateFund {
        /// The code of the second one.
        code: String,
    },
    /// Two ledger accounts with one code or one id.
    #[error("Ledger account {code} is in the chart twice")]
    DuplicateLedgerAccount {
        /// The code of the second one.
        code: String,
    },
    /// More than one of control, pooled cash and clearing.
    #[error("Ledger account {code} can be only one of control account, pooled cash and clearing account")]
    SeveralRoles {
        /// The code of the ledger account.
        code: String,
    },
    /// A role that this kind of ledger account cannot play.
    #[error("Ledger account {code} is {role} and cannot be of kind {}", kind.code())]
    WrongKind {
        /// The code of the ledger account.
        code: String,
        /// What it is to be.
        role: Role,
        /// The kind it has.
        kind: AccountKind,
    },
    /// A ledger account is to be open in a fund that is not there.
    #[error("A ledger account is opened in a fund that is not in the chart")]
    OpenedInUnknownFund {
        /// The fund that is not there.
        fund: FundId,
    },
    /// A fund is to have a ledger account that is not there.
    #[error("Fund {fund} opens a ledger account that is not in the chart")]
    OpenedUnknownLedgerAccount {
        /// The code of the fund.
        fund: String,
        /// The ledger account that is not there.
        ledger_account: LedgerAccountId,
    },
}

impl Refusal for ChartError {
    fn code(&self) -> &'static str {
        match self {
            ChartError::BadCode { .. } => "bad_code",
            ChartError::NameMissing { .. } => "name_missing",
            ChartError::DuplicateFund { .. } => "duplicate_fund",
            ChartError::DuplicateLedgerAccount { .. } => "duplicate_ledger_account",
            ChartError::SeveralRoles { .. } => "several_roles",
            ChartError::WrongKind { .. } => "wrong_kind",
            ChartError::OpenedInUnknownFund { .. } => "opened_in_unknown_fund",
            ChartError::OpenedUnknownLedgerAccount { .. } => "opened_unknown_ledger_account",
        }
    }
}

impl Chart {
    /// A chart of these funds and ledger accounts; `opened` says which exists in which fund.
    pub fn new(
        funds: Vec<Fund>,
        ledger_accounts: Vec<LedgerAccount>,
        opened: impl IntoIterator<Item = (FundId, LedgerAccountId)>,
    ) -> Result<Chart, ChartError> {
        let mut chart = Chart {
            funds: BTreeMap::new(),
            ledger_accounts: BTreeMap::new(),
            fund_codes: BTreeMap::new(),
            ledger_account_codes: BTreeMap::new(),
            opened: BTreeSet::new(),
        };
        for fund in funds {
            chart.add_fund(fund)?;
        }
        for ledger_account in ledger_accounts {
            chart.add_ledger_account(ledger_account)?;
        }
        for (fund, ledger_account) in opened {
            chart.open(fund, ledger_account)?;
        }
        Ok(chart)
    }

    /// The fund with that id.
    #[must_use]
    pub fn fund(&self, id: FundId) -> Option<&Fund> {
        self.funds.get(&id)
    }

    /// The ledger account with that id.
    #[must_use]
    pub fn ledger_account(&self, id: LedgerAccountId) -> Option<&LedgerAccount> {
        self.ledger_accounts.get(&id)
    }

    /// The fund with that code.
    #[must_use]
    pub fn fund_by_code(&self, code: &str) -> Option<&Fund> {
        self.fund_codes.get(code).and_then(|id| self.fund(*id))
    }

    /// The ledger account with that code.
    #[must_use]
    pub fn ledger_account_by_code(&self, code: &str) -> Option<&LedgerAccount> {
        self.ledger_account_codes.get(code).and_then(|id| self.ledger_account(*id))
    }

    /// All funds, in the order of their codes.
    pub fn funds(&self) -> impl Iterator<Item = &Fund> {
        self.fund_codes.values().map(|id| &self.funds[id])
    }

    /// All ledger accounts, in the order of their codes.
    pub fn ledger_accounts(&self) -> impl Iterator<Item = &LedgerAccount> {
        self.ledger_account_codes.values().map(|id| &self.ledger_accounts[id])
    }

    /// Whether the ledger account exists in the fund.
    #[must_use]
    pub fn is_open(&self, fund: FundId, ledger_account: LedgerAccountId) -> bool {
        self.opened.contains(&(fund, ledger_account))
    }

    /// All opened pairs, in the order of the funds' and then the ledger accounts' codes.
    pub fn opened(&self) -> impl Iterator<Item = (&Fund, &LedgerAccount)> {
        self.funds().flat_map(|fund| {
            let open = self.ledger_accounts().filter(|ledger_account| self.is_open(fund.id, ledger_account.id));
            open.map(move |ledger_account| (fund, ledger_account))
        })
    }

    fn add_fund(&mut self, fund: Fund) -> Result<(), ChartError> {
        check_words(&fund.code, &fund.name)?;
        if self.funds.contains_key(&fund.id) || self.fund_codes.contains_key(&fund.code) {
            return Err(ChartError::DuplicateFund { code: fund.code });
        }
        self.fund_codes.insert(fund.code.clone(), fund.id);
        self.funds.insert(fund.id, fund);
        Ok(())
    }

    fn add_ledger_account(&mut self, new: LedgerAccount) -> Result<(), ChartError> {
        check_words(&new.code, &new.name)?;
        if self.ledger_accounts.contains_key(&new.id) || self.ledger_account_codes.contains_key(&new.code) {
            return Err(ChartError::DuplicateLedgerAccount { code: new.code });
        }
        new.role()?;
        self.ledger_account_codes.insert(new.code.clone(), new.id);
        self.ledger_accounts.insert(new.id, new);
        Ok(())
    }

    fn open(&mut self, fund: FundId, ledger_account: LedgerAccountId) -> Result<(), ChartError> {
        let Some(known) = self.funds.get(&fund) else {
            return Err(ChartError::OpenedInUnknownFund { fund });
        };
        if !self.ledger_accounts.contains_key(&ledger_account) {
            return Err(ChartError::OpenedUnknownLedgerAccount { fund: known.code.clone(), ledger_account });
        }
        self.opened.insert((fund, ledger_account));
        Ok(())
    }
}

fn check_words(code: &str, name: &str) -> Result<(), ChartError> {
    if code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ChartError::BadCode { code: code.to_owned() });
    }
    if name.trim().is_empty() {
        return Err(ChartError::NameMissing { code: code.to_owned() });
    }
    Ok(())
}
