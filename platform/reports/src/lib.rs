//! Reports: defined once as sections of typed columns, written as text, CSV or a spreadsheet.

mod cell;
mod csv_form;
mod report;
mod text_form;
mod xlsx_form;

pub use cell::{Cell, Kind};
pub use report::{Column, Report, Section};
pub use xlsx_form::SpreadsheetFailed;
