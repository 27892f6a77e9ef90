//! Decides customer classes, and where each revenue code goes in the books.

use std::collections::BTreeMap;

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::Refusal;
use ledger::Chart;
use serde::{Deserialize, Serialize};

use crate::{ALL, RevenueLine, permissions, store};

/// Adds classes and revenue lines; what is there already stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUpRevenue {
    /// Code to title.
    pub classes: BTreeMap<String, String>,
    /// New lines.
    pub lines: Vec<NewLine>,
}

/// A revenue line, naming funds and ledger accounts by their codes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewLine {
    /// The code that rate schedules name.
    pub code: String,
    /// What an auditor reads.
    pub title: String,
    /// The code of the fund.
    pub fund: String,
    /// The code of the receivable control account.
    pub receivable: String,
    /// The code of the revenue account.
    pub revenue: String,
}

/// Why a set-up is refused.
#[derive(Debug, thiserror::Error)]
pub enum SetUpRefused {
    /// No module charges this.
    #[error("'{0}' is not a revenue code of any service")]
    UnknownCode(String),
    /// The code is in use with another place in the books.
    #[error("revenue code '{0}' already has another place in the books")]
    AlreadyPlaced(String),
    /// The fund does not exist, or has not opened the ledger account.
    #[error("revenue code '{code}': fund {fund} has no ledger account {ledger_account}")]
    NotInChart {
        /// The revenue code.
        code: String,
        /// The fund's code.
        fund: String,
        /// The ledger account's code.
        ledger_account: String,
    },
}

impl Refusal for SetUpRefused {
    fn code(&self) -> &'static str {
        match self {
            SetUpRefused::UnknownCode(_) => "revenue_code_unknown",
            SetUpRefused::AlreadyPlaced(_) => "revenue_code_placed",
            SetUpRefused::NotInChart { .. } => "ledger_account_not_open",
        }
    }
}

impl Act for SetUpRevenue {
    const KIND: &'static str = "revenue.set_up";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        for (code, title) in &self.classes {
            store::insert_class(entry, code, title).await?;
        }
        let chart = finance::chart(entry).await?;
        let placed = store::lines(entry).await?;
        for new in &self.lines {
            let line = line_of(new, &chart).map_err(refused)?;
            match placed.get(&new.code) {
                None => store::insert_line(entry, &line).await?,
                Some(there) if *there == line => {}
                Some(_) => return refuse(SetUpRefused::AlreadyPlaced(new.code.clone())),
            }
        }
        Ok(())
    }
}

fn line_of(new: &NewLine, chart: &Chart) -> Result<RevenueLine, SetUpRefused> {
    let module = ALL.iter().find(|module| module.codes.contains(&new.code.as_str()));
    let module = module.ok_or_else(|| SetUpRefused::UnknownCode(new.code.clone()))?;
    let not_in_chart = |ledger_account: &str| SetUpRefused::NotInChart {
        code: new.code.clone(),
        fund: new.fund.clone(),
        ledger_account: ledger_account.to_owned(),
    };
    let fund = chart.fund_by_code(&new.fund).ok_or_else(|| not_in_chart(&new.receivable))?.id;
    let open = |code: &str| {
        let found = chart.ledger_account_by_code(code).map(|account| account.id);
        found.filter(|id| chart.is_open(fund, *id)).ok_or_else(|| not_in_chart(code))
    };
    Ok(RevenueLine {
        code: new.code.clone(),
        service: module.service.to_owned(),
        title: new.title.clone(),
        fund,
        receivable: open(&new.receivable)?,
        revenue: open(&new.revenue)?,
    })
}
