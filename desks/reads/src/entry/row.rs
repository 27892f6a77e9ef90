//! One row of the page of reads: what is known of the place, what was typed, and how it stands.

use billing::PointToRead;
use chrono::NaiveDate;
use metering::acts::EnterRefused;
use web::Ask;
use web::shown::{count, date, quantity};

use crate::words::{about, point_href, sentence};

/// How a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing was typed.
    Empty,
    /// It can be saved.
    Good,
    /// It looks odd; somebody says that it is right.
    Odd,
    /// It cannot be saved.
    Bad,
    /// It was saved.
    Saved,
}

/// One service point with its box.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) reference: String,
    pub(super) href: String,
    pub(super) address: String,
    /// Its number on its route.
    pub(super) stop: String,
    pub(super) meter: String,
    pub(super) last: String,
    pub(super) last_on: String,
    pub(super) usual: String,
    pub(super) typed: String,
    pub(super) code: String,
    pub(super) is_sure: bool,
    pub(super) number: Option<i64>,
    pub(super) used: String,
    pub(super) standing: Standing,
    pub(super) words: Vec<String>,
}

/// The longest count or code that is sent back.
const TYPED_MAX: usize = 40;

/// A day as browsers send it or people write it.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let forms = ["%Y-%m-%d", "%m/%d/%Y"];
    let read = forms.iter().find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok());
    read.filter(|day| (1800..=2999).contains(&chrono::Datelike::year(day)))
}

/// A count as people type it: `12345`, `12,345`.
pub(super) fn counted(text: &str) -> Option<i64> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ',' | ' ')).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok() } else { None }
}

impl Row {
    /// A row in which nothing was typed.
    pub(super) fn empty(point: &PointToRead) -> Row {
        Row {
            id: point.point.0,
            reference: point.reference.clone(),
            href: point_href(&point.reference),
            address: point.address.clone(),
            stop: String::new(),
            meter: point.meter.as_ref().map(|meter| meter.serial_number.clone()).unwrap_or_default(),
            last: point.last.as_ref().map(|last| count(&last.count)).unwrap_or_default(),
            last_on: point.last.as_ref().map(|last| date(&last.read_on)).unwrap_or_default(),
            usual: point.usual().map(about).unwrap_or_default(),
            typed: String::new(),
            code: String::new(),
            is_sure: false,
            number: None,
            used: String::new(),
            standing: Standing::Empty,
            words: Vec::new(),
        }
    }

    /// A row as it was sent, judged.
    pub(super) fn take(ask: &Ask, point: &PointToRead, read_on: Option<NaiveDate>) -> Row {
        let posted = ask.posted();
        let short =
            |name: &str| posted.text(name).chars().filter(|letter| !letter.is_control()).take(TYPED_MAX).collect();
        let mut row = Row {
            typed: short(&format!("count-{}", point.point.0)),
            code: short(&format!("code-{}", point.point.0)),
            is_sure: posted.text(&format!("sure-{}", point.point.0)) == "yes",
            ..Row::empty(point)
        };
        row.judge(point, read_on, ask.today());
        row
    }

    fn judge(&mut self, point: &PointToRead, read_on: Option<NaiveDate>, today: NaiveDate) {
        if self.typed.is_empty() {
            if !self.code.is_empty() {
                self.refuse("A code is kept with a count. Leave both empty while the meter was not read.".to_owned());
            }
            return;
        }
        self.number = counted(&self.typed);
        let (Some(number), Some(on)) = (self.number, read_on) else {
            if self.number.is_none() {
                self.refuse("Enter the digits the meter shows, such as 12345.".to_owned());
            } else {
                self.standing = Standing::Good;
            }
            return;
        };
        if today < on {
            self.refuse(sentence(&EnterRefused::AfterToday { read_on: on, today }.to_string()));
            return;
        }
        if let Some(there) = point.read_of(on) {
            let words = format!("There is a read of {}: {}. Correct that one.", date(&on), count(&there.count));
            self.refuse(words);
            return;
        }
        let looked = point.look(number, on);
        self.used = looked.used.map(|used| quantity(&used)).unwrap_or_default();
        self.words = looked.odd.iter().map(|words| sentence(words)).collect();
        self.standing = if self.words.is_empty() || self.is_sure { Standing::Good } else { Standing::Odd };
    }

    /// Says why it cannot be saved.
    pub(super) fn refuse(&mut self, words: String) {
        self.standing = Standing::Bad;
        self.words = vec![words];
    }

    /// The class of the row.
    pub(super) fn class(&self) -> &'static str {
        match self.standing {
            Standing::Odd => "odd",
            Standing::Bad => "bad",
            Standing::Empty | Standing::Good | Standing::Saved => "",
        }
    }

    /// Whether somebody can say that it is right though it looks odd.
    pub(super) fn asks(&self) -> bool {
        self.standing == Standing::Odd || (self.standing == Standing::Good && self.is_sure)
    }

    /// Whether its words are an error.
    pub(super) fn is_bad(&self) -> bool {
        self.standing == Standing::Bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_people_type_them() {
        #[rustfmt::skip]
        let rows = [
            ("12345",  Some(12_345)),
            ("12,345", Some(12_345)),
            ("012345", Some(12_345)),
            ("12.5",   None),
            ("-5",     None),
            ("",       None),
            ("O12",    None),
            ("99999999999999999999", None),
        ];
        for (text, expected) in rows {
            assert_eq!(counted(text), expected, "{text}");
        }
    }

    #[test]
    fn days_are_read_in_both_forms() {
        let expected = NaiveDate::from_ymd_opt(2026, 7, 1);
        assert_eq!(day("2026-07-01"), expected);
        assert_eq!(day("7/1/2026"), expected);
        assert_eq!(day("0001-01-01"), None);
    }
}
