//! The account page: one account on one page, with its ledger, its timeline, and what a clerk changes about it while
//! somebody is on the phone.
//!
//! - `/accounts`: a page of accounts in the order of their numbers.
//! - `/accounts/{number}`: alerts and holds, who, where, services, what is owed by service and age, use, one timeline.
//! - `/accounts/{number}/ledger`: every posting with the balance after it; each leads to its journal, bill and entry.
//! - `/accounts/{number}/open-items`: what is not paid yet, by service and the day it is due.
//! - forms below it: note, telephone and e-mail, mailing address, parties, charges by code, customers on record twice.

mod account;
mod api;
mod forms;
mod ledger;
mod list;
mod open_items;
mod words;

pub use api::{api_routes, description};
use customers::permissions::{CHANGE, MERGE, NOTE, SEE};
use web::{Access, Route};

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    [looking(), changing(), merging()].concat()
}

fn looking() -> Vec<Route> {
    const LOOK: Access = Access::Needs(SEE);
    vec![
        Route::page("/accounts", "Accounts", LOOK, list::show).in_menu(),
        Route::page("/accounts/{number}", "An account", LOOK, account::show),
        Route::page("/accounts/{number}/ledger", "The ledger of an account", LOOK, ledger::show),
        Route::page("/accounts/{number}/open-items", "What an account has not paid", LOOK, open_items::show),
    ]
}

fn changing() -> Vec<Route> {
    const CHANGES: Access = Access::Needs(CHANGE);
    const NOTES: Access = Access::Needs(NOTE);
    const CHARGES: Access = Access::Needs(billing::permissions::CHARGES);
    use forms::{address, charge, contact, note, parties};
    vec![
        Route::page("/accounts/{number}/note", "Put a note on an account", NOTES, note::show),
        Route::form("/accounts/{number}/note", "Put a note on an account", NOTES, note::send),
        Route::page("/accounts/{number}/contact", "Telephone and e-mail", CHANGES, contact::show),
        Route::form("/accounts/{number}/contact", "Telephone and e-mail", CHANGES, contact::send),
        Route::page("/accounts/{number}/address", "Mailing address", CHANGES, address::show),
        Route::form("/accounts/{number}/address", "Mailing address", CHANGES, address::send),
        Route::page("/accounts/{number}/parties", "Who is who for an account", CHANGES, parties::show),
        Route::form("/accounts/{number}/parties", "Name somebody for an account", CHANGES, parties::name),
        Route::page("/accounts/{number}/parties/end", "End a role", CHANGES, parties::show_end),
        Route::form("/accounts/{number}/parties/end", "End a role", CHANGES, parties::end),
        Route::page("/accounts/{number}/charge", "Charge or credit by code", CHARGES, charge::show),
        Route::form("/accounts/{number}/charge", "Charge or credit by code", CHARGES, charge::send),
        Route::page("/accounts/{number}/charge/end", "End a charge", CHARGES, charge::show_end),
        Route::form("/accounts/{number}/charge/end", "End a charge", CHARGES, charge::end),
    ]
}

fn merging() -> Vec<Route> {
    const MERGES: Access = Access::Needs(MERGE);
    use forms::{merge, unmerge};
    vec![
        Route::page("/accounts/{number}/merge", "Merge customers", MERGES, merge::show),
        Route::form("/accounts/{number}/merge", "Merge customers", MERGES, merge::send),
        Route::page("/accounts/{number}/unmerge", "Take a merge back", MERGES, unmerge::show),
        Route::form("/accounts/{number}/unmerge", "Take a merge back", MERGES, unmerge::send),
    ]
}
