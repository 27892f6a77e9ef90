//! Whole pieces of work at the desks of the office, over HTTP as a browser does them, on both engines.

mod accounts;
mod api;
mod attachments;
mod bills;
mod books;
mod hall;
mod home;
mod identity;
mod moves;
mod privacy;
mod reads;
mod reports;
mod routes;
mod runs;
mod schedules;
mod search;
mod webhooks;
