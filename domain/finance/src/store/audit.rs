//! The SQL of the proof: sums that must agree, and rows that must not be there.

use db::{Fault, Read, Value};
use kernel::{Cents, FundId, JournalId, LedgerAccountId};
use ledger::{Chart, JournalKind, LedgerAccount};

/// A question of which the right answer is "none": a count, and the journal of one example.
pub(crate) struct Audit {
    /// The finding's name, on which programs rely.
    pub(crate) name: &'static str,
    /// What is wrong, in words.
    pub(crate) sentence: &'static str,
    /// What must have moved for it to be worth asking; where nothing of the kind did, the answer is "none".
    only_where: Option<fn(&Chart, &Moved) -> bool>,
    sql: &'static str,
}

impl Audit {
    /// Whether anything that moved makes it worth asking.
    pub(crate) fn is_worthwhile(&self, chart: &Chart, moved: &[Moved]) -> bool {
        self.only_where.is_none_or(|is| moved.iter().any(|one| is(chart, one)))
    }
}

/// What moved between two ledger accounts of a fund, over all journals.
#[derive(Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) fund: FundId,
    pub(crate) debit: LedgerAccountId,
    pub(crate) credit: LedgerAccountId,
    /// Whether it belongs to customers; otherwise to the city itself.
    pub(crate) is_customers: bool,
    pub(crate) postings: i64,
    pub(crate) cents: Cents,
}

impl Moved {
    fn sides(&self) -> [LedgerAccountId; 2] {
        [self.debit, self.credit]
    }

    fn has_side(&self, chart: &Chart, is: fn(&LedgerAccount) -> bool) -> bool {
        self.sides().iter().any(|side| chart.ledger_account(*side).is_some_and(is))
    }

    /// Whether the fund's share in pooled cash moved.
    pub(crate) fn is_in_pooled_cash(&self, chart: &Chart) -> bool {
        self.has_side(chart, |side| side.is_pooled_cash)
    }
}

#[derive(sqlx::FromRow)]
struct MovedRow {
    fund_id: i64,
    debit_id: i64,
    credit_id: i64,
    is_customers: i64,
    postings: i64,
    cents: i64,
}

/// Postings that nothing of the books tells the kind or date of.
pub(crate) const POSTING_WITHOUT_JOURNAL: Audit = Audit {
    name: "posting_without_journal",
    sentence: "A posting belongs to no journal",
    only_where: None,
    sql: "
        select count(*), min(posting.journal_id)
        from posting
        left join journal on journal.account_id = posting.account_id and journal.journal_id = posting.journal_id
        where journal.journal_id is null",
};

/// Everything looked for beyond the sums; one more is one entry here.
pub(crate) const AUDITS: &[Audit] = &[
    POSTING_WITHOUT_JOURNAL,
    Audit {
        name: "posting_not_positive",
        sentence: "A posting moves nothing, or a negative amount",
        only_where: None,
        sql: "
            select count(*), min(journal_id)
            from posting
            where cents <= 0",
    },
    Audit {
        name: "posting_moves_nothing",
        sentence: "A posting debits and credits the same ledger account",
        only_where: Some(|_, moved| moved.debit == moved.credit),
        sql: "
            select count(*), min(journal_id)
            from posting
            where debit_id = credit_id",
    },
    Audit {
        name: "posting_not_open_in_fund",
        sentence: "A posting uses a ledger account that is not open in its fund",
        only_where: Some(|chart, moved| moved.sides().iter().any(|side| !chart.is_open(moved.fund, *side))),
        sql: "
            select count(*), min(posting.journal_id)
            from posting
            left join fund_ledger_account debit
                on debit.fund_id = posting.fund_id and debit.ledger_account_id = posting.debit_id
            left join fund_ledger_account credit
                on credit.fund_id = posting.fund_id and credit.ledger_account_id = posting.credit_id
            where debit.fund_id is null or credit.fund_id is null",
    },
    Audit {
        name: "control_without_customer",
        sentence: "A posting onto a control account names no customer",
        only_where: Some(|chart, moved| !moved.is_customers && moved.has_side(chart, |side| side.control.is_some())),
        sql: "
            select count(*), min(posting.journal_id)
            from posting
            join ledger_account debit on debit.ledger_account_id = posting.debit_id
            join ledger_account credit on credit.ledger_account_id = posting.credit_id
            where posting.account_id = 0 and (debit.control is not null or credit.control is not null)",
    },
    Audit {
        name: "pooled_cash_without_tender",
        sentence: "A bill, bill reversal or transfer moves the funds' shares in pooled cash, but no money moved",
        only_where: Some(|chart, moved| moved.is_in_pooled_cash(chart)),
        sql: "
            select count(*), min(moved.journal_id)
            from (
                select posting.journal_id as journal_id
                from posting
                join ledger_account debit on debit.ledger_account_id = posting.debit_id
                join ledger_account credit on credit.ledger_account_id = posting.credit_id
                join journal on journal.account_id = posting.account_id and journal.journal_id = posting.journal_id
                where (debit.is_pooled_cash or credit.is_pooled_cash) and journal.kind not in ('payment', 'opening')
                group by posting.journal_id
                having cast(sum(case when debit.is_pooled_cash then posting.cents else 0 end
                         - case when credit.is_pooled_cash then posting.cents else 0 end) as bigint) <> 0
            ) as moved",
    },
    Audit {
        name: "reversal_of_nothing",
        sentence: "A journal takes back a journal that is not in the books",
        only_where: None,
        sql: "
            select count(*), min(journal.journal_id)
            from journal
            left join journal original
                on original.account_id = journal.account_id and original.journal_id = journal.reverses_id
            where journal.reverses_id is not null and original.journal_id is null",
    },
    Audit {
        name: "reversed_twice",
        sentence: "A journal is taken back more than once",
        only_where: None,
        sql: "
            select count(*), min(twice.reverses_id)
            from (
                select account_id, reverses_id
                from journal
                where reverses_id is not null
                group by account_id, reverses_id
                having 1 < count(*)
            ) as twice",
    },
    Audit {
        name: "reversal_differs",
        sentence: "A posting of a reversal is not a posting of the original the other way",
        only_where: None,
        sql: "
            select count(*), min(posting.journal_id)
            from journal
            join posting on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
            left join posting original
                on original.account_id = journal.account_id and original.journal_id = journal.reverses_id
                and original.line_no = posting.line_no and original.fund_id = posting.fund_id
                and original.debit_id = posting.credit_id and original.credit_id = posting.debit_id
                and original.cents = posting.cents
            where journal.reverses_id is not null and original.journal_id is null",
    },
    Audit {
        name: "reversal_incomplete",
        sentence: "A posting of a journal taken back has no counterpart in the reversal",
        only_where: None,
        sql: "
            select count(*), min(original.journal_id)
            from journal
            join posting original on original.account_id = journal.account_id and original.journal_id = journal.reverses_id
            left join posting
                on posting.account_id = journal.account_id and posting.journal_id = journal.journal_id
                and posting.line_no = original.line_no
            where journal.reverses_id is not null and posting.journal_id is null",
    },
];

