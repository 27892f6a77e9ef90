//! The parts of a page that can be checked: fenced blocks and tables, with the lines where they begin.

/// A part of a page.
pub(super) struct Part {
    /// The line where it begins, from 1.
    pub(super) line: usize,
    pub(super) kind: PartKind,
}

/// What can be checked about a part.
pub(super) enum PartKind {
    /// A schedule.
    Schedule(String),
    /// Bills by the schedule before.
    Bills(Table),
    /// Winter averages by the schedule before.
    Winters(Table),
    /// Changes of the schedule before that are refused.
    Refusals(Table),
    /// The explanation of a bill.
    Explanation {
        /// The line of words before it.
        introduced_by: String,
        text: String,
    },
}

/// A table of a page, cell by cell.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// Every part of a page that can be checked, in order.
pub(super) fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut lines = page.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((number, line)) = lines.next() {
        let kind = if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```"));
            let text: String = inside.flat_map(|line| [line, "\n"]).collect();
            match language {
                "toml" => Some(PartKind::Schedule(text)),
                "text" => Some(PartKind::Explanation { introduced_by: words.clone(), text }),
                _ => None,
            }
        } else if line.starts_with('|') {
            let mut table = Table { header: cells(line), rows: Vec::new() };
            while let Some((_, row)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                table.rows.push(cells(row));
            }
            // The line of dashes.
            table.rows.remove(0);
            match table.header[0].as_str() {
                "bill" => Some(PartKind::Bills(table)),
                "winter" => Some(PartKind::Winters(table)),
                "instead of" => Some(PartKind::Refusals(table)),
                _ => None,
            }
        } else {
            if !line.trim().is_empty() {
                line.clone_into(&mut words);
            }
            None
        };
        parts.extend(kind.map(|kind| Part { line: number, kind }));
    }
    parts
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}
