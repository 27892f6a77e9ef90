//! What was chosen for a move so far: it stands in the address, so that every step can be opened again.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use web::{Choice, Posted, address};

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody moves in where nobody is.
    Start,
    /// Somebody moves out, and nobody comes.
    Stop,
    /// One moves out, another in.
    Transfer,
    /// A tenant moves out, and the owner answers again.
    Revert,
}

/// A move that is being put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    /// The number of the account that leaves.
    pub(crate) account: String,
    /// The number of the account that comes; empty when one is opened.
    pub(crate) to: String,
    /// References of service points.
    pub(crate) points: Vec<String>,
    /// The first day of whoever comes, the day after the last of whoever leaves.
    pub(crate) on: Option<NaiveDate>,
    /// What meters showed on the day, by reference.
    pub(crate) counts: BTreeMap<String, i64>,
    /// Of which of them somebody said that they are right, though they look odd.
    pub(crate) sure: BTreeSet<String>,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] = [Kind::Start, Kind::Stop, Kind::Transfer, Kind::Revert];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Kind::Start => "start",
            Kind::Stop => "stop",
            Kind::Transfer => "transfer",
            Kind::Revert => "revert",
        }
    }

    pub(crate) fn of_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether somebody leaves.
    pub(crate) fn leaves(self) -> bool {
        match self {
            Kind::Start => false,
            Kind::Stop | Kind::Transfer | Kind::Revert => true,
        }
    }

    /// Whether somebody comes.
    pub(crate) fn comes(self) -> bool {
        match self {
            Kind::Stop => false,
            Kind::Start | Kind::Transfer | Kind::Revert => true,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Start => "Move in",
            Kind::Stop => "Move out",
            Kind::Transfer => "One moves out, another in",
            Kind::Revert => "Back to the owner",
        }
    }

    pub(crate) fn choices() -> Vec<Choice> {
        let hint = |kind| match kind {
            Kind::Start => "The place is vacant; somebody's services begin there.",
            Kind::Stop => "Services end. The place is vacant then, and its use is the city's.",
            Kind::Transfer => "Services change hands on a day: tenant to tenant, or seller to buyer.",
            Kind::Revert => "A tenant leaves, and the owner of the premises answers for the services.",
        };
        Kind::ALL.into_iter().map(|kind| Choice::new(kind.code(), kind.title()).hint(hint(kind))).collect()
    }
}

impl State {
    /// What an address or a form says; nothing when it does not say what happens.
    pub(crate) fn parse(said: &Posted) -> Option<State> {
        let texts =
            |name: &str| said.all(name).iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let read = |text: String| -> Option<(String, i64)> {
            let (reference, count) = text.rsplit_once(':')?;
            Some((reference.to_owned(), count.parse().ok().filter(|count| 0 <= *count)?))
        };
        Some(State {
            kind: Kind::of_code(said.text("kind"))?,
            account: said.text("account").to_owned(),
            to: said.text("to").to_owned(),
            points: texts("point").collect(),
            on: said.text("on").parse().ok(),
            counts: texts("read").filter_map(read).collect(),
            sure: texts("sure").collect(),
        })
    }

    /// The address of a step with all of it.
    pub(crate) fn href(&self, path: &str) -> String {
        let on = self.on.map(|on| on.to_string()).unwrap_or_default();
        let reads: Vec<String> = self.counts.iter().map(|(point, count)| format!("{point}:{count}")).collect();
        let mut pairs =
            vec![("kind", self.kind.code()), ("account", &self.account), ("to", &self.to), ("on", on.as_str())];
        pairs.extend(self.points.iter().map(|point| ("point", point.as_str())));
        pairs.extend(reads.iter().map(|read| ("read", read.as_str())));
        pairs.extend(self.sure.iter().map(|point| ("sure", point.as_str())));
        address(path, &pairs)
    }

    /// All of it as one text, to be carried by a form; [`Posted::parse`] reads it again.
    pub(crate) fn text(&self) -> String {
        self.href("").trim_start_matches('?').to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_survives_the_way_through_an_address() {
        let state = State {
            kind: Kind::Transfer,
            account: "100042-4".into(),
            to: String::new(),
            points: vec!["P1-W".into(), "P 2&3".into()],
            on: NaiveDate::from_ymd_opt(2026, 7, 1),
            counts: [("P1-W".to_owned(), 812)].into(),
            sure: ["P1-W".to_owned()].into(),
        };
        let of_text = |text: &str| State::parse(&Posted::parse(text.as_bytes()).unwrap());
        assert_eq!(of_text(&state.text()), Some(state.clone()));
        assert!(state.href("/moves/day").starts_with("/moves/day?kind=transfer&"));
        assert_eq!(of_text("account=7"), None, "without what happens there is no move");
    }
}
