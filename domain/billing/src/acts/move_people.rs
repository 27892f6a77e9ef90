//! A move in one piece: who leaves and who comes, the account that is opened for it, the reads of the day, the
//! forwarding address. All of it is recorded, or nothing, and each part takes the permission it would take alone; only
//! reads take one of their own, for the places that move.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use chrono::NaiveDate;
use customers::acts::{OpenAccount, SetMailingAddress};
use customers::{AddressLines, AskedBy, Purpose};
use kernel::Refusal;
use metering::ReadKind;
use metering::acts::EnterRead;
use serde::{Deserialize, Serialize};

use super::move_services::{Moved, StartService, StopService, TransferService, hold_places, locked, points_of};
use crate::served::{ServedService, services_at_points};
use crate::{permissions, store};

/// A move: somebody leaves, somebody comes, or both.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MovePeople {
    /// The number of the account whose services end; nothing where the places are vacant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_account: Option<String>,
    /// The number of the account whose services begin; nothing where nobody comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_account: Option<String>,
    /// The account that is opened for whoever comes, in place of one on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<OpenAccount>,
    /// The references of the service points; all of whoever leaves when none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_points: Vec<String>,
    /// The first day of whoever comes, the day after the last one of whoever leaves.
    pub on: NaiveDate,
    /// What meters showed on that day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<MoveRead>,
    /// Where whoever leaves goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarding: Option<AddressLines>,
    /// How the forwarding address was told. Refused without it where there is one; only entries of before it had to be said
    /// lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<AskedBy>,
    /// Why.
    pub reason: String,
}

/// What a meter showed on the day of a move.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveRead {
    /// The reference of the service point.
    pub service_point: String,
    /// The day it was read.
    pub read_on: NaiveDate,
    /// What the meter showed.
    pub count: i64,
    /// Who read it.
    pub kind: ReadKind,
    /// Whether somebody looked again and says that the count is right, though it looks odd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_right: Option<bool>,
}

/// What a move came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleMoved {
    /// Services that stopped.
    pub stopped: i64,
    /// Services that started.
    pub started: i64,
    /// The number of the account that was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<String>,
}

/// How many days before or after a move a read may stand for it.
const READ_DAYS: i64 = 3;

/// Why a move is refused, beyond what refuses its parts.
#[derive(Debug, thiserror::Error)]
pub enum PeopleRefused {
    /// A reason must be given.
    #[error("say why they move")]
    NoReason,
    /// Somebody must move.
    #[error("name who leaves, who comes, or both")]
    Nobody,
    /// Whoever comes has one account.
    #[error("whoever comes has an account on record or one that is opened, not both")]
    TwoAccounts,
    /// Without somebody who leaves, the places must be said.
    #[error("choose where the services begin")]
    NoPlace,
    /// Nobody goes anywhere.
    #[error("a forwarding address is of whoever leaves: name their account, or leave it out")]
    NobodyLeaves,
    /// It was asked for, and is not there.
    #[error("how a forwarding address was told is said with one: give the address, or leave this out")]
    NoForwarding,
    /// The read is of another day.
    #[error("the read of {read_on} is too far from {on}: a read within {READ_DAYS} days stands for a move")]
    ReadTooFar {
        /// The day of the read.
        read_on: NaiveDate,
        /// The day of the move.
        on: NaiveDate,
    },
    /// The read is of another place.
    #[error("the read at '{0}' is of no place that moves here: whoever reads meters enters it")]
    ReadElsewhere(String),
    /// No such place.
    #[error("there is no service point '{0}'")]
    UnknownPoint(String),
    /// Nobody was ever served there, so nobody knows on which terms.
    #[error("nobody was served at '{0}' before: start its services one by one, with schedule, cycle and class")]
    NoTerms(String),
}

