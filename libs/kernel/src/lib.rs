//! The few types everything hangs on: money, quantities, periods, ids, digests, refusals.
//!
//! Pure: no clock, no chance, no database. Floats appear nowhere.

mod cents;
mod digest;
mod fold;
mod ids;
mod numbers;
mod period;
mod quantity;
mod refusal;
mod rounding;
mod split;

pub use cents::{BeyondMost, Cents, MoneyError};
pub use digest::{Digest, DigestBuilder};
pub use fold::search_key;
pub use ids::{
    AccountId, ActId, ActorId, AdjustmentId, AgreementId, ChargeId, ConsumptionId, CustomerId, CycleId, FundId,
    IdBlock, JobId, JournalId, LedgerAccountId, MeterId, OrderId, ParcelId, PremiseId, ProposalId, RateProfileId,
    RateVersionId, RunId, ServicePointId,
};
pub use numbers::{AccountNumber, BillNumber, NumberError};
pub use period::{Month, Period, PeriodError};
pub use quantity::{Factor, Quantity, QuantityError, Unit};
pub use refusal::Refusal;
pub use rounding::Rounding;
pub use rust_decimal::Decimal;
pub use split::split;
