//! The rows of the views: walks over accounts, runs or days, piece by piece, in bounded memory.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use db::{Db, Fault, Read};
use kernel::{AccountId, BillNumber, Cents, Period, RunId};
use reports::Cell;
use web::shown::capital;

use super::answer::{Answered, Gathering};
use super::question::Question;
use super::views::{Rows, View};

/// Accounts read together.
const PIECE: i64 = 2_000;
/// Exceptions read together.
const QUEUE: usize = 2_000;
/// How far back changes with an amount are looked at, in days.
const BACK: u64 = 400;

/// Walks over all rows of a view.
pub(super) async fn walk(db: &Db, view: &View, question: &Question, today: NaiveDate) -> Result<Answered, Fault> {
    let mut read = db.read().await?;
    let mut gathering = Gathering::new(view, question);
    match view.rows {
        Rows::Exceptions => exceptions(&mut read, &mut gathering).await?,
        Rows::Weighed => weighed(&mut read, &mut gathering, today).await?,
        Rows::Accounts | Rows::Bills | Rows::Adjustments | Rows::Uses => {
            let last = billing::last_account(&mut read).await?;
            let runs = runs(&mut read).await?;
            let reasons = billing::adjustment_reasons(&mut read).await?;
            let mut first = AccountId(1);
            while first <= last {
                let range = (first, AccountId(first.0 + PIECE));
                let numbers = numbers(&mut read, range).await?;
                let part = Part { range, numbers: &numbers, runs: &runs, reasons: &reasons, today };
                match view.rows {
                    Rows::Accounts => accounts(&mut read, &mut gathering, &part).await?,
                    Rows::Bills => bills(&mut read, &mut gathering, &part).await?,
                    Rows::Adjustments => adjustments(&mut read, &mut gathering, &part).await?,
                    Rows::Uses => uses(&mut read, &mut gathering, &part).await?,
                    Rows::Exceptions | Rows::Weighed => {}
                }
                first = range.1;
            }
        }
    }
    Ok(gathering.finish())
}

/// A piece of the accounts.
struct Part<'a> {
    range: (AccountId, AccountId),
    numbers: &'a BTreeMap<AccountId, String>,
    runs: &'a BTreeMap<RunId, billing::BillRun>,
    /// What the town calls each reason of an adjustment.
    reasons: &'a BTreeMap<String, String>,
    today: NaiveDate,
}

impl Part<'_> {
    fn number(&self, account: AccountId) -> Cell {
        self.numbers.get(&account).map_or(Cell::Empty, |number| Cell::Text(number.clone()))
    }
}

async fn runs(read: &mut Read) -> Result<BTreeMap<RunId, billing::BillRun>, Fault> {
    Ok(billing::all_runs(read).await?.into_iter().map(|run| (run.id, run)).collect())
}

async fn numbers(read: &mut Read, (from, to): (AccountId, AccountId)) -> Result<BTreeMap<AccountId, String>, Fault> {
    let ids: Vec<AccountId> = (from.0..to.0).map(AccountId).collect();
    let accounts = customers::accounts_by_id(read, &ids).await?;
    Ok(accounts.into_iter().map(|(id, account)| (id, account.number.to_string())).collect())
}

async fn accounts(read: &mut Read, gathering: &mut Gathering, part: &Part<'_>) -> Result<(), Fault> {
    let balances = finance::balances_between(read, part.range.0, part.range.1).await?;
    let mut aged: BTreeMap<AccountId, ([Cents; 5], Cents)> = BTreeMap::new();
    for one in billing::aged_accounts(read, part.range, part.today).await? {
        let sums = aged.entry(one.account).or_default();
        sums.0.iter_mut().zip(one.line.by_age).for_each(|(sum, cents)| *sum += cents);
        sums.1 += one.line.credits;
    }
    for account in part.numbers.keys() {
        let balance = balances.get(account).copied().unwrap_or_default();
        let (by_age, credits) = aged.get(account).copied().unwrap_or_default();
        let state = match balance.0 {
            ..0 => "Credit",
            0 => "Nothing owed",
            1.. => "Owes",
        };
        let mut row = vec![part.number(*account), balance.into()];
        row.extend(by_age.map(Cell::from));
        row.extend([credits.into(), state.into()]);
        gathering.take(&row);
    }
    Ok(())
}

async fn bills(read: &mut Read, gathering: &mut Gathering, part: &Part<'_>) -> Result<(), Fault> {
    for bill in billing::bill_rows_between(read, part.range).await? {
        let run = part.runs.get(&bill.run).ok_or_else(|| Fault::new("a bill has no run"))?;
        let number = BillNumber { run: run.number, position: bill.position };
        gathering.take(&[
            Cell::Text(number.to_string()),
            part.number(bill.account),
            Cell::Text(run.number.to_string()),
            bill.bill_on.into(),
            bill.due_on.into(),
            run.gl_on.into(),
            Cell::Text(capital(&run.kind.code().replace('_', " "))),
            if bill.cancelled_by.is_some() { "Taken back".into() } else { "Stands".into() },
            bill.total.into(),
        ]);
    }
    Ok(())
}

