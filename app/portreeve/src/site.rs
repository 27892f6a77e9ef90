//! The site: every page of every room, behind one gate.

mod house_directory;
mod watch;

use std::sync::Arc;

use secrets::{BreachedList, Keys, Random};
use staff::pages::{Directory, PermissionBook};
use staff::sign_in::SingleSignOn;
use staff::{SecondFactorRule, StaffGate};
use web::{Pace, Parts, Route, Site, SiteParts, TownFace};

use crate::commands::all_permissions;
use crate::office::{Office, SignInPlace};
use crate::registry::registry;
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
}

/// Every address there is; what is not listed here does not exist.
pub fn routes() -> Vec<Route> {
    [staff::pages::routes(), staff::api::api_routes(), watch::routes(), web::style_page::routes()].concat()
}

/// Puts the site of an office together.
pub fn site(office: &Office, settings: SiteSettings) -> Site {
    Site::new(site_parts(office, settings))
}

/// What the site of an office is made of.
pub fn site_parts(office: &Office, settings: SiteSettings) -> SiteParts {
    let random = Random::of_the_machine();
    let SiteSettings { town, keys, public_url, is_https, second_factor, breached, providers } = settings;
    let place = SignInPlace { town: town.name.clone(), breached, providers };
    let sign_in = office.sign_in_at(keys, random.clone(), place);
    let gate = StaffGate::new(office.door.clone(), sign_in.clone(), second_factor);
    let permissions = PermissionBook::new(&[&all_permissions()]);
    let directory: Arc<dyn Directory> = Arc::new(HouseDirectory);
    SiteParts {
        door: office.door.clone(),
        gate: Arc::new(gate),
        town,
        public_url,
        is_https,
        random,
        pace: Pace::default(),
        parts: Parts::new().with(sign_in).with(directory).with(permissions).with(registry()),
    }
}
