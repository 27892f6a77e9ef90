//! Opening services in bulk: customers, accounts, service points and agreements together.

use std::collections::{BTreeMap, BTreeSet};

use ::acts::{Entry, Failure};
use chrono::NaiveDate;
use customers::{CustomerKind, NewAccount, NewCustomer};
use db::Fault;
use kernel::{AccountId, AgreementId, CustomerId, CycleId, ServicePointId};
use premises::NewServicePoint;
use revenue::RateProfile;

use crate::store;
use crate::{Agreement, NewAgreement, PointAgreement};

/// A service to open: a new account of a customer, for one service point.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The reference of the customer, new or known.
    pub customer: String,
    /// The reference of the service point, new.
    pub service_point: String,
    /// Where it is; empty where that is not known.
    pub address: String,
    /// The service.
    pub service: String,
    /// The rate schedule it is priced by.
    pub schedule: String,
    /// Its class and dimension values.
    pub profile: RateProfile,
    /// The cycle it is billed in.
    pub cycle: CycleId,
    /// The first day.
    pub starts_on: NaiveDate,
}

/// Opens services, each with an account of its own; answers who answers for each service point.
pub async fn open_services(
    entry: &mut Entry,
    services: &[NewService],
) -> Result<BTreeMap<String, (ServicePointId, PointAgreement)>, Failure> {
    let profiles: BTreeSet<RateProfile> = services.iter().map(|service| service.profile.clone()).collect();
    let profiles = revenue::ensure_profiles(entry, &profiles).await?;
    let holders = ensure_customers(entry, services).await?;
    let count = services.len();
    let mut accounts = entry.ids("account", count).await?;
    let numbers = customers::issue_numbers(entry, count).await?;
    let mut points = entry.ids("service_point", count).await?;
    let mut agreements = entry.ids("service_agreement", count).await?;
    let mut opened = BTreeMap::new();
    let (mut new_accounts, mut new_points, mut new_agreements) =
        (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
    for (service, number) in services.iter().zip(numbers) {
        let (account, point): (AccountId, ServicePointId) = (accounts.take(), points.take());
        let agreement: AgreementId = agreements.take();
        let customer = holders.get(&service.customer).copied();
        let customer = customer.ok_or_else(|| Fault::new("a customer was not recorded"))?;
        new_accounts.push(NewAccount { id: account, customer, number, opened_on: service.starts_on });
        new_points.push(NewServicePoint {
            id: point,
            reference: service.service_point.clone(),
            service: service.service.clone(),
            address: service.address.clone(),
        });
        new_agreements.push(NewAgreement {
            agreement: Agreement {
                id: agreement,
                account,
                service_point: point,
                schedule: service.schedule.clone(),
                profile: profiles[&service.profile],
                starts_on: service.starts_on,
                stops_on: None,
            },
            service: service.service.clone(),
            cycle: service.cycle,
            source: String::new(),
        });
        opened.insert(
            service.service_point.clone(),
            (point, PointAgreement { account, agreement, starts_on: service.starts_on }),
        );
    }
    customers::insert_accounts(entry, &new_accounts).await?;
    premises::insert_service_points(entry, new_points).await?;
    store::insert_agreements(entry, new_agreements).await?;
    Ok(opened)
}

async fn ensure_customers(entry: &mut Entry, services: &[NewService]) -> Result<BTreeMap<String, CustomerId>, Fault> {
    let wanted: BTreeSet<&str> = services.iter().map(|service| service.customer.as_str()).collect();
    let references: Vec<&str> = wanted.into_iter().collect();
    let mut known = customers::customers_by_reference(entry, &references).await?;
    let missing: Vec<&str> = references.into_iter().filter(|reference| !known.contains_key(*reference)).collect();
    let mut ids = entry.ids("customer", missing.len()).await?;
    let mut new = Vec::with_capacity(missing.len());
    for reference in missing {
        let id: CustomerId = ids.take();
        known.insert(reference.to_owned(), id);
        let reference = reference.to_owned();
        new.push(NewCustomer {
            id,
            reference,
            kind: CustomerKind::Unknown,
            name: String::new(),
            phone: String::new(),
            email: String::new(),
            source: String::new(),
        });
    }
    customers::insert_customers(entry, new).await?;
    Ok(known)
}
