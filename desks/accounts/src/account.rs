//! `/accounts/{number}`: everything a clerk needs while somebody is on the phone.

mod alerts;
mod balance;
mod events;
mod loaded;
mod people;
mod services;
mod timeline;
mod usage;

use billing::permissions::{ADJUST, CHARGES, MOVES};
use customers::permissions::{CHANGE, MERGE, NOTE};
use db::{Fault, Read};
use web::shown::counted;
use web::{Answer, Ask, At, Columns, Links, Section, address};

pub(crate) use self::events::{Kind, Told};
pub(crate) use self::loaded::{Loaded, change, name_of};
pub(crate) use self::people::role_words;
pub(crate) use self::timeline::{Asked, load as timeline_page};
use crate::words::Named;

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let banner = identity::banner(&ask, &mut read, named.id).await?;
    let loaded = Loaded::of(&ask, &mut read, named).await?;
    let asked = Asked::of(&ask);
    let files = files(&ask, &mut read, &loaded).await?;
    let happened = timeline::load(&ask, &mut read, (&loaded, &asked)).await?;
    drop(read);
    let mut main = vec![balance::section(&loaded), services::section(&ask, &loaded)];
    main.extend(services::charges(&ask, &loaded));
    main.extend(usage::section(&loaded));
    main.push(timeline::section(&ask, (&loaded, &asked), &happened));
    let mut side = vec![people::facts(&loaded), people::who(&ask, &loaded), people::mail(&ask, &loaded)];
    side.extend(files);
    side.extend(actions(&ask, &loaded));
    let page = ask.page(&loaded.title()).crumbs(&[("Accounts", "/accounts")]).lead(loaded.lead());
    let alerts = alerts::all(&ask, &loaded).iter().fold(Section::bare(), Section::with);
    page.body(&banner).body(&alerts).body(&Columns { main, side }).answer()
}

/// The way to the files that support the account, its bills and its changes.
async fn files(ask: &Ask, read: &mut Read, loaded: &Loaded) -> Result<Option<Section>, Fault> {
    if !ask.may(attachments::permissions::SEE) {
        return Ok(None);
    }
    let words = match attachments::count_of_account(read, loaded.named.id).await? {
        0 => "Files: none yet".to_owned(),
        count => counted(count, "file", "files"),
    };
    let links = Links::new("Files").link(&words, loaded.named.href("attachments"));
    Ok(Some(Section::bare().with(&links)))
}

/// What the visitor may do about the account.
fn actions(ask: &Ask, loaded: &Loaded) -> Option<Section> {
    let to = |page: &str| loaded.named.href(page);
    let mut ways = Links::listed("Change something");
    if ask.may(NOTE) {
        ways = ways.link("Put a note on the account", to("note"));
    }
    if ask.may(CHANGE) {
        ways = ways
            .link("Telephone and e-mail", to("contact"))
            .link("Mailing address", to("address"))
            .link("Payer, owner, tenant, authorized", to("parties"));
    }
    if ask.may(CHARGES) {
        ways = ways.link("Charge or credit by code", to("charge"));
    }
    if let Some(bill) = loaded.newest_bill().filter(|_| ask.may(ADJUST)) {
        ways = ways.link("Adjust what is owed", format!("/bills/{}/adjust", bill.number));
    }
    if ask.may(MOVES) {
        ways = ways.link("Move in, out or over", address("/moves/new", &[("account", &loaded.named.number)]));
    }
    if ask.may(MERGE) {
        ways = ways.link("Merge with another customer", to("merge"));
    }
    (!ways.is_empty()).then(|| Section::new("change", "Change something").with(&ways))
}
