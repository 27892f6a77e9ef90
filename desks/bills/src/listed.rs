//! What the lists of wrong bills show beside a bill: whose it is, where and why it is wrong, and how that was found.

use std::collections::{BTreeMap, BTreeSet};

use acts::{LogHead, Registry};
use billing::BillAgain;
use customers::Account;
use db::Read;
use kernel::{AccountId, ActId, ActorId, ServicePointId};
use premises::ServicePoint;
use web::{Ask, Cell, Problem, Tabs, encoded};

use crate::again::why;

const AGAIN: &str = "/bills/again";
const STAYING: &str = "/bills/staying";

/// The two lists, the one at an address in sight.
pub(crate) async fn tabs(ask: &Ask, read: &mut Read) -> Result<Tabs, Problem> {
    let (waiting, _) = billing::waiting_bills_count(read).await?;
    let staying = billing::staying_bills_count(read).await?;
    let tabs = Tabs::new("Wrong bills").counted("To make again", AGAIN, waiting);
    Ok(tabs.counted("Stay as they are", STAYING, staying).current(ask.path()))
}

/// Accounts and places of a page of a list, and the entries of the log by which its bills are known to be wrong.
pub(crate) struct Listed {
    accounts: BTreeMap<AccountId, Account>,
    points: BTreeMap<ServicePointId, ServicePoint>,
    pub(crate) found: Found,
}

impl Listed {
    pub(crate) async fn of<'a>(
        ask: &Ask,
        read: &mut Read,
        not_so: impl Iterator<Item = &'a BillAgain>,
    ) -> Result<Listed, Problem> {
        let not_so: Vec<&BillAgain> = not_so.collect();
        let accounts: BTreeSet<AccountId> = not_so.iter().map(|one| one.bill.account).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let points: BTreeSet<ServicePointId> = not_so.iter().map(|one| one.bill.service_point).collect();
        let points: Vec<ServicePointId> = points.into_iter().collect();
        let mut points = premises::points_by_id(read, &points).await?;
        identity::cover(ask, read, points.values_mut().map(|one| (one.id, &mut one.address))).await?;
        let accounts = customers::accounts_by_id(read, &accounts).await?;
        Ok(Listed { accounts, points, found: Found::of(read, not_so.into_iter()).await? })
    }

    /// The number of an account, which leads there.
    pub(crate) fn account(&self, account: AccountId) -> Cell {
        let number = self.accounts.get(&account).map_or_else(String::new, |account| account.number.to_string());
        Cell::text(&number).link(format!("/accounts/{}", encoded(&number)))
    }

    /// Whose account it is.
    pub(crate) fn name(&self, account: AccountId) -> Cell {
        Cell::text(self.accounts.get(&account).map_or_else(String::new, |account| account.customer_name.clone()))
    }

    /// Where a bill is wrong, each place once.
    pub(crate) fn places(&self, not_so: &[BillAgain]) -> String {
        each(not_so.iter().filter_map(|one| {
            let point = self.points.get(&one.bill.service_point)?;
            Some(if point.address.is_empty() { point.reference.clone() } else { point.address.clone() })
        }))
    }
}

/// Entries of the log by which bills are known to be wrong, and who works here.
pub(crate) struct Found {
    entries: BTreeMap<ActId, LogHead>,
    names: BTreeMap<ActorId, String>,
}

impl Found {
    pub(crate) async fn of<'a>(read: &mut Read, not_so: impl Iterator<Item = &'a BillAgain>) -> Result<Found, Problem> {
        let entries: BTreeSet<ActId> = not_so.filter_map(|one| one.told_by).collect();
        let entries: Vec<ActId> = entries.into_iter().collect();
        Ok(Found { entries: acts::log_heads(read, &entries).await?, names: staff::names(read).await? })
    }

    /// By what a bill was found first, and by whom; it leads to the log for who may read that.
    pub(crate) fn cell(&self, ask: &Ask, not_so: &[BillAgain]) -> Cell {
        let mut told: Vec<ActId> = not_so.iter().filter_map(|one| one.told_by).collect();
        told.sort_unstable();
        told.dedup();
        let known = told.iter().find_map(|act| Some((act, self.entries.get(act)?)));
        let Some((act, entry)) = known else { return Cell::text("Not recorded") };
        let title = ask.site().part_if_any::<Registry>().map_or(entry.kind.as_str(), |all| all.title(&entry.kind));
        let note = match told.len() {
            1 => self.name(entry.actor).to_owned(),
            several => format!("{}, and {} more", self.name(entry.actor), several - 1),
        };
        logged(ask, Cell::text(title).note(note), *act)
    }

    /// What somebody is called.
    pub(crate) fn name(&self, actor: ActorId) -> &str {
        self.names.get(&actor).map_or("Somebody", String::as_str)
    }
}

/// A cell that leads to an entry of the log, for who may read it.
pub(crate) fn logged(ask: &Ask, cell: Cell, act: ActId) -> Cell {
    if ask.may(acts::permissions::READ) { cell.link(format!("/log/{}", act.0)) } else { cell }
}

/// Why a bill is wrong, in words, each reason once.
pub(crate) fn reasons(not_so: &[BillAgain]) -> String {
    each(not_so.iter().map(|one| why(one.bill.why)))
}

/// Words one after another, each once.
pub(crate) fn each(words: impl Iterator<Item = String>) -> String {
    each_once(words).join("; ")
}

/// Words in their order, each once.
pub(crate) fn each_once(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for one in words {
        if !said.contains(&one) {
            said.push(one);
        }
    }
    said
}
