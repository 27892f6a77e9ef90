//! What a move changes, as the last step shows it: before and after of each place, the last and the first bill.

use std::collections::BTreeSet;

use billing::{PreviewedDays, PreviewedService, UseBasis};
use chrono::NaiveDate;
use kernel::{AccountId, Cents};
use web::shown::{self, capital, counted, date, money};
use web::{Alert, Ask, Cell, Column, Facts, Section, Table, Words};

use super::super::Kind;
use super::Loaded;
use crate::words::{account_href, before, days, point_href, sentence};

/// Who answers, in words: an account with its name, one that is opened, or nobody.
fn who(loaded: &Loaded, account: Option<AccountId>) -> Cell {
    let Some(id) = account else { return Cell::text("Nobody").note("vacant; what is used is the city's") };
    match loaded.accounts.get(&id) {
        Some((number, name)) => Cell::text(number).link(account_href(number)).note(name.clone()),
        None => {
            let owner = loaded.owner.as_ref().map(|owner| owner.name.clone()).unwrap_or_default();
            Cell::text("A new account").note(owner)
        }
    }
}

pub(super) fn places(ask: &Ask, loaded: &Loaded) -> Section {
    let table = ask
        .table("places", "Before and after")
        .column(Column::text("point", "Service point"))
        .column(Column::text("services", "Services"))
        .column(Column::text("before", "Before"))
        .column(Column::text("after", "After"))
        .empty("No place is named.")
        .plain()
        .rows(loaded.preview.places.iter().map(|place| {
            [
                Cell::text(&place.reference).link(point_href(&place.reference)).note(place.address.clone()),
                Cell::text(capital(&place.services.join(", "))),
                who(loaded, place.before),
                who(loaded, place.after),
            ]
        }));
    let note = format!("Before: through {}. After: from {}.", date(&before(loaded.on)), date(&loaded.on));
    Section::new("answers", "Who answers for what").note(note).with(&table)
}

pub(super) fn last_bill(ask: &Ask, loaded: &Loaded) -> Option<Section> {
    let services = &loaded.preview.last;
    services.first()?;
    let heading = format!("Last bill of account {}", loaded.state.account);
    let note = match bill_day(services) {
        Some(day) => format!("Dated {}, with the bills of the cycle.", date(&day)),
        None => WITH_CYCLE.to_owned(),
    };
    let note = match loaded.preview.kept {
        0 => format!("The final bill. {note}"),
        kept => format!("The account keeps {}. {note}", counted(small(kept), "other service", "other services")),
    };
    Some(bill("last-bill", &heading, ask, services).note(note))
}

pub(super) fn first_bill(ask: &Ask, loaded: &Loaded) -> Option<Section> {
    let services = &loaded.preview.first;
    services.first()?;
    let heading = match loaded.state.to.is_empty() {
        true => "First bill of the new account".to_owned(),
        false => format!("First bill of account {}", loaded.state.to),
    };
    let note = match bill_day(services) {
        Some(day) => format!("Dated {}. Before use: what it comes to even if nothing is used.", date(&day)),
        None => WITH_CYCLE.to_owned(),
    };
    Some(bill("first-bill", &heading, ask, services).note(note))
}

/// Said of a bill whose date the calendar does not tell yet.
const WITH_CYCLE: &str = "It comes with the bills of the cycle.";

/// The date of the bill, as far as the calendar reaches.
fn bill_day(services: &[PreviewedService]) -> Option<NaiveDate> {
    services.iter().find_map(|one| Some(one.billed?.bill_on))
}

