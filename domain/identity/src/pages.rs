//! The pages of this room.

mod authorize;
mod flags;
mod overview;
mod place;
mod protection;
mod record;
mod reveal;
mod rule;
mod verify;

use customers::PersonOnRecord;
use db::Fault;
use web::{Access, Route};

use acts::Permission;

use crate::permissions::{CLEAR_FLAGS, PROTECT, RECORD, REVEAL, SEE_PROTECTED, SET_RULE, VERIFY};

/// Each of these lets somebody see who may be told what.
pub(crate) const LOOKING: [Permission; 7] =
    [VERIFY, RECORD, REVEAL, PROTECT, CLEAR_FLAGS, SET_RULE, acts::permissions::READ];

/// Who may see who may be told what.
const LOOK: Access = Access::NeedsAny(&LOOKING);

/// Every page of it.
#[must_use]
pub fn routes() -> Vec<Route> {
    [calls(), people(), red_flags()].concat()
}

fn calls() -> Vec<Route> {
    const VERIFIES: Access = Access::Needs(VERIFY);
    const RULES: Access = Access::Needs(SET_RULE);
    vec![
        Route::page("/accounts/{number}/verify", "Verify a caller", VERIFIES, verify::show),
        Route::form("/accounts/{number}/verify", "Verify a caller (sent)", VERIFIES, verify::send),
        Route::page("/accounts/{number}/identity", "Who may be told about an account", LOOK, overview::show),
        Route::page("/verification-rule", "How callers are verified", LOOK, rule::show).in_group("Customers"),
        Route::page("/verification-rule/change", "Change how callers are verified", RULES, rule::change),
        Route::form("/verification-rule/change", "Change how callers are verified (sent)", RULES, rule::send),
    ]
}

fn people() -> Vec<Route> {
    const RECORDS: Access = Access::Needs(RECORD);
    const REVEALS: Access = Access::Needs(REVEAL);
    const PROTECTS: Access = Access::Needs(PROTECT);
    const SEES: Access = Access::NeedsAny(&[PROTECT, SEE_PROTECTED]);
    const CHANGES: Access = Access::Needs(customers::permissions::CHANGE);
    vec![
        Route::page("/accounts/{number}/authorize", "Authorize a person", CHANGES, authorize::show),
        Route::form("/accounts/{number}/authorize", "Authorize a person (sent)", CHANGES, authorize::send),
        Route::page("/accounts/{number}/identity/{customer}/record", "Record an identifier", RECORDS, record::show),
        Route::form(
            "/accounts/{number}/identity/{customer}/record",
            "Record an identifier (sent)",
            RECORDS,
            record::send,
        ),
        Route::page("/accounts/{number}/identity/{customer}/word", "Agree on a word", RECORDS, record::show_word),
        Route::form(
            "/accounts/{number}/identity/{customer}/word",
            "Agree on a word (sent)",
            RECORDS,
            record::send_word,
        ),
        Route::page(
            "/accounts/{number}/identity/{customer}/{kind}/show",
            "Show an identifier",
            REVEALS,
            reveal::ask_why,
        ),
        Route::form(
            "/accounts/{number}/identity/{customer}/{kind}/show",
            "Show an identifier (sent)",
            REVEALS,
            reveal::reveal,
        ),
        Route::page("/accounts/{number}/identity/{customer}/protect", "Protect an address", PROTECTS, protection::show),
        Route::form(
            "/accounts/{number}/identity/{customer}/protect",
            "Protect an address (sent)",
            PROTECTS,
            protection::send,
        ),
        Route::page(
            "/accounts/{number}/identity/{customer}/lift",
            "Lift a protection",
            PROTECTS,
            protection::show_lift,
        ),
        Route::form(
            "/accounts/{number}/identity/{customer}/lift",
            "Lift a protection (sent)",
            PROTECTS,
            protection::send_lift,
        ),
        Route::page("/protected-persons", "Protected persons", SEES, protection::list).in_group("Customers"),
    ]
}

fn red_flags() -> Vec<Route> {
    const VERIFIES: Access = Access::Needs(VERIFY);
    const CLEARS: Access = Access::Needs(CLEAR_FLAGS);
    const SEES: Access = Access::NeedsAny(&[VERIFY, CLEAR_FLAGS, acts::permissions::READ]);
    vec![
        Route::page("/red-flags", "Red flags", SEES, flags::list).in_group("Customers"),
        Route::form("/accounts/{number}/red-flags", "Look for red flags", VERIFIES, flags::check),
        Route::page("/accounts/{number}/red-flags/document", "A document did not fit", VERIFIES, flags::show_document),
        Route::form(
            "/accounts/{number}/red-flags/document",
            "A document did not fit (sent)",
            VERIFIES,
            flags::send_document,
        ),
        Route::page("/accounts/{number}/red-flags/{rule}/{entry}", "Clear a red flag", CLEARS, flags::show_clear),
        Route::form(
            "/accounts/{number}/red-flags/{rule}/{entry}",
            "Clear a red flag (sent)",
            CLEARS,
            flags::send_clear,
        ),
    ]
}

/// Does what takes a while on purpose, such as hashing a word, where no other request waits for it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::caused("hashing a word", error))
}

/// What a customer is called; the reference of one without a name.
pub(crate) fn name_of(person: &PersonOnRecord) -> String {
    if person.name.is_empty() { person.reference.clone() } else { person.name.clone() }
}
