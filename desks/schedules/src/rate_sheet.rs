//! The rates of a version as people read them: a table a charge, the sentences below it, and the text itself.

use std::collections::BTreeMap;

use askama::Template;
use askama::filters::HtmlSafe;
use kernel::{Cents, Decimal, Unit};
use rates::tools::{CustomerKind, RateSection, RateTable, meter_unit};
use rates::{Compiled, Inputs, Schedule, Version};
use web::shown::{capital, money};

use crate::names::Names;

/// One charge or named number as a table.
#[derive(Clone, Debug, Template)]
#[template(path = "rate_section.html")]
pub(crate) struct SheetSection {
    heading: String,
    anchor: String,
    /// The columns before the price: class, dimensions, what it is for.
    columns: Vec<String>,
    price_title: &'static str,
    rows: Vec<SheetRow>,
    notes: Vec<String>,
    /// What a formula comes to for each value of what it depends on.
    worked: Vec<WorkedTable>,
}

impl HtmlSafe for SheetSection {}

/// A line of such a table.
#[derive(Clone, Debug)]
struct SheetRow {
    cells: Vec<(String, String)>,
    price: String,
    per: String,
}

/// Amounts that follow from a formula, by what they depend on.
#[derive(Clone, Debug)]
struct WorkedTable {
    title: String,
    by: String,
    rows: Vec<(String, String)>,
}

/// The text of a schedule with the numbers of its lines.
#[derive(Clone, Debug, Template)]
#[template(path = "source.html")]
pub(crate) struct Source {
    lines: Vec<String>,
}

impl HtmlSafe for Source {}

impl Source {
    /// The lines of a text.
    pub(crate) fn new(text: &str) -> Source {
        Source { lines: text.lines().map(str::to_owned).collect() }
    }
}

/// The sections of a version and what is said about it as a whole.
pub(crate) struct RateSheet {
    /// From when, by what, and how the version of a bill is found; a sentence each.
    pub(crate) head: Vec<String>,
    /// The charges, then the numbers they use.
    pub(crate) sections: Vec<SheetSection>,
}

impl RateSheet {
    /// The sheet of a version.
    pub(crate) fn of(schedule: &Schedule, version: &Version, names: &Names) -> RateSheet {
        let table = RateTable::of(schedule, version, "en");
        let worked = Worked::of(version);
        let sections = table.sections().iter().map(|section| sheet_section(section, names, worked.as_ref()));
        RateSheet { head: table.head().to_vec(), sections: sections.collect() }
    }
}

fn sheet_section(section: &RateSection, names: &Names, worked: Option<&Worked>) -> SheetSection {
    let mut columns = vec!["Class".to_owned()];
    columns.extend(section.dimensions.iter().map(|name| capital(&name.replace('_', " "))));
    let has_what = section.rows.iter().any(|row| !row.what.is_empty());
    if has_what {
        columns.push("For".to_owned());
    }
    let mut before = None;
    let rows = section.rows.iter().map(|row| {
        // The customers of a case stand on its first line only.
        let is_same = before == Some(row.case);
        before = Some(row.case);
        let classes = match row.classes.as_str() {
            "" => "Every class".to_owned(),
            codes => codes.split("; ").map(|code| names.class(code)).collect::<Vec<_>>().join(", "),
        };
        let mut words = vec![classes];
        words.extend(row.values.iter().cloned());
        if is_same {
            words.iter_mut().for_each(String::clear);
        }
        if has_what {
            words.push(row.what.clone());
        }
        let cells = columns.iter().cloned().zip(words).collect();
        let price = price_words(row.kind, &row.price, section.is_money);
        SheetRow { cells, price, per: row.per.clone() }
    });
    let rows = rows.collect();
    let has_formula =
        section.rows.iter().any(|row| row.kind == "fixed" && Decimal::from_str_exact(&row.price).is_err());
    let worked = worked.filter(|_| has_formula).map_or_else(Vec::new, |worked| worked.tables(&section.name.0, names));
    SheetSection {
        heading: capital(&section.heading),
        anchor: format!("charge-{}", section.name.0.replace('_', "-")),
        columns,
        price_title: if section.is_money { "Rate" } else { "Number" },
        rows,
        notes: section.notes.clone(),
        worked,
    }
}

