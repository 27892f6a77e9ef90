//! What can stand in the timeline of an account, and how its sources are laid over one another, newest first.

use chrono::NaiveDate;
use kernel::Cents;
use web::Tone;

/// What a line of the timeline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bills, and bills taken back.
    Bills,
    /// Money received and paid out.
    Payments,
    /// Adjustments, transfers and balances brought forward.
    Adjustments,
    /// Services that start and stop.
    Moves,
    /// Meter reads.
    Reads,
    /// Notes.
    Notes,
    /// Everything else in the log.
    Changes,
}

impl Kind {
    /// All of them, in the order of the tabs: the name in addresses, and the title.
    pub(crate) const ALL: [(Kind, &'static str, &'static str); 7] = [
        (Kind::Bills, "bills", "Bills"),
        (Kind::Payments, "payments", "Payments"),
        (Kind::Adjustments, "adjustments", "Adjustments"),
        (Kind::Moves, "moves", "Moves"),
        (Kind::Reads, "reads", "Reads"),
        (Kind::Notes, "notes", "Notes"),
        (Kind::Changes, "changes", "Changes"),
    ];

    /// The kind with a name.
    pub(crate) fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(kind, _, _)| kind)
    }

    /// The name in addresses.
    pub(crate) fn name(self) -> &'static str {
        Kind::ALL.into_iter().find(|(kind, _, _)| *kind == self).map_or("", |(_, name, _)| name)
    }
}

/// One line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// What it is about.
    pub kind: Kind,
    /// The day.
    pub on: NaiveDate,
    /// The order among lines of a day: later is higher.
    pub rank: i64,
    /// The day, or the instant, in words.
    pub when: String,
    /// What it is.
    pub title: String,
    /// A sentence more; may be empty.
    pub text: String,
    /// By whom; may be empty.
    pub who: String,
    /// Where it leads; may be empty.
    pub href: String,
    /// How it is meant.
    pub tone: Tone,
    /// What it changed of what is owed.
    pub cents: Option<Cents>,
}

/// Some lines from one source, newest first, and whether older ones were left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// The lines.
    pub lines: Vec<Told>,
    /// The day of the oldest thing that was read, when there may be more; lines of that day may be missing.
    pub cut_on: Option<NaiveDate>,
}

/// A page of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// The lines, newest first, whole days only.
    pub lines: Vec<Told>,
    /// The day before which the next page begins; none when nothing is left.
    pub before: Option<NaiveDate>,
}

/// Lays sources over one another: about `size` lines, newest first.
///
/// A source that was cut at some day tells nothing certain about that day and those before it, so the page ends above
/// it. A day is never torn apart, unless it alone is more than a source gives at once.
pub(crate) fn laid_over(sources: Vec<Source>, size: usize) -> Page {
    let cut_on = sources.iter().filter_map(|source| source.cut_on).max();
    let mut lines: Vec<Told> = sources.into_iter().flat_map(|source| source.lines).collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.on, line.rank)));
    let is_whole = |line: &Told| cut_on.is_none_or(|cut_on| cut_on < line.on);
    let certain = lines.iter().filter(|line| is_whole(line)).count();
    let is_torn = certain == 0 && cut_on.is_some();
    if !is_torn {
        lines.retain(is_whole);
    } else {
        lines.retain(|line| cut_on.is_none_or(|cut_on| cut_on <= line.on));
    }
    let full = lines.len();
    if let Some(last) = lines.get(size.saturating_sub(1)).map(|line| line.on) {
        lines.retain(|line| last <= line.on);
    }
    let before = match (lines.last(), cut_on) {
        (Some(last), _) if lines.len() < full => Some(last.on),
        (Some(last), Some(cut_on)) => Some(if is_torn { cut_on } else { last.on }),
        (None, Some(cut_on)) => Some(cut_on),
        (_, None) => None,
    };
    Page { lines, before }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
    }

    fn source(days: &[u32], cut_on: Option<u32>) -> Source {
        let line = |(rank, on): (usize, &u32)| Told {
            kind: Kind::Changes,
            on: day(*on),
            rank: i64::try_from(rank).unwrap(),
            when: String::new(),
            title: String::new(),
            text: String::new(),
            who: String::new(),
            href: String::new(),
            tone: Tone::Plain,
            cents: None,
        };
        Source { lines: days.iter().enumerate().map(line).collect(), cut_on: cut_on.map(day) }
    }

    #[test]
    #[rustfmt::skip]
    fn a_page_holds_whole_days_and_says_where_the_next_begins() {
        // Days of two sources | where they were cut | size | days on the page | the next begins before.
        type Row<'a> = (&'a [u32], Option<u32>, &'a [u32], Option<u32>, usize, &'a [u32], Option<u32>);
        let rows: [Row<'_>; 8] = [
            (&[9, 7],    None,    &[8],       None,    9, &[9, 8, 7],       None),
            (&[9, 7, 7], None,    &[8],       None,    2, &[9, 8],          Some(8)),
            (&[9, 7, 7], None,    &[8],       None,    3, &[9, 8, 7, 7],    None),
            (&[9, 7, 5], Some(5), &[8, 3],    None,    9, &[9, 8, 7],       Some(7)),
            (&[9, 7, 5], Some(5), &[8, 6, 6], Some(6), 9, &[9, 8, 7],       Some(7)),
            (&[5, 5],    Some(5), &[5, 4],    None,    9, &[5, 5, 5],       Some(5)),
            (&[],        Some(5), &[],        None,    9, &[],              Some(5)),
            (&[],        None,    &[],        None,    9, &[],              None),
        ];
        for (one, one_cut, other, other_cut, size, expected, before) in rows {
            let page = laid_over(vec![source(one, one_cut), source(other, other_cut)], size);
            let days: Vec<NaiveDate> = page.lines.iter().map(|line| line.on).collect();
            let expected: Vec<NaiveDate> = expected.iter().map(|on| day(*on)).collect();
            assert_eq!((days, page.before), (expected, before.map(day)), "{one:?} {other:?} {size}");
        }
    }

    #[test]
    fn a_kind_is_known_by_its_name() {
        for (kind, name, _) in Kind::ALL {
            assert_eq!((Kind::named(name), kind.name()), (Some(kind), name));
        }
        assert_eq!(Kind::named("cases"), None);
    }
}
