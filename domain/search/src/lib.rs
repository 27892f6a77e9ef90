//! Finds accounts, places, meters and bills by what people know them by.

mod alike;
mod api;
mod asking;
mod cards;
mod facts;
mod finders;
mod keeper;
mod marks;
mod members;
mod namesakes;
mod numbered;
mod pages;
mod store;
mod words;

pub use api::{api_routes, description};
pub use finders::{AccountFinder, BillFinder, MeterFinder, PlaceFinder, found};
pub use keeper::{Keeper, Standing};
pub use marks::Marks;
pub use namesakes::accounts_called;
pub use pages::routes;
