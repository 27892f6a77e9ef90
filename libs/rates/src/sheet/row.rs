//! One row of a sheet as what it says: an amount per bill, a price per unit, or an amount by use.

use kernel::{Decimal, Unit};

use super::line::{Column, Columns, Line};
use crate::finding::{Finding, Reason};
use crate::text::decimal;

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The line, from 1.
    pub(super) line: usize,
    /// The name of the charge.
    pub(super) rate_type: String,
    /// The year it took effect; nothing when the sheet has no such column.
    pub(super) year: Option<i32>,
    /// Months in a bill.
    pub(super) months: u32,
    /// Dollars for a bill, or for `base` units.
    pub(super) cost: Decimal,
    pub(super) pays: Pays,
}

/// For what the cost is paid.
#[derive(Clone, Debug)]
pub(super) enum Pays {
    /// For every bill.
    EachBill,
    /// For every `base` units above `from` and through `to`.
    Units { band: Band, base: Decimal },
    /// For a bill with use from `from` through `to`.
    Use(Band),
}

/// Which part of the use of a bill.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub(super) from: Decimal,
    /// Nothing means without end.
    pub(super) to: Option<Decimal>,
    pub(super) unit: Unit,
    /// The use is multiplied by this before anything else.
    pub(super) adjustment: Decimal,
}

/// These tables write "and everything above" as a thousand million.
const ENDLESS: i64 = 1_000_000_000;
/// Larger numbers are no rates.
const LARGEST: i64 = 1_000_000_000_000;

const FREQUENCIES: [(&str, u32); 9] = [
    ("monthly", 1),
    ("bi-monthly", 2),
    ("bimonthly", 2),
    ("quarterly", 3),
    ("semi-annually", 6),
    ("semiannually", 6),
    ("annually", 12),
    ("annual", 12),
    ("yearly", 12),
];

const UNITS: [(&str, Unit); 4] = [
    ("gallons", Unit::Gallon),
    ("gallon", Unit::Gallon),
    ("cubic feet", Unit::CubicFoot),
    ("cubic foot", Unit::CubicFoot),
];

/// What the column `volumetric` may say.
#[derive(Clone, Copy)]
enum Volumetric {
    No,
    Yes,
    Zone,
}

const VOLUMETRIC: [(&str, Volumetric); 3] =
    [("no", Volumetric::No), ("yes", Volumetric::Yes), ("zone", Volumetric::Zone)];

/// Reads a row, or says everything that is wrong with it.
pub(super) fn read(columns: &Columns, line: &Line<'_>) -> Result<Row, Vec<Finding>> {
    let mut reader = Reader { columns, line, findings: Vec::new() };
    if let Some(flaw) = &line.flaw {
        reader.findings.push(Finding { line: line.number, key: String::new(), reason: flaw.clone() });
    } else if !columns.fits(line) {
        let reason = Reason::NotA { expected: "a row with a field for every column" };
        reader.findings.push(Finding { line: line.number, key: String::new(), reason });
    } else if let Some(row) = reader.row()
        && reader.findings.is_empty()
    {
        return Ok(row);
    }
    Err(reader.findings)
}

