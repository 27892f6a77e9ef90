//! PostgreSQL's binary COPY format (manual, "COPY", section "Binary Format").

use chrono::{DateTime, NaiveDate, Utc};

use crate::Value;

/// Rows as PostgreSQL's COPY takes them.
pub(crate) struct CopyBuffer(Vec<u8>);

/// Signature, flags and length of the header extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Sent when the buffer holds about this many bytes.
const FULL: usize = 256 * 1024;

impl CopyBuffer {
    pub(crate) fn new() -> CopyBuffer {
        let mut bytes = Vec::with_capacity(FULL + 4096);
        bytes.extend_from_slice(HEADER);
        CopyBuffer(bytes)
    }

    pub(crate) fn row(&mut self, values: &[Value]) {
        let width = i16::try_from(values.len()).expect("a table has fewer than 32,768 columns");
        self.0.extend_from_slice(&width.to_be_bytes());
        for value in values {
            self.value(value);
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        FULL <= self.0.len()
    }

    pub(crate) fn drain(&mut self) -> Vec<u8> {
        std::mem::replace(&mut self.0, Vec::with_capacity(FULL + 4096))
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&(-1_i16).to_be_bytes());
        self.0
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Int(Some(number)) => self.field(&number.to_be_bytes()),
            Value::Text(Some(text)) => self.field(text.as_bytes()),
            Value::Bool(Some(is_true)) => self.field(&[u8::from(*is_true)]),
            Value::Date(Some(day)) => self.field(&days_since_2000(*day).to_be_bytes()),
            Value::Instant(Some(instant)) => self.field(&micros_since_2000(*instant).to_be_bytes()),
            Value::Bytes(Some(bytes)) => self.field(bytes),
            Value::Int(None)
            | Value::Text(None)
            | Value::Bool(None)
            | Value::Date(None)
            | Value::Instant(None)
            | Value::Bytes(None) => self.0.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }

    fn field(&mut self, bytes: &[u8]) {
        let length = i32::try_from(bytes.len()).expect("a value is shorter than 2 GiB");
        self.0.extend_from_slice(&length.to_be_bytes());
        self.0.extend_from_slice(bytes);
    }
}

fn epoch() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date of the calendar")
}

fn days_since_2000(day: NaiveDate) -> i32 {
    i32::try_from((day - epoch()).num_days()).expect("chrono's dates fit in 32 bits of days")
}

fn micros_since_2000(instant: DateTime<Utc>) -> i64 {
    let start = epoch().and_hms_opt(0, 0, 0).expect("midnight").and_utc();
    instant.timestamp_micros() - start.timestamp_micros()
}
