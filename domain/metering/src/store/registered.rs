//! What meters registered, beside what the figures made of it say.

use db::{Fault, Read};
use kernel::{AccountId, ConsumptionId, Period, Quantity, Unit};

/// A figure of consumption, and what the meter registered for the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredUse {
    /// The figure.
    pub consumption: ConsumptionId,
    /// What it says.
    pub quantity: Quantity,
    /// What the meter counted between its reads; none where no meter of ours was read.
    pub registered: Option<Quantity>,
    /// Whether the figure is an estimate.
    pub is_estimated: bool,
}

/// Every revision of what register 1 of each service point of accounts `from..to` used in the periods that begin
/// within `window`, with what was registered; ordered by account, service point, first day and revision.
pub async fn registered_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    window: Period,
) -> Result<Vec<RegisteredUse>, Fault> {
    const SQL: &str = "
        select consumption_id, steps, unit, registered_steps, is_estimated
        from consumption
        where $1 <= account_id and account_id < $2 and register_no = 1 and $3 <= from_on and from_on < $4
        order by account_id, service_point_id, from_on, revision";
    let args = vec![from.into(), to.into(), window.from().into(), window.to().into()];
    let rows: Vec<(i64, i64, String, Option<i64>, bool)> = read.all(SQL, args).await?;
    let registered = |(id, steps, unit, registered, is_estimated): (i64, i64, String, Option<i64>, bool)| {
        let unit = Unit::parse(&unit).map_err(|_| Fault::impossible_row("consumption", "unit", id))?;
        Ok(RegisteredUse {
            consumption: ConsumptionId(id),
            quantity: Quantity { steps, unit },
            registered: registered.map(|steps| Quantity { steps, unit }),
            is_estimated,
        })
    };
    rows.into_iter().map(registered).collect()
}
