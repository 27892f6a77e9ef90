//! Files of service agreements. One that is not complete waits under the name of whoever completes it.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use imports::{Field, Intake, Need, Outlet, Page, Record, Reject, Taken};
use kernel::{AccountId, CycleId, RateProfileId, ServicePointId};
use revenue::RateProfile;

use crate::store::AgreementOnRecord;
use crate::{Agreement, NewAgreement, permissions, store};
use told::{Given, Told, dimensions_text, told};

/// Service agreements: who is liable for a service at a service point, by which rates, in which cycle.
pub struct Agreements;

const FIELDS: &[Field] = &[
    Field { name: "service_point", need: Need::Always },
    Field { name: "service", need: Need::Always },
    Field { name: "account", need: Need::Maybe },
    Field { name: "schedule", need: Need::Maybe },
    Field { name: "cycle", need: Need::Maybe },
    Field { name: "class", need: Need::Always },
    Field { name: "dimensions", need: Need::Maybe },
    Field { name: "starts_on", need: Need::Always },
    Field { name: "stops_on", need: Need::Maybe },
];

/// Who completes what waits, and within how many days.
const ASSIGNEE: &str = "billing analyst";
const DAYS_TO_COMPLETE: u64 = 14;

/// A service agreement that a file told of, of which something is missing: it is not active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingAgreement {
    /// Its id.
    pub id: i64,
    /// The reference of the service point.
    pub service_point: String,
    /// The service.
    pub service: String,
    /// The account as the file names it; empty where it does not.
    pub account: String,
    /// The rate schedule; may be empty.
    pub schedule: String,
    /// The cycle; may be empty.
    pub cycle: String,
    /// The class.
    pub class: String,
    /// The dimension values, `meter_size=5/8";zone=1`.
    pub dimensions: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// What is missing, by the names of the fields.
    pub missing: String,
    /// Who completes it.
    pub assignee: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Where the record comes from: order and line of an import.
    pub source: String,
}

/// What an agreement is known by.
type Key = (String, String, NaiveDate);

/// A waiting agreement while a chunk is looked at.
struct Waiting {
    pending: PendingAgreement,
    state: WaitingState,
    is_completed: bool,
}

/// What the chunk did to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitingState {
    Stored,
    Changed,
    New,
}

/// An agreement of the chunk, before its rate profile has an id.
struct Begun {
    on_record: AgreementOnRecord,
    profile: RateProfile,
}

/// What is on record of the places a chunk names, and what the chunk adds.
struct Known {
    given: Given,
    agreements: BTreeMap<(ServicePointId, String), Vec<(AgreementOnRecord, RateProfile)>>,
    waiting: BTreeMap<Key, Waiting>,
    begun: Vec<Begun>,
    due_on: NaiveDate,
}

#[async_trait]
impl Intake for Agreements {
    fn kind(&self) -> &'static str {
        "agreements"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let given = Given::load(entry, records).await?;
        // Whoever moves somebody holds the place, too, and cycles after it: so neither overlooks what the other begins.
        let points: Vec<ServicePointId> = given.points.values().copied().collect();
        premises::lock_service_points(entry, &points).await?;
        store::lock_cycles(entry).await?;
        let mut known = Known::load(entry, given).await?;
        let today = entry.today;
        let mut taken = Vec::with_capacity(records.len());
        for record in records {
            let told = told(record, &known.given, today);
            taken.push(told.and_then(|told| known.take(told, source)).unwrap_or_else(Taken::Rejected));
        }
        known.write(entry).await?;
        Ok(taken)
    }
}

impl Known {
    async fn load(entry: &mut Entry, given: Given) -> Result<Known, Fault> {
        let points: Vec<ServicePointId> = given.points.values().copied().collect();
        let references: Vec<&str> = given.points.keys().map(String::as_str).collect();
        let profiles = revenue::all_profiles(entry).await?;
        let mut agreements: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for agreement in store::agreements_on_record(entry, &points).await? {
            let profile = profiles.get(&agreement.profile).cloned();
            let profile = profile
                .ok_or_else(|| Fault::impossible_row("service_agreement", "rate_profile_id", agreement.profile.0))?;
            let key = (agreement.service_point, agreement.service.clone());
            agreements.entry(key).or_default().push((agreement, profile));
        }
        let stored = store::pending_at(entry, &references).await?.into_iter().map(|pending| {
            let key = (pending.service_point.clone(), pending.service.clone(), pending.starts_on);
            (key, Waiting { pending, state: WaitingState::Stored, is_completed: false })
        });
        let due_on = entry.today + Days::new(DAYS_TO_COMPLETE);
        Ok(Known { given, agreements, waiting: stored.collect(), begun: Vec::new(), due_on })
    }

