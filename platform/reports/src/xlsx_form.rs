//! A report as a spreadsheet: a sheet for what it is, and one for each section.
//!
//! Nothing in the file depends on the clock or the machine, so that the same report is the same bytes.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::cell::one_line;
use crate::csv_form::OWN_SECTION;
use crate::{Cell, Kind, Report, Section};

/// Why a report is no spreadsheet: more rows or longer words than a sheet holds.
#[derive(Debug, thiserror::Error)]
#[error("the report does not fit a spreadsheet: {0}")]
pub struct SpreadsheetFailed(#[from] XlsxError);

/// The digits that every spreadsheet program keeps; a longer number is written as text.
const DIGITS_MAX: usize = 15;

/// The characters a sheet's name can have.
const NAME_MAX: usize = 31;

/// US letter, as spreadsheets number paper.
const LETTER: u8 = 1;

impl Report {
    /// The report as a spreadsheet. Numbers are numbers, amounts of money have their format; titles of columns stay
    /// in sight and are printed on every page. Words are words, whatever they begin with.
    pub fn to_xlsx(&self) -> Result<Vec<u8>, SpreadsheetFailed> {
        let mut book = Workbook::new();
        let created = date_of(self.dated_on)?;
        book.set_properties(&DocProperties::new().set_title(one_line(&self.title)).set_creation_datetime(&created));
        let mut names = Vec::new();
        let cover = book.add_worksheet().set_name(sheet_name(OWN_SECTION, &mut names))?;
        cover.write_string_with_format(0, 0, &self.title, &Format::new().set_bold())?;
        for (row, line) in (1_u32..).zip(&self.subtitle) {
            cover.write_string(row, 0, line)?;
        }
        for section in &self.sections {
            let sheet = book.add_worksheet().set_name(sheet_name(section.heading(), &mut names))?;
            set_up_print(sheet, &self.title, section.heading())?;
            section.write_sheet(sheet)?;
        }
        Ok(book.save_to_buffer()?)
    }
}

impl Section {
    fn write_sheet(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (place, column) in (0_u16..).zip(self.columns()) {
            let align = if column.kind.is_number() { FormatAlign::Right } else { FormatAlign::Left };
            let format = Format::new().set_bold().set_align(align);
            sheet.write_string_with_format(0, place, &column.title, &format)?;
            sheet.set_column_width(place, self.width(usize::from(place)))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let mut number = 0;
        for row in self.rows() {
            number += 1;
            write_row(sheet, number, (row, self), Format::new)?;
        }
        if let Some(totals) = self.totals() {
            number += 1;
            write_row(sheet, number, (totals, self), || Format::new().set_bold())?;
        }
        for note in self.notes() {
            number += 1;
            sheet.write_string(number, 0, note)?;
        }
        Ok(())
    }

    /// How many characters wide a column is.
    fn width(&self, place: usize) -> u8 {
        let title = self.columns()[place].title.chars().count();
        let rows = self.rows().iter().map(Vec::as_slice).chain(self.totals());
        let widest = rows.map(|row| row[place].to_words().chars().count()).fold(title, usize::max);
        u8::try_from(widest.min(60) + 2).unwrap_or(u8::MAX)
    }
}

fn write_row(
    sheet: &mut Worksheet,
    number: u32,
    (row, section): (&[Cell], &Section),
    format: impl Fn() -> Format,
) -> Result<(), XlsxError> {
    for ((place, cell), column) in (0_u16..).zip(row).zip(section.columns()) {
        let format = format().set_num_format(number_format(column.kind));
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                sheet.write_string_with_format(number, place, text, &format)?;
            }
            Cell::Date(day) => {
                sheet.write_datetime_with_format(number, place, &date_of(*day)?, &format)?;
            }
            Cell::Count(_) | Cell::Money(_) | Cell::Quantity(_) | Cell::Tenths(_) => {
                write_number(sheet, (number, place), &cell.to_plain(), &format)?;
            }
        }
    }
    Ok(())
}

/// Writes a decimal as it stands. A spreadsheet keeps binary fractions, of which the nearest to a decimal of 15 digits
/// is shown as exactly that decimal; nothing is calculated here. What is longer is kept as text rather than rounded.
fn write_number(sheet: &mut Worksheet, at: (u32, u16), plain: &str, format: &Format) -> Result<(), XlsxError> {
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    match plain.parse::<f64>() {
        Ok(number) if digits <= DIGITS_MAX => sheet.write_number_with_format(at.0, at.1, number, format)?,
        Ok(_) | Err(_) => sheet.write_string_with_format(at.0, at.1, plain, format)?,
    };
    Ok(())
}

fn number_format(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "@",
        Kind::Count => "#,##0",
        Kind::Money => "#,##0.00;[Red]-#,##0.00",
        Kind::Quantity => "#,##0.#####",
        Kind::Percent => "0.0",
        Kind::Date => "yyyy-mm-dd",
    }
}

fn date_of(day: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    let short = |number: u32| u8::try_from(number).unwrap_or(0);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(0), short(day.month()), short(day.day()))
}

