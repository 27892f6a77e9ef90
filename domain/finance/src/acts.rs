//! The acts of this room.

mod establish_books;
mod lock_period;
mod month_text;
mod period_refused;
mod unlock_period;

pub use establish_books::{BooksRefused, EstablishBooks, Established, NewFund, NewLedgerAccount, OpenedIn};
pub use lock_period::LockPeriod;
pub use period_refused::PeriodRefused;
pub use unlock_period::UnlockPeriod;