fn small(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn bill(name: &'static str, heading: &str, ask: &Ask, services: &[PreviewedService]) -> Section {
    // A sum that leaves something out says so in words.
    let amount = Column::money("amount", "Amount");
    let amount = if is_whole(services) { amount.totaled() } else { amount };
    let table: Table = ask
        .table(&format!("{name}-charges"), &format!("{heading}: charges"))
        .column(Column::text("service", "Service"))
        .column(Column::text("charge", "Charge"))
        .column(amount)
        .plain()
        .rows(services.iter().flat_map(charge_rows));
    let mut section = Section::new(name, heading).with(&table);
    if !is_whole(services) {
        section = section.with(&Words::new(format!("Total: {}.", total_words(services))));
    }
    let notes = services.iter().filter_map(|one| Some((one, one.note.as_deref()?)));
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for (one, note) in notes {
        let words = sentence(note);
        match said.iter_mut().find(|(known, _)| *known == words) {
            Some((_, services)) => services.push(&one.service),
            None => said.push((words, vec![&one.service])),
        }
    }
    for (words, of) in said {
        section = section.with(&Words::new(format!("{}: {words}", capital(&of.join(", ")))));
    }
    section
}

/// Whether nothing is left out of what services come to.
fn is_whole(services: &[PreviewedService]) -> bool {
    services.iter().all(|one| !one.is_open)
}

/// What services come to as far as that is known, and what is left out.
fn total_words(services: &[PreviewedService]) -> String {
    let (open, known): (Vec<&PreviewedService>, Vec<&PreviewedService>) = services.iter().partition(|one| one.is_open);
    if known.is_empty() {
        return "not known yet".to_owned();
    }
    let total = money(&known.iter().map(|one| one.total).sum::<Cents>());
    let left_out: BTreeSet<&str> = open.iter().map(|one| one.service.as_str()).collect();
    let names = left_out.iter().copied().collect::<Vec<&str>>().join(" and ");
    match left_out.len() {
        0 => total,
        1 => format!("{total} without {names}, which is not known yet"),
        _ => format!("{total} without {names}, which are not known yet"),
    }
}

/// The days and the use of a service, in words; nothing where the calendar does not have them.
fn service_note(one: &PreviewedService) -> String {
    let Some(PreviewedDays { days: billed, period, .. }) = one.billed else { return String::new() };
    let (of, part) = (period.days(), billed.days());
    let part = match part == of {
        true => counted(of, "day", "days"),
        false => format!("{part} of {}", counted(of, "day", "days")),
    };
    let used = match (&one.basis, one.quantity) {
        (UseBasis::Unmeasured, _) => String::new(),
        (UseBasis::Recorded, Some(quantity)) => format!(", {} on record", shown::quantity(&quantity)),
        (UseBasis::Counted, Some(quantity)) => format!(", {} by the counts", shown::quantity(&quantity)),
        (UseBasis::Estimated(from), Some(quantity)) => format!(", about {} by {from}", shown::quantity(&quantity)),
        (UseBasis::Unknown, Some(_)) => ", use as it is read".to_owned(),
        (_, None) => ", use not known yet".to_owned(),
    };
    format!("{}: {part}{used}", days(billed))
}

/// One row for each charge that comes to something; the first names the service.
fn charge_rows(one: &PreviewedService) -> Vec<[Cell; 3]> {
    let service = || Cell::text(capital(&one.service)).note(service_note(one));
    if one.is_open {
        return vec![[service(), Cell::text("not known yet"), Cell::empty()]];
    }
    let lines: Vec<&(String, Cents)> = one.lines.iter().filter(|(_, cents)| !cents.is_zero()).collect();
    if lines.is_empty() {
        return vec![[service(), Cell::text("nothing"), Cell::from(Cents::ZERO)]];
    }
    let row = |(place, (title, cents)): (usize, &(String, Cents))| {
        let first = if place == 0 { service() } else { Cell::empty() };
        [first, Cell::text(title), Cell::from(*cents)]
    };
    lines.into_iter().enumerate().map(row).collect()
}

pub(super) fn facts(_ask: &Ask, loaded: &Loaded) -> Section {
    let mut facts = Facts::new().fact("What happens", loaded.state.kind.title());
    if loaded.state.kind.leaves() {
        facts = facts.fact("Last day", date(&before(loaded.on)));
    }
    if loaded.state.kind.comes() {
        facts = facts.fact("First day", date(&loaded.on));
    }
    let bills = [("Last bill", "about", &loaded.preview.last), ("First bill", "at least", &loaded.preview.first)];
    for (bill, how, services) in bills.into_iter().filter(|(_, _, services)| !services.is_empty()) {
        let is_known = services.iter().any(|one| !one.is_open);
        let name = if is_known { format!("{bill}, {how}") } else { bill.to_owned() };
        facts = facts.fact(&name, total_words(services));
    }
    for (point, count) in &loaded.state.counts {
        let sure = if loaded.state.sure.contains(point) { ", right though it looks odd" } else { "" };
        facts = facts.fact(&format!("Count at {point}"), format!("{}{sure}", shown::count(count)));
    }
    Section::bare().with(&facts)
}

pub(super) fn alerts(loaded: &Loaded) -> Vec<Alert> {
    let mut alerts = Vec::new();
    if loaded.preview.last.is_empty() && loaded.preview.first.is_empty() {
        let words = "No service ends or begins by this. Go back and choose the places again.";
        alerts.push(Alert::bad("Nothing would change").text(words));
    }
    let since = loaded.preview.places.iter().filter_map(|place| place.vacant_since).min();
    if let (Some(since), true) = (since, loaded.state.kind == Kind::Start) {
        let words = format!(
            "From {} through {} nobody answers; what is used then is the city's. If the owner does, hand the services \
             over to the owner first.",
            date(&since),
            date(&before(loaded.on))
        );
        alerts.push(Alert::warning("The place was vacant").text(words));
    }
    if loaded.state.kind == Kind::Stop {
        let words = format!(
            "From {} nobody answers for these places. Choose “Back to the owner” if the owner does.",
            date(&loaded.on)
        );
        alerts.push(Alert::info("The places are vacant afterwards").text(words));
    }
    let open = loaded.preview.last.iter().chain(&loaded.preview.first).filter(|one| one.is_open).count();
    if 0 < open {
        let words = "Their lines say why. The bill is worked out when that is known.";
        alerts.push(
            Alert::warning(format!("{} cannot be told yet", counted(small(open), "charge", "charges"))).text(words),
        );
    }
    alerts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_says_what_it_leaves_out() {
        let one = |service: &str, cents: Option<i64>| PreviewedService {
            reference: "P1".to_owned(),
            service: service.to_owned(),
            schedule: service.to_owned(),
            billed: None,
            quantity: None,
            basis: UseBasis::Unknown,
            lines: Vec::new(),
            total: Cents(cents.unwrap_or_default()),
            note: None,
            is_open: cents.is_none(),
        };
        #[rustfmt::skip]
        let rows = [
            (vec![one("trash", Some(197))],                                        "$1.97"),
            (vec![one("trash", Some(197)), one("water", None)],                    "$1.97 without water, which is not known yet"),
            (vec![one("water", None), one("trash", Some(0)), one("sewer", None)],
                "$0.00 without sewer and water, which are not known yet"),
            (vec![one("water", None), one("trash", None)],                         "not known yet"),
        ];
        for (services, expected) in rows {
            assert_eq!(total_words(&services), expected);
        }
    }
}
