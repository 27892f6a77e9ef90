//! `Days`: which days of the books are looked at, read from the address: a month, one day, or everything through a day.

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::Month;
use web::shown::date;
use web::{Ask, Choice, Field, LookUp, Problem};

/// Some days of the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    /// The first day.
    pub(crate) from_on: NaiveDate,
    /// The last day.
    pub(crate) through_on: NaiveDate,
    span: Span,
}

/// How the days were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Month(Month),
    Day,
    Through,
}

/// Before every day of the books.
const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date of the calendar");

impl Days {
    /// A month.
    pub(crate) fn month(month: Month) -> Days {
        Days { from_on: month.first_on(), through_on: month.last_on(), span: Span::Month(month) }
    }

    /// One day.
    pub(crate) fn day(day: NaiveDate) -> Days {
        Days { from_on: day, through_on: day, span: Span::Day }
    }

    /// Everything through a day.
    pub(crate) fn through(day: NaiveDate) -> Days {
        Days { from_on: BEGINNING, through_on: day, span: Span::Through }
    }

    /// What the address says: `?on=2026-01-15`, `?through=2026-01-15` or `?month=2026-01`, the first of these; the newest
    /// month where it says nothing. What cannot be read is refused: it must not pass for another month.
    pub(crate) async fn asked(ask: &Ask, read: &mut Read) -> Result<Days, Problem> {
        let query = ask.query();
        match said([query.text("on"), query.text("through"), query.text("month")])? {
            Some(days) => Ok(days),
            None => Ok(Days::month(newest_month(ask, read).await?)),
        }
    }

    /// In words: `January 2026`, `Jan 15, 2026`, `everything through Jan 15, 2026`.
    pub(crate) fn words(&self) -> String {
        match self.span {
            Span::Month(month) => month_words(month),
            Span::Day => date(&self.through_on),
            Span::Through => format!("everything through {}", date(&self.through_on)),
        }
    }

    /// What an address says to mean these days.
    pub(crate) fn pair(&self) -> (&'static str, String) {
        match self.span {
            Span::Month(month) => ("month", month.to_string()),
            Span::Day => ("on", self.through_on.to_string()),
            Span::Through => ("through", self.through_on.to_string()),
        }
    }

    /// An address of these days.
    pub(crate) fn address(&self, path: &str) -> String {
        let (name, value) = self.pair();
        web::address(path, &[(name, &value)])
    }

    /// Everything before these days; `None` when they begin with the books.
    pub(crate) fn before(&self) -> Option<Days> {
        match self.span {
            Span::Month(_) | Span::Day => self.from_on.pred_opt().map(Days::through),
            Span::Through => None,
        }
    }

    /// Everything through the last of these days.
    pub(crate) fn whole(&self) -> Days {
        Days::through(self.through_on)
    }

    /// Whether they are everything through a day, and so are shown month by month.
    pub(crate) fn is_whole(&self) -> bool {
        self.span == Span::Through
    }

    /// The days as a pair.
    pub(crate) fn ends(&self) -> (NaiveDate, NaiveDate) {
        (self.from_on, self.through_on)
    }
}

/// The days that an address says by its `on`, `through` and `month`; `None` where all are empty.
fn said([on, through, month]: [&str; 3]) -> Result<Option<Days>, Problem> {
    let day = |name: &str, text: &str| match text.trim() {
        "" => Ok(None),
        text => day_of(text).map(Some).ok_or_else(|| unreadable(name, "2026-01-15")),
    };
    let month = match month.trim() {
        "" => None,
        text => Some(Month::parse(text).map_err(|_| unreadable("month", "2026-01"))?),
    };
    match (day("on", on)?, day("through", through)?) {
        (Some(_), Some(_)) => {
            Err(Problem::bad_request("The address says on= and through=. One of them tells which days are meant."))
        }
        (Some(day), None) => Ok(Some(Days::day(day))),
        (None, Some(day)) => Ok(Some(Days::through(day))),
        (None, None) => Ok(month.map(Days::month)),
    }
}

