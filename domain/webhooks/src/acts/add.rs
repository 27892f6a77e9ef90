//! Tells another program of what is done here, and changes where and of what.

use acts::{Act, Entry, Failure, Permission, Subject, refuse, refused};
use serde::{Deserialize, Serialize};

use super::{WebhookRefused, named, subject};
use crate::wanted::Wanted;
use crate::{KnownKinds, Networks, NotWanted, WebhookId, permissions, store};

/// The longest title, in letters.
pub(super) const TITLE_MAX: usize = 80;
/// The most webhooks: each is asked about with every change.
pub(super) const MOST: i64 = 50;

/// Tells a program of changes from now on. Nothing is sent before it has a secret; until then messages wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddWebhook {
    /// What people call it.
    pub title: String,
    /// Where messages go. What a host is at is judged whenever one is sent.
    pub url: String,
    /// Of what it is told: `billing.sign_run`, `billing.*` or `*`.
    pub kinds: Vec<String>,
}

/// Changes what a webhook is called, where messages go, and of what it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeWebhook {
    /// Which.
    pub webhook: i64,
    /// What people call it.
    pub title: String,
    /// Where messages go; those that wait go there, too.
    pub url: String,
    /// Of what it is told from now on.
    pub kinds: Vec<String>,
}

impl Act for AddWebhook {
    const KIND: &'static str = "webhooks.add";
    type Outcome = WebhookId;

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> Subject {
        Subject::town()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<WebhookId, Failure> {
        let wanted = check(entry, (&self.title, &self.url, &self.kinds), None).await?;
        if MOST <= store::count(entry).await? {
            return refuse(WebhookRefused::TooMany);
        }
        let at = (entry.now, entry.act);
        let what = (self.title.trim(), self.url.as_str(), &wanted);
        Ok(store::insert(entry, what, at).await?)
    }
}

impl Act for ChangeWebhook {
    const KIND: &'static str = "webhooks.change";
    type Outcome = ();

    fn permission(&self) -> Permission {
        permissions::MANAGE
    }

    fn subject(&self) -> Subject {
        subject(self.webhook)
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let before = named(entry, self.webhook).await?;
        let wanted = check(entry, (&self.title, &self.url, &self.kinds), Some(before.id)).await?;
        entry.changes("title", &before.title, self.title.trim());
        entry.changes("address", &before.url, &self.url);
        entry.changes("changes it is told of", before.wanted.words(), wanted.words());
        store::update(entry, before.id, (self.title.trim(), &self.url, &wanted)).await?;
        Ok(())
    }
}

async fn check(
    entry: &mut Entry,
    (title, url, kinds): (&str, &str, &[String]),
    own: Option<WebhookId>,
) -> Result<Wanted, Failure> {
    let title = title.trim();
    if title.is_empty() || TITLE_MAX < title.chars().count() || title.chars().any(char::is_control) {
        return refuse(WebhookRefused::Title);
    }
    let networks = entry.told::<Networks>().unwrap_or_default();
    networks.check(url).map_err(|why| refused(WebhookRefused::Url(why)))?;
    let wanted = Wanted::read(kinds.iter().map(String::as_str));
    let wanted = wanted.map_err(|why| refused(WebhookRefused::Wanted(why)))?;
    // Nobody would ever be told of what does not exist.
    let known = entry.told::<KnownKinds>().unwrap_or_default();
    if let Some(unknown) = wanted.kinds().find(|kind| !known.has(kind)) {
        return refuse(WebhookRefused::Wanted(NotWanted::Unknown(unknown.to_owned())));
    }
    if store::is_taken(entry, title, own).await? {
        return refuse(WebhookRefused::TitleTaken(title.to_owned()));
    }
    Ok(wanted)
}