    fn take(&mut self, told: Told, source: &str) -> Result<Taken, Reject> {
        let at_point = self.agreements.entry((told.point, told.service.clone())).or_default();
        if let Some((known, profile)) = at_point.iter().find(|(known, _)| known.starts_on == told.starts_on) {
            told.differing(known, profile)?;
            return Ok(told_again(source, &known.source));
        }
        if let Some((other, _)) = at_point.iter().find(|(other, _)| told.overlaps(other)) {
            let through = other.stops_on.map_or_else(|| "on".to_owned(), |stops_on| format!("up to {stops_on}"));
            let message = format!("{} has an agreement there from {} {through}", told.service, other.starts_on);
            return Err(Reject::new("starts_on", "agreement_overlaps", message));
        }
        let key = (told.service_point.clone(), told.service.clone(), told.starts_on);
        let Some((account, cycle)) = told.complete() else { return self.wait(key, &told, source) };
        let on_record = AgreementOnRecord {
            service_point: told.point,
            service: told.service.clone(),
            account,
            schedule: told.schedule.clone(),
            cycle,
            profile: RateProfileId(0),
            starts_on: told.starts_on,
            stops_on: told.stops_on,
            source: format!("{source}/{}", told.line),
        };
        at_point.push((on_record.clone(), told.profile.clone()));
        self.begun.push(Begun { on_record, profile: told.profile });
        match self.waiting.get_mut(&key) {
            Some(waiting) => {
                waiting.is_completed = true;
                Ok(Taken::Changed)
            }
            None => Ok(Taken::New),
        }
    }

    /// Something is missing: the agreement waits, or waits on with what is known of it now.
    fn wait(&mut self, key: Key, told: &Told, source: &str) -> Result<Taken, Reject> {
        let pending = PendingAgreement {
            id: 0,
            service_point: told.service_point.clone(),
            service: told.service.clone(),
            account: told.account_text.clone(),
            schedule: told.schedule.clone(),
            cycle: told.cycle_text.clone(),
            class: told.profile.class.clone(),
            dimensions: dimensions_text(&told.profile.dimensions),
            starts_on: told.starts_on,
            missing: told.missing(),
            assignee: ASSIGNEE.to_owned(),
            due_on: self.due_on,
            source: format!("{source}/{}", told.line),
        };
        let Some(waiting) = self.waiting.get_mut(&key) else {
            self.waiting.insert(key, Waiting { pending, state: WaitingState::New, is_completed: false });
            return Ok(Taken::New);
        };
        // Who completes it by when, and where it was told first, stay.
        let stored = &waiting.pending;
        let (id, assignee, due_on) = (stored.id, stored.assignee.clone(), stored.due_on);
        let same = PendingAgreement { id, assignee, due_on, source: stored.source.clone(), ..pending };
        if same == *stored {
            return Ok(told_again(source, &stored.source));
        }
        waiting.pending = PendingAgreement { source: format!("{source}/{}", told.line), ..same };
        if waiting.state == WaitingState::Stored {
            waiting.state = WaitingState::Changed;
        }
        Ok(Taken::Changed)
    }

    async fn write(self, entry: &mut Entry) -> Result<(), Fault> {
        let wanted: BTreeSet<RateProfile> = self.begun.iter().map(|begun| begun.profile.clone()).collect();
        let profiles = revenue::ensure_profiles(entry, &wanted).await?;
        let mut ids = entry.ids("service_agreement", self.begun.len()).await?;
        let new = self.begun.into_iter().map(|Begun { on_record, profile }| NewAgreement {
            agreement: Agreement {
                id: ids.take(),
                account: on_record.account,
                service_point: on_record.service_point,
                schedule: on_record.schedule,
                profile: profiles[&profile],
                starts_on: on_record.starts_on,
                stops_on: on_record.stops_on,
            },
            service: on_record.service,
            cycle: on_record.cycle,
            source: on_record.source,
        });
        let new = new.collect();
        store::insert_agreements(entry, new).await?;
        let act = entry.act;
        let count = self.waiting.values().filter(|waiting| waiting.state == WaitingState::New).count();
        let mut ids = entry.ids("pending_agreement", count).await?;
        let mut inserted = Vec::with_capacity(count);
        for Waiting { pending, state, is_completed } in self.waiting.into_values() {
            let completed = is_completed.then_some(act);
            match state {
                WaitingState::New => inserted.push((PendingAgreement { id: ids.take(), ..pending }, completed)),
                WaitingState::Stored if completed.is_none() => {}
                WaitingState::Stored | WaitingState::Changed => {
                    store::update_pending(entry, &pending, completed).await?;
                }
            }
        }
        store::insert_pending(entry, inserted).await
    }
}

