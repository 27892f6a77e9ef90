//! Importing consumption: a CSV file with a mapping, checked whole, then brought in by chunks.

mod consumption;
mod lines;
mod mapping;
mod whole_lines;

pub use consumption::{ImportConsumption, ImportReport, ImportWork, Imported, SurveyedFile, survey};
pub use lines::{FileRefused, LineReader, Reject, Row};
pub use mapping::{Mapping, MappingRefused};
