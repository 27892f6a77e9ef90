//! Records that an account is exempt by a certificate, and when that ends.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use kernel::{AccountId, Refusal};
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use super::find::{NotFound, account_named};
use crate::permissions;
use crate::store::{self, NewExemption};

/// Records an exemption. It counts for bills dated within it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordExemption {
    /// The number of the account.
    pub account: String,
    /// The code that rates know it by.
    pub code: String,
    /// The number of the certificate.
    pub certificate: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// The last day; without one it holds until it is ended.
    pub through_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// Ends an exemption, or takes it back from its first day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndExemption {
    /// The number of the account.
    pub account: String,
    /// The code.
    pub code: String,
    /// Its first day.
    pub from_on: NaiveDate,
    /// Its last day from now on; the day before the first takes it back.
    pub through_on: NaiveDate,
    /// Why.
    pub reason: String,
}

/// Why an exemption is not recorded or ended.
#[derive(Debug, thiserror::Error)]
pub enum ExemptionRefused {
    /// No such account.
    #[error("{0}")]
    Account(NotFound),
    /// A reason must be given.
    #[error("say why the account is exempt, or why no longer")]
    NoReason,
    /// A certificate must be named.
    #[error("an exemption needs the number of its certificate")]
    NoCertificate,
    /// No rates know the code.
    #[error("no rates know the exemption '{0}'")]
    UnknownCode(String),
    /// The last day lies before the first.
    #[error("an exemption from {from_on} cannot end with {through_on}")]
    EndsBefore {
        /// The first day.
        from_on: NaiveDate,
        /// The last day given.
        through_on: NaiveDate,
    },
    /// One is recorded from that day.
    #[error("account {account} has the exemption '{code}' from {from_on} already; end it first")]
    AlreadyRecorded {
        /// The account number.
        account: String,
        /// The code.
        code: String,
        /// The first day.
        from_on: NaiveDate,
    },
    /// None is recorded from that day.
    #[error("account {account} has no exemption '{code}' from {from_on}")]
    NotRecorded {
        /// The account number.
        account: String,
        /// The code.
        code: String,
        /// The first day.
        from_on: NaiveDate,
    },
}

impl Refusal for ExemptionRefused {
    fn code(&self) -> &'static str {
        match self {
            ExemptionRefused::Account(not_found) => not_found.code(),
            ExemptionRefused::NoReason => "reason_missing",
            ExemptionRefused::NoCertificate => "certificate_missing",
            ExemptionRefused::UnknownCode(_) => "exemption_unknown",
            ExemptionRefused::EndsBefore { .. } => "ends_before",
            ExemptionRefused::AlreadyRecorded { .. } => "exemption_recorded",
            ExemptionRefused::NotRecorded { .. } => "exemption_not_recorded",
        }
    }
}

impl Act for RecordExemption {
    const KIND: &'static str = "billing.record_exemption";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::EXEMPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = locked(entry, &self.account, &self.reason).await?;
        if self.certificate.trim().is_empty() {
            return refuse(ExemptionRefused::NoCertificate);
        }
        let book = RateBook::load(entry).await?;
        if !book.exemption_codes().contains(self.code.as_str()) {
            return refuse(ExemptionRefused::UnknownCode(self.code.clone()));
        }
        let from_on = self.from_on;
        if let Some(through_on) = self.through_on.filter(|through_on| *through_on < from_on) {
            return refuse(ExemptionRefused::EndsBefore { from_on, through_on });
        }
        let there = store::exemptions_of(entry, account, &self.code).await?;
        let same = there.into_iter().find(|record| record.from_on == from_on);
        let revision = match same {
            None => 1,
            // One that was taken back can be recorded anew.
            Some(record) if record.to_on == Some(from_on) => record.revision + 1,
            Some(_) => {
                let (account, code) = (self.account.clone(), self.code.clone());
                return refuse(ExemptionRefused::AlreadyRecorded { account, code, from_on });
            }
        };
        let new = NewExemption {
            account,
            code: &self.code,
            from_on,
            revision,
            to_on: self.through_on.and_then(|through_on| through_on.succ_opt()),
            certificate: &self.certificate,
            reason: &self.reason,
        };
        let through = self.through_on.map_or_else(|| "until further notice".to_owned(), |day| format!("through {day}"));
        let field = format!("Exemption {} of account {}", self.code, self.account);
        entry.changes(field, "none", format!("from {from_on} {through}"));
        let act = entry.act;
        store::insert_exemption(entry, act, &new).await?;
        Ok(())
    }
}

impl Act for EndExemption {
    const KIND: &'static str = "billing.end_exemption";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::EXEMPTIONS
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let account = locked(entry, &self.account, &self.reason).await?;
        let (from_on, through_on) = (self.from_on, self.through_on);
        let there = store::exemptions_of(entry, account, &self.code).await?;
        let Some(record) = there.into_iter().find(|record| record.from_on == from_on) else {
            let (account, code) = (self.account.clone(), self.code.clone());
            return refuse(ExemptionRefused::NotRecorded { account, code, from_on });
        };
        let to_on = through_on.succ_opt().filter(|to_on| from_on <= *to_on);
        let to_on = to_on.ok_or_else(|| refused(ExemptionRefused::EndsBefore { from_on, through_on }))?;
        let new = NewExemption {
            account,
            code: &self.code,
            from_on,
            revision: record.revision + 1,
            to_on: Some(to_on),
            certificate: &record.certificate,
            reason: &self.reason,
        };
        let field = format!("Exemption {} of account {} from {from_on}", self.code, self.account);
        entry.changes(field, "stands", format!("through {through_on}"));
        let act = entry.act;
        store::insert_exemption(entry, act, &new).await?;
        Ok(())
    }
}

/// The account with a number, held alone: runs that post it wait.
async fn locked(entry: &mut Entry, number: &str, reason: &str) -> Result<AccountId, Failure> {
    let account = account_named(entry, number).await?;
    let account = account.map_err(|not_found| refused(ExemptionRefused::Account(not_found)))?;
    if reason.trim().is_empty() {
        return refuse(ExemptionRefused::NoReason);
    }
    entry.concerns(account);
    entry.is_under(permissions::ASSIGNMENTS);
    customers::hold_accounts(entry, (account, AccountId(account.0 + 1))).await?;
    Ok(account)
}
