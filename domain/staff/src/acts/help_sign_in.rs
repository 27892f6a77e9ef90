//! Helping somebody else to sign in: acts, because whoever does it could sign in as them.

use acts::{Act, Entry, Failure, Permission, Subject, refuse};
use serde::{Deserialize, Serialize};

use super::checks::{Before, Need, check_text, other_staff_named};
use super::staff;
use crate::MANAGE;
use crate::people;
use crate::sign_in::{SignInRefused, for_others};

/// Decides that somebody gets a one-time link. The link itself is a secret, made afterwards and kept out of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeSignInLink {
    /// The code of who gets it.
    pub actor: String,
}

/// Removes the second factor of somebody who lost it. Together with a link it opens everything of theirs, so a second
/// person has to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearSecondFactor {
    /// The code of who lost it.
    pub actor: String,
}

/// Ends all sessions of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndSessions {
    /// The code of whose they are.
    pub actor: String,
}

/// Says which account of a single sign-on is somebody's, in the place of what was linked there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkIdentity {
    /// The code of whose account it is.
    pub actor: String,
    /// The provider.
    pub issuer: String,
    /// What the provider knows them by.
    pub subject: String,
}

/// The longest address of a provider.
const ISSUER_MAX: usize = 500;
/// The longest identity; OpenID Connect allows 255 letters.
const IDENTITY_MAX: usize = 255;

impl Act for MakeSignInLink {
    const KIND: &'static str = "staff.make_sign_in_link";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let person = other_staff_named(entry, &self.actor).await?;
        let today = entry.today;
        let held = people::permissions_on(entry, person.actor, today).await?;
        if !held.permissions.is_empty() && !for_others::has_second_factor(entry, person.actor).await? {
            let words = format!("a link with which whoever has it becomes {}, who has no second factor", self.actor);
            entry.looks_odd("sign_in_link", words);
        }
        Ok(())
    }
}

impl Act for ClearSecondFactor {
    const KIND: &'static str = "staff.clear_second_factor";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        let now = entry.now;
        if !for_others::clear_second_factor(entry, person.actor, now).await? {
            return refuse(SignInRefused::SecondFactorIsOff);
        }
        entry.changes(format!("second factor of {}", self.actor), "on", "removed");
        before.ask_second(entry);
        Ok(())
    }
}

impl Act for EndSessions {
    const KIND: &'static str = "staff.end_sessions";
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        let person = other_staff_named(entry, &self.actor).await?;
        let now = entry.now;
        for_others::end_sessions(entry, person.actor, now).await?;
        Ok(())
    }
}

impl Act for LinkIdentity {
    const KIND: &'static str = "staff.link_identity";
    const PERSONAL: &'static [&'static str] = &["/subject"];
    type Outcome = ();

    fn permission(&self) -> Permission {
        MANAGE
    }

    fn subject(&self) -> Subject {
        staff()
    }

    async fn perform(&self, entry: &mut Entry) -> Result<(), Failure> {
        check_text("The provider", &self.issuer, ISSUER_MAX, Need::Needed).map_err(acts::refused)?;
        check_text("The identity", &self.subject, IDENTITY_MAX, Need::Needed).map_err(acts::refused)?;
        let before = Before::of(entry).await?;
        let person = other_staff_named(entry, &self.actor).await?;
        let now = entry.now;
        if !for_others::link_identity(entry, (&self.issuer, &self.subject), person.actor, now).await? {
            return refuse(SignInRefused::IdentityTaken);
        }
        entry.tells_of(super::person(person.actor));
        entry.changes(format!("{} at {}", self.actor, self.issuer), "", &self.subject);
        before.ask_second(entry);
        Ok(())
    }
}
