//! Import files and the lines they could not bring in.

use db::{Fault, Read, Rows, Tx, Value};
use kernel::{Digest, OrderId};

use crate::import::Reject;

pub(crate) async fn insert_import(
    tx: &mut Tx,
    order: OrderId,
    (name, digest, lines): (&str, Digest, i64),
) -> Result<(), Fault> {
    const SQL: &str = "
        insert into import_file (order_id, digest, name, line_count)
        values ($1, $2, $3, $4)";
    tx.run_once(SQL, vec![order.into(), digest.into(), name.into(), lines.into()]).await
}

pub(crate) async fn insert_rejects(tx: &mut Tx, order: OrderId, rejects: &[Reject]) -> Result<(), Fault> {
    let mut rows = Rows::new("import_reject", &["order_id", "line", "field", "rule", "message"]);
    for reject in rejects {
        rows.push([
            order.into(),
            reject.line.into(),
            reject.field.as_str().into(),
            reject.rule.into(),
            reject.message.as_str().into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The lines an import could not bring in: (line, field, rule, message).
pub async fn rejects(read: &mut Read, order: OrderId) -> Result<Vec<(i64, String, String, String)>, Fault> {
    const SQL: &str = "
        select line, field, rule, message
        from import_reject
        where order_id = $1
        order by line";
    read.all(SQL, vec![Value::from(order)]).await
}
