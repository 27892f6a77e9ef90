//! `/accounts/{number}/identity`: who may be told about an account, what proves who they are, and who asked.

use std::collections::BTreeMap;

use customers::Protection;
use db::Read;
use kernel::CustomerId;
use web::shown::date;
use web::{Answer, Ask, At, Cell, Column, Columns, Links, Problem, Section, Table, Tone, Words};

use super::flags::{check_form, clear_href};
use super::place::{Place, Somebody};
use super::protection::facts;
use super::verify::{calls, told};
use crate::banner::banner;
use crate::permissions::{CLEAR_FLAGS, PROTECT, RECORD, REVEAL, SEE_PROTECTED, VERIFY};
use crate::{CallerRole, Identifier, IdentifierView, RedFlag, store};

/// Everything the page shows.
struct Overview {
    place: Place,
    identifiers: Vec<(Identifier, Option<(IdentifierView, String)>)>,
    words: Vec<CustomerId>,
    protected: BTreeMap<CustomerId, Protection>,
    flags: Vec<RedFlag>,
}

impl Overview {
    async fn load(ask: &Ask, read: &mut Read, number: &str) -> Result<Overview, Problem> {
        let place = Place::load(ask, read, number).await?;
        let people = place.customers();
        let names = staff::names(read).await?;
        let mut identifiers = Vec::new();
        for identifier in store::identifiers_of(read, &people).await? {
            let of = (identifier.customer, identifier.value.kind);
            let view = store::views_of(read, of, 1).await?.pop();
            let view = view.map(|view| (view, names.get(&view.actor).cloned().unwrap_or_default()));
            identifiers.push((identifier, view));
        }
        Ok(Overview {
            identifiers,
            words: store::word_of(read, &people).await?.into_keys().collect(),
            protected: customers::protected_customers(read, &people).await?,
            flags: store::flags_of(read, place.account.id).await?,
            place,
        })
    }

    fn somebody(&self, customer: CustomerId) -> Option<&Somebody> {
        self.place.people.iter().find(|somebody| somebody.person.id == customer)
    }

    fn people(&self, ask: &Ask) -> Section {
        let row = |somebody: &Somebody| {
            let id = somebody.person.id;
            let state = match self.protected.contains_key(&id) {
                true => Cell::tag(Tone::Bad, "protected"),
                false => Cell::empty(),
            };
            let word = if self.words.contains(&id) { "agreed" } else { "none" };
            [
                Cell::text(somebody.name()),
                Cell::text(web::shown::capital(somebody.role.words())),
                Cell::from(somebody.since),
                Cell::text(word),
                state,
            ]
        };
        let table = ask
            .table("people-list", "People of the account")
            .column(Column::text("name", "Person"))
            .column(Column::text("role", "Is"))
            .column(Column::date("since", "Since"))
            .column(Column::text("word", "Word"))
            .column(Column::text("state", "Address"))
            .plain()
            .rows(self.place.people.iter().map(row));
        let links = Links::new("Pages: people");
        let links = match ask.may(customers::permissions::CHANGE) {
            true => links.link("Authorize a person", format!("{}/authorize", self.place.path())),
            false => links,
        };
        let section = Section::new("people", "Who may be told").with(&table);
        if links.is_empty() { section } else { section.with(&links) }
    }

    fn identifiers(&self, ask: &Ask) -> Section {
        let may_see_last = ask.may(RECORD) || ask.may(REVEAL);
        let row = |(identifier, view): &(Identifier, Option<(IdentifierView, String)>)| {
            let somebody = self.somebody(identifier.customer);
            let number = Cell::text(if may_see_last { identifier.masked() } else { "on record".to_owned() });
            let number = match (ask.may(REVEAL), somebody) {
                (true, Some(somebody)) => {
                    let what = format!("{}/show", identifier.value.kind.code());
                    number.link(self.place.about(somebody, &what)).note("Open to show it whole")
                }
                _ => number,
            };
            let seen = match view {
                None => Cell::text("never"),
                Some((view, who)) => Cell::text(ask.when(view.at)).note(format!("by {who}")),
            };
            let name = somebody.map(Somebody::name).unwrap_or_default();
            [Cell::text(name), Cell::text(identifier.title()), number, Cell::from(identifier.recorded_on), seen]
        };
        let table = ask
            .table("identifier-list", "Tax IDs and driver's licenses")
            .column(Column::text("name", "Person"))
            .column(Column::text("what", "Document"))
            .column(Column::text("number", "Number"))
            .column(Column::date("recorded", "Recorded"))
            .column(Column::text("seen", "Last seen whole"))
            .empty("No document is on record for anybody of this account.")
            .plain()
            .rows(self.identifiers.iter().map(row));
        let section = Section::new("identifiers", "What proves who they are").with(&table);
        if !ask.may(RECORD) {
            return section;
        }
        let mut links = Links::listed("Pages: documents");
        for somebody in self.once() {
            let name = somebody.name();
            links = links
                .link(&format!("Record a document of {name}"), self.place.about(somebody, "record"))
                .link(&format!("Agree on a word with {name}"), self.place.about(somebody, "word"));
        }
        section.with(&links)
    }

