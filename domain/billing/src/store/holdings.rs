//! Quantities of agreements and exemptions of accounts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value, packed_day, unpack};
use kernel::{AccountId, ActId, AgreementId, Decimal};

use crate::particulars::{HeldExemption, HeldQuantity, Holdings};
use crate::{QuantityRecord, QuantitySource};

/// A record of an exemption about to be written: the next revision of those that begin on its day.
pub(crate) struct NewExemption<'a> {
    pub(crate) account: AccountId,
    pub(crate) code: &'a str,
    pub(crate) from_on: NaiveDate,
    pub(crate) revision: i64,
    /// The day after the last.
    pub(crate) to_on: Option<NaiveDate>,
    pub(crate) certificate: &'a str,
    pub(crate) reason: &'a str,
}

/// A record of an exemption as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ExemptionRecord {
    pub(crate) from_on: NaiveDate,
    pub(crate) revision: i64,
    pub(crate) to_on: Option<NaiveDate>,
    pub(crate) certificate: String,
}

#[derive(sqlx::FromRow)]
struct QuantityRow {
    account_id: i64,
    agreement_id: i64,
    name: String,
    from_on: NaiveDate,
    revision: i64,
    amount: Option<String>,
    source: String,
    grounds: String,
}

/// How much an agreement has of something from a day on.
struct AmountRecord {
    account: AccountId,
    agreement: AgreementId,
    name: String,
    from_on: NaiveDate,
    revision: i64,
    amount: Option<Decimal>,
}

impl From<QuantityRecord> for AmountRecord {
    fn from(record: QuantityRecord) -> AmountRecord {
        let QuantityRecord { account, agreement, name, from_on, revision, amount, .. } = record;
        AmountRecord { account, agreement, name, from_on, revision, amount }
    }
}

/// Account, code, first day, the day after the last, certificate.
type ExemptionRow = (i64, String, NaiveDate, Option<NaiveDate>, String);

/// The quantities and exemptions of accounts `from..to` that hold on a day.
pub(crate) async fn holdings(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    on: NaiveDate,
) -> Result<Holdings, Fault> {
    const EXEMPTIONS: &str = "
        select account_id, code, from_on, to_on, certificate
        from exemption
        where $1 <= account_id and account_id < $2 and from_on <= $3
        order by account_id, code, from_on, revision";
    let quantities = amounts_between(read, (from, to), on).await?;
    let exemptions = read.all(EXEMPTIONS, vec![from.into(), to.into(), on.into()]).await?;
    Ok(holdings_from(quantities, exemptions, on))
}

/// The quantities and exemptions of some accounts that hold on a day.
pub(crate) async fn holdings_of(read: &mut Read, accounts: &[AccountId], on: NaiveDate) -> Result<Holdings, Fault> {
    const QUANTITIES: &str = "
        select account_id, agreement_id, name, from_on, revision, amount, source, grounds
        from agreement_quantity
        where from_on <= $1 and account_id in ({list})
        order by account_id, agreement_id, name, from_on, revision";
    const EXEMPTIONS: &str = "
        select account_id, code, from_on, to_on, certificate
        from exemption
        where from_on <= $1 and account_id in ({list})
        order by account_id, code, from_on, revision";
    let keys: Vec<Value> = accounts.iter().map(|account| Value::from(*account)).collect();
    let rows: Vec<QuantityRow> = read.listed_with(QUANTITIES, &[on.into()], &keys).await?;
    let amount = |row| record_of(row).map(AmountRecord::from);
    let quantities = rows.into_iter().map(amount).collect::<Result<_, _>>()?;
    let exemptions = read.listed_with(EXEMPTIONS, &[on.into()], &keys).await?;
    Ok(holdings_from(quantities, exemptions, on))
}

/// The amounts of all quantities of accounts `from..to` that begin by a day; handed over packed, as every bill asks.
async fn amounts_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    by: NaiveDate,
) -> Result<Vec<AmountRecord>, Fault> {
    const SQL: &str = "
        select name, amount,
               string_agg(format('%s %s %s %s', account_id, agreement_id, replace(cast(from_on as text), '-', ''), revision), ';')
        from agreement_quantity
        where $1 <= account_id and account_id < $2 and from_on <= $3
        group by name, amount";
    type Row = (String, Option<String>, Option<String>);
    let rows: Vec<Row> = read.all(SQL, vec![from.into(), to.into(), by.into()]).await?;
    let mut amounts = Vec::new();
    for (name, amount, packed) in rows {
        let impossible = |column| Fault::impossible_row("agreement_quantity", column, &name);
        let amount = amount.as_deref().map(str::parse::<Decimal>).transpose().map_err(|_| impossible("amount"))?;
        for row in unpack::<4>(packed.as_deref())? {
            let [Some(account), Some(agreement), Some(from_on), Some(revision)] = row else {
                return Err(impossible("revision"));
            };
            amounts.push(AmountRecord {
                account: AccountId(account),
                agreement: AgreementId(agreement),
                name: name.clone(),
                from_on: packed_day(from_on).ok_or_else(|| impossible("from_on"))?,
                revision,
                amount,
            });
        }
    }
    Ok(amounts)
}

