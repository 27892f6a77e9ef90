//! The SQL of what is kept apart from entries of the log.

use std::collections::BTreeMap;

use db::{Fault, Read, Tx, Value};
use kernel::ActId;

use crate::personal::KeptApart;
use crate::{Apart, Entry, Subject};

/// What entries keep apart, as far as it was not erased.
pub(crate) async fn of_acts(read: &mut Read, acts: &[ActId]) -> Result<BTreeMap<ActId, Apart>, Fault> {
    const SQL: &str = "
        select act_id, about_kind, about_id, command
        from act_personal
        where act_id in ({list})
        order by act_id";
    let keys: Vec<Value> = acts.iter().map(|act| Value::from(*act)).collect();
    let rows: Vec<(i64, String, i64, String)> = read.listed(SQL, &keys).await?;
    let apart = |(act, kind, id, command)| (ActId(act), Apart { about: (kind, id), command });
    Ok(rows.into_iter().map(apart).collect())
}

pub(crate) async fn insert(
    entry: &mut Entry,
    about: &Subject,
    (command, apart): (&str, &KeptApart),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into act_personal (act_id, about_kind, about_id, salt, command)
        values ($1, $2, $3, $4, $5)";
    let act = entry.act;
    let args = vec![act.into(), about.kind.into(), about.id.into(), apart.salt.to_vec().into(), command.into()];
    entry.run_once(SQL, args).await
}

/// Erases it, and takes it out of the proposals from which the entries came.
pub(crate) async fn erase(tx: &mut Tx, about: &Subject) -> Result<u64, Fault> {
    const PROPOSALS: &str = "
        update proposal
        set command = (select act.command from act where act.act_id = proposal.act_id), changes = '[]'
        where act_id in (select act_id from act_personal where about_kind = $1 and about_id = $2)";
    const ERASED: &str = "
        delete from act_personal
        where about_kind = $1 and about_id = $2";
    tx.run(PROPOSALS, vec![about.kind.into(), about.id.into()]).await?;
    tx.run(ERASED, vec![about.kind.into(), about.id.into()]).await
}
