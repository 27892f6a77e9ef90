//! `Question`: what is asked of a view, read from the address: columns, conditions, groups.

use chrono::NaiveDate;
use kernel::{Cents, Month, Quantity, Unit};
use reports::{Cell, Kind};
use web::Posted;

use super::views::View;
use crate::days::day_of;

/// How many conditions a question has at most.
pub(super) const CONDITIONS: usize = 4;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// The places of the columns, in their order.
    pub(super) columns: Vec<usize>,
    /// All have to hold.
    pub(super) conditions: Vec<Condition>,
    /// By what rows are put together; they are not when there is nothing.
    pub(super) group: Vec<Group>,
}

/// A condition on one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) place: usize,
    pub(super) how: How,
    pub(super) value: Cell,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Is,
    IsNot,
    Contains,
    AtLeast,
    AtMost,
}

/// What rows are put together by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) place: usize,
    /// Days are put together by their month.
    pub(super) is_by_month: bool,
}

impl How {
    pub(super) const ALL: [(How, &'static str, &'static str); 5] = [
        (How::Is, "is", "is"),
        (How::IsNot, "is_not", "is not"),
        (How::Contains, "contains", "contains"),
        (How::AtLeast, "at_least", "is at least, or on or after"),
        (How::AtMost, "at_most", "is at most, or on or before"),
    ];

    fn by_code(code: &str) -> Option<How> {
        How::ALL.iter().find(|(_, one, _)| *one == code).map(|(how, _, _)| *how)
    }
}

impl Question {
    /// What an address asks of a view, and what of it makes no sense, in words.
    pub(super) fn of(view: &View, query: &Posted) -> (Question, Vec<String>) {
        let unknown = query.all("columns").iter().filter(|name| !name.is_empty() && view.place(name).is_none());
        let mut wrong: Vec<String> = unknown.map(|name| no_column(name)).collect();
        let chosen: Vec<usize> = (0..view.columns.len())
            .filter(|place| query.all("columns").iter().any(|name| name == view.columns[*place].name))
            .collect();
        let columns = match chosen.is_empty() {
            true => (0..view.columns.len()).filter(|place| view.columns[*place].is_shown).collect(),
            false => chosen,
        };
        let mut conditions = Vec::new();
        for number in 1..=CONDITIONS {
            let part = |name: &str| query.text(&format!("{name}{number}"));
            if part("column").is_empty() {
                continue;
            }
            match condition(view, (part("column"), part("how"), part("value"))) {
                Ok(condition) => conditions.push(condition),
                Err(words) => wrong.push(words),
            }
        }
        let said = ["group", "and_group"].map(|name| query.text(name)).into_iter().filter(|text| !text.is_empty());
        let asked: Vec<Option<Group>> = said.map(|text| group(view, text)).collect();
        if asked.contains(&None) {
            wrong.push("Rows are put together by a column of words, or by a date.".to_owned());
        }
        let group = asked.into_iter().flatten().collect();
        (Question { columns, conditions, group }, wrong)
    }

    /// Whether a row passes all conditions.
    pub(super) fn lets_through(&self, row: &[Cell]) -> bool {
        self.conditions.iter().all(|condition| row.get(condition.place).is_some_and(|cell| condition.holds(cell)))
    }
}

fn no_column(name: &str) -> String {
    format!("There is no column {name}.")
}

fn group(view: &View, text: &str) -> Option<Group> {
    let (name, is_by_month) = match text.strip_suffix(".month") {
        Some(name) => (name, true),
        None => (text, false),
    };
    let place = view.place(name)?;
    let is_fit = match view.columns[place].kind {
        Kind::Text => !is_by_month,
        Kind::Date => true,
        Kind::Count | Kind::Money | Kind::Quantity | Kind::Percent => false,
    };
    is_fit.then_some(Group { place, is_by_month })
}

fn condition(view: &View, (column, how, value): (&str, &str, &str)) -> Result<Condition, String> {
    let place = view.place(column).ok_or_else(|| no_column(column))?;
    let title = view.columns[place].title;
    let how = match how {
        "" => How::Is,
        code => How::by_code(code).ok_or_else(|| format!("There is no comparison {code}."))?,
    };
    let text = value.trim();
    let wrong = |example: &str| format!("{title} is compared with something such as {example}, not with “{text}”.");
    let value = match view.columns[place].kind {
        Kind::Text => Cell::Text(text.to_owned()),
        Kind::Quantity => {
            Quantity::parse(text, Unit::Gallon).map_err(|_| wrong("12"))?;
            Cell::Text(text.to_owned())
        }
        Kind::Count | Kind::Percent => {
            let plain = web::without_commas(text).ok_or_else(|| wrong("12"))?;
            Cell::Count(plain.parse().map_err(|_| wrong("12"))?)
        }
        Kind::Money => {
            let plain = web::without_commas(text.trim_start_matches('$')).ok_or_else(|| wrong("125.00"))?;
            Cell::Money(Cents::parse_dollars(&plain).map_err(|_| wrong("125.00"))?)
        }
        Kind::Date => Cell::Date(day_of(text).ok_or_else(|| wrong("7/1/2026"))?),
    };
    Ok(Condition { place, how, value })
}

