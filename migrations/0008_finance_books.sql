-- Funds, chart, periods, journals and postings.
create table fund (
    fund_id bigint not null,
    code text not null,
    name text not null,
    primary key (fund_id),
    unique (code)
);
create table ledger_account (
    ledger_account_id bigint not null,
    code text not null,
    name text not null,
    kind text not null check (kind in ('asset', 'liability', 'equity', 'revenue', 'expense')),
    control text check (control in ('receivable', 'deposit', 'unapplied_credit')),
    is_pooled_cash boolean not null,
    is_clearing boolean not null,
    primary key (ledger_account_id),
    unique (code)
);
create table fund_ledger_account (
    fund_id bigint not null,
    ledger_account_id bigint not null,
    primary key (fund_id, ledger_account_id),
    foreign key (fund_id) references fund (fund_id),
    foreign key (ledger_account_id) references ledger_account (ledger_account_id)
);
create table gl_period (
    month_on date not null,
    is_locked boolean not null,
    primary key (month_on)
);
create table journal (
    account_id bigint not null,
    journal_id bigint not null,
    kind text not null,
    gl_on date not null,
    document text not null,
    act_id bigint not null,
    reverses_id bigint,
    primary key (account_id, journal_id),
    foreign key (account_id) references account (account_id)
) without rowid;
create table posting (
    account_id bigint not null,
    journal_id bigint not null,
    line_no bigint not null,
    fund_id bigint not null,
    debit_id bigint not null,
    credit_id bigint not null,
    cents bigint not null check (0 < cents),
    agreement_id bigint,
    primary key (account_id, journal_id, line_no),
    foreign key (account_id, journal_id) references journal (account_id, journal_id),
    check (debit_id <> credit_id)
) without rowid;
