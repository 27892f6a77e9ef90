//! The SQL of this room, by subject.

mod adjustments;
mod agreement_intake;
mod agreements;
mod bills;
mod calendars;
mod coverage;
mod exception_counts;
mod exceptions;
mod extras;
mod facts;
mod holdings;
mod imports;
mod kept_again;
mod leaks;
mod listed_again;
mod look_account;
mod look_again;
mod look_bills;
mod look_books;
mod look_last_bill;
mod look_moves;
mod look_queue;
mod look_runs;
mod look_search;
mod look_waiting;
mod points;
mod register;
mod runs;
mod statements;
mod what_if;

pub use adjustments::{Adjustment, adjustments_of};
pub(crate) use adjustments::{adjustments_of_accounts, insert_adjustment, mark_reversed, standing_adjustments};
pub use agreement_intake::pending_agreements;
pub(crate) use agreement_intake::{
    AgreementOnRecord, agreements_on_record, complete_pending, insert_pending, lock_cycles, pending_at, update_pending,
};
pub use agreements::{PointAgreement, cycle_by_code, cycles, point_agreements};
pub(crate) use agreements::{
    account_chunks, agreements_between, agreements_by_schedule, agreements_of, agreements_on, agreements_without_item,
    cycles_of, insert_agreements, insert_cycle, insert_limit, insert_rule, limits, rules, served_in, service_points_of,
};
pub use bills::{StoredBill, bill_rows_between, bill_totals, bills_by_consumption, last_account};
pub(crate) use bills::{
    WrittenBill, bill_at, bill_dates, bill_of, cancellable_between, cancellation_of, insert_bills, insert_cancellations,
};
pub(crate) use calendars::read_rules;
pub use calendars::{adjustment_reasons, cycle_periods, terms};
pub(crate) use calendars::{
    close_period, insert_adjustment_reason, insert_days_to_pay, insert_holiday, insert_periods, insert_read_rule,
};
pub(crate) use coverage::{BilledDays, GapFacts, billed_days_between, gap_facts};
pub use exception_counts::{ExceptionCounts, exception_counts, open_counts};
pub(crate) use exception_counts::{change_counts, change_counts_of_bills, count_again, counts_of_bills};
pub use exceptions::queue;
pub(crate) use exceptions::{
    decide_by_rule, decide_one, delete_exception, exceptions_between, held_accounts, held_between, hold_bill,
    insert_exceptions, open_count, take_out,
};
pub(crate) use extras::{
    BilledService, Scoped, accounts_with_extras, billed_services, charged_between, charges_between, delete_extras,
    end_charge, extras_between, extras_of, insert_charges, insert_extras, insert_scope, insert_scope_of_all,
    scope_between, scope_reason, scoped_elsewhere, standing_bills,
};
pub(crate) use facts::{
    PlainItem, TriedBill, accounts_billed, count_items, insert_items, insert_trials, item_facts, item_shapes,
    items_of_bill, items_of_bills, items_with_bills, odd_accounts, plain_items, refreeze_items, tried_bills,
    tried_total,
};
pub(crate) use holdings::{
    NewExemption, accounts_with_holdings, exemptions_of, holdings, holdings_of, insert_exemption, insert_quantities,
    quantities_between,
};
pub use imports::rejects;
pub(crate) use imports::{insert_import, insert_rejects};
pub use kept_again::{BillAgain, BillStay, bills_again_of, bills_to_make_again};
pub(crate) use kept_again::{accounts_again, delete_again, insert_again, let_stay, let_wait};
pub(crate) use leaks::insert_leak_rule;
pub use leaks::leak_rules;
pub use listed_again::{
    StayingBill, WaitingBill, newest_stay, staying_bills, staying_bills_count, waiting_bills, waiting_bills_count,
};
pub use look_account::{
    AccountBill, AccountException, AccountService, NewestStatement, account_bills, account_exceptions,
    account_services, newest_statement, waiting_charges,
};
pub(crate) use look_again::{AgainKey, GoneWrong, gone_wrong};
pub use look_again::{BillToMakeAgain, WhyAgain, bills_gone_wrong};
pub use look_bills::{BillInOrder, acts_of_adjustments, bills_of_account};
pub use look_books::{RunQuality, adjustments_between, run_quality};
pub use look_last_bill::{LastBill, last_bill, past_due};
pub use look_moves::{AccountMove, MoveSide, account_moves, account_moves_count, cycles_of_points, pending_count};
pub(crate) use look_moves::{points_served_after, points_served_among};
pub use look_queue::exceptions_of_bill;
pub(crate) use look_queue::{decide_matching, found_among, queue_page, queue_sum, reopen_one, run_services};
pub use look_runs::{DueService, close_order, cycle_titles, due_services, held_count, signed_sums};
pub use look_search::{ServedAt, bill_numbered, points_between, served_at};
pub use look_waiting::{HeldBill, HeldPast, bill_in_run, bill_made_since, held_bills, held_past, waiting_counts};
pub(crate) use points::{
    PointService, correct_agreement, point_chunks, points_of_cycle, services_at, services_between, services_of,
    stages_between, stop_agreement, stop_otherwise,
};
pub use points::{accounts_at, points_of_accounts};
pub(crate) use register::{
    DecidedCount, bills_between, dates_of_bills, decided_counts, held_exceptions, last_billed, schedules_between,
    signed_act,
};
pub(crate) use runs::{
    RunTally, cancelled_runs, clear_trial, insert_run, insert_signoff, insert_tallies, lock_run, mark_cancelled,
    mark_issued, next_run_number, run_by_id, set_order, share_run, tallies,
};
pub use runs::{Signoff, all_runs, current_run, run_by_number, run_progress, runs_of_month, signoff};
pub(crate) use statements::{insert_statements, last_statements, not_due_between, statement_of};
pub(crate) use what_if::profile_counts;
