//! The register of a run: what an analyst checks, someone else signs, and an auditor reads years later.

mod bills;
mod charges;
mod comparison;
mod print;
mod receivable_detail;
mod receivables;
mod replaced;
mod tax_detail;
mod taxes;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use db::{Fault, Read};
use finance::Window;
use kernel::{AccountId, ActId, ActorId, BillNumber, Cents, Digest, Period, Quantity};
use revenue::RateBook;

pub use bills::{BillCount, BillCounts};
pub(crate) use charges::charges_of;
pub use charges::{JournalLine, RegisterLine};
use comparison::Figures;
pub use comparison::{Compared, Comparison};
pub use receivable_detail::{RollOf, receivables_of_run};
pub(crate) use receivables::named;
pub use receivables::{RollForward, RollPart, RollSum, RolledAccount};
pub(crate) use replaced::ReplacedBill;
pub use replaced::ReplacedLine;
pub use tax_detail::{TaxOf, TaxedBill, taxes_of_run};
pub use taxes::{TaxSum, TaxedLine};
pub(crate) use taxes::{Taxes, Way};

use crate::acts::{HoldBill, trial_of};
use crate::run::RunKind;
use crate::store;
use crate::{BillRun, ExceptionCode, ExceptionState, Signoff};
use receivables::Receivables;
use walk::{RunSums, Walk};

/// The register of a run.
///
/// Of the figures these reconcile, whatever the run: the counts make up all bills; the charges that are not borne come
/// to the total; the journal comes to all charges; what the roll-forward bills comes to the total; consumption is of the
/// bills that go out; taxes are theirs less those of the bills that are replaced.
#[derive(Clone, Debug)]
pub struct Register {
    /// The number of the run, which is the register's number.
    pub number: i64,
    /// The code of the cycle.
    pub cycle: String,
    /// The days billed.
    pub period: Period,
    /// The date on the bills.
    pub bill_on: NaiveDate,
    /// When they are due.
    pub due_on: NaiveDate,
    /// Bills by kind.
    pub counts: BillCounts,
    /// What the bills that go out come to.
    pub total: Cents,
    /// The bills that they replace, by account; none of a regular run.
    pub replaced: Vec<ReplacedLine>,
    /// Whether it is the register of a run that may replace bills.
    pub is_off_cycle: bool,
    /// What the bills that go out are for.
    pub consumption: Vec<UsedLine>,
    /// Charges of the bills that go out, taxes and what the city bears among them.
    pub charges: Vec<RegisterLine>,
    /// Their taxes, less those of the bills they replace.
    pub taxes: Vec<TaxedLine>,
    /// What the accounts of the run owe.
    pub receivables: Vec<RollForward>,
    /// What is posted with them.
    pub journal: Vec<JournalLine>,
    /// What is posted to take back the bills they replace: the sides are swapped.
    pub reversals: Vec<JournalLine>,
    /// How exceptions stand.
    pub exceptions: Vec<DecidedLine>,
    /// The bills that stay back.
    pub held: Vec<HeldLine>,
    /// This run beside the last posted one of its cycle, if there is one.
    pub comparison: Option<Comparison>,
    /// The digest over all items, in order.
    pub items: Digest,
    /// What was signed, and by whom.
    pub signed: Option<SignedLine>,
}

/// Consumption of one class in one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedLine {
    /// The service.
    pub service: String,
    /// The class.
    pub class: String,
    /// What the meters registered; where no meter of ours was read, the figure that came in.
    pub registered: Quantity,
    /// What the bills are for, after estimates, adjustments and caps.
    pub billed: Quantity,
}

/// How many exceptions of a code were decided alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedLine {
    /// What is unusual.
    pub code: ExceptionCode,
    /// What was decided.
    pub state: ExceptionState,
    /// Who decided, or started the rule that did.
    pub decided_by: String,
    /// The rule; empty where a person decided each.
    pub rule: String,
    /// How many.
    pub count: i64,
}

/// A bill that stays back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLine {
    /// The number of the account.
    pub account: String,
    /// What its bill would come to.
    pub total: Cents,
    /// The codes of its exceptions.
    pub codes: Vec<ExceptionCode>,
    /// Why.
    pub reason: String,
    /// Who held it, or started the rule that did.
    pub decided_by: String,
    /// Who looks after it.
    pub assignee: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// Whether it was taken out after the sign-off.
    pub is_since_signoff: bool,
}

/// What was signed, beside the register as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedLine {
    /// Who signed.
    pub by: String,
    /// The hash of the register that was signed.
    pub register: Digest,
    /// How many bills were to go out.
    pub bills: i64,
    /// What they came to.
    pub total: Cents,
}

