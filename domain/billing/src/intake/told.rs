//! What a record of a file of agreements says, checked against what the town knows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use customers::NamedAccount;
use db::{Fault, Read};
use imports::{Record, Reject};
use kernel::{AccountId, CycleId, ServicePointId};
use revenue::RateProfile;

use crate::store;
use crate::store::AgreementOnRecord;

/// What the town knows, as far as the records of a chunk name it.
pub(super) struct Given {
    pub(super) points: BTreeMap<String, ServicePointId>,
    accounts: BTreeMap<String, NamedAccount>,
    classes: BTreeSet<String>,
    /// Schedule to the service it prices.
    schedules: BTreeMap<String, String>,
    cycles: BTreeMap<String, CycleId>,
    /// Cycles that have a calendar.
    with_calendar: BTreeSet<CycleId>,
}

/// A record that makes sense; what is empty is missing.
pub(super) struct Told {
    pub(super) line: i64,
    pub(super) service_point: String,
    pub(super) point: ServicePointId,
    pub(super) service: String,
    pub(super) account_text: String,
    account: Option<AccountId>,
    pub(super) schedule: String,
    pub(super) cycle_text: String,
    cycle: Option<CycleId>,
    pub(super) profile: RateProfile,
    pub(super) starts_on: NaiveDate,
    pub(super) stops_on: Option<NaiveDate>,
}

/// An agreement that begins later than this many days from today is taken for a mistyped year.
const DAYS_AHEAD: u64 = 366;

impl Given {
    pub(super) async fn load(read: &mut Read, records: &[Record]) -> Result<Given, Fault> {
        let texts = |field: &str| -> Vec<&str> {
            let texts: BTreeSet<&str> = records.iter().map(|record| record.text(field)).collect();
            texts.into_iter().filter(|text| !text.is_empty()).collect()
        };
        let accounts = customers::accounts_by_reference_or_number(read, &texts("account")).await?;
        let cycles = store::cycles(read).await?.into_iter().map(|cycle| (cycle.code, cycle.id)).collect();
        let with_calendar = store::cycle_periods(read).await?.into_iter().map(|period| period.cycle).collect();
        Ok(Given {
            points: premises::service_points_by_reference(read, &texts("service_point")).await?,
            accounts,
            classes: revenue::class_codes(read).await?,
            schedules: revenue::schedule_codes(read).await?,
            cycles,
            with_calendar,
        })
    }
}

impl Given {
    /// The cycle with a code, which must have a calendar; none where none is named.
    fn cycle(&self, code: &str) -> Result<Option<CycleId>, Reject> {
        let reject = |rule, words: String| Err(Reject::new("cycle", rule, words));
        match self.cycles.get(code) {
            None if code.is_empty() => Ok(None),
            None => reject("cycle_unknown", format!("there is no billing cycle '{code}'")),
            Some(cycle) if self.with_calendar.contains(cycle) => Ok(Some(*cycle)),
            Some(_) => reject("no_calendar", format!("cycle '{code}' has no calendar yet")),
        }
    }
}

/// What a record says, if it makes sense.
pub(super) fn told(record: &Record, given: &Given, today: NaiveDate) -> Result<Told, Reject> {
    let starts_on = record.day("starts_on")?;
    if today + Days::new(DAYS_AHEAD) < starts_on {
        return Err(Reject::new("starts_on", "date", format!("{starts_on} is more than a year after today, {today}")));
    }
    let stops_on = record.maybe_day("stops_on")?;
    if let Some(stops_on) = stops_on.filter(|stops_on| *stops_on <= starts_on) {
        let message = format!("{stops_on} is not after {starts_on}; it is the day after the last");
        return Err(Reject::new("stops_on", "stops_before_start", message));
    }
    let text = |field: &str| record.text(field).to_owned();
    let unknown = |field: &str, rule, what: &str| {
        Err(Reject::new(field, rule, format!("there is no {what} '{}'", record.text(field))))
    };
    let Some(point) = given.points.get(record.text("service_point")).copied() else {
        return unknown("service_point", "service_point_unknown", "service point");
    };
    let service = text("service");
    // A tax is charged, but nobody is served with it.
    if service == "tax" || revenue::ALL.iter().all(|module| module.service != service) {
        return unknown("service", "service_unknown", "service");
    }
    let class = text("class");
    if !given.classes.contains(&class) {
        return unknown("class", "class_unknown", "customer class");
    }
    let dimensions = dimensions(record.text("dimensions"))?;
    let account = match record.text("account") {
        "" => None,
        name => match given.accounts.get(name) {
            None => return unknown("account", "account_unknown", "account"),
            Some(account) => Some(account),
        },
    };
    let closed_on = account.and_then(|account| account.closed_on);
    if let Some(closed_on) = closed_on
        && stops_on.is_none_or(|stops_on| closed_on + Days::new(1) < stops_on)
    {
        let message = format!("the account is closed since {closed_on}, before the service ends");
        return Err(Reject::new("account", "account_closed", message));
    }
    let schedule = text("schedule");
    match given.schedules.get(&schedule) {
        Some(priced) if *priced != service => {
            let message = format!("schedule '{schedule}' prices {priced}, not {service}");
            return Err(Reject::new("schedule", "schedule_differs", message));
        }
        None if !schedule.is_empty() => return unknown("schedule", "schedule_unknown", "rate schedule"),
        Some(_) | None => {}
    }
    let cycle = given.cycle(record.text("cycle"))?;
    Ok(Told {
        line: record.line,
        service_point: text("service_point"),
        point,
        service,
        account_text: text("account"),
        account: account.map(|account| account.id),
        schedule,
        cycle_text: text("cycle"),
        cycle,
        profile: RateProfile { class, dimensions },
        starts_on,
        stops_on,
    })
}

