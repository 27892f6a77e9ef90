//! Addresses of service points in ranges of them, for walks over all.

use db::{Fault, Read};
use kernel::ServicePointId;

/// Where service points `from..to` are, on one line each.
pub async fn addresses_between(
    read: &mut Read,
    (from, to): (ServicePointId, ServicePointId),
) -> Result<Vec<(ServicePointId, String)>, Fault> {
    const SQL: &str = "
        select service_point_id, address
        from service_point
        where $1 <= service_point_id and service_point_id < $2
        order by service_point_id";
    let rows: Vec<(i64, String)> = read.all(SQL, vec![from.into(), to.into()]).await?;
    Ok(rows.into_iter().map(|(point, address)| (ServicePointId(point), address)).collect())
}