/// The register of a tried run as it stands: what is held is left out of every sum.
pub async fn register(read: &mut Read, run: &BillRun) -> Result<Register, Fault> {
    let book = RateBook::load(read).await?;
    let chart = finance::chart(read).await?;
    let names = staff::names(read).await?;
    let (window, last) = window_of(read, run).await?;
    let signed_act = window.before;
    let mut receivables = Receivables::new(&chart);
    let sums = Walk::of(read, run, &book).await?.sum(read, run, Some((&mut receivables, window))).await?;
    let (tried, items) = trial_of(read, run).await?;
    let held = store::held_accounts(read, run.id).await?;
    sums.check(run, &store::tallies(read, run.id).await?, (Cents(tried.total_cents), held.values().copied().sum()))?;
    let figures = Arc::new(sums.figures());
    let comparison = match &last {
        None => None,
        Some(last) => {
            let was = figures_of(read, last, &book).await?;
            Some(Comparison::of((last.number, last.period), &figures, &was))
        }
    };
    if run.kind == RunKind::Regular && is_posted(read, run).await? {
        comparison::keep_figures(read, run.id, held.keys().copied().collect(), figures);
    }
    let cycles = store::cycles(read).await?;
    let cycle = cycles.into_iter().find(|cycle| cycle.id == run.cycle).map_or_else(String::new, |cycle| cycle.code);
    let signoff = store::signoff(read, run.id).await?;
    Ok(Register {
        number: run.number,
        cycle,
        period: run.period,
        bill_on: run.bill_on,
        due_on: run.due_on,
        total: sums.total,
        replaced: replaced_of(read, run, &sums).await?,
        is_off_cycle: run.kind == RunKind::OffCycle,
        consumption: consumption_of(&sums),
        charges: charges_of(&book, &chart, &sums.charges),
        taxes: sums.taxes.lines(&chart),
        receivables: receivables.lines(),
        journal: charges::journal_of(&book, &chart, &sums.charges),
        reversals: charges::reversals_of(&book, &chart, &sums.taken_back),
        exceptions: decided_of(read, run, &names).await?,
        held: held_of(read, run, (&held, &names), signed_act).await?,
        comparison,
        items,
        signed: signoff.map(|signoff| signed_of(&signoff, &names)),
        counts: sums.counts,
    })
}

/// What moves receivables of a run: after the last posted run of its cycle, which comes with it, and before the sign-off.
async fn window_of(read: &mut Read, run: &BillRun) -> Result<(Window, Option<BillRun>), Fault> {
    let signed = store::signed_act(read, run.id).await?;
    let last = last_posted(read, run, signed).await?;
    let from_on = last.as_ref().map_or(run.period.from(), |last| last.gl_on + Days::new(1));
    Ok((Window { from_on, through_on: run.gl_on, before: signed }, last))
}

/// The last posted run of the same cycle for an earlier period; one that was cancelled after the sign-off still counts.
async fn last_posted(read: &mut Read, run: &BillRun, signed: Option<ActId>) -> Result<Option<BillRun>, Fault> {
    let mut earlier = store::all_runs(read).await?;
    earlier.retain(|other| {
        other.cycle == run.cycle
            && other.kind == RunKind::Regular
            && run.kind == RunKind::Regular
            && other.period.from() < run.period.from()
            && other.number < run.number
            && other.cancelled.is_none_or(|cancelled| signed.is_some_and(|signed| signed < cancelled))
    });
    earlier.sort_by_key(|other| (other.period.from(), other.number));
    for other in earlier.into_iter().rev() {
        if is_posted(read, &other).await? {
            return Ok(Some(other));
        }
    }
    Ok(None)
}

/// What a posted run comes to: as an earlier register found it, or summed now.
async fn figures_of(read: &mut Read, posted: &BillRun, book: &RateBook) -> Result<Arc<Figures>, Fault> {
    let walk = Walk::of(read, posted, book).await?;
    if let Some(figures) = comparison::known_figures(read, posted.id, &walk.held) {
        return Ok(figures);
    }
    let figures = Arc::new(walk.sum(read, posted, None).await?.figures());
    comparison::keep_figures(read, posted.id, walk.held, figures.clone());
    Ok(figures)
}

async fn is_posted(read: &mut Read, run: &BillRun) -> Result<bool, Fault> {
    Ok(run.post_order.is_some() && store::run_progress(read, run).await?.post.is_complete())
}

