//! Service agreements, cycles, bill runs, registers and bills.

pub mod acts;
mod aging;
mod agreement;
mod calendar;
mod charge;
mod completeness;
mod coverage;
mod exception;
mod extra;
mod gather;
pub mod import;
mod inputs;
mod intake;
mod measuring;
mod open;
mod particulars;
pub mod permissions;
mod pricing;
mod quantity;
mod read_ahead;
mod read_rule;
mod register;
mod run;
mod settle;
mod stage;
mod statement;
mod store;
mod stretch;
mod tally;
mod tax_report;
mod views;
mod what_if;
mod winter;
mod words;

pub use aging::{AgedLine, Aging, receivables_by_age};
pub use agreement::{Agreement, Cycle, DueRule, NewAgreement};
pub use calendar::{CyclePeriod, Terms};
pub use charge::AccountCharge;
pub use completeness::{Completeness, Reason, Unbilled, month_completeness, run_completeness};
pub use coverage::{Coverage, Overbilled, Uncovered, UncoveredReason, coverage};
pub use exception::{Disposition, Exception, ExceptionCode, ExceptionRule, ExceptionState, Limits, QueuedException};
pub use extra::{BilledLine, Extra, ExtraKind};
pub use inputs::{BillInputs, Inputs, match_consumption};
pub use intake::{Agreements, PendingAgreement};
pub use open::{NewService, open_services};
pub use particulars::{Cut, HeldExemption, HeldQuantity, Particulars, Segment};
pub use pricing::{BillKind, BillLine, PricedBill, price};
pub use quantity::{QuantityRecord, QuantitySource};
pub use read_rule::ClassReadRule;
pub use register::{
    BillCount, BillCounts, Compared, Comparison, DecidedLine, HeldLine, JournalLine, Register, RegisterLine,
    ReplacedLine, RollForward, RollSum, SignedLine, TaxSum, TaxedLine, UsedLine, register,
};
pub use run::{BillRun, RunKind, RunProgress, RunState};
pub use stage::Stage;
pub use statement::Statement;
pub use store::{
    Adjustment, PointAgreement, Signoff, StoredBill, accounts_at, adjustment_reasons, adjustments_of, all_runs,
    bill_rows_between, bill_totals, bills_by_consumption, current_run, cycle_by_code, cycle_periods, cycles,
    exception_counts, last_account, pending_agreements, point_agreements, points_of_accounts, queue, rejects,
    run_by_number, run_progress, runs_of_month, signoff, terms,
};
pub use tax_report::{OwedLine, TaxReport, tax_report};
pub use views::{BillView, ExplainedService, bill_view};
pub use what_if::{Change, Effect, Increase, WhatIf, WhatIfRefused, WhatIfReport, profiles_in_use, what_if};

/// How many accounts a chunk of a run holds: large enough to spend little on commits, small
/// enough to keep memory flat.
pub const CHUNK_ACCOUNTS: i64 = 10_000;
