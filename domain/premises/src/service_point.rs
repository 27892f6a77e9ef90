//! A service point: the place where one service is delivered.

use kernel::ServicePointId;

/// A service point about to be recorded.
#[derive(Clone, Debug)]
pub struct NewServicePoint {
    /// Given beforehand, from a block.
    pub id: ServicePointId,
    /// The name by which files refer to it; unique.
    pub reference: String,
    /// Which service, such as `water`.
    pub service: String,
    /// Where; may be empty until known.
    pub address: String,
}
