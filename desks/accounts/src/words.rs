//! What pages of this desk say in the same words: addresses, quantities, services, who did something.

use std::collections::BTreeMap;

use acts::Registry;
use customers::AddressLines;
use db::{Fault, Read};
use kernel::{AccountId, ActorId, JournalId, Period};
use web::shown::capital;
use web::{Ask, Problem, encoded};

/// An account as the address of a page names it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// Its id.
    pub id: AccountId,
    /// Its number, as it stands on paper.
    pub number: String,
    /// What is on record of it.
    pub account: customers::NamedAccount,
}

impl Named {
    /// The account with the number in the address of a page.
    pub(crate) async fn find(read: &mut Read, number: &str) -> Result<Named, Problem> {
        let nobody = || {
            let why = "No account has this number. Account numbers end in a check digit, such as 100042-4.";
            Problem { why: why.to_owned(), ..Problem::not_found() }
        };
        if number.chars().any(char::is_control) {
            return Err(nobody());
        }
        let account = customers::account_named(read, number).await?.filter(|account| account.id != AccountId::CITY);
        let account = account.ok_or_else(nobody)?;
        let known = customers::accounts_by_id(read, &[account.id]).await?;
        let number = known.get(&account.id).map(|known| known.number.to_string()).ok_or_else(nobody)?;
        Ok(Named { id: account.id, number, account })
    }

    /// Where the journal of a posting stands, for who may look at the books.
    pub(crate) fn journal(&self, ask: &Ask, journal: JournalId) -> Option<String> {
        ask.may(finance::SEE).then(|| format!("/books/journals/{}-{}", encoded(&self.number), journal.0))
    }

    /// The address of a page of the account, such as `ledger`; its own without one.
    pub(crate) fn href(&self, page: &str) -> String {
        let own = format!("/accounts/{}", encoded(&self.number));
        if page.is_empty() { own } else { format!("{own}/{page}") }
    }
}

/// A service as it begins a line: `Water`.
pub(crate) fn service(code: &str) -> String {
    if code.is_empty() { "Account as a whole".to_owned() } else { capital(&code.replace('_', " ")) }
}

/// The days of a period, the first and the last: `Jun 1, 2026 to Jun 30, 2026`.
pub(crate) fn days(period: Period) -> String {
    let last = period.to().pred_opt().unwrap_or(period.to());
    format!("{} to {}", web::shown::date(&period.from()), web::shown::date(&last))
}

/// An address on one line.
pub(crate) fn on_one_line(lines: &AddressLines) -> String {
    let AddressLines { recipient, street, city, state, postal_code } = lines;
    let said = |parts: &[&str], between: &str| {
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
    };
    said(&[recipient, street, city, &said(&[state, postal_code], " ")], ", ")
}

/// What a kind of change is called.
pub(crate) fn kind_title(ask: &Ask, kind: &str) -> String {
    let title = ask.site().part::<Registry>().title(kind);
    if title == kind { capital(&kind.rsplit('.').next().unwrap_or(kind).replace('_', " ")) } else { title.to_owned() }
}

/// The names of everybody who acts or did.
pub(crate) struct Names(BTreeMap<ActorId, String>);

impl Names {
    /// All of them.
    pub(crate) async fn load(read: &mut Read) -> Result<Names, Fault> {
        Ok(Names(staff::names(read).await?))
    }

    /// What somebody is called.
    pub(crate) fn of(&self, actor: ActorId) -> String {
        self.0.get(&actor).cloned().unwrap_or_else(|| format!("Number {}", actor.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_on_one_line_and_a_service_begins_one() {
        let lines = |recipient: &str, postal_code: &str| AddressLines {
            recipient: recipient.to_owned(),
            street: "9 Main St".to_owned(),
            city: "Dayton".to_owned(),
            state: "OH".to_owned(),
            postal_code: postal_code.to_owned(),
        };
        assert_eq!(on_one_line(&lines("", "45402")), "9 Main St, Dayton, OH 45402");
        assert_eq!(on_one_line(&lines("Ann Lee", "")), "Ann Lee, 9 Main St, Dayton, OH");
        assert_eq!([service("water"), service("")], ["Water", "Account as a whole"]);
        let june = kernel::Month::parse("2026-06").unwrap().period();
        assert_eq!(days(june), "Jun 1, 2026 to Jun 30, 2026", "the last day is the last of the month");
    }
}
