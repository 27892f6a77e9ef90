//! `Help`: one thing that can be done for somebody who cannot sign in, on a page of its own.

use askama::Template;
use axum::http::{HeaderMap, header};
use web::{Alert, Answer, Ask, Carried, Choice, Field, Form, Page};

use super::super::{At, desk, part};
use super::{Seen, base, seen};
use crate::acts::{ClearSecondFactor, EndSessions, LinkIdentity, MakeSignInLink};
use crate::people::Person;
use crate::sign_in::LINK_HOURS;

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Help {
    Link,
    Factor,
    Sessions,
    Identity,
}

#[derive(Template)]
#[template(path = "sign_in/link_made.html")]
struct LinkMade<'a> {
    link: String,
    name: &'a str,
    hours: i64,
    back: String,
}

impl Help {
    pub(super) const ALL: [Help; 4] = [Help::Link, Help::Factor, Help::Sessions, Help::Identity];

    /// The last part of its address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Help::Link => "link",
            Help::Factor => "second-factor",
            Help::Sessions => "sessions",
            Help::Identity => "identity",
        }
    }

    /// When it is needed.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Help::Link => "New here, or password lost",
            Help::Factor => "Phone and recovery codes lost",
            Help::Sessions => "Somebody else may be signed in",
            Help::Identity => "Single sign-on does not know them",
        }
    }

    /// What it is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            Help::Link => "Make a one-time link",
            Help::Factor => "Remove the second factor",
            Help::Sessions => "End all sessions",
            Help::Identity => "Link an account",
        }
    }

    /// What it does.
    pub(super) fn words(self) -> &'static str {
        match self {
            Help::Link => {
                "A one-time link lets them choose a password. It is good for a day and ends all links made before. Hand it \
                 over in person, or by a way that only they read."
            }
            Help::Factor => {
                "Removes the second factor and ends all sessions. Make sure that it is really them who asks. A second \
                 person has to agree."
            }
            Help::Sessions => "Ends all their sessions at once. They can sign in again.",
            Help::Identity => {
                "A first sign-in with the verified e-mail address on record links an account by itself. Do it here when \
                 the address differs. It takes the place of an account linked before. A second person has to agree."
            }
        }
    }

    /// Whether it would do anything.
    pub(super) fn is_of_use(self, seen: &Seen) -> bool {
        match self {
            Help::Link => true,
            Help::Factor => seen.factors.totp_since.is_some(),
            Help::Sessions => 0 < seen.sessions,
            Help::Identity => seen.has_providers,
        }
    }

    fn form(self, ask: &Ask) -> Form {
        let form = ask.form(ask.path(), self.title()).cancel(&base(ask));
        let form = match self {
            Help::Link => form,
            Help::Factor | Help::Sessions => form.danger(),
            Help::Identity => {
                let providers = desk(ask).providers().iter();
                let choices = providers.map(|provider| Choice::new(&provider.issuer, &provider.name)).collect();
                let subject = Field::text("subject", "Identity there").required().max(255);
                let subject = subject.hint("What the provider calls “sub”, not the e-mail address.");
                form.field(Field::select("issuer", "Provider", choices).required())
                    .field(subject.answers(&["identity_taken"]))
            }
        };
        form.field(Field::reason())
    }
}

pub(super) async fn show(ask: Ask, code: At<String>, help: Help) -> Answer {
    let seen = seen(&ask, part(code)?).await?;
    if !help.is_of_use(&seen) {
        return ask.go(&base(&ask)).answer();
    }
    page(&ask, (help.title(), &seen.person)).lead(help.words()).form(&help.form(&ask)).answer()
}

pub(super) async fn send(ask: Ask, code: At<String>, (help, headers): (Help, HeaderMap)) -> Answer {
    let seen = seen(&ask, part(code)?).await?;
    let mut form = help.form(&ask);
    if form.is_good() {
        let actor = seen.person.code.clone();
        let back = base(&ask);
        let go = match help {
            Help::Link => return make_link(&ask, (&seen.person, &headers), form).await,
            Help::Factor => {
                let carried = form.carry_out(&ask, &ClearSecondFactor { actor }).await?;
                carried.go(&back, "The second factor was removed, and all sessions were ended")
            }
            Help::Sessions => {
                let carried = form.carry_out(&ask, &EndSessions { actor }).await?;
                carried.go(&back, "All sessions were ended")
            }
            Help::Identity => {
                let (issuer, subject) = (form.text("issuer"), form.text("subject"));
                let carried = form.carry_out(&ask, &LinkIdentity { actor, issuer, subject }).await?;
                carried.go(&back, "The account was linked")
            }
        };
        if let Some(go) = go {
            return go.answer();
        }
    }
    page(&ask, (help.title(), &seen.person)).lead(help.words()).form(&form).answer()
}

/// The decision goes through the door; the link itself is made afterwards, because no secret belongs into the log.
async fn make_link(ask: &Ask, (person, headers): (&Person, &HeaderMap), mut form: Form) -> Answer {
    match form.carry_out(ask, &MakeSignInLink { actor: person.code.clone() }).await? {
        Carried::Done(done) if done.was_repeated => {
            let alert = Alert::warning("This link was made before");
            let alert = alert.text("It was shown once. Make a new one if it is lost.");
            return ask.go(&base(ask)).saying(alert).answer();
        }
        Carried::Done(_) => match desk(ask).first_link(&person.code, ask.now()).await? {
            Ok(token) => return link_page(ask, headers, person, token.text()),
            Err(refused) => form.refuse_by(&refused),
        },
        Carried::Waiting(waiting) => {
            let carried: Carried<()> = Carried::Waiting(waiting);
            if let Some(go) = carried.go(&base(ask), "") {
                return go.answer();
            }
        }
        Carried::Refused => {}
    }
    page(ask, (Help::Link.title(), person)).lead(Help::Link.words()).form(&form).answer()
}

fn page(ask: &Ask, (title, person): (&str, &Person)) -> Page {
    let path = base(ask);
    let own = path.strip_suffix("/sign-in").unwrap_or("/staff");
    ask.page(title).crumbs(&[("Staff", "/staff"), (&person.name, own), ("Sign-in", &path)])
}

fn link_page(ask: &Ask, headers: &HeaderMap, person: &Person, token: &str) -> Answer {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let site = ask.site();
    let asked = format!("{}://{host}", if site.is_https() { "https" } else { "http" });
    let link = format!("{}/welcome/{token}", site.public_url().unwrap_or(&asked));
    let alert = Alert::warning("Hand it over now");
    let alert = alert.text("The link is shown this one time. Whoever has it can choose the password.");
    let body = LinkMade { link, name: &person.name, hours: LINK_HOURS, back: base(ask) };
    page(ask, ("One-time link", person)).alert(alert).body(&body).answer()
}
