//! Dates, instants and amounts as the screens show them; templates call these by `web::shown::…`.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use kernel::Cents;

/// A day: `Jul 1, 2026`.
#[must_use]
pub fn date(day: &NaiveDate) -> String {
    format!("{} {}, {}", day.format("%b"), day.day(), day.year())
}

/// An instant on the town's clocks: `Jul 1, 2026, 5:00 a.m.`
#[must_use]
pub fn instant(at: &DateTime<Utc>, zone: &Tz) -> String {
    let at = at.with_timezone(zone);
    let (is_afternoon, hour) = at.hour12();
    let half = if is_afternoon { "p.m." } else { "a.m." };
    format!("{}, {hour}:{:02} {half}", date(&at.date_naive()), at.minute())
}

/// An amount: `$1,234.50`; what is below zero stands in parentheses, with a word: `($5.00) credit`.
#[must_use]
pub fn money(amount: &Cents) -> String {
    money_with(amount, "credit")
}

/// An amount with another word for what is below zero.
#[must_use]
pub fn money_with(amount: &Cents, below_zero: &str) -> String {
    if amount.0 < 0 {
        let size = amount.dollars();
        return format!("({}) {below_zero}", size.trim_start_matches('-'));
    }
    amount.dollars()
}

/// A count with separators of thousands: `218,067`.
#[must_use]
pub fn count(number: &i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (place, digit) in digits.chars().enumerate() {
        if place != 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if *number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn figures_look_as_city_hall_writes_them() {
        let at = Utc.with_ymd_and_hms(2026, 7, 1, 12, 5, 0).single().unwrap();
        let shown = [
            date(&at.date_naive()),
            instant(&at, &chrono_tz::America::Phoenix),
            instant(&at, &chrono_tz::UTC),
            money(&Cents(123_450)),
            money(&Cents(-500)),
            money_with(&Cents(-500), "short"),
            count(&0),
            count(&-1_218_067),
            count(&i64::MIN),
        ];
        let expected = [
            "Jul 1, 2026",
            "Jul 1, 2026, 5:05 a.m.",
            "Jul 1, 2026, 12:05 p.m.",
            "$1,234.50",
            "($5.00) credit",
            "($5.00) short",
            "0",
            "-1,218,067",
            "-9,223,372,036,854,775,808",
        ];
        assert_eq!(shown, expected);
    }
}
