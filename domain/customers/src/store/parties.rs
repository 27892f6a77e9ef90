//! Who is what for an account.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{AccountId, ActId, CustomerId};

use crate::{Party, Role};

#[derive(sqlx::FromRow)]
struct PartyRow {
    account_id: i64,
    role: String,
    customer_id: i64,
    from_on: NaiveDate,
    to_on: Option<NaiveDate>,
}

/// All parties of some accounts, past and present; of a merged customer, the surviving one.
pub async fn parties_of(read: &mut Read, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Vec<Party>>, Fault> {
    const SQL: &str = "
        select p.account_id, p.role, coalesce(m.into_id, p.customer_id) as customer_id, p.from_on, p.to_on
        from account_party p
        left join customer_merge m on m.merged_id = p.customer_id
        where p.account_id in ({list})
        order by p.account_id, p.role, p.from_on, p.customer_id";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<PartyRow> = read.listed(SQL, &keys).await?;
    let mut found: BTreeMap<AccountId, Vec<Party>> = BTreeMap::new();
    for row in rows {
        let account = AccountId(row.account_id);
        let role = Role::of_code(&row.role);
        let role = role.ok_or_else(|| Fault::impossible_row("account_party", "role", row.account_id))?;
        let PartyRow { customer_id, from_on, to_on, .. } = row;
        found.entry(account).or_default().push(Party {
            account,
            role,
            customer: CustomerId(customer_id),
            from_on,
            to_on,
        });
    }
    Ok(found)
}

pub(crate) async fn insert_parties(tx: &mut Tx, act: ActId, parties: &[Party]) -> Result<(), Fault> {
    let columns = ["account_id", "role", "customer_id", "from_on", "to_on", "act_id"];
    let mut rows = Rows::new("account_party", &columns);
    for party in parties {
        rows.push([
            party.account.into(),
            party.role.code().into(),
            party.customer.into(),
            party.from_on.into(),
            party.to_on.into(),
            act.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Gives a party its last day; the customer may meanwhile have been merged into the one named.
pub(crate) async fn end_party(tx: &mut Tx, party: &Party, to_on: NaiveDate) -> Result<(), Fault> {
    const SQL: &str = "
        update account_party
        set to_on = $5
        where account_id = $1 and role = $2 and from_on = $4 and to_on is null
          and (customer_id = $3
            or customer_id in (select m.merged_id from customer_merge m where m.into_id = $3))";
    let args =
        vec![party.account.into(), party.role.code().into(), party.customer.into(), party.from_on.into(), to_on.into()];
    tx.run_once(SQL, args).await
}

/// The entry that recorded a party without an end; the customer may meanwhile have been merged into the one named.
pub(crate) async fn act_of_party(read: &mut Read, party: &Party) -> Result<ActId, Fault> {
    const SQL: &str = "
        select max(act_id)
        from account_party
        where account_id = $1 and role = $2 and from_on = $4 and to_on is null
          and (customer_id = $3
            or customer_id in (select m.merged_id from customer_merge m where m.into_id = $3))";
    let args = vec![party.account.into(), party.role.code().into(), party.customer.into(), party.from_on.into()];
    let act = read.number(SQL, args).await?;
    act.map(ActId).ok_or_else(|| Fault::new("a party that was found is not there"))
}

/// Takes out a party that never was one; the log keeps who recorded it.
pub(crate) async fn take_party_out(tx: &mut Tx, party: &Party) -> Result<(), Fault> {
    const SQL: &str = "
        delete from account_party
        where account_id = $1 and role = $2 and from_on = $4 and to_on is null
          and (customer_id = $3
            or customer_id in (select m.merged_id from customer_merge m where m.into_id = $3))";
    let args = vec![party.account.into(), party.role.code().into(), party.customer.into(), party.from_on.into()];
    tx.run_once(SQL, args).await
}
