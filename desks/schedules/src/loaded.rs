//! `Loaded`: a rate schedule with all its versions and proposals.

use chrono::NaiveDate;
use db::{Fault, Read};
use rates::{Schedule, Version};
use revenue::{RateProposal, RatesState, RecordedRates};
use web::{Problem, Tone, encoded};

/// A schedule and all that is recorded about it.
pub(crate) struct Loaded {
    /// The code.
    pub(crate) code: String,
    /// The service it prices.
    pub(crate) service: String,
    /// What a resident reads.
    pub(crate) title: String,
    /// Every version, by date and the order of recording.
    pub(crate) versions: Vec<VersionRead>,
    /// Every proposal, by date and number.
    pub(crate) proposals: Vec<RateProposal>,
}

/// A recorded version, read.
pub(crate) struct VersionRead {
    /// As it is recorded.
    pub(crate) recorded: RecordedRates,
    /// A schedule with exactly this version.
    pub(crate) schedule: Schedule,
}

impl VersionRead {
    /// The version itself; a recorded text always has one.
    pub(crate) fn version(&self) -> &Version {
        &self.schedule.versions[0]
    }

    /// Whether it prices or will price.
    pub(crate) fn is_standing(&self) -> bool {
        self.recorded.superseded_by.is_none()
    }

    pub(crate) fn effective_on(&self) -> NaiveDate {
        self.recorded.effective_on
    }
}

/// A text from the database as the schedule it holds.
pub(crate) fn read_text(text: &str) -> Result<Schedule, Fault> {
    let schedule = Schedule::parse(text).map_err(|error| Fault::caused("reading a recorded rate schedule", error))?;
    if schedule.versions.is_empty() {
        return Err(Fault::new("a recorded rate schedule without a version"));
    }
    Ok(schedule)
}

impl Loaded {
    /// Every schedule there is, also those that are only proposed, by service and code.
    pub(crate) async fn all(read: &mut Read) -> Result<Vec<Loaded>, Fault> {
        let titles = revenue::schedule_titles(read).await?;
        let mut all: Vec<Loaded> = titles
            .into_iter()
            .map(|title| Loaded {
                code: title.code,
                service: title.service,
                title: title.title,
                versions: Vec::new(),
                proposals: Vec::new(),
            })
            .collect();
        for recorded in revenue::recorded_rates(read, None).await? {
            let schedule = read_text(&recorded.text)?;
            if let Some(known) = all.iter_mut().find(|known| known.code == recorded.schedule) {
                known.versions.push(VersionRead { recorded, schedule });
            }
        }
        for proposal in revenue::rate_proposals(read, None).await? {
            match all.iter_mut().find(|known| known.code == proposal.schedule) {
                Some(known) => known.proposals.push(proposal),
                None => all.push(Loaded::proposed_only(proposal)?),
            }
        }
        all.sort_by(|one, other| (&one.service, &one.code).cmp(&(&other.service, &other.code)));
        Ok(all)
    }

    fn proposed_only(proposal: RateProposal) -> Result<Loaded, Fault> {
        let schedule = read_text(&proposal.text)?;
        Ok(Loaded {
            code: schedule.code,
            service: schedule.service,
            title: schedule.title.title("en").to_owned(),
            versions: Vec::new(),
            proposals: vec![proposal],
        })
    }

    /// The schedule with a code, or the problem that there is none.
    pub(crate) async fn one(read: &mut Read, code: &str) -> Result<Loaded, Problem> {
        let found = Loaded::all(read).await?.into_iter().find(|known| known.code == code);
        let not_found = Problem::not_found();
        found.ok_or(Problem { why: "There is no rate schedule of that name.".to_owned(), ..not_found })
    }

    /// The versions that price or will price, by date.
    pub(crate) fn standing(&self) -> impl DoubleEndedIterator<Item = &VersionRead> {
        self.versions.iter().filter(|one| one.is_standing())
    }

    /// The version that holds on a day.
    pub(crate) fn on(&self, day: NaiveDate) -> Option<&VersionRead> {
        self.standing().rfind(|one| one.effective_on() <= day)
    }

    /// The first version that begins after a day.
    pub(crate) fn after(&self, day: NaiveDate) -> Option<&VersionRead> {
        self.standing().find(|one| day < one.effective_on())
    }

    /// The version of a date: the one that stands, or else the last that was superseded.
    pub(crate) fn of_date(&self, day: NaiveDate) -> Option<&VersionRead> {
        let of_date = || self.versions.iter().filter(|one| one.effective_on() == day);
        of_date().find(|one| one.is_standing()).or_else(|| of_date().next_back())
    }

    /// Proposals of which nothing was made yet and that were not taken back.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &RateProposal> {
        self.proposals.iter().filter(|one| one.version.is_none() && one.withdrawn.is_none())
    }

    /// The page of the schedule.
    pub(crate) fn href(&self) -> String {
        schedule_href(&self.code)
    }

    /// The page of its version of a date.
    pub(crate) fn version_href(&self, day: NaiveDate) -> String {
        format!("{}/{day}", self.href())
    }
}

/// The page of a schedule.
pub(crate) fn schedule_href(code: &str) -> String {
    format!("/rates/{}", encoded(code))
}

/// The page of a proposal.
pub(crate) fn proposal_href(proposal: &RateProposal) -> String {
    path_of_proposal(&proposal.schedule, proposal.effective_on, proposal.number)
}

/// The same, by what names it.
pub(crate) fn path_of_proposal(schedule: &str, effective_on: NaiveDate, number: i64) -> String {
    format!("/rates/proposals/{}/{effective_on}/{number}", encoded(schedule))
}

/// How a version is meant on a day: in force, coming, past, or taken back.
pub(crate) fn state(loaded: &Loaded, one: &VersionRead, today: NaiveDate) -> (Tone, &'static str) {
    if let RatesState::Superseded { .. } = one.recorded.state {
        return (Tone::Bad, "taken back");
    }
    let is_current = loaded.on(today).is_some_and(|current| current.recorded.id == one.recorded.id);
    if is_current {
        (Tone::Good, "in force")
    } else if today < one.effective_on() {
        (Tone::Info, "scheduled")
    } else {
        (Tone::Plain, "past")
    }
}

/// The day in an address.
pub(crate) fn day(text: &str) -> Result<NaiveDate, Problem> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| Problem::not_found())
}
