//! `Rhythm`: on which days a saved report is due.

use chrono::{Datelike, Days, NaiveDate};

/// How far back the latest due day is looked for: longer than the longest month.
const BACK_DAYS: u64 = 62;
/// How far a day is moved off days on which city hall is closed.
const MOVED_DAYS: u64 = 31;

/// Names of the days of a week, from 1.
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// How often something is due. A day on which city hall is closed is moved to the next on which it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Every day city hall is open.
    Daily,
    /// On a day of the week, Monday being 1.
    Weekly(i64),
    /// On a day of the month; the last one where the month is shorter.
    Monthly(i64),
}

impl Rhythm {
    /// As stored: a code and a day, which is 0 where every day counts.
    #[must_use]
    pub fn stored(self) -> (&'static str, i64) {
        match self {
            Rhythm::Daily => ("day", 0),
            Rhythm::Weekly(day) => ("week", day),
            Rhythm::Monthly(day) => ("month", day),
        }
    }

    /// From a code and a day; nothing when there is no such day.
    #[must_use]
    pub fn of(code: &str, day: i64) -> Option<Rhythm> {
        match code {
            "day" => Some(Rhythm::Daily),
            "week" if (1..=7).contains(&day) => Some(Rhythm::Weekly(day)),
            "month" if (1..=31).contains(&day) => Some(Rhythm::Monthly(day)),
            _ => None,
        }
    }

    /// In words: `every Monday`.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Rhythm::Daily => "every business day".to_owned(),
            Rhythm::Weekly(day) => {
                let place = usize::try_from(day - 1).unwrap_or_default();
                format!("every {}", WEEKDAYS.get(place).copied().unwrap_or_default())
            }
            Rhythm::Monthly(31) => "on the last day of every month".to_owned(),
            Rhythm::Monthly(day) => format!("on day {day} of every month"),
        }
    }

    /// The latest due day until today, of those that fall on a day from the first on.
    #[must_use]
    pub fn latest(
        self,
        (first_on, today): (NaiveDate, NaiveDate),
        is_open: &dyn Fn(NaiveDate) -> bool,
    ) -> Option<NaiveDate> {
        (0..BACK_DAYS)
            .filter_map(|back| today.checked_sub_days(Days::new(back)))
            .take_while(|day| first_on <= *day)
            .filter(|day| self.falls_on(*day))
            .map(|day| moved(day, is_open))
            .find(|day| *day <= today)
    }

    /// The first due day after a day.
    #[must_use]
    pub fn next(self, after: NaiveDate, is_open: &dyn Fn(NaiveDate) -> bool) -> Option<NaiveDate> {
        let from = after.checked_sub_days(Days::new(MOVED_DAYS))?;
        (0..BACK_DAYS + MOVED_DAYS)
            .filter_map(|ahead| from.checked_add_days(Days::new(ahead)))
            .filter(|day| self.falls_on(*day))
            .map(|day| moved(day, is_open))
            .find(|day| after < *day)
    }

    fn falls_on(self, day: NaiveDate) -> bool {
        match self {
            Rhythm::Daily => true,
            Rhythm::Weekly(wanted) => i64::from(day.weekday().number_from_monday()) == wanted,
            Rhythm::Monthly(wanted) => {
                let (number, last) = (i64::from(day.day()), i64::from(day.num_days_in_month()));
                number == wanted.min(last)
            }
        }
    }
}

/// The first day from one on on which city hall is open; the day itself where none is for a month.
fn moved(day: NaiveDate, is_open: &dyn Fn(NaiveDate) -> bool) -> NaiveDate {
    let days = (0..MOVED_DAYS).filter_map(|ahead| day.checked_add_days(Days::new(ahead)));
    days.into_iter().find(|day| is_open(*day)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Open but on weekends and on Monday, July 6, 2026.
    fn is_open(day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && day != on("2026-07-06")
    }

    #[test]
    fn due_days_are_those_on_which_city_hall_is_open() {
        // 2026-07-04 is a Saturday.
        #[rustfmt::skip]
        let rows = [
            // rhythm,           first day,    today,        latest,             next
            (Rhythm::Daily,      "2026-07-01", "2026-07-03", Some("2026-07-03"), "2026-07-07"),
            (Rhythm::Daily,      "2026-07-01", "2026-07-06", Some("2026-07-03"), "2026-07-07"),
            (Rhythm::Daily,      "2026-07-04", "2026-07-06", None,               "2026-07-07"),
            (Rhythm::Weekly(1),  "2026-06-01", "2026-07-05", Some("2026-06-29"), "2026-07-07"),
            (Rhythm::Weekly(1),  "2026-06-01", "2026-07-06", Some("2026-06-29"), "2026-07-07"),
            (Rhythm::Weekly(1),  "2026-06-01", "2026-07-07", Some("2026-07-07"), "2026-07-13"),
            (Rhythm::Weekly(1),  "2026-07-07", "2026-07-08", None,               "2026-07-13"),
            (Rhythm::Monthly(4), "2026-06-01", "2026-07-06", Some("2026-06-04"), "2026-07-07"),
            (Rhythm::Monthly(4), "2026-06-01", "2026-07-07", Some("2026-07-07"), "2026-08-04"),
            (Rhythm::Monthly(31),"2026-01-01", "2026-07-02", Some("2026-06-30"), "2026-07-31"),
            (Rhythm::Monthly(31),"2026-01-01", "2026-03-01", Some("2026-02-02"), "2026-03-02"),
        ];
        for (rhythm, first, today, latest, next) in rows {
            let found = rhythm.latest((on(first), on(today)), &is_open);
            assert_eq!(found, latest.map(on), "{rhythm:?} from {first}, on {today}");
            assert_eq!(rhythm.next(on(today), &is_open), Some(on(next)), "{rhythm:?} after {today}");
        }
    }

    #[test]
    fn a_rhythm_is_stored_and_read_again() {
        for rhythm in [Rhythm::Daily, Rhythm::Weekly(7), Rhythm::Monthly(31)] {
            let (code, day) = rhythm.stored();
            assert_eq!(Rhythm::of(code, day), Some(rhythm));
        }
        assert_eq!(
            [("week", 0), ("week", 8), ("month", 32), ("year", 1)].map(|(code, day)| Rhythm::of(code, day)),
            [None; 4]
        );
        assert_eq!(Rhythm::Weekly(1).words(), "every Monday");
    }
}
