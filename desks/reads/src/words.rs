//! Words and addresses that the pages about reads share.

use billing::{Along, Cycle, CyclePeriod, WalkPlace};
use chrono::NaiveDate;
use db::Read;
use kernel::{Period, Quantity, ServicePointId};
use metering::permissions::{ENTER_READS, ROUTES};
use premises::ServicePoint;
use web::shown::{capital, separated, with_days};
use web::{Ask, Posted, Problem, address, encoded};

/// The page of a service point.
pub(crate) fn point_href(reference: &str) -> String {
    format!("/points/{}", encoded(reference))
}

/// The page of a meter.
pub(crate) fn meter_href(serial_number: &str) -> String {
    format!("/meters/{}", encoded(serial_number))
}

/// The page of an account.
pub(crate) fn account_href(number: &str) -> String {
    format!("/accounts/{}", encoded(number))
}

/// An address about one period of a cycle.
pub(crate) fn period_href(path: &str, cycle: &str, from_on: NaiveDate) -> String {
    address(path, &[("cycle", cycle), ("from", &from_on.to_string())])
}

/// An amount with its unit, rounded to be read at a glance: `4.17 kgal`.
pub(crate) fn about(quantity: Quantity) -> String {
    let number = quantity.amount().round_dp(2).normalize().to_string();
    format!("{} {}", separated(&number), quantity.unit.symbol())
}

/// The days of a period, first and last.
pub(crate) fn days(period: Period) -> String {
    let last = period.to().pred_opt().unwrap_or(period.to());
    format!("{} – {}", web::shown::date(&period.from()), web::shown::date(&last))
}

/// Words of a room as a sentence, with days in the town's form.
pub(crate) fn sentence(words: &str) -> String {
    let text = with_days(words);
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{end}", capital(&text))
}

/// What was found about a figure, in sentences.
pub(crate) fn findings(text: &str) -> Vec<String> {
    text.lines().map(|line| sentence(line.split_once(": ").map_or(line, |(_, words)| words))).collect()
}

/// A period of a cycle that an address names.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) cycle: Cycle,
    pub(crate) period: CyclePeriod,
}

impl Named {
    /// The period that `cycle` and `from` of the address name.
    pub(crate) async fn load(ask: &Ask, read: &mut Read) -> Result<Named, Problem> {
        let (code, from) = (ask.query().text("cycle"), ask.query().text("from"));
        let from: NaiveDate = from.parse().map_err(|_| Problem::not_found())?;
        Named::find(read, code, from).await?.ok_or_else(Problem::not_found)
    }

    pub(crate) async fn find(read: &mut Read, code: &str, from: NaiveDate) -> Result<Option<Named>, Problem> {
        let Some(cycle) = billing::cycle_by_code(read, code).await? else { return Ok(None) };
        let all = billing::cycle_periods(read).await?;
        let period = all.into_iter().find(|one| one.cycle == cycle.id && one.period.from() == from);
        Ok(period.map(|period| Named { cycle, period }))
    }

    pub(crate) fn href(&self, path: &str) -> String {
        period_href(path, &self.cycle.code, self.period.period.from())
    }

    /// An address about this period and a walk, from a place in it on.
    pub(crate) fn href_at(&self, path: &str, place: &WalkPlace) -> String {
        let from = self.period.period.from().to_string();
        let [route, after] = place_words(place);
        let mut pairs = vec![("cycle", self.cycle.code.as_str()), ("from", &from)];
        let at = [(route.0, route.1.as_str()), (after.0, after.1.as_str())];
        let is_first = *place == WalkPlace::first(place.along.clone());
        pairs.extend(at.into_iter().filter(|(name, text)| !(text.is_empty() || *name == "after" && is_first)));
        address(path, &pairs)
    }

    /// `Cycle C1, Jan 1, 2026 – Jan 31, 2026`.
    pub(crate) fn words(&self) -> String {
        format!("Cycle {}, {}", self.cycle.code, days(self.period.period))
    }
}

