//! Why a consumption is what it is: the counts behind it, kept as text and told in sentences.

use chrono::NaiveDate;
use kernel::{Decimal, Period, Quantity, Unit};
use serde::{Deserialize, Serialize};

use crate::EstimateBy;

/// Why a consumption is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Grounds {
    /// Counts of meters say so.
    Read {
        /// What each meter counted, oldest first.
        parts: Vec<MeterPart>,
        /// When the reads enclose several periods: which share this one got.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        share: Option<Share>,
    },
    /// Nobody read a meter; earlier use says so.
    Estimated {
        /// From what.
        by: EstimateBy,
        /// The earlier periods, oldest first.
        from: Vec<PastPart>,
    },
}

/// What one meter counted between two days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterPart {
    /// The number on its case.
    pub serial_number: String,
    /// The first day.
    pub from_on: NaiveDate,
    /// What it showed then.
    pub from_count: i64,
    /// Who saw that.
    pub from_taken: Taken,
    /// The last day.
    pub to_on: NaiveDate,
    /// What it showed then.
    pub to_count: i64,
    /// Who saw that.
    pub to_taken: Taken,
    /// How often it began again from zero in between.
    pub rollovers: i64,
    /// The highest count it can show, such as 999999.
    pub highest_count: i64,
    /// How much that is, in smallest steps.
    pub steps: i64,
}

/// On what occasion a count was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Taken {
    /// The meter was put in.
    Installed,
    /// The city read it.
    Read,
    /// The customer read it.
    CustomerRead,
    /// The meter was taken out.
    Removed,
}

/// A period's share, by days, of what was used between two reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Days of the period.
    pub days: i64,
    /// Days of all periods between the reads.
    pub of_days: i64,
    /// What the period got, in smallest steps.
    pub steps: i64,
    /// What all of them got.
    pub of_steps: i64,
}

/// An earlier period that an estimate follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastPart {
    /// The days it was used in.
    pub period: Period,
    /// How much, in smallest steps.
    pub steps: i64,
    /// Whether that was an estimate itself.
    pub is_estimated: bool,
}

/// A text that does not say why a consumption is what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these are not the counts behind a consumption: {0}")]
pub struct GroundsError(String);

impl Grounds {
    /// The grounds as they are stored; equal grounds give equal texts.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("grounds are text, dates and whole numbers, which JSON can say")
    }

    /// Reads what [`Grounds::to_text`] wrote.
    pub fn parse(text: &str) -> Result<Grounds, GroundsError> {
        serde_json::from_str(text).map_err(|error| GroundsError(error.to_string()))
    }

    /// The grounds as a clerk reads them out, in the unit of the consumption.
    #[must_use]
    pub fn sentences(&self, unit: Unit) -> Vec<String> {
        match self {
            Grounds::Read { parts, share } => {
                let parts = parts.iter().map(|part| part.sentence(unit));
                parts.chain(share.map(|share| share.sentence(unit))).collect()
            }
            Grounds::Estimated { by, from } => {
                let first = format!("No read: estimated by use per day in {}", by.words());
                let from = from.iter().map(|part| part.sentence(unit));
                [first].into_iter().chain(from).collect()
            }
        }
    }
}

impl MeterPart {
    fn sentence(&self, unit: Unit) -> String {
        let from = format!("{} {} on {}", self.from_taken.words(), grouped(self.from_count), self.from_on);
        let to = match (self.from_taken, self.to_taken) {
            (Taken::Read, Taken::Read) => {
                format!(" and {} on {}", grouped(self.to_count), self.to_on)
            }
            _ => format!(", {} {} on {}", self.to_taken.words(), grouped(self.to_count), self.to_on),
        };
        let over = match self.rollovers {
            0 => String::new(),
            1 => format!(", rolled over after {}", grouped(self.highest_count)),
            times => format!(", rolled over {times} times after {}", grouped(self.highest_count)),
        };
        format!("Meter {}: {from}{to}{over}: {} {}", self.serial_number, amount(self.steps, unit), unit.code())
    }
}

impl Taken {
    /// Whether somebody came to read the meter, or the customer did.
    pub(crate) fn is_read(self) -> bool {
        match self {
            Taken::Read | Taken::CustomerRead => true,
            Taken::Installed | Taken::Removed => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Taken::Installed => "installed at",
            Taken::Read => "read",
            Taken::CustomerRead => "read by the customer as",
            Taken::Removed => "removed at",
        }
    }
}

impl Share {
    fn sentence(self, unit: Unit) -> String {
        let Share { days, of_days, steps, of_steps } = self;
        let (part, whole) = (amount(steps, unit), amount(of_steps, unit));
        format!("{days} of {of_days} days between the reads: {part} of {whole} {}", unit.code())
    }
}

impl PastPart {
    fn sentence(self, unit: Unit) -> String {
        let (from, through) = (self.period.from(), self.period.to().pred_opt().unwrap_or(self.period.to()));
        let estimated = if self.is_estimated { ", itself an estimate" } else { "" };
        let (days, amount) = (self.period.days(), amount(self.steps, unit));
        format!("From {from} through {through}, {days} days: {amount} {}{estimated}", unit.code())
    }
}

