//! Winter averages of a table on a page, worked out and compared with what the table says.

use chrono::NaiveDate;
use kernel::Decimal;

use super::page::Table;
use crate::{NamedQuantity, Schedule, WinterPeriod};

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What is wrong with the winters of a table: columns are months, the last of them `average`.
pub(super) fn wrong(schedule: &Schedule, table: &Table) -> Vec<String> {
    let quantities = schedule.versions.iter().flat_map(|version| &version.quantities);
    let Some(quantity) = quantities.rev().find(|quantity| quantity.winter_average.is_some()) else {
        return vec!["no quantity of the schedule is a winter average".to_owned()];
    };
    let check = |row: &Vec<String>| check(quantity, &table.header, row).err();
    table.rows.iter().filter_map(check).collect()
}

fn check(quantity: &NamedQuantity, header: &[String], row: &[String]) -> Result<(), String> {
    let (mut periods, mut expected, mut number) = (Vec::new(), None, "");
    for (name, cell) in header.iter().zip(row).filter(|(_, cell)| *cell != "–") {
        match (name.as_str(), MONTHS.iter().position(|month| month == name)) {
            (_, Some(month)) => periods.push(period(month, cell)?),
            ("winter", None) => number = cell,
            ("average", None) => expected = Some(decimal(cell)?),
            ("why", None) => {}
            _ => return Err(format!("'{name}' is no month")),
        }
    }
    let rule = quantity.winter_average.as_ref().ok_or("no rule")?;
    let outcome = rule.of(&periods, quantity.default);
    let is_it = outcome.average == expected;
    if is_it { Ok(()) } else { Err(format!("winter {number}: {outcome}")) }
}

/// `8`, `8 estimated` or `0 vacant`.
fn period(month: usize, cell: &str) -> Result<WinterPeriod, String> {
    let (usage, note) = cell.split_once(' ').unwrap_or((cell, ""));
    let on = u32::try_from(month + 1).ok().and_then(|month| NaiveDate::from_ymd_opt(2021, month, 15));
    let on = on.ok_or("no such month")?;
    let (is_estimated, is_vacant) = match note {
        "" => (false, false),
        "estimated" => (true, false),
        "vacant" => (false, true),
        _ => return Err(format!("'{cell}' is not understood")),
    };
    Ok(WinterPeriod { on, usage: decimal(usage)?, is_estimated, is_vacant })
}

fn decimal(cell: &str) -> Result<Decimal, String> {
    cell.parse().map_err(|error| format!("'{cell}': {error}"))
}