/// A row while it is read; what is wrong is collected.
struct Reader<'a> {
    columns: &'a Columns,
    line: &'a Line<'a>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn row(&mut self) -> Option<Row> {
        let rate_type = self.need(Column::RateType).map(str::to_owned);
        let year = self.year();
        let months = self.word(Column::BillFrequency, &FREQUENCIES);
        let cost = self.number(Column::Cost);
        let pays = match self.word(Column::Volumetric, &VOLUMETRIC)? {
            Volumetric::No => self.each_bill(),
            Volumetric::Yes => {
                let (band, base) = (self.band(), self.above_zero(Column::VolBase));
                band.zip(base).map(|(band, base)| Pays::Units { band, base })
            }
            Volumetric::Zone => self.band().map(Pays::Use),
        };
        Some(Row {
            line: self.line.number,
            rate_type: rate_type?,
            year: year?,
            months: months?,
            cost: cost?,
            pays: pays?,
        })
    }

    /// An amount for every bill must not name a part of the use as well.
    fn each_bill(&mut self) -> Option<Pays> {
        let from = self.optional(Column::ValueFrom, Decimal::ZERO)?;
        let to = self.optional(Column::ValueTo, Decimal::from(ENDLESS))?;
        if !from.is_zero() || to < Decimal::from(ENDLESS) {
            let why = "a row that is not volumetric holds for any use, yet it names a part of the use".to_owned();
            self.refuse(Column::Volumetric, Reason::NotUnderstood(why));
        }
        Some(Pays::EachBill)
    }

    fn band(&mut self) -> Option<Band> {
        let from = self.number(Column::ValueFrom);
        let to = self.optional(Column::ValueTo, Decimal::from(ENDLESS));
        let unit = self.word(Column::VolUnit, &UNITS);
        let adjustment = self.above_zero(Column::Adjustment);
        let from = from?;
        if from < Decimal::ZERO {
            self.refuse(Column::ValueFrom, Reason::NotA { expected: "zero or more" });
        }
        let to = to.map(|to| (to < Decimal::from(ENDLESS)).then_some(to))?;
        Some(Band { from, to, unit: unit?, adjustment: adjustment? })
    }

    /// The year, or nothing where the sheet has no such column.
    fn year(&mut self) -> Option<Option<i32>> {
        if !self.columns.has(Column::EffectiveYear) {
            return Some(None);
        }
        let text = self.need(Column::EffectiveYear)?;
        let year = text.strip_suffix(".0").unwrap_or(text).parse().ok().filter(|year| (1800..=9999).contains(year));
        if year.is_none() {
            self.refuse(Column::EffectiveYear, Reason::NotA { expected: "a year such as 2019" });
        }
        year.map(Some)
    }

    fn refuse(&mut self, column: Column, reason: Reason) {
        self.findings.push(self.line.finding(column, reason));
    }

    fn need(&mut self, column: Column) -> Option<&'a str> {
        let found = self.columns.field(self.line, column);
        if found.is_none() {
            self.refuse(column, Reason::Missing);
        }
        found
    }

    /// The meaning of a word, in small or capital letters.
    fn word<T: Copy>(&mut self, column: Column, words: &[(&str, T)]) -> Option<T> {
        let found = self.need(column)?;
        let row = words.iter().find(|(word, _)| found.eq_ignore_ascii_case(word));
        if row.is_none() {
            let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            self.refuse(column, Reason::UnknownWord { found: found.to_owned(), known });
        }
        row.map(|(_, meaning)| *meaning)
    }

    fn number(&mut self, column: Column) -> Option<Decimal> {
        let text = self.need(column)?;
        let number = number(text).filter(|number| number.abs() <= Decimal::from(LARGEST));
        if number.is_none() {
            self.refuse(column, Reason::NotA { expected: "a number such as 2.72, of at most a million million" });
        }
        number
    }

    fn optional(&mut self, column: Column, otherwise: Decimal) -> Option<Decimal> {
        if self.columns.field(self.line, column).is_some() { self.number(column) } else { Some(otherwise) }
    }

    fn above_zero(&mut self, column: Column) -> Option<Decimal> {
        let number = self.number(column)?;
        if number <= Decimal::ZERO {
            self.refuse(column, Reason::NotA { expected: "above zero" });
        }
        Some(number)
    }
}

/// A number as written, also as programs write very large and very small ones: `1e+05`, `5e-05`.
fn number(text: &str) -> Option<Decimal> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let Some((digits, power)) = text.split_once(['e', 'E']) else { return decimal(text) };
    let (digits, power) = (decimal(digits)?.normalize(), power.parse::<i32>().ok()?);
    if !(-28..=28).contains(&power) {
        return None;
    }
    let places = i32::try_from(digits.scale()).ok()? - power;
    match u32::try_from(places) {
        Ok(places) => Decimal::try_from_i128_with_scale(digits.mantissa(), places).ok(),
        Err(_) => {
            let scaled = digits.mantissa().checked_mul(10_i128.checked_pow(places.unsigned_abs())?)?;
            Decimal::try_from_i128_with_scale(scaled, 0).ok()
        }
    }
}
