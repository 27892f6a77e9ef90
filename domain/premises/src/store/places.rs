//! Property uses, parcels and premises.

use std::collections::BTreeMap;

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ParcelId, PremiseId, search_key};

use crate::{Location, Parcel, Premise};

#[derive(sqlx::FromRow)]
struct PremiseRow {
    premise_id: i64,
    reference: String,
    street: String,
    city: String,
    state: String,
    postal_code: String,
    source: String,
    parcel_id: Option<i64>,
    number: Option<String>,
    property_use: Option<String>,
}

/// A parcel about to be recorded.
pub(crate) struct NewParcel {
    pub(crate) parcel: Parcel,
    pub(crate) source: String,
}

/// All property uses: code to title.
pub async fn property_uses(read: &mut Read) -> Result<BTreeMap<String, String>, Fault> {
    const SQL: &str = "
        select code, title
        from property_use
        order by code";
    let rows: Vec<(String, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}

pub(crate) async fn insert_property_use(tx: &mut Tx, code: &str, title: &str) -> Result<(), Fault> {
    const SQL: &str = "
        insert into property_use (code, title)
        values ($1, $2)";
    tx.run_once(SQL, vec![code.into(), title.into()]).await
}

/// Which of these parcels are known, by the assessor's number.
pub(crate) async fn parcels_by_number(read: &mut Read, numbers: &[&str]) -> Result<BTreeMap<String, Parcel>, Fault> {
    const SQL: &str = "
        select parcel_id, number, property_use
        from parcel
        where number in ({list})";
    let keys: Vec<Value> = numbers.iter().map(|number| Value::from(*number)).collect();
    let rows: Vec<(i64, String, String)> = read.listed(SQL, &keys).await?;
    let parcel = |(id, number, property_use): (i64, String, String)| {
        (number.clone(), Parcel { id: ParcelId(id), number, property_use })
    };
    Ok(rows.into_iter().map(parcel).collect())
}

pub(crate) async fn insert_parcels(tx: &mut Tx, parcels: Vec<NewParcel>) -> Result<(), Fault> {
    let mut rows = Rows::new("parcel", &["parcel_id", "number", "property_use", "source"]);
    for NewParcel { parcel, source } in parcels {
        rows.push([parcel.id.into(), parcel.number.into(), parcel.property_use.into(), source.into()]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// Premises by reference.
pub async fn premises_by_reference(read: &mut Read, references: &[&str]) -> Result<BTreeMap<String, Premise>, Fault> {
    const SQL: &str = "
        select p.premise_id, p.reference, p.street, p.city, p.state, p.postal_code, p.source, l.parcel_id, l.number,
               l.property_use
        from premise p
        left join parcel l on l.parcel_id = p.parcel_id
        where p.reference in ({list})";
    let keys: Vec<Value> = references.iter().map(|reference| Value::from(*reference)).collect();
    let rows: Vec<PremiseRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|row| (row.reference.clone(), premise_of(row))).collect())
}

/// Premises by id.
pub(crate) async fn premises_by_id(
    read: &mut Read,
    premises: &[PremiseId],
) -> Result<BTreeMap<PremiseId, Premise>, Fault> {
    const SQL: &str = "
        select p.premise_id, p.reference, p.street, p.city, p.state, p.postal_code, p.source, l.parcel_id, l.number,
               l.property_use
        from premise p
        left join parcel l on l.parcel_id = p.parcel_id
        where p.premise_id in ({list})";
    let keys: Vec<Value> = premises.iter().map(|premise| Value::from(*premise)).collect();
    let rows: Vec<PremiseRow> = read.listed(SQL, &keys).await?;
    Ok(rows.into_iter().map(|row| (PremiseId(row.premise_id), premise_of(row))).collect())
}

pub(crate) async fn insert_premises(tx: &mut Tx, premises: Vec<Premise>) -> Result<(), Fault> {
    let columns =
        ["premise_id", "reference", "parcel_id", "street", "city", "state", "postal_code", "search_key", "source"];
    let mut rows = Rows::new("premise", &columns);
    for premise in premises {
        let key = search_key(&premise.location.one_line());
        let Location { street, city, state, postal_code } = premise.location;
        rows.push([
            premise.id.into(),
            premise.reference.into(),
            premise.parcel.map(|parcel| parcel.id).into(),
            street.into(),
            city.into(),
            state.into(),
            postal_code.into(),
            key.into(),
            premise.source.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

fn premise_of(row: PremiseRow) -> Premise {
    let PremiseRow { street, city, state, postal_code, .. } = row;
    let parcel = match (row.parcel_id, row.number, row.property_use) {
        (Some(id), Some(number), Some(property_use)) => Some(Parcel { id: ParcelId(id), number, property_use }),
        _ => None,
    };
    Premise {
        id: PremiseId(row.premise_id),
        reference: row.reference,
        location: Location { street, city, state, postal_code },
        parcel,
        source: row.source,
    }
}
