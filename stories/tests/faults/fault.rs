//! Planted faults: their kinds, by which names they must be found, and where to look.

use std::collections::BTreeMap;

use crate::files::TownFiles;

/// The month whose queue is looked at, when there is a history of three.
pub(crate) const JUDGED: usize = 3;
/// The month whose bills are explained.
pub(crate) const EXPLAINED: usize = 1;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    ReadOfUnknownMeter,
    ReadDecadesOff,
    TooManyDigits,
    NotUtf8,
    ReadToldTwice,
    TwoAgreements,
    NoCalendar,
    StopBeforeStart,
    UnknownClass,
    MeterInTwoPlaces,
    IncompleteAgreement,
    MissingRead,
    NegativeRead,
    MetersCrossed,
    ZeroUse,
    UseFarTooHigh,
    UseFarTooLow,
    ExchangeWithoutCount,
    NoMeter,
    RolledOver,
}

/// One planted fault.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// What it is about: a record, a service point, a meter.
    pub(crate) key: String,
    pub(crate) mark: Mark,
}

/// Where a fault shows.
#[derive(Debug)]
pub(crate) enum Mark {
    /// In the rejects of a file.
    Record { file: String, record: Vec<String> },
    /// In the list of what waits to be completed.
    Waiting { service_point: String },
    /// In the list of services that are on no bill.
    Unbilled { place: String },
    /// In the queue of the last month.
    Queued { places: Vec<String> },
    /// On the explained bill, by these words.
    Explained { place: String, words: &'static str },
}

/// An exception in a queue.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) month: usize,
    pub(crate) place: String,
    pub(crate) code: String,
}

/// Services that `run completeness` lists.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) number: String,
    pub(crate) service: String,
    pub(crate) reason: String,
    pub(crate) words: String,
}

/// Everything the program said.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Rule and field, by file and line.
    pub(crate) rejects: BTreeMap<(String, i64), String>,
    pub(crate) exceptions: Vec<Queued>,
    pub(crate) listed: Vec<Listed>,
    /// The explained bills of the places asked for.
    pub(crate) explained: BTreeMap<String, String>,
}

impl Kind {
    /// In the order in which they are planted.
    pub(crate) const ALL: [Kind; 20] = [
        Kind::MetersCrossed,
        Kind::UseFarTooLow,
        Kind::UseFarTooHigh,
        Kind::NegativeRead,
        Kind::ZeroUse,
        Kind::RolledOver,
        Kind::MissingRead,
        Kind::ExchangeWithoutCount,
        Kind::NoMeter,
        Kind::ReadOfUnknownMeter,
        Kind::ReadDecadesOff,
        Kind::TooManyDigits,
        Kind::NotUtf8,
        Kind::ReadToldTwice,
        Kind::TwoAgreements,
        Kind::NoCalendar,
        Kind::StopBeforeStart,
        Kind::UnknownClass,
        Kind::MeterInTwoPlaces,
        Kind::IncompleteAgreement,
    ];

    /// Its name, and the names of which one must be among what it was found as.
    #[rustfmt::skip]
    fn names_of(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Kind::ReadOfUnknownMeter   => ("read_of_unknown_meter",  &["meter_unknown"]),
            Kind::ReadDecadesOff       => ("read_decades_off",       &["date", "meter_not_installed"]),
            Kind::TooManyDigits        => ("too_many_digits",        &["too_many_digits"]),
            Kind::NotUtf8              => ("not_utf8",               &["utf8"]),
            Kind::ReadToldTwice        => ("read_told_twice",        &["suspected_duplicate"]),
            Kind::TwoAgreements        => ("two_agreements",         &["agreement_overlaps"]),
            Kind::NoCalendar           => ("no_calendar",            &["no_calendar"]),
            Kind::StopBeforeStart      => ("stop_before_start",      &["stops_before_start"]),
            Kind::UnknownClass         => ("unknown_class",          &["class_unknown"]),
            Kind::MeterInTwoPlaces     => ("meter_in_two_places",    &["installed_elsewhere"]),
            Kind::IncompleteAgreement  => ("incomplete_agreement",   &["incomplete"]),
            Kind::MissingRead          => ("missing_read",           &["No read: estimated"]),
            Kind::NegativeRead         => ("negative_read",          &["negative_read"]),
            Kind::MetersCrossed        => ("meters_crossed",         &["high_use + negative_read", "negative_read + high_use"]),
            Kind::ZeroUse              => ("zero_use",               &["zero_use"]),
            Kind::UseFarTooHigh        => ("use_far_too_high",       &["high_use"]),
            Kind::UseFarTooLow         => ("use_far_too_low",        &["low_use"]),
            Kind::ExchangeWithoutCount => ("exchange_without_count", &["unmeasured_exchange"]),
            Kind::NoMeter              => ("no_meter",               &["no_meter"]),
            Kind::RolledOver           => ("rolled_over",            &["rolled over after 999,999"]),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.names_of().0
    }

    pub(crate) fn names(self) -> &'static [&'static str] {
        self.names_of().1
    }
}

impl Mark {
    /// What the fault was found as, if it was.
    pub(crate) fn find(&self, found: &Found, town: &TownFiles) -> Option<String> {
        match self {
            Mark::Record { file, .. } => {
                let at = self.line(town)?;
                found.rejects.get(&at).map(|rule| format!("{file} line {}: {rule}", at.1))
            }
            Mark::Waiting { service_point } => {
                let begin = format!("service point {service_point} lacks: ");
                let lacks =
                    |listed: &Listed| Some(format!("{}: lacks {}", listed.reason, listed.words.strip_prefix(&begin)?));
                found.listed.iter().find_map(lacks)
            }
            Mark::Unbilled { place } => {
                let number = &town.places()[place].number;
                let listed = found.listed.iter().filter(|listed| listed.number == *number);
                let mut reasons: Vec<String> =
                    listed.map(|listed| format!("{} {}", listed.service, listed.reason)).collect();
                reasons.sort_unstable();
                reasons.dedup();
                (!reasons.is_empty()).then(|| reasons.join(", "))
            }
            Mark::Queued { places } => {
                let codes = |place: &String| {
                    let here = found.exceptions.iter().filter(|one| one.month == JUDGED && one.place == *place);
                    here.map(|one| one.code.as_str()).collect::<Vec<_>>().join(", ")
                };
                let codes: Vec<String> = places.iter().map(codes).collect();
                codes.iter().all(|codes| !codes.is_empty()).then(|| codes.join(" + "))
            }
            Mark::Explained { place, words } => {
                let lines = found.explained[place].lines().map(str::trim);
                lines.into_iter().find(|line| line.contains(words)).map(str::to_owned)
            }
        }
    }

    /// File and line of a record that must be rejected.
    pub(crate) fn line(&self, town: &TownFiles) -> Option<(String, i64)> {
        match self {
            Mark::Record { file, record } => Some((file.clone(), town.line_of(file, record))),
            Mark::Waiting { .. } | Mark::Unbilled { .. } | Mark::Queued { .. } | Mark::Explained { .. } => None,
        }
    }

    /// The places whose bills are others because of it; what is rejected changes no bill.
    pub(crate) fn places(&self) -> Vec<&str> {
        match self {
            Mark::Record { .. } | Mark::Waiting { .. } => Vec::new(),
            Mark::Unbilled { place } | Mark::Explained { place, .. } => vec![place],
            Mark::Queued { places } => places.iter().map(String::as_str).collect(),
        }
    }
}
