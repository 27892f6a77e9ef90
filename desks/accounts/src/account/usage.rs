//! What was used lately, as a chart for each service point with its table.

use std::collections::BTreeMap;

use kernel::ServicePointId;
use metering::PeriodUse;
use web::shown::{date, quantity};
use web::{Chart, Links, Section, encoded};

use super::loaded::Loaded;
use crate::words;

/// The most periods of one chart.
const PERIODS_MAX: usize = 24;
/// The most charts of one page; an account with more service points looks at them one by one.
const CHARTS_MAX: usize = 4;

/// The part of the page; none where nothing was ever measured.
pub(crate) fn section(loaded: &Loaded) -> Option<Section> {
    let mut by_point: BTreeMap<ServicePointId, Vec<&PeriodUse>> = BTreeMap::new();
    for one in &loaded.uses {
        by_point.entry(one.service_point).or_default().push(one);
    }
    if by_point.is_empty() {
        return None;
    }
    let mut section = Section::new("use", "Use");
    let mut more = Links::new("More about use");
    for (point, uses) in by_point.iter().take(CHARTS_MAX) {
        let (reference, _) = loaded.points.get(point).cloned().unwrap_or_default();
        let service = words::service(loaded.measured.get(point).map_or("use", String::as_str));
        section = section.with(&chart(&service, &reference, uses));
        more = more.link(&format!("Reads of {reference}"), format!("/points/{}", encoded(&reference)));
    }
    if CHARTS_MAX < by_point.len() {
        section = section.note(format!("The first {CHARTS_MAX} of {} service points are drawn.", by_point.len()));
    }
    Some(section.with(&more))
}

fn chart(service: &str, reference: &str, uses: &[&PeriodUse]) -> Chart {
    let unit = uses.last().map_or("", |last| last.quantity.unit.symbol());
    let title = format!("{service} at {reference}, in {unit}");
    let chart = Chart::columns(&title, "Period from", &["Used"]).summary(summary(uses));
    let skipped = uses.len().saturating_sub(PERIODS_MAX);
    uses.iter().skip(skipped).fold(chart, |chart, one| {
        let mark = match (one.is_estimated, one.is_vacant) {
            (true, _) => ", estimated",
            (false, true) => ", vacant",
            (false, false) => "",
        };
        let words = format!("{} in {} days{mark}", quantity(&one.quantity), one.period.days());
        let label = one.period.from().format("%b %y").to_string();
        chart.point(&label, &[(one.quantity.steps, &words)])
    })
}

/// What one sees: the newest figure, and how it compares with the year before.
fn summary(uses: &[&PeriodUse]) -> String {
    let Some(last) = uses.last() else { return String::new() };
    let (from, days) = (last.period.from(), last.period.days());
    let newest = format!("{} in {days} days from {}", quantity(&last.quantity), date(&from));
    let a_day = |steps: i64, days: i64| i128::from(steps) * 365 / i128::from(days.max(1));
    let around = |one: &&&PeriodUse| {
        let before = (from - one.period.from()).num_days();
        (350..=380).contains(&before) && one.quantity.unit == last.quantity.unit
    };
    let Some(year_before) = uses.iter().find(around) else { return format!("{newest}.") };
    let before = a_day(year_before.quantity.steps, year_before.period.days());
    let now = a_day(last.quantity.steps, days);
    format!("{newest}, {} (then {}).", compared(before, now), quantity(&year_before.quantity))
}

/// How a day's use compares with the year before.
fn compared(before: i128, now: i128) -> String {
    if before <= 0 {
        return "and nothing a year before".to_owned();
    }
    let percent = ((now - before) * 200 + before * (now - before).signum()) / (before * 2);
    match percent {
        0 => "as much a day as a year before".to_owned(),
        1.. => format!("{percent} percent more a day than a year before"),
        ..0 => format!("{} percent less a day than a year before", -percent),
    }
}

#[cfg(test)]
mod tests {
    use super::compared;

    #[test]
    fn use_is_compared_with_the_year_before() {
        let rows = [
            (100, 100, "as much a day as a year before"),
            (100, 112, "12 percent more a day than a year before"),
            (100, 88, "12 percent less a day than a year before"),
            (3, 4, "33 percent more a day than a year before"),
            (0, 5, "and nothing a year before"),
        ];
        for (before, now, expected) in rows {
            assert_eq!(compared(before, now), expected, "{before} {now}");
        }
    }
}
