//! What a clerk must know before saying a word: holds, states, and changes that wait.

use billing::{AccountException, ExceptionState, Stage};
use kernel::Cents;
use web::shown::{capital, date, money};
use web::{Alert, Ask, encoded};

use super::loaded::Loaded;
use crate::words;

/// The most lines of one message.
const ITEMS_MAX: usize = 8;

/// All messages, the most urgent first.
pub(crate) fn all(ask: &Ask, loaded: &Loaded) -> Vec<Alert> {
    let alerts = [held(ask, loaded), state(loaded), past_due(loaded), waiting(ask, loaded), merged(ask, loaded)];
    alerts.into_iter().flatten().collect()
}

/// Bills that are held up.
fn held(ask: &Ask, loaded: &Loaded) -> Option<Alert> {
    let exceptions = &loaded.exceptions;
    let heading = match exceptions.len() {
        0 => return None,
        1 => "A bill of this account is held up".to_owned(),
        _ => "Bills of this account are held up".to_owned(),
    };
    let alert = exceptions.iter().take(ITEMS_MAX).fold(Alert::warning(heading), |alert, exception| {
        let account = encoded(&loaded.named.number);
        let way = || format!("/runs/{}/exceptions/{account}", exception.run);
        let way = ask.may(billing::permissions::SEE).then(way);
        told(alert, held_words(exception), way)
    });
    Some(alert)
}

/// A line that leads somewhere, when the visitor may go there.
fn told(alert: Alert, words: String, way: Option<String>) -> Alert {
    match way {
        Some(href) => alert.link(words, href),
        None => alert.item(words),
    }
}

fn held_words(exception: &AccountException) -> String {
    let what = capital(&exception.code.code().replace('_', " "));
    let days = words::days(exception.period);
    let detail = if exception.detail.is_empty() { String::new() } else { format!(" ({})", exception.detail) };
    match exception.state {
        ExceptionState::Held => {
            let until = exception.due_on.map_or_else(String::new, |on| format!(" until {}", date(&on)));
            let who = exception.assignee.clone().unwrap_or_default();
            let reason = exception.reason.clone().unwrap_or_default();
            format!("{what}{detail}, run {}, {days}: held with {who}{until}. {reason}", exception.run)
        }
        ExceptionState::Open | ExceptionState::Released => {
            format!("{what}{detail}, run {}, {days}: nobody has decided yet", exception.run)
        }
    }
}

/// Closed, final billed, or nothing is delivered.
fn state(loaded: &Loaded) -> Option<Alert> {
    let account = &loaded.named.account;
    if let Some(closed_on) = account.closed_on.filter(|closed_on| *closed_on <= loaded.today) {
        return Some(Alert::info(format!("This account was closed on {}", date(&closed_on))));
    }
    if loaded.services.iter().any(|service| service.is_on(loaded.today)) {
        return None;
    }
    let Some(last) = loaded.services.iter().filter_map(|service| service.stops_on).max() else {
        let words = "Nothing is delivered to this account yet";
        return Some(Alert::info(words).text("It has no service agreement, so it is billed for nothing."));
    };
    if loaded.services.iter().any(|service| loaded.today < service.starts_on) {
        return Some(Alert::info("The services of this account begin later"));
    }
    let stopped = format!("All services stopped, the last day was {}.", date(&last.pred_opt().unwrap_or(last)));
    let is_final = loaded.statement.as_ref().is_some_and(|statement| statement.stage == Stage::Final);
    match (is_final, loaded.newest_bill()) {
        (true, Some(bill)) => {
            let words = format!("Final bill {} of {}", bill.number, date(&bill.bill_on));
            Some(Alert::info("Final billed").text(stopped).link(words, format!("/bills/{}", bill.number)))
        }
        _ => Some(Alert::info("Moved out").text(format!("{stopped} The final bill is not made yet."))),
    }
}

fn past_due(loaded: &Loaded) -> Option<Alert> {
    let late = loaded.owing.past_due();
    if late <= Cents::ZERO {
        return None;
    }
    let mut oldest = loaded.bills.iter().filter(|bill| bill.taken_back.is_none() && bill.due_on < loaded.today);
    let alert = Alert::warning(format!("{} past due", money(&late)));
    let text = match oldest.next_back() {
        Some(bill) => format!("The newest bill that should have been paid was due on {}.", date(&bill.due_on)),
        None => "It should have been paid by now.".to_owned(),
    };
    Some(alert.text(text).link("See what it is made of", past_due_href(loaded)))
}

/// What is past due, item by item; less credits it is what is said.
pub(super) fn past_due_href(loaded: &Loaded) -> String {
    web::address(&loaded.named.href("open-items"), &[("age", "past_due")])
}

/// Changes that wait for a second person.
fn waiting(ask: &Ask, loaded: &Loaded) -> Option<Alert> {
    let heading = match loaded.proposals.len() {
        0 => return None,
        1 => "A change on this account waits for approval".to_owned(),
        count => format!("{count} changes on this account wait for approval"),
    };
    let alert = loaded.proposals.iter().take(ITEMS_MAX).fold(Alert::info(heading), |alert, proposal| {
        let who = loaded.names.of(proposal.actor);
        let words = format!("Proposal {} by {who}: {}", proposal.proposal.0, proposal.reason);
        let is_theirs = ask.visitor().is_some_and(|visitor| {
            proposal.actor == visitor.actor.id || visitor.permissions.contains(&proposal.approving)
        });
        let may_see = is_theirs || ask.may(acts::permissions::READ);
        told(alert, words, may_see.then(|| format!("/approvals/{}", proposal.proposal.0)))
    });
    Some(alert)
}

fn merged(ask: &Ask, loaded: &Loaded) -> Option<Alert> {
    let merge = loaded.merged.as_ref()?;
    let name = if merge.name.is_empty() { &merge.reference } else { &merge.name };
    let heading = format!("This account was on record under {name} ({})", merge.reference);
    let alert = Alert::info(heading).text(format!("Both were found to be the same customer: {}.", merge.reason));
    match ask.may(acts::permissions::READ) {
        true => Some(alert.link("The entry of the log", format!("/log/{}", merge.act.0))),
        false => Some(alert),
    }
}
