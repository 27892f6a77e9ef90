//! What programs read of bills that say what is not so any more: those to make again, and those that stay.

use std::collections::{BTreeMap, BTreeSet};

use acts::LogHead;
use billing::{BillAgain, StayingBill, WaitingBill};
use chrono::NaiveDate;
use db::Read;
use kernel::{AccountId, ActId, ActorId, ServicePointId};
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

/// A bill that is to be made again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BillAgainBody {
    /// The number on it.
    number: String,
    /// The number of the account.
    account: String,
    /// The date on it.
    bill_on: NaiveDate,
    /// What it comes to.
    total_cents: i64,
    /// Since when it waits.
    since: NaiveDate,
    /// What it says that is not so any more.
    not_so: Vec<AgainBody>,
    #[serde(skip)]
    pub(super) place: (NaiveDate, i64, i64),
}

/// A bill that says what is not so any more, and stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StayingBillBody {
    /// The number on it.
    number: String,
    /// The number of the account.
    account: String,
    /// The date on it.
    bill_on: NaiveDate,
    /// What it comes to.
    total_cents: i64,
    /// When somebody decided that it stays.
    decided_on: NaiveDate,
    /// The name of who decided it.
    decided_by: String,
    /// Why it stays.
    reason: String,
    /// The entry of the log that decided it.
    entry: i64,
    /// What it says that is not so any more.
    not_so: Vec<AgainBody>,
    #[serde(skip)]
    pub(super) place: (NaiveDate, i64),
}

/// Something on a bill that is not so any more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgainBody {
    /// `stopped` where the bill reaches beyond the end of a service, `corrected` where it charges what a read said before it
    /// was corrected.
    why: &'static str,
    /// The reference of the service point.
    service_point: String,
    /// The day after the last one of the service, or the first day of the use.
    from_on: NaiveDate,
    /// Since when that is known.
    found_on: NaiveDate,
    /// The entry of the log by which it is known; absent where that was before such bills were kept.
    found_by_entry: Option<i64>,
    /// The kind of change that entry is, such as `billing.measure_again`.
    found_by_kind: Option<String>,
}

/// Numbers of accounts, references of places and entries of the log that bills tell of.
pub(super) struct Around {
    accounts: BTreeMap<AccountId, String>,
    points: BTreeMap<ServicePointId, String>,
    entries: BTreeMap<ActId, LogHead>,
}

impl Around {
    pub(super) async fn of<'a>(
        read: &mut Read,
        not_so: impl Iterator<Item = &'a BillAgain>,
    ) -> Result<Around, Problem> {
        let (mut accounts, mut points, mut entries) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for one in not_so {
            accounts.insert(one.bill.account);
            points.insert(one.bill.service_point);
            entries.extend(one.told_by);
        }
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let points: Vec<ServicePointId> = points.into_iter().collect();
        let entries: Vec<ActId> = entries.into_iter().collect();
        let accounts = customers::accounts_by_id(read, &accounts).await?;
        Ok(Around {
            accounts: accounts.into_iter().map(|(id, account)| (id, account.number.to_string())).collect(),
            points: premises::references_by_id(read, &points).await?,
            entries: acts::log_heads(read, &entries).await?,
        })
    }

    fn account(&self, id: AccountId) -> String {
        self.accounts.get(&id).cloned().unwrap_or_default()
    }
}

impl AgainBody {
    pub(super) fn of(one: &BillAgain, around: &Around) -> AgainBody {
        let entry = one.told_by.and_then(|act| around.entries.get(&act));
        AgainBody {
            why: one.bill.why.code(),
            service_point: around.points.get(&one.bill.service_point).cloned().unwrap_or_default(),
            from_on: one.bill.why.from_on(),
            found_on: one.told_on,
            found_by_entry: one.told_by.map(|act| act.0),
            found_by_kind: entry.map(|entry| entry.kind.clone()),
        }
    }
}

impl BillAgainBody {
    pub(super) fn of(one: &WaitingBill, around: &Around) -> BillAgainBody {
        let (since, of, run) = one.place();
        BillAgainBody {
            number: one.number.to_string(),
            account: around.account(one.account),
            bill_on: one.bill_on,
            total_cents: one.total.0,
            since,
            not_so: one.not_so.iter().map(|one| AgainBody::of(one, around)).collect(),
            place: (since, of.0, run.0),
        }
    }
}

impl StayingBillBody {
    pub(super) fn of(one: &StayingBill, around: &Around, names: &BTreeMap<ActorId, String>) -> StayingBillBody {
        StayingBillBody {
            number: one.number.to_string(),
            account: around.account(one.account),
            bill_on: one.bill_on,
            total_cents: one.total.0,
            decided_on: one.stay.on,
            decided_by: names.get(&one.stay.by).cloned().unwrap_or_default(),
            reason: one.stay.reason.clone(),
            entry: one.stay.act.0,
            not_so: one.not_so.iter().map(|one| AgainBody::of(one, around)).collect(),
            place: (one.place.0, one.place.1.0),
        }
    }
}
