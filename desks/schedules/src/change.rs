//! What a change of rates does, in parts that several pages show: prices, the rest, bills, findings, the text.

use kernel::{Cents, Unit};
use rates::tools::{Change, ChangeKind, Compared, Diff, DiffRow, LintFinding, PriceChange, Severity, Uses};
use rates::{Schedule, Version};
use web::shown::{capital, money};
use web::{Ask, Cell, Column, Folded, Section, Table, Tone, Words};

use crate::names::Names;
use crate::rate_sheet::price_words;
use crate::text_diff::TextDiff;

/// A unit as people say it.
pub(crate) fn unit_words(unit: Unit) -> &'static str {
    match unit {
        Unit::Gallon => "gallons",
        Unit::Kgal => "thousand gallons",
        Unit::CubicFoot => "cubic feet",
        Unit::Ccf => "ccf (hundred cubic feet)",
        Unit::CubicMeter => "cubic meters",
        Unit::Kiloliter => "kiloliters",
        Unit::Each => "units",
        Unit::Day => "days",
    }
}

/// A number of things with the right form of their word.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    web::shown::counted(i64::try_from(number).unwrap_or(i64::MAX), one, many)
}

/// A schedule with a version before and one after.
pub(crate) struct Between<'a> {
    pub(crate) schedule: &'a Schedule,
    pub(crate) before: &'a Version,
    pub(crate) after: &'a Version,
}

impl Between<'_> {
    /// Every price that changes, and what else does.
    pub(crate) fn sections(&self, ask: &Ask, names: &Names) -> Vec<Section> {
        let compared = Compared::of(self.schedule, (self.before, self.after), "en");
        let prices = Section::new("prices", "Prices");
        let prices = if compared.prices.is_empty() {
            prices.with(&Words::new("No price changes."))
        } else {
            prices.note(summary(&compared.prices)).with(&price_table(ask, names, &compared.prices))
        };
        let others = Section::new("others", "What else changes");
        let others = if compared.others.is_empty() {
            others.with(&Words::new("Nothing besides prices."))
        } else {
            others.with(&other_table(ask, &compared.others))
        };
        vec![prices, others]
    }

    /// Bills before and after at typical uses; of each class one kind of customer, or all of them.
    pub(crate) fn bills(&self, names: &Names, (table, which): (Table, Which)) -> Option<Table> {
        let diff = Diff::between(self.before, self.after, &Uses::default()).ok()?;
        let mut table = table
            .column(Column::text("class", "Customer"))
            .column(Column::text("use", "Use"))
            .column(Column::money("before", "Before"))
            .column(Column::money("after", "After"))
            .column(Column::money("change", "Change").below_zero("less"))
            .column(Column::text("per_cent", "In percent"));
        let mut last_class = String::new();
        let mut last_kind = None;
        for row in &diff.rows {
            let is_new_class = last_class != row.kind.class;
            if is_new_class {
                last_class.clone_from(&row.kind.class);
                last_kind = Some(row.kind.clone());
            }
            if which == Which::All || last_kind.as_ref() == Some(&row.kind) {
                table.push(bill_row(names, row));
            }
        }
        Some(table)
    }

    /// The texts line by line, folded.
    pub(crate) fn text(&self) -> Section {
        let alone = |version: &Version| Schedule { versions: vec![version.clone()], ..self.schedule.clone() }.to_text();
        let diff = TextDiff::between(&alone(self.before), &alone(self.after));
        let lines = counted(diff.count(), "line differs", "lines differ");
        Section::new("texts", "The texts").with(&Folded::new(&format!("Compare the texts: {lines}"), &diff))
    }
}

/// Which kinds of customers are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// One of each class.
    OneEach,
    /// All of them.
    All,
}

/// `7 prices change: 6 rise, 1 falls.`
fn summary(prices: &[PriceChange]) -> String {
    let count = |is: &dyn Fn(&PriceChange) -> bool| prices.iter().filter(|price| is(price)).count();
    let up = count(&|price| price.per_cent.is_some_and(|change| change.is_sign_positive() && !change.is_zero()));
    let down = count(&|price| price.per_cent.is_some_and(|change| change.is_sign_negative()));
    let new = count(&|price| price.before.is_none());
    let gone = count(&|price| price.after.is_none());
    let parts = [(up, "up"), (down, "down"), (new, "new"), (gone, "no more")];
    let parts = parts.into_iter().filter(|(count, _)| *count != 0).map(|(count, word)| format!("{count} {word}"));
    format!("{}: {}.", counted(prices.len(), "price changes", "prices change"), parts.collect::<Vec<_>>().join(", "))
}

