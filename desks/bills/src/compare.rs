//! The last bill beside this one: per service use, days and price, and what made the difference, in sentences.

use askama::Template;
use askama::filters::HtmlSafe;
use billing::{BillComparison, BillInOrder, Cause, ComparedKind, ComparedService, DifferencePart, ServiceSide};
use kernel::Quantity;
use web::shown::quantity;
use web::{Ask, Cell, Column, Section};

use crate::loaded::{Loaded, bill_href};
use crate::words::{count_of_days, day, more_or_less};

#[derive(Template)]
#[template(path = "compare.html")]
struct Causes {
    services: Vec<ServiceCauses>,
}

impl HtmlSafe for Causes {}

struct ServiceCauses {
    title: String,
    difference: String,
    causes: Vec<CauseLine>,
}

struct CauseLine {
    amount: String,
    words: String,
    link: Option<(String, String)>,
}

/// The comparison with the last bill.
pub(crate) fn section(ask: &Ask, loaded: &Loaded, (last, compared): (&BillInOrder, &BillComparison)) -> Section {
    let difference = compared.after - compared.before;
    let mut table = ask
        .table("compared", "Service by service")
        .plain()
        .column(Column::text("service", "Service"))
        .column(Column::money("before", "Last bill").totaled())
        .column(Column::money("after", "This bill").totaled())
        .column(Column::money("difference", "Difference").below_zero("less").totaled());
    for service in &compared.services {
        table.push([
            Cell::text(title(loaded, service)).note(service.service_point.clone()),
            side(service.before.as_ref(), format!("{}/why", bill_href(last.number))),
            side(service.after.as_ref(), loaded.href("why")),
            Cell::from(service.difference()),
        ]);
    }
    let differing = compared.services.iter().filter(|service| !service.parts.is_empty());
    let causes = differing.map(|service| ServiceCauses {
        title: title(loaded, service),
        difference: more_or_less(service.difference()),
        causes: service.parts.iter().map(|part| line(service, part)).collect(),
    });
    let note = match difference.is_zero() {
        true => format!("Bill {} of {} came to the same.", last.number, day(last.bill_on)),
        false => format!("{} than bill {} of {}.", more_or_less(difference), last.number, day(last.bill_on)),
    };
    let way = web::Links::new("The last bill").link(&format!("Open bill {}", last.number), bill_href(last.number));
    let section = Section::new("compared-with", "Compared with the last bill").note(note);
    section.with(&table).with(&Causes { services: causes.collect() }).with(&way)
}

fn title(loaded: &Loaded, service: &ComparedService) -> String {
    let title = loaded.schedule_title(&service.schedule);
    match service.kind {
        ComparedKind::Service | ComparedKind::Charge => title,
        ComparedKind::Settlement => format!("{title}, settled"),
    }
}

fn side(side: Option<&ServiceSide>, why: String) -> Cell {
    let Some(side) = side else { return Cell::text("–") };
    let used = side.used.map_or_else(String::new, |used| format!(", {}", quantity(&used)));
    Cell::from(side.cents).link(why).note(format!("{}{used}", count_of_days(side.period)))
}

fn line(service: &ComparedService, part: &DifferencePart) -> CauseLine {
    let link = match &part.cause {
        Cause::Rates(_, after) => {
            let (schedule, from) = (web::encoded(&service.schedule), *after);
            Some((format!("Rates of {}", day(from)), format!("/rates/{schedule}/{from}")))
        }
        Cause::Days { .. }
        | Cause::Use { .. }
        | Cause::Terms(_)
        | Cause::Class(..)
        | Cause::Began
        | Cause::Ended
        | Cause::Itself => None,
    };
    CauseLine { amount: more_or_less(part.cents), words: sentence(service, &part.cause), link }
}

/// What made a part of the difference, as a clerk says it on the phone.
fn sentence(service: &ComparedService, cause: &Cause) -> String {
    match cause {
        Cause::Days { before, after } => {
            let (count, word) = ((after - before).abs(), if after < before { "fewer" } else { "more" });
            let days = if count == 1 { "day" } else { "days" };
            format!("for {count} {word} {days}: {after} instead of {before}, at the use per day of the last bill.")
        }
        Cause::Use { expected, found } => used(*expected, *found),
        Cause::Terms(terms) => {
            let words: Vec<String> =
                terms.iter().map(|(name, before, after)| format!("{name} is {after} instead of {before}")).collect();
            format!("because {}.", words.join("; "))
        }
        Cause::Class(before, after) => format!("because it is billed as {after} instead of {before}."),
        Cause::Rates(before, after) if before == after => "by the season of the same rates.".to_owned(),
        Cause::Rates(before, after) => {
            format!("by the rates of {} instead of those of {}.", day(*after), day(*before))
        }
        Cause::Began => "because it was not on the last bill.".to_owned(),
        Cause::Ended => "because it was on the last bill and is not on this one.".to_owned(),
        Cause::Itself => match (service.kind, &service.after) {
            (ComparedKind::Settlement, Some(_)) => "because earlier days are settled on this bill.".to_owned(),
            (ComparedKind::Settlement, None) => "because the last bill settled earlier days.".to_owned(),
            (ComparedKind::Service | ComparedKind::Charge, Some(_)) => "because it is charged on this bill.".to_owned(),
            (ComparedKind::Service | ComparedKind::Charge, None) => "because the last bill charged it.".to_owned(),
        },
    }
}

fn used(expected: Quantity, found: Quantity) -> String {
    let steps = found.steps - expected.steps;
    let difference = quantity(&Quantity { steps: steps.abs(), unit: found.unit });
    let (direction, found, expected) = (if steps < 0 { "down" } else { "up" }, quantity(&found), quantity(&expected));
    format!("for use {direction} {difference}: {found}, where the last bill's use per day gives {expected}.")
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use kernel::Unit;

    use super::*;

    #[test]
    fn every_cause_is_a_sentence_to_read_out() {
        let kgal = |steps| Quantity { steps, unit: Unit::Kgal };
        let one = kgal(1).unit.places();
        let kgal = |whole: i64| kgal(whole * 10_i64.pow(one));
        let (january, july): (NaiveDate, NaiveDate) = ("2025-01-01".parse().unwrap(), "2025-07-01".parse().unwrap());
        let service = ComparedService {
            kind: ComparedKind::Service,
            service_point: "P1".into(),
            schedule: "water".into(),
            before: None,
            after: None,
            parts: Vec::new(),
        };
        // cause | sentence
        #[rustfmt::skip]
        let rows = [
            (Cause::Days { before: 30, after: 42 }, "for 12 more days: 42 instead of 30, at the use per day of the last bill."),
            (Cause::Days { before: 31, after: 30 }, "for 1 fewer day: 30 instead of 31, at the use per day of the last bill."),
            (Cause::Use { expected: kgal(14), found: kgal(22) }, "for use up 8 kgal: 22 kgal, where the last bill's use per day gives 14 kgal."),
            (Cause::Use { expected: kgal(14), found: kgal(10) }, "for use down 4 kgal: 10 kgal, where the last bill's use per day gives 14 kgal."),
            (Cause::Rates(january, july), "by the rates of Jul 1, 2025 instead of those of Jan 1, 2025."),
            (Cause::Rates(july, july), "by the season of the same rates."),
            (Cause::Terms(vec![("winter average".into(), "6".into(), "8".into())]), "because winter average is 8 instead of 6."),
            (Cause::Began, "because it was not on the last bill."),
        ];
        for (cause, expected) in rows {
            assert_eq!(sentence(&service, &cause), expected);
        }
    }
}
