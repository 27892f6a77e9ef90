//! A saved report as files, made while nobody waits for it.

use acts::Permission;
use chrono::NaiveDate;
use db::{Db, Fault};
use staff::ReportFiles;
use web::shown::count;
use web::{Cell, Posted, Table};

use super::build::headings;
use super::question::Question;
use super::views::View;
use super::walk::walk;

/// The most bytes that are kept of one file.
const FILE_MAX: usize = 2_000_000;

/// Before the code of a view in an address.
const VIEWS: &str = "/reports/views/";

/// The report that is made of no view.
const ACCURACY: &str = "/reports/accuracy";

/// The view that an address asks, and what behind the `?` says what of it.
fn asked(address: &str) -> Option<(&'static View, Posted)> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let query = query.split('#').next().unwrap_or_default();
    let view = View::by_code(path.strip_prefix(VIEWS)?)?;
    Some((view, Posted::parse(query.as_bytes()).ok()?))
}

/// What somebody must be allowed to see the report at an address; nothing when there is no such report.
#[must_use]
pub fn permission_of_report(address: &str) -> Option<Permission> {
    asked(address).map(|(view, _)| view.access)
}

/// Why there is no report at an address that could be kept, in words; nothing when there is one.
pub(super) fn why_no_report(address: &str) -> Option<String> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    if query.split('&').any(|part| part.starts_with("as=")) {
        return Some("This is the address of a file. Save the page from which the file is taken along.".to_owned());
    }
    match (asked(address), path.strip_prefix(VIEWS)) {
        (Some((view, query)), _) => {
            let (_, wrong) = Question::of(view, &query);
            (!wrong.is_empty()).then(|| wrong.join(" "))
        }
        (None, Some(_)) => {
            Some("There is no such view. Put a report together from one of those on Reports.".to_owned())
        }
        (None, None) if path == ACCURACY => None,
        (None, None) => Some("Only a report that stands under Reports is saved.".to_owned()),
    }
}

/// Makes the report at an address, as its page would be taken along on that day; otherwise says why not.
pub async fn report_files(db: &Db, address: &str, today: NaiveDate) -> Result<Result<ReportFiles, String>, Fault> {
    let Some((view, query)) = asked(address) else { return Ok(Err(GONE.to_owned())) };
    let (question, wrong) = Question::of(view, &query);
    if !wrong.is_empty() {
        return Ok(Err(format!("Part of the report's question cannot be read. {}", wrong.join(" "))));
    }
    let answered = walk(db, view, &question, today).await?;
    let is_cut = answered.is_cut(&question);
    let path = address.split('?').next().unwrap_or_default();
    let table = Table::unattended((view.code, view.title), (path, &query), today);
    let mut table = headings(view, &question, is_cut).into_iter().fold(table, |table, column| table.column(column));
    for row in answered.rows {
        table.push_all(row.into_iter().map(Cell::from).collect());
    }
    let report = table.report();
    let rows = report.sections.iter().map(|section| section.rows().len()).sum::<usize>();
    let csv = report.to_csv().into_bytes();
    let xlsx = match report.to_xlsx() {
        Ok(xlsx) => xlsx,
        Err(failed) => return Ok(Err(format!("The spreadsheet could not be written: {failed}."))),
    };
    let largest = csv.len().max(xlsx.len());
    if FILE_MAX < largest {
        return Ok(Err(too_large(largest)));
    }
    Ok(Ok(ReportFiles { rows: i64::try_from(rows).unwrap_or(i64::MAX), is_cut, csv, xlsx }))
}

const GONE: &str = "There is no such view any more. Put the report together anew, and save it under the same title.";

fn too_large(bytes: usize) -> String {
    let thousands = |bytes: usize| count(&i64::try_from(bytes / 1_000).unwrap_or(i64::MAX));
    format!(
        "The file has {} kB, and {} kB is the most that is kept. Add a condition, or put rows together by something.",
        thousands(bytes),
        thousands(FILE_MAX)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_what_its_view_asks_for() {
        #[rustfmt::skip]
        let rows = [
            ("/reports/views/bills?group=run",  Some(customers::permissions::SEE)),
            ("/reports/views/exceptions",       Some(billing::permissions::SEE)),
            ("/reports/views/log?columns=who#", Some(acts::permissions::READ)),
            ("/reports/views/nothing",          None),
            ("/reports/accuracy",               None),
            ("/reports/views/bills/more",       None),
        ];
        for (address, expected) in rows {
            assert_eq!(permission_of_report(address), expected, "{address}");
        }
        let rows = [
            ("/reports/views/bills?group=run&columns=total", true),
            ("/reports/accuracy", true),
            ("/reports/views/nothing", false),
            ("/reports/views/bills?column1=bill_on&how1=at_least&value1=2024-02-30", false),
            ("/reports/views/bills?columns=xyz", false),
            ("/reports/views/bills?as=csv", false),
            ("/reports/accuracy?as=xlsx", false),
            ("/reports/saved/12", false),
            ("", false),
        ];
        for (address, expected) in rows {
            let why = why_no_report(address);
            assert_eq!(why.is_none(), expected, "{address}: {why:?}");
        }
        assert_eq!(too_large(2_345_678).split(',').next(), Some("The file has 2"));
    }
}