/// `$4.02`, `2.9 %`, `14.18 × meter_ratio`.
pub(crate) fn price_words(kind: &str, price: &str, is_money: bool) -> String {
    let is_number = Decimal::from_str_exact(price).is_ok();
    match kind {
        _ if price.is_empty() => String::new(),
        "per_cent" if is_number => format!("{price}\u{a0}%"),
        _ if is_number && is_money && kind != "per_cent" => match price.strip_prefix('-') {
            Some(amount) => format!("-${amount}"),
            None => format!("${price}"),
        },
        _ => price.replace(" * ", " × ").replace('_', " "),
    }
}

/// A version ready to say what fixed amounts come to.
struct Worked {
    compiled: Compiled,
    unit: Unit,
}

impl Worked {
    fn of(version: &Version) -> Option<Worked> {
        Some(Worked { compiled: version.compile().ok()?, unit: meter_unit(version).unwrap_or(Unit::Each) })
    }

    /// What a charge comes to where it does not depend on use, by the values that decide; one table for the classes
    /// that pay the same.
    fn tables(&self, charge: &str, names: &Names) -> Vec<WorkedTable> {
        let mut by_class: BTreeMap<String, Vec<(String, Cents)>> = BTreeMap::new();
        let mut by = String::new();
        for plan in self.compiled.plans() {
            let amount = |usage: Decimal| {
                let price = plan.price_for(&Inputs::exact(usage, self.unit)).ok()?;
                let line = plan.lines(&price).find(|line| line.charge.name() == charge)?.cents;
                Some(line)
            };
            let (Some(nothing), Some(some)) = (amount(Decimal::ZERO), amount(Decimal::TEN)) else { continue };
            if nothing != some || plan.dimensions().is_empty() {
                continue;
            }
            let said = plan.dimensions().iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            let titles = plan.dimensions().iter().map(|(name, _)| capital(&name.replace('_', " ")));
            by = titles.collect::<Vec<_>>().join(", ");
            by_class.entry(plan.class().to_owned()).or_default().push((said, nothing));
        }
        let mut tables: Vec<(Vec<String>, Vec<_>)> = Vec::new();
        let count = by_class.len();
        for (class, rows) in by_class {
            match tables.iter_mut().find(|(_, known)| *known == rows) {
                Some((classes, _)) => classes.push(names.class(&class).to_owned()),
                None => tables.push((vec![names.class(&class).to_owned()], rows)),
            }
        }
        let table = |(classes, rows): (Vec<String>, Vec<(String, Cents)>)| WorkedTable {
            title: match classes.len() == count {
                true => "Worked out for every class".to_owned(),
                false => format!("Worked out for {}", classes.join(", ")),
            },
            by: by.clone(),
            rows: rows.into_iter().map(|(said, cents)| (said, money(&cents))).collect(),
        };
        tables.into_iter().map(table).collect()
    }
}

/// The kind of customer that stands first in a version: its first class, with the first value of each dimension.
pub(crate) fn first_kind(version: &Version) -> Option<CustomerKind> {
    let class = version.classes.first()?.clone();
    let dimensions = version.dimensions.iter().filter(|dimension| dimension.months.is_none());
    let dimensions =
        dimensions.filter_map(|dimension| Some((dimension.name.clone(), dimension.values.first()?.clone())));
    Some(CustomerKind { class, dimensions: dimensions.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_read_as_people_write_them() {
        // kind | price | money | words
        let rows = [
            ("fixed", "12.50", true, "$12.50"),
            ("tier", "-0.50", true, "-$0.50"),
            ("per_cent", "2.9", true, "2.9\u{a0}%"),
            ("fixed", "14.18 * meter_ratio", true, "14.18 × meter ratio"),
            ("value", "2.5", false, "2.5"),
            ("not_offered", "", true, ""),
        ];
        for (kind, price, is_money, words) in rows {
            assert_eq!(price_words(kind, price, is_money), words, "{kind} {price}");
        }
    }
}
