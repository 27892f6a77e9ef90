//! A service point: the place where one service is delivered.

use kernel::{PremiseId, ServicePointId};

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

/// A service point on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicePoint {
    /// Its id.
    pub id: ServicePointId,
    /// The name by which files refer to it.
    pub reference: String,
    /// Which service, such as `water`.
    pub service: String,
    /// Where; may be empty until known.
    pub address: String,
    /// The premises it belongs to, where they are known.
    pub premise: Option<PremiseId>,
    /// The import and line it comes from; empty for others.
    pub source: String,
}
