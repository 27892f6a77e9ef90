//! Mailing addresses: a correction is another revision, a move another day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId};

use crate::{AddressLines, MailingAddress, Purpose};

#[derive(sqlx::FromRow)]
struct AddressRow {
    account_id: i64,
    purpose: String,
    from_on: NaiveDate,
    revision: i64,
    recipient: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
}

/// Everything recorded about where mail of some accounts goes, for one purpose.
pub async fn mailing_addresses(
    read: &mut Read,
    accounts: &[AccountId],
    purpose: Purpose,
) -> Result<BTreeMap<AccountId, Vec<MailingAddress>>, Fault> {
    const SQL: &str = "
        select account_id, purpose, from_on, revision, recipient, street, city, state, postal_code
        from mailing_address
        where account_id in ({list})
        order by account_id, purpose, from_on, revision";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<AddressRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<AccountId, Vec<MailingAddress>> = BTreeMap::new();
    for row in rows {
        let AddressRow { account_id, from_on, revision, recipient, street, city, state, postal_code, .. } = row;
        let stored = Purpose::of_code(&row.purpose);
        let stored = stored.ok_or_else(|| Fault::impossible_row("mailing_address", "purpose", account_id))?;
        if stored == purpose {
            let account = AccountId(account_id);
            let lines = AddressLines { recipient, street, city, state, postal_code };
            let address = MailingAddress { account, purpose, from_on, revision, lines };
            found.entry(account).or_default().push(address);
        }
    }
    Ok(found)
}

pub(crate) async fn insert_addresses(tx: &mut Tx, act: ActId, addresses: Vec<MailingAddress>) -> Result<(), Fault> {
    let columns = [
        "account_id",
        "purpose",
        "from_on",
        "revision",
        "recipient",
        "street",
        "city",
        "state",
        "postal_code",
        "act_id",
    ];
    let mut rows = Rows::new("mailing_address", &columns);
    for address in addresses {
        let AddressLines { recipient, street, city, state, postal_code } = address.lines;
        rows.push([
            address.account.into(),
            address.purpose.code().into(),
            address.from_on.into(),
            address.revision.into(),
            recipient.into(),
            street.into(),
            city.into(),
            state.into(),
            postal_code.into(),
            act.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}
