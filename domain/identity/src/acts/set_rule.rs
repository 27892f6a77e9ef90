//! Decides how the town verifies callers.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::IdentityRefused;
use crate::verification::{MINUTES_MAX, RECENT_DAYS_MAX, TRIES_MAX};
use crate::{Question, VerificationRule, permissions, store};

/// Puts another rule in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetVerificationRule {
    /// Which questions count.
    pub questions: Vec<Question>,
    /// How many must be right.
    pub needed: usize,
    /// For how many minutes that holds.
    pub minutes: i64,
    /// For how many days after a change telephone and mailed bill do not count; left out, 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recent_days: Option<i64>,
    /// After how many failed calls of a day nobody is verified on the phone; left out, 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries: Option<i64>,
}

impl Act for SetVerificationRule {
    const KIND: &'static str = "identity.set_verification_rule";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::SET_RULE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let rule = self.checked().or_else(|words| refuse(IdentityRefused::RuleBroken(words)))?;
        let before = store::rule(entry).await?;
        entry.changes("how callers are verified", before.sentence(), rule.sentence());
        let act = entry.act;
        store::insert_rule(entry, act, &rule).await?;
        Ok(())
    }
}

impl SetVerificationRule {
    /// For how many days a change is recent.
    pub(crate) fn recent_days(&self) -> i64 {
        self.recent_days.unwrap_or_else(|| VerificationRule::default().recent_days)
    }

    /// How many callers of a day may fail.
    pub(crate) fn tries(&self) -> i64 {
        self.tries.unwrap_or_else(|| VerificationRule::default().tries)
    }

    fn checked(&self) -> Result<VerificationRule, &'static str> {
        let mut questions = self.questions.clone();
        questions.sort_unstable();
        questions.dedup();
        if questions.iter().all(|question| question.is_public()) {
            return Err("at least one question must ask for more than name and address, which anybody can look up");
        }
        if self.needed < 1 || questions.len() < self.needed {
            return Err("as many answers must be right as there are questions, at most, and one at least");
        }
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            return Err("a verification holds for 1 minute to 12 hours");
        }
        let recent_days = self.recent_days();
        if !(0..=RECENT_DAYS_MAX).contains(&recent_days) {
            return Err("a change is recent for up to 365 days");
        }
        let tries = self.tries();
        if !(1..=TRIES_MAX).contains(&tries) {
            return Err("1 to 20 callers of a day may fail before nobody is verified on the phone");
        }
        Ok(VerificationRule { questions, needed: self.needed, minutes: self.minutes, recent_days, tries })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn a_rule_can_be_met_and_asks_for_more_than_a_directory_knows() {
        use Question::{Name, Phone, ServiceAddress};
        let rows = [
            (vec![Name, Phone],          2, 15,  true),
            (vec![Name, Phone],          3, 15,  false),
            (vec![Name, ServiceAddress], 2, 15,  false),
            (vec![],                     1, 15,  false),
            (vec![Name, Phone],          0, 15,  false),
            (vec![Name, Phone, Phone],   3, 15,  false),
            (vec![Name, Phone],          2, 0,   false),
            (vec![Name, Phone],          2, 721, false),
        ];
        for (questions, needed, minutes, expected) in rows {
            let act = SetVerificationRule { questions, needed, minutes, recent_days: None, tries: None };
            assert_eq!(act.checked().is_ok(), expected, "{act:?}");
        }
        for (recent_days, tries, expected) in [(0, 1, true), (365, 20, true), (-1, 3, false), (366, 3, false), (30, 0, false), (30, 21, false)] {
            let (questions, recent_days, tries) = (vec![Name, Phone], Some(recent_days), Some(tries));
            let act = SetVerificationRule { questions, needed: 2, minutes: 15, recent_days, tries };
            assert_eq!(act.checked().is_ok(), expected, "{act:?}");
        }
    }
}
