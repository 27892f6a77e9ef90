//! `not_placed`: which charges of rates have no place in the books, asked before anybody puts them in force.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read};
use rates::{Charge, Rate, Schedule, Version};

use crate::books::ChargeShape;
use crate::{NotPlaced, store};

/// Every reason why charges of a schedule have no place in the books, each with its version.
pub async fn not_placed(read: &mut Read, schedule: &Schedule) -> Result<Vec<(NaiveDate, NotPlaced)>, Fault> {
    let books = store::books(read).await?;
    let chart = finance::chart(read).await?;
    let mut found = Vec::new();
    for version in &schedule.versions {
        let flaws = books.flaws(&chart, &shapes(version));
        found.extend(flaws.into_iter().map(|flaw| (version.effective_on, flaw)));
    }
    Ok(found)
}

/// The charges of a version as the books look at them.
fn shapes(version: &Version) -> Vec<ChargeShape<'_>> {
    let position: BTreeMap<&str, usize> =
        version.charges.iter().enumerate().map(|(position, charge)| (charge.name.as_str(), position)).collect();
    let of = |charge: &Charge| -> (Vec<usize>, bool) {
        let (mut of, mut is_measured) = (Vec::new(), false);
        for case in &charge.cases {
            match &case.rate {
                Rate::PerCent { of: names, .. } => {
                    of.extend(names.iter().filter_map(|name| position.get(name.as_str()).copied()));
                }
                Rate::NotOffered(_) => {}
                Rate::Fixed(_) | Rate::PerUnit(_) | Rate::Tiers(_) => is_measured = true,
            }
        }
        of.sort_unstable();
        of.dedup();
        (of, is_measured)
    };
    let charges = version.charges.iter().map(|charge| {
        let (of, is_measured) = of(charge);
        let (name, revenue) = (charge.name.as_str(), charge.revenue.as_str());
        let (tax, is_borne) = (charge.tax.as_ref(), charge.is_borne_by_city);
        ChargeShape { name, revenue, tax, is_borne, of, is_measured }
    });
    charges.collect()
}
