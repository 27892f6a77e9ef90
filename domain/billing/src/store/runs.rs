//! Runs, their tallies and sign-offs.

use chrono::NaiveDate;
use db::{Fault, Read, Rows, Tx, Value};
use kernel::{ActId, ActorId, Cents, CycleId, Digest, FundId, LedgerAccountId, OrderId, Period, RateVersionId, RunId};

use crate::BillRun;
use crate::run::{RunKind, RunProgress};
use crate::tally::Spot;

#[derive(sqlx::FromRow)]
struct RunRow {
    run_id: i64,
    run_number: i64,
    cycle_id: i64,
    period_from: NaiveDate,
    period_to: NaiveDate,
    kind: String,
    of_run_id: Option<i64>,
    bill_on: NaiveDate,
    price_on: NaiveDate,
    due_on: NaiveDate,
    gl_on: NaiveDate,
    prepared_by: i64,
    prepare_order_id: i64,
    trial_order_id: Option<i64>,
    post_order_id: Option<i64>,
    cancel_order_id: Option<i64>,
    cancelled_act_id: Option<i64>,
    issued_act_id: Option<i64>,
    signed_act_id: Option<i64>,
}

/// One line of a chunk's tally: what the trial charged, by where it goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunTally {
    pub(crate) service: String,
    pub(crate) class: String,
    pub(crate) rate_version_id: i64,
    pub(crate) revenue_code: String,
    pub(crate) unit: String,
    pub(crate) item_count: i64,
    pub(crate) steps: i64,
    pub(crate) cents: i64,
    pub(crate) spot: Option<Spot>,
}

