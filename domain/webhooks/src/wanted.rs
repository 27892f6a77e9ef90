//! `Wanted`: of which kinds of change a webhook is told.

use std::collections::BTreeSet;

/// Every change.
pub(crate) const EVERYTHING: &str = "*";
/// The most kinds that are named one by one.
const MOST: usize = 100;
/// The longest name of a kind.
const LONGEST: usize = 100;

/// Kinds of change: by name (`billing.sign_run`), all of one part of the office (`billing.*`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(
    /// Neither empty nor longer than the most; each of them reads.
    BTreeSet<String>,
);

/// Why a list of kinds is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWanted {
    /// Nothing is wanted.
    #[error("choose at least one kind of change")]
    Nothing,
    /// Too much is named one by one.
    #[error("name at most {MOST} kinds, or take all of a part, such as billing.*")]
    TooMany,
    /// One does not read.
    #[error("'{0}' is no kind of change: write one such as billing.sign_run, or billing.*, or *")]
    Unreadable(String),
    /// One reads, but nothing is called so.
    #[error("nothing that is done here is called '{0}': GET /api/v1/changes lists what there is")]
    Unknown(String),
}

impl Wanted {
    /// Reads kinds as they are written.
    pub fn read<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Result<Wanted, NotWanted> {
        let kinds: BTreeSet<String> =
            kinds.into_iter().map(str::trim).filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
        if let Some(odd) = kinds.iter().find(|kind| !is_kind(kind)) {
            return Err(NotWanted::Unreadable(
                odd.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect(),
            ));
        }
        match kinds.len() {
            0 => Err(NotWanted::Nothing),
            count if MOST < count => Err(NotWanted::TooMany),
            _ => Ok(Wanted(kinds)),
        }
    }

    /// What was stored.
    pub(crate) fn stored(kinds: BTreeSet<String>) -> Wanted {
        Wanted(kinds)
    }

    /// The kinds in order.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// In a line.
    #[must_use]
    pub fn words(&self) -> String {
        if self.0.contains(EVERYTHING) { "everything".to_owned() } else { self.kinds().collect::<Vec<_>>().join(", ") }
    }
}

/// What a change is asked for by: its own name, all of its part of the office, everything. A part of long work is one of
/// thousands: who wants those names them.
pub(crate) fn asked_by(kind: &str, is_part: bool) -> [String; 3] {
    if is_part {
        return [kind.to_owned(), String::new(), String::new()];
    }
    let part = kind.split_once('.').map(|(part, _)| format!("{part}.*")).unwrap_or_default();
    [kind.to_owned(), part, EVERYTHING.to_owned()]
}

fn is_kind(kind: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let is_named = kind.split_once('.').is_some_and(|(part, verb)| is_name(part) && (verb == "*" || is_name(verb)));
    kind == EVERYTHING || (kind.len() <= LONGEST && is_named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[rustfmt::skip]
    fn kinds_are_names_parts_or_everything() {
        let rows = [
            ("billing.sign_run", true),
            ("billing.*",        true),
            ("*",                true),
            ("billing",          false),
            ("billing.",         false),
            (".sign_run",        false),
            ("*.sign_run",       false),
            ("Billing.Sign",     false),
            ("billing.sign.run", false),
            ("billing.si*",      false),
            ("billing.%",        false),
        ];
        for (kind, is_read) in rows {
            assert_eq!(Wanted::read([kind]).is_ok(), is_read, "{kind}");
        }
    }

    #[test]
    fn a_list_has_at_least_one_kind_and_not_too_many() {
        assert_eq!(Wanted::read([" ", ""]), Err(NotWanted::Nothing));
        let many: Vec<String> = (0..=MOST).map(|number| format!("a.b{number}")).collect();
        assert_eq!(Wanted::read(many.iter().map(String::as_str)), Err(NotWanted::TooMany));
        assert_eq!(Wanted::read(["b.c", " a.b ", "b.c"]).unwrap().words(), "a.b, b.c");
    }

    #[test]
    fn a_change_is_asked_for_by_three_and_a_part_of_long_work_by_its_name_alone() {
        assert_eq!(asked_by("billing.sign_run", false), ["billing.sign_run", "billing.*", "*"]);
        assert_eq!(asked_by("billing.post", true), ["billing.post", "", ""]);
    }
}
