//! The SQL of import files and of the records they could not bring in.

use db::{Fault, Read, Rows, Tx};
use kernel::{DigestBuilder, OrderId};

use crate::{FileReject, ImportFile};

#[derive(sqlx::FromRow)]
struct RejectRow {
    line: i64,
    field: String,
    rule: String,
    message: String,
    record: String,
}

pub(crate) async fn insert_import(tx: &mut Tx, order: OrderId, name: &str, act: &ImportFile) -> Result<(), Fault> {
    const SQL: &str = "
        insert into file_import (order_id, kind, digest, name, record_count, is_all_or_nothing)
        values ($1, $2, $3, $4, $5, $6)";
    let digest = DigestBuilder::new().text(&act.digest).finish();
    let args = vec![
        order.into(),
        act.kind.as_str().into(),
        digest.into(),
        name.into(),
        act.records.into(),
        act.is_all_or_nothing.into(),
    ];
    tx.run_once(SQL, args).await
}

pub(crate) async fn insert_rejects(tx: &mut Tx, order: OrderId, rejects: &[FileReject]) -> Result<(), Fault> {
    let mut rows = Rows::new("file_reject", &["order_id", "line", "field", "rule", "message", "record"]);
    for reject in rejects {
        rows.push([
            order.into(),
            reject.line.into(),
            reject.field.as_str().into(),
            reject.rule.as_str().into(),
            reject.message.as_str().into(),
            reject.record.as_str().into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The first rejects of an import behind a line, in the order of the file; from 0 for all of them.
pub async fn rejects(read: &mut Read, order: OrderId, after_line: i64, limit: i64) -> Result<Vec<FileReject>, Fault> {
    const SQL: &str = "
        select line, field, rule, message, record
        from file_reject
        where order_id = $1 and $2 < line
        order by line
        limit $3";
    let rows: Vec<RejectRow> = read.all(SQL, vec![order.into(), after_line.into(), limit.into()]).await?;
    let reject = |row: RejectRow| FileReject {
        line: row.line,
        field: row.field,
        rule: row.rule,
        message: row.message,
        record: row.record,
    };
    Ok(rows.into_iter().map(reject).collect())
}
