//! `Premises`: what this room does with the records of a premises file.

mod places;
mod said;

use ::acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use imports::{Field, Intake, Need, Record, Taken};

use crate::permissions;
use places::Places;
use said::Said;

/// Takes premises files: parcels, premises, their owners, and a service point a record.
///
/// A record is known by its service point. Premises repeat over their service points and say the
/// same each time; another owner from another day is recorded, anything else is no import's to change.
pub struct Premises {
    services: Vec<&'static str>,
}

/// The fields of premises files, in the order of an export.
pub(crate) const FIELDS: &[Field] = &[
    Field { name: "premise", need: Need::Always },
    Field { name: "street", need: Need::Always },
    Field { name: "city", need: Need::Always },
    Field { name: "state", need: Need::Maybe },
    Field { name: "postal_code", need: Need::Maybe },
    Field { name: "parcel", need: Need::Maybe },
    Field { name: "property_use", need: Need::Maybe },
    Field { name: "service_point", need: Need::Always },
    Field { name: "service", need: Need::Always },
    Field { name: "owner", need: Need::Maybe },
    Field { name: "owner_from", need: Need::Maybe },
];

impl Premises {
    /// For a city that provides these services; the rooms above know which those are.
    #[must_use]
    pub fn with_services(services: Vec<&'static str>) -> Premises {
        Premises { services }
    }
}

#[async_trait]
impl Intake for Premises {
    fn kind(&self) -> &'static str {
        "premises"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let said: Vec<_> = records.iter().map(|record| Said::of(record, &self.services)).collect();
        let good: Vec<&Said> = said.iter().flatten().collect();
        let mut places = Places::load(entry, source, &good).await?;
        let mut taken = Vec::with_capacity(records.len());
        for (said, record) in said.iter().zip(records) {
            let judged = match said {
                Ok(said) => places.take(said, record.line)?,
                Err(reject) => Taken::Rejected(reject.clone()),
            };
            taken.push(judged);
        }
        places.write(entry).await?;
        Ok(taken)
    }
}