/// Exactly how much, with separators, and with at least two decimal places where the unit has them.
fn amount(steps: i64, unit: Unit) -> String {
    let mut exact: Decimal = Quantity { steps, unit }.amount().normalize();
    exact.rescale(exact.scale().max(unit.places().min(2)));
    let plain = exact.to_string();
    match plain.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", with_separators(whole)),
        None => with_separators(&plain),
    }
}

/// A count with separators: `998,712`.
pub(crate) fn grouped(count: i64) -> String {
    with_separators(&count.to_string())
}

fn with_separators(plain: &str) -> String {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place != 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part() -> MeterPart {
        MeterPart {
            serial_number: "4711".to_owned(),
            from_on: "2025-02-27".parse().unwrap(),
            from_count: 998_712,
            from_taken: Taken::Read,
            to_on: "2025-03-30".parse().unwrap(),
            to_count: 12,
            to_taken: Taken::Read,
            rollovers: 1,
            highest_count: 999_999,
            steps: 130_000,
        }
    }

    #[test]
    #[rustfmt::skip]
    fn parts_are_told_as_a_clerk_would() {
        let put_in = MeterPart { from_taken: Taken::Installed, from_count: 5, rollovers: 0, to_taken: Taken::CustomerRead, ..part() };
        let taken_out = MeterPart { from_taken: Taken::CustomerRead, to_taken: Taken::Removed, rollovers: 2, ..part() };
        let rows = [
            (part(),    Unit::Kgal,   "Meter 4711: read 998,712 on 2025-02-27 and 12 on 2025-03-30, rolled over after 999,999: 13.00 kgal"),
            (part(),    Unit::Gallon, "Meter 4711: read 998,712 on 2025-02-27 and 12 on 2025-03-30, rolled over after 999,999: 13,000.0 gallon"),
            (put_in,    Unit::Kgal,   "Meter 4711: installed at 5 on 2025-02-27, read by the customer as 12 on 2025-03-30: 13.00 kgal"),
            (taken_out, Unit::Kgal,   "Meter 4711: read by the customer as 998,712 on 2025-02-27, removed at 12 on 2025-03-30, rolled over 2 times after 999,999: 13.00 kgal"),
        ];
        for (part, unit, expected) in rows {
            let grounds = Grounds::Read { parts: vec![part], share: None };
            assert_eq!(grounds.sentences(unit), [expected]);
        }
    }

    #[test]
    fn shares_are_told_exactly() {
        let share = Share { days: 28, of_days: 61, steps: 64_262, of_steps: 140_000 };
        let grounds = Grounds::Read { parts: vec![], share: Some(share) };
        assert_eq!(grounds.sentences(Unit::Kgal), ["28 of 61 days between the reads: 6.4262 of 14.00 kgal"]);
    }

    #[test]
    fn the_text_of_grounds_stays_as_it_is() {
        let share = Share { days: 28, of_days: 61, steps: 64_262, of_steps: 140_000 };
        let past = PastPart {
            period: Period::new("2024-03-01".parse().unwrap(), "2024-04-01".parse().unwrap()).unwrap(),
            steps: 5,
            is_estimated: false,
        };
        let counted = concat!(
            r#"{"read":{"parts":[{"serial_number":"4711","from_on":"2025-02-27","from_count":998712,"from_taken":"read","#,
            r#""to_on":"2025-03-30","to_count":12,"to_taken":"read","rollovers":1,"highest_count":999999,"steps":130000}]"#,
        );
        let rows = [
            (Grounds::Read { parts: vec![part()], share: None }, format!("{counted}}}}}")),
            (
                Grounds::Read { parts: vec![part()], share: Some(share) },
                format!(r#"{counted},"share":{{"days":28,"of_days":61,"steps":64262,"of_steps":140000}}}}}}"#),
            ),
            (
                Grounds::Estimated { by: EstimateBy::MeanOfThree, from: vec![past] },
                concat!(
                    r#"{"estimated":{"by":"mean_of_three","#,
                    r#""from":[{"period":{"from":"2024-03-01","to":"2024-04-01"},"steps":5,"is_estimated":false}]}}"#,
                )
                .to_owned(),
            ),
        ];
        for (grounds, text) in rows {
            assert_eq!(grounds.to_text(), text);
            assert_eq!(Grounds::parse(&text), Ok(grounds));
        }
    }

    #[test]
    fn what_are_not_grounds_is_refused() {
        for text in ["", "{}", "null", r#"{"read":{}}"#, r#"{"read":{"parts":[],"more":1}}"#, r#"{"guessed":{}}"#] {
            assert!(Grounds::parse(text).is_err(), "{text} was taken for grounds");
        }
    }

    proptest! {
        #[test]
        fn amounts_are_told_without_a_loss(steps in any::<i64>()) {
            for unit in [Unit::Gallon, Unit::Kgal, Unit::Ccf, Unit::Day] {
                let plain = amount(steps, unit).replace(',', "");
                prop_assert_eq!(Quantity::parse(&plain, unit), Ok(Quantity { steps, unit }));
            }
        }

        #[test]
        fn nothing_panics(text in ".*", count in any::<i64>()) {
            let _ = Grounds::parse(&text);
            let part = MeterPart { from_count: count, highest_count: count, rollovers: count, ..part() };
            prop_assert_eq!(part.sentence(Unit::Day).is_empty(), false);
        }
    }
}
