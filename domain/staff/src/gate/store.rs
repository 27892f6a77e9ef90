//! The SQL of the gate: what roles are called.

use std::collections::BTreeMap;

use db::{Fault, Read};

/// The title of every role, by its code.
pub(super) async fn role_titles(read: &mut Read) -> Result<BTreeMap<String, String>, Fault> {
    const SQL: &str = "
        select role, title
        from role
        order by role";
    let rows: Vec<(String, String)> = read.all(SQL, vec![]).await?;
    Ok(rows.into_iter().collect())
}
