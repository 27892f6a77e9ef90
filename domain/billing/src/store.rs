//! The SQL of this room, by subject.

mod agreements;
mod bills;
mod exceptions;
mod extras;
mod facts;
mod holdings;
mod imports;
mod register;
mod runs;
mod what_if;

pub use agreements::{PointAgreement, cycle_by_code, cycles, point_agreements};
pub(crate) use agreements::{
    account_chunks, agreements_between, agreements_by_schedule, agreements_of, agreements_on, agreements_without_item,
    insert_agreements, insert_cycle, insert_limit, insert_rule, limits, rules, service_points_of,
};
pub use bills::{StoredBill, bill_rows_between, bill_totals, bills_by_consumption, last_account};
pub(crate) use bills::{bill_at, bill_dates, bill_of, cancellable_between, insert_bills, insert_cancellations};
pub(crate) use exceptions::{
    decide_by_rule, decide_one, delete_exception, exceptions_between, held_accounts, held_between, hold_bill,
    insert_exceptions, open_count,
};
pub use exceptions::{exception_counts, queue};
pub(crate) use extras::{
    BilledService, Scoped, accounts_with_extras, billed_services, charged_between, charges_between, delete_extras,
    end_charge, extras_between, extras_of, insert_charges, insert_extras, insert_scope, scope_between, scope_reason,
};
pub(crate) use facts::{
    PlainItem, TriedBill, count_items, insert_items, insert_trials, item_facts, item_shapes, items_of_bill,
    items_of_bills, items_with_bills, odd_accounts, plain_items, refreeze_items, tried_bills, tried_total,
};
pub(crate) use holdings::{
    NewExemption, accounts_with_holdings, exemptions_of, holdings, holdings_of, insert_exemption, insert_quantities,
    quantities_between,
};
pub use imports::rejects;
pub(crate) use imports::{insert_import, insert_rejects};
pub(crate) use register::{
    DecidedCount, bills_between, dates_of_bills, decided_counts, held_exceptions, last_billed, schedules_between,
    signed_act,
};
pub(crate) use runs::{
    RunTally, cancelled_runs, clear_trial, insert_run, insert_signoff, insert_tallies, lock_run, mark_cancelled,
    next_run_number, run_by_id, set_order, share_run, tallies,
};
pub use runs::{Signoff, all_runs, current_run, run_by_number, run_progress, runs_of_month, signoff};
pub(crate) use what_if::profile_counts;
