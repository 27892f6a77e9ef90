//! The chart of accounts as it stands.

use db::{Fault, Read};
use ledger::Chart;

use crate::store;

/// The chart of accounts: funds, ledger accounts, and which is open where.
pub async fn chart(read: &mut Read) -> Result<Chart, Fault> {
    let funds = store::funds(read).await?;
    let ledger_accounts = store::ledger_accounts(read).await?;
    let opened = store::opened(read).await?;
    Chart::new(funds, ledger_accounts, opened).map_err(|error| Fault::caused("reading the chart of accounts", error))
}