impl Condition {
    fn holds(&self, cell: &Cell) -> bool {
        let order = match (cell, &self.value) {
            (Cell::Count(one), Cell::Count(other)) => one.cmp(other),
            (Cell::Money(one), Cell::Money(other)) => one.cmp(other),
            (Cell::Date(one), Cell::Date(other)) => one.cmp(other),
            (Cell::Quantity(one), Cell::Text(other)) => match Quantity::parse(other, one.unit) {
                Ok(other) => one.steps.cmp(&other.steps),
                Err(_) => return false,
            },
            (Cell::Text(one), Cell::Text(other)) => return self.holds_of_words(one, other),
            (Cell::Empty, Cell::Text(other)) => return self.holds_of_words("", other),
            _ => return self.how == How::IsNot,
        };
        match self.how {
            How::Is | How::Contains => order.is_eq(),
            How::IsNot => order.is_ne(),
            How::AtLeast => order.is_ge(),
            How::AtMost => order.is_le(),
        }
    }

    fn holds_of_words(&self, one: &str, other: &str) -> bool {
        let (one, other) = (one.to_lowercase(), other.to_lowercase());
        match self.how {
            How::Is => one == other,
            How::IsNot => one != other,
            How::Contains => one.contains(&other),
            How::AtLeast => other <= one,
            How::AtMost => one <= other,
        }
    }
}

impl Group {
    /// The value that rows with this cell are put together under.
    pub(super) fn key(self, cell: &Cell) -> Cell {
        match cell {
            Cell::Date(day) if self.is_by_month => Cell::Date(first_of_month(*day)),
            other => other.clone(),
        }
    }
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    Month::of(day).first_on()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(query: &str) -> Posted {
        Posted::parse(query.as_bytes()).unwrap()
    }

    #[test]
    fn an_address_is_read_as_a_question() {
        let view = View::by_code("bills").unwrap();
        let query = "columns=total&columns=bill&column1=total&how1=at_least&value1=$1,200.50&column2=bill_on\
                     &value2=never&column3=state&how3=is_not&value3=taken+back&group=bill_on.month&and_group=total";
        let (question, wrong) = Question::of(view, &posted(query));
        assert_eq!(question.columns, [view.place("bill").unwrap(), view.place("total").unwrap()]);
        assert_eq!(question.conditions.len(), 2);
        assert_eq!(question.conditions[0].value, Cell::Money(Cents(120_050)));
        assert_eq!(question.group, [Group { place: view.place("bill_on").unwrap(), is_by_month: true }]);
        assert_eq!(
            wrong,
            [
                "Bill date is compared with something such as 7/1/2026, not with “never”.",
                "Rows are put together by a column of words, or by a date.",
            ]
        );
        let (plain, _) = Question::of(view, &posted(""));
        assert_eq!(plain.columns.len(), view.columns.iter().filter(|column| column.is_shown).count());
    }

    #[test]
    fn what_a_view_does_not_have_is_said() {
        let view = View::by_code("bills").unwrap();
        #[rustfmt::skip]
        let rows = [
            ("columns=xyz&columns=bill",                          "There is no column xyz."),
            ("column1=xyz&value1=1",                              "There is no column xyz."),
            ("column1=total&how1=near&value1=1",                  "There is no comparison near."),
            ("column1=bill_on&how1=at_least&value1=2024-02-30",   "Bill date is compared with something such as 7/1/2026, not with “2024-02-30”."),
            ("group=xyz",                                         "Rows are put together by a column of words, or by a date."),
        ];
        for (query, expected) in rows {
            assert_eq!(Question::of(view, &posted(query)).1, [expected], "{query}");
        }
    }

    #[test]
    fn conditions_compare_what_they_are_of() {
        let day = |text: &str| Cell::Date(text.parse().unwrap());
        let text = |text: &str| Cell::Text(text.to_owned());
        #[rustfmt::skip]
        let rows = [
            (How::Is,       Cell::Money(Cents(5)), Cell::Money(Cents(5)), true),
            (How::AtLeast,  Cell::Money(Cents(4)), Cell::Money(Cents(5)), false),
            (How::AtMost,   day("2026-01-01"),     day("2026-01-01"),     true),
            (How::AtMost,   day("2026-01-02"),     day("2026-01-01"),     false),
            (How::Contains, text("Taken back"),    text("back"),          true),
            (How::IsNot,    text("Open"),          text("open"),          false),
            (How::Is,       Cell::Empty,           text(""),              true),
            (How::AtLeast,  Cell::Empty,           Cell::Money(Cents(0)), false),
        ];
        for (how, cell, value, expected) in rows {
            let condition = Condition { place: 0, how, value };
            assert_eq!(condition.holds(&cell), expected, "{cell:?} {condition:?}");
        }
    }
}
