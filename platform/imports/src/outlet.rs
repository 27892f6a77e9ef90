//! `Outlet`: what a room has on record of one kind of file, in the form in which it is imported.

use std::collections::BTreeMap;
use std::io::Write;

use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};

use crate::Field;

/// One kind of file, the other way round: what an import of it brought in comes out again.
#[async_trait]
pub trait Outlet: Send + Sync + 'static {
    /// The word for it in commands, such as `customers`.
    fn kind(&self) -> &'static str;
    /// The columns, in their order.
    fn fields(&self) -> &'static [Field];
    /// The records behind a place, as they stand on a day, in the order of their references. The
    /// first page lies behind the empty text.
    async fn page(&self, read: &mut Read, on: NaiveDate, after: &str) -> Result<Page, Fault>;
}

/// Some records, and how to ask for the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Field to value; dates as `2026-06-30`. What is not there is empty.
    pub rows: Vec<BTreeMap<&'static str, String>>,
    /// The place the next page lies behind; none after the last.
    pub next: Option<String>,
}

/// Writes everything an outlet has as CSV, page by page, and says how many records that were.
pub async fn export<W: Write>(read: &mut Read, outlet: &dyn Outlet, on: NaiveDate, out: W) -> Result<i64, Fault> {
    let fault = |error: csv::Error| Fault::caused(format!("writing an export of {}", outlet.kind()), error);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(outlet.fields().iter().map(|field| field.name)).map_err(fault)?;
    let (mut count, mut after) = (0, String::new());
    loop {
        let page = outlet.page(read, on, &after).await?;
        for row in &page.rows {
            let value = |field: &Field| row.get(field.name).map_or("", String::as_str);
            writer.write_record(outlet.fields().iter().map(value)).map_err(fault)?;
            count += 1;
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    writer.flush().map_err(|error| fault(error.into()))?;
    Ok(count)
}
