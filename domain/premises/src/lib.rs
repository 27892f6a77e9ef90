//! Places: parcels, premises and their owners, and the service points where a service is delivered.

pub mod acts;
mod intake;
mod outlet;
pub mod permissions;
mod premise;
mod service_point;
mod store;

pub use intake::Premises;
pub use premise::{Location, Parcel, Premise};
pub use service_point::{NewServicePoint, ServicePoint};
pub use store::addresses_between;
pub use store::{
    addresses_by_id, insert_service_points, lock_service_points, owners_on, points_by_id, points_by_reference,
    points_of_premise, premises_by_reference, property_uses, references_by_id, service_points_after,
    service_points_by_reference, services_of_points,
};
