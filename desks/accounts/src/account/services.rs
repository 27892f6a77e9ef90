//! What the account is served with, and the charges that wait for its next bill.

use billing::AccountService;
use billing::permissions::{CHARGES, MOVES};
use chrono::{Days, NaiveDate};
use kernel::Decimal;
use web::shown::date;
use web::{Ask, Cell, Column, Folded, Links, Section, Table, Tone, address, encoded};

use super::loaded::Loaded;
use crate::words;

/// The services of today and later, those of the past folded away.
pub(crate) fn section(ask: &Ask, loaded: &Loaded) -> Section {
    let section = Section::new("services", "Services");
    let (past, current): (Vec<_>, Vec<_>) = loaded.services.iter().partition(|service| is_over(service, loaded.today));
    let section = match (current.is_empty(), past.is_empty()) {
        (true, true) => section.note("This account was never served with anything."),
        (true, false) => section.note("Nothing is delivered today. What was is below."),
        (false, _) => section.with(&table(ask, loaded, ("present-services", "Services of the account"), &current)),
    };
    let section = match stops(ask, loaded) {
        Some(ways) => section.with(&ways),
        None => section,
    };
    if past.is_empty() {
        return section;
    }
    let words =
        web::shown::counted(i64::try_from(past.len()).unwrap_or(0), "service that stopped", "services that stopped");
    section.with(&Folded::new(&words, &table(ask, loaded, ("stopped", "Services that stopped"), &past)))
}

/// How far back a stop may lie of which the page offers a change: the bill of its days is made by then.
const DAYS_BACK: u64 = 60;

/// The ways to put stops off or take them back, one for each day.
fn stops(ask: &Ask, loaded: &Loaded) -> Option<Links> {
    if !ask.may(MOVES) {
        return None;
    }
    let since = loaded.today.checked_sub_days(Days::new(DAYS_BACK)).unwrap_or(loaded.today);
    let mut days: Vec<NaiveDate> = loaded.services.iter().filter_map(|service| service.stops_on).collect();
    days.retain(|stops_on| since <= *stops_on);
    days.sort_unstable();
    days.dedup();
    if days.is_empty() {
        return None;
    }
    Some(days.into_iter().fold(Links::listed("Stops"), |ways, stops_on| {
        let (last, on) = (stops_on.pred_opt().unwrap_or(stops_on), stops_on.to_string());
        let pairs = [("account", loaded.named.number.as_str()), ("stopped", on.as_str())];
        ways.link(&format!("Put off or take back the stop after {}", date(&last)), address("/moves/stop", &pairs))
    }))
}

fn is_over(service: &AccountService, today: NaiveDate) -> bool {
    service.stops_on.is_some_and(|stops_on| stops_on <= today)
}

fn table(ask: &Ask, loaded: &Loaded, (name, caption): (&str, &str), services: &[&AccountService]) -> Table {
    let table = ask
        .table(name, caption)
        .plain()
        .column(Column::text("service", "Service"))
        .column(Column::text("rates", "Rates"))
        .column(Column::text("point", "Service point"))
        .column(Column::text("meter", "Meter"))
        .column(Column::text("days", "Days"));
    table.rows(services.iter().map(|service| row(loaded, service)))
}

fn row(loaded: &Loaded, service: &AccountService) -> [Cell; 5] {
    let profile = loaded.profiles.get(&service.profile);
    let class = profile.map_or_else(String::new, |profile| {
        let dimensions = profile.dimensions.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
        std::iter::once(profile.class.clone()).chain(dimensions).collect::<Vec<_>>().join(", ")
    });
    let rates = Cell::text(service.schedule.clone()).link(format!("/rates/{}", encoded(&service.schedule))).note(class);
    let point = loaded.points.get(&service.service_point).map_or_else(Cell::empty, |(reference, address)| {
        Cell::text(reference.clone()).link(format!("/points/{}", encoded(reference))).note(loaded.place(address))
    });
    let mut there = loaded.meters.get(&service.service_point).into_iter().flatten();
    let last_on = service.stops_on.unwrap_or(NaiveDate::MAX);
    let meter = there.rfind(|meter| meter.installed_on < last_on);
    let meter = meter.map_or_else(Cell::empty, |meter| {
        let serial = meter.serial_number.clone();
        let cell = Cell::text(serial.clone()).link(format!("/meters/{}", encoded(&serial)));
        match meter.removed_on {
            Some(removed_on) => cell.note(format!("taken out {}", date(&removed_on))),
            None => cell.note(format!("since {}", date(&meter.installed_on))),
        }
    });
    let days = match service.stops_on {
        Some(stops_on) => {
            let last = stops_on.pred_opt().unwrap_or(stops_on);
            Cell::text(format!("{} to {}", date(&service.starts_on), date(&last))).note(service.stop_reason.clone())
        }
        None if loaded.today < service.starts_on => Cell::tag(Tone::Info, format!("from {}", date(&service.starts_on))),
        None => Cell::text(format!("since {}", date(&service.starts_on))),
    };
    [Cell::text(words::service(&service.service)).note(format!("cycle {}", service.cycle)), rates, point, meter, days]
}

/// How many times a code is charged, or credited, which is recorded as less than none.
fn how_often(count: Decimal) -> Cell {
    let times = Cell::text(count.abs().normalize().to_string());
    if count.is_sign_negative() { times.note("credit") } else { times }
}

/// Charges and credits that stand on no bill yet, or come with every one.
pub(crate) fn charges(ask: &Ask, loaded: &Loaded) -> Option<Section> {
    if loaded.charges.is_empty() {
        return None;
    }
    let may = ask.may(CHARGES);
    let rows = loaded.charges.iter().map(|charge| {
        let code = Cell::text(charge.schedule.clone()).link(format!("/rates/{}", encoded(&charge.schedule)));
        let how = if charge.is_recurring { "with every bill from" } else { "for" };
        let end = address(
            &loaded.named.href("charge/end"),
            &[("code", &charge.schedule), ("from", &charge.from_on.to_string())],
        );
        [
            code.note(charge.reason.clone()),
            how_often(charge.count),
            Cell::text(format!("{how} {}", date(&charge.from_on))),
            if may { Cell::text("End").link(end) } else { Cell::empty() },
        ]
    });
    let table = ask
        .table("charges-to-bill", "Charges and credits to be billed")
        .plain()
        .column(Column::text("code", "Code"))
        .column(Column::text("count", "How often"))
        .column(Column::text("when", "When"))
        .column(Column::text("end", "Change"))
        .rows(rows);
    Some(Section::new("charges", "Charges and credits to be billed").with(&table))
}
