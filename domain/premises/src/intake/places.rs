//! `Places`: the premises, parcels and service points that some records speak of, as they stand and as they become.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::Entry;
use chrono::NaiveDate;
use db::Fault;
use imports::{Reject, Taken};
use kernel::{CustomerId, IdBlock, PremiseId};

use super::said::Said;
use crate::store::{self, NewOwner, NewParcel, PlacedPoint};
use crate::{NewServicePoint, Parcel, Premise, ServicePoint};

/// What is on record, changed record by record and written once.
pub(super) struct Places {
    source: String,
    property_uses: BTreeMap<String, String>,
    customers: BTreeMap<String, CustomerId>,
    parcels: BTreeMap<String, Parcel>,
    premises: BTreeMap<String, Premise>,
    owners: BTreeMap<PremiseId, BTreeMap<NaiveDate, CustomerId>>,
    points: BTreeMap<String, ServicePoint>,
    parcel_ids: IdBlock,
    premise_ids: IdBlock,
    point_ids: IdBlock,
    new_parcels: Vec<NewParcel>,
    new_premises: Vec<Premise>,
    new_owners: Vec<NewOwner>,
    /// References of service points that are new, and of those that had no premises.
    new_points: BTreeSet<String>,
    placed_points: BTreeSet<String>,
}

/// What a record brings beside what is on record.
struct Brings {
    premise: bool,
    point: bool,
    place: bool,
    owner: Option<(CustomerId, NaiveDate)>,
}

impl Places {
    pub(super) async fn load(entry: &mut Entry, source: &str, said: &[&Said]) -> Result<Places, Fault> {
        let parcels = distinct(said.iter().filter_map(|said| said.parcel.as_ref()).map(|(number, _)| number));
        let premises = distinct(said.iter().map(|said| &said.premise));
        let points = distinct(said.iter().map(|said| &said.service_point));
        let owners = distinct(said.iter().filter_map(|said| said.owner.as_ref()).map(|(owner, _)| owner));
        let known_parcels = store::parcels_by_number(entry, &parcels).await?;
        let known_premises = store::premises_by_reference(entry, &premises).await?;
        let known_points = store::points_by_reference(entry, &points).await?;
        let ids: Vec<PremiseId> = known_premises.values().map(|premise| premise.id).collect();
        Ok(Places {
            source: source.to_owned(),
            property_uses: store::property_uses(entry).await?,
            customers: customers::customers_by_reference(entry, &owners).await?,
            owners: store::owners_of(entry, &ids).await?,
            parcel_ids: entry.ids("parcel", parcels.len() - known_parcels.len()).await?,
            premise_ids: entry.ids("premise", premises.len() - known_premises.len()).await?,
            point_ids: entry.ids("service_point", points.len() - known_points.len()).await?,
            parcels: known_parcels,
            premises: known_premises,
            points: known_points,
            new_parcels: Vec::new(),
            new_premises: Vec::new(),
            new_owners: Vec::new(),
            new_points: BTreeSet::new(),
            placed_points: BTreeSet::new(),
        })
    }

    /// Judges a record against what is on record, and notes what it brings.
    pub(super) fn take(&mut self, said: &Said, line: i64) -> Result<Taken, Fault> {
        let brings = match self.check(said) {
            Ok(brings) => brings,
            Err(reject) => return Ok(Taken::Rejected(reject)),
        };
        if !brings.premise && !brings.point && !brings.place && brings.owner.is_none() {
            return Ok(self.same_again(said));
        }
        let source = format!("{}/{line}", self.source);
        if brings.premise {
            self.add_premise(said, &source);
        }
        let premise = self.premises.get(&said.premise).map(|premise| premise.id);
        let premise = premise.ok_or_else(|| Fault::new("premises were not recorded"))?;
        if let Some((customer, from_on)) = brings.owner {
            self.owners.entry(premise).or_default().insert(from_on, customer);
            self.new_owners.push(NewOwner { premise, from_on, customer });
        }
        if brings.point || brings.place {
            self.add_or_place_point(said, premise, &source);
        }
        Ok(if brings.premise || brings.point { Taken::New } else { Taken::Changed })
    }

    /// What a record brings, or why it cannot come in.
    fn check(&self, said: &Said) -> Result<Brings, Reject> {
        if let Some((number, property_use)) = &said.parcel {
            if !self.property_uses.contains_key(property_use) {
                let message = format!("'{property_use}' is not a property use of this town");
                return Err(Reject::new("property_use", "property_use_unknown", message));
            }
            if let Some(there) = self.parcels.get(number).filter(|there| there.property_use != *property_use) {
                let message = format!("parcel '{number}' is on record with property use '{}'", there.property_use);
                return Err(Reject::new("property_use", "differs", message));
            }
        }
        let premise = self.premises.get(&said.premise);
        if let Some(premise) = premise {
            check_premise(said, premise)?;
        }
        let owner = self.check_owner(said, premise)?;
        let mut brings = Brings { premise: premise.is_none(), point: true, place: false, owner };
        if let Some(point) = self.points.get(&said.service_point) {
            let differs = |field, words: &str| {
                let message = format!("service point '{}' is on record {words}", said.service_point);
                Err(Reject::new(field, "differs", message))
            };
            if point.service != said.service {
                return differs("service", &format!("for {}", point.service));
            }
            brings.point = false;
            brings.place = point.premise.is_none();
            if !brings.place && point.premise != premise.map(|premise| premise.id) {
                return differs("premise", "for other premises");
            }
        }
        Ok(brings)
    }

