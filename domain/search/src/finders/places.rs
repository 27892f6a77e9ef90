//! `PlaceFinder`: service points by their reference.

use async_trait::async_trait;
use customers::permissions::SEE;
use db::{Fault, Read};
use kernel::AccountId;
use web::shown::capital;
use web::{Ask, Finder, Found, Problem, encoded};

use crate::numbered::Numbered;

/// Finds places where a service is delivered.
pub struct PlaceFinder;

#[async_trait]
impl Finder for PlaceFinder {
    async fn find(&self, ask: &Ask, read: &mut Read, words: &str, _most: usize) -> Result<Vec<Found>, Problem> {
        if !ask.may(SEE) {
            return Ok(Vec::new());
        }
        Ok(found_places(read, words).await?)
    }
}

/// The service point that has a reference.
pub(crate) async fn found_places(read: &mut Read, words: &str) -> Result<Vec<Found>, Fault> {
    let references = Numbered::of(words).references();
    let references: Vec<&str> = references.iter().map(String::as_str).collect();
    let points = premises::points_by_reference(read, &references).await?;
    let mut all = Vec::new();
    for (reference, point) in points {
        let accounts: Vec<AccountId> = billing::accounts_at(read, &[point.id]).await?.into_iter().collect();
        let protected = customers::protected_among(read, &accounts).await?.into_values().next();
        let address = protected.map_or(point.address, |protection| protection.shown());
        all.push(Found {
            what: "Service point",
            href: format!("/points/{}", encoded(&reference)),
            name: reference,
            note: [capital(&point.service), address].join(" · "),
            state: None,
            distance: 0,
            is_sure: true,
        });
    }
    Ok(all)
}
