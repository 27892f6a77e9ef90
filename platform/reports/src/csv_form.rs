//! A report as one CSV file, for spreadsheets and other programs.
//!
//! Every record begins with the heading of its section and what it is: `columns`, `row`, `total` or `note`. The title
//! and the lines below it are the section `Report`. Records of different sections differ in length.

use crate::{Cell, Report};

/// The section that the title and its lines are given.
pub(crate) const OWN_SECTION: &str = "Report";

impl Report {
    /// The report as CSV: dates as 2026-06-30, amounts as plain decimals, no separators of thousands.
    ///
    /// Words that begin with a sign by which a spreadsheet takes them for a formula are given an apostrophe in front
    /// (OWASP, *CSV Injection*). Negative numbers are left as they are: nothing but digits follows their sign.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut records = vec![record(OWN_SECTION, "title", [self.title.clone()])];
        records.extend(self.subtitle.iter().map(|line| record(OWN_SECTION, "line", [line.clone()])));
        for section in &self.sections {
            let heading = section.heading();
            records.push(record(heading, "columns", section.columns().iter().map(|column| column.title.clone())));
            records.extend(section.rows().iter().map(|row| cells(heading, "row", row)));
            records.extend(section.totals().map(|row| cells(heading, "total", row)));
            records.extend(section.notes().iter().map(|note| record(heading, "note", [note.clone()])));
        }
        let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for record in records {
            out.write_record(record).expect("writing into memory does not fail");
        }
        let bytes = out.into_inner().expect("writing into memory does not fail");
        String::from_utf8(bytes).expect("what was written was text")
    }
}

fn record(heading: &str, what: &str, fields: impl IntoIterator<Item = String>) -> Vec<String> {
    let fields = fields.into_iter().map(|field| harmless(&field));
    [harmless(heading), what.to_owned()].into_iter().chain(fields).collect()
}

fn cells(heading: &str, what: &str, row: &[Cell]) -> Vec<String> {
    let field = |cell: &Cell| match cell {
        Cell::Text(text) => harmless(text),
        Cell::Empty | Cell::Count(_) | Cell::Money(_) | Cell::Quantity(_) | Cell::Tenths(_) | Cell::Date(_) => {
            cell.to_plain()
        }
    };
    [harmless(heading), what.to_owned()].into_iter().chain(row.iter().map(field)).collect()
}

/// Words that no spreadsheet takes for a formula. Full-width signs count, since some programs read them as the others.
fn harmless(text: &str) -> String {
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(SIGNS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::samples::report;
    use crate::{Kind, Section};

    #[test]
    fn every_record_begins_with_its_section() {
        let expected = r#"Report,title,BILLING REGISTER 1
Report,line,Cycle A & B
Report,line,'@home
Charges,columns,Service,Count,Used,Unit,Charged,Change,From
Charges,row,water,3,310.5,ccf,1234.50,12.5,2026-06-01
Charges,row,"'=SUM(A1), ""sewer""",1,,,-0.05,,
Charges,total,Total,4,,,1234.45,,
Charges,note,'-1 is a note
Held [bills]/runs,columns,Account,Total
"#;
        assert_eq!(report().to_csv(), expected);
    }

    #[test]
    fn no_words_are_taken_for_a_formula() {
        #[rustfmt::skip]
        let rows = [
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM", "'@SUM"), ("\tx", "'\tx"), ("\rx", "'\rx"),
            ("\n=1", "'\n=1"), ("＝1", "'＝1"), ("a=1", "a=1"), ("", ""), ("'=1", "'=1"), (" =1", " =1"),
        ];
        for (text, expected) in rows {
            assert_eq!(harmless(text), expected);
        }
    }

    proptest! {
        #[test]
        fn what_was_written_can_be_read(words in proptest::collection::vec("\\PC{0,12}|[=+@,\"\n-]{1,4}", 1..6)) {
            let mut section = Section::new("Words", &[("Word", Kind::Text)]);
            words.iter().for_each(|word| section.push(vec![word.as_str().into()]));
            let report = Report { sections: vec![section], subtitle: vec![], ..report() };
            let text = report.to_csv();
            let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
            let read: Vec<String> = reader
                .records()
                .map(|record| record.unwrap())
                .filter(|record| &record[1] == "row")
                .map(|record| record[2].to_owned())
                .collect();
            let expected: Vec<String> = words.iter().map(|word| harmless(word)).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
