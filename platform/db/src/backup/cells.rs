//! Cells as bytes: one form for both engines.
//!
//! A cell is 0 when it is null, otherwise 1 and its value. Numbers, days and microseconds are zigzag numbers of seven bits a
//! byte; texts and bytes are their length and themselves.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::{Kind, Value};

/// Writes a cell behind others.
pub(super) fn put(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Int(Some(number)) => some(out, |out| put_signed(out, *number)),
        Value::Text(Some(text)) => some(out, |out| put_bytes(out, text.as_bytes())),
        Value::Bool(Some(is_true)) => some(out, |out| out.push(u8::from(*is_true))),
        Value::Date(Some(day)) => some(out, |out| put_signed(out, day.num_days_from_ce().into())),
        Value::Instant(Some(instant)) => some(out, |out| put_signed(out, instant.timestamp_micros())),
        Value::Bytes(Some(bytes)) => some(out, |out| put_bytes(out, bytes)),
        Value::Int(None)
        | Value::Text(None)
        | Value::Bool(None)
        | Value::Date(None)
        | Value::Instant(None)
        | Value::Bytes(None) => out.push(0),
    }
}

/// Takes a cell of a kind off the front; `None` when what is there is none.
pub(super) fn take(bytes: &mut &[u8], kind: Kind) -> Option<Value> {
    let is_there = match take_byte(bytes)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    Some(match kind {
        Kind::Int => Value::Int(if is_there { Some(take_signed(bytes)?) } else { None }),
        Kind::Text => Value::Text(if is_there { Some(take_text(bytes)?) } else { None }),
        Kind::Bool => Value::Bool(if is_there { Some(take_bool(bytes)?) } else { None }),
        Kind::Date => Value::Date(if is_there { Some(take_day(bytes)?) } else { None }),
        Kind::Instant => {
            Value::Instant(if is_there { Some(DateTime::from_timestamp_micros(take_signed(bytes)?)?) } else { None })
        }
        Kind::Bytes => Value::Bytes(if is_there { Some(take_piece(bytes)?.to_vec()) } else { None }),
    })
}

fn some(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    out.push(1);
    put(out);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    // Zigzag: 0, -1, 1, -2 … become 0, 1, 2, 3 …, so that small numbers are short on both sides.
    put_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while 0x80 <= number {
        out.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn take_byte(bytes: &mut &[u8]) -> Option<u8> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    Some(*first)
}

fn take_bool(bytes: &mut &[u8]) -> Option<bool> {
    match take_byte(bytes)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take_number(bytes)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = take_byte(bytes)?;
        let part = u64::from(byte & 0x7f);
        // The tenth byte holds the last bit alone.
        if shift == 63 && 1 < part {
            return None;
        }
        number |= part << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take_piece<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(bytes)?).ok()?;
    let (piece, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(piece)
}

fn take_text(bytes: &mut &[u8]) -> Option<String> {
    String::from_utf8(take_piece(bytes)?.to_vec()).ok()
}

fn take_day(bytes: &mut &[u8]) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(take_signed(bytes)?).ok()?)
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn kind(value: &Value) -> Kind {
        match value {
            Value::Int(_) => Kind::Int,
            Value::Text(_) => Kind::Text,
            Value::Bool(_) => Kind::Bool,
            Value::Date(_) => Kind::Date,
            Value::Instant(_) => Kind::Instant,
            Value::Bytes(_) => Kind::Bytes,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let numbers = [0, 1, -1, 63, -64, 64, 1 << 40, i64::MIN, i64::MAX].map(|number| Value::Int(Some(number)));
        let days = ["0001-01-01", "1899-12-31", "2026-07-01", "9999-12-31"];
        let days = days.map(|day| Value::Date(Some(day.parse().unwrap())));
        let instants = [0, -1, 1_700_000_000_123_456].map(|micros| {
            let instant: DateTime<Utc> = DateTime::from_timestamp_micros(micros).unwrap();
            Value::Instant(Some(instant))
        });
        let texts = ["", "Núñez\0\n", &"x".repeat(300)].map(|text| Value::Text(Some(text.to_owned())));
        let others = [
            Value::Bool(Some(true)),
            Value::Bool(Some(false)),
            Value::Bytes(Some(vec![0, 255, 1])),
            Value::Bytes(Some(Vec::new())),
            Value::Int(None),
            Value::Text(None),
            Value::Bool(None),
            Value::Date(None),
            Value::Instant(None),
            Value::Bytes(None),
        ];
        let all = [&numbers[..], &days, &instants, &texts, &others].concat();
        let mut bytes = Vec::new();
        all.iter().for_each(|value| put(&mut bytes, value));
        let mut rest = &bytes[..];
        for value in &all {
            assert_eq!(take(&mut rest, kind(value)).as_ref(), Some(value));
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_no_cell_is_none() {
        let rows: [(&[u8], Kind); 10] = [
            (&[], Kind::Int),
            (&[2], Kind::Int),
            (&[1], Kind::Int),
            (&[1, 0x80], Kind::Int),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], Kind::Int),
            (&[1, 5, b'a'], Kind::Text),
            (&[1, 1, 0xff], Kind::Text),
            (&[1, 2], Kind::Bool),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0x7f], Kind::Date),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], Kind::Instant),
        ];
        for (bytes, kind) in rows {
            assert_eq!(take(&mut &bytes[..], kind), None, "{bytes:?} as {kind:?}");
        }
    }
}
