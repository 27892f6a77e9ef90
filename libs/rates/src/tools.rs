//! Tools for whoever writes rates: what is odd, what a change does to a bill, what council sees.

mod aligned;
mod changes;
mod compared;
mod diff;
mod example;
mod lint;
mod say;
mod table;
mod uses;

pub use changes::{Change, ChangeKind};
pub use compared::{Compared, PriceChange};
pub use diff::{Diff, DiffRow};
pub use example::Example;
pub use lint::{AccountKind, LintFacts, LintFinding, LintPlace, Severity, lint, lint_bytes};
pub use table::{RateRow, RateSection, RateTable};
pub use uses::{CustomerKind, Uses, meter_unit, per_cent_change, typical_uses};