/// Lies down, is as wide as one page, and says on each page what it is and which page.
fn set_up_print(sheet: &mut Worksheet, title: &str, heading: &str) -> Result<(), XlsxError> {
    // An ampersand begins a command in headers and footers.
    let header = format!("&L{}&R{}", one_line(title).replace('&', "&&"), one_line(heading).replace('&', "&&"));
    sheet.set_landscape().set_paper_size(LETTER).set_print_fit_to_pages(1, 0);
    sheet.set_header(header).set_footer("&RPage &P of &N").set_repeat_rows(0, 0)?;
    Ok(())
}

/// A name that a sheet can have and no earlier one has.
fn sheet_name(heading: &str, names: &mut Vec<String>) -> String {
    let letter = |letter: char| if "[]:*?/\\'".contains(letter) || letter.is_control() { ' ' } else { letter };
    let cleaned: String = heading.chars().map(letter).collect();
    let cut = |most: usize| cleaned.trim().chars().take(most).collect::<String>().trim_end().to_owned();
    let is_free = |name: &String| !name.is_empty() && !names.contains(&name.to_lowercase());
    let plain = Some(cut(NAME_MAX)).filter(is_free);
    let name = plain.or_else(|| {
        let numbered = (2..).map(|number: u32| {
            let end = format!(" {number}");
            format!("{}{end}", cut(NAME_MAX - end.len())).trim_start().to_owned()
        });
        numbered.into_iter().find(is_free)
    });
    let name = name.expect("there is a number for every section");
    names.push(name.to_lowercase());
    name
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use kernel::Cents;

    use super::*;
    use crate::report::samples::report;

    fn read(report: &Report) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(report.to_xlsx().unwrap())).unwrap()
    }

    #[test]
    fn what_was_written_can_be_read() {
        let mut book = read(&report());
        assert_eq!(book.sheet_names(), ["Report", "Charges", "Held  bills  runs"]);
        let cover = book.worksheet_range("Report").unwrap();
        let lines: Vec<String> = cover.rows().map(|row| row[0].to_string()).collect();
        assert_eq!(lines, ["BILLING REGISTER 1", "Cycle A & B", "@home"]);
        let charges = book.worksheet_range("Charges").unwrap();
        let text = |text: &str| Data::String(text.to_owned());
        let row = |number: usize| charges.rows().nth(number).unwrap().to_vec();
        assert_eq!(row(0)[..2], [text("Service"), text("Count")]);
        assert_eq!(
            row(1)[..6],
            [text("water"), Data::Float(3.0), Data::Float(310.5), text("ccf"), Data::Float(1234.5), Data::Float(12.5),]
        );
        // Days are counted from 1899-12-30.
        assert!(matches!(&row(1)[6], Data::DateTime(day) if day.as_f64() == 46_174.0), "{:?}", row(1)[6]);
        assert_eq!(row(2)[..2], [text("=SUM(A1), \"sewer\""), Data::Float(1.0)]);
        assert_eq!(row(3)[..5], [text("Total"), Data::Float(4.0), Data::Empty, Data::Empty, Data::Float(1234.45)]);
        assert_eq!(row(4)[0], text("-1 is a note"));
        assert_eq!(charges.rows().count(), 5);
        let formulas = book.worksheet_formula("Charges").unwrap();
        assert!(formulas.used_cells().next().is_none(), "words became a formula");
    }

    #[test]
    fn the_same_report_is_the_same_bytes() {
        let first = report().to_xlsx().unwrap();
        // The time in a file's entries has a grain of two seconds.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert!(first == report().to_xlsx().unwrap(), "the bytes depend on when they are written");
    }

    #[test]
    fn no_amount_loses_a_digit() {
        let mut section = Section::new("Amounts", &[("Amount", Kind::Money)]);
        let amounts = [999_999_999_999_999, -1, 10_00, 12_345_678_901_234_567, i64::MAX];
        amounts.iter().for_each(|cents| section.push(vec![Cents(*cents).into()]));
        let mut book = read(&Report { sections: vec![section], ..report() });
        let range = book.worksheet_range("Amounts").unwrap();
        let found: Vec<String> = range.rows().skip(1).map(|row| row[0].to_string()).collect();
        assert_eq!(found, ["9999999999999.99", "-0.01", "10", "123456789012345.67", "92233720368547758.07"]);
        assert!(matches!(range.rows().nth(1).unwrap()[0], Data::Float(_)));
        assert!(matches!(range.rows().nth(4).unwrap()[0], Data::String(_)), "16 digits and more are text");
    }

    #[test]
    fn every_section_has_a_sheet_whatever_it_is_called() {
        let mut names = Vec::new();
        let long = "Receivables by service and fund of the city";
        #[rustfmt::skip]
        let rows = [
            ("Charges", "Charges"), ("charges", "charges 2"), ("", "2"), ("[]", "3"), ("a/b:c", "a b c"),
            (long, "Receivables by service and fund"), (long, "Receivables by service and fu 2"),
        ];
        for (heading, expected) in rows {
            let name = sheet_name(heading, &mut names);
            assert_eq!(name, expected);
            assert!(name.chars().count() <= NAME_MAX);
        }
    }
}
