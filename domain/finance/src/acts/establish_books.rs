//! `EstablishBooks`: funds and ledger accounts enter the chart; none that is there changes.

use std::collections::BTreeSet;

use acts::{Act, Entry, Failure, Permission, Subject, refused};
use kernel::{FundId, LedgerAccountId, Refusal};
use ledger::{AccountKind, Chart, ChartError, Control, Fund, LedgerAccount};
use serde::{Deserialize, Serialize};

use crate::{ESTABLISH_BOOKS, books, store};

/// Sets up the chart from the town's data, or adds to it. What is there already, unchanged, stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstablishBooks {
    /// The funds.
    pub funds: Vec<NewFund>,
    /// The ledger accounts.
    pub ledger_accounts: Vec<NewLedgerAccount>,
    /// Which ledger account is open in which fund.
    pub opened: Vec<OpenedIn>,
}

/// A fund by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFund {
    /// Its code, such as `510`.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A ledger account by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLedgerAccount {
    /// Its code, such as `1200`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// On which statement it stands.
    pub kind: AccountKind,
    /// Whether its balance is the sum of customers' balances, and which.
    #[serde(default)]
    pub control: Option<Control>,
    /// Whether it is the funds' share in pooled cash.
    #[serde(default)]
    pub is_pooled_cash: bool,
    /// Whether moves between customers pass through it.
    #[serde(default)]
    pub is_clearing: bool,
}

/// A ledger account that is to be open in a fund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedIn {
    /// The code of the fund.
    pub fund: String,
    /// The code of the ledger account.
    pub ledger_account: String,
}

/// What was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Established {
    /// Funds added.
    pub funds: usize,
    /// Ledger accounts added.
    pub ledger_accounts: usize,
    /// Ledger accounts opened in funds.
    pub opened: usize,
}

/// Why the books are not set up so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BooksRefused {
    /// A fund that is there under another name.
    #[error("Fund {code} is in the chart already under another name; what is in the chart does not change")]
    ChangesFund {
        /// Its code.
        code: String,
    },
    /// A ledger account that is there with another name, kind or role.
    #[error("Ledger account {code} is in the chart already and differs; what is in the chart does not change")]
    ChangesLedgerAccount {
        /// Its code.
        code: String,
    },
    /// The whole would be no chart.
    #[error("{0}")]
    NoChart(#[from] ChartError),
    /// A ledger account is to be open in a fund that nobody named.
    #[error("Ledger account {ledger_account} is to be open in fund {fund}, which is not in the chart")]
    UnknownFund {
        /// The code that is not there.
        fund: String,
        /// The code of the ledger account.
        ledger_account: String,
    },
    /// A fund is to have a ledger account that nobody named.
    #[error("Fund {fund} is to have ledger account {ledger_account}, which is not in the chart")]
    UnknownLedgerAccount {
        /// The code of the fund.
        fund: String,
        /// The code that is not there.
        ledger_account: String,
    },
}

impl Refusal for BooksRefused {
    fn code(&self) -> &'static str {
        match self {
            BooksRefused::ChangesFund { .. } => "changes_fund",
            BooksRefused::ChangesLedgerAccount { .. } => "changes_ledger_account",
            BooksRefused::NoChart(error) => error.code(),
            BooksRefused::UnknownFund { .. } => "unknown_fund",
            BooksRefused::UnknownLedgerAccount { .. } => "unknown_ledger_account",
        }
    }
}

impl Act for EstablishBooks {
    const KIND: &'static str = "finance.establish_books";
    type Outcome = Established;

    fn permission(&self) -> Permission {
        ESTABLISH_BOOKS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<Established, Failure> {
        let known = books::chart(entry).await?;
        let new_funds = self.new_funds(&known).map_err(refused)?;
        let new_sides = self.new_ledger_accounts(&known).map_err(refused)?;
        let mut ids = entry.ids("fund", new_funds.len()).await?;
        let fund = |new: &NewFund| Fund { id: ids.take(), code: new.code.clone(), name: new.name.clone() };
        let funds: Vec<Fund> = new_funds.into_iter().map(fund).collect();
        let mut ids = entry.ids("ledger_account", new_sides.len()).await?;
        let sides: Vec<LedgerAccount> = new_sides.into_iter().map(|new| new.with_id(ids.take())).collect();
        let chart = grown(&known, &funds, &sides).map_err(refused)?;
        let opened = self.newly_opened(&chart).map_err(refused)?;
        store::insert_chart(entry, &funds, &sides, &opened).await?;
        Ok(Established { funds: funds.len(), ledger_accounts: sides.len(), opened: opened.len() })
    }
}

impl EstablishBooks {
    fn new_funds(&self, known: &Chart) -> Result<Vec<&NewFund>, BooksRefused> {
        let mut new = Vec::new();
        for fund in &self.funds {
            match known.fund_by_code(&fund.code) {
                None => new.push(fund),
                Some(same) if same.name == fund.name => {}
                Some(_) => return Err(BooksRefused::ChangesFund { code: fund.code.clone() }),
            }
        }
        Ok(new)
    }

    fn new_ledger_accounts(&self, known: &Chart) -> Result<Vec<&NewLedgerAccount>, BooksRefused> {
        let mut new = Vec::new();
        for one in &self.ledger_accounts {
            match known.ledger_account_by_code(&one.code) {
                None => new.push(one),
                Some(same) if *same == one.with_id(same.id) => {}
                Some(_) => return Err(BooksRefused::ChangesLedgerAccount { code: one.code.clone() }),
            }
        }
        Ok(new)
    }

    fn newly_opened(&self, chart: &Chart) -> Result<Vec<(FundId, LedgerAccountId)>, BooksRefused> {
        let mut opened = BTreeSet::new();
        for OpenedIn { fund, ledger_account } in &self.opened {
            let names = || (fund.clone(), ledger_account.clone());
            let Some(in_fund) = chart.fund_by_code(fund) else {
                let (fund, ledger_account) = names();
                return Err(BooksRefused::UnknownFund { fund, ledger_account });
            };
            let Some(side) = chart.ledger_account_by_code(ledger_account) else {
                let (fund, ledger_account) = names();
                return Err(BooksRefused::UnknownLedgerAccount { fund, ledger_account });
            };
            if !chart.is_open(in_fund.id, side.id) {
                opened.insert((in_fund.id, side.id));
            }
        }
        Ok(opened.into_iter().collect())
    }
}

impl NewLedgerAccount {
    fn with_id(&self, id: LedgerAccountId) -> LedgerAccount {
        LedgerAccount {
            id,
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
            control: self.control,
            is_pooled_cash: self.is_pooled_cash,
            is_clearing: self.is_clearing,
        }
    }
}

/// The chart with more funds and ledger accounts, if that is one.
fn grown(known: &Chart, funds: &[Fund], ledger_accounts: &[LedgerAccount]) -> Result<Chart, BooksRefused> {
    let all_funds = known.funds().chain(funds).cloned().collect();
    let all_sides = known.ledger_accounts().chain(ledger_accounts).cloned().collect();
    let opened: Vec<_> = known.opened().map(|(fund, side)| (fund.id, side.id)).collect();
    Ok(Chart::new(all_funds, all_sides, opened)?)
}
