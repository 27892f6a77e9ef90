//! An intake and outlet for tests: codes and titles in a table that has no more than that.

use std::collections::BTreeMap;

use acts::{Entry, Failure, Permission};
use async_trait::async_trait;
use chrono::NaiveDate;
use db::{Fault, Read};
use imports::{Field, Intake, Need, Outlet, Page, Record, Reject, Taken};

pub(crate) const PERMISSION: Permission = Permission { code: "test.import", sentence: "imports files of tests" };

/// Takes codes with titles; no title may be `bad`.
pub(crate) struct Uses;

const FIELDS: &[Field] = &[Field { name: "code", need: Need::Always }, Field { name: "title", need: Need::Maybe }];

#[async_trait]
impl Intake for Uses {
    fn kind(&self) -> &'static str {
        "uses"
    }

    fn permission(&self) -> Permission {
        PERMISSION
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn take(&self, entry: &mut Entry, _source: &str, records: &[Record]) -> Result<Vec<Taken>, Failure> {
        let mut taken = Vec::new();
        for record in records {
            let (code, title) = (record.text("code"), record.text("title"));
            if title == "bad" {
                taken.push(Taken::Rejected(Reject::new("title", "bad", "no title is 'bad'")));
                continue;
            }
            let known: Option<(String,)> =
                entry.one("select title from property_use where code = $1", vec![code.into()]).await?;
            let (sql, word) = match known {
                Some((known,)) if known == title => {
                    taken.push(Taken::Unchanged);
                    continue;
                }
                Some(_) => ("update property_use set title = $2 where code = $1", Taken::Changed),
                None => ("insert into property_use (code, title) values ($1, $2)", Taken::New),
            };
            entry.run_once(sql, vec![code.into(), title.into()]).await?;
            taken.push(word);
        }
        Ok(taken)
    }
}

#[async_trait]
impl Outlet for Uses {
    fn kind(&self) -> &'static str {
        "uses"
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn page(&self, read: &mut Read, _on: NaiveDate, after: &str) -> Result<Page, Fault> {
        let sql = "select code, title from property_use where $1 < code order by code limit 3";
        let rows: Vec<(String, String)> = read.all(sql, vec![after.into()]).await?;
        let next = rows.last().map(|(code, _)| code.clone());
        let rows = rows.into_iter().map(|(code, title)| BTreeMap::from([("code", code), ("title", title)]));
        Ok(Page { rows: rows.collect(), next })
    }
}
