//! Decides how customers are treated who had a leak.

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse};
use kernel::Refusal;
use revenue::RateBook;
use serde::{Deserialize, Serialize};

use crate::leak::LeakRule;
use crate::{permissions, store};

/// Puts a leak rule in force from a day on; one that is there stays as it is. The rates it is for may be adopted later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetLeakRule {
    /// The rule.
    pub rule: LeakRule,
}

/// Why a leak rule is refused.
#[derive(Debug, thiserror::Error)]
pub enum LeakRuleRefused {
    /// It makes no sense.
    #[error("the leak rule: {0}")]
    Flawed(&'static str),
    /// No such class.
    #[error("there is no customer class '{0}'")]
    UnknownClass(String),
    /// No such revenue code, or a tax.
    #[error("'{0}' is not a revenue code that a credit can be given on; a tax follows by itself")]
    UnknownRevenue(String),
    /// No such reason.
    #[error("'{0}' is not a reason for adjustments in this town")]
    UnknownReason(String),
    /// There is another one.
    #[error("there is another leak rule for '{schedule}' from {from_on} on: a change begins on another day")]
    RuleDiffers {
        /// The schedule.
        schedule: String,
        /// The day.
        from_on: chrono::NaiveDate,
    },
}

impl Refusal for LeakRuleRefused {
    fn code(&self) -> &'static str {
        match self {
            LeakRuleRefused::Flawed(_) => "leak_rule_flawed",
            LeakRuleRefused::UnknownClass(_) => "class_unknown",
            LeakRuleRefused::UnknownRevenue(_) => "charge_unknown",
            LeakRuleRefused::UnknownReason(_) => "reason_unknown",
            LeakRuleRefused::RuleDiffers { .. } => "leak_rule_differs",
        }
    }
}

impl Act for SetLeakRule {
    const KIND: &'static str = "billing.set_leak_rule";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_UP
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        entry.is_under(permissions::RULES);
        let rule = &self.rule;
        if let Some(flaw) = rule.flaw() {
            return refuse(LeakRuleRefused::Flawed(flaw));
        }
        let book = RateBook::load(entry).await?;
        if !rule.class.is_empty() && !revenue::class_codes(entry).await?.contains(&rule.class) {
            return refuse(LeakRuleRefused::UnknownClass(rule.class.clone()));
        }
        if book.line(&rule.revenue).is_none() {
            return refuse(LeakRuleRefused::UnknownRevenue(rule.revenue.clone()));
        }
        if !store::adjustment_reasons(entry).await?.contains_key(&rule.reason_code) {
            return refuse(LeakRuleRefused::UnknownReason(rule.reason_code.clone()));
        }
        let there = store::leak_rules(entry).await?;
        let key = |one: &LeakRule| (one.schedule.clone(), one.class.clone(), one.from_on);
        match there.iter().find(|one| key(one) == key(rule)) {
            Some(same) if same == rule => return Ok(()),
            Some(_) => {
                let (schedule, from_on) = (rule.schedule.clone(), rule.from_on);
                return refuse(LeakRuleRefused::RuleDiffers { schedule, from_on });
            }
            None => {}
        }
        let before = LeakRule::holding(&there, (&rule.schedule, &rule.class), rule.from_on);
        let words = |rule: &LeakRule| rule.in_words();
        let field = format!("Leak rule of {} from {}", rule.schedule, rule.from_on);
        entry.changes(field, before.map_or_else(|| "none".to_owned(), words), words(rule));
        store::insert_leak_rule(entry, rule).await?;
        Ok(())
    }
}
