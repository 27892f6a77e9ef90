//! Importing consumption: a CSV file with a mapping, checked whole, then brought in by chunks.

mod consumption;
mod lines;
mod mapping;

pub use consumption::{ImportConsumption, ImportReport, ImportWork, Imported, SurveyedFile, survey};
pub use imports::FileRefused;
pub use lines::{LineReader, Reject, Row};
pub use mapping::{Mapping, MappingRefused};