fn consumption_of(sums: &RunSums) -> Vec<UsedLine> {
    let line = |((service, class, unit), (registered, billed)): (&(String, String, kernel::Unit), &(i64, i64))| {
        let quantity = |steps: i64| Quantity { steps, unit: *unit };
        let (registered, billed) = (quantity(*registered), quantity(*billed));
        UsedLine { service: service.clone(), class: class.clone(), registered, billed }
    };
    sums.used.iter().map(line).collect()
}

async fn replaced_of(read: &mut Read, run: &BillRun, sums: &RunSums) -> Result<Vec<ReplacedLine>, Fault> {
    let accounts: Vec<AccountId> = sums.replaced.iter().map(|(old, _)| old.account).collect();
    let accounts = customers::accounts_by_id(read, &accounts).await?;
    let line = |(old, is): &(ReplacedBill, Cents)| ReplacedLine {
        account: accounts.get(&old.account).map_or_else(String::new, |account| account.number.to_string()),
        old: old.number,
        new: BillNumber { run: run.number, position: old.position },
        was: old.total,
        is: *is,
        reason: old.reason.clone(),
    };
    Ok(sums.replaced.iter().map(line).collect())
}

async fn decided_of(
    read: &mut Read,
    run: &BillRun,
    names: &BTreeMap<ActorId, String>,
) -> Result<Vec<DecidedLine>, Fault> {
    let line = |counted: store::DecidedCount| DecidedLine {
        code: counted.code,
        state: counted.state,
        decided_by: counted.decided_by.and_then(|id| names.get(&id)).cloned().unwrap_or_default(),
        rule: counted.rule.unwrap_or_default(),
        count: counted.count,
    };
    Ok(store::decided_counts(read, run.id).await?.into_iter().map(line).collect())
}

async fn held_of(
    read: &mut Read,
    run: &BillRun,
    (held, names): (&BTreeMap<AccountId, Cents>, &BTreeMap<ActorId, String>),
    signed: Option<ActId>,
) -> Result<Vec<HeldLine>, Fault> {
    let taken_out = taken_out_since(read, run, signed).await?;
    let accounts: Vec<AccountId> = held.keys().copied().collect();
    let accounts = customers::accounts_by_id(read, &accounts).await?;
    let mut lines: BTreeMap<AccountId, HeldLine> = BTreeMap::new();
    for exception in store::held_exceptions(read, run.id).await? {
        let account = accounts.get(&exception.account).map_or_else(String::new, |account| account.number.to_string());
        let is_since_signoff = taken_out.contains(&account) || is_found_after_signoff(exception.code);
        let line = lines.entry(exception.account).or_insert_with(|| HeldLine {
            account,
            total: held.get(&exception.account).copied().unwrap_or_default(),
            codes: Vec::new(),
            reason: exception.reason,
            decided_by: names.get(&exception.decided_by).cloned().unwrap_or_default(),
            assignee: exception.assignee,
            due_on: exception.due_on,
            is_since_signoff: false,
        });
        line.codes.push(exception.code);
        line.is_since_signoff |= is_since_signoff;
    }
    Ok(lines.into_values().collect())
}

/// The numbers of the accounts whose bills people took out after the sign-off.
async fn taken_out_since(read: &mut Read, run: &BillRun, signed: Option<ActId>) -> Result<BTreeSet<String>, Fault> {
    let Some(signed) = signed else { return Ok(BTreeSet::new()) };
    let kind = <HoldBill as acts::Act>::KIND;
    let commands = acts::commands_on(read, acts::Subject::run(run.id), kind, signed).await?;
    let account = |text: String| {
        let hold: HoldBill = serde_json::from_str(&text).map_err(|error| Fault::caused("reading a hold", error))?;
        Ok(hold.account)
    };
    commands.into_iter().map(account).collect()
}

/// Whether an exception can only be found after the sign-off.
fn is_found_after_signoff(code: ExceptionCode) -> bool {
    match code {
        ExceptionCode::NoSchedule
        | ExceptionCode::NoConsumption
        | ExceptionCode::NotPriceable
        | ExceptionCode::Zero
        | ExceptionCode::High
        | ExceptionCode::NegativeRead
        | ExceptionCode::ImpossibleRead
        | ExceptionCode::StrayRead
        | ExceptionCode::UnmeasuredExchange
        | ExceptionCode::HighUse
        | ExceptionCode::LowUse
        | ExceptionCode::ZeroUse
        | ExceptionCode::EstimatedOften
        | ExceptionCode::TakenOut => false,
        ExceptionCode::Changed => true,
    }
}

fn signed_of(signoff: &Signoff, names: &BTreeMap<ActorId, String>) -> SignedLine {
    SignedLine {
        by: names.get(&signoff.signed_by).cloned().unwrap_or_default(),
        register: signoff.register,
        bills: signoff.bills,
        total: signoff.total,
    }
}
