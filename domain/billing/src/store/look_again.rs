//! Bills that stand and say what is not so any more, worked out: they reach beyond the end of a service, or charge or settle what
//! a read said before it was corrected.

use chrono::NaiveDate;
use db::{Fault, Read, Value};
use kernel::{AccountId, BillNumber, ConsumptionId, RunId, ServicePointId};

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
    /// A read was corrected by which the bill charges use, or settles that of an earlier period.
    Corrected {
        /// The first day of the use.
        from_on: NaiveDate,
    },
}

impl WhyAgain {
    /// Its code: `stopped` or `corrected`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            WhyAgain::Stopped { .. } => "stopped",
            WhyAgain::Corrected { .. } => "corrected",
        }
    }

    /// The first day on which the bill is not right.
    #[must_use]
    pub fn from_on(self) -> NaiveDate {
        match self {
            WhyAgain::Stopped { stopped_on } => stopped_on,
            WhyAgain::Corrected { from_on } => from_on,
        }
    }

    pub(super) fn of(code: &str, from_on: NaiveDate) -> Option<WhyAgain> {
        match code {
            "stopped" => Some(WhyAgain::Stopped { stopped_on: from_on }),
            "corrected" => Some(WhyAgain::Corrected { from_on }),
            _ => None,
        }
    }
}

/// What tells apart what is not so any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AgainKey {
    pub(crate) account: AccountId,
    pub(crate) run: RunId,
    pub(crate) service_point: ServicePointId,
    pub(crate) why: WhyAgain,
}

/// Something on a bill that is not so any more, with the figure that stands in place of what it charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GoneWrong {
    pub(crate) key: AgainKey,
    pub(crate) number: BillNumber,
    pub(crate) figure: Option<ConsumptionId>,
}

/// Services of a bill that stopped before the days it charges were over.
const STOPPED: &str = "
    select distinct b.account_id, b.run_id, r.run_number, b.position, g.service_point_id, g.stops_on,
           cast(null as bigint)
    from run_item i
    join service_agreement g on g.account_id = i.account_id and g.agreement_id = i.agreement_id
    join bill b on b.account_id = i.account_id and b.run_id = i.run_id
    join bill_run r on r.run_id = i.run_id
    left join bill_cancellation c on c.account_id = i.account_id and c.run_id = i.run_id
    where i.account_id in ({list}) and g.stops_on < i.to_on and c.account_id is null";

/// Uses that a read told, which was corrected since: of the items or the extras of a bill, and of these some only.
macro_rules! told_otherwise {
    ($from:literal, $only:literal) => {
        concat!(
            "select b.account_id, b.run_id, r.run_number, b.position, u.service_point_id, u.from_on,
                    max(n.consumption_id) ",
            $from,
            " join consumption u on u.account_id = i.account_id and u.consumption_id = i.consumption_id
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
                                 and l.register_no = n.register_no and l.from_on = n.from_on
                                 and n.revision < l.revision) ",
            $only,
            " group by b.account_id, b.run_id, r.run_number, b.position, u.service_point_id, u.from_on"
        )
    };
}

/// Uses of a bill that a read told, which was corrected since.
const CORRECTED: &str = told_otherwise!("from run_item i", "");

/// The same of what a bill settles, unless another bill settled those days by what is known now.
const SETTLED: &str = told_otherwise!(
    "from run_extra i",
    "and i.kind = 'settlement'
     and not exists (select 1
                     from run_extra s
                     join bill t on t.account_id = s.account_id and t.run_id = s.run_id
                     left join bill_cancellation x on x.account_id = s.account_id and x.run_id = s.run_id
                     where s.account_id = i.account_id and s.agreement_id = i.agreement_id
                       and s.kind = 'settlement' and s.consumption_id = n.consumption_id and x.account_id is null)"
);

/// The bills of some accounts that say what is not so any more, by account and number, worked out from what is on record. Made
/// again or taken back, a bill is not there any more. What was estimated never is: the next bill settles it.
pub async fn bills_gone_wrong(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<BillToMakeAgain>, Fault> {
    let found = gone_wrong(read, accounts).await?.into_iter().map(|one| BillToMakeAgain {
        account: one.key.account,
        number: one.number,
        service_point: one.key.service_point,
        why: one.key.why,
    });
    let mut found: Vec<BillToMakeAgain> = found.collect();
    found.sort_unstable();
    Ok(found)
}

/// Account, run, run number, position, service point, first day, figure.
type GoneRow = (i64, i64, i64, i64, i64, NaiveDate, Option<i64>);

/// The same with what tells each apart.
pub(crate) async fn gone_wrong(read: &mut Read, accounts: &[AccountId]) -> Result<Vec<GoneWrong>, Fault> {
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let mut found = Vec::new();
    for (sql, code) in [(STOPPED, "stopped"), (CORRECTED, "corrected"), (SETTLED, "corrected")] {
        let rows: Vec<GoneRow> = read.listed(sql, &keys).await?;
        for (account, run, run_number, position, point, from_on, figure) in rows {
            let why = WhyAgain::of(code, from_on).ok_or_else(|| Fault::new("a reason has its code"))?;
            let (account, service_point) = (AccountId(account), ServicePointId(point));
            found.push(GoneWrong {
                key: AgainKey { account, run: RunId(run), service_point, why },
                number: BillNumber { run: run_number, position },
                figure: figure.map(ConsumptionId),
            });
        }
    }
    found.sort_unstable();
    // A bill that was made again may charge some days and settle them, too.
    found.dedup_by_key(|one| one.key);
    Ok(found)
}
