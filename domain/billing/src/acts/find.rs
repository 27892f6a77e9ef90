//! Finding the account or agreement that somebody names.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::{AccountId, AccountNumber, AgreementId, Refusal, ServicePointId};

use crate::store;

/// An agreement as people name it.
#[derive(Clone, Debug)]
pub(super) struct AgreementRef {
    /// The number of the account.
    pub(super) account: String,
    /// The rate schedule.
    pub(super) schedule: String,
    /// The service point, where several are priced by the schedule.
    pub(super) service_point: Option<String>,
}

/// Why an account or agreement cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// No account has the number.
    #[error("there is no account {0}")]
    Account(String),
    /// The account has no such agreement on the day.
    #[error("account {account} has no service by '{schedule}' on {on}{}", at(service_point))]
    Agreement {
        /// The account number.
        account: String,
        /// The schedule.
        schedule: String,
        /// The service point that was named.
        service_point: Option<String>,
        /// The day.
        on: NaiveDate,
    },
    /// The account has several, and none was named.
    #[error("account {account} has several services by '{schedule}': name the service point, one of {points}")]
    Several {
        /// The account number.
        account: String,
        /// The schedule.
        schedule: String,
        /// The references of the service points.
        points: String,
    },
}

fn at(service_point: &Option<String>) -> String {
    service_point.as_ref().map_or_else(String::new, |point| format!(" at service point {point}"))
}

impl Refusal for NotFound {
    fn code(&self) -> &'static str {
        match self {
            NotFound::Account(_) => "account_unknown",
            NotFound::Agreement { .. } => "agreement_unknown",
            NotFound::Several { .. } => "agreement_ambiguous",
        }
    }
}

/// The account with a number.
pub(super) async fn account_named(read: &mut Read, number: &str) -> Result<Result<AccountId, NotFound>, Fault> {
    let found = match AccountNumber::parse(number) {
        Ok(parsed) => customers::account_by_number(read, parsed).await?,
        Err(_) => None,
    };
    Ok(found.ok_or_else(|| NotFound::Account(number.to_owned())))
}

/// The agreements that are named, in their order; each is the only one it can be on the day.
pub(super) async fn agreements_named(
    read: &mut Read,
    named: &[AgreementRef],
    on: NaiveDate,
) -> Result<Result<Vec<(AccountId, AgreementId)>, NotFound>, Fault> {
    let mut accounts = Vec::with_capacity(named.len());
    for reference in named {
        match account_named(read, &reference.account).await? {
            Ok(account) => accounts.push(account),
            Err(not_found) => return Ok(Err(not_found)),
        }
    }
    let agreements = store::agreements_on(read, &accounts, on).await?;
    let points: Vec<ServicePointId> = agreements.iter().map(|agreement| agreement.service_point).collect();
    let names = premises::references_by_id(read, &points).await?;
    let name = |point: ServicePointId| names.get(&point).map_or("", String::as_str);
    let mut by_account: BTreeMap<AccountId, Vec<&crate::Agreement>> = BTreeMap::new();
    for agreement in &agreements {
        by_account.entry(agreement.account).or_default().push(agreement);
    }
    let mut found = Vec::with_capacity(named.len());
    for (reference, account) in named.iter().zip(accounts) {
        let of_account = by_account.get(&account).into_iter().flatten();
        let is_named = |agreement: &&&crate::Agreement| {
            agreement.schedule == reference.schedule
                && reference.service_point.as_ref().is_none_or(|point| name(agreement.service_point) == point)
        };
        let fitting: Vec<_> = of_account.filter(is_named).collect();
        let AgreementRef { account: number, schedule, service_point } = reference.clone();
        match fitting[..] {
            [agreement] => found.push((account, agreement.id)),
            [] => return Ok(Err(NotFound::Agreement { account: number, schedule, service_point, on })),
            [_, _, ..] => {
                let points: Vec<&str> = fitting.iter().map(|agreement| name(agreement.service_point)).collect();
                return Ok(Err(NotFound::Several { account: number, schedule, points: points.join(", ") }));
            }
        }
    }
    Ok(Ok(found))
}
