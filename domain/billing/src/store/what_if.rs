//! What a rate schedule is for: the agreements it prices, by profile.

use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::RateProfileId;

/// How many agreements of each profile a schedule prices on a day or later.
pub(crate) async fn profile_counts(
    read: &mut Read,
    schedule: &str,
    on: NaiveDate,
) -> Result<Vec<(RateProfileId, i64)>, Fault> {
    const SQL: &str = "
        select rate_profile_id, count(*)
        from service_agreement
        where schedule_code = $1 and (stops_on is null or $2 < stops_on)
        group by rate_profile_id
        order by rate_profile_id";
    let rows: Vec<(i64, i64)> = read.all(SQL, vec![schedule.into(), on.into()]).await?;
    Ok(rows.into_iter().map(|(profile, count)| (RateProfileId(profile), count)).collect())
}