fn unreadable(name: &str, such_as: &str) -> Problem {
    Problem::bad_request(format!("What the address says after {name}= cannot be read. It is written like {such_as}."))
}

/// A form that asks for a month or a day.
pub(crate) async fn look_up(ask: &Ask, read: &mut Read, days: Days) -> Result<LookUp, Fault> {
    let mut months: Vec<Month> = finance::months(read).await?.iter().map(|one| one.month).collect();
    if let Span::Month(month) = days.span
        && !months.contains(&month)
    {
        months.push(month);
        months.sort_unstable();
    }
    let choices = months.iter().rev().map(|month| Choice::new(month.to_string(), month_words(*month))).collect();
    let month = Field::select("month", "Month", choices);
    let month = if let Span::Month(chosen) = days.span { month.value(chosen.to_string()) } else { month };
    let on = Field::date("on", "Or one day");
    let on = if days.span == Span::Day { on.value(days.through_on.to_string()) } else { on };
    Ok(LookUp::new(ask, "Days of the books", "Show").field(month).field(on))
}

/// The month of today when anything was posted in it, otherwise the newest month before.
pub(crate) async fn newest_month(ask: &Ask, read: &mut Read) -> Result<Month, Fault> {
    let last = finance::first_and_last_day(read).await?.map(|(_, last)| last);
    Ok(Month::of(last.map_or(ask.today(), |last| last.min(ask.today()))))
}

/// A month in words: `January 2026`.
pub(crate) fn month_words(month: Month) -> String {
    month.first_on().format("%B %Y").to_string()
}

/// A day as an address writes it, `2026-01-15`, or as people do, `1/15/2026`.
pub(crate) fn day_of(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let day =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%m/%d/%Y")).ok()?;
    let years = 1900..=2200;
    years.contains(&chrono::Datelike::year(&day)).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written_as_people_write_them() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 15);
        #[rustfmt::skip]
        let rows = [
            ("2026-01-15", day),
            ("1/15/2026",  day),
            (" 2026-01-15 ", day),
            ("2026-02-30", None),
            ("0001-01-01", None),
            ("",           None),
        ];
        for (text, expected) in rows {
            assert_eq!(day_of(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_passes_for_no_other_month() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let month = Days::month(Month::parse("2026-03").unwrap());
        let on = Days::day(day("2026-03-09"));
        #[rustfmt::skip]
        let rows = [
            // on           through       month      what is looked at
            (["",           "",           ""],        Some(None)),
            (["",           "",           "2026-03"], Some(Some(month))),
            (["2026-03-09", "",           "2026-01"], Some(Some(on))),
            (["3/9/2026",   "",           ""],        Some(Some(on))),
            (["",           "2026-03-09", ""],        Some(Some(Days::through(day("2026-03-09"))))),
            (["",           "",           "2026-13"], None),
            (["",           "",           "x"],       None),
            (["2026-02-30", "",           "2026-02"], None),
            (["",           "soon",       ""],        None),
            (["2026-03-09", "2026-03-10", ""],        None),
        ];
        for (asked, expected) in rows {
            assert_eq!(said(asked).ok(), expected, "{asked:?}");
        }
    }

    #[test]
    fn what_was_before_a_month_is_everything_through_the_day_before() {
        let month = Days::month(Month::parse("2026-03").unwrap());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(month.ends(), (day("2026-03-01"), day("2026-03-31")));
        assert_eq!(month.before(), Some(Days::through(day("2026-02-28"))));
        assert_eq!(month.before().and_then(|days| days.before()), None);
        assert_eq!(month.address("/books"), "/books?month=2026-03");
        assert_eq!(month.words(), "March 2026");
        assert_eq!(Days::day(day("2026-03-09")).words(), "Mar 9, 2026");
    }
}
