//! A report as text: aligned columns, for a terminal, a printer and a fingerprint.

use std::fmt::Write as _;

use crate::cell::one_line;
use crate::{Cell, Report, Section};

/// What stands between two columns.
const GAP: &str = "  ";

impl Report {
    /// The report as text. Columns are as wide as what is in them; the same report is the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", one_line(&self.title));
        for line in &self.subtitle {
            let _ = writeln!(text, "{}", one_line(line).trim_end());
        }
        for section in &self.sections {
            let _ = writeln!(text, "\n{}", one_line(section.heading()));
            section.write_text(&mut text);
        }
        text
    }
}

impl Section {
    fn write_text(&self, text: &mut String) {
        if self.rows().is_empty() {
            text.push_str("(none)\n");
        } else {
            let titles: Vec<String> = self.columns().iter().map(|column| one_line(&column.title)).collect();
            let words = |row: &[Cell]| -> Vec<String> { row.iter().map(Cell::to_words).collect() };
            let mut lines = vec![titles];
            lines.extend(self.rows().iter().map(|row| words(row)));
            lines.extend(self.totals().map(words));
            let width = |place: usize| lines.iter().map(|line| line[place].chars().count()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..self.columns().len()).map(width).collect();
            for line in &lines {
                self.write_line(text, line, &widths);
            }
        }
        for note in self.notes() {
            let _ = writeln!(text, "{}", one_line(note));
        }
    }

    fn write_line(&self, text: &mut String, line: &[String], widths: &[usize]) {
        let padded = line.iter().zip(widths).zip(self.columns()).map(|((words, width), column)| {
            if column.kind.is_number() { format!("{words:>width$}") } else { format!("{words:<width$}") }
        });
        let _ = writeln!(text, "{}", padded.collect::<Vec<_>>().join(GAP).trim_end());
    }
}

#[cfg(test)]
mod tests {
    use crate::report::samples::report;

    #[test]
    fn columns_are_aligned_and_numbers_stand_at_the_right() {
        let expected = r#"BILLING REGISTER 1
Cycle A & B
@home

Charges
Service            Count   Used  Unit    Charged  Change  From
water                  3  310.5  ccf   $1,234.50  12.5 %  2026-06-01
=SUM(A1), "sewer"      1                  -$0.05
Total                  4               $1,234.45
-1 is a note

Held [bills]/runs
(none)
"#;
        assert_eq!(report().to_text(), expected);
    }
}
