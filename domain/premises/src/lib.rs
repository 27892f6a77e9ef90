//! Where a service is delivered.

mod service_point;
mod store;

pub use service_point::NewServicePoint;
pub use store::{
    insert_service_points, references_by_id, service_points_after, service_points_by_reference, services_of_points,
};
