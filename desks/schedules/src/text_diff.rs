//! `TextDiff`: what two texts say otherwise, line by line.

use askama::Template;
use askama::filters::HtmlSafe;

/// Lines that are gone and new, with a few of those around them.
#[derive(Clone, Debug, Template)]
#[template(path = "text_diff.html")]
pub(crate) struct TextDiff {
    lines: Vec<Line>,
}

impl HtmlSafe for TextDiff {}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    kind: Kind,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Same,
    Gone,
    New,
    /// Lines that are the same and left out.
    Between,
}

/// Lines around a difference.
const AROUND: usize = 2;
/// Lines compared each with each; of longer texts what differs stands as one block.
const CELLS_MAX: usize = 4_000_000;

impl TextDiff {
    /// What the second text says otherwise.
    pub(crate) fn between(before: &str, after: &str) -> TextDiff {
        let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
        TextDiff { lines: shortened(lines(&old, &new)) }
    }

    /// Lines that are gone or new.
    pub(crate) fn count(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line.kind, Kind::Gone | Kind::New)).count()
    }
}

fn lines(old: &[&str], new: &[&str]) -> Vec<Line> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(one, other)| one == other).count();
    let (old_mid, new_mid) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let line = |kind: Kind, text: &&str| Line { kind, text: (*text).to_owned() };
    let mut lines: Vec<Line> = old[..head].iter().map(|text| line(Kind::Same, text)).collect();
    if old_mid.len().saturating_mul(new_mid.len()) <= CELLS_MAX {
        lines.extend(aligned(old_mid, new_mid));
    } else {
        lines.extend(old_mid.iter().map(|text| line(Kind::Gone, text)));
        lines.extend(new_mid.iter().map(|text| line(Kind::New, text)));
    }
    lines.extend(old_rest[old_rest.len() - tail..].iter().map(|text| line(Kind::Same, text)));
    lines
}

/// By the longest common run of lines.
fn aligned(old: &[&str], new: &[&str]) -> Vec<Line> {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        let (kind, text) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (Kind::Same, old[i - 1])
        } else if j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            i += 1;
            (Kind::Gone, old[i - 1])
        } else {
            j += 1;
            (Kind::New, new[j - 1])
        };
        lines.push(Line { kind, text: text.to_owned() });
    }
    lines
}

/// Leaves out what is far from any difference.
fn shortened(lines: Vec<Line>) -> Vec<Line> {
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| line.kind != Kind::Same).map(|(at, _)| at).collect();
    let is_near = |at: usize| {
        let next = changed.partition_point(|place| *place < at);
        let near = |place: Option<&usize>| place.is_some_and(|place| place.abs_diff(at) <= AROUND);
        near(changed.get(next)) || near(next.checked_sub(1).and_then(|before| changed.get(before)))
    };
    let mut short: Vec<Line> = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        if is_near(at) {
            short.push(line);
        } else if short.last().is_none_or(|last| last.kind != Kind::Between) {
            short.push(Line { kind: Kind::Between, text: String::new() });
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: &str, after: &str) -> String {
        let sign = |kind: Kind| match kind {
            Kind::Same => " ",
            Kind::Gone => "-",
            Kind::New => "+",
            Kind::Between => "~",
        };
        let diff = TextDiff::between(before, after);
        diff.lines.iter().map(|line| format!("{}{}", sign(line.kind), line.text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn texts_are_compared_line_by_line() {
        // before | after | said
        let rows = [
            ("a\nb\nc", "a\nx\nc", " a|-b|+x| c"),
            ("a\nb", "a\nb\nc", " a| b|+c"),
            ("a\nb\nc", "b\nc", "-a| b| c"),
            ("a\na\na\na\nb", "a\na\na\na\nc", "~| a| a|-b|+c"),
            ("a", "a", "~"),
        ];
        for (before, after, expected) in rows {
            assert_eq!(said(before, after), expected, "{before:?} to {after:?}");
        }
    }
}
