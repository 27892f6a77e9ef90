//! One typed id per noun: never printed, never mixed up.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> $name {
                $name(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }
    )*};
}

ids! {
    /// A customer's account; 0 is the city itself.
    AccountId,
    /// One entry of the act log.
    ActId,
    /// An adjustment of what an account owes.
    AdjustmentId,
    /// Someone or something that acts: a member of staff, a job, an import.
    ActorId,
    /// A service agreement.
    AgreementId,
    /// A charge by code on an account.
    ChargeId,
    /// Consumption of one register over one period.
    ConsumptionId,
    /// A person or organization the city serves.
    CustomerId,
    /// A billing cycle.
    CycleId,
    /// A fund of the city's books.
    FundId,
    /// A row of the job queue.
    JobId,
    /// A journal: the postings of one business event.
    JournalId,
    /// A ledger account of the chart.
    LedgerAccountId,
    /// A meter, wherever it is installed.
    MeterId,
    /// A bulk order.
    OrderId,
    /// A parcel of land.
    ParcelId,
    /// A building or lot that is served.
    PremiseId,
    /// A change that waits for a second person.
    ProposalId,
    /// A class with its dimension values: what the price of a service depends on besides use.
    RateProfileId,
    /// One version of a rate schedule.
    RateVersionId,
    /// A bill run.
    RunId,
    /// A place where a service is delivered.
    ServicePointId,
}

impl AccountId {
    /// The city itself: postings that belong to no customer.
    pub const CITY: AccountId = AccountId(0);
}

/// Consecutive ids handed out together; what is not used becomes a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdBlock {
    next: i64,
    end: i64,
}

impl IdBlock {
    /// The ids `first`, `first + 1`, … `first + count - 1`.
    #[must_use]
    pub fn new(first: i64, count: i64) -> IdBlock {
        assert!(0 <= count, "a block of ids has a size");
        IdBlock { next: first, end: first + count }
    }

    /// The next id of the block, as the noun's own type.
    ///
    /// # Panics
    /// When more ids are taken than were asked for: a defect of the caller.
    pub fn take<T: From<i64>>(&mut self) -> T {
        assert!(self.next < self.end, "the block of ids is used up: ask for as many as are needed");
        self.next += 1;
        T::from(self.next - 1)
    }
}
