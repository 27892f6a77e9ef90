//! Service agreements, cycles, bill runs, registers and bills.

mod account_page;
pub mod acts;
mod again;
mod aging;
mod agreement;
mod calendar;
mod charge;
mod charge_detail;
mod compare;
mod completeness;
mod coverage;
mod due;
mod exception;
mod extra;
mod gather;
pub mod import;
mod inputs;
mod intake;
mod leak;
mod look_queue;
mod look_runs;
mod looking;
mod measuring;
mod move_preview;
mod open;
mod owing;
mod particulars;
pub mod permissions;
mod pricing;
mod quantity;
mod read_ahead;
mod read_rule;
mod reading;
mod rebill;
mod register;
mod run;
mod served;
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

pub use account_page::{AccountPage, PageOf};
pub use again::is_own_change;
pub use aging::{AgedAccount, AgedLine, Aging, aged_accounts, receivables_by_age};
pub use agreement::{Agreement, Cycle, DueRule, NewAgreement};
pub use calendar::{CyclePeriod, Terms};
pub use charge::AccountCharge;
pub use charge_detail::{ChargeOfBill, ChargesOf, charges_going_out, charges_of_run, charges_tried};
pub use compare::{BillComparison, Cause, ComparedKind, ComparedService, DifferencePart, ServiceSide, compare_bills};
pub use completeness::{Completeness, Reason, Unbilled, month_completeness, run_completeness};
pub use coverage::{Coverage, Overbilled, Uncovered, UncoveredReason, coverage};
pub use due::{AGES, age_of, is_past_due};
pub use exception::{
    Decision, Disposition, Exception, ExceptionCode, ExceptionFilter, ExceptionRule, ExceptionState, Limits,
    QueuedException,
};
pub use extra::{BilledLine, Extra, ExtraKind};
pub use inputs::{BillInputs, Inputs, match_consumption};
pub use intake::{Agreements, PendingAgreement};
pub use leak::{
    Forgiven, LeakCredit, LeakEffect, LeakFigures, LeakQuote, LeakRefused, LeakRule, LeakService, NormalBy, NormalUse,
    PastPeriod, leak_quote,
};
pub use look_queue::{BillKinds, QueueLine, QueueSum, RunService, bill_kinds, queue_page, queue_sum};
pub use look_runs::{
    Earlier, TallyLine, TrialLine, TrialSum, class_read_rules, earlier_runs, exception_rules, is_made_by, last_order,
    posted_sum, prepared_bills, review_amounts, run_state, run_states, tally_of, trial_lines, trial_sum, tried_by,
};
pub use looking::{LookAtCounts, sizes_left_behind};
pub use move_preview::{
    MoveAsked, MovePreview, PlaceChange, PreviewedDays, PreviewedService, UseBasis, last_terms, preview_move,
};
pub use open::{NewService, open_services};
pub use owing::{OpenItem, Owing, OwingLine, owing};
pub use particulars::{Cut, HeldExemption, HeldQuantity, Particulars, Segment};
pub use pricing::{BillKind, BillLine, PricedBill, price};
pub use quantity::{QuantityRecord, QuantitySource};
pub use read_rule::ClassReadRule;
pub use reading::{
    Along, Looked, PointToRead, RouteToRead, Unread, WalkPlace, periods_to_close, points_to_read, routes_to_read,
    unread_points,
};
pub use rebill::{NotRebilled, ODD_TO_STAY, RebillPreview, RebilledLine, points_to_work_out, rebill_preview};
pub use register::{
    BillCount, BillCounts, Compared, Comparison, DecidedLine, HeldLine, JournalLine, Register, RegisterLine,
    ReplacedLine, RollForward, RollOf, RollPart, RollSum, RolledAccount, SignedLine, TaxOf, TaxSum, TaxedBill,
    TaxedLine, UsedLine, receivables_of_run, register, taxes_of_run,
};
pub use run::{BillRun, RunKind, RunProgress, RunState};
pub use served::{ServedService, services_at_points, services_of_account};
pub use stage::Stage;
pub use statement::Statement;
pub use store::{
    AccountBill, AccountException, AccountService, NewestStatement, account_bills, account_exceptions,
    account_services, newest_statement, waiting_charges,
};
pub use store::{AccountMove, MoveSide, account_moves, account_moves_count, cycles_of_points, pending_count};
pub use store::{
    Adjustment, LastBill, PointAgreement, Signoff, StoredBill, accounts_at, adjustment_reasons, adjustments_of,
    all_runs, bill_rows_between, bill_totals, bills_by_consumption, current_run, cycle_by_code, cycle_periods, cycles,
    exception_counts, last_account, last_bill, past_due, pending_agreements, point_agreements, points_of_accounts,
    queue, rejects, run_by_number, run_progress, runs_of_month, signoff, terms,
};
pub use store::{
    BillAgain, BillStay, BillToMakeAgain, StayingBill, WaitingBill, WhyAgain, bills_again_of, bills_gone_wrong,
    bills_to_make_again, newest_stay, staying_bills, staying_bills_count, waiting_bills, waiting_bills_count,
};
pub use store::{BillInOrder, acts_of_adjustments, bills_of_account, leak_rules};
pub use store::{
    DueService, ExceptionCounts, close_order, cycle_titles, due_services, exceptions_of_bill, held_count, open_counts,
    signed_sums,
};
pub use store::{HeldBill, HeldPast, bill_in_run, bill_made_since, held_bills, held_past, waiting_counts};
pub use store::{RunQuality, adjustments_between, run_quality};
pub use store::{ServedAt, bill_numbered, points_between, served_at};
pub use tax_report::{OwedLine, TaxReport, TaxedAccount, tax_report, taxed_accounts};
pub use views::{BillView, ExplainedExtra, ExplainedService, bill_view};
pub use what_if::{
    Change, Effect, Increase, WhatIf, WhatIfRefused, WhatIfReport, lint_facts, profiles_in_use, what_if,
};

/// How many accounts a chunk of a run holds: large enough to spend little on commits, small
/// enough to keep memory flat.
pub const CHUNK_ACCOUNTS: i64 = 10_000;
