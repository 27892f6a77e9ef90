//! The lines of a sheet, their fields, and which column stands where.

use std::borrow::Cow;

use super::SetKey;
use crate::finding::{Finding, Reason, TextRefused};

/// A column that the reader uses; any other is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Pwsid,
    Service,
    Category,
    EffectiveYear,
    BillFrequency,
    RateType,
    Volumetric,
    ValueFrom,
    ValueTo,
    VolBase,
    VolUnit,
    Cost,
    Adjustment,
}

/// Where each column stands, in the order of [`Column::ALL`].
pub(super) struct Columns {
    places: [Option<usize>; Column::ALL.len()],
    count: usize,
}

/// One line, taken apart.
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    fields: Vec<Cow<'a, str>>,
    /// Why it cannot be trusted as a whole.
    pub(super) flaw: Option<Reason>,
}

/// Bytes of a line; real ones have about a hundred.
const LINE_MAX: usize = 16 * 1024;
/// Bytes of a field; real ones have about thirty.
const FIELD_MAX: usize = 200;

/// Every line that is not empty.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.strip_suffix(b"\r").unwrap_or(line)));
    lines.filter(|(_, line)| !line.is_empty()).map(|(number, line)| Line::split(number, line))
}

impl Column {
    pub(super) const ALL: [(Column, &'static str); 13] = [
        (Column::Pwsid, "pwsid"),
        (Column::Service, "service"),
        (Column::Category, "category"),
        (Column::EffectiveYear, "effective_year"),
        (Column::BillFrequency, "bill_frequency"),
        (Column::RateType, "rate_type"),
        (Column::Volumetric, "volumetric"),
        (Column::ValueFrom, "value_from"),
        (Column::ValueTo, "value_to"),
        (Column::VolBase, "vol_base"),
        (Column::VolUnit, "vol_unit"),
        (Column::Cost, "cost"),
        (Column::Adjustment, "adjustment"),
    ];

    fn position(self) -> usize {
        Column::ALL.iter().position(|(column, _)| *column == self).expect("every column is in the list")
    }

    pub(super) fn name(self) -> &'static str {
        Column::ALL[self.position()].1
    }
}

impl Columns {
    /// Finds every column in the first line; a missing one and one that is there twice are refused.
    pub(super) fn find(header: &Line<'_>, is_dated: bool) -> Result<Columns, TextRefused> {
        if let Some(flaw) = &header.flaw {
            return Err(TextRefused::one(header.number, "", flaw.clone()));
        }
        let mut places = [None; Column::ALL.len()];
        let mut findings = Vec::new();
        for ((column, name), place) in Column::ALL.into_iter().zip(&mut places) {
            let mut at = (0..header.fields.len()).filter(|at| header.fields[*at].trim() == name);
            *place = at.next();
            if at.next().is_some() {
                findings.push(header.finding(column, Reason::Duplicate { first_line: header.number }));
            } else if place.is_none() && !(column == Column::EffectiveYear && is_dated) {
                findings.push(header.finding(column, Reason::Missing));
            }
        }
        if findings.is_empty() {
            Ok(Columns { places, count: header.fields.len() })
        } else {
            Err(TextRefused::new(findings))
        }
    }

    /// What stands in a column; nothing for an empty field and for the word `NA`.
    pub(super) fn field<'a>(&self, line: &'a Line<'_>, column: Column) -> Option<&'a str> {
        let field = line.fields.get(self.places[column.position()]?)?.trim();
        (!field.is_empty() && !field.eq_ignore_ascii_case("na")).then_some(field)
    }

    /// Whether every column of the header has its field.
    pub(super) fn fits(&self, line: &Line<'_>) -> bool {
        line.fields.len() == self.count
    }

    /// Whether the sheet has the column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.places[column.position()].is_some()
    }

    /// Whose rates the line is about, when it says so.
    pub(super) fn key(&self, line: &Line<'_>) -> Option<SetKey> {
        let text = |column| self.field(line, column).map(str::to_owned);
        let (pwsid, service) = (text(Column::Pwsid)?, text(Column::Service)?);
        Some(SetKey { pwsid, service, category: text(Column::Category)? })
    }
}

impl<'a> Line<'a> {
    fn split(number: usize, bytes: &'a [u8]) -> Line<'a> {
        if LINE_MAX < bytes.len() {
            let flaw = Reason::TooLong { what: "the line", max: "16 KiB" };
            return Line { number, fields: Vec::new(), flaw: Some(flaw) };
        }
        let text = String::from_utf8_lossy(bytes);
        let not_utf8 = matches!(text, Cow::Owned(_)).then_some(Reason::NotUtf8);
        let (fields, flaw) = match text {
            Cow::Borrowed(text) => fields(text),
            Cow::Owned(text) => {
                let (fields, flaw) = fields(&text);
                (fields.into_iter().map(|field| Cow::Owned(field.into_owned())).collect(), flaw)
            }
        };
        let is_odd = |field: &Cow<'_, str>| FIELD_MAX < field.len() || field.chars().any(char::is_control);
        let odd = fields.iter().any(is_odd).then_some(Reason::NotA { expected: "fields of at most 200 plain letters" });
        Line { number, fields, flaw: not_utf8.or(flaw).or(odd) }
    }

    pub(super) fn finding(&self, column: Column, reason: Reason) -> Finding {
        Finding { line: self.number, key: column.name().to_owned(), reason }
    }
}

/// The fields between commas; one in quotation marks may hold commas, and marks that are doubled.
fn fields(line: &str) -> (Vec<Cow<'_, str>>, Option<Reason>) {
    let refused = |why: &str| Some(Reason::NotReadable(why.to_owned()));
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, after) = rest.split_once(',').map_or((rest, None), |(field, after)| (field, Some(after)));
            fields.push(Cow::Borrowed(field));
            match after {
                Some(after) => rest = after,
                None => return (fields, None),
            }
            continue;
        };
        let mut field = String::new();
        let mut open = quoted;
        let after = loop {
            let Some((part, after)) = open.split_once('"') else {
                return (fields, refused("a quotation mark is not closed on its line"));
            };
            field.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    open = more;
                }
                None => break after,
            }
        };
        fields.push(Cow::Owned(field));
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return (fields, None),
            None => return (fields, refused("a closing quotation mark is followed by text")),
        }
    }
}