fn price_table(ask: &Ask, names: &Names, prices: &[PriceChange]) -> Table {
    let table = ask
        .table("price-changes", "Prices that change, before and after")
        .plain()
        .column(Column::text("charge", "Charge"))
        .column(Column::text("customers", "Customers"))
        .column(Column::text("what", "For"))
        .column(Column::text("before", "Before"))
        .column(Column::text("after", "After"))
        .column(Column::text("change", "Change"));
    table.rows(prices.iter().map(|price| {
        let kind = price.kind;
        let said = |price: &Option<String>| {
            price.as_deref().map_or_else(Cell::empty, |price| Cell::text(price_words(kind, price, kind != "value")))
        };
        let change = match (&price.before, &price.after, price.per_cent) {
            (None, _, _) => Cell::tag(Tone::Info, "new"),
            (_, None, _) => Cell::tag(Tone::Warning, "no more"),
            (Some(_), Some(_), Some(change)) => Cell::text(format!("{change:+}\u{a0}%")),
            (Some(_), Some(_), None) => Cell::text("another formula"),
        };
        [
            Cell::text(capital(&price.heading)),
            Cell::text(customers(names, &price.customers)),
            Cell::text(&price.what),
            said(&price.before),
            said(&price.after),
            change,
        ]
    }))
}

/// Class codes as their titles; what is no class stays.
fn customers(names: &Names, customers: &str) -> String {
    let parts = customers.split(", ").map(|part| names.class(part));
    capital(&parts.collect::<Vec<_>>().join(", "))
}

fn other_table(ask: &Ask, others: &[Change]) -> Table {
    let table = ask
        .table("other-changes", "Other changes, before and after")
        .plain()
        .column(Column::text("place", "Where"))
        .column(Column::text("before", "Before"))
        .column(Column::text("after", "After"));
    table.rows(others.iter().map(|change| {
        let kind = match change.kind {
            ChangeKind::Added => "new",
            ChangeKind::Removed => "no more",
            ChangeKind::Changed => "",
        };
        let place = Cell::text(capital(&change.place.replace('_', " "))).note(kind);
        [place, Cell::text(&change.before), Cell::text(&change.after)]
    }))
}

fn bill_row(names: &Names, row: &DiffRow) -> [Cell; 6] {
    let values = row.kind.dimensions.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " ")));
    let values = values.collect::<Vec<_>>().join(", ");
    let used = row.unit.map_or_else(String::new, |unit| format!("{} {}", row.usage.normalize(), unit.symbol()));
    let bill = |bill: &Result<Cents, String>| match bill {
        Ok(total) => Cell::from(*total),
        Err(why) => Cell::empty().note(capital(why)),
    };
    let change = row.change().map_or_else(Cell::empty, Cell::from);
    let per_cent = row.per_cent().map_or_else(Cell::empty, |change| Cell::text(format!("{change:+}\u{a0}%")));
    let class = Cell::text(names.class(&row.kind.class)).note(values);
    [class, Cell::text(used), bill(&row.before), bill(&row.after), change, per_cent]
}

/// What the check found, worst first.
pub(crate) fn findings(ask: &Ask, found: &[LintFinding]) -> Section {
    let section = Section::new("findings", "What the check found");
    if found.is_empty() {
        return section.with(&Words::new("Nothing is odd: every customer of the town has exactly one price."));
    }
    let mut sorted: Vec<&LintFinding> = found.iter().collect();
    sorted.sort_by_key(|finding| finding.severity);
    let table = ask
        .table("found", "Findings, worst first")
        .plain()
        .column(Column::text("severity", "How bad"))
        .column(Column::text("place", "Where"))
        .column(Column::text("sentence", "What is so"));
    let rows = sorted.into_iter().map(|finding| {
        let tone = match finding.severity {
            Severity::Error => Tone::Bad,
            Severity::Warning => Tone::Warning,
            Severity::Note => Tone::Info,
        };
        let place = capital(&finding.place.to_string());
        [
            Cell::tag(tone, finding.severity.word()),
            Cell::text(place),
            Cell::text(capital(&finding.sentence)).note(finding.code),
        ]
    });
    section.note("Odd is not wrong: look at each, and decide whether it is meant.").with(&table.rows(rows))
}

/// An amount with its sign: `+$3.10`, `-$0.40`.
pub(crate) fn signed(cents: Cents) -> String {
    match cents.0 {
        0 => money(&cents),
        1.. => format!("+{}", money(&cents)),
        _ => format!("-{}", money(&-cents)),
    }
}
