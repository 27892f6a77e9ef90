//! `/accounts/{number}/unmerge`: takes back that two customers were the same, after showing what moves back.

use customers::acts::UnmergeCustomers;
use customers::{ListedAccount, MergedInto};
use db::Read;
use web::{Answer, Ask, At, Carried, Changes, Choice, Empty, Field, Form, Problem, Section};

use super::page;
use crate::words::Named;

/// A merge into the customer of an account, and the accounts it moved that are still there.
struct Merged {
    merge: MergedInto,
    accounts: Vec<ListedAccount>,
}

async fn merges(read: &mut Read, named: &Named) -> Result<Vec<Merged>, Problem> {
    let own = named.account.customer;
    let merges = customers::merges_into(read, own).await?;
    let accounts = customers::accounts_of_customers(read, &[own]).await?.remove(&own).unwrap_or_default();
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    let moves = if merges.is_empty() { Vec::new() } else { customers::moves_of_accounts(read, &ids).await? };
    let moved = |merge: MergedInto| {
        let is_moved =
            |account: &&ListedAccount| moves.iter().any(|(id, act, ..)| *id == account.id && *act == merge.act);
        let accounts = accounts.iter().filter(is_moved).cloned().collect();
        Merged { merge, accounts }
    };
    Ok(merges.into_iter().map(moved).collect())
}

fn form(ask: &Ask, named: &Named, merges: &[Merged]) -> Form {
    let choices = merges.iter().map(|one| {
        let words = format!("{} ({})", one.merge.name, one.merge.reference);
        Choice::new(&one.merge.reference, words).hint(one.merge.reason.clone())
    });
    let first = merges.first().map_or("", |one| one.merge.reference.as_str());
    let reason = Field::lines("words", "How it is known that they are not the same").max(500).required();
    ask.form(&named.href("unmerge"), "Take the merge back")
        .because("found not to be the same customer")
        .field(Field::radios("merged", "Who was merged", choices.collect()).value(first).required())
        .field(reason.answers(&["reason_missing", "not_merged"]))
        .cancel(&named.href(""))
}

pub(crate) async fn show(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let merges = merges(&mut read, &named).await?;
    drop(read);
    draw(&ask, &named, &merges, &form(&ask, &named, &merges))
}

pub(crate) async fn send(ask: Ask, At(number): At<String>) -> Answer {
    let mut read = ask.read().await?;
    let named = Named::find(&mut read, &number).await?;
    let merges = merges(&mut read, &named).await?;
    drop(read);
    let mut form = form(&ask, &named, &merges);
    if form.is_good() {
        let act = UnmergeCustomers { merged: form.text("merged"), reason: form.text("words") };
        let carried: Carried<i64> = form.carry_out(&ask, &act).await?;
        if let Some(go) = carried.go(&named.href(""), format!("{} is a customer again", act.merged)) {
            return go.answer();
        }
    }
    draw(&ask, &named, &merges, &form)
}

fn draw(ask: &Ask, named: &Named, merges: &[Merged], form: &Form) -> Answer {
    let page = page(ask, named, "Take a merge back");
    if merges.is_empty() {
        let empty = Empty::new("Nobody was merged into the customer of this account");
        let empty = empty.text("There is nothing to take back.").action("Back to the account", &named.href(""));
        return page.body(&empty).answer();
    }
    let page = page.lead("The accounts a merge moved, and that are still there, go back to whom they belonged to.");
    let page = merges.iter().fold(page, |page, one| {
        let heading = format!("{} ({})", one.merge.name, one.merge.reference);
        let section = Section::new(&one.merge.reference, &heading);
        let changes = one.accounts.iter().fold(Changes::new(), |all, account| {
            all.change(&format!("Account {}", account.number), &account.name, &heading)
        });
        page.body(&match one.accounts.is_empty() {
            true => section.note("No account would move back."),
            false => section.with(&changes),
        })
    });
    page.form(form).answer()
}
