//! `OfficeHours`: when city hall is open, by the wall clock of the town.

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// When the office is open, Monday to Friday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeHours {
    /// The time zone by its IANA name, such as `America/Phoenix`.
    pub time_zone: String,
    /// When it opens, such as `07:00`.
    pub opens: String,
    /// When it closes.
    pub closes: String,
}

/// Office hours that were read: a zone, and minutes of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpenHours {
    /// The zone.
    pub(crate) zone: Tz,
    /// Minutes since midnight at which the office opens.
    pub(crate) opens_minute: u32,
    /// Minutes since midnight at which it closes.
    pub(crate) closes_minute: u32,
}

impl OfficeHours {
    /// The hours, if the zone exists and the office opens before it closes.
    pub(crate) fn read(&self) -> Option<OpenHours> {
        let zone: Tz = self.time_zone.parse().ok()?;
        let (opens_minute, closes_minute) = (minute_of(&self.opens)?, minute_of(&self.closes)?);
        (opens_minute < closes_minute).then_some(OpenHours { zone, opens_minute, closes_minute })
    }
}

impl OpenHours {
    /// As a person writes them.
    pub(crate) fn written(self) -> OfficeHours {
        let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        OfficeHours {
            time_zone: self.zone.name().to_owned(),
            opens: clock(self.opens_minute),
            closes: clock(self.closes_minute),
        }
    }

    /// When the office was closed, says so: on a weekend, or at what time of the day.
    pub(crate) fn closed_at(self, instant: DateTime<Utc>) -> Option<String> {
        let local = instant.with_timezone(&self.zone);
        let minute = local.hour() * 60 + local.minute();
        let at = format!("{:02}:{:02}", local.hour(), local.minute());
        match local.weekday() {
            Weekday::Sat => Some(format!("on a Saturday at {at}")),
            Weekday::Sun => Some(format!("on a Sunday at {at}")),
            _ if minute < self.opens_minute || self.closes_minute <= minute => Some(format!("at {at}")),
            _ => None,
        }
    }
}

/// Minutes since midnight of a time such as `07:30`.
fn minute_of(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= 24 * 60).then_some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phoenix() -> OpenHours {
        let hours = OfficeHours {
            time_zone: "America/Phoenix".to_owned(),
            opens: "07:00".to_owned(),
            closes: "18:00".to_owned(),
        };
        hours.read().unwrap()
    }

    #[test]
    fn the_office_is_closed_by_the_wall_clock_of_the_town() {
        // Arizona keeps UTC-7 all year; 3 July 2026 is a Friday.
        #[rustfmt::skip]
        let rows = [
            ("2026-07-03T13:59:00Z", Some("at 06:59")),
            ("2026-07-03T14:00:00Z", None),
            ("2026-07-04T00:59:00Z", None),
            ("2026-07-04T01:00:00Z", Some("at 18:00")),
            ("2026-07-04T18:00:00Z", Some("on a Saturday at 11:00")),
            ("2026-07-06T06:30:00Z", Some("on a Sunday at 23:30")),
            ("2026-12-03T14:00:00Z", None),
        ];
        for (instant, expected) in rows {
            let closed = phoenix().closed_at(instant.parse().unwrap());
            assert_eq!(closed.as_deref(), expected, "{instant}");
        }
    }

    #[test]
    fn hours_that_cannot_be_are_not_read() {
        #[rustfmt::skip]
        let rows = [
            ("America/Phoenix", "07:00", "18:00", true),
            ("America/Phoenix", "00:00", "24:00", true),
            ("America/Phoenix", "18:00", "07:00", false),
            ("America/Phoenix", "07:00", "07:00", false),
            ("America/Phoenix", "7:00",  "18:00", false),
            ("America/Phoenix", "07:60", "18:00", false),
            ("America/Phoenix", "07:00", "24:01", false),
            ("America/Phoenix", "+7:00", "18:00", false),
            ("Mars/Olympus",    "07:00", "18:00", false),
        ];
        for (zone, opens, closes, is_good) in rows {
            let [time_zone, opens, closes] = [zone, opens, closes].map(str::to_owned);
            let hours = OfficeHours { time_zone, opens, closes };
            assert_eq!(hours.read().is_some(), is_good, "{hours:?}");
            if let Some(read) = hours.read() {
                assert_eq!(read.written(), hours);
            }
        }
    }
}