    /// The owner a record brings, where that is not on record.
    fn check_owner(&self, said: &Said, premise: Option<&Premise>) -> Result<Option<(CustomerId, NaiveDate)>, Reject> {
        let Some((reference, from_on)) = &said.owner else { return Ok(None) };
        let Some(owner) = self.customers.get(reference) else {
            let message = format!("the owner '{reference}' is not on record as a customer");
            return Err(Reject::new("owner", "customer_unknown", message));
        };
        let owners = premise.and_then(|premise| self.owners.get(&premise.id));
        match owners.and_then(|owners| owners.get(from_on)) {
            None => Ok(Some((*owner, *from_on))),
            Some(there) if there == owner => Ok(None),
            Some(_) => {
                let message = format!("premises '{}' have another owner on record from {from_on}", said.premise);
                Err(Reject::new("owner", "premise_differs", message))
            }
        }
    }

    /// A record that brings nothing: said before by this import, or on record from elsewhere.
    fn same_again(&self, said: &Said) -> Taken {
        let stored = self.points.get(&said.service_point).map_or("", |point| point.source.as_str());
        match stored.strip_prefix(&self.source).and_then(|rest| rest.strip_prefix('/')) {
            None => Taken::Unchanged,
            Some(line) => {
                let message = format!("line {line} of this file said so already");
                Taken::Rejected(Reject::new("service_point", "suspected_duplicate", message))
            }
        }
    }

    fn add_premise(&mut self, said: &Said, source: &str) {
        let parcel = said.parcel.clone().map(|(number, property_use)| match self.parcels.get(&number) {
            Some(parcel) => parcel.clone(),
            None => {
                let parcel = Parcel { id: self.parcel_ids.take(), number: number.clone(), property_use };
                self.new_parcels.push(NewParcel { parcel: parcel.clone(), source: source.to_owned() });
                self.parcels.insert(number, parcel.clone());
                parcel
            }
        });
        let premise = Premise {
            id: self.premise_ids.take(),
            reference: said.premise.clone(),
            location: said.location.clone(),
            parcel,
            source: source.to_owned(),
        };
        self.premises.insert(said.premise.clone(), premise.clone());
        self.new_premises.push(premise);
    }

    fn add_or_place_point(&mut self, said: &Said, premise: PremiseId, source: &str) {
        let address = said.location.one_line();
        if let Some(point) = self.points.get_mut(&said.service_point) {
            point.premise = Some(premise);
            source.clone_into(&mut point.source);
            if point.address.is_empty() {
                point.address = address;
            }
            self.placed_points.insert(said.service_point.clone());
            return;
        }
        let point = ServicePoint {
            id: self.point_ids.take(),
            reference: said.service_point.clone(),
            service: said.service.clone(),
            address,
            premise: Some(premise),
            source: source.to_owned(),
        };
        self.points.insert(said.service_point.clone(), point);
        self.new_points.insert(said.service_point.clone());
    }

    /// Writes everything that was noted.
    pub(super) async fn write(self, entry: &mut Entry) -> Result<(), Fault> {
        store::insert_parcels(entry, self.new_parcels).await?;
        store::insert_premises(entry, self.new_premises).await?;
        let act = entry.act;
        store::insert_owners(entry, act, self.new_owners).await?;
        let points = &self.points;
        let new = self.new_points.iter().filter_map(|reference| {
            let ServicePoint { id, reference, service, address, premise, source } = points.get(reference)?.clone();
            Some(PlacedPoint { point: NewServicePoint { id, reference, service, address }, premise: premise?, source })
        });
        store::insert_placed_points(entry, new.collect()).await?;
        for point in self.placed_points.iter().filter_map(|reference| points.get(reference)) {
            store::place_point(entry, point).await?;
        }
        Ok(())
    }
}

/// Premises say the same in every record.
fn check_premise(said: &Said, premise: &Premise) -> Result<(), Reject> {
    let parcel = premise.parcel.as_ref().map_or("", |parcel| parcel.number.as_str());
    let said_parcel = said.parcel.as_ref().map_or("", |(number, _)| number.as_str());
    let (new, old) = (&said.location, &premise.location);
    let fields = [
        ("street", new.street.as_str(), old.street.as_str()),
        ("city", &new.city, &old.city),
        ("state", &new.state, &old.state),
        ("postal_code", &new.postal_code, &old.postal_code),
        ("parcel", said_parcel, parcel),
    ];
    match fields.into_iter().find(|(_, new, old)| new != old) {
        None => Ok(()),
        Some((field, _, old)) => {
            let message = format!("premises '{}' are on record with '{old}'", said.premise);
            Err(Reject::new(field, "premise_differs", message))
        }
    }
}

fn distinct<'s>(texts: impl Iterator<Item = &'s String>) -> Vec<&'s str> {
    let distinct: BTreeSet<&str> = texts.map(String::as_str).collect();
    distinct.into_iter().collect()
}
