//! Dates, instants and amounts as the screens show them; templates call these by `web::shown::…`.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;
use kernel::{Cents, Quantity, Unit};

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

/// A number of things with the right form of their word: `1 bill`, `2,410 bills`.
#[must_use]
pub fn counted(number: i64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {many}", count(&number)) }
}

/// A quantity with its unit and separators of thousands: `12,400 gal`; what is counted stands alone.
#[must_use]
pub fn quantity(quantity: &Quantity) -> String {
    let number = separated(&quantity.to_string());
    match quantity.unit {
        Unit::Each => number,
        Unit::Day if number == "1" => "1 day".to_owned(),
        other => format!("{number} {}", other.symbol()),
    }
}

/// A number that is written out, with separators of thousands before its point: `12400.5` is `12,400.5`.
#[must_use]
pub fn separated(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    match whole.parse::<i64>() {
        // Of what lies between zero and minus one, the whole is -0, which has no number of its own.
        Ok(digits) if digits != 0 => format!("{}{rest}", count(&digits)),
        Ok(_) | Err(_) => number.to_owned(),
    }
}

/// How long something has waited, in whole days of the office: `since today`, `since yesterday`, `for 4 days`.
#[must_use]
pub fn age(days: i64) -> String {
    match days {
        ..=0 => "since today".to_owned(),
        1 => "since yesterday".to_owned(),
        days => format!("for {} days", count(&days)),
    }
}

/// Words with the days in them as the screens show them: `on 2026-07-01` is `on Jul 1, 2026`.
#[must_use]
pub fn with_days(words: &str) -> String {
    let mut text = String::with_capacity(words.len() + 8);
    let mut rest = words;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        match from.get(..10).and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()) {
            Some(day) => {
                text.push_str(&date(&day));
                rest = &from[10..];
            }
            None => {
                let end = from.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from.len());
                text.push_str(&from[..end]);
                rest = &from[end..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// Words with a capital letter in front.
#[must_use]
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn days_in_words_are_shown_as_days() {
        let rows = [
            ("Read of P1-W on 2026-05-01", "Read of P1-W on May 1, 2026"),
            ("2026-05-01–2026-06-01; 12", "May 1, 2026–Jun 1, 2026; 12"),
            ("1234567890123 has more digits", "1234567890123 has more digits"),
            ("2026-13-01", "2026-13-01"),
        ];
        for (words, expected) in rows {
            assert_eq!(with_days(words), expected);
        }
    }

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

    #[test]
    fn quantities_read_as_people_write_them() {
        #[rustfmt::skip]
        let rows = [
            (124_000,    Unit::Gallon,     "12,400 gal"),
            (42_100,     Unit::Kgal,       "4.21 kgal"),
            (-5_000,     Unit::Kgal,       "-0.5 kgal"),
            (12_345_678, Unit::CubicFoot,  "12,345.678 cu ft"),
            (150_000,    Unit::CubicMeter, "15 cu m"),
            (200,        Unit::Each,       "2"),
            (1,          Unit::Day,        "1 day"),
            (30,         Unit::Day,        "30 days"),
        ];
        for (number, expected) in [("1234567.25", "1,234,567.25"), ("12", "12"), ("-1234", "-1,234"), ("-0.5", "-0.5")]
        {
            assert_eq!(separated(number), expected);
        }
        for (steps, unit, expected) in rows {
            assert_eq!(quantity(&Quantity { steps, unit }), expected);
        }
    }

    #[test]
    fn things_are_counted_and_days_are_told_in_words() {
        assert_eq!([counted(0, "bill", "bills"), counted(1, "bill", "bills")], ["0 bills", "1 bill"]);
        assert_eq!(counted(2_410, "bill", "bills"), "2,410 bills");
        assert_eq!([age(0), age(1), age(4)], ["since today", "since yesterday", "for 4 days"]);
        assert_eq!([capital("éa"), capital("")], ["Éa", ""]);
    }
}