/// Reads `meter_size=5/8";zone=1`.
fn dimensions(text: &str) -> Result<BTreeMap<String, String>, Reject> {
    let wrong = |message: String| Reject::new("dimensions", "dimensions", message);
    let mut dimensions = BTreeMap::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let pair = part.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
        let Some((name, value)) = pair.filter(|(name, value)| !name.is_empty() && !value.is_empty()) else {
            return Err(wrong(format!("'{part}' is not a dimension and its value, such as meter_size=5/8\"")));
        };
        if dimensions.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(wrong(format!("'{name}' is there twice")));
        }
    }
    Ok(dimensions)
}

/// Writes what [`dimensions`] reads.
pub(super) fn dimensions_text(dimensions: &BTreeMap<String, String>) -> String {
    let parts: Vec<String> = dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parts.join(";")
}

impl Told {
    /// The account and the cycle, when nothing is missing.
    pub(super) fn complete(&self) -> Option<(AccountId, CycleId)> {
        if self.schedule.is_empty() { None } else { self.account.zip(self.cycle) }
    }

    /// What is missing, by the names of the fields.
    pub(super) fn missing(&self) -> String {
        let fields = [
            ("account", self.account.is_none()),
            ("schedule", self.schedule.is_empty()),
            ("cycle", self.cycle.is_none()),
        ];
        let missing: Vec<&str> = fields.iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| *name).collect();
        missing.join(", ")
    }

    /// Whether it has a day in common with an agreement.
    pub(super) fn overlaps(&self, other: &AgreementOnRecord) -> bool {
        other.stops_on.is_none_or(|stops_on| self.starts_on < stops_on)
            && self.stops_on.is_none_or(|stops_on| other.starts_on < stops_on)
    }

    /// An agreement that is known must be told the same way; what the record leaves out is not told.
    pub(super) fn differing(&self, known: &AgreementOnRecord, profile: &RateProfile) -> Result<(), Reject> {
        let differs = |field: &str| {
            let message = format!("the agreement on record from {} has another {field}", known.starts_on);
            Err(Reject::new(field, "differs", message))
        };
        if self.account.is_some_and(|account| account != known.account) {
            return differs("account");
        }
        if !self.schedule.is_empty() && self.schedule != known.schedule {
            return differs("schedule");
        }
        if self.cycle.is_some_and(|cycle| cycle != known.cycle) {
            return differs("cycle");
        }
        if self.profile.class != profile.class {
            return differs("class");
        }
        if self.profile.dimensions != profile.dimensions {
            return differs("dimensions");
        }
        if self.stops_on != known.stops_on {
            return differs("stops_on");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dimensions_are_read_as_files_write_them() {
        #[rustfmt::skip]
        let rows = [
            // text                     | read, or refused
            ("",                         Some(vec![])),
            ("meter_size=5/8\"",         Some(vec![("meter_size", "5/8\"")])),
            (" zone = 1 ; a = b=c ; ",   Some(vec![("a", "b=c"), ("zone", "1")])),
            ("zone",                     None),
            ("zone=",                    None),
            ("=1",                       None),
            ("zone=1;zone=2",            None),
        ];
        for (text, expected) in rows {
            let read = dimensions(text).ok();
            let expected = expected.map(|pairs| {
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
            });
            assert_eq!(read, expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn dimensions_read_back(pairs in prop::collection::btree_map("[a-z_]{1,8}", "[!-:<-~]{1,8}", 0..4)) {
            prop_assert_eq!(dimensions(&dimensions_text(&pairs)).ok(), Some(pairs));
        }
    }
}
