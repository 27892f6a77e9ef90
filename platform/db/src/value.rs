//! `Value`: what travels as an argument, and the six column types both engines share.

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};

/// One argument or one cell. `None` is null and keeps its type, which PostgreSQL wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// bigint
    Int(Option<i64>),
    /// text
    Text(Option<String>),
    /// boolean
    Bool(Option<bool>),
    /// date
    Date(Option<NaiveDate>),
    /// timestamptz, cut to microseconds
    Instant(Option<DateTime<Utc>>),
    /// bytea
    Bytes(Option<Vec<u8>>),
}

/// The six portable column types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// bigint
    Int,
    /// text
    Text,
    /// boolean
    Bool,
    /// date
    Date,
    /// timestamptz
    Instant,
    /// bytea
    Bytes,
}

impl Kind {
    /// The kind of a column declared with this type name, as either engine reports it.
    pub(crate) fn of_declared(name: &str) -> Option<Kind> {
        match name {
            "bigint" => Some(Kind::Int),
            "text" => Some(Kind::Text),
            "boolean" => Some(Kind::Bool),
            "date" => Some(Kind::Date),
            "timestamptz" | "timestamp with time zone" => Some(Kind::Instant),
            "bytea" => Some(Kind::Bytes),
            _ => None,
        }
    }
}

macro_rules! into_value {
    ($($from:ty => $variant:ident ($value:ident) $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                Value::$variant(Some($convert))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Value {
                Value::$variant(value.map(|$value| $convert))
            }
        }
    )*};
}

into_value! {
    i64 => Int(value) value;
    &str => Text(value) value.to_owned();
    String => Text(value) value;
    bool => Bool(value) value;
    NaiveDate => Date(value) value;
    DateTime<Utc> => Instant(value) value.trunc_subsecs(6);
    Vec<u8> => Bytes(value) value;
    kernel::Digest => Bytes(value) value.0.to_vec();
    kernel::Cents => Int(value) value.0;
    kernel::AccountId => Int(value) value.0;
    kernel::ActId => Int(value) value.0;
    kernel::ActorId => Int(value) value.0;
    kernel::AgreementId => Int(value) value.0;
    kernel::ConsumptionId => Int(value) value.0;
    kernel::CustomerId => Int(value) value.0;
    kernel::CycleId => Int(value) value.0;
    kernel::FundId => Int(value) value.0;
    kernel::JobId => Int(value) value.0;
    kernel::JournalId => Int(value) value.0;
    kernel::LedgerAccountId => Int(value) value.0;
    kernel::OrderId => Int(value) value.0;
    kernel::RateProfileId => Int(value) value.0;
    kernel::RateVersionId => Int(value) value.0;
    kernel::RunId => Int(value) value.0;
    kernel::AdjustmentId => Int(value) value.0;
    kernel::ChargeId => Int(value) value.0;
    kernel::MeterId => Int(value) value.0;
    kernel::ParcelId => Int(value) value.0;
    kernel::PremiseId => Int(value) value.0;
    kernel::ProposalId => Int(value) value.0;
    kernel::ServicePointId => Int(value) value.0;
}