    /// Everybody once, whatever they are for the account.
    fn once(&self) -> Vec<&Somebody> {
        let mut seen = Vec::new();
        let is_new = |somebody: &&Somebody| {
            let is_new = !seen.contains(&somebody.person.id);
            seen.push(somebody.person.id);
            is_new
        };
        self.place.people.iter().filter(is_new).collect()
    }

    fn protection(&self, ask: &Ask) -> Option<Section> {
        let mut section = Section::new("protection", "Confidential address");
        let mut links = Links::listed("Pages: protection");
        for somebody in self.once() {
            let name = somebody.name();
            match self.protected.get(&somebody.person.id) {
                Some(protection) if ask.may(PROTECT) || ask.may(SEE_PROTECTED) => {
                    section = section.with(&Words::new(format!("{name}:"))).with(&facts(protection));
                    links = links
                        .link(&format!("Change the protection of {name}"), self.place.about(somebody, "protect"))
                        .link(&format!("Lift the protection of {name}"), self.place.about(somebody, "lift"));
                }
                Some(_) => section = section.with(&Words::new(format!("The address of {name} is confidential."))),
                // Who is only authorized or owns the place is protected at an account of their own.
                None => {
                    links =
                        links.link(&format!("Protect the address of {name}"), self.place.about(somebody, "protect"));
                }
            }
        }
        match (ask.may(PROTECT), self.protected.is_empty()) {
            (true, _) => Some(section.with(&links)),
            (false, false) => Some(section),
            (false, true) => None,
        }
    }

    fn flags(&self, ask: &Ask) -> Section {
        let row = |flag: &RedFlag| {
            let title = Cell::text(flag.finding.rule.title());
            let (title, state) = match &flag.cleared {
                None if ask.may(CLEAR_FLAGS) => {
                    (title.link(clear_href(&self.place.path(), flag)), Cell::tag(Tone::Warning, "to clear"))
                }
                None => (title, Cell::tag(Tone::Warning, "to clear")),
                Some((act, on)) => {
                    let state = Cell::tag(Tone::Good, "cleared").note(date(on));
                    let href = ask.may(acts::permissions::READ).then(|| format!("/log/{}", act.0));
                    (title, href.into_iter().fold(state, Cell::link))
                }
            };
            [title, Cell::text(flag.finding.words.clone()), Cell::from(flag.found_on), state]
        };
        let table: Table = ask
            .table("flag-list", "Signs found at this account")
            .column(Column::text("sign", "Sign"))
            .column(Column::text("words", "What was seen"))
            .column(Column::date("found", "Found"))
            .column(Column::text("state", "State"))
            .empty("Nothing was found at this account, or nobody has looked yet.")
            .plain()
            .rows(self.flags.iter().map(row));
        let section = Section::new("flags", "Red flags").with(&table);
        match ask.may(VERIFY) {
            true => section.with(&check_form(ask, &self.place)).with(
                &Links::new("Pages: red flags")
                    .link("A document did not fit", format!("{}/red-flags/document", self.place.path())),
            ),
            false => section,
        }
    }
}

pub(super) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let overview = Overview::load(&ask, &mut read, &number).await?;
    let account = overview.place.account.id;
    let calls = told(&ask, &calls(&mut read, &overview.place).await?);
    let mut main = vec![banner(&ask, &mut read, account).await?];
    main.push(overview.people(&ask));
    main.push(overview.identifiers(&ask));
    main.push(overview.flags(&ask));
    let side = overview.protection(&ask).into_iter();
    let side = side.chain([calls]).collect();
    let path = overview.place.path();
    let holder = overview.place.people.iter().find(|somebody| somebody.role == CallerRole::Holder);
    let lead = holder.map(|holder| format!("Account {} of {}.", overview.place.number, holder.name()));
    let words = format!("Account {}", overview.place.number);
    ask.page("Callers and identity")
        .crumbs(&[(words.as_str(), path.as_str())])
        .lead(lead.unwrap_or_default())
        .body(&Columns { main, side })
        .answer()
}