/// How many rows answer an audit, and the journal of one of them.
pub(crate) async fn audit(read: &mut Read, audit: &Audit) -> Result<(i64, Option<JournalId>), Fault> {
    answer(read.one(audit.sql, vec![]).await?)
}

/// How many journals are of a kind that does not exist, and one of them.
pub(crate) async fn kinds_unknown(read: &mut Read) -> Result<(i64, Option<JournalId>), Fault> {
    const SQL: &str = "
        select count(*), min(journal_id)
        from journal
        where kind not in ({list})";
    let known = JournalKind::ALL.map(|kind| Value::from(kind.code()));
    answer(read.listed(SQL, &known).await?.into_iter().next())
}

fn answer(row: Option<(i64, Option<i64>)>) -> Result<(i64, Option<JournalId>), Fault> {
    let (count, example) = row.ok_or_else(|| Fault::new("a count came back without a row"))?;
    Ok((count, example.map(JournalId)))
}

/// What moved between which ledger accounts, from one pass over all postings.
pub(crate) async fn moved(read: &mut Read) -> Result<Vec<Moved>, Fault> {
    const SQL: &str = "
        select fund_id, debit_id, credit_id,
               cast(case when account_id = 0 then 0 else 1 end as bigint) as is_customers,
               count(*) as postings,
               cast(sum(cents) as bigint) as cents
        from posting
        group by fund_id, debit_id, credit_id, case when account_id = 0 then 0 else 1 end
        order by fund_id, debit_id, credit_id, is_customers";
    let rows: Vec<MovedRow> = read.all(SQL, vec![]).await?;
    let moved = |row: MovedRow| Moved {
        fund: FundId(row.fund_id),
        debit: LedgerAccountId(row.debit_id),
        credit: LedgerAccountId(row.credit_id),
        is_customers: row.is_customers == 1,
        postings: row.postings,
        cents: Cents(row.cents),
    };
    Ok(rows.into_iter().map(moved).collect())
}

/// What moved in pooled cash with journals that may bring money in or take it out.
pub(crate) async fn tender(read: &mut Read) -> Result<Cents, Fault> {
    const SQL: &str = "
        select cast(sum(case when debit.is_pooled_cash then posting.cents else 0 end
                      - case when credit.is_pooled_cash then posting.cents else 0 end) as bigint)
        from posting
        join ledger_account debit on debit.ledger_account_id = posting.debit_id
        join ledger_account credit on credit.ledger_account_id = posting.credit_id
        join journal on journal.account_id = posting.account_id and journal.journal_id = posting.journal_id
        where (debit.is_pooled_cash or credit.is_pooled_cash) and journal.kind in ('payment', 'opening')";
    Ok(Cents(read.number(SQL, vec![]).await?.unwrap_or(0)))
}

/// How many journals there are; one that touches several accounts is filed under each.
pub(crate) async fn totals(read: &mut Read) -> Result<i64, Fault> {
    const FILED: &str = "
        select count(*)
        from journal";
    const AGAIN: &str = "
        select count(*)
        from (
            select account_id
            from posting
            group by account_id, journal_id
            having 1 < min(line_no)
        ) as later_part";
    let filed = read.number(FILED, vec![]).await?.unwrap_or(0);
    let again = read.number(AGAIN, vec![]).await?.unwrap_or(0);
    Ok(filed - again)
}