/// The day a new read is most likely of: today, or the last day of the window when that is past.
pub(crate) fn usual_day(today: NaiveDate, period: &CyclePeriod) -> NaiveDate {
    today.clamp(period.read_from, period.read_through).min(today)
}

/// A service point that an address names.
pub(crate) async fn point_named(read: &mut Read, reference: &str) -> Result<ServicePoint, Problem> {
    let mut found = premises::points_by_reference(read, &[reference]).await?;
    found.remove(reference).ok_or_else(no_point)
}

fn no_point() -> Problem {
    let why = "No service point goes by this reference.";
    let next = "Look the address or the meter up in the search above.";
    Problem { why: why.to_owned(), next: next.to_owned(), ..Problem::not_found() }
}

/// Whether somebody reads meters or keeps the walks, and so sees where every stop is. To everybody else the neighbors of a stop
/// would tell where a protected person lives.
pub(crate) fn walks(ask: &Ask) -> bool {
    ask.may(ENTER_READS) || ask.may(ROUTES)
}

/// The page of a route.
pub(crate) fn route_href(code: &str) -> String {
    format!("/routes/{}", encoded(code))
}

/// What stands for the service points on no route in an address; no code of a route begins with a space.
const NO_ROUTE: &str = " ";

/// The walk that an address or a form names, and where in it a page begins.
pub(crate) fn place(sent: &Posted) -> WalkPlace {
    let along = match (sent.raw("route"), sent.text("route")) {
        (NO_ROUTE, _) => Along::NoRoute,
        (_, "") => Along::Cycle,
        (_, code) => Along::Route(code.to_owned()),
    };
    let after = sent.text("after").split_once('-');
    let number = |text: &str| text.parse::<i64>().ok().filter(|number| 0 <= *number);
    match after.and_then(|(sequence, point)| Some((number(sequence)?, number(point)?))) {
        Some((sequence, point)) => WalkPlace { along, sequence, point: ServicePointId(point) },
        None => WalkPlace::first(along),
    }
}

/// What [`place`] reads of an address: the walk and the place.
pub(crate) fn place_words(place: &WalkPlace) -> [(&'static str, String); 2] {
    let route = match &place.along {
        Along::Cycle => String::new(),
        Along::NoRoute => NO_ROUTE.to_owned(),
        Along::Route(code) => code.clone(),
    };
    [("route", route), ("after", format!("{}-{}", place.sequence, place.point.0))]
}

/// The walk in words: `Route C1-07`; nothing for all of a cycle.
pub(crate) fn along_words(along: &Along) -> Option<String> {
    match along {
        Along::Cycle => None,
        Along::NoRoute => Some("On no route".to_owned()),
        Along::Route(code) => Some(format!("Route {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_room_become_sentences_with_days_of_the_town() {
        let rows = [
            ("no read says what was used", "No read says what was used."),
            ("the read of 2026-05-01, 812, is lower", "The read of May 1, 2026, 812, is lower."),
            ("use per day is 233 % of the mean", "Use per day is 233 % of the mean."),
            ("1234567890123 has more digits.", "1234567890123 has more digits."),
        ];
        for (words, expected) in rows {
            assert_eq!(sentence(words), expected);
        }
        assert_eq!(findings("low_use: use per day is 4 %\nno_read: no read"), ["Use per day is 4 %.", "No read."]);
    }

    #[test]
    fn the_day_offered_lies_in_the_window_and_not_ahead() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = CyclePeriod {
            cycle: kernel::CycleId(1),
            period: Period::new(day("2026-06-01"), day("2026-07-01")).unwrap(),
            read_from: day("2026-06-28"),
            read_through: day("2026-07-03"),
            bill_on: day("2026-07-06"),
            is_closed: false,
        };
        let rows = [("2026-06-20", "2026-06-20"), ("2026-06-29", "2026-06-29"), ("2026-07-20", "2026-07-03")];
        for (today, expected) in rows {
            assert_eq!(usual_day(day(today), &period), day(expected), "{today}");
        }
    }
}