/// What becomes of a record that says what is on record, which came from `stored`.
fn told_again(source: &str, stored: &str) -> Taken {
    if stored.strip_prefix(source).is_some_and(|rest| rest.starts_with('/')) {
        let line = stored.rsplit('/').next().unwrap_or(stored);
        let message = format!("line {line} says the same");
        return Taken::Rejected(Reject::new("service_point", "suspected_duplicate", message));
    }
    Taken::Unchanged
}

/// How many service points a page of an export looks at.
const PAGE_POINTS: i64 = 500;

#[async_trait]
impl Outlet for Agreements {
    fn kind(&self) -> &'static str {
        "agreements"
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn page(&self, read: &mut Read, _on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let points = premises::service_points_after(read, after, PAGE_POINTS).await?;
        let Some((last, _)) = points.last() else { return Ok(Page::default()) };
        let next = Some(last.clone());
        let ids: Vec<ServicePointId> = points.iter().map(|(_, id)| *id).collect();
        let references: Vec<&str> = points.iter().map(|(reference, _)| reference.as_str()).collect();
        let mut active = store::agreements_on_record(read, &ids).await?;
        // A file leaves the house: it does not say where a protected person is served. A backup is whole.
        let served: Vec<AccountId> = active.iter().map(|agreement| agreement.account).collect();
        let protected = customers::protected_among(read, &served).await?;
        active.retain(|agreement| !protected.contains_key(&agreement.account));
        let profiles = revenue::all_profiles(read).await?;
        let accounts: Vec<AccountId> = active.iter().map(|agreement| agreement.account).collect();
        let accounts = account_names(read, &accounts).await?;
        let cycles: BTreeMap<CycleId, String> =
            store::cycles(read).await?.into_iter().map(|cycle| (cycle.id, cycle.code)).collect();
        let names: BTreeMap<ServicePointId, &str> =
            points.iter().map(|(reference, id)| (*id, reference.as_str())).collect();
        let mut rows = Vec::new();
        for agreement in active {
            let profile = profiles.get(&agreement.profile);
            let profile = profile
                .ok_or_else(|| Fault::impossible_row("service_agreement", "rate_profile_id", agreement.profile.0))?;
            let text = |text: Option<&String>| text.cloned().unwrap_or_default();
            rows.push(BTreeMap::from([
                ("service_point", names.get(&agreement.service_point).copied().unwrap_or_default().to_owned()),
                ("service", agreement.service),
                ("account", text(accounts.get(&agreement.account))),
                ("schedule", agreement.schedule),
                ("cycle", text(cycles.get(&agreement.cycle))),
                ("class", profile.class.clone()),
                ("dimensions", dimensions_text(&profile.dimensions)),
                ("starts_on", agreement.starts_on.to_string()),
                ("stops_on", agreement.stops_on.map(|day| day.to_string()).unwrap_or_default()),
            ]));
        }
        for pending in store::pending_at(read, &references).await? {
            rows.push(BTreeMap::from([
                ("service_point", pending.service_point),
                ("service", pending.service),
                ("account", pending.account),
                ("schedule", pending.schedule),
                ("cycle", pending.cycle),
                ("class", pending.class),
                ("dimensions", pending.dimensions),
                ("starts_on", pending.starts_on.to_string()),
            ]));
        }
        rows.sort_by(|a, b| {
            let key = |row: &BTreeMap<&'static str, String>| {
                ["service_point", "service", "starts_on"].map(|field| row.get(field).cloned().unwrap_or_default())
            };
            key(a).cmp(&key(b))
        });
        Ok(Page { rows, next })
    }
}

/// Accounts as another system names them, or else by their number.
async fn account_names(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, String>, Fault> {
    let numbers = customers::accounts_by_id(read, accounts).await?;
    let mut names: BTreeMap<AccountId, String> =
        numbers.into_iter().map(|(id, account)| (id, account.number.to_string())).collect();
    names.extend(customers::account_texts(read, accounts).await?);
    Ok(names)
}
