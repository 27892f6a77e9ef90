//! The site: every page of every room, behind one gate.

mod api;
mod change_examples;
mod changes;
mod house_directory;
mod watch;

use std::sync::Arc;

use secrets::{BreachedList, Keys, Random};
use staff::pages::{Directory, PageBeside, PagesBeside, PermissionBook, StaffFinder};
use staff::sign_in::SingleSignOn;
use staff::{SecondFactorRule, StaffGate};
use web::{Finder, Finders, Menu, Pace, Parts, QueueSource, QueueSources, Route, Site, SiteParts, TownFace};
use webhooks::{KnownKinds, Networks};

use crate::commands::{PERMISSIONS_TO_COME, all_permissions};
use crate::office::{Office, SignInPlace};
use crate::registry::{every_kind, registry};
use house_directory::HouseDirectory;

/// What a site is told from outside.
pub struct SiteSettings {
    /// How the town looks.
    pub town: TownFace,
    /// What seals secrets in the database.
    pub keys: Keys,
    /// The address people type, when it is known.
    pub public_url: Option<String>,
    /// Whether visitors come through a proxy that ends HTTPS.
    pub is_https: bool,
    /// Who needs a second factor.
    pub second_factor: SecondFactorRule,
    /// Passwords that were stolen elsewhere.
    pub breached: Option<BreachedList>,
    /// Where else people may sign in.
    pub providers: Vec<SingleSignOn>,
    /// Where files are kept.
    pub cabinet: attachments::Cabinet,
    /// Where messages to other programs may go besides the internet.
    pub networks: Networks,
    /// How many requests an address may make.
    pub pace: Pace,
}

/// Every address there is; what is not listed here does not exist.
pub fn routes() -> Vec<Route> {
    // The menu is in this order: what is worked on all day, then who works here and what they did.
    let (of_staff, at_the_desk): (Vec<Route>, Vec<Route>) =
        staff::pages::routes().into_iter().partition(|route| matches!(route.menu, Menu::Group(_)));
    let all = [
        at_the_desk,
        search::routes(),
        accounts::routes(),
        accounts::api_routes(),
        moves::routes(),
        moves::api_routes(),
        reads::routes(),
        reads::api_routes(),
        bills::routes(),
        bills::api_routes(),
        runs::routes(),
        runs::api_routes(),
        schedules::routes(),
        schedules::api_routes(),
        books::routes(),
        books::api_routes(),
        identity::routes(),
        identity::api_routes(),
        attachments::routes(),
        attachments::api_routes(),
        of_staff,
        webhooks::routes(),
        staff::api::api_routes(),
        webhooks::api_routes(),
        search::api_routes(),
        changes::routes(),
        api::routes(),
        watch::routes(),
        web::style_page::routes(),
    ];
    api::as_described(all.concat())
}

/// Everything that finds; the first come first among equals.
fn finders() -> Vec<Arc<dyn Finder>> {
    vec![
        Arc::new(search::AccountFinder),
        Arc::new(search::BillFinder),
        Arc::new(search::MeterFinder),
        Arc::new(search::PlaceFinder),
        Arc::new(StaffFinder),
    ]
}

/// Everything that tells what waits, in the order of the home page.
fn queue_sources() -> Vec<Arc<dyn QueueSource>> {
    vec![
        Arc::new(runs::RunQueues),
        Arc::new(bills::BillQueues),
        Arc::new(identity::IdentityQueues),
        Arc::new(attachments::AttachmentQueues),
        Arc::new(schedules::RateQueues),
        Arc::new(reads::ReadQueues),
        Arc::new(moves::MoveQueues),
        Arc::new(books::ReportQueues),
        Arc::new(webhooks::WebhookQueues),
    ]
}

/// What belongs beside an entry of the log and a proposal.
fn pages_beside() -> PagesBeside {
    let files = PageBeside { words: "Files", ending: "/attachments", permission: attachments::permissions::SEE };
    PagesBeside { pages: vec![files], of_proposals: schedules::pages_of_proposals() }
}

/// Puts the site of an office together.
pub fn site(office: &Office, settings: SiteSettings) -> Site {
    Site::new(site_parts(office, settings))
}

/// What the site of an office is made of.
pub fn site_parts(office: &Office, settings: SiteSettings) -> SiteParts {
    let random = Random::of_the_machine();
    let SiteSettings { town, keys, public_url, is_https, second_factor, breached, providers, cabinet, networks, pace } =
        settings;
    let place = SignInPlace { town: town.name.clone(), breached, providers };
    let sealing = Arc::new(keys.clone());
    let sign_in = office.sign_in_at(keys, random.clone(), place);
    let gate = StaffGate::new(office.door.clone(), sign_in.clone(), second_factor);
    let permissions = PermissionBook::new(&[&all_permissions(), &PERMISSIONS_TO_COME]);
    let directory: Arc<dyn Directory> = Arc::new(HouseDirectory);
    let (finders, queues) = (Finders(finders()), QueueSources(queue_sources()));
    SiteParts {
        door: office.door.clone().telling(networks),
        gate: Arc::new(gate),
        town,
        public_url,
        is_https,
        random,
        pace,
        parts: Parts::new()
            .with(schedules::Trials::default())
            .with(sealing)
            .with(web::LargestFile(cabinet.largest()))
            .with(cabinet)
            .with(pages_beside())
            .with(sign_in)
            .with(directory)
            .with(permissions)
            .with(registry())
            .with(finders)
            .with(queues)
            .with(KnownKinds(every_kind()))
            .with(books::Works::default()),
    }
}
