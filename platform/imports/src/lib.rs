//! Files of records: read, checked line by line, brought in by chunks; what cannot come in is kept with its reason.
//!
//! - [`Intake`]: what a room does with the records of one kind of file; [`Outlet`]: the way back.
//! - [`survey`] looks a file through; [`ImportFile`] is the act, [`ImportWork`] its chunks.
//! - [`Lines`] and [`RecordReader`] read whatever bytes there are and never panic.

mod file;
mod import_file;
mod intake;
mod mapping;
mod outlet;
mod reader;
mod record;
mod rejects;
mod report;
mod store;
mod take;
mod whole_lines;
mod work;

pub use file::{Digesting, FileRefused, Lines, file_name, printable, value_text};
pub use import_file::{ImportFile, ImportRefused, Imported, Scope, SurveyedFile, survey};
pub use intake::{Intake, Taken};
pub use mapping::{Mapping, MappingRefused, is_whole_date};
pub use outlet::{Outlet, Page, export};
pub use reader::{Line, RecordReader};
pub use record::{Field, Need, Record, Reject};
pub use rejects::{FileReject, REJECT_COLUMNS, RejectsFile};
pub use report::ImportReport;
pub use store::rejects;
pub use work::ImportWork;
