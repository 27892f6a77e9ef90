//! Packed rows: whole numbers of many rows in one text, for facts of a whole chunk.
//!
//! A query packs with `string_agg(format('%s %s', a, b), ';')`, which both engines know, and
//! returns one row. Handing over a hundred thousand rows one by one costs more than reading them.

use chrono::NaiveDate;

use crate::Fault;

/// Takes packed rows apart: `N` numbers a row, null where there is nothing between two spaces.
///
/// The rows come in no particular order. Nothing at all (no rows were packed) is no rows.
pub fn unpack<const N: usize>(packed: Option<&str>) -> Result<Vec<[Option<i64>; N]>, Fault> {
    let Some(packed) = packed.filter(|packed| !packed.is_empty()) else { return Ok(Vec::new()) };
    packed.split(';').map(unpack_row).collect()
}

fn unpack_row<const N: usize>(row: &str) -> Result<[Option<i64>; N], Fault> {
    let wrong = || Fault::new(format!("a packed row of {N} numbers reads '{row}'"));
    let mut fields = row.split(' ');
    let mut numbers = [None; N];
    for number in &mut numbers {
        let field = fields.next().ok_or_else(wrong)?;
        if !field.is_empty() {
            *number = Some(field.parse().map_err(|_| wrong())?);
        }
    }
    if fields.next().is_some() { Err(wrong()) } else { Ok(numbers) }
}

/// The day of a number in a packed row: `20140301`, from `replace(cast(day as text), '-', '')`.
#[must_use]
pub fn packed_day(number: i64) -> Option<NaiveDate> {
    let part = |number: i64| u32::try_from(number).ok();
    NaiveDate::from_ymd_opt(i32::try_from(number / 10_000).ok()?, part(number / 100 % 100)?, part(number % 100)?)
}

#[cfg(test)]
mod tests {
    use super::{packed_day, unpack};

    #[test]
    fn days_come_back_and_other_numbers_are_none() {
        assert_eq!(packed_day(20_140_301).unwrap().to_string(), "2014-03-01");
        for number in [20_140_229, 20_141_301, 0, -20_140_301, i64::MAX] {
            assert_eq!(packed_day(number), None, "{number}");
        }
    }

    #[test]
    fn numbers_and_nulls_come_back() {
        assert_eq!(unpack::<2>(None).unwrap(), Vec::<[Option<i64>; 2]>::new());
        assert_eq!(unpack::<2>(Some("1 -2;3 ; ")).unwrap(), [[Some(1), Some(-2)], [Some(3), None], [None, None]]);
    }

    #[test]
    fn another_width_or_another_thing_is_a_fault() {
        for packed in ["1", "1 2 3", "1 x", "1 2;", "1 2;;3 4", "1 9223372036854775808"] {
            assert!(unpack::<2>(Some(packed)).is_err(), "{packed} was taken apart");
        }
    }
}
