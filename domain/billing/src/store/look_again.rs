//! Bills that stand and say what is not so any more: they reach beyond the end of a service, or charge what a read said before it
//! was corrected.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, BillNumber, ServicePointId};

/// A bill that is to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BillToMakeAgain {
    /// Whose it is.
    pub account: AccountId,
    /// The number on it.
    pub number: BillNumber,
    /// Where that is so.
    pub service_point: ServicePointId,
    /// Why.
    pub why: WhyAgain,
}

/// Why a bill is to be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyAgain {
    /// A service stopped before the days that the bill charges were over.
    Stopped {
        /// The day after its last one.
        stopped_on: NaiveDate,
    },
    /// A read was corrected by which the bill charges use.
    Corrected {
        /// The first day of the use.
        from_on: NaiveDate,
    },
}

/// The bills of some accounts that are to be made again, by account and number. Made again or taken back, a bill is not there any
/// more. What was estimated never is: the next bill settles it.
pub async fn bills_to_make_again(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<BillToMakeAgain>, Fault> {
    const STOPPED: &str = "
        select distinct b.account_id, r.run_number, b.position, g.service_point_id, g.stops_on
        from run_item i
        join service_agreement g on g.account_id = i.account_id and g.agreement_id = i.agreement_id
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        join bill_run r on r.run_id = i.run_id
        left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
        where i.account_id in ({list}) and g.stops_on < i.to_on and c.account_id is null
        order by b.account_id, r.run_number, b.position, g.service_point_id, g.stops_on";
    const CORRECTED: &str = "
        select distinct b.account_id, r.run_number, b.position, u.service_point_id, u.from_on
        from run_item i
        join consumption u on u.account_id = i.account_id and u.consumption_id = i.consumption_id
        join consumption n on n.account_id = u.account_id and n.service_point_id = u.service_point_id
            and n.register_no = u.register_no and n.from_on = u.from_on and n.to_on = u.to_on
        join bill b on b.account_id = i.account_id and b.run_id = i.run_id
        join bill_run r on r.run_id = i.run_id
        left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
        where i.account_id in ({list}) and c.account_id is null and not u.is_estimated
          and u.revision < n.revision and (n.steps <> u.steps or n.unit <> u.unit)
          and not exists (select 1
                          from consumption l
                          where l.account_id = n.account_id and l.service_point_id = n.service_point_id
                            and l.register_no = n.register_no and l.from_on = n.from_on and n.revision < l.revision)
        order by b.account_id, r.run_number, b.position, u.service_point_id, u.from_on";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut found = Vec::new();
    for (sql, is_stop) in [(STOPPED, true), (CORRECTED, false)] {
        let rows: Vec<(i64, i64, i64, i64, NaiveDate)> = read.listed(sql, &keys).await?;
        found.extend(rows.into_iter().map(|(account, run, position, point, day)| {
            let why = match is_stop {
                true => WhyAgain::Stopped { stopped_on: day },
                false => WhyAgain::Corrected { from_on: day },
            };
            let (account, service_point) = (AccountId(account), ServicePointId(point));
            BillToMakeAgain { account, number: BillNumber { run, position }, service_point, why }
        }));
    }
    found.sort_unstable();
    Ok(found)
}
