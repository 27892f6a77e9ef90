//! The web kit: what pages and the API share, so that a room writes only what is its own.
//!
//! - [`Route`] and [`router()`]: the list of addresses, each with who may use it; everything else is denied.
//! - [`Ask`]: one request as its handler sees it; it makes pages, forms, tables and ways on.
//! - [`Page`], [`Go`], [`Problem`]: what handlers answer; the edge draws them.
//! - [`Gate`] and [`Visitor`]: who asks, told by the staff room.
//! - [`Envelope`], [`List`], [`Paging`], [`IdempotencyKey`], [`JsonBody`]: the API.

mod accent;
mod alert;
mod api;
mod ask;
mod assets;
mod at;
mod cell;
mod commas;
mod edge;
mod field;
mod finder;
mod form;
mod go;
mod multipart;
mod page;
mod parts;
mod posted;
mod problem;
mod queue;
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
pub use api::{Envelope, IdempotencyKey, JsonBody, List, Paging, Problems, one_of, parameter_of};
pub use ask::Ask;
pub use at::{At, address, encoded, is_name, number, read_number};
pub use cell::{Cell, Column};
pub use commas::without_commas;
pub use edge::neighborhood;
pub use field::{Choice, Field};
pub use finder::{Finder, Finders, Found};
pub use form::{Carried, Form};
pub use go::{Go, safe_return_to};
pub use page::Page;
pub use parts::{
    Changes, Chart, Columns, Empty, Event, Facts, Folded, Links, LookUp, Progress, Queues, Said, Section, Steps, Tabs,
    Timeline, Words, live,
};
pub use posted::{Posted, PostedFile};
pub use problem::{Answer, Problem, ProblemBody};
pub use queue::{Queue, QueueSource, QueueSources};
pub use route::{Access, Menu, Route, RouteKind};
pub use router::{SECOND_FACTOR_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, router};
pub use site::{LargestFile, Pace, Parts, Site, SiteParts, TownFace};
pub use table::Table;
pub use visitor::{Gate, Visitor};
pub use window::{FileForm, ROWS, Window};
