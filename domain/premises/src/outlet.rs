//! The way back: service points with their premises in the form in which they are imported.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use imports::{Field, Outlet, Page};
use kernel::{CustomerId, PremiseId};

use crate::intake::FIELDS;
use crate::{Location, Parcel, Premise, Premises, ServicePoint, store};

/// Service points of a page.
const PAGE: i64 = 1_000;

#[async_trait]
impl Outlet for Premises {
    fn kind(&self) -> &'static str {
        "premises"
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn page(&self, read: &mut Read, on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let points = store::point_page(read, after, PAGE).await?;
        let mut ids: Vec<PremiseId> = points.iter().filter_map(|point| point.premise).collect();
        ids.sort_unstable();
        ids.dedup();
        let premises = store::premises_by_id(read, &ids).await?;
        let owners = store::owners_of(read, &ids).await?;
        let named: Vec<CustomerId> = owners.values().flat_map(BTreeMap::values).copied().collect();
        let mut names = customers::customer_references(read, &named).await?;
        // A file leaves the house: it does not say that a protected person owns a place.
        for protected in customers::protected_customers(read, &named).await?.keys() {
            names.remove(protected);
        }
        let row = |point: &ServicePoint| {
            let mut row =
                BTreeMap::from([("service_point", point.reference.clone()), ("service", point.service.clone())]);
            if let Some(premise) = point.premise.and_then(|id| premises.get(&id)) {
                row.extend(place(premise));
                if let Some((from_on, owner)) = owners.get(&premise.id).and_then(|owners| owner_shown(owners, on))
                    && let Some(name) = names.get(&owner)
                {
                    row.insert("owner", name.clone());
                    row.insert("owner_from", from_on.to_string());
                }
            }
            row
        };
        let next = points.last().map(|point| point.reference.clone());
        Ok(Page { rows: points.iter().map(row).collect(), next })
    }
}

fn place(premise: &Premise) -> Vec<(&'static str, String)> {
    let Location { street, city, state, postal_code } = premise.location.clone();
    let mut fields = vec![
        ("premise", premise.reference.clone()),
        ("street", street),
        ("city", city),
        ("state", state),
        ("postal_code", postal_code),
    ];
    if let Some(Parcel { number, property_use, .. }) = premise.parcel.clone() {
        fields.extend([("parcel", number), ("property_use", property_use)]);
    }
    fields
}

/// The owner on a day, or else the first to come.
fn owner_shown(owners: &BTreeMap<NaiveDate, CustomerId>, on: NaiveDate) -> Option<(NaiveDate, CustomerId)> {
    let newest = owners.range(..=on).next_back();
    newest.or_else(|| owners.iter().next()).map(|(from_on, owner)| (*from_on, *owner))
}