#[derive(sqlx::FromRow)]
struct TallyRow {
    service: String,
    class: String,
    rate_version_id: i64,
    revenue_code: String,
    unit: String,
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    is_borne: bool,
    item_count: i64,
    steps: i64,
    cents: i64,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signoff {
    /// Who signed.
    pub signed_by: ActorId,
    /// Bills to be written, zero bills among them.
    pub bills: i64,
    /// Zero bills among them.
    pub zero_bills: i64,
    /// Bills that stay back.
    pub held: i64,
    /// What the bills come to.
    pub total: Cents,
    /// The digest over all items, held ones too, in order.
    pub items: Digest,
    /// The number of the register that was signed.
    pub register_number: i64,
    /// The digest of its text.
    pub register: Digest,
}

macro_rules! select_run {
    ($rest:literal) => {
        concat!(
            "select r.run_id, r.run_number, r.cycle_id, r.period_from, r.period_to, r.kind, r.of_run_id, r.bill_on,
                    coalesce(r.price_on, r.bill_on) as price_on, r.due_on, r.gl_on, r.prepared_by, r.prepare_order_id, r.trial_order_id, r.post_order_id, r.cancel_order_id, r.cancelled_act_id,
                    r.issued_act_id, s.act_id as signed_act_id
             from bill_run r
             left join run_signoff s on s.run_id = r.run_id ",
            $rest
        )
    };
}

/// The run with a number.
pub async fn run_by_number(read: &mut Read, number: i64) -> Result<Option<BillRun>, Fault> {
    let row: Option<RunRow> = read.one(select_run!("where r.run_number = $1"), vec![number.into()]).await?;
    row.as_ref().map(run_of).transpose()
}

/// A run by id.
pub(crate) async fn run_by_id(read: &mut Read, run: RunId) -> Result<Option<BillRun>, Fault> {
    let row: Option<RunRow> = read.one(select_run!("where r.run_id = $1"), vec![run.into()]).await?;
    row.as_ref().map(run_of).transpose()
}

/// The run of a cycle for a period that was not cancelled, if there is one.
pub async fn current_run(read: &mut Read, cycle: CycleId, from: NaiveDate) -> Result<Option<BillRun>, Fault> {
    const SQL: &str = select_run!(
        "where r.cycle_id = $1 and r.period_from = $2 and r.cancelled_act_id is null and r.kind = 'regular'"
    );
    let row: Option<RunRow> = read.one(SQL, vec![cycle.into(), from.into()]).await?;
    row.as_ref().map(run_of).transpose()
}

/// The cancelled runs of a cycle for a period.
pub(crate) async fn cancelled_runs(read: &mut Read, cycle: CycleId, from: NaiveDate) -> Result<Vec<BillRun>, Fault> {
    const SQL: &str = select_run!(
        "where r.cycle_id = $1 and r.period_from = $2 and r.cancelled_act_id is not null order by r.run_number"
    );
    let rows: Vec<RunRow> = read.all(SQL, vec![cycle.into(), from.into()]).await?;
    rows.iter().map(run_of).collect()
}

/// All runs whose period touches a month and that were not cancelled.
pub async fn runs_of_month(read: &mut Read, month: Period) -> Result<Vec<BillRun>, Fault> {
    const SQL: &str = select_run!(
        "where r.period_from < $2 and $1 < r.period_to and r.cancelled_act_id is null order by r.run_number"
    );
    let rows: Vec<RunRow> = read.all(SQL, vec![month.from().into(), month.to().into()]).await?;
    rows.iter().map(run_of).collect()
}

/// All runs, by number.
pub async fn all_runs(read: &mut Read) -> Result<Vec<BillRun>, Fault> {
    let rows: Vec<RunRow> = read.all(select_run!("order by r.run_number"), vec![]).await?;
    rows.iter().map(run_of).collect()
}

/// Locks a run for the act that changes it, and reads it.
pub(crate) async fn lock_run(tx: &mut Tx, run: RunId) -> Result<Option<BillRun>, Fault> {
    const LOCK: &str = "
        select run_id
        from bill_run
        where run_id = $1 for update";
    tx.number(LOCK, vec![run.into()]).await?;
    run_by_id(tx, run).await
}

/// Holds a run until the transaction ends, so that nobody cancels, tries or holds anything of it
/// halfway through a chunk, and reads it.
pub(crate) async fn share_run(tx: &mut Tx, run: RunId) -> Result<Option<BillRun>, Fault> {
    const HOLD: &str = "
        select count(*)
        from (
            select run_id
            from bill_run
            where run_id = $1
            for share
        ) held";
    tx.hold(HOLD, vec![run.into()]).await?;
    run_by_id(tx, run).await
}

/// How far each order of a run is.
pub async fn run_progress(read: &mut Read, run: &BillRun) -> Result<RunProgress, Fault> {
    let mut progress =
        RunProgress { prepare: acts::progress(read, run.prepare_order).await?, ..RunProgress::default() };
    let of = |order: Option<OrderId>| order.unwrap_or(OrderId(0));
    progress.trial = acts::progress(read, of(run.trial_order)).await?;
    progress.post = acts::progress(read, of(run.post_order)).await?;
    progress.cancel = acts::progress(read, of(run.cancel_order)).await?;
    Ok(progress)
}

/// The number of the next run.
pub(crate) async fn next_run_number(read: &mut Read) -> Result<i64, Fault> {
    Ok(read.number("select max(run_number) from bill_run", vec![]).await?.unwrap_or(0) + 1)
}

pub(crate) async fn insert_run(tx: &mut Tx, run: &BillRun) -> Result<(), Fault> {
    const SQL: &str = "
        insert into bill_run (run_id, run_number, cycle_id, period_from, period_to, bill_on, due_on, gl_on, prepared_by,
                              prepare_order_id, kind, of_run_id, price_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = vec![
        run.id.into(),
        run.number.into(),
        run.cycle.into(),
        run.period.from().into(),
        run.period.to().into(),
        run.bill_on.into(),
        run.due_on.into(),
        run.gl_on.into(),
        run.prepared_by.into(),
        run.prepare_order.into(),
        run.kind.code().into(),
        run.of_run.into(),
        run.price_on.into(),
    ];
    tx.run_once(SQL, args).await
}

/// Notes which order tries, posts or reverses a run.
pub(crate) async fn set_order(tx: &mut Tx, run: &BillRun) -> Result<(), Fault> {
    const SQL: &str = "
        update bill_run
        set trial_order_id = $2, post_order_id = $3, cancel_order_id = $4
        where run_id = $1";
    let args = vec![run.id.into(), run.trial_order.into(), run.post_order.into(), run.cancel_order.into()];
    tx.run_once(SQL, args).await
}

/// Marks a run as cancelled by an act.
pub(crate) async fn mark_cancelled(tx: &mut Tx, run: RunId, act: ActId) -> Result<(), Fault> {
    const SQL: &str = "
        update bill_run
        set cancelled_act_id = $2
        where run_id = $1 and cancelled_act_id is null";
    tx.run_once(SQL, vec![run.into(), act.into()]).await
}

/// Marks the bills of a run as given out.
pub(crate) async fn mark_issued(tx: &mut Tx, run: RunId, act: ActId) -> Result<(), Fault> {
    const SQL: &str = "
        update bill_run
        set issued_act_id = $2
        where run_id = $1 and issued_act_id is null";
    tx.run_once(SQL, vec![run.into(), act.into()]).await
}

/// Takes the findings of the trial before away; decisions on exceptions stay until the new trial
/// has looked at each of them again.
pub(crate) async fn clear_trial(tx: &mut Tx, run: RunId) -> Result<(), Fault> {
    tx.run("delete from run_trial where run_id = $1", vec![run.into()]).await?;
    tx.run("delete from run_tally where run_id = $1", vec![run.into()]).await?;
    Ok(())
}

/// Adds the tallies of a chunk.
pub(crate) async fn insert_tallies(
    tx: &mut Tx,
    (run, chunk): (RunId, i64),
    tallies: Vec<RunTally>,
) -> Result<(), Fault> {
    let columns = [
        "run_id",
        "chunk_no",
        "line",
        "service",
        "class",
        "rate_version_id",
        "revenue_code",
        "unit",
        "item_count",
        "steps",
        "cents",
        "fund_id",
        "debit_id",
        "credit_id",
        "is_borne",
    ];
    let mut rows = Rows::new("run_tally", &columns);
    for (line, tally) in (1_i64..).zip(tallies) {
        rows.push([
            run.into(),
            chunk.into(),
            line.into(),
            tally.service.into(),
            tally.class.into(),
            RateVersionId(tally.rate_version_id).into(),
            tally.revenue_code.into(),
            tally.unit.into(),
            tally.item_count.into(),
            tally.steps.into(),
            tally.cents.into(),
            tally.spot.map(|spot| spot.fund).into(),
            tally.spot.map(|spot| spot.debit).into(),
            tally.spot.map(|spot| spot.credit).into(),
            tally.spot.is_some_and(|spot| spot.is_borne).into(),
        ]);
    }
    tx.bulk(rows).await?;
    Ok(())
}

/// The tallies of a whole run, summed over its chunks.
pub(crate) async fn tallies(read: &mut Read, run: RunId) -> Result<Vec<RunTally>, Fault> {
    const SQL: &str = "
        select service, class, rate_version_id, revenue_code, unit, coalesce(fund_id, 0) as fund_id,
               coalesce(debit_id, 0) as debit_id, coalesce(credit_id, 0) as credit_id, is_borne,
               cast(sum(item_count) as bigint) as item_count, cast(sum(steps) as bigint) as steps,
               cast(sum(cents) as bigint) as cents
        from run_tally
        where run_id = $1
        group by service, class, rate_version_id, revenue_code, unit, coalesce(fund_id, 0), coalesce(debit_id, 0),
                 coalesce(credit_id, 0), is_borne
        order by service, class, rate_version_id, revenue_code, unit, fund_id, debit_id, credit_id, is_borne";
    let rows: Vec<TallyRow> = read.all(SQL, vec![run.into()]).await?;
    Ok(rows.into_iter().map(tally_of).collect())
}

fn tally_of(row: TallyRow) -> RunTally {
    let spot = Spot {
        fund: FundId(row.fund_id),
        debit: LedgerAccountId(row.debit_id),
        credit: LedgerAccountId(row.credit_id),
        is_borne: row.is_borne,
    };
    RunTally {
        service: row.service,
        class: row.class,
        rate_version_id: row.rate_version_id,
        revenue_code: row.revenue_code,
        unit: row.unit,
        item_count: row.item_count,
        steps: row.steps,
        cents: row.cents,
        spot: (row.debit_id != 0).then_some(spot),
    }
}

pub(crate) async fn insert_signoff(tx: &mut Tx, run: RunId, act: ActId, signoff: &Signoff) -> Result<(), Fault> {
    const SQL: &str = "
        insert into run_signoff (run_id, signed_by, act_id, bill_count, zero_count, held_count, total_cents, items_digest,
                                 register_number, register_digest)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = vec![
        run.into(),
        signoff.signed_by.into(),
        act.into(),
        signoff.bills.into(),
        signoff.zero_bills.into(),
        signoff.held.into(),
        signoff.total.into(),
        signoff.items.into(),
        signoff.register_number.into(),
        signoff.register.into(),
    ];
    tx.run_once(SQL, args).await
}

/// What was signed for a run.
pub async fn signoff(read: &mut Read, run: RunId) -> Result<Option<Signoff>, Fault> {
    const SQL: &str = "
        select signed_by, bill_count, zero_count, held_count, total_cents, items_digest, register_number, register_digest
        from run_signoff
        where run_id = $1";
    type Row = (i64, i64, i64, i64, i64, Vec<u8>, i64, Vec<u8>);
    let row: Option<Row> = read.one(SQL, vec![Value::from(run)]).await?;
    let Some((signed_by, bills, zero_bills, held, total, items, register_number, register)) = row else {
        return Ok(None);
    };
    let digest = |bytes: &[u8], column| {
        Digest::from_bytes(bytes).ok_or_else(|| Fault::impossible_row("run_signoff", column, run.0))
    };
    Ok(Some(Signoff {
        signed_by: ActorId(signed_by),
        bills,
        zero_bills,
        held,
        total: Cents(total),
        items: digest(&items, "items_digest")?,
        register_number,
        register: digest(&register, "register_digest")?,
    }))
}

fn run_of(row: &RunRow) -> Result<BillRun, Fault> {
    let period = Period::new(row.period_from, row.period_to);
    let period = period.map_err(|_| Fault::impossible_row("bill_run", "period_to", row.run_id))?;
    Ok(BillRun {
        id: RunId(row.run_id),
        number: row.run_number,
        cycle: CycleId(row.cycle_id),
        period,
        kind: RunKind::parse(&row.kind).ok_or_else(|| Fault::impossible_row("bill_run", "kind", row.run_id))?,
        of_run: row.of_run_id.map(RunId),
        bill_on: row.bill_on,
        price_on: row.price_on,
        due_on: row.due_on,
        gl_on: row.gl_on,
        prepared_by: ActorId(row.prepared_by),
        prepare_order: OrderId(row.prepare_order_id),
        trial_order: row.trial_order_id.map(OrderId),
        post_order: row.post_order_id.map(OrderId),
        cancel_order: row.cancel_order_id.map(OrderId),
        cancelled: row.cancelled_act_id.map(ActId),
        issued: row.issued_act_id.map(ActId),
        is_signed: row.signed_act_id.is_some(),
    })
}
