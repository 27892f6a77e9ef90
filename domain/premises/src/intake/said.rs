//! `Said`: what a record of a premises file says, checked by itself.

use chrono::NaiveDate;
use imports::{Record, Reject};

use crate::Location;

/// A record that makes sense by itself.
pub(super) struct Said {
    pub(super) premise: String,
    pub(super) location: Location,
    /// The assessor's number and the property use.
    pub(super) parcel: Option<(String, String)>,
    pub(super) service_point: String,
    pub(super) service: String,
    /// The reference of the owner, and since when.
    pub(super) owner: Option<(String, NaiveDate)>,
}

impl Said {
    pub(super) fn of(record: &Record, services: &[&str]) -> Result<Said, Reject> {
        let text = |field: &str| record.text(field).to_owned();
        let service = text("service");
        if !services.contains(&service.as_str()) {
            let known = services.join(", ");
            let message = format!("'{service}' is none of the services {known}");
            return Err(Reject::new("service", "service_unknown", message));
        }
        let parcel = both(record, "parcel", "property_use")?.then(|| (text("parcel"), text("property_use")));
        let owner = match both(record, "owner", "owner_from")? {
            true => Some((text("owner"), record.day("owner_from")?)),
            false => None,
        };
        let location = Location {
            street: text("street"),
            city: text("city"),
            state: text("state"),
            postal_code: text("postal_code"),
        };
        let (premise, service_point) = (text("premise"), text("service_point"));
        Ok(Said { premise, location, parcel, service_point, service, owner })
    }
}

/// Whether two fields are given; one alone says nothing.
fn both(record: &Record, one: &'static str, other: &'static str) -> Result<bool, Reject> {
    match (record.text(one).is_empty(), record.text(other).is_empty()) {
        (true, true) => Ok(false),
        (false, false) => Ok(true),
        (true, false) => Err(Reject::new(one, "present", format!("'{other}' is given, but no {one}"))),
        (false, true) => Err(Reject::new(other, "present", format!("'{one}' is given, but no {other}"))),
    }
}
