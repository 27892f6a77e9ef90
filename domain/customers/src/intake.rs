//! `Customers`: what this room does with the records of a customer file.

mod names;
mod said;

use std::collections::BTreeSet;

use ::acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use imports::{Field, Intake, Need, Record, Taken};

use crate::permissions;
use names::Names;
use said::Said;

/// Takes customer files: customers, the accounts opened for them, who pays, where mail goes.
///
/// A record is known by its customer and account. Name, phone, email and address may change by a
/// file; what kind of customer it is and whose an account is may not.
pub struct Customers;

/// The fields of customer files, in the order of an export.
pub(crate) const FIELDS: &[Field] = &[
    Field { name: "customer", need: Need::Always },
    Field { name: "kind", need: Need::Always },
    Field { name: "name", need: Need::Always },
    Field { name: "phone", need: Need::Maybe },
    Field { name: "email", need: Need::Maybe },
    Field { name: "account", need: Need::Maybe },
    Field { name: "opened_on", need: Need::Maybe },
    Field { name: "bill_payer", need: Need::Maybe },
    Field { name: "recipient", need: Need::Maybe },
    Field { name: "street", need: Need::Maybe },
    Field { name: "city", need: Need::Maybe },
    Field { name: "state", need: Need::Maybe },
    Field { name: "postal_code", need: Need::Maybe },
];

#[async_trait]
impl Intake for Customers {
    fn kind(&self) -> &'static str {
        "customers"
    }

    fn permission(&self) -> Permission {
        permissions::IMPORT
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let said: Vec<_> = records.iter().map(Said::of).collect();
        let good = || said.iter().flatten();
        let customers: BTreeSet<&str> = good().flat_map(Said::customers).collect();
        let accounts: BTreeSet<&str> =
            good().filter_map(|said| said.account.as_ref()).map(|account| account.name.as_str()).collect();
        let mut names = Names::load(entry, source, customers, accounts).await?;
        let mut taken = Vec::with_capacity(records.len());
        for (said, record) in said.into_iter().zip(records) {
            let judged = match said {
                Ok(said) => names.take(&said, record.line)?,
                Err(reject) => Taken::Rejected(reject),
            };
            taken.push(judged);
        }
        names.write(entry).await?;
        Ok(taken)
    }
}

/// Where a record comes from, as it is stored with what it brought.
fn source_of(source: &str, line: i64) -> String {
    format!("{source}/{line}")
}

/// Whether something stored comes from this import.
fn is_from(stored: &str, source: &str) -> bool {
    stored.strip_prefix(source).is_some_and(|rest| rest.starts_with('/'))
}
