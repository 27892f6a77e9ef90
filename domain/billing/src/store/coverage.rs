//! Which days of services bills have, and what stands about those that have none.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, AgreementId, Period, RunId};

use super::exceptions::exceptions_of;
use crate::QueuedException;

/// Days of a service on a bill that stands.
pub(crate) struct BilledDays {
    pub(crate) account: AccountId,
    pub(crate) agreement: AgreementId,
    pub(crate) period: Period,
}

/// What stands in runs about accounts with days on no bill.
pub(crate) struct GapFacts {
    items: BTreeMap<(AccountId, AgreementId), Vec<(RunId, Period)>>,
    exceptions: BTreeMap<(AccountId, RunId), Vec<QueuedException>>,
}

impl GapFacts {
    /// The runs that are not cancelled in which a service has days of a period, newest last.
    pub(crate) fn runs_of(&self, account: AccountId, agreement: AgreementId, period: Period) -> Vec<RunId> {
        let items = self.items.get(&(account, agreement)).into_iter().flatten();
        items.filter(|(_, days)| days.overlap(period).is_some()).map(|(run, _)| *run).collect()
    }

    /// What is unusual about an account's bill in a run.
    pub(crate) fn exceptions(&self, account: AccountId, run: RunId) -> &[QueuedException] {
        self.exceptions.get(&(account, run)).map_or(&[], Vec::as_slice)
    }
}

/// The days on bills that stand of accounts `from..to`, by account, agreement and first day.
pub(crate) async fn billed_days_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<Vec<BilledDays>, Fault> {
    const SQL: &str = "
        select i.account_id, i.agreement_id, i.from_on, i.to_on
        from run_item i
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
        where $1 <= i.account_id and i.account_id < $2 and c.account_id is null
        order by i.account_id, i.agreement_id, i.from_on";
    let rows: Vec<(i64, i64, NaiveDate, NaiveDate)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    let days = |(account, agreement, from_on, to_on): (i64, i64, NaiveDate, NaiveDate)| {
        let period = Period::new(from_on, to_on).map_err(|_| Fault::impossible_row("run_item", "to_on", agreement))?;
        Ok(BilledDays { account: AccountId(account), agreement: AgreementId(agreement), period })
    };
    rows.into_iter().map(days).collect()
}

/// What stands in runs that are not cancelled about some accounts.
pub(crate) async fn gap_facts(read: &mut Read, accounts: &[AccountId]) -> Result<GapFacts, Fault> {
    const ITEMS: &str = "
        select i.account_id, i.agreement_id, i.run_id, i.from_on, i.to_on
        from run_item i
        join bill_run r on r.run_id = i.run_id
        where i.account_id in ({list}) and r.cancelled_act_id is null
        order by i.account_id, i.agreement_id, r.run_number";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<(i64, i64, i64, NaiveDate, NaiveDate)> = read.listed(ITEMS, &keys).await?;
    let mut items: BTreeMap<(AccountId, AgreementId), Vec<(RunId, Period)>> = BTreeMap::new();
    for (account, agreement, run, from_on, to_on) in rows {
        let period = Period::new(from_on, to_on).map_err(|_| Fault::impossible_row("run_item", "to_on", agreement))?;
        items.entry((AccountId(account), AgreementId(agreement))).or_default().push((RunId(run), period));
    }
    let mut exceptions: BTreeMap<(AccountId, RunId), Vec<QueuedException>> = BTreeMap::new();
    for (run, queued) in exceptions_of(read, accounts).await? {
        exceptions.entry((queued.account, run)).or_default().push(queued);
    }
    Ok(GapFacts { items, exceptions })
}
