//! `Diff`: bills before and after a change of rates, at typical uses of every kind of customer.

use chrono::NaiveDate;
use kernel::{Cents, Decimal, Unit};

use super::aligned::{Align, aligned, csv_line};
use super::changes::{Change, changes};
use super::say;
use super::uses::{CustomerKind, Uses, kinds, meter_unit, per_cent_change};
use crate::compile::Compiled;
use crate::refusals::RateError;
use crate::schedule::Version;

/// What a version changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// First day and ordinance of the version before.
    pub before: (NaiveDate, String),
    /// First day and ordinance of the version after.
    pub after: (NaiveDate, String),
    /// By class, then by kind of customer, then by use.
    pub rows: Vec<DiffRow>,
    /// The classes with too many kinds of customers: of those, one dimension is varied at a time.
    pub cut: Vec<String>,
    /// What the texts say differently.
    pub changes: Vec<Change>,
}

/// One bill under both versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// The kind of customer.
    pub kind: CustomerKind,
    /// What was used.
    pub usage: Decimal,
    /// The unit of use; nothing where use makes no difference.
    pub unit: Option<Unit>,
    /// The bill under the version before, or why there is none.
    pub before: Result<Cents, String>,
    /// The bill under the version after, or why there is none.
    pub after: Result<Cents, String>,
}

const COLUMNS: [&str; 9] = ["class", "dimensions", "usage", "unit", "before", "after", "change", "per_cent", "note"];

impl Diff {
    /// Works out both versions; an error is a version that does not compile.
    pub fn between(before: &Version, after: &Version, uses: &Uses) -> Result<Diff, RateError> {
        let compiled = (before.compile()?, after.compile()?);
        let mut classes = after.classes.clone();
        classes.extend(before.classes.iter().filter(|class| !after.classes.contains(class)).cloned());
        let unit = uses.unit.or_else(|| meter_unit(after)).or_else(|| meter_unit(before));
        let (mut rows, mut cut) = (Vec::new(), Vec::new());
        for class in classes {
            let kinds = kinds(&class, &[(after, &compiled.1), (before, &compiled.0)]);
            if kinds.is_cut {
                cut.push(class);
            }
            for kind in &kinds.list {
                let unit = unit.filter(|_| depends_on_use(&compiled.0, kind) || depends_on_use(&compiled.1, kind));
                rows.extend(uses.amounts_for(unit).into_iter().map(|usage| DiffRow {
                    kind: kind.clone(),
                    usage,
                    unit,
                    before: uses.total(&compiled.0, kind, (usage, unit)),
                    after: uses.total(&compiled.1, kind, (usage, unit)),
                }));
            }
        }
        let head = |version: &Version| (version.effective_on, version.ordinance.clone());
        Ok(Diff { before: head(before), after: head(after), rows, cut, changes: changes(before, after) })
    }

    /// For people: a table a class, then the list of changes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (word, (date, ordinance)) in [("before: ", &self.before), ("after:  ", &self.after)] {
            text.push_str(&format!("{word}{ordinance}, in force from {date}\n"));
        }
        for rows in self.rows.chunk_by(|one, next| one.kind.class == next.kind.class) {
            class_text(rows, &mut text);
            if self.cut.contains(&rows[0].kind.class) {
                text.push_str("  (too many combinations: one dimension is varied at a time)\n");
            }
        }
        text.push_str(if self.changes.is_empty() { "\nthe texts say the same\n" } else { "\nchanges\n" });
        for change in &self.changes {
            text.push_str(&format!("  {change}\n"));
        }
        text
    }

    /// For a spreadsheet: the rows as CSV with a header; amounts in dollars.
    #[must_use]
    pub fn to_csv(&self) -> String {
        self.rows.iter().fold(csv_line(COLUMNS), |text, row| text + &csv_line(row.csv_cells()))
    }
}

/// Whether the bill of that kind of customer depends on what the meter measured.
fn depends_on_use(compiled: &Compiled, kind: &CustomerKind) -> bool {
    compiled.plan(&kind.class, &kind.borrowed()).is_ok_and(|plan| plan.needs().usage)
}

fn class_text(rows: &[DiffRow], text: &mut String) {
    let first = &rows[0];
    let names = first.kind.dimensions.iter().map(|(name, _)| say::spaced(name));
    let unit = rows.iter().find_map(|row| row.unit);
    let usage = unit.map_or_else(String::new, |unit| format!("use, {}", say::spaced(unit.code())));
    let words = [usage.as_str(), "before", "after", "change", "per cent", ""].map(str::to_owned);
    let mut lines: Vec<Vec<String>> = vec![names.chain(words).collect()];
    for row in rows {
        let values = row.kind.dimensions.iter().map(|(_, value)| value.clone());
        let usage = row.unit.map_or_else(String::new, |_| say::plain(row.usage));
        let [before, after, change, per_cent, note] = row.cells();
        lines.push(values.chain([usage, before, after, change, per_cent, note]).collect());
    }
    let mut columns = vec![Align::Left; first.kind.dimensions.len()];
    columns.extend([Align::Right; 5]);
    columns.push(Align::Left);
    text.push_str(&format!("\n{}\n", first.kind.class));
    text.push_str(&aligned(&lines, &columns, "  "));
}

impl DiffRow {
    /// What the bill grows by; nothing where there is no bill.
    #[must_use]
    pub fn change(&self) -> Option<Cents> {
        self.after.as_ref().ok()?.checked_add(-*self.before.as_ref().ok()?)
    }

    /// The same in per cent of the bill before, to one place.
    #[must_use]
    pub fn per_cent(&self) -> Option<Decimal> {
        per_cent_change(*self.before.as_ref().ok()?, *self.after.as_ref().ok()?)
    }

    /// Before, after, change, per cent, and why there is no bill.
    fn cells(&self) -> [String; 5] {
        let total = |total: &Result<Cents, String>| total.as_ref().map_or_else(|_| "-".to_owned(), Cents::to_string);
        let change = self.change().map_or_else(String::new, |change| change.to_string());
        let per_cent = self.per_cent().map_or_else(String::new, |per_cent| per_cent.to_string());
        let note = match (&self.before, &self.after) {
            (Ok(_), Ok(_)) => String::new(),
            (Err(why), Ok(_)) => format!("before: {why}"),
            (Ok(_), Err(why)) => format!("after: {why}"),
            (Err(before), Err(after)) if before == after => before.clone(),
            (Err(before), Err(after)) => format!("before: {before}; after: {after}"),
        };
        [total(&self.before), total(&self.after), change, per_cent, note]
    }

    fn csv_cells(&self) -> Vec<String> {
        let dimensions = self.kind.dimensions.iter().map(|(name, value)| format!("{name}={value}"));
        let dimensions = dimensions.collect::<Vec<_>>().join("; ");
        let unit = self.unit.map_or("", Unit::code).to_owned();
        let mut cells = vec![self.kind.class.clone(), dimensions, say::plain(self.usage), unit];
        cells.extend(self.cells());
        cells
    }
}
