//! `SaveReport` and `DropReport`: somebody keeps a report they put together, alone or for everybody.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use serde::{Deserialize, Serialize};

use super::checks::{Need, check_text};
use super::{PeopleRefused, staff};
use crate::{SAVE_REPORTS, store};

/// The longest title.
const TITLE_MAX: usize = 80;
/// The longest address.
const ADDRESS_MAX: usize = 2_000;

/// Keeps a report under a title; one's own report of that title is replaced. The address holds the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaveReport {
    /// What it is called.
    pub title: String,
    /// Its address on this site, such as `/reports/views/bills?group=run`.
    pub address: String,
    /// Whether everybody sees it who may look at reports.
    pub is_shared: bool,
}

/// Forgets a report that one saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropReport {
    /// What it is called.
    pub title: String,
}

impl Act for SaveReport {
    const KIND: &'static str = "staff.save_report";
    type Outcome = ();

    fn permission(&self) -> Permission {
        SAVE_REPORTS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_text("The title", &self.title, TITLE_MAX, Need::Needed).map_err(refused)?;
        check_text("The address", &self.address, ADDRESS_MAX, Need::Needed).map_err(refused)?;
        if !is_report(&self.address) {
            return refuse(PeopleRefused::NoReport);
        }
        let title = self.title.trim();
        let report = store::SavedReport {
            id: entry.act.0,
            actor: entry.actor.id,
            title: title.to_owned(),
            address: self.address.clone(),
            is_shared: self.is_shared,
            saved_on: entry.today,
        };
        // Replaced where it stands, so that it keeps its number, and goes on being made by itself.
        if store::replace_report(entry, &report).await? == 0 {
            store::insert_report(entry, &report).await?;
        }
        Ok(())
    }
}

impl Act for DropReport {
    const KIND: &'static str = "staff.drop_report";
    type Outcome = ();

    fn permission(&self) -> Permission {
        SAVE_REPORTS
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let actor = entry.actor.id;
        match store::delete_report(entry, actor, self.title.trim()).await? {
            0 => refuse(PeopleRefused::UnknownReport),
            _ => Ok(()),
        }
    }
}

/// Whether an address is that of a report of this site, and leads neither elsewhere nor to a file. What its view makes of the
/// question, the desk of reports knows.
fn is_report(address: &str) -> bool {
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let is_file = address.split(['?', '&', '#']).skip(1).any(|part| part.starts_with("as="));
    is_plain && !is_file && path.starts_with("/reports/") && !path.contains("//") && !path.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reports_of_this_site_are_saved() {
        #[rustfmt::skip]
        let rows = [
            ("/reports/views/bills?group=run", true),
            ("/reports/accuracy",              true),
            ("//elsewhere.example/reports/",   false),
            ("/reports/../staff",              false),
            ("https://elsewhere.example",      false),
            ("/reports/views/bills\n",         false),
            ("/reports/views/bills?as=csv",    false),
            ("/reports/accuracy?x=1&as=xlsx",  false),
            ("/staff",                         false),
            ("",                               false),
        ];
        for (address, expected) in rows {
            assert_eq!(is_report(address), expected, "{address}");
        }
    }
}
