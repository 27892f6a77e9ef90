//! The web kit: what pages and the API share, so that a room writes only what is its own.
//!
//! - [`Route`] and [`router()`]: the list of addresses, each with who may use it; everything else is denied.
//! - [`Ask`]: one request as its handler sees it; it makes pages, forms, tables and ways on.
//! - [`Page`], [`Go`], [`Problem`]: what handlers answer; the edge draws them.
//! - [`Gate`] and [`Visitor`]: who asks, told by the staff room.
//! - [`Envelope`], [`List`], [`Paging`], [`IdempotencyKey`]: the API.

mod accent;
mod alert;
mod api;
mod ask;
mod assets;
mod cell;
mod edge;
mod field;
mod form;
mod go;
mod page;
mod parts;
mod posted;
mod problem;
mod route;
mod router;
pub mod shown;
mod site;
pub mod style_page;
mod table;
mod visitor;
mod window;

pub use accent::Accent;
pub use alert::{Alert, Tone};
pub use api::{Envelope, IdempotencyKey, List, Paging};
pub use ask::Ask;
pub use cell::{Cell, Column};
pub use edge::neighborhood;
pub use field::{Choice, Field};
pub use form::{Carried, Form};
pub use go::{Go, safe_return_to};
pub use page::Page;
pub use parts::{Changes, Chart, Empty, Event, Facts, Progress, Queues, Steps, Tabs, Timeline, live};
pub use posted::Posted;
pub use problem::{Answer, Problem, ProblemBody};
pub use route::{Access, Route, RouteKind};
pub use router::{SECOND_FACTOR_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, router};
pub use site::{Pace, Parts, Site, SiteParts, TownFace};
pub use table::Table;
pub use visitor::{Gate, Visitor};
pub use window::{FileForm, ROWS, Window};
