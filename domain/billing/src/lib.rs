//! Service agreements, cycles, bill runs, registers and bills.

pub mod acts;
mod agreement;
mod completeness;
mod exception;
mod gather;
pub mod import;
mod inputs;
mod open;
pub mod permissions;
mod pricing;
mod read_ahead;
mod register;
mod run;
mod store;
mod views;

pub use agreement::{Agreement, Cycle, DueRule, NewAgreement};
pub use completeness::{Completeness, Reason, Unbilled, month_completeness, run_completeness};
pub use exception::{Disposition, Exception, ExceptionCode, ExceptionRule, ExceptionState, Limits, QueuedException};
pub use inputs::{BillInputs, Inputs, match_consumption};
pub use open::{NewService, open_services};
pub use pricing::{BillKind, BillLine, PricedBill, price};
pub use register::{Register, register};
pub use run::{BillRun, RunProgress, RunState};
pub use store::{
    PointAgreement, Signoff, StoredBill, all_runs, bill_rows_between, bill_totals, bills_by_consumption, current_run,
    cycle_by_code, cycles, exception_counts, last_account, point_agreements, queue, rejects, run_by_number,
    run_progress, runs_of_month, signoff,
};
pub use views::{BillView, ExplainedService, bill_view};

/// How many accounts a chunk of a run holds: large enough to spend little on commits, small
/// enough to keep memory flat.
pub const CHUNK_ACCOUNTS: i64 = 10_000;