/// What holds on a day of the records that begin by it.
fn holdings_from(mut quantities: Vec<AmountRecord>, exemptions: Vec<ExemptionRow>, on: NaiveDate) -> Holdings {
    let mut holdings = Holdings::default();
    quantities.sort_unstable_by_key(|record| (record.account, record.agreement, record.from_on, record.revision));
    for record in quantities {
        let of_agreement = holdings.quantities.entry((record.account, record.agreement)).or_default();
        // The last record of a name counts; one without a number leaves the default of the rates.
        match record.amount {
            Some(amount) => {
                let (from_on, revision) = (record.from_on, record.revision);
                of_agreement.insert(record.name, HeldQuantity { amount, from_on, revision });
            }
            None => {
                of_agreement.remove(&record.name);
            }
        }
    }
    let mut valid: BTreeMap<(i64, String, NaiveDate), Option<String>> = BTreeMap::new();
    for (account, code, from_on, to_on, certificate) in exemptions {
        let is_valid = to_on.is_none_or(|to_on| on < to_on);
        valid.insert((account, code, from_on), is_valid.then_some(certificate));
    }
    for ((account, code, _), certificate) in valid {
        let Some(certificate) = certificate else { continue };
        let of_account: &mut Vec<HeldExemption> = holdings.exemptions.entry(AccountId(account)).or_default();
        // Of two certificates for one code the later one is named.
        of_account.retain(|held| held.code != code);
        of_account.push(HeldExemption { code, certificate });
    }
    holdings
}

/// Every record of quantities of accounts `from..to` that begins by a day; each name's last one counts.
pub(crate) async fn quantities_between(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
    by: NaiveDate,
) -> Result<Vec<QuantityRecord>, Fault> {
    const SQL: &str = "
        select account_id, agreement_id, name, from_on, revision, amount, source, grounds
        from agreement_quantity
        where $1 <= account_id and account_id < $2 and from_on <= $3
        order by account_id, agreement_id, name, from_on, revision";
    let rows: Vec<QuantityRow> = read.all(SQL, vec![from.into(), to.into(), by.into()]).await?;
    rows.into_iter().map(record_of).collect()
}

/// The accounts among `from..to` that have quantities or exemptions, whether or not they hold.
pub(crate) async fn accounts_with_holdings(
    read: &mut Read,
    (from, to): (AccountId, AccountId),
) -> Result<BTreeSet<AccountId>, Fault> {
    const SQL: &str = "
        select string_agg(format('%s', account_id), ';')
        from (
            select account_id
            from agreement_quantity
            where $1 <= account_id and account_id < $2
            union
            select account_id
            from exemption
            where $1 <= account_id and account_id < $2
        ) as held";
    let packed: Option<(Option<String>,)> = read.one(SQL, vec![from.into(), to.into()]).await?;
    let accounts = unpack::<1>(packed.and_then(|(packed,)| packed).as_deref())?;
    Ok(accounts.into_iter().flatten().flatten().map(AccountId).collect())
}

/// Writes records of quantities.
pub(crate) async fn insert_quantities(tx: &mut Tx, act: ActId, records: &[QuantityRecord]) -> Result<(), Fault> {
    let columns =
        ["account_id", "agreement_id", "name", "from_on", "revision", "amount", "source", "grounds", "act_id"];
    let mut rows = Rows::new("agreement_quantity", &columns);
    for record in records {
        rows.push([
            record.account.into(),
            record.agreement.into(),
            record.name.as_str().into(),
            record.from_on.into(),
            record.revision.into(),
            record.amount.map(|amount| amount.normalize().to_string()).into(),
            record.source.code().into(),
            record.grounds.as_str().into(),
            act.into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The records of an account's exemptions of a code, by first day; of each day the last revision.
pub(crate) async fn exemptions_of(
    read: &mut Read,
    account: AccountId,
    code: &str,
) -> Result<Vec<ExemptionRecord>, Fault> {
    const SQL: &str = "
        select from_on, revision, to_on, certificate
        from exemption
        where account_id = $1 and code = $2
        order by from_on, revision";
    let rows: Vec<ExemptionRecord> = read.all(SQL, vec![account.into(), code.into()]).await?;
    let by_day: BTreeMap<NaiveDate, ExemptionRecord> = rows.into_iter().map(|row| (row.from_on, row)).collect();
    Ok(by_day.into_values().collect())
}

/// Writes a record of an exemption.
pub(crate) async fn insert_exemption(tx: &mut Tx, act: ActId, new: &NewExemption<'_>) -> Result<(), Fault> {
    const SQL: &str = "
        insert into exemption (account_id, code, from_on, revision, to_on, certificate, reason, act_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = vec![
        new.account.into(),
        new.code.into(),
        new.from_on.into(),
        new.revision.into(),
        new.to_on.into(),
        new.certificate.into(),
        new.reason.into(),
        act.into(),
    ];
    tx.run_once(SQL, args).await
}

fn record_of(row: QuantityRow) -> Result<QuantityRecord, Fault> {
    let impossible = |column| Fault::impossible_row("agreement_quantity", column, row.agreement_id);
    let amount = row.amount.as_deref().map(str::parse::<Decimal>).transpose().map_err(|_| impossible("amount"))?;
    Ok(QuantityRecord {
        account: AccountId(row.account_id),
        agreement: AgreementId(row.agreement_id),
        from_on: row.from_on,
        revision: row.revision,
        amount,
        source: QuantitySource::parse(&row.source).ok_or_else(|| impossible("source"))?,
        name: row.name,
        grounds: row.grounds,
    })
}