async fn adjustments(read: &mut Read, gathering: &mut Gathering, part: &Part<'_>) -> Result<(), Fault> {
    for one in billing::adjustments_between(read, part.range).await? {
        gathering.take(&[
            part.number(one.account),
            one.effective_on.into(),
            Cell::Text(one.revenue.clone()),
            Cell::Text(reason(part.reasons, &one.reason_code)),
            if one.reversed_by.is_some() { "Taken back".into() } else { "Stands".into() },
            one.cents.into(),
            one.tax.into(),
        ]);
    }
    Ok(())
}

/// The reason of an adjustment as the form calls it that asks for one.
fn reason(reasons: &BTreeMap<String, String>, code: &str) -> String {
    reasons.get(code).cloned().unwrap_or_else(|| capital(&code.replace('_', " ")))
}

async fn uses(read: &mut Read, gathering: &mut Gathering, part: &Part<'_>) -> Result<(), Fault> {
    for one in metering::uses_between(read, part.range, all_days()?).await? {
        gathering.take(&[
            part.number(one.account),
            one.period.from().into(),
            one.read_on.into(),
            Cell::Count(one.period.days()),
            one.quantity.into(),
            one.quantity.unit.code().into(),
            if one.is_estimated { "Estimated".into() } else { "Read".into() },
        ]);
    }
    Ok(())
}

fn all_days() -> Result<Period, Fault> {
    let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
    Period::new(day(1900), day(2200)).map_err(|_| Fault::new("all days are no period"))
}

/// Of runs that are under way: the queue of each, piece by piece.
async fn exceptions(read: &mut Read, gathering: &mut Gathering) -> Result<(), Fault> {
    for run in billing::all_runs(read).await?.iter().filter(|run| run.cancelled.is_none()) {
        let mut after = AccountId(-1);
        loop {
            let mut queue = billing::queue(read, run.id, after, QUEUE).await?;
            let Some(end) = queue.last().map(|one| one.account) else { break };
            // A full piece may end within an account: the next one begins with it.
            if queue.len() == QUEUE {
                queue.retain(|one| one.account != end);
            }
            let Some(last) = queue.last().map(|one| one.account) else {
                return Err(Fault::new("one account has more exceptions than are read at once"));
            };
            let ids: Vec<AccountId> = queue.iter().map(|one| one.account).collect();
            let numbers = customers::accounts_by_id(read, &ids).await?;
            for one in &queue {
                let text = |text: &Option<String>| text.clone().map_or(Cell::Empty, Cell::Text);
                gathering.take(&[
                    Cell::Text(run.number.to_string()),
                    numbers.get(&one.account).map_or(Cell::Empty, |account| Cell::Text(account.number.to_string())),
                    Cell::Text(capital(&one.code.code().replace('_', " "))),
                    Cell::Text(one.detail.clone()),
                    Cell::Text(capital(one.state.code())),
                    text(&one.assignee),
                    one.due_on.map_or(Cell::Empty, Cell::Date),
                    text(&one.reason),
                ]);
            }
            after = last;
        }
    }
    Ok(())
}

async fn weighed(read: &mut Read, gathering: &mut Gathering, today: NaiveDate) -> Result<(), Fault> {
    let names = staff::names(read).await?;
    let from = today.checked_sub_days(Days::new(BACK)).unwrap_or(today);
    let all = acts::weights(read, from, today).await?;
    for piece in all.chunks(QUEUE) {
        let ids: Vec<AccountId> = piece.iter().map(|one| one.account).filter(|account| account.0 != 0).collect();
        let numbers = customers::accounts_by_id(read, &ids).await?;
        for one in piece {
            gathering.take(&[
                Cell::Text(one.act.0.to_string()),
                one.business_on.into(),
                names.get(&one.actor).map_or(Cell::Empty, |name| Cell::Text(name.clone())),
                numbers.get(&one.account).map_or(Cell::Empty, |account| Cell::Text(account.number.to_string())),
                Cell::Text(capital(&one.class.replace('_', " "))),
                Cell::Text(capital(&one.direction.code().replace('_', " "))),
                one.cents.into(),
                one.limit_cents.map_or(Cell::Empty, |cents| Cell::Money(Cents(cents))),
            ]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_called_what_the_form_calls_it() {
        let reasons = BTreeMap::from([("goodwill".to_owned(), "Courtesy adjustment".to_owned())]);
        assert_eq!(reason(&reasons, "goodwill"), "Courtesy adjustment");
        assert_eq!(reason(&reasons, "bill_error"), "Bill error", "of a reason that the town no longer has");
    }
}