impl Refusal for PeopleRefused {
    fn code(&self) -> &'static str {
        match self {
            PeopleRefused::NoReason => "reason_missing",
            PeopleRefused::Nobody => "nobody_moves",
            PeopleRefused::TwoAccounts => "two_accounts",
            PeopleRefused::NoPlace => "no_place",
            PeopleRefused::NobodyLeaves => "nobody_leaves",
            PeopleRefused::NoForwarding => "no_forwarding",
            PeopleRefused::ReadTooFar { .. } => "read_too_far",
            PeopleRefused::ReadElsewhere(_) => "read_elsewhere",
            PeopleRefused::UnknownPoint(_) => "service_point_unknown",
            PeopleRefused::NoTerms(_) => "no_terms",
        }
    }
}

impl Act for MovePeople {
    const KIND: &'static str = "billing.move_people";
    const PERSONAL: &'static [&'static str] = &["/opens/new_customer", "/opens/mailing", "/forwarding"];
    // They tell of two people at once, so that who may know of one of them could learn of the other.
    const SECRET: &'static [&'static str] = Self::PERSONAL;
    type Outcome = PeopleMoved;

    fn permission(&self) -> Permission {
        permissions::MOVES
    }

    fn also_needs(&self) -> Vec<Permission> {
        let people = self.opens.is_some() || self.forwarding.is_some();
        let needs = [(people, customers::permissions::CHANGE), (!self.reads.is_empty(), permissions::MOVE_READS)];
        needs.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, permission)| permission).collect()
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<PeopleMoved, Failure> {
        self.check()?;
        let accounts: Vec<&str> =
            [&self.from_account, &self.to_account].into_iter().flatten().map(String::as_str).collect();
        let places: Vec<&str> = self.service_points.iter().map(String::as_str).collect();
        hold_places(entry, &accounts, &places).await?;
        self.check_reads(entry).await?;
        let mut moved = PeopleMoved::default();
        let to = match &self.opens {
            Some(opens) => {
                let opened = opens.perform(entry).await?;
                moved.opened = Some(opened.number.clone());
                Some(opened.number)
            }
            None => self.to_account.clone(),
        };
        for read in &self.reads {
            let MoveRead { service_point, read_on, count, kind, is_right } = read.clone();
            let read = EnterRead { service_point, read_on, count, kind, code: String::new(), is_right };
            read.perform(entry).await?;
        }
        let services = match (&self.from_account, &to) {
            (Some(from), Some(to)) => self.hand_over(entry, from, to).await?,
            (Some(from), None) => self.stop(entry, from).await?,
            (None, Some(to)) => self.start(entry, to).await?,
            (None, None) => return refuse(PeopleRefused::Nobody),
        };
        (moved.stopped, moved.started) = (services.stopped, services.started);
        if let (Some(account), Some(lines)) = (&self.from_account, &self.forwarding) {
            let (account, lines, purpose) = (account.clone(), lines.clone(), Purpose::Forwarding);
            let (from_on, asked_by) = (self.on, self.asked_by.clone());
            SetMailingAddress { account, purpose, from_on, lines, seen: None, asked_by }.perform(entry).await?;
        }
        Ok(moved)
    }
}

impl MovePeople {
    fn check(&self) -> Result<(), Failure> {
        if self.reason.trim().is_empty() {
            return refuse(PeopleRefused::NoReason);
        }
        if self.from_account.is_none() && self.to_account.is_none() && self.opens.is_none() {
            return refuse(PeopleRefused::Nobody);
        }
        if self.to_account.is_some() && self.opens.is_some() {
            return refuse(PeopleRefused::TwoAccounts);
        }
        if self.from_account.is_none() && self.service_points.is_empty() {
            return refuse(PeopleRefused::NoPlace);
        }
        if self.from_account.is_none() && self.forwarding.is_some() {
            return refuse(PeopleRefused::NobodyLeaves);
        }
        if self.forwarding.is_none() && self.asked_by.is_some() {
            return refuse(PeopleRefused::NoForwarding);
        }
        match self.reads.iter().find(|read| READ_DAYS < (read.read_on - self.on).num_days().abs()) {
            Some(read) => refuse(PeopleRefused::ReadTooFar { read_on: read.read_on, on: self.on }),
            None => Ok(()),
        }
    }

