-- What was posted, summed by day, as it is written: pages add up a few rows instead of all postings. Rows are added with
-- the journals they sum, in one transaction, and never changed; `ledger prove` adds up all postings and compares.
create table journal_sum (
    gl_on date not null,
    kind text not null,
    first_journal_id bigint not null,
    act_id bigint not null,
    journals bigint not null check (0 < journals),
    primary key (gl_on, kind, first_journal_id)
);
create table posting_sum (
    gl_on date not null,
    fund_id bigint not null,
    debit_id bigint not null,
    credit_id bigint not null,
    kind text not null,
    is_customers boolean not null,
    first_journal_id bigint not null,
    postings bigint not null check (0 < postings),
    cents bigint not null,
    primary key (gl_on, fund_id, debit_id, credit_id, kind, is_customers, first_journal_id)
);
create index journal_gl_on on journal (gl_on, journal_id, account_id);
insert into journal_sum (gl_on, kind, first_journal_id, act_id, journals)
select gl_on, kind, min(journal_id), act_id, count(distinct journal_id)
from journal
group by gl_on, kind, act_id;
insert into posting_sum (gl_on, fund_id, debit_id, credit_id, kind, is_customers, first_journal_id, postings, cents)
select journal.gl_on, posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0,
       min(posting.journal_id), count(*), cast(sum(posting.cents) as bigint)
from posting
join journal on journal.account_id = posting.account_id and journal.journal_id = posting.journal_id
group by journal.gl_on, posting.fund_id, posting.debit_id, posting.credit_id, journal.kind, posting.account_id <> 0,
         journal.act_id;
