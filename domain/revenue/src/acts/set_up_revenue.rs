//! Decides customer classes, and where each revenue code, tax and expense of the city goes in the books.

use std::collections::BTreeMap;

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use kernel::{LedgerAccountId, Refusal};
use ledger::{AccountKind, Chart};
use serde::{Deserialize, Serialize};

use crate::{ALL, RevenueLine, TaxLine, permissions, store};

/// Adds classes, revenue lines, taxes and expenses; what is there already stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUpRevenue {
    /// Code to title.
    pub classes: BTreeMap<String, String>,
    /// New lines.
    pub lines: Vec<NewLine>,
    /// New taxes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<NewTax>,
    /// Revenue code to the expense account for what the city bears itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub city_expenses: BTreeMap<String, String>,
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

/// A tax, naming its liability by its code; which funds bear it follows from what it is charged on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewTax {
    /// The authority, as rate schedules name it.
    pub authority: String,
    /// The authority's own code for the tax.
    pub code: String,
    /// The revenue code of its charges, such as `tax.state`.
    pub revenue: String,
    /// What an auditor reads.
    pub title: String,
    /// The code of the liability account.
    pub liability: String,
}

/// Why a set-up is refused.
#[derive(Debug, thiserror::Error)]
pub enum SetUpRefused {
    /// No module charges this.
    #[error("'{0}' is not a revenue code of any service")]
    UnknownCode(String),
    /// A tax is no revenue of the city.
    #[error("'{0}' is the code of a tax: give it a liability, not a revenue account")]
    TaxIsNoRevenue(String),
    /// What is no tax is not owed to an authority.
    #[error("'{0}' is not the code of a tax")]
    NotATax(String),
    /// The code is in use with another place in the books.
    #[error("revenue code '{0}' already has another place in the books")]
    AlreadyPlaced(String),
    /// The tax is there with another place in the books.
    #[error("tax '{code}' of '{authority}' already has another place in the books")]
    TaxAlreadyPlaced {
        /// The authority.
        authority: String,
        /// Its code for the tax.
        code: String,
    },
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
    /// A ledger account that does not exist, or is of another kind or a control account.
    #[error("revenue code '{code}': {ledger_account} is no ordinary ledger account of kind {}", kind.code())]
    WrongKind {
        /// The revenue code.
        code: String,
        /// The ledger account's code.
        ledger_account: String,
        /// The kind that is needed.
        kind: AccountKind,
    },
}

impl Refusal for SetUpRefused {
    fn code(&self) -> &'static str {
        match self {
            SetUpRefused::UnknownCode(_) => "revenue_code_unknown",
            SetUpRefused::TaxIsNoRevenue(_) => "tax_is_no_revenue",
            SetUpRefused::NotATax(_) => "not_a_tax",
            SetUpRefused::AlreadyPlaced(_) => "revenue_code_placed",
            SetUpRefused::TaxAlreadyPlaced { .. } => "tax_placed",
            SetUpRefused::NotInChart { .. } => "ledger_account_not_open",
            SetUpRefused::WrongKind { .. } => "ledger_account_kind",
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
        entry.is_under(permissions::RATES);
        for (code, title) in &self.classes {
            store::insert_class(entry, code, title).await?;
        }
        let chart = finance::chart(entry).await?;
        let mut books = store::books(entry).await?;
        for new in &self.lines {
            let line = line_of(new, &chart).map_err(refused)?;
            match books.lines.get(&new.code) {
                None => {
                    store::insert_line(entry, &line).await?;
                    books.lines.insert(new.code.clone(), line);
                }
                Some(there) if *there == line => {}
                Some(_) => return refuse(SetUpRefused::AlreadyPlaced(new.code.clone())),
            }
        }
        for new in &self.taxes {
            let tax = tax_of(new, &chart).map_err(refused)?;
            let key = (tax.authority.clone(), tax.code.clone());
            match books.taxes.get(&key) {
                None => {
                    store::insert_tax(entry, &tax).await?;
                    books.taxes.insert(key, tax);
                }
                Some(there) if *there == tax => {}
                Some(_) => {
                    let (authority, code) = key;
                    return refuse(SetUpRefused::TaxAlreadyPlaced { authority, code });
                }
            }
        }
        for (code, expense) in &self.city_expenses {
            service_of(code).map_err(refused)?;
            let expense = plain(&chart, code, expense, AccountKind::Expense).map_err(refused)?;
            match books.expenses.get(code) {
                None => store::insert_expense(entry, code, expense).await?,
                Some(there) if *there == expense => {}
                Some(_) => return refuse(SetUpRefused::AlreadyPlaced(code.clone())),
            }
        }
        Ok(())
    }
}

fn line_of(new: &NewLine, chart: &Chart) -> Result<RevenueLine, SetUpRefused> {
    let service = service_of(&new.code)?;
    if service == TAX {
        return Err(SetUpRefused::TaxIsNoRevenue(new.code.clone()));
    }
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
        service: service.to_owned(),
        title: new.title.clone(),
        fund,
        receivable: open(&new.receivable)?,
        revenue: open(&new.revenue)?,
    })
}

fn tax_of(new: &NewTax, chart: &Chart) -> Result<TaxLine, SetUpRefused> {
    if service_of(&new.revenue)? != TAX {
        return Err(SetUpRefused::NotATax(new.revenue.clone()));
    }
    Ok(TaxLine {
        authority: new.authority.clone(),
        code: new.code.clone(),
        revenue: new.revenue.clone(),
        title: new.title.clone(),
        liability: plain(chart, &new.revenue, &new.liability, AccountKind::Liability)?,
    })
}

/// The service of which all charges are taxes.
const TAX: &str = "tax";

fn service_of(code: &str) -> Result<&'static str, SetUpRefused> {
    let module = ALL.iter().find(|module| module.codes.contains(&code));
    module.map(|module| module.service).ok_or_else(|| SetUpRefused::UnknownCode(code.to_owned()))
}

/// A ledger account of a kind that plays no special role.
fn plain(chart: &Chart, code: &str, account: &str, kind: AccountKind) -> Result<LedgerAccountId, SetUpRefused> {
    let found = chart.ledger_account_by_code(account);
    let found = found
        .filter(|found| found.kind == kind && found.control.is_none() && !found.is_pooled_cash && !found.is_clearing);
    let wrong = || SetUpRefused::WrongKind { code: code.to_owned(), ledger_account: account.to_owned(), kind };
    found.map(|found| found.id).ok_or_else(wrong)
}
