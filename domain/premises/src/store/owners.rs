//! Who owns premises, from a day on.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ActId, CustomerId, PremiseId};

/// An owner about to be recorded.
pub(crate) struct NewOwner {
    pub(crate) premise: PremiseId,
    pub(crate) from_on: NaiveDate,
    pub(crate) customer: CustomerId,
}

/// All owners of premises with their first days; of a merged customer, the one who stays.
pub(crate) async fn owners_of(
    read: &mut Read,
    premises: &[PremiseId],
) -> Result<BTreeMap<PremiseId, BTreeMap<NaiveDate, CustomerId>>, Fault> {
    const SQL: &str = "
        select premise_id, from_on, customer_id
        from premise_owner
        where premise_id in ({list})";
    let keys: Vec<Value> = premises.iter().map(|premise| Value::from(*premise)).collect();
    let rows: Vec<(i64, NaiveDate, i64)> = read.listed(SQL, &keys).await?;
    let mut customers: Vec<CustomerId> = rows.iter().map(|row| CustomerId(row.2)).collect();
    customers.sort_unstable();
    customers.dedup();
    let stays = customers::surviving(read, &customers).await?;
    let mut owners: BTreeMap<PremiseId, BTreeMap<NaiveDate, CustomerId>> = BTreeMap::new();
    for (premise, from_on, customer) in rows {
        let customer = CustomerId(customer);
        let owner = stays.get(&customer).copied().unwrap_or(customer);
        owners.entry(PremiseId(premise)).or_default().insert(from_on, owner);
    }
    Ok(owners)
}

/// Who owns premises on a day, where that is known.
pub async fn owners_on(
    read: &mut Read,
    premises: &[PremiseId],
    on: NaiveDate,
) -> Result<BTreeMap<PremiseId, CustomerId>, Fault> {
    let owners = owners_of(read, premises).await?;
    let newest = |owners: &BTreeMap<NaiveDate, CustomerId>| owners.range(..=on).next_back().map(|(_, owner)| *owner);
    Ok(owners.into_iter().filter_map(|(premise, owners)| Some((premise, newest(&owners)?))).collect())
}

pub(crate) async fn insert_owners(tx: &mut Tx, act: ActId, owners: Vec<NewOwner>) -> Result<(), Fault> {
    let mut rows = Rows::new("premise_owner", &["premise_id", "from_on", "customer_id", "act_id"]);
    for owner in owners {
        rows.push([owner.premise.into(), owner.from_on.into(), owner.customer.into(), act.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}