    /// Refuses reads of places that do not move: they are entered by who may enter any.
    async fn check_reads(&self, entry: &mut Entry) -> Result<(), Failure> {
        if self.reads.is_empty() {
            return Ok(());
        }
        let moving: BTreeSet<String> = match &self.from_account {
            Some(from) if self.service_points.is_empty() => self.points_of(entry, from).await?,
            Some(_) | None => self.service_points.iter().cloned().collect(),
        };
        match self.reads.iter().find(|read| !moving.contains(&read.service_point)) {
            Some(read) => refuse(PeopleRefused::ReadElsewhere(read.service_point.clone())),
            None => Ok(()),
        }
    }

    /// The places at which an account is served on the day.
    async fn points_of(&self, entry: &mut Entry, number: &str) -> Result<BTreeSet<String>, Failure> {
        let account = locked(entry, number).await?;
        let mut services = store::services_of(entry, account).await?;
        services.retain(|service| service.stops_on.is_none_or(|stopped_on| self.on < stopped_on));
        let references = premises::references_by_id(entry, &points_of(&services)).await?;
        Ok(references.into_values().collect())
    }

    /// The places one by one, or all of whoever leaves at once.
    fn places(&self) -> Vec<Option<String>> {
        match self.service_points.is_empty() {
            true => vec![None],
            false => self.service_points.iter().cloned().map(Some).collect(),
        }
    }

    async fn hand_over(&self, entry: &mut Entry, from: &str, to: &str) -> Result<Moved, Failure> {
        let mut all = Moved::default();
        for service_point in self.places() {
            let (from_account, to_account) = (from.to_owned(), to.to_owned());
            let (on, reason) = (self.on, self.reason.clone());
            let part = TransferService { from_account, to_account, service_point, on, reason };
            let moved = part.hand_over(entry).await?;
            (all.stopped, all.started) = (all.stopped + moved.stopped, all.started + moved.started);
        }
        Ok(all)
    }

    async fn stop(&self, entry: &mut Entry, from: &str) -> Result<Moved, Failure> {
        let mut all = Moved::default();
        for service_point in self.places() {
            let (account, stops_on, reason) = (from.to_owned(), self.on, self.reason.clone());
            let moved = StopService { account, service_point, stops_on, reason }.stop(entry).await?;
            all.stopped += moved.stopped;
        }
        Ok(all)
    }

    /// Starts what was delivered at each place last, on the same terms.
    async fn start(&self, entry: &mut Entry, to: &str) -> Result<Moved, Failure> {
        let references: Vec<&str> = self.service_points.iter().map(String::as_str).collect();
        let points = premises::service_points_by_reference(entry, &references).await?;
        let mut all = Moved::default();
        for reference in &self.service_points {
            let unknown = || refused(PeopleRefused::UnknownPoint(reference.clone()));
            let point = points.get(reference).copied().ok_or_else(unknown)?;
            let there = services_at_points(entry, &[point]).await?;
            let terms = crate::last_terms(&there, &[point]);
            if terms.is_empty() {
                return refuse(PeopleRefused::NoTerms(reference.clone()));
            }
            for term in terms {
                all.started += self.start_one(to, term).start(entry).await?.started;
            }
        }
        Ok(all)
    }

    fn start_one(&self, to: &str, term: ServedService) -> StartService {
        let dimensions: BTreeMap<String, String> = term.dimensions;
        StartService {
            account: to.to_owned(),
            service_point: term.reference,
            service: term.service,
            schedule: term.schedule,
            cycle: term.cycle_code,
            class: term.class,
            dimensions,
            starts_on: self.on,
            reason: self.reason.clone(),
        }
    }
}
