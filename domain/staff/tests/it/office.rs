//! The pages and the API of the office, over the router of the kit, with a gate that believes what one says.

mod api;
mod approvals;
mod hostile;
mod looking;
mod pages;
mod people_pages;
