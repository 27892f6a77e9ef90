//! Everything a run leaves behind that must not depend on when it was killed.

use db::{Db, Read};

/// Rows by table, as text, and the register. Ids of journals, acts and runs have gaps: left out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    rows: Rows,
    digests: Vec<(i64, Vec<u8>)>,
    register: String,
}

/// Rows as text, by what they are.
type Rows = Vec<(&'static str, Vec<String>)>;

/// What is compared, one text a row.
const TABLES: [(&str, &str); 8] = [
    (
        "runs",
        "select cast(run_number as text) || ' ' || period_from || ' ' || period_to || ' ' || bill_on || ' ' || due_on
                || ' ' || gl_on
         from bill_run
         order by run_number",
    ),
    (
        "items",
        "select cast(i.account_id as text) || ' ' || i.agreement_id || ' ' || i.position || ' '
                || coalesce(cast(i.consumption_id as text), '-') || ' ' || coalesce(cast(i.rate_version_id as text), '-')
                || ' ' || i.rate_profile_id || ' ' || i.from_on || ' ' || i.to_on || ' '
                || coalesce(cast(i.steps as text), '-') || ' ' || coalesce(i.unit, '-')
         from run_item i
         join bill_run r on r.run_id = i.run_id
         order by i.account_id, i.agreement_id",
    ),
    (
        "exceptions",
        "select cast(account_id as text) || ' ' || code || ' ' || detail || ' ' || state || ' ' || coalesce(rule, '-')
                || ' ' || coalesce(reason, '-') || ' ' || coalesce(assignee, '-') || ' '
                || coalesce(cast(due_on as text), '-')
         from run_exception
         order by account_id, code",
    ),
    (
        "exception counts",
        "select code || ' ' || state || ' ' || exceptions
         from run_exception_count
         where 0 < exceptions
         order by code, state",
    ),
    (
        "tallies",
        "select cast(chunk_no as text) || ' ' || line || ' ' || class || ' ' || revenue_code || ' ' || item_count || ' '
                || steps || ' ' || cents
         from run_tally
         order by chunk_no, line",
    ),
    (
        "signoffs",
        "select cast(bill_count as text) || ' ' || zero_count || ' ' || held_count || ' ' || total_cents || ' '
                || register_number
         from run_signoff
         order by run_id",
    ),
    (
        "bills",
        "select cast(b.account_id as text) || ' ' || b.position || ' ' || b.kind || ' ' || b.bill_on || ' ' || b.due_on
                || ' ' || b.total_cents || ' ' || j.document || ' ' || j.gl_on
         from bill b
         join journal j on j.account_id = b.account_id and j.journal_id = b.journal_id
         order by b.account_id",
    ),
    (
        "postings",
        "select cast(p.account_id as text) || ' ' || j.document || ' ' || j.kind || ' ' || p.line_no || ' ' || p.fund_id
                || ' ' || p.debit_id || ' ' || p.credit_id || ' ' || p.cents || ' ' || p.agreement_id
         from journal j
         left join posting p on p.account_id = j.account_id and p.journal_id = j.journal_id
         where p.account_id is not null
         order by p.account_id, j.document, p.line_no, p.journal_id",
    ),
];

/// The digests of trials, bills, sign-offs and registers, in this order.
const DIGESTS: &str = "
    select account_id, digest from run_trial
    union all
    select 1000000 + account_id, digest from bill
    union all
    select 2000000, items_digest from run_signoff
    union all
    select 3000000, register_digest from run_signoff
    order by 1";

impl Picture {
    /// Reads it from a town.
    pub(crate) fn take(url: &str, register: String) -> Picture {
        with_read(url, async |read| {
            let rows = texts(read, &TABLES).await;
            let digests = read.all(DIGESTS, vec![]).await.expect("digests are read");
            Picture { rows, digests, register }
        })
    }

    /// How many bills were written.
    pub(crate) fn bills(&self) -> usize {
        self.rows.iter().find(|(table, _)| *table == "bills").map_or(0, |(_, rows)| rows.len())
    }

    /// Says what differs first.
    pub(crate) fn compare(&self, other: &Picture) -> Result<(), String> {
        compare(&self.rows, &other.rows)?;
        if self.digests != other.digests {
            return Err("digests differ".to_owned());
        }
        if self.register != other.register {
            return Err(format!("registers differ:\n{}\n{}", self.register, other.register));
        }
        Ok(())
    }
}

/// What imports leave behind that no export shows: numbers, rejects, and where each record came from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Imported(Rows);

/// What is compared of imports, one text a row. A file is named by its kind: orders have gaps.
const IMPORTED: [(&str, &str); 6] = [
    (
        // Which number an account gets is left out: a part that was begun and lost leaves a gap.
        "accounts with a number",
        "select r.reference || ' ' || count(n.number)
         from account_reference r
         join account_number n on n.account_id = r.account_id
         group by r.reference
         order by r.reference",
    ),
    (
        "parts",
        "select f.kind || ' ' || c.chunk_no || ' ' || c.state || ' ' || c.outcome
         from chunk c
         join file_import f on f.order_id = c.order_id
         order by f.kind, c.chunk_no",
    ),
    (
        "rejects",
        "select f.kind || ' ' || r.line || ' ' || r.field || ' ' || r.rule || ' ' || r.message || ' ' || r.record
         from file_reject r
         join file_import f on f.order_id = r.order_id
         order by f.kind, r.line",
    ),
    (
        "meters",
        "select m.serial_number || ' ' || f.kind || substr(m.source, length(cast(f.order_id as text)) + 1)
         from meter m
         join file_import f
           on substr(m.source, 1, length(cast(f.order_id as text)) + 1) = cast(f.order_id as text) || '/'
         order by m.serial_number",
    ),
    (
        "agreements",
        "select r.reference || ' ' || a.service || ' ' || a.starts_on || ' ' || f.kind
                || substr(a.source, length(cast(f.order_id as text)) + 1)
         from service_agreement a
         join account_reference r on r.account_id = a.account_id
         join file_import f
           on substr(a.source, 1, length(cast(f.order_id as text)) + 1) = cast(f.order_id as text) || '/'
         order by r.reference, a.service, a.starts_on",
    ),
    (
        "waiting agreements",
        "select p.service_point || ' ' || p.service || ' ' || p.starts_on || ' ' || p.missing || ' ' || p.due_on
                || ' ' || f.kind || substr(p.source, length(cast(f.order_id as text)) + 1)
         from pending_agreement p
         join file_import f
           on substr(p.source, 1, length(cast(f.order_id as text)) + 1) = cast(f.order_id as text) || '/'
         order by p.service_point, p.service, p.starts_on",
    ),
];

impl Imported {
    /// Reads it from a town.
    pub(crate) fn take(url: &str) -> Imported {
        with_read(url, async |read| Imported(texts(read, &IMPORTED).await))
    }

    /// Says what differs first.
    pub(crate) fn compare(&self, other: &Imported) -> Result<(), String> {
        compare(&self.0, &other.0)
    }
}

/// Whether an order is half done: some chunks are written, some are not.
pub(crate) fn is_midway(url: &str) -> bool {
    const SQL: &str = "
        select count(*)
        from bulk_order o
        where exists (select 1 from chunk c where c.order_id = o.order_id and c.state = 'done')
          and exists (select 1 from chunk c where c.order_id = o.order_id and c.state = 'open')";
    with_read(url, async |read| read.number(SQL, vec![]).await.expect("chunks are counted").unwrap_or(0) != 0)
}

async fn texts(read: &mut Read, tables: &[(&'static str, &'static str)]) -> Rows {
    let mut rows = Vec::new();
    for (table, sql) in tables {
        let texts: Vec<(String,)> = read.all(sql, vec![]).await.expect("rows are read");
        rows.push((*table, texts.into_iter().map(|(text,)| text).collect()));
    }
    rows
}

/// Says what differs first.
fn compare(expected: &Rows, found: &Rows) -> Result<(), String> {
    for ((table, expected), (_, found)) in expected.iter().zip(found) {
        if expected != found {
            let differs = expected.iter().zip(found).find(|(expected, found)| expected != found);
            let (should, is) = (expected.len(), found.len());
            return Err(format!("{table} differ: {should} rows expected, {is} found; first {differs:?}"));
        }
    }
    Ok(())
}

fn with_read<T>(url: &str, ask: impl AsyncFnOnce(&mut Read) -> T) -> T {
    crate::town::block_on(async {
        let db = Db::open(url).await.expect("the town opens");
        let mut read = db.read().await.expect("the town is read");
        let answer = ask(&mut read).await;
        drop(read);
        db.close().await;
        answer
    })
}
