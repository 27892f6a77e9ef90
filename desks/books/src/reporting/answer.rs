//! `Gathering`: rows as they come, let through, put together and added up; it never holds more than a page can bear.

use std::collections::BTreeMap;

use reports::{Cell, Kind};

use super::question::Question;
use super::views::View;

/// Rows that are kept at most; of groups as many.
pub(super) const ROWS_MAX: usize = 20_000;

/// What came of a question.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// Rows with a cell for each column asked for; of groups, their values, how many rows, and the sums.
    pub(super) rows: Vec<Vec<Cell>>,
    /// How many rows fit, kept or not.
    pub(super) fitting: i64,
    /// How many rows were looked at.
    pub(super) looked_at: i64,
}

impl Answered {
    /// Whether rows or groups are missing, because there are more than are kept.
    pub(super) fn is_cut(&self, question: &Question) -> bool {
        let is_short = question.group.is_empty() && (self.rows.len() as i64) < self.fitting;
        is_short || ROWS_MAX <= self.rows.len()
    }
}

/// Rows as they come.
pub(super) struct Gathering {
    question: Question,
    /// The places whose values are added up, of groups.
    sums: Vec<usize>,
    rows: Vec<Vec<Cell>>,
    groups: BTreeMap<Vec<Key>, (Vec<Cell>, i64, Vec<Cell>)>,
    fitting: i64,
    looked_at: i64,
}

/// A value in an order of its own.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key(i64, String);

impl Gathering {
    pub(super) fn new(view: &View, question: &Question) -> Gathering {
        Gathering {
            sums: summed(view, question),
            question: question.clone(),
            rows: Vec::new(),
            groups: BTreeMap::new(),
            fitting: 0,
            looked_at: 0,
        }
    }

    /// Takes a row with a cell for every column of the view.
    pub(super) fn take(&mut self, row: &[Cell]) {
        self.looked_at += 1;
        if !self.question.lets_through(row) {
            return;
        }
        self.fitting += 1;
        if self.question.group.is_empty() {
            if self.rows.len() < ROWS_MAX {
                self.rows.push(self.question.columns.iter().map(|place| row[*place].clone()).collect());
            }
            return;
        }
        let values: Vec<Cell> = self.question.group.iter().map(|group| group.key(&row[group.place])).collect();
        let key = values.iter().map(key).collect();
        if ROWS_MAX <= self.groups.len() && !self.groups.contains_key(&key) {
            return;
        }
        let added: Vec<Cell> = self.sums.iter().map(|place| row[*place].clone()).collect();
        match self.groups.get_mut(&key) {
            Some((_, count, sums)) => {
                *count += 1;
                sums.iter_mut().zip(added).for_each(|(sum, cell)| *sum = together(sum, &cell));
            }
            None => {
                self.groups.insert(key, (values, 1, added));
            }
        }
    }

    pub(super) fn finish(self) -> Answered {
        let group = |(mut values, count, sums): (Vec<Cell>, i64, Vec<Cell>)| {
            values.push(Cell::Count(count));
            values.extend(sums);
            values
        };
        let rows =
            if self.question.group.is_empty() { self.rows } else { self.groups.into_values().map(group).collect() };
        Answered { rows, fitting: self.fitting, looked_at: self.looked_at }
    }
}

/// The places of the columns that are added up in groups: counts, amounts and quantities that were asked for.
pub(super) fn summed(view: &View, question: &Question) -> Vec<usize> {
    let is_summed = |place: &&usize| matches!(view.columns[**place].kind, Kind::Count | Kind::Money | Kind::Quantity);
    question.columns.iter().filter(is_summed).copied().collect()
}

fn key(cell: &Cell) -> Key {
    match cell {
        Cell::Date(day) => Key(i64::from(chrono::Datelike::num_days_from_ce(day)), String::new()),
        Cell::Count(count) => Key(*count, String::new()),
        Cell::Money(cents) => Key(cents.0, String::new()),
        Cell::Text(text) => Key(0, text.clone()),
        Cell::Empty | Cell::Quantity(_) | Cell::Tenths(_) => Key(0, String::new()),
    }
}

/// Two values together; nothing where they cannot be added, such as gallons and cubic feet.
fn together(one: &Cell, other: &Cell) -> Cell {
    match (one, other) {
        (Cell::Count(one), Cell::Count(other)) => Cell::Count(one + other),
        (Cell::Money(one), Cell::Money(other)) => Cell::Money(*one + *other),
        (Cell::Quantity(one), Cell::Quantity(other)) if one.unit == other.unit => {
            Cell::Quantity(kernel::Quantity { steps: one.steps + other.steps, unit: one.unit })
        }
        _ => Cell::Empty,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Cents;
    use proptest::prelude::*;
    use web::Posted;

    use super::*;

    proptest! {
        /// Groups leave nothing out and count nothing twice.
        #[test]
        fn groups_add_up_to_their_rows(
            bills in proptest::collection::vec((0_i64..5, 0_u32..400, -5_000_i64..5_000), 0..200),
        ) {
            let view = View::by_code("bills").unwrap();
            let query = Posted::parse(b"group=bill_on.month&and_group=run&columns=total").unwrap();
            let (question, _) = Question::of(view, &query);
            let mut gathering = Gathering::new(view, &question);
            let first = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
            for (run, days, cents) in &bills {
                let mut row = vec![Cell::Empty; view.columns.len()];
                row[view.place("run").unwrap()] = Cell::Text(run.to_string());
                row[view.place("bill_on").unwrap()] = Cell::Date(first + chrono::Days::new(u64::from(*days)));
                row[view.place("total").unwrap()] = Cell::Money(Cents(*cents));
                gathering.take(&row);
            }
            let answered = gathering.finish();
            let sum = |place: usize| answered.rows.iter().map(|row| match &row[place] {
                Cell::Money(cents) => cents.0,
                Cell::Count(count) => *count,
                _ => 0,
            }).sum::<i64>();
            prop_assert_eq!(sum(2), i64::try_from(bills.len()).unwrap());
            prop_assert_eq!(sum(3), bills.iter().map(|(_, _, cents)| cents).sum::<i64>());
            prop_assert_eq!(answered.fitting, sum(2));
        }
    }
}
