//! `LookAtCounts`: what is odd about a count or a meter, for the acts that record them.

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use kernel::ServicePointId;
use metering::LooksAtCounts;

use crate::reading::points_to_read;
use crate::served::services_at_points;

/// The dimension by which rates differ with the size of a meter.
const METER_SIZE: &str = "meter_size";

/// Looks at counts by what is usual for whoever answers for a service point, and at sizes by what is billed there.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookAtCounts;

#[async_trait]
impl LooksAtCounts for LookAtCounts {
    async fn odd_count(
        &self,
        read: &mut Read,
        point: ServicePointId,
        (count, on): (i64, NaiveDate),
    ) -> Result<Vec<String>, Fault> {
        let there = points_to_read(read, &[point], on).await?;
        Ok(there.first().map(|there| there.look(count, on).odd).unwrap_or_default())
    }

    async fn odd_size(
        &self,
        read: &mut Read,
        point: ServicePointId,
        (size, on): (&str, NaiveDate),
    ) -> Result<Vec<String>, Fault> {
        sizes_left_behind(read, point, (size, on)).await
    }
}

/// Which services at a service point are billed for another size than that of the meter that is put in on a day. The size
/// that rates ask for stands with the service and does not follow the meter: it begins anew with the service.
pub async fn sizes_left_behind(
    read: &mut Read,
    point: ServicePointId,
    (size, on): (&str, NaiveDate),
) -> Result<Vec<String>, Fault> {
    let mut services = services_at_points(read, &[point]).await?;
    services.retain(|service| service.goes_on(on));
    let told = services.iter().filter_map(|service| {
        let billed = service.dimensions.get(METER_SIZE).filter(|billed| *billed != size)?;
        Some(format!(
            "{} here is billed for meter size {billed}, and stays so: stop it the day before, and start it again on {on} \
             with {METER_SIZE}={size}",
            service.service
        ))
    });
    Ok(told.collect())
}
