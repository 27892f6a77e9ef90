//! Extras: what a bill charges besides the services of its period.
//!
//! A settlement charges a service of an earlier period again, by what is known now, less what was billed for it. A
//! charge by code is priced by a rate schedule of its own, so it has versions, a fund and taxes like a service.

use chrono::NaiveDate;
use db::Fault;
use kernel::{Cents, ChargeId, FundId, LedgerAccountId};
use revenue::Place;
use serde::{Deserialize, Serialize};

use crate::Inputs;

/// One thing that a bill charges besides the services of its period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// What it is.
    pub kind: ExtraKind,
    /// The date that decides its rates: of a settlement that of the first bill, so that taxes keep their rate.
    pub price_on: NaiveDate,
    /// What its price depends on.
    pub inputs: Inputs,
    /// What bills charged for the same days before; nothing for a charge.
    pub billed: Vec<BilledLine>,
}

/// What an extra is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtraKind {
    /// A service of an earlier period, by what is known now, less what was billed.
    Settlement,
    /// A charge by code.
    Charge(ChargeId),
}

/// What bills charged on one line, in one place of the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilledLine {
    /// The name of the charge in its rate schedule.
    pub charge: String,
    /// The revenue code.
    pub revenue: String,
    /// The fund.
    pub fund: FundId,
    /// The ledger account debited.
    pub debit: LedgerAccountId,
    /// The ledger account credited.
    pub credit: LedgerAccountId,
    /// Whether the city paid it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_borne: bool,
    /// How much.
    pub cents: Cents,
}

impl ExtraKind {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            ExtraKind::Settlement => "settlement",
            ExtraKind::Charge(_) => "charge",
        }
    }

    /// The charge, when it is one.
    #[must_use]
    pub fn charge(self) -> Option<ChargeId> {
        match self {
            ExtraKind::Settlement => None,
            ExtraKind::Charge(charge) => Some(charge),
        }
    }

    /// The kind with a code, and a charge where it needs one.
    pub(crate) fn parse(code: &str, charge: Option<ChargeId>) -> Option<ExtraKind> {
        match (code, charge) {
            ("settlement", None) => Some(ExtraKind::Settlement),
            ("charge", Some(charge)) => Some(ExtraKind::Charge(charge)),
            _ => None,
        }
    }
}

impl Extra {
    /// What was billed, as it is stored.
    pub(crate) fn billed_text(&self) -> String {
        serde_json::to_string(&self.billed).expect("texts and numbers can always be written")
    }

    /// Takes what was billed back from its text.
    pub(crate) fn parse_billed(text: &str) -> Result<Vec<BilledLine>, Fault> {
        serde_json::from_str(text).map_err(|error| Fault::caused("reading what a settlement found billed", error))
    }
}

impl BilledLine {
    /// Whether a line of a bill goes to the same place for the same charge.
    pub(crate) fn is_same_line(&self, charge: &str, place: &Place) -> bool {
        self.charge == charge
            && self.revenue == place.code
            && (self.fund, self.debit, self.credit) == (place.fund, place.debit, place.credit)
            && self.is_borne == place.is_borne
    }

    /// Where it went in the books.
    pub(crate) fn place(&self) -> Place {
        Place {
            code: self.revenue.clone(),
            fund: self.fund,
            debit: self.debit,
            credit: self.credit,
            is_borne: self.is_borne,
        }
    }
}
