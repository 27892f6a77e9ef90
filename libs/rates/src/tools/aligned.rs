//! Rows of text as an aligned table, or as CSV.

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// The rows with each column as wide as its widest cell; two spaces apart, nothing behind the last word.
pub(super) fn aligned(rows: &[Vec<String>], columns: &[Align], indent: &str) -> String {
    let cell_width = |column: usize| move |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns.len()).map(|column| rows.iter().map(cell_width(column)).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for ((cell, align), width) in row.iter().zip(columns).zip(&widths).filter(|(_, width)| **width != 0) {
            let padding = " ".repeat(width - cell.chars().count());
            match align {
                Align::Left => line.extend([cell, padding.as_str(), "  "]),
                Align::Right => line.extend([padding.as_str(), cell, "  "]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// One line of CSV (RFC 4180), with a line feed behind it.
pub(super) fn csv_line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let cells = cells.into_iter().map(|cell| {
        let cell = cell.as_ref();
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    });
    cells.collect::<Vec<_>>().join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["año", "", "1.00"]), row(["a", "", "12.50"])];
        assert_eq!(aligned(&rows, &[Align::Left, Align::Left, Align::Right], "  "), "  año   1.00\n  a    12.50\n");
        assert_eq!(csv_line(["5/8\"", "a, b", "c"]), "\"5/8\"\"\",\"a, b\",c\n");
    }
}
