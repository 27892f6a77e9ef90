//! Decides billing cycles, exception rules and the amounts at which bills are looked at.

use std::collections::BTreeMap;

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::{Cents, Refusal};
use serde::{Deserialize, Serialize};

use crate::{Cycle, Disposition, DueRule, ExceptionRule, permissions, store};

/// Adds cycles, and sets rules and limits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUpBilling {
    /// Cycles to add; one that is there stays as it is.
    pub cycles: Vec<NewCycle>,
    /// Rules to set, one a code.
    pub rules: Vec<ExceptionRule>,
    /// Class to the amount at which its bills are looked at.
    pub limits: BTreeMap<String, Cents>,
}

/// A cycle to add.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewCycle {
    /// The code staff will know it by.
    pub code: String,
    /// Its title.
    pub title: String,
    /// When an agreement is due.
    pub due_rule: DueRule,
    /// Days from the bill date to the due date.
    pub days_to_pay: i64,
}

/// Why a set-up is refused.
#[derive(Debug, thiserror::Error)]
pub enum BillingSetUpRefused {
    /// The cycle is there with other terms.
    #[error("cycle '{0}' already exists with other terms")]
    CycleDiffers(String),
    /// A term that makes no sense.
    #[error("cycle '{0}': days to pay must be 1 to 365")]
    DaysToPay(String),
    /// A rule would let a bill without a price out.
    #[error("exception '{0}' leaves a bill without a price: a rule can only hold it")]
    CannotRelease(&'static str),
    /// A limit of nothing would stop every bill.
    #[error("the amount at which bills of class '{0}' are looked at must be above zero")]
    LimitNotPositive(String),
}

impl Refusal for BillingSetUpRefused {
    fn code(&self) -> &'static str {
        match self {
            BillingSetUpRefused::CycleDiffers(_) => "cycle_differs",
            BillingSetUpRefused::DaysToPay(_) => "days_to_pay",
            BillingSetUpRefused::CannotRelease(_) => "exception_blocks",
            BillingSetUpRefused::LimitNotPositive(_) => "limit_not_positive",
        }
    }
}

impl Act for SetUpBilling {
    const KIND: &'static str = "billing.set_up";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        entry.is_under(permissions::RULES);
        for new in &self.cycles {
            if !(1..=365).contains(&new.days_to_pay) {
                return refuse(BillingSetUpRefused::DaysToPay(new.code.clone()));
            }
            match store::cycle_by_code(entry, &new.code).await? {
                Some(there) if there.due_rule == new.due_rule && there.days_to_pay == new.days_to_pay => {}
                Some(_) => return refuse(BillingSetUpRefused::CycleDiffers(new.code.clone())),
                None => {
                    let id = entry.id("cycle").await?;
                    let NewCycle { code, due_rule, days_to_pay, .. } = new.clone();
                    store::insert_cycle(entry, &Cycle { id, code, due_rule, days_to_pay }, &new.title).await?;
                }
            }
        }
        for rule in &self.rules {
            if rule.code.is_blocking() && rule.disposition == Disposition::Release {
                return refuse(BillingSetUpRefused::CannotRelease(rule.code.code()));
            }
            store::insert_rule(entry, rule).await?;
        }
        for (class, limit) in &self.limits {
            if *limit <= Cents::ZERO {
                return refuse(BillingSetUpRefused::LimitNotPositive(class.clone()));
            }
            store::insert_limit(entry, class, *limit).await?;
        }
        Ok(())
    }
}
