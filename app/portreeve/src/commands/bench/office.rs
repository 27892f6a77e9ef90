//! `bench office`: a town with people in it, bills that were posted and exceptions that wait.

use std::fmt::Write as _;
use std::path::Path;

use fastrand::Rng;
use kernel::{AccountId, Month};
use secrets::{Keys, Random};
use serde::Serialize;

use super::town::{self, Detail};
use crate::commands::{Ended, Outcome, demo, runs, search};
use crate::config::Settings;
use crate::office::Office;
use crate::output;

/// So many accounts and bills are asked for.
const ASKED: i64 = 500;

/// What is printed.
#[derive(Serialize)]
struct Made {
    accounts: i64,
    bills: i64,
    exceptions: usize,
    paths: usize,
    seconds: u64,
}

/// Makes the town in an empty database, and writes the paths of its pages into a file.
pub(super) async fn run(settings: &Settings, accounts: i64, paths: &Path) -> Outcome {
    let begun = std::time::Instant::now();
    let url = settings.db.as_deref().ok_or_else(|| Ended::WrongUse("name the database with --db".to_owned()))?;
    town::make(url, settings.today, (accounts, Detail::People)).await?;
    let office = Office::open(url, settings.today).await?;
    bill(&office).await?;
    demo::people::staff_the_hall(&office, &["analyst", "signer"]).await?;
    demo::people::let_sign_in(&office, Keys::in_memory(&Random::of_the_machine())).await?;
    search::catch_up_with_files(&office).await?;
    search::catch_up(&office).await?;
    office.db().analyze().await?;
    let listed = list(&office, accounts).await?;
    std::fs::write(paths, listed.concat()).map_err(|error| Ended::Fault(format!("{}: {error}", paths.display())))?;
    let mut read = office.db().read().await?;
    let (bills, _, _) = billing::bill_totals(&mut read).await?;
    let waiting = runs::find(&office, 2).await?;
    let exceptions = billing::exception_counts(&mut read, waiting.id).await?.values().sum::<i64>();
    let made = Made {
        accounts,
        bills,
        exceptions: usize::try_from(exceptions).unwrap_or_default(),
        paths: listed.len(),
        seconds: begun.elapsed().as_secs(),
    };
    output::data(&serde_json::to_string(&made).map_err(|error| Ended::Fault(error.to_string()))?);
    Ok(Ended::Done)
}

/// Posts the bills of one month, and tries those of the next: its exceptions wait.
async fn bill(office: &Office) -> Result<(), Ended> {
    let (analyst, supervisor) = town::people(office).await?;
    let last = Month::parse(town::MONTH).map_err(|error| Ended::Fault(error.to_string()))?;
    let before = last.first_on().pred_opt().map_or(last, Month::of);
    let run = runs::prepare(office, &analyst, town::CYCLE, before, None).await?;
    runs::trial(office, &analyst, &run).await?;
    runs::apply_rules(office, &analyst, &run).await?;
    runs::sign(office, &supervisor, &run).await?;
    runs::post(office, &analyst, &runs::find(office, run.number).await?).await?;
    let run = runs::prepare(office, &analyst, town::CYCLE, last, None).await?;
    runs::trial(office, &analyst, &run).await
}

/// Accounts, their bills and ledgers, and searches as clerks type them, all by chance.
async fn list(office: &Office, accounts: i64) -> Result<Vec<String>, Ended> {
    let mut rng = Rng::with_seed(1);
    let mut read = office.db().read().await?;
    let ids: Vec<AccountId> = (0..ASKED).map(|_| AccountId(rng.i64(1..=accounts))).collect();
    let found = customers::accounts_by_id(&mut read, &ids).await?;
    let mut paths = Vec::new();
    for (id, account) in found {
        let mut of_account = String::new();
        let (given, family) = account.customer_name.split_once(' ').unwrap_or((&account.customer_name, ""));
        let place = id.0.rem_euclid(900) + 100;
        let _ = writeln!(of_account, "/accounts/{}", account.number);
        let _ = writeln!(of_account, "/accounts/{}/ledger", account.number);
        let _ = writeln!(of_account, "/search?q={}", account.number);
        let _ = writeln!(of_account, "/search?q={given}+{family}+{place}");
        let _ = writeln!(of_account, "/");
        paths.push(of_account);
    }
    Ok(paths)
}
