//! `Intake`: what a room does with the records of one kind of file.

use acts::{Entry, Failure, Permission};
use async_trait::async_trait;

use crate::{Field, Record, Reject};

/// One kind of file. A new one is an implementation in its room and a line in the list of `app`.
#[async_trait]
pub trait Intake: Send + Sync + 'static {
    /// The word for it in commands, such as `customers`.
    fn kind(&self) -> &'static str;
    /// What the actor must be allowed.
    fn permission(&self) -> Permission;
    /// The fields a mapping may give.
    fn fields(&self) -> &'static [Field];
    /// Brings in records of one chunk, in one transaction; answers what became of each, in their order.
    ///
    /// `source` names the import: what is new is stored with `{source}/{line}`. A record that says what is on record
    /// already is [`Taken::Unchanged`]; one that says it a second time in the same import (the stored source begins
    /// with `{source}/`, or an earlier record of the chunk says the same) is rejected as `suspected_duplicate`.
    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure>;
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on record now.
    New,
    /// Something on record changed by it.
    Changed,
    /// It was on record already, just so.
    Unchanged,
    /// It cannot come in.
    Rejected(Reject),
}
