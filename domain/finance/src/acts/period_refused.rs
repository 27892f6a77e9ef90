//! `PeriodRefused`: why a month is neither locked nor opened.

use kernel::{Month, Refusal};

/// Why a month is neither locked nor opened again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRefused {
    /// It is locked.
    #[error("The books for {month} are locked already")]
    AlreadyLocked {
        /// The month.
        month: Month,
    },
    /// It is open.
    #[error("The books for {month} are not locked, so there is nothing to open")]
    NotLocked {
        /// The month.
        month: Month,
    },
}

impl Refusal for PeriodRefused {
    fn code(&self) -> &'static str {
        match self {
            PeriodRefused::AlreadyLocked { .. } => "period_already_locked",
            PeriodRefused::NotLocked { .. } => "period_not_locked",
        }
    }
}
