-- Rate versions under acts: proposed, scheduled, superseded before they are used, or locked by use.
-- A superseded version stands beside its successor, so the date is unique among the others only.
create table rate_proposal (
    schedule_code text not null,
    effective_on date not null,
    proposal_no bigint not null,
    schedule_text text not null,
    digest bytea not null,
    proposed_on date not null,
    act_id bigint not null,
    primary key (schedule_code, effective_on, proposal_no),
    check (1 <= proposal_no)
);
create table rate_version_next (
    rate_version_id bigint not null,
    schedule_code text not null,
    effective_on date not null,
    schedule_text text not null,
    digest bytea not null,
    act_id bigint not null,
    proposal_no bigint,
    superseded_act_id bigint,
    superseded_reason text,
    primary key (rate_version_id),
    foreign key (schedule_code) references rate_schedule (code),
    foreign key (schedule_code, effective_on, proposal_no)
        references rate_proposal (schedule_code, effective_on, proposal_no),
    check (superseded_act_id is null or superseded_reason is not null)
);
insert into rate_version_next (rate_version_id, schedule_code, effective_on, schedule_text, digest, act_id)
select rate_version_id, schedule_code, effective_on, schedule_text, digest, act_id
from rate_version;
drop table rate_version;
alter table rate_version_next rename to rate_version;
create unique index rate_version_once on rate_version (schedule_code, effective_on) where superseded_act_id is null;
create table rate_version_use (
    rate_version_id bigint not null,
    run_number bigint not null,
    act_id bigint not null,
    primary key (rate_version_id),
    foreign key (rate_version_id) references rate_version (rate_version_id)
);

-- To whom a tax is owed, and what the city pays itself.
create table tax_line (
    authority text not null,
    tax_code text not null,
    revenue_code text not null,
    title text not null,
    liability_id bigint not null,
    primary key (authority, tax_code),
    foreign key (liability_id) references ledger_account (ledger_account_id)
);
create table city_expense (
    revenue_code text not null,
    expense_id bigint not null,
    primary key (revenue_code),
    foreign key (expense_id) references ledger_account (ledger_account_id)
);
